"""The kernels of the replay: from code points to n-grams, and langdetect's seven trials on them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from corpus.transforms.compiled import compiled
from corpus.transforms.language.langdetect_model import (
    DRAWS,
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


@compiled
def detect_all(points: Any, ends: Any, trie: Any, likelihoods: Any, chance: Any, found: Any) -> None:
    """Fill a row of `found` per text; texts stand one after the other in `points`."""
    grams = np.empty(3 * READ_CHARS, np.uint32)
    factors = np.empty((_CHECK_EVERY, WIDTH))
    start = 0
    for text in range(len(ends)):
        size = _find_grams(points[start : min(ends[text], start + READ_CHARS)], trie, grams)
        if size:
            _run_trials(grams[:size], likelihoods, chance, factors, found[text])
        start = ends[text]


@compiled
def _find_grams(points: Any, trie: Any, grams: Any) -> Any:
    """Write the nodes of the text's n-grams in langdetect's order (`_extract_ngrams`); return how many.

    A word's n-grams reach from the space before it to the one after it. ASCII letters are left out of a text in which
    other scripts prevail (`cleaning_text`). After two upper-case letters in a row a word is passed over until the next
    small letter. Every n-gram is written; the next one overwrites it where no profile has it, which costs no branch.
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
        if last == SPACE:
            if symbol == SPACE:
                continue
            pair, pair_base = np.uint64(NO_NODE), np.uint64(0)
        told = np.uint64(1) if upper & last_upper == 0 else np.uint64(0)
        one, two, three = cells[symbol], cells[last_base + symbol], cells[pair_base + symbol]
        grams[size] = symbol
        size += np.int64(one & told)
        grams[size] = last_base + symbol
        size += np.int64(two & told & (two >> _PARENT_SHIFT == last))
        grams[size] = pair_base + symbol
        size += np.int64(three & told & (three >> _PARENT_SHIFT == pair))
        if two >> _PARENT_SHIFT == last:
            pair, pair_base = last_base + symbol, two >> _KNOWN & _BASE
        else:
            pair, pair_base = np.uint64(NO_NODE), np.uint64(0)
        last, last_base, last_upper = symbol, one >> _KNOWN & _BASE, upper
    return size


@compiled
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
def _run_trials(grams: Any, likelihoods: Any, chance: Any, factors: Any, found: Any) -> None:
    """Add the mean of langdetect's trials to `found` (`_detect_block`)."""
    words, normals = chance
    bits = 0
    while len(grams) >> bits:
        bits += 1
    shift = 32 - bits
    number = len(found)
    trial = np.zeros(WIDTH)
    position = normal = 0
    for turn in range(TRIALS):
        if turn % 2 == 0:
            normal = position
            position += 4
        weight = (_ALPHA + (0.0 + normals[normal, turn % 2] * 1.0) * _ALPHA_WIDTH) / _BASE_FREQUENCY
        trial[:number] = 1.0 / number
        drawn = 0
        while drawn < DRAWS:
            size = _CHECK_EVERY if drawn else 1
            factors[size:] = 1.0
            for draw in range(size):
                choice = words[position] >> shift
                position += 1
                while choice >= len(grams):
                    choice = words[position] >> shift
                    position += 1
                _set_factor(factors, draw, weight, grams[choice], likelihoods)
            drawn += size
            if _update(trial, factors, number) > _CONVERGED:
                break
        for language in range(number):
            found[language] += trial[language] / TRIALS


@compiled
def _set_factor(factors: Any, draw: int, weight: float, node: int, likelihoods: Any) -> None:
    """What one n-gram multiplies the probability of every language by (`_update_lang_prob`)."""
    starts, columns, shares = likelihoods
    for language in range(WIDTH):
        factors[draw, language] = weight
    for entry in range(starts[node], starts[node + 1]):
        factors[draw, columns[entry]] += shares[entry]


@compiled
def _update(trial: Any, factors: Any, number: int) -> float:
    """Multiply by the rows of `factors` in turn, make the sum one, return the greatest (`_normalize_prob`).

    Dividing keeps an order, so the greatest is found before it. `true_divide` divides without a check for zero.
    """
    for language in range(WIDTH):
        value = trial[language]
        for draw in range(_CHECK_EVERY):
            value *= factors[draw, language]
        trial[language] = value
    total = greatest = 0.0
    for language in range(number):
        total += trial[language]
        if trial[language] > greatest:
            greatest = trial[language]
    np.true_divide(trial, total, trial)
    return greatest / total
