"""Candidate pairs compared on full texts, as tasks: the shingles of each candidate are made once and kept in files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.engines.base import Engine
from corpus.io.depot import remove
from corpus.stages.arrays import column_of, listed, lists_of
from corpus.stages.staged import read_staged, staged_path, write_staged
from corpus.transforms.duplicates.compare import Compared, Side, Texts, compare, join_texts
from corpus.transforms.duplicates.find import DuplicateOptions, telling, verification_chunks
from corpus.transforms.duplicates.numbers import numbers_in
from corpus.transforms.duplicates.sketch import SketchOptions, compared_text, shingles
from corpus.transforms.tokens import Ints, offsets_of, runs_of

_SIDES: Final = ("first", "second")

SHINGLES: Final = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("distinct", pa.int64()),
        pa.field("hashes", pa.large_list(pa.uint64())),
        pa.field("spans", pa.large_list(pa.uint32())),
        pa.field("numbers", pa.large_list(pa.uint64())),
    ]
)
"""What is compared of a candidate: all its shingles in text order, how many different ones, and its numbers."""

BATCH_SHINGLES: Final = 1 << 22
"""The shingles of candidates are made in one task up to about this many; no result depends on it."""

COMPARED: Final = pa.schema(
    [pa.field(name, pa.int64()) for name in ("first", "second", "shared", "numbers", "strange")]
    + [pa.field(f"{side}_{name}", pa.float64()) for side in _SIDES for name in ("share", "covered", "own")]
)
"""Verified pairs that can tell anything; see `compare.Compared`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Ascending rows whose shingles go to the file of this number, and how many different ones each has."""

    number: int
    rows: Ints
    distinct: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Shingle:
    """The task that makes the shingles of some rows, from their staged titles and bodies."""

    work: Path
    into: str
    borders: Ints
    options: SketchOptions

    def __call__(self, wanted: Wanted) -> int:
        """Write the shingles of these rows; gives the number of rows."""
        texts: list[str] = []
        for shard, local in by_shard(wanted.rows, self.borders):
            places = pa.array(local)
            rows = read_staged(staged_path(self.work, "rows", shard), ["title", "body"]).take(places)
            texts += map(compared_text, rows["title"].to_pylist(), rows["body"].to_pylist())
        found = shingles(texts, self.options)
        columns = {
            "row": wanted.rows,
            "distinct": wanted.distinct,
            "hashes": listed(found.hashes, found.offsets, pa.uint64()),
            "spans": listed(found.spans, found.offsets, pa.uint32()),
            "numbers": listed(*numbers_in(texts), pa.uint64()),
        }
        write_staged(_shingles_path(self.work, self.into, wanted.number), columns, SHINGLES)
        return len(texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """The task that compares pairs of rows on their shingles; `starts` are the first rows of the shingle files."""

    work: Path
    into: str
    starts: Ints
    options: DuplicateOptions

    def __call__(self, chunk: tuple[int, tuple[Ints, Ints]]) -> int:
        """Compare the pairs of rows of a numbered chunk, and write those that can tell anything; gives how many."""
        number, pairs = chunk
        found = telling(compare(*pairs, self._full, reach=self.options.reach), self.options)
        write_staged(staged_path(self.work, self.into, number), columns_of(found), COMPARED)
        return len(found.first)

    def _full(self, rows: Ints) -> Texts:
        parts = []
        for number, local in by_shard(rows, self.starts):
            table = read_staged(_shingles_path(self.work, self.into, number))
            parts.append(_texts(table, np.searchsorted(column_of(table, "row"), local + self.starts[number])))
        return join_texts(parts)


def columns_of(pairs: Compared) -> dict[str, npt.NDArray[Any]]:
    """Verified pairs as columns."""
    sides = {
        f"{name}_{figure}": getattr(side, figure)
        for name, side in zip(_SIDES, (pairs.of_first, pairs.of_second), strict=True)
        for figure in ("share", "covered", "own")
    }
    return {name: getattr(pairs, name) for name in ("first", "second", "shared", "numbers", "strange")} | sides


def compared_of(table: pa.Table) -> Compared:
    """Columns as verified pairs; the other way round of `columns_of`."""
    columns = {name: column_of(table, name) for name in COMPARED.names}
    first, second = (
        Side(share=columns[f"{name}_share"], covered=columns[f"{name}_covered"], own=columns[f"{name}_own"])
        for name in _SIDES
    )
    plain = {name: columns[name] for name in ("first", "second", "shared", "numbers", "strange")}
    return Compared(**plain, of_first=first, of_second=second)


def _texts(table: pa.Table, places: Ints) -> Texts:
    """Some rows of a file of shingles."""

    def picked(name: str) -> tuple[npt.NDArray[Any], Ints]:
        values, offsets = lists_of(table, name)
        starts, ends = offsets[places], offsets[places + 1]
        runs = [values[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        return np.concatenate([values[:0], *runs]), offsets_of(ends - starts)

    hashes, offsets = picked("hashes")
    numbers, borders = picked("numbers")
    return Texts(
        hashes=hashes,
        spans=picked("spans")[0],
        offsets=offsets,
        distinct=column_of(table, "distinct")[places],
        numbers=numbers,
        borders=borders,
    )


def compare_pairs(
    first: Ints,
    second: Ints,
    distinct: Ints,
    borders: Ints,
    engine: Engine,
    work: Path,
    *,
    into: str,
    start: int = 0,
    shingle_options: SketchOptions,
    options: DuplicateOptions,
) -> list[int]:
    """Compare pairs of rows on full texts; those that can tell anything go to the files `into`, from number `start` on.

    Gives how many pairs were compared for each file, in order.

    `distinct` (n,) counts the different shingles of every row, `borders` (s + 1,) tell where each shard begins.
    """
    rows = np.unique(np.concatenate([first, second]))
    batches = list(_batches(rows, distinct))
    list(engine.map(Shingle(work=work, into=into, borders=borders, options=shingle_options), batches))
    starts = np.array([batch.rows[0] for batch in batches], np.int64)
    chunks = list(enumerate(verification_chunks(first, second, distinct), start=start))
    list(engine.map(Compare(work=work, into=into, starts=starts, options=options), chunks))
    for batch in batches:
        remove(_shingles_path(work, into, batch.number))
    return [len(first) for _, (first, _) in chunks]


def take_compared(work: Path, into: str, files: int) -> Compared:
    """The pairs in so many files of `compare_pairs`, which go."""
    paths = [staged_path(work, into, number) for number in range(files)]
    found = compared_of(pa.concat_tables([COMPARED.empty_table(), *map(read_staged, paths)]))
    for path in paths:
        remove(path)
    return found


def _shingles_path(work: Path, into: str, number: int) -> Path:
    return staged_path(work, f"{into}-shingles", number)


def by_shard(rows: Ints, borders: Ints) -> Iterator[tuple[int, Ints]]:
    """Ascending rows by the shard they lie in, as places there; `borders` tell where each shard begins."""
    shards = np.searchsorted(borders, rows, side="right") - 1
    for start, end in runs_of(shards):
        shard = int(shards[start])
        yield shard, rows[start:end] - borders[shard]


def _batches(rows: Ints, distinct: Ints) -> Iterator[Wanted]:
    """Runs of ascending rows with about BATCH_SHINGLES different shingles each."""
    mine = distinct[rows]
    for number, (start, end) in enumerate(runs_of(np.cumsum(mine) // BATCH_SHINGLES)):
        yield Wanted(number=number, rows=rows[start:end], distinct=mine[start:end])
