"""The kernels of the replay: from code points to n-grams, and langdetect's seven trials on them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.kernels import compiled, entry
from corpus.transforms.language.langdetect_model import (
    DRAWS,
    MANY,
    NO_NODE,
    SPACE,
    SYMBOL_POINTS,
    TRIALS,
    UNKNOWN,
    UPPER,
    WIDTH,
)

READ_CHARS: Final = 10_000
"""langdetect looks at no more than this."""

_ALPHA: Final = 0.5
_ALPHA_WIDTH: Final = 0.05
_BASE_FREQUENCY: Final = 10_000
_CONVERGED: Final = 0.99999
_CHECK_EVERY: Final = 5

_FIRST_MARK: Final = 0x300
_LAST_MARK: Final = 0x323
_SYMBOL: Final = UPPER - 1
_KNOWN: Final = np.uint64(1)
_BASE: Final = np.uint64(0x7FFFFFFF)
_PARENT_SHIFT: Final = np.uint64(32)


def room_for_trials() -> tuple[npt.NDArray[Any], ...]:
    """Room for the n-grams of a text, the probabilities of one trial, and some of these."""
    return np.empty(3 * READ_CHARS, np.uint32), np.empty(WIDTH), np.empty(MANY)


@entry
def detect_all(points: Any, ends: Any, trie: Any, likelihoods: Any, chance: Any, room: Any, found: Any) -> None:
    """Fill a row of `found` per text; texts stand one after the other in `points`, and `room` is for one of them."""
    grams, trial, some = room
    start = 0
    for text in range(len(ends)):
        size = _find_grams(points[start : min(ends[text], start + READ_CHARS)], trie, grams)
        if size:
            _run_trials(grams[:size], likelihoods, chance, trial, some, found[text])
        start = ends[text]


@compiled
def _find_grams(points: Any, trie: Any, grams: Any) -> Any:
    """Write the nodes of the text's n-grams in langdetect's order (`_extract_ngrams`); return how many.

    A word's n-grams reach from the space before it to the one after it. ASCII letters are left out of a text in which
    other scripts prevail (`cleaning_text`). After two upper-case letters in a row a word is passed over until the next
    small letter. Every n-gram is written; the next one overwrites it where no profile has it. No branch depends on
    where words end, which cannot be foreseen.
    """
    symbols, cells = trie
    no_latin = _prevails_other(points)
    size: Any = 0
    last, pair, last_upper = np.uint64(SPACE), np.uint64(NO_NODE), np.uint64(0)
    last_base, pair_base = cells[SPACE] >> _KNOWN & _BASE, np.uint64(0)
    for point in points:
        if no_latin and 65 <= point <= 122:
            continue
        symbol = np.uint64(symbols[point] if point < SYMBOL_POINTS else UNKNOWN)
        upper = symbol & np.uint64(UPPER)
        symbol &= np.uint64(_SYMBOL)
        if last == SPACE and symbol == SPACE:
            continue
        told = np.uint64(1) if upper & last_upper == 0 else np.uint64(0)
        one, two, three = cells[symbol], cells[last_base + symbol], cells[pair_base + symbol]
        grams[size] = symbol
        size += np.int64(one & told)
        grams[size] = last_base + symbol
        size += np.int64(two & told & (two >> _PARENT_SHIFT == last))
        grams[size] = pair_base + symbol
        size += np.int64(three & told & (three >> _PARENT_SHIFT == pair))
        goes_on = (two >> _PARENT_SHIFT == last) & (symbol != SPACE)
        pair, pair_base = last_base + symbol if goes_on else np.uint64(NO_NODE), two >> _KNOWN & _BASE
        last, last_base, last_upper = symbol, one >> _KNOWN & _BASE, upper
    return size


@entry
def find_marks(points: Any, ends: Any, marked: Any) -> None:
    """Say of each text whether it may have a mark that langdetect joins to the letter before it."""
    start = 0
    for text in range(len(ends)):
        found = False
        for place in range(start, ends[text]):
            found |= _FIRST_MARK <= points[place] <= _LAST_MARK
        marked[text] = found
        start = ends[text]


@compiled
def _prevails_other(points: Any) -> bool:
    """Whether characters from U+0300 on are more than twice as many as ASCII letters.

    (langdetect means to leave Latin Extended Additional out, but compares a block's number with its name.)
    """
    latin = other = 0
    for point in points:
        latin += 65 <= point <= 122
        other += point >= 0x300
    return latin * 2 < other


@compiled
def _run_trials(grams: Any, likelihoods: Any, chance: Any, trial: Any, some: Any, found: Any) -> None:
    """Add the mean of langdetect's trials to `found` (`_detect_block`)."""
    words, normals = chance
    bits = 0
    while len(grams) >> bits:
        bits += 1
    shift = 32 - bits
    number = len(found)
    position = normal = 0
    for turn in range(TRIALS):
        if turn % 2 == 0:
            normal = position
            position += 4
        weight = (_ALPHA + (0.0 + normals[normal, turn % 2] * 1.0) * _ALPHA_WIDTH) / _BASE_FREQUENCY
        trial[:] = 0.0
        trial[:number] = 1.0 / number
        drawn = 0
        while drawn < DRAWS:
            for _ in range(_CHECK_EVERY if drawn else 1):
                choice = words[position] >> shift
                position += 1
                while choice >= len(grams):
                    choice = words[position] >> shift
                    position += 1
                _multiply(trial, weight, grams[choice], likelihoods, some)
                drawn += 1
            if _normalize(trial, number) > _CONVERGED:
                break
        for language in range(number):
            found[language] += trial[language] / TRIALS


@compiled
def _multiply(trial: Any, weight: float, node: int, likelihoods: Any, some: Any) -> None:
    """Multiply every language's probability by what one n-gram says of it (`_update_lang_prob`)."""
    rows, table, starts, columns, shares = likelihoods
    row = rows[node]
    if row >= 0:
        of_all = table[row]
        for language in range(len(trial)):
            trial[language] *= weight + of_all[language]
        return
    first, last = starts[node], starts[node + 1]
    for place in range(first, last):
        some[place - first] = trial[columns[place]] * (weight + shares[place])
    for language in range(len(trial)):
        trial[language] *= weight
    for place in range(first, last):
        trial[columns[place]] = some[place - first]


@compiled
def _normalize(trial: Any, number: int) -> float:
    """Make the sum one, return the greatest (`_normalize_prob`).

    Dividing keeps an order, so the greatest is found before it.
    """
    total = greatest = 0.0
    for language in range(number):
        total += trial[language]
        if trial[language] > greatest:
            greatest = trial[language]
    for language in range(number):
        trial[language] /= total
    return greatest / total
