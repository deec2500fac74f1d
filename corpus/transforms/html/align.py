"""Which lines of a page an extractor kept: told by the runs of words that both texts share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.tokens import UInts, hash_tokens, mix, sums

RUN: Final = 4
"""A word counts as kept when it lies in a run of so many words that the extractor's text has too."""
_FACTORS: Final = tuple(np.uint64(factor) for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 1))


class PageWords:
    """The words of a page's lines, ready to be compared with what extractors made of the page."""

    def __init__(self, lines: Sequence[str]) -> None:
        tokens = hash_tokens(lines)
        self._runs = _runs(tokens.hashes)
        self._offsets = tokens.offsets
        self.counts = np.diff(tokens.offsets)
        self._wholes = _wholes(tokens.hashes, tokens.offsets)

    def kept(self, extracted: str) -> npt.NDArray[np.float64]:
        """The share of each line's words that stand in `extracted` in the same order (n,).

        A short line also counts when `extracted` has it as a line of its own; one without words as its neighbours do.
        """
        lines = [line for line in extracted.split("\n") if line]
        tokens = hash_tokens(lines)
        covered = np.zeros(int(self._offsets[-1]), np.bool_)
        found = np.isin(self._runs, _runs(tokens.hashes))
        for shift in range(RUN):
            covered[shift : shift + len(found)] |= found
        share = sums(covered, self._offsets) / np.maximum(self.counts, 1)
        whole = np.isin(self._wholes, _wholes(tokens.hashes, tokens.offsets)) & (self.counts < 2 * RUN)
        share = np.where(whole & (self.counts > 0), 1.0, share)
        return _filled(share, self.counts > 0)


def _runs(hashes: UInts) -> UInts:
    """A hash of every run of `RUN` words, by where it begins."""
    size = max(0, len(hashes) - RUN + 1)
    total = np.zeros(size, np.uint64)
    for shift, factor in enumerate(_FACTORS):
        total = mix(total + hashes[shift : shift + size] * factor)
    return total


def _wholes(hashes: UInts, offsets: npt.NDArray[np.int64]) -> UInts:
    """A hash of every line's words, whatever their order."""
    running = np.zeros(len(hashes) + 1, np.uint64)
    np.cumsum(mix(hashes), out=running[1:])
    return running[offsets[1:]] - running[offsets[:-1]]


def _filled(share: npt.NDArray[np.float64], known: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """`share` with the unknown lines as kept as the less kept of their known neighbours."""
    if known.all() or not known.any():
        return share
    places = np.flatnonzero(known)
    before = np.searchsorted(places, np.arange(len(share)), side="right") - 1
    after = np.minimum(before + 1, len(places) - 1)
    lower = np.minimum(share[places[np.maximum(before, 0)]], share[places[after]])
    return np.where(known, share, lower)
