"""The rows of two releases side by side in the order of their ids, a window at a time: nothing grows with their size.

Each Parquet file is sorted by id, and so are the files of one split and kind one after the other. A window holds of
both releases all rows up to the smallest id that ends a batch somewhere: what an id is on one side and on the other is
then at hand together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.errors import DataError
from corpus.history.edition import Edition
from corpus.io.parquet import open_parquet

PART: Final = "part"
"""The column of a window that says in which of the edition's `parts` a row lies."""

BATCH_ROWS: Final = 8192
BODY_ROWS: Final = 512
"""Rows in a batch of short columns, and in one with bodies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """All rows of both releases within one range of ids, sorted by id: the columns asked for, and PART."""

    old: pa.Table
    new: pa.Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is read of one release: these of its `parts`, these columns beside `id`."""

    edition: Edition
    parts: tuple[int, ...]
    columns: tuple[str, ...]


def windows(old: Reading, new: Reading) -> Iterator[Window]:
    """Both releases from the first id to the last; raises DataError for a file that cannot be read or is not sorted."""
    sides = [_Side.open(reading) for reading in (old, new)]
    while heads := [head for side in sides for head in side.heads]:
        bound = min(head.last for head in heads)
        first, second = (side.take(bound) for side in sides)
        yield Window(old=first, new=second)


@dataclass(slots=True)
class _Head:
    """Where one lane of files is being read: the batch at hand, the id that ends it, and what follows."""

    batches: Iterator[pa.RecordBatch]
    batch: pa.RecordBatch
    last: str

    def take(self, bound: str) -> pa.RecordBatch:
        """The rows of the batch up to the id `bound`."""
        ids = self.batch["id"]
        count = len(ids) if self.last <= bound else _count_up_to(ids, bound)
        taken, self.batch = self.batch.slice(0, count), self.batch.slice(count)
        return taken


@dataclass(slots=True)
class _Side:
    reading: Reading
    heads: list[_Head]
    empty: pa.Table

    @classmethod
    def open(cls, reading: Reading) -> _Side:
        edition = reading.edition
        edition.fetch([edition.parts[number].path for number in reading.parts])
        lanes = (_batches(reading, lane) for lane in edition.lanes(reading.parts))
        heads = [head for lane in lanes if (head := _next_head(lane))]
        # Without a row there is no schema at hand; nobody looks at the columns of an empty side but these two.
        empty = heads[0].batch.schema.empty_table() if heads else _NOTHING.empty_table()
        return cls(reading, heads, empty)

    def take(self, bound: str) -> pa.Table:
        """The rows up to the id `bound` from every lane, sorted."""
        pieces, left = [], []
        for head in self.heads:
            pieces.append(head.take(bound))
            rest = head if len(head.batch) else _next_head(head.batches)
            left += [rest] if rest else []
        self.heads = left
        pieces = [piece for piece in pieces if len(piece)]
        if not pieces:
            return self.empty
        table = pa.Table.from_batches(pieces)
        if len(pieces) > 1:
            table = table.take(pc.sort_indices(table, sort_keys=[("id", "ascending")]))
        return table.combine_chunks()


_NOTHING: Final = pa.schema([pa.field("id", pa.string(), nullable=False), pa.field(PART, pa.int32(), nullable=False)])


def _next_head(batches: Iterator[pa.RecordBatch]) -> _Head | None:
    batch = next(batches, None)
    return None if batch is None else _Head(batches, batch, batch["id"][-1].as_py())


def _batches(reading: Reading, lane: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """The rows of a lane, file after file, in batches that hold at least one; the ids ascend."""
    last = None
    for number in lane:
        for batch in part_batches(reading.edition, number, ("id", *reading.columns)):
            last = _check_order(batch["id"], last, reading.edition, number)
            part = pa.array(np.full(len(batch), number, np.int32))
            yield pa.RecordBatch.from_arrays([*batch.columns, part], names=[*batch.schema.names, PART])


def part_batches(edition: Edition, number: int, columns: Iterable[str]) -> Iterator[pa.RecordBatch]:
    """These columns of one of the edition's `parts` (fetched already), batch by batch."""
    path = edition.folder / edition.parts[number].path
    wanted = list(columns)
    with open_parquet(path) as file:
        for batch in file.iter_batches(batch_size=BODY_ROWS if "body" in wanted else BATCH_ROWS, columns=wanted):
            if len(batch):
                yield batch.select(wanted)


def _check_order(ids: pa.StringArray, last: str | None, edition: Edition, number: int) -> str:
    """The last id; raises DataError unless the ids ascend from `last` on, in the order of their UTF-8 bytes."""
    ascending = pc.all(pc.less(ids[:-1], ids[1:]), min_count=0).as_py()
    if ids.null_count or not ascending or (last is not None and ids[0].as_py() <= last):
        what, remedy = "the rows are not in the order of their ids", "build the release again"
        where = f"{edition.where}: {edition.parts[number].path}"
        raise DataError(what, where=where, found=str(ids[0].as_py()), remedy=remedy)
    return str(ids[-1].as_py())


def _count_up_to(ids: pa.StringArray, bound: str) -> int:
    return bisect_right(range(len(ids)), bound, key=lambda at: ids[at].as_py())
