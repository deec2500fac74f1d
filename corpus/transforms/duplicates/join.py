"""The join over sketches: pairs of texts that share kept hashes, in parts by hash, merged in parts by pair.

Three steps, each over many parts that can be worked on anywhere and hold a bounded number of entries: `route` sends the
hashes of some rows to the parts of the hashes; `shared_hashes` finds the pairs in one such part; `merge_pairs` adds up
the pairs of one range of pairs over all parts of the hashes. How many parts there are follows from the data alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.errors import DataError
from corpus.transforms.duplicates.kernels import add_up, count_under, pairs_under, route_entries
from corpus.transforms.tokens import Ints, UInts

Dates = npt.NDArray[np.datetime64]
Small = npt.NDArray[np.uint32]

ABSENT: Final = (1 << 32) - 1
"""In the place of a rank: the row is not joined, as another row with the same tokens is."""

LEAST_HASH_BITS: Final = 40
"""Two hashes that agree in this many bits by chance cost one comparison of two texts, and no more."""

PART_ENTRIES: Final = 1 << 20
"""About so many hashes are joined at once; no result depends on it."""

RANGE_ENTRIES: Final = 1 << 22
"""About so many counted pairs are merged at once; no result depends on it."""

SAMPLE: Final = 1 << 10
"""Of so many counted pairs one is shown to whoever cuts the ranges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a join is cut into 2**`part_bits` parts by the lowest bits of the hashes, and how an entry is packed.

    An entry is one 64-bit number: the rank in its lowest `rank_bits`, above it the hash without its part (which all
    hashes of a part have in common). So 64 - `rank_bits` + `part_bits` bits tell two hashes apart.
    """

    part_bits: int
    rank_bits: int

    @property
    def parts(self) -> int:
        """The number of parts."""
        return 1 << self.part_bits


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCounts:
    """Distinct pairs of ranks, packed as first * 2**32 + second with first < second, ascending (p,), and how many
    hashes the join saw them share (p,).
    """

    pairs: UInts
    counts: Small


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Sizes of sketches by rank (n,): all `kept` hashes, those that are `sampled`, and whether none was left out."""

    kept: Small
    sampled: Small
    whole: npt.NDArray[np.bool_]


def keeper_order(words: Ints, dates: Dates) -> Ints:
    """All rows (n,), those first that would rather be kept: most words, then earliest date, then smallest row.

    Rows come in the order of their ids. A missing date (NaT) is later than any other.
    """
    return np.lexsort((dates, -words)).astype(np.int64)


def layout_of(hashes: int, rows: int) -> Layout:
    """The layout of a join over `hashes` kept hashes of `rows` texts.

    Raises DataError for more texts than the ranks in a pair can number.
    """
    part_bits = (hashes // PART_ENTRIES).bit_length()
    rank_bits = max(1, (rows - 1).bit_length())
    if rank_bits > 32 or 64 - rank_bits + part_bits < LEAST_HASH_BITS:
        remedy = f"the join holds at most {ABSENT:,} texts: build the corpus in parts"
        raise DataError("too many texts for one join", found=f"{rows:,} texts, {hashes:,} hashes", remedy=remedy)
    return Layout(part_bits=part_bits, rank_bits=rank_bits)


def route(hashes: UInts, offsets: Ints, ranks: Small, layout: Layout) -> tuple[UInts, Ints]:
    """The entries of some rows, those of one part of the join after those of another, and where each part begins.

    Row i has `hashes[offsets[i]:offsets[i + 1]]`; rows whose rank is ABSENT have no entries.
    """
    return route_entries(hashes, offsets, ranks, layout.part_bits, layout.rank_bits)


def shared_hashes(entries: UInts, layout: Layout, *, partners: int) -> PairCounts:
    """Pairs of ranks that stand under one hash of a part, by sorting its entries.

    Under each hash every text is paired with the `partners` best-ranked texts there: up to that many texts all meet,
    and more of them (a block that a site repeats on all pages) cost no more than `partners` pairs each. The best-ranked
    are those that could be kept.
    """
    ordered = np.sort(entries)
    ordered = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    most = min(partners, len(ordered))
    pairs = pairs_under(ordered, layout.rank_bits, most, count_under(ordered, layout.rank_bits, most))
    pairs.sort()
    return _added(pairs, np.ones(len(pairs), np.uint32))


def cut_ranges(samples: Sequence[UInts]) -> UInts:
    """Where to cut the pairs of all parts into ranges that can be merged in memory: the first pair of each but the
    first one. `samples` holds every SAMPLE-th pair of each part.
    """
    shown = np.sort(np.concatenate([np.zeros(0, np.uint64), *samples]))
    step = RANGE_ENTRIES // SAMPLE
    return np.unique(shown[step::step])


def ranges_of(cuts: UInts) -> list[tuple[int, int | None]]:
    """The ranges of pairs between cuts: the first pair of each, and the one after its last."""
    borders = cuts.tolist()
    return list(zip([0, *borders], [*borders, None], strict=True))


def sample_of(found: PairCounts) -> UInts:
    """Every SAMPLE-th pair."""
    return found.pairs[SAMPLE - 1 :: SAMPLE].copy()


def merge_pairs(parts: Sequence[PairCounts]) -> PairCounts:
    """The counts of one range of pairs in several parts of the hashes, added up."""
    pairs = np.concatenate([np.zeros(0, np.uint64), *(part.pairs for part in parts)])
    counts = np.concatenate([np.zeros(0, np.uint32), *(part.counts for part in parts)])
    order = np.argsort(pairs, kind="stable")
    return _added(pairs[order], counts[order])


def within(found: PairCounts, start: int, end: int | None) -> PairCounts:
    """The pairs from `start` up to `end`, or all that follow."""
    first = np.searchsorted(found.pairs, np.uint64(start))
    last = len(found.pairs) if end is None else np.searchsorted(found.pairs, np.uint64(end))
    return PairCounts(pairs=found.pairs[first:last], counts=found.counts[first:last])


def likely_pairs(found: PairCounts, sizes: Sizes, share: float) -> UInts:
    """The pairs whose estimated containment, in the smaller of the two, is at least `share`.

    Containment is estimated (Broder 1997) from the hashes that both sketches could hold: the sampled ones, or all of
    them where both texts are short and kept whole.
    """
    first, second = unpacked(found.pairs)
    both = sizes.whole[first] & sizes.whole[second]
    kept = np.minimum(sizes.kept[first], sizes.kept[second])
    sampled = np.minimum(sizes.sampled[first], sizes.sampled[second])
    return found.pairs[found.counts >= share * np.where(both, kept, sampled)]


def unpacked(pairs: UInts) -> tuple[Ints, Ints]:
    """The first and the second number of every packed pair."""
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(ABSENT)).astype(np.int64)


def spread(starts: Ints, ends: Ints) -> Ints:
    """All whole numbers of the ranges start:end, one after another."""
    sizes = ends - starts
    shift = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    return shift + np.arange(len(shift), dtype=np.int64)


def _added(pairs: UInts, counts: Small) -> PairCounts:
    """Equal neighbours as one, with the sum of their counts; both arrays are written over."""
    left = add_up(pairs, counts)
    return PairCounts(pairs=pairs[:left].copy(), counts=counts[:left].copy())
