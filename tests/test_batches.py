"""Parquet files are written the largest first, small ones together: what is cut, and that results come as one list."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from corpus.engines.base import in_batches
from corpus.engines.local import LocalEngine
from corpus.model import Part
from corpus.stages.export import BATCH_BYTES, largest_first


def part(number: int, size: int) -> Part:
    return Part(path=f"{number}.parquet", split="train", single=True, shards=(number,), size=size)


@given(st.lists(st.integers(1, 3 * BATCH_BYTES)))
def test_batches_hold_all_parts_the_largest_first_and_are_large_enough(sizes: list[int]) -> None:
    parts = [part(number, size) for number, size in enumerate(sizes)]
    batches = largest_first(parts)
    held = list(chain(*batches))
    assert sorted(held, key=lambda each: each.shards) == parts
    assert [each.size for each in held] == sorted(sizes, reverse=True)
    assert all(sum(each.size for each in batch) >= BATCH_BYTES for batch in batches[:-1])
    assert all(sum(each.size for each in batch[:-1]) < BATCH_BYTES for batch in batches)


def test_results_of_batches_are_one_list() -> None:
    with LocalEngine(2) as engine:
        assert list(in_batches(engine, abs, [(-1, -2), (-3,), ()])) == [1, 2, 3]
