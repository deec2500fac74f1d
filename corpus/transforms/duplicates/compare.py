"""Verification: two texts compared by all their shingles, in the order in which they stand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.duplicates.sketch import Shingles
from corpus.transforms.tokens import Ints, offsets_of, sums

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

UNIT: Final = 720720
"""One shingle length in the whole numbers that coverage is counted in; every span up to 16 divides it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What p texts have in common with the other text of their pair, each (p,).

    `share` of the distinct shingles that stand in the other; `covered`, the share of the text that lies in matched
    passages; `own`, the length of the rest in shingle lengths (one is 5 words).
    """

    share: Floats
    covered: Floats
    own: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Pairs of rows (p,), the distinct shingles they share (p,), and both sides."""

    first: Ints
    second: Ints
    shared: Ints
    of_first: Side
    of_second: Side


def pair_chunks(first: Ints, second: Ints, sizes: Ints, *, limit: int) -> Iterator[slice]:
    """Cuts a list of pairs so that the texts of each run have about `limit` shingles in all; `sizes` (n,) by row."""
    chunk = np.cumsum(sizes[first] + sizes[second]) // limit
    borders = [0, *(np.flatnonzero(chunk[1:] != chunk[:-1]) + 1).tolist(), len(first)]
    for start, end in itertools.pairwise(borders):
        if end > start:
            yield slice(start, end)


def compare(first: Ints, second: Ints, full: Callable[[Ints], Shingles], *, reach: int) -> Compared:
    """Every pair compared on its full texts; `full` gives the shingles of ascending rows.

    A shingle is matched if it stands in the other text; what lies between two matched ones counts with them if it is
    no longer than `reach` shingle lengths. So an edited copy is covered although it has lost many shingles, while a
    shared block covers only itself.
    """
    rows, places = np.unique(np.concatenate([first, second]), return_inverse=True)
    texts = full(rows)
    numbers, fresh = _numbered(texts)
    one, other = places[: len(first)], places[len(first) :]
    of_first, shared = _side(texts, fresh, one, _matches(numbers, texts.offsets, one, other), reach)
    of_second, _ = _side(texts, fresh, other, _matches(numbers, texts.offsets, other, one), reach)
    return Compared(first=first, second=second, shared=shared, of_first=of_first, of_second=of_second)


def join_compared(parts: list[Compared]) -> Compared:
    """The comparisons of several runs of pairs as one."""
    empty = np.zeros(0, np.int64)

    def side(sides: list[Side]) -> Side:
        nothing = np.zeros(0, np.float64)
        return Side(
            share=np.concatenate([nothing, *(each.share for each in sides)]),
            covered=np.concatenate([nothing, *(each.covered for each in sides)]),
            own=np.concatenate([nothing, *(each.own for each in sides)]),
        )

    return Compared(
        first=np.concatenate([empty, *(part.first for part in parts)]),
        second=np.concatenate([empty, *(part.second for part in parts)]),
        shared=np.concatenate([empty, *(part.shared for part in parts)]),
        of_first=side([part.of_first for part in parts]),
        of_second=side([part.of_second for part in parts]),
    )


def _numbered(texts: Shingles) -> tuple[Ints, Bools]:
    """A small number for every hash, equal for equal ones, and where a text has a hash for the first time."""
    order = np.argsort(texts.hashes, kind="stable")
    hashes = texts.hashes[order]
    owners = np.repeat(np.arange(len(texts.offsets) - 1), np.diff(texts.offsets))[order]
    new = np.ones(len(hashes), np.bool_)
    new[1:] = hashes[1:] != hashes[:-1]
    again = np.zeros(len(hashes), np.bool_)
    again[1:] = ~new[1:] & (owners[1:] == owners[:-1])
    numbers = np.empty(len(hashes), np.int64)
    numbers[order] = np.cumsum(new) - 1
    fresh = np.empty(len(hashes), np.bool_)
    fresh[order] = ~again
    return numbers, fresh


def _matches(numbers: Ints, offsets: Ints, one: Ints, other: Ints) -> Bools:
    """Which shingles of each pair's `one` stand in its `other`: the texts of `one`, one after another."""
    stamps = np.full(int(numbers.max(initial=0)) + 1, -1, np.int64)
    texts = [numbers[start:end] for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    matches = []
    for pair, (text, reference) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        stamps[texts[reference]] = pair
        matches.append(stamps[texts[text]] == pair)
    return np.concatenate([np.zeros(0, np.bool_), *matches])


def _side(texts: Shingles, fresh: Bools, text: Ints, matched: Bools, reach: int) -> tuple[Side, Ints]:
    """One side of every pair, and the number of distinct shingles shared, from its matched shingles."""
    sizes = np.diff(texts.offsets)[text]
    offsets = offsets_of(sizes)
    places = np.arange(offsets[-1]) + np.repeat(texts.offsets[text] - offsets[:-1], sizes)
    spans = texts.spans[places]
    weights = UNIT // spans
    total, covered = sums(weights, offsets), _covered(matched, spans, weights, offsets, reach)
    first = fresh[places]
    shared, distinct = sums(matched & first, offsets), sums(first, offsets)
    side = Side(
        share=shared / np.maximum(distinct, 1), covered=covered / np.maximum(total, 1), own=(total - covered) / UNIT
    )
    return side, shared


def _covered(matched: Bools, spans: Ints, weights: Ints, offsets: Ints, reach: int) -> Ints:
    """Total weight of the matched shingles of each run of `offsets`, and of the gaps between them that are bridged."""
    places = np.flatnonzero(matched)
    owners = np.searchsorted(offsets, places, "right") - 1
    running = offsets_of(weights)
    gains = weights[places]
    bridged = (owners[1:] == owners[:-1]) & (places[1:] - places[:-1] <= reach * spans[places[:-1]])
    gains[:-1] += np.where(bridged, running[places[1:]] - running[places[:-1] + 1], 0)
    return np.diff(np.append(0, np.cumsum(gains))[np.searchsorted(places, offsets)])
