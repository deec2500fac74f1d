"""What three detectors say of a text, weighed into one probability per language.

A multinomial logit: every language gets the weighted sum of six features, the same six weights for all languages, and
"none of these" gets three of its own; the exponentials, divided by their sum, are the probabilities. The nine weights
are fitted by `benchmarks/fit_language.py`, each language counting alike.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.schema import UNDETERMINED
from corpus.transforms.kernels import compiled, entry
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
class Opinions:
    """What the detectors say of texts, a row per text."""

    langdetect: Matrix
    """The probability of each of its languages."""
    langid: Matrix
    """The score of each of py3langid's."""
    words: npt.NDArray[np.float32]
    """The mean gain, over the words, of each language of the lists."""
    fits: npt.NDArray[np.float64]
    """How well py3langid's best language fits."""
    lengths: npt.NDArray[np.float64]
    """Logarithm of the number of characters over _MIDDLE_LENGTH."""
    heard: npt.NDArray[np.bool_]
    """Whether any detector found something to go by."""

    def __len__(self) -> int:
        return len(self.heard)

    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """What kernels take, in their order."""
        return self.langdetect, self.langid, self.words, self.fits, self.lengths


@functools.cache
def all_codes() -> tuple[str, ...]:
    """Every code that can be told, sorted: the columns of features and probabilities."""
    told = {code for codes in _detector_codes() for code in codes}
    return tuple(sorted(told - {UNDETERMINED}))


def opinions(texts: Sequence[str]) -> Opinions:
    """What the three detectors say of `texts`.

    Texts of one language are read after each other, while its part of the tables is at hand.
    """
    by_langdetect = replay.probabilities(texts)
    order = np.argsort(by_langdetect.argmax(axis=1), kind="stable")
    samples = [sample(texts[number]) for number in order.tolist()]
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    by_langid = langid.answer(samples)
    gains, counts = words.word_gains(samples)
    heard = (by_langid.met | gains.any(axis=1))[places] | by_langdetect.any(axis=1)
    return Opinions(
        langdetect=by_langdetect,
        langid=by_langid.scores[places],
        words=(gains / np.maximum(counts, 1).astype(np.float32)[:, None])[places],
        fits=by_langid.fits[places],
        lengths=np.log(np.array([max(len(text), 1) for text in texts]) / _MIDDLE_LENGTH),
        heard=heard,
    )


def features(found: Opinions) -> Matrix:
    """What the weights are applied to, by text, answer and weight; the last answer is "none of these"."""
    inputs = np.zeros((len(found), len(all_codes()) + 1, len(LANGUAGE_FEATURES) + len(NONE_FEATURES)))
    _features_of_all(found.arrays(), _targets(), inputs)
    return inputs


def probabilities(found: Opinions) -> tuple[Matrix, npt.NDArray[np.int64]]:
    """The probability of each language (a column, as in `all_codes`) for each text (a row).

    What a row lacks to 1 is the probability that the text is in none of these languages. Beside it, per text, the
    column of the language that langdetect by itself is sure of; -1 where it is not.
    """
    shares = np.zeros((len(found), len(all_codes()) + 1))
    sure = np.full(len(found), -1)
    weights = np.array([*LANGUAGE_WEIGHTS, *NONE_WEIGHTS])
    inputs = np.empty((shares.shape[1], len(weights)))
    _weigh_all(found.arrays(), _targets(), weights, inputs, shares, sure)
    return shares[:, :-1], sure


def sample(text: str) -> str:
    """PIECE_CHARS characters from the middle of each of PIECES equal parts; a text that is no longer, whole."""
    if len(text) <= PIECES * PIECE_CHARS:
        return text
    middles = [len(text) * part // (2 * PIECES) for part in range(1, 2 * PIECES, 2)]
    return " ".join([text[middle - PIECE_CHARS // 2 : middle + PIECE_CHARS // 2] for middle in middles])


def _detector_codes() -> tuple[list[str], list[str], list[str]]:
    return (
        released_codes(replay.languages(), LANGDETECT_CODES),
        released_codes(langid.languages(), LANGID_CODES),
        released_codes(words.languages(), WORD_CODES),
    )


@functools.cache
def _targets() -> tuple[npt.NDArray[np.int64], ...]:
    """For each detector, the places of its languages among all; what is no language goes behind the last."""
    places = {code: place for place, code in enumerate(all_codes())}
    return tuple(np.array([places.get(code, len(places)) for code in codes]) for codes in _detector_codes())


@entry
def _features_of_all(found: Any, targets: Any, inputs: Any) -> None:
    for text in range(len(inputs)):
        _features_of(text, found, targets, inputs[text])


@entry
def _weigh_all(found: Any, targets: Any, weights: Any, inputs: Any, shares: Any, sure: Any) -> None:
    none = shares.shape[1] - 1
    for text in range(len(shares)):
        inputs[:] = 0
        sure[text] = _features_of(text, found, targets, inputs)
        _softmax(inputs, weights, shares[text])
        if sure[text] == none:
            sure[text] = -1


@compiled
def _features_of(text: int, found: Any, targets: Any, inputs: Any) -> int:
    """Fill the features of one text into zeros; return the place of langdetect's sure language, else the last."""
    langdetect, langid_, words_, fits, lengths = found
    none = len(inputs) - 1
    answered = False
    for language, target in enumerate(targets[0]):
        inputs[target, 2] += langdetect[text, language]
        if langdetect[text, language] != 0:
            answered = True
    sure = none
    for target in targets[0]:
        if inputs[target, 2] >= SURE:
            sure = target
    for target in targets[0]:
        inputs[target, 3] = answered
    inputs[:, 0] = -np.inf
    for language, target in enumerate(targets[1]):
        inputs[target, 0] = max(inputs[target, 0], langid_[text, language])
        inputs[target, 1] = 1
    total = 0.0
    for place in range(none):
        total += math.exp(inputs[place, 0])
    for place in range(none):
        inputs[place, 0] = max(inputs[place, 0] - math.log(total), _LEAST_LOG) * inputs[place, 1]
        inputs[place, 2] = math.log1p(inputs[place, 2] / _LEAST_SHARE) if inputs[place, 2] > 0 else 0.0
    for language, target in enumerate(targets[2]):
        inputs[target, 4] = words_[text, language]
        inputs[target, 5] = words_[text, language] > 0
    inputs[none] = 0
    inputs[none, 6], inputs[none, 7], inputs[none, 8] = 1, fits[text], fits[text] * lengths[text]
    return sure


@compiled
def _softmax(inputs: Any, weights: Any, shares: Any) -> None:
    greatest = -np.inf
    for place in range(len(inputs)):
        score = 0.0
        for weight in range(len(weights)):
            score += weights[weight] * inputs[place, weight]
        shares[place] = score
        greatest = max(greatest, score)
    total = 0.0
    for place in range(len(inputs)):
        shares[place] = math.exp(shares[place] - greatest)
        total += shares[place]
    for place in range(len(inputs)):
        shares[place] /= total
