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

from corpus.transforms.kernels import compiled, entry
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
_FEATURE_BITS: Final = np.uint64(17)
_FEATURE_MASK: Final = np.uint64((1 << 17) - 1)
_BASE_MASK: Final = np.uint64((1 << 21) - 1)
_TRIED: Final = 2_048
_OWNER_SHIFT: Final = np.uint64(38)


@dataclass(frozen=True, slots=True, kw_only=True)
class LangidModel:
    """The automaton, and how likely its n-grams are in each language."""

    cells: npt.NDArray[np.uint64]
    """A double array (Aoe 1989): what follows a byte stands at the state's base plus the byte if the cell names that
    base, else in `pairs`. In each cell from the top: the base that it belongs to (26 bits), the base of the state that
    follows (21), and one more than the n-gram that is complete there, 0 for none (17). Free cells are 0."""
    pairs: npt.NDArray[np.uint64]
    """What follows the last two bytes, the first one being multiplied by 256, in most states: as a cell of base 0."""
    start: npt.NDArray[np.uint64]
    """The base of the state in which the automaton begins."""
    likelihoods: npt.NDArray[np.int16]
    """Log-likelihood of every n-gram in every class, less the greatest of the n-gram, in units of 1/512."""
    priors: npt.NDArray[np.float32]
    classes: npt.NDArray[np.str_]
    """Codes of py3langid; two of them stand twice, for two scripts."""

    def automaton(self) -> tuple[npt.NDArray[Any], ...]:
        """What kernels take to read bytes, in their order."""
        return self.cells, self.pairs, self.start


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
    known = len(model.likelihoods)
    room = np.zeros(known + 1, np.int32), np.empty(known + 2, np.int32), np.empty(_WIDTH, np.float32)
    _score_all(data, np.cumsum(sizes), model.automaton(), model.likelihoods, _weights(), room, scores, totals)
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
            **_compact(data["nextmove"].reshape(-1, 256), data["nextmove_row"], data["out_feat"]),
            "likelihoods": padded,
            "priors": data["pc"],
            "classes": data["classes"],
        }


def _compact(moves: npt.NDArray[Any], move_rows: npt.NDArray[Any], features: npt.NDArray[Any]) -> Arrays:
    """The automaton by its exceptions: most of its states go where the last two bytes lead.

    `moves` has the next state after each byte, a row for states that behave alike; the automaton begins in state 0.
    """
    last_bytes = np.zeros(len(move_rows), np.uint8)
    last_bytes[moves] = np.arange(256, dtype=np.uint8)
    row_bytes = np.zeros(len(moves), np.uint8)
    row_bytes[move_rows] = last_bytes
    pairs = moves[move_rows[moves[move_rows[0]]]]
    rows, own = np.nonzero(moves != pairs[row_bytes])
    ends = np.searchsorted(rows, np.arange(len(moves)), side="right")
    bases = np.zeros(len(moves), np.int64)
    cells = np.zeros(int(_BASE_MASK) + 1, np.uint64)
    _place_rows(ends, own, bases, cells, np.zeros(len(cells), np.bool_))
    states = bases[move_rows].astype(np.uint64) << _FEATURE_BITS | (features + 1).astype(np.uint64)
    taken = bases[rows] + own
    cells[taken] = bases[rows].astype(np.uint64) << _OWNER_SHIFT | states[moves[rows, own]]
    return {
        "cells": cells[: int(bases.max()) + 256],
        "pairs": states[pairs],
        "start": states[:1] >> _FEATURE_BITS,
    }


@entry
def _place_rows(ends: Any, own: Any, bases: Any, cells: Any, used: Any) -> None:
    """Give each row a base of its own, the least at which the cells of all its bytes are free, and take them.

    It is looked for among the last `_TRIED` only, which leaves few cells free and takes little time.
    """
    last = 1
    start = 0
    for row, end in enumerate(ends):
        base = max(1, last - _TRIED)
        while used[base] or not _are_free(cells, base, own[start:end]):
            base += 1
        used[base] = True
        bases[row] = base
        last = max(last, base)
        for byte in own[start:end]:
            cells[base + byte] = 1
        start = end


@compiled
def _are_free(cells: Any, base: int, own: Any) -> bool:
    taken = 0
    for byte in own:
        taken += cells[base + byte] != 0
    return taken == 0


@entry
def _score_all(
    data: Any, ends: Any, automaton: Any, likelihoods: Any, weights: Any, room: Any, scores: Any, totals: Any
) -> None:
    """Fill a row of `scores` and a place of `totals` (of weights) per text; their bytes stand one after the other.

    `room` are counts of all n-grams (see `_count_features`), which are 0, those of a text, and a row of sums.
    """
    counts, met, sums = room
    start = 0
    for text in range(len(ends)):
        size = _count_features(data[start : ends[text]], automaton, counts, met)
        for column in range(len(sums)):
            sums[column] = 0
        for place in range(size):
            count = counts[met[place]]
            counts[met[place]] = 0
            weight = weights[min(count, len(weights) - 1)]
            totals[text] += weight
            _add_row(sums, weight * np.float32(1 / _UNIT), likelihoods, np.uint64(met[place] - 1))
        for column in range(scores.shape[1]):
            scores[text, column] = sums[column]
        start = ends[text]


@compiled
def _add_row(sums: Any, weight: float, likelihoods: Any, feature: Any) -> None:
    for column in range(len(sums)):
        sums[column] += weight * np.float32(likelihoods[feature, column])


@entry
def _finish(scores: Any, totals: Any, sizes: Any, priors: Any, columns: Any, merged: Any, fits: Any) -> None:
    """Fill `merged` and `fits`: the fields `scores` and `fits` of the answers."""
    for text in range(len(scores)):
        best = scores[text, 0]
        for number in range(1, len(columns)):
            best = max(best, scores[text, number])
        fits[text] = np.float64(best) / max(totals[text], np.float32(1))
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
    """Count the text's n-grams in `counts`, write those it has into `met` by first occurrence; return how many.

    Both call an n-gram by its number and one; 0 is none, and takes part so that no branch depends on a byte.
    """
    cells, pairs, start = automaton
    size = 0
    base, previous = start[0], np.uint8(0)
    counts[0] = 1
    for byte in data:
        own, other = cells[base + np.uint64(byte)], pairs[previous, byte]
        chosen = np.uint64(0) - np.uint64(own >> _OWNER_SHIFT == base)
        cell = (own & chosen) | (other & ~chosen)
        base = cell >> _FEATURE_BITS & _BASE_MASK
        previous = byte
        number = cell & _FEATURE_MASK
        met[size] = number
        size += counts[number] == 0
        counts[number] += 1
    counts[0] = 0
    return size
