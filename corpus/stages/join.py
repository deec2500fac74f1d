"""The join over the sketches of all shards as tasks that meet in files: which pairs of rows are worth comparing.

No process holds more than one part of the hashes or one range of the pairs; how many there are of both follows from
the data. The driver holds a few numbers a row, and the pairs that are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from corpus.engines.base import Engine
from corpus.io.depot import remove
from corpus.stages.arrays import column_of, listed, lists_of
from corpus.stages.staged import read_staged, staged_path, write_staged
from corpus.transforms.duplicates.find import DuplicateOptions, Standing, by_rank, sketch_sizes
from corpus.transforms.duplicates.join import (
    Layout,
    PairCounts,
    Sizes,
    cut_ranges,
    layout_of,
    likely_pairs,
    merge_pairs,
    ranges_of,
    route,
    sample_of,
    shared_hashes,
    within,
)
from corpus.transforms.tokens import Ints, UInts, runs_of

ENTRIES: Final = pa.schema([pa.field("entries", pa.large_list(pa.uint64()))])
"""Entries of the join from some shards, a row for every part."""

PAIRS: Final = pa.schema([pa.field("pair", pa.uint64()), pa.field("count", pa.uint32())])
"""The pairs of one part, ascending."""

RANKS: Final = pa.schema([pa.field("rank", pa.uint32())])
"""The rank of every row that is joined, or ABSENT, by row."""

SIZES: Final = pa.schema(
    [pa.field("kept", pa.uint32()), pa.field("sampled", pa.uint32()), pa.field("whole", pa.bool_())]
)
"""The sizes of the sketches by rank."""

BATCH_HASHES: Final = 1 << 21
"""The hashes of neighbouring shards are routed in one task up to about this many; no result depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Neighbouring shards `start` up to `end`, the first row of them all, and the number of the file they go to."""

    number: int
    start: int
    end: int
    first_row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The task that sends the hashes of some shards to the parts of the join."""

    work: Path
    layout: Layout
    limit: int

    def __call__(self, batch: Batch) -> Sizes:
        """Write the entries of these shards; gives the sizes of their sketches by row."""
        tables = [
            read_staged(staged_path(self.work, "sketches", shard), ["shingles", "hashes"])
            for shard in range(batch.start, batch.end)
        ]
        table = pa.concat_tables(tables)
        hashes, offsets = lists_of(table, "hashes")
        ranks = column_of(read_staged(staged_path(self.work, "ranks", 0)), "rank")
        mine = ranks[batch.first_row : batch.first_row + table.num_rows]
        # of arrays that may not be written numba would compile another kernel
        hashes, mine = np.require(hashes, requirements="W"), mine.copy()
        entries, borders = route(hashes, offsets, mine, self.layout)
        columns = {"entries": listed(entries, borders, pa.uint64())}
        write_staged(staged_path(self.work, "entries", batch.number), columns, ENTRIES)
        return sketch_sizes(hashes, offsets, column_of(table, "shingles"), self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """The task that finds the pairs in one part of the hashes, from the entries of all batches."""

    work: Path
    layout: Layout
    batches: int
    partners: int

    def __call__(self, part: int) -> UInts:
        """Write the pairs of a part; gives a sample of them."""
        found = shared_hashes(
            np.concatenate([self._entries(batch, part) for batch in range(self.batches)]),
            self.layout,
            partners=self.partners,
        )
        write_staged(staged_path(self.work, "pairs", part), {"pair": found.pairs, "count": found.counts}, PAIRS)
        return sample_of(found)

    def _entries(self, batch: int, part: int) -> UInts:
        table = read_staged(staged_path(self.work, "entries", batch))
        return np.asarray(table["entries"][part].values.to_numpy(), np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """The task that adds up one range of the pairs over all parts."""

    work: Path
    parts: int
    share: float

    def __call__(self, limits: tuple[int, int | None]) -> UInts:
        """The pairs of ranks, packed and ascending, that seem to share enough."""
        sizes = read_staged(staged_path(self.work, "sizes", 0))
        merged = merge_pairs([within(self._pairs(part), *limits) for part in range(self.parts)])
        return likely_pairs(
            merged,
            Sizes(kept=column_of(sizes, "kept"), sampled=column_of(sizes, "sampled"), whole=column_of(sizes, "whole")),
            self.share,
        )

    def _pairs(self, part: int) -> PairCounts:
        table = read_staged(staged_path(self.work, "pairs", part))
        return PairCounts(pairs=column_of(table, "pair"), counts=column_of(table, "count"))


def join_sketches(
    borders: Ints,
    hashes: Ints,
    standing: Standing,
    engine: Engine,
    work: Path,
    *,
    limit: int,
    options: DuplicateOptions,
) -> UInts:
    """The pairs of ranks to verify, packed and ascending.

    `borders` (s + 1,) tell where the rows of each shard begin, `hashes` (s,) how many hashes its sketches keep.
    """
    write_staged(staged_path(work, "ranks", 0), {"rank": standing.joined()}, RANKS)
    layout = layout_of(int(hashes.sum()), len(standing.same))
    batches = list(_batches(borders, hashes))
    sizes = by_rank(_joined(list(engine.map(Route(work=work, layout=layout, limit=limit), batches))), standing)
    columns = {"kept": sizes.kept, "sampled": sizes.sampled, "whole": sizes.whole}
    write_staged(staged_path(work, "sizes", 0), columns, SIZES)
    join = Join(work=work, layout=layout, batches=len(batches), partners=options.partners)
    cuts = cut_ranges(list(engine.map(join, range(layout.parts))))
    _remove(work, "entries", len(batches))
    merge = Merge(work=work, parts=layout.parts, share=options.candidate)
    found = list(engine.map(merge, ranges_of(cuts)))
    _remove(work, "pairs", layout.parts)
    return np.concatenate([np.zeros(0, np.uint64), *found])


def _batches(borders: Ints, hashes: Ints) -> Iterator[Batch]:
    """Runs of shards with about BATCH_HASHES hashes each."""
    batch = np.cumsum(hashes) // BATCH_HASHES
    for number, (start, end) in enumerate(runs_of(batch)):
        yield Batch(number=number, start=start, end=end, first_row=int(borders[start]))


def _joined(parts: Sequence[Sizes]) -> Sizes:
    return Sizes(
        kept=np.concatenate([part.kept for part in parts]),
        sampled=np.concatenate([part.sampled for part in parts]),
        whole=np.concatenate([part.whole for part in parts]),
    )


def _remove(work: Path, name: str, count: int) -> None:
    for number in range(count):
        remove(staged_path(work, name, number))
