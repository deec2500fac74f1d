"""A Parquet file of the last build and what was found in it: rows that stand there as they did are not looked at again.

Whatever follows from a row alone is the same for an equal row, so it is taken; equal means that all columns are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.parquet import open_parquet
from corpus.transforms.tokens import Ints

BATCH_ROWS: Final = 4096
"""So many rows of a written file are read back at a time."""

_FEW: Final = 8
"""So few neighbours are no longer halved to find those that are equal among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The rows of a file, and what was `found` of each, row by row."""

    rows: pa.Table
    found: pa.Table

    def found_in(self, batch: pa.RecordBatch, look: Callable[[pa.RecordBatch], pa.Table]) -> pa.Table:
        """What is found of the rows of `batch`: taken where an equal row stood here, else what `look` finds."""
        places = self._places(batch)
        known, others = np.flatnonzero(places >= 0), np.flatnonzero(places < 0)
        taken = self.found.take(pa.array(places[known]))
        if not len(others):
            return taken
        both = pa.concat_tables([taken, look(batch.take(pa.array(others)))])
        return both.take(pa.array(np.argsort(np.concatenate([known, others]))))

    def _places(self, batch: pa.RecordBatch) -> Ints:
        """Where the equal row of each row stands, or -1 (n,)."""
        ids = self.rows["id"].combine_chunks()
        places: Ints = pc.fill_null(pc.index_in(batch["id"], value_set=ids), -1).to_numpy().astype(np.int64)
        rows = pa.Table.from_batches([batch])
        ends = (places[:-1] < 0) | (np.diff(places) != 1)
        borders = [0, *(np.flatnonzero(ends) + 1).tolist(), len(places)]
        pending = list(pairwise(borders))
        while pending:
            start, end = pending.pop()
            place, count = int(places[start]), end - start
            if place < 0 or rows.slice(start, count).equals(self.rows.slice(place, count)):
                continue
            if count <= _FEW:
                places[start:end] = -1
            else:
                pending += [(start, start + count // 2), (start + count // 2, end)]
        return places


def rows_before(path: Path) -> pa.Table:
    """The rows of a Parquet file of the last build; all columns may be null, as in the batches held against them."""
    with open_parquet(path) as file:
        # read at once, its columns would grow by being copied, again and again
        batches = [pa.record_batch(batch.columns, names=batch.schema.names) for batch in file.iter_batches(BATCH_ROWS)]
    return pa.Table.from_batches(batches)
