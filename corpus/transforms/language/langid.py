"""py3langid's scores, many texts at once: the second detector, which knows languages that langdetect does not.

A naive Bayes model over byte n-grams (Lui & Baldwin 2011, 2012): an automaton reads the UTF-8 bytes of a text, and the
logarithm of 1 + how often each n-gram was met weighs that n-gram's row of log-likelihoods. Same model file, same
formula as `py3langid.langid`; sums run in the order of first occurrence, so that every machine gets the same.
"""

from __future__ import annotations

import functools
import io
import lzma
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.compiled import compiled
from corpus.transforms.tables import Arrays, cached_arrays, digest_files
from corpus.transforms.unicode import nfc

MODEL_DIGEST: Final = "d06929e74d82216c1406fabf9304a7a685f2068b3c20fd545c8163313fc153be"
"""`digest_files` of the model of py3langid 0.4.0, the version that is replayed."""

_UNIT: Final = 512
"""The model's log-likelihoods are multiples of 1/512."""
_WIDTH: Final = 144
"""Numbers per row of classes: as many as there are, and a few that are zero, so that rows fill vectors."""
_COUNTS: Final = 1 << 12
"""N-grams that are met more often count as met so often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LangidModel:
    """The automaton, and how likely its n-grams are in each language."""

    pairs: npt.NDArray[np.uint32]
    """State after the last two bytes, the first one being multiplied by 256; every state but the exceptions."""
    move_rows: npt.NDArray[np.uint16]
    """The row of `exceptions` of every state."""
    exceptions: npt.NDArray[np.uint64]
    """A bit for each byte after which another state is reached than that of `pairs`, four words a row; beside each
    word, where its states begin in `targets`."""
    targets: npt.NDArray[np.uint32]
    features: npt.NDArray[np.int32]
    """The n-gram that is complete in each state; -1 for none."""
    likelihoods: npt.NDArray[np.int16]
    """Log-likelihood of every n-gram in every class, less the greatest of the n-gram, in units of 1/512."""
    priors: npt.NDArray[np.float32]
    classes: npt.NDArray[np.str_]
    """Codes of py3langid; two of them stand twice, for two scripts."""

    def automaton(self) -> tuple[npt.NDArray[Any], ...]:
        """What kernels take to read bytes, in their order."""
        return self.pairs, self.move_rows, self.exceptions, self.targets, self.features


@functools.cache
def load_model() -> LangidModel:
    """The model of the installed py3langid.

    Raises ValueError when that is not the version whose scores this project knows: no answer is better than another.
    """
    from py3langid.langid import MODEL_DIR, MODEL_FILE

    path = MODEL_DIR / MODEL_FILE
    digest = digest_files([path])
    if digest != MODEL_DIGEST:
        raise ValueError(f"{path} is not the model of py3langid 0.4.0; install that version")
    return LangidModel(**cached_arrays("langid", f"{digest} {digest_files([Path(__file__)])}", lambda: _build(path)))


@functools.cache
def languages() -> tuple[str, ...]:
    """py3langid's codes in the order of the columns of their scores."""
    return tuple(dict.fromkeys(load_model().classes.tolist()))


@dataclass(frozen=True, slots=True, kw_only=True)
class LangidAnswers:
    """What the model says of texts."""

    scores: npt.NDArray[np.float64]
    """Per text and language, in the order of `languages`: py3langid's raw score divided by the root of the number of
    bytes, which keeps texts of all lengths comparable, less the greatest. Zero where no n-gram is known."""
    fits: npt.NDArray[np.float64]
    """Per text, the weighted mean, over its n-grams, of the n-gram's log-likelihood in the best language less that in
    whichever language it is likeliest in: 0 is perfect."""
    met: npt.NDArray[np.bool_]
    """Whether any n-gram of the text is known."""


def answer(texts: Sequence[str]) -> LangidAnswers:
    """What the model says of `texts`."""
    model = load_model()
    encoded = [_encoded(text) for text in texts]
    sizes = np.array([len(data) for data in encoded], np.int64)
    scores = np.zeros((len(texts), len(model.classes)), np.float32)
    totals = np.zeros(len(texts), np.float32)
    data = np.frombuffer(b"".join(encoded), np.uint8)
    _score_all(data, np.cumsum(sizes), model.automaton(), model.likelihoods, _weights(), scores, totals)
    merged = np.full((len(texts), len(languages())), -np.inf)
    fits = np.zeros(len(texts))
    _finish(scores, totals, sizes, model.priors, _columns(), merged, fits)
    return LangidAnswers(scores=merged, fits=fits, met=totals > 0)


def _encoded(text: str) -> bytes:
    return nfc(text.lower() if text.isupper() else text).encode("utf-8", "surrogatepass")


@functools.cache
def _columns() -> npt.NDArray[np.int64]:
    """The number of each class's language in `languages`."""
    return np.array([languages().index(code) for code in load_model().classes.tolist()])


@functools.cache
def _weights() -> npt.NDArray[np.float32]:
    """log(1 + count) for all counts."""
    return np.array([math.log1p(count) for count in range(_COUNTS + 1)], np.float32)


def _build(path: Path) -> Arrays:
    with lzma.open(path) as file, np.load(io.BytesIO(file.read())) as data:
        likelihoods = np.rint(data["ptc"].astype(np.float32) * _UNIT).astype(np.int16)
        padded = np.zeros((len(likelihoods), _WIDTH), np.int16)
        padded[:, : likelihoods.shape[1]] = likelihoods - likelihoods.max(axis=1, keepdims=True)
        return {
            **_compact(data["nextmove"].reshape(-1, 256), data["nextmove_row"]),
            "features": data["out_feat"],
            "likelihoods": padded,
            "priors": data["pc"],
            "classes": data["classes"],
        }


def _compact(moves: npt.NDArray[Any], move_rows: npt.NDArray[Any]) -> Arrays:
    """The automaton by its exceptions: nearly always the last two bytes alone decide what follows.

    `moves` has the next state after each byte, a row for states that behave alike; the automaton begins in state 0.
    """
    last_bytes = np.zeros(len(move_rows), np.uint8)
    last_bytes[moves] = np.arange(256, dtype=np.uint8)
    row_bytes = np.zeros(len(moves), np.uint8)
    row_bytes[move_rows] = last_bytes
    pairs = moves[move_rows[moves[move_rows[0]]]]
    differs = moves != pairs[row_bytes]
    exceptions = np.packbits(differs, axis=1, bitorder="little").view("<u8").ravel()
    counts = differs.reshape(-1, 64).sum(axis=1)
    return {
        "pairs": pairs.astype(np.uint32),
        "move_rows": move_rows.astype(np.uint16),
        "exceptions": np.stack([exceptions.astype(np.uint64), (np.cumsum(counts) - counts).astype(np.uint64)], axis=1),
        "targets": moves[differs].astype(np.uint32),
    }


@compiled
def _score_all(data: Any, ends: Any, automaton: Any, likelihoods: Any, weights: Any, scores: Any, totals: Any) -> None:
    """Fill a row of `scores` and a place of `totals` (of weights) per text; their bytes stand one after the other."""
    counts = np.zeros(len(likelihoods), np.int32)
    met = np.empty(len(likelihoods), np.int32)
    sums = np.empty(_WIDTH, np.float32)
    start = 0
    for text in range(len(ends)):
        size = _count_features(data[start : ends[text]], automaton, counts, met)
        sums[:] = 0
        for feature in met[:size]:
            weight = weights[min(counts[feature], len(weights) - 1)]
            totals[text] += weight
            _add_row(sums, weight * np.float32(1 / _UNIT), likelihoods, np.uint64(feature))
            counts[feature] = 0
        scores[text] = sums[: scores.shape[1]]
        start = ends[text]


@compiled
def _add_row(sums: Any, weight: float, likelihoods: Any, feature: Any) -> None:
    for column in range(_WIDTH):
        sums[column] += weight * np.float32(likelihoods[feature, column])


@compiled
def _finish(scores: Any, totals: Any, sizes: Any, priors: Any, columns: Any, merged: Any, fits: Any) -> None:
    """Fill `merged` and `fits`: the fields `scores` and `fits` of the answers."""
    for text in range(len(scores)):
        fits[text] = np.float64(scores[text].max()) / max(totals[text], np.float32(1))
        scale = math.sqrt(max(sizes[text], 1))
        greatest = -np.inf
        for number, column in enumerate(columns):
            score = scores[text, number]
            if totals[text] > 0:
                score += priors[number]
            merged[text, column] = max(merged[text, column], np.float64(score) / scale)
            greatest = max(greatest, merged[text, column])
        for column in range(merged.shape[1]):
            merged[text, column] -= greatest


@compiled
def _count_features(data: Any, automaton: Any, counts: Any, met: Any) -> int:
    """Count the text's n-grams in `counts`, write those it has into `met` by first occurrence; return how many."""
    pairs, move_rows, exceptions, targets, features = automaton
    size = 0
    state, previous = np.uint32(0), np.uint8(0)
    for byte in data:
        word = np.int64(move_rows[state]) << 2 | np.int64(byte >> 6)
        bits, bit = exceptions[word, 0], np.uint64(1) << np.uint64(byte & 63)
        usual = bits & bit == 0
        state = pairs[previous, byte] if usual else targets[exceptions[word, 1] + _ones(bits & bit - np.uint64(1))]
        previous = byte
        feature = features[state]
        if feature >= 0:
            if counts[feature] == 0:
                met[size] = feature
                size += 1
            counts[feature] += 1
    return size


@compiled
def _ones(word: Any) -> Any:
    """How many bits of a 64-bit word are set."""
    word -= word >> np.uint64(1) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + (word >> np.uint64(2) & np.uint64(0x3333333333333333))
    word = word + (word >> np.uint64(4)) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return word * np.uint64(0x0101010101010101) >> np.uint64(56)
