"""The rows of a shard in the order of their ids, however many: runs on disk, merged into pieces of bounded size."""

from __future__ import annotations

import hashlib
import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from corpus.model import Staged
from corpus.stages.staged import ROWS, SKETCHES, read_staged, staged_path, write_staged

TABLES: Final = {"rows": ROWS, "sketches": SKETCHES}
"""What is staged of every row, in files of these names."""

PIECE_ROWS: Final = 4096
"""Mean number of rows in a piece: a piece ends after an id whose SHA-256 is a multiple of this."""

PIECE_LIMIT_ROWS: Final = 16_384
PIECE_LIMIT_BYTES: Final = 64 * 1024 * 1024

DECIDING: Final = (
    "text_sha256",
    "title",
    "url",
    "author",
    "site",
    "license",
    "published",
    "language_declared",
    "metadata",
    "encoding",
)
"""Of rows with one id the smallest in these columns stays, so that the place in a container never counts."""


def order_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """What a row is compared by with others of its id."""
    return tuple(row[name] or "" for name in DECIDING)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row of a run stands in the order of all: its id and about how many bytes it holds."""

    id: bytes
    size: int


class Runs:
    """The rows of one shard: added in batches, given back in pieces. Memory holds one piece, and all ids."""

    def __init__(self, work: Path, shard: int) -> None:
        self._work = work
        self._shard = shard
        self._places: list[list[_Place]] = []

    def add(self, tables: Mapping[str, Sequence[Mapping[str, Any]]], order: Sequence[int]) -> None:
        """Write a run: the columns of these tables, in `order`, which is that of the ids."""
        for name, schema in TABLES.items():
            columns = {key: [tables[name][at].get(key) for at in order] for key in schema.names}
            write_staged(self._run(name, len(self._places)), columns, schema)
        rows = tables["rows"]
        self._places.append([_Place(rows[at]["id"].encode(), len(rows[at]["body"])) for at in order])

    def pieces(self) -> Iterator[tuple[int, list[tuple[str, str]]]]:
        """Write every piece; gives its number of rows, and `(id, source_sha256)` of rows whose id is taken.

        There is always one, be it without rows.
        """
        starts = [0] * len(self._places)
        number = 0
        for last in _borders(heapq.merge(*self._places, key=lambda place: place.id)):
            ends = [bisect_right(places, last, key=lambda place: place.id) for places in self._places]
            yield self._write(number, starts, ends)
            starts, number = ends, number + 1
        if number == 0:
            for name, schema in TABLES.items():
                write_staged(draft_path(self._work, name, self._shard, 0), {key: [] for key in schema.names}, schema)
            yield 0, []
        self._remove()

    def _write(self, number: int, starts: Sequence[int], ends: Sequence[int]) -> tuple[int, list[tuple[str, str]]]:
        keep: list[int] = []
        dropped: list[tuple[str, str]] = []
        for name, schema in TABLES.items():
            parts = [
                read_staged(self._run(name, run)).slice(start, end - start)
                for run, (start, end) in enumerate(zip(starts, ends, strict=True))
                if end > start
            ]
            table = pa.concat_tables(parts)
            if name == "rows":
                keep, dropped = _kept(table)
            sorted_table = table.take(pa.array(keep, pa.int64())).combine_chunks()
            columns = dict(zip(sorted_table.column_names, sorted_table.columns, strict=True))
            write_staged(draft_path(self._work, name, self._shard, number), columns, schema)
        return len(keep), dropped

    def _run(self, name: str, number: int) -> Path:
        return staged_path(self._work, f"{name}.{self._shard:06d}.run", number)

    def _remove(self) -> None:
        for name in TABLES:
            for number in range(len(self._places)):
                self._run(name, number).unlink()


def draft_path(work: Path, name: str, shard: int, piece: int) -> Path:
    """The file of a piece before all pieces are numbered on."""
    return staged_path(work, f"{name}.{shard:06d}.piece", piece)


def number_pieces(shards: Iterable[Sequence[Staged]], work: Path) -> Iterator[Staged]:
    """Number the pieces of all shards on, in their order, and name their files so."""
    number = 0
    for shard, pieces in enumerate(shards):
        for piece in pieces:
            for name in TABLES:
                draft_path(work, name, shard, piece.number).rename(staged_path(work, name, number))
            yield replace(piece, number=number)
            number += 1


def _borders(places: Iterable[_Place]) -> Iterator[bytes]:
    """The last id of every piece; rows with one id never lie in two."""
    rows = size = 0
    last = None
    for place in places:
        if last is not None and place.id != last and _ends_piece(last, rows, size):
            yield last
            rows = size = 0
        rows, size, last = rows + 1, size + place.size, place.id
    if last is not None:
        yield last


def _ends_piece(row_id: bytes, rows: int, size: int) -> bool:
    if rows >= PIECE_LIMIT_ROWS or size >= PIECE_LIMIT_BYTES:
        return True
    return int.from_bytes(hashlib.sha256(row_id).digest()[:8], "big") % PIECE_ROWS == 0


def _kept(table: pa.Table) -> tuple[list[int], list[tuple[str, str]]]:
    """The rows to keep in the order of their ids, and `(id, source_sha256)` of those whose id another row has."""
    ids = table["id"].to_pylist()
    order = sorted(range(len(ids)), key=lambda at: ids[at].encode())
    keep: list[int] = []
    dropped: list[tuple[str, str]] = []
    for at in order:
        if not keep or ids[keep[-1]] != ids[at]:
            keep.append(at)
            continue
        pair = table.select(DECIDING).take(pa.array([keep[-1], at])).to_pylist()
        if order_of(pair[1]) < order_of(pair[0]):
            keep[-1] = at
        dropped.append((ids[at], table["source_sha256"][at].as_py()))
    return keep, dropped
