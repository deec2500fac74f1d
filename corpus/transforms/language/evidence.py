"""What three detectors say of a text, weighed into one probability per language.

A multinomial logit: every language gets the weighted sum of six features, the same six weights for all languages, and
"none of these" gets three of its own; the exponentials, divided by their sum, are the probabilities. The nine weights
are fitted by `benchmarks/fit_language.py`, each language counting alike.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.schema import UNDETERMINED
from corpus.transforms.language import langid, replay, words
from corpus.transforms.language.codes import LANGDETECT_CODES, LANGID_CODES, WORD_CODES, released_codes

Matrix = npt.NDArray[np.float64]

LANGUAGE_FEATURES: Final = (
    "logarithm of py3langid's probability",
    "py3langid knows the language",
    "logarithm of langdetect's probability",
    "langdetect knows the language",
    "mean gain of the text's words",
    "some word of the text is in the language's list",
)
NONE_FEATURES: Final = ("always", "py3langid's fit", "fit by length")

LANGUAGE_WEIGHTS: Final = (1.121, 3.892, 0.062, 0.220, 1.599, 1.093)
NONE_WEIGHTS: Final = (0.590, -1.658, -0.523)

PIECE_CHARS: Final = 100
PIECES: Final = 3
"""The two detectors beside langdetect read so much: more makes no answer better (docs/decisions/0014)."""

SURE: Final = 0.9
"""langdetect is sure of a language to which it gives this probability."""

_LEAST_LOG: Final = -12.0
"""Logarithms of probabilities below this count as this."""
_LEAST_SHARE: Final = 0.002
"""Probabilities of langdetect below this count as nothing."""
_MIDDLE_LENGTH: Final = 50
"""Characters of a text for which the weight of the fit does not depend on its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What the weights are applied to."""

    languages: tuple[Matrix, ...]
    """For each of LANGUAGE_FEATURES, a row per text and a column per language."""
    none: tuple[npt.NDArray[np.float64], ...]
    """For each of NONE_FEATURES, a number per text."""
    heard: npt.NDArray[np.bool_]
    """Texts in which any detector found something to go by."""
    sure: npt.NDArray[np.intp]
    """The column of the language that langdetect by itself is sure of; -1 where it is not."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a detector's columns stand among those of all languages."""

    targets: npt.NDArray[np.intp]
    known: Matrix
    """1 for each language that the detector knows, else 0."""


@functools.cache
def all_codes() -> tuple[str, ...]:
    """Every code that can be told, sorted: the columns of features and probabilities."""
    told = {code for codes in _detector_codes() for code in codes}
    return tuple(sorted(told - {UNDETERMINED}))


def probabilities(found: Features) -> Matrix:
    """The probability of each language (a column, as in `all_codes`) for each text (a row).

    What a row lacks to 1 is the probability that the text is in none of these languages.
    """
    scores = sum(weight * feature for weight, feature in zip(LANGUAGE_WEIGHTS, found.languages, strict=True))
    none = sum(weight * feature for weight, feature in zip(NONE_WEIGHTS, found.none, strict=True))
    return np.exp(_log_softmax(np.column_stack([scores, none])))[:, :-1]


def features(texts: Sequence[str]) -> Features:
    """The features of `texts`, in the order of LANGUAGE_FEATURES and NONE_FEATURES."""
    samples = [sample(text) for text in texts]
    by_langdetect = replay.probabilities(texts)
    by_langid = langid.answer(samples)
    gains, counts = words.word_gains(samples)
    langdetect, langid_, word = _columns()
    answered = by_langdetect.max(axis=1, initial=0) > 0
    gained = _spread(gains, word, np.add, 0.0)
    shares = _spread(by_langdetect, langdetect, np.add, 0.0)
    opinions = _log_softmax(_spread(by_langid.scores, langid_, np.maximum, -np.inf))
    lengths = np.log(np.array([max(len(text), 1) for text in texts]) / _MIDDLE_LENGTH)
    return Features(
        languages=(
            np.maximum(opinions, _LEAST_LOG) * langid_.known,
            np.broadcast_to(langid_.known, gained.shape),
            np.log1p(shares / _LEAST_SHARE),
            answered[:, None] * langdetect.known,
            gained / np.maximum(counts, 1)[:, None],
            (gained > 0).astype(np.float64),
        ),
        none=(np.ones(len(texts)), by_langid.fits, by_langid.fits * lengths),
        heard=answered | by_langid.met | (gained.max(axis=1, initial=0) > 0),
        sure=np.where(shares.max(axis=1, initial=0) >= SURE, shares.argmax(axis=1), -1),
    )


def sample(text: str) -> str:
    """PIECE_CHARS characters from the middle of each of PIECES equal parts; a text that is no longer, whole."""
    if len(text) <= PIECES * PIECE_CHARS:
        return text
    starts = [len(text) * (2 * piece + 1) // (2 * PIECES) - PIECE_CHARS // 2 for piece in range(PIECES)]
    return " ".join(text[start : start + PIECE_CHARS] for start in starts)


def _detector_codes() -> tuple[list[str], list[str], list[str]]:
    return (
        released_codes(replay.languages(), LANGDETECT_CODES),
        released_codes(langid.languages(), LANGID_CODES),
        released_codes(words.languages(), WORD_CODES),
    )


@functools.cache
def _columns() -> tuple[_Columns, _Columns, _Columns]:
    langdetect, langid_, word = (_columns_of(codes) for codes in _detector_codes())
    return langdetect, langid_, word


def _columns_of(codes: list[str]) -> _Columns:
    places = {code: place for place, code in enumerate(all_codes())}
    targets = np.array([places.get(code, len(places)) for code in codes])
    known = np.zeros(len(places) + 1)
    known[targets] = 1
    return _Columns(targets, known[:-1])


def _spread(values: npt.NDArray[np.floating], columns: _Columns, combine: np.ufunc, absent: float) -> Matrix:
    """A detector's columns at the places of their languages, those of one language combined."""
    spread = np.full((len(columns.known) + 1, len(values)), absent)
    combine.at(spread, columns.targets, values.T)
    return np.ascontiguousarray(spread[:-1].T)


def _log_softmax(scores: Matrix) -> Matrix:
    scores = scores - scores.max(axis=1, keepdims=True)
    logs: Matrix = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return logs
