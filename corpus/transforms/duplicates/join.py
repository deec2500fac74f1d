"""Candidate pairs: which texts share enough sampled shingles to be worth comparing in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.duplicates.sketch import Sketches
from corpus.transforms.tokens import Ints, UInts, sums

Dates = npt.NDArray[np.datetime64]

RANK_BITS: Final = 24
"""The join sorts one 64-bit number for each kept hash: 40 bits of the hash above 24 bits of the text's rank."""

_CHUNK: Final = 1 << 24
"""Hashes sorted at once; no result depends on it."""

_RANK_MASK = np.uint64((1 << RANK_BITS) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCounts:
    """Pairs of ranks `first` < `second` (p,), ascending by both, and how many hashes the join saw them share."""

    first: Ints
    second: Ints
    counts: Ints


def keeper_order(words: Ints, dates: Dates) -> Ints:
    """All rows (n,), those first that would rather be kept: most words, then earliest date, then smallest row.

    Rows come in the order of their ids. A missing date (NaT) is later than any other.
    """
    return np.lexsort((np.arange(len(words)), dates, -words)).astype(np.int64)


def candidate_pairs(sketches: Sketches, rows: Ints, *, partners: int, share: float, limit: int) -> PairCounts:
    """Pairs of positions in `rows` whose estimated containment, in the smaller of the two, is at least `share`.

    `rows` are the rows to join, in keeper order. Containment is estimated (Broder 1997) from the hashes that both
    sketches could hold: those up to `limit`, or all of them where both texts are short and kept whole.
    """
    starts, ends = sketches.offsets[rows], sketches.offsets[rows + 1]
    ranks = np.repeat(np.arange(len(rows), dtype=np.int64), ends - starts)
    hashes = sketches.hashes[spread(starts, ends)]
    parts = np.uint64(1 + len(hashes) // _CHUNK)
    pairs = merge_pairs(
        [
            shared_hashes(hashes[chosen], ranks[chosen], partners=partners)
            for chosen in (np.flatnonzero(hashes % parts == part) for part in range(int(parts)))
        ]
    )
    sampled = sums(sketches.hashes <= np.uint64(limit), sketches.offsets)[rows]
    kept = ends - starts
    whole = kept == sketches.shingles[rows]
    both = whole[pairs.first] & whole[pairs.second]
    sizes = np.where(
        both,
        np.minimum(kept[pairs.first], kept[pairs.second]),
        np.minimum(sampled[pairs.first], sampled[pairs.second]),
    )
    return _chosen(pairs, pairs.counts >= share * sizes)


def shared_hashes(hashes: UInts, ranks: Ints, *, partners: int) -> PairCounts:
    """Pairs of ranks that stand under one hash, by sorting (hash, rank); entries must be distinct.

    Under each hash every text is paired with the `partners` best-ranked texts there: up to that many texts all meet,
    and more of them (a block that a site repeats on all pages) cost no more than `partners` pairs each. The best-ranked
    are those that could be kept. Hashes may be given in parts, so that all equal ones are in one: see `merge_pairs`.
    """
    if len(ranks) and int(ranks.max()) >= 1 << RANK_BITS:
        raise ValueError(f"the join holds at most {1 << RANK_BITS:,} texts")
    entries = (hashes << np.uint64(RANK_BITS)) | ranks.astype(np.uint64)
    entries.sort()
    keys, members = entries >> np.uint64(RANK_BITS), entries & _RANK_MASK
    pairs = [np.zeros(0, np.uint64)]
    leads = np.ones(len(keys), np.bool_)
    leads[1:] = keys[1:] != keys[:-1]
    begins = np.flatnonzero(leads)[np.cumsum(leads) - 1]
    later = np.arange(len(keys))
    for partner in range(partners):
        later = later[later - begins[later] > partner]
        if not len(later):
            break
        pairs.append((members[begins[later] + partner] << np.uint64(32)) | members[later])
    return _counted(np.concatenate(pairs), np.zeros(0, np.int64))


def merge_pairs(parts: Sequence[PairCounts]) -> PairCounts:
    """The counts of `shared_hashes` over several parts of the hashes, added up."""
    pairs = [(part.first.astype(np.uint64) << np.uint64(32)) | part.second.astype(np.uint64) for part in parts]
    return _counted(
        np.concatenate([np.zeros(0, np.uint64), *pairs]),
        np.concatenate([np.zeros(0, np.int64), *(part.counts for part in parts)]),
    )


def spread(starts: Ints, ends: Ints) -> Ints:
    """All whole numbers of the ranges start:end, one after another."""
    sizes = ends - starts
    shift = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    return shift + np.arange(len(shift), dtype=np.int64)


def _counted(pairs: UInts, counts: Ints) -> PairCounts:
    """Equal pairs as one, with the sum of their `counts`, or without any their number."""
    if len(counts):
        order = np.argsort(pairs, kind="stable")
        pairs, counts = pairs[order], counts[order]
    else:
        pairs.sort()
    new = np.ones(len(pairs), np.bool_)
    new[1:] = pairs[1:] != pairs[:-1]
    begins = np.flatnonzero(new)
    totals = np.add.reduceat(counts, begins) if len(counts) else np.diff(np.append(begins, len(pairs)))
    firsts = (pairs[begins] >> np.uint64(32)).astype(np.int64)
    seconds = (pairs[begins] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return PairCounts(first=firsts, second=seconds, counts=totals.astype(np.int64))


def _chosen(pairs: PairCounts, keep: npt.NDArray[np.bool_]) -> PairCounts:
    return PairCounts(first=pairs.first[keep], second=pairs.second[keep], counts=pairs.counts[keep])
