"""Of a Parquet file only rows that do not stand in that of the last build as they are now are looked at."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from corpus.release.part_before import Before, rows_before

SCHEMA = pa.schema(
    [pa.field("id", pa.string(), nullable=False), ("kinds", pa.list_(pa.struct([("kind", pa.string())])))]
)


def rows(numbers: dict[int, int]) -> pa.RecordBatch:
    """A row for every number, with so many kinds."""
    ids = [f"{number:03d}" for number in sorted(numbers)]
    kinds = [[{"kind": "title"}] * numbers[number] for number in sorted(numbers)]
    return pa.record_batch(
        [pa.array(ids, pa.string()), pa.array(kinds, SCHEMA.field("kinds").type)], names=SCHEMA.names
    )


def seen(batch: pa.RecordBatch) -> pa.Table:
    """What is found of rows: all that they hold, in one text."""
    return pa.table({"told": [str(row) for row in batch.to_pylist()]})


NUMBERS = st.dictionaries(st.integers(0, 60), st.integers(0, 2), min_size=1, max_size=60)


@given(NUMBERS, NUMBERS, st.booleans())
def test_what_is_found_of_equal_rows_is_taken(old: dict[int, int], other: dict[int, int], alike: bool) -> None:
    now = {**old, **other} if alike else other
    before = Before(rows=pa.Table.from_batches([rows(old)]), found=seen(rows(old)))
    assert before.found_in(rows(now), seen)["told"].to_pylist() == seen(rows(now))["told"].to_pylist()


def test_no_other_rows_are_looked_at(tmp_path: Path) -> None:
    old = dict.fromkeys(range(0, 200, 2), 1)
    table = pa.Table.from_batches([rows(old)]).cast(SCHEMA)
    pq.write_table(table, tmp_path / "old.parquet", row_group_size=30)
    before = Before(rows=rows_before(tmp_path / "old.parquet"), found=seen(rows(old)))
    looked: list[str] = []

    def look(batch: pa.RecordBatch) -> pa.Table:
        looked.extend(batch["id"].to_pylist())
        return seen(batch)

    before.found_in(rows(old), look)
    assert not looked
    before.found_in(rows({**old, 80: 2, 81: 1}), look)
    assert {"080", "081"} <= set(looked)
    assert len(looked) <= 10
