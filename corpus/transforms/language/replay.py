"""langdetect's answers, bit for bit, many texts at once and some seventy times faster.

With a fixed seed every text meets the same stream of chance: Python's generator gives the same 32-bit words, and a text
only decides how many of them a draw eats. So a text is read into the list of its n-grams once, as rows of a table of
shares, and langdetect's seven trials are replayed on that list with its own numbers, in its own order of float
operations (Shuyo 2010; `langdetect/detector.py`).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.compiled import compiled
from corpus.transforms.language.langdetect_model import (
    COMMON_BITS,
    DRAWS,
    GOLDEN,
    HASH_BITS,
    NO_SYMBOL,
    SEED,
    SPACE,
    SYMBOL_POINTS,
    TRIALS,
    UNKNOWN,
    UPPER,
    LangdetectModel,
    load_model,
    profile_paths,
)
from corpus.transforms.unicode import code_points

READ_CHARS: Final = 10_000
"""langdetect looks at no more than this."""

_ALPHA: Final = 0.5
_ALPHA_WIDTH: Final = 0.05
_BASE_FREQUENCY: Final = 10_000
_CONVERGED: Final = 0.99999
_CHECK_EVERY: Final = 5

_HASH_SHIFT: Final = np.uint64(64 - HASH_BITS)
_HASH_MASK: Final = np.uint64((1 << HASH_BITS) - 1)
_HASH_FACTOR: Final = np.uint64(GOLDEN)
_SYMBOL: Final = UPPER - 1
_COMMON: Final = 1 << COMMON_BITS


def languages() -> tuple[str, ...]:
    """The codes of langdetect in the order of the columns of `probabilities`."""
    model = load_model()
    return model.languages if model else tuple(path.name for path in profile_paths())


def probabilities(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """The probability that langdetect (seed 0, languages sorted) gives each language for each text, a row per text.

    Rows of texts in which langdetect finds nothing to go by are zero. Where another langdetect is installed than the
    one that is replayed, it is asked itself.
    """
    model = load_model()
    return _replayed(texts, model) if model else asked(texts)


def _replayed(texts: Sequence[str], model: LangdetectModel) -> npt.NDArray[np.float64]:
    cut = [_prepared(text)[:READ_CHARS] for text in texts]
    ends = np.cumsum([len(text) for text in cut], dtype=np.int64)
    found = np.zeros((len(cut), len(model.languages)))
    _detect_all(code_points("".join(cut)), ends, model.grams(), model.chance(), found)
    return found


def _prepared(text: str) -> str:
    """The text without addresses, Vietnamese marks joined to their letters: what `Detector.append` does first."""
    from langdetect.detector import Detector
    from langdetect.utils.ngram import NGram

    if "http" in text:
        text = Detector.URL_RE.sub(" ", text)
    if "@" in text:
        text = Detector.MAIL_RE.sub(" ", text)
    if not text.isascii() and any(mark in text for mark in NGram.DMARK_CLASS):
        text = NGram.normalize_vi(text)
    return text


def asked(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """The same from langdetect itself."""
    from langdetect.lang_detect_exception import LangDetectException

    factory = langdetect_factory()
    found = np.zeros((len(texts), len(factory.langlist)))
    for row, text in zip(found, texts, strict=True):
        detector = factory.create()
        detector.append(text)
        try:
            detector.get_probabilities()
        except LangDetectException:
            continue
        row[:] = detector.langprob
    return found


@functools.cache
def langdetect_factory() -> Any:
    """A factory of our own: its seed and the order of its languages are fixed, and nobody else's use is touched."""
    from langdetect.detector_factory import DetectorFactory

    factory = DetectorFactory()
    factory.seed = SEED
    factory.load_json_profile([path.read_text("utf-8") for path in profile_paths()])
    return factory


@compiled
def _detect_all(points: Any, ends: Any, model: Any, chance: Any, found: Any) -> None:
    """Fill a row of `found` per text; texts stand one after the other in `points`."""
    grams = np.empty(3 * READ_CHARS, np.int32)
    start = 0
    for text in range(len(ends)):
        size = _find_grams(points[start : ends[text]], model, grams)
        if size:
            _run_trials(grams[:size], chance, found[text])
        start = ends[text]


@compiled
def _find_grams(points: Any, model: Any, grams: Any) -> int:
    """Write the rows of the text's n-grams in langdetect's order; return how many (`cleaning_text`, `_extract_ngrams`).

    Of a run of spaces the first one counts. ASCII letters are left out of a text in which other scripts prevail. After
    two upper-case letters in a row a word is passed over until the next small letter.
    """
    symbols = model[0]
    no_latin = _prevails_other(points)
    size = 0
    before, last, last_upper, length = SPACE, SPACE, False, 1
    previous = -1
    for point in points:
        repeated = point == 32 and previous == 32
        previous = point
        if repeated or (no_latin and 65 <= point <= 122):
            continue
        symbol, upper = UNKNOWN, False
        if point < SYMBOL_POINTS:
            symbol, upper = symbols[point] & _SYMBOL, symbols[point] & UPPER != 0
        if last == SPACE:
            length = 1
            if symbol == SPACE:
                continue
        if not (upper and last_upper):
            for gram in range(1 if symbol != SPACE else 2, min(length + 1, 3) + 1):
                row = _find_row(gram, before, last, symbol, model)
                if row >= 0:
                    grams[size] = row
                    size += 1
        before, last, last_upper = last, symbol, upper
        length += 1
    return size


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
def _find_row(length: int, before: int, last: int, symbol: int, model: Any) -> Any:
    """Row of the n-gram of `length` symbols that ends in `symbol`; -1 when no profile has it."""
    _, common, keys, rows = model
    if length < 3:
        before = NO_SYMBOL
    if length < 2:
        last = NO_SYMBOL
    if (before | last | symbol) < _COMMON:
        return common[(before << COMMON_BITS | last) << COMMON_BITS | symbol]
    key = np.uint64(1) << np.uint64(15 * length) | np.uint64(symbol)
    if length > 1:
        key |= np.uint64(last) << np.uint64(15)
    if length > 2:
        key |= np.uint64(before) << np.uint64(30)
    slot = key * _HASH_FACTOR >> _HASH_SHIFT
    while keys[slot] != key:
        if keys[slot] == 0:
            return -1
        slot = (slot + np.uint64(1)) & _HASH_MASK
    return rows[slot]


@compiled
def _run_trials(grams: Any, chance: Any, found: Any) -> None:
    """Add the mean of langdetect's trials to `found` (`_detect_block`)."""
    shares, words, normals = chance
    bits = 0
    while len(grams) >> bits:
        bits += 1
    shift = 32 - bits
    number = len(found)
    trial = np.empty(number)
    position = normal = 0
    for turn in range(TRIALS):
        if turn % 2 == 0:
            normal = position
            position += 4
        weight = (_ALPHA + (0.0 + normals[normal, turn % 2] * 1.0) * _ALPHA_WIDTH) / _BASE_FREQUENCY
        trial[:] = 1.0 / number
        for draw in range(DRAWS):
            choice = words[position] >> shift
            position += 1
            while choice >= len(grams):
                choice = words[position] >> shift
                position += 1
            row = shares[grams[choice]]
            for language in range(number):
                trial[language] *= weight + row[language]
            if draw % _CHECK_EVERY == 0 and _normalise(trial) > _CONVERGED:
                break
        for language in range(number):
            found[language] += trial[language] / TRIALS


@compiled
def _normalise(trial: Any) -> float:
    """Make the sum one; return the greatest."""
    total = greatest = 0.0
    for value in trial:
        total += value
    for language in range(len(trial)):
        trial[language] /= total
        greatest = max(greatest, trial[language])
    return greatest
