"""Verification: two texts compared by all their shingles, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpus.transforms.duplicates.matching import UNIT, match_pairs
from corpus.transforms.duplicates.numbers import strange_numbers
from corpus.transforms.tokens import Ints, UInts, offsets_of, runs_of

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


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
    """Pairs of rows (p,), the distinct shingles they share (p,), and both sides.

    `numbers` (p,) counts the different numbers in the second text, `strange` (p,) those that the first one has not.
    """

    first: Ints
    second: Ints
    shared: Ints
    numbers: Ints
    strange: Ints
    of_first: Side
    of_second: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What is compared of n texts: text i has the shingles `hashes[offsets[i]:offsets[i + 1]]`, in text order with
    repeats, `spans` tokens long, of which `distinct` (n,) are different ones, and the different numbers
    `numbers[borders[i]:borders[i + 1]]`, ascending.
    """

    hashes: UInts
    spans: npt.NDArray[np.uint32]
    offsets: Ints
    distinct: Ints
    numbers: UInts
    borders: Ints


def pair_chunks(first: Ints, second: Ints, sizes: Ints, *, limit: int) -> Iterator[slice]:
    """Cuts a list of pairs so that the texts of each run have about `limit` shingles in all; `sizes` (n,) by row.

    Where a text is the first of neighbouring pairs, it counts once.
    """
    again = np.zeros(len(first), np.bool_)
    again[1:] = first[1:] == first[:-1]
    chunk = np.cumsum(sizes[second] + np.where(again, 0, sizes[first])) // limit
    yield from (slice(start, end) for start, end in runs_of(chunk))


def compare(first: Ints, second: Ints, full: Callable[[Ints], Texts], *, reach: int) -> Compared:
    """Every pair of rows compared on its full texts; `full` gives those of ascending rows.

    Pairs with one `first` should stand together: its table of shingles is made once for all of them.

    A shingle is matched if it stands in the other text; what lies between two matched ones counts with them if it is
    no longer than `reach` shingle lengths. So an edited copy is covered although it has lost many shingles, while a
    shared block covers only itself.
    """
    rows, places = np.unique(np.concatenate([first, second]), return_inverse=True)
    texts = full(rows)
    one, other = places[: len(first)].astype(np.int64), places[len(first) :].astype(np.int64)
    figures = match_pairs(texts.hashes, texts.spans, texts.offsets, one, other, reach)
    shared, of_first, of_second, all_first, all_second = figures.T
    return Compared(
        first=first,
        second=second,
        shared=shared.copy(),
        numbers=np.diff(texts.borders)[other],
        strange=strange_numbers(texts.numbers, texts.borders, one, other),
        of_first=_side(shared, texts.distinct[one], of_first, all_first),
        of_second=_side(shared, texts.distinct[other], of_second, all_second),
    )


def join_texts(parts: Sequence[Texts]) -> Texts:
    """Several runs of texts as one, in their order."""
    none = np.zeros(0, np.int64)
    return Texts(
        hashes=np.concatenate([np.zeros(0, np.uint64), *(part.hashes for part in parts)]),
        spans=np.concatenate([np.zeros(0, np.uint32), *(part.spans for part in parts)]),
        offsets=offsets_of(np.concatenate([none, *(np.diff(part.offsets) for part in parts)])),
        distinct=np.concatenate([none, *(part.distinct for part in parts)]),
        numbers=np.concatenate([np.zeros(0, np.uint64), *(part.numbers for part in parts)]),
        borders=offsets_of(np.concatenate([none, *(np.diff(part.borders) for part in parts)])),
    )


def chosen(compared: Compared, keep: Bools) -> Compared:
    """Some of the pairs."""

    def side(which: Side) -> Side:
        return Side(share=which.share[keep], covered=which.covered[keep], own=which.own[keep])

    return Compared(
        first=compared.first[keep],
        second=compared.second[keep],
        shared=compared.shared[keep],
        numbers=compared.numbers[keep],
        strange=compared.strange[keep],
        of_first=side(compared.of_first),
        of_second=side(compared.of_second),
    )


def join_compared(parts: Sequence[Compared]) -> Compared:
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
        numbers=np.concatenate([empty, *(part.numbers for part in parts)]),
        strange=np.concatenate([empty, *(part.strange for part in parts)]),
        of_first=side([part.of_first for part in parts]),
        of_second=side([part.of_second for part in parts]),
    )


def _side(shared: Ints, distinct: Ints, covered: Ints, total: Ints) -> Side:
    return Side(
        share=shared / np.maximum(distinct, 1), covered=covered / np.maximum(total, 1), own=(total - covered) / UNIT
    )
