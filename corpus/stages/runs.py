"""The rows of a shard in the order of their ids, however many: runs on disk, merged into pieces of bounded size."""

from __future__ import annotations

import hashlib
import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyarrow as pa

from corpus.io.depot import rename
from corpus.model import Staged
from corpus.stages.staged import ROWS, SKETCHES, read_staged, staged_path, write_table

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


_Place: TypeAlias = tuple[bytes, int]
"""Where a row of a run stands in the order of all: its id, and how many characters its body has."""


class Runs:
    """The rows of one shard: added in batches, given back in pieces. Memory holds one run, one piece, and all ids."""

    def __init__(self, work: Path, shard: int) -> None:
        self._work = work
        self._shard = shard
        self._places: list[list[_Place]] = []
        self._last: Mapping[str, pa.Table] = {name: schema.empty_table() for name, schema in TABLES.items()}

    def add(self, tables: Mapping[str, pa.Table], order: Sequence[int]) -> None:
        """Add a run: the rows of these tables (see TABLES) in `order`, which is that of their ids."""
        if self._places:
            self._spill()
        if len(order) < len(tables["rows"]) or any(one > other for one, other in pairwise(order)):
            tables = {name: table.take(pa.array(order, pa.int64())) for name, table in tables.items()}
        self._last = tables
        ids, sizes = tables["rows"]["id"].to_pylist(), tables["rows"]["char_count"].to_pylist()
        self._places.append([(row_id.encode(), size) for row_id, size in zip(ids, sizes, strict=True)])

    def pieces(self) -> Iterator[tuple[int, list[tuple[str, str]]]]:
        """Write every piece; gives its number of rows, and `(id, source_sha256)` of rows whose id is taken.

        There is always one, be it without rows. Where there is but one run it never lies on the disk.
        """
        several = len(self._places) > 1
        if several:
            self._spill()
        starts = [0] * len(self._places)
        number = 0
        for last in _borders(heapq.merge(*self._places, key=_id_of)):
            ends = [bisect_right(places, last, key=_id_of) for places in self._places]
            if several:
                yield self._write_merged(number, starts, ends)
            else:
                yield self._write(number, {name: table[starts[0] : ends[0]] for name, table in self._last.items()}), []
            starts, number = ends, number + 1
        if number == 0:
            yield self._write(0, self._last), []
        if several:
            self._remove()

    def _spill(self) -> None:
        """Write the last run to the disk."""
        for name, table in self._last.items():
            write_table(self._run(name, len(self._places) - 1), table)

    def _write(self, number: int, tables: Mapping[str, pa.Table]) -> int:
        for name, table in tables.items():
            write_table(draft_path(self._work, name, self._shard, number), table)
        return len(tables["rows"])

    def _write_merged(
        self, number: int, starts: Sequence[int], ends: Sequence[int]
    ) -> tuple[int, list[tuple[str, str]]]:
        tables = {
            name: pa.concat_tables(
                read_staged(self._run(name, run)).slice(start, end - start)
                for run, (start, end) in enumerate(zip(starts, ends, strict=True))
                if end > start
            )
            for name in TABLES
        }
        keep, dropped = _kept(tables["rows"])
        order = pa.array(keep, pa.int64())
        ordered = {name: table.take(order).combine_chunks() for name, table in tables.items()}
        return self._write(number, ordered), dropped

    def _run(self, name: str, number: int) -> Path:
        return staged_path(self._work, f"{name}.{self._shard:06d}.run", number)

    def _remove(self) -> None:
        for name in TABLES:
            for number in range(len(self._places)):
                self._run(name, number).unlink()


def _id_of(place: _Place) -> bytes:
    return place[0]


def draft_path(work: Path, name: str, shard: int, piece: int) -> Path:
    """The file of a piece before all pieces are numbered on."""
    return staged_path(work, f"{name}.{shard:06d}.piece", piece)


def number_pieces(shards: Iterable[Sequence[Staged]], work: Path) -> Iterator[Staged]:
    """Number the pieces of all shards on, in their order, and name their files so."""
    number = 0
    for shard, pieces in enumerate(shards):
        for piece in pieces:
            for name in TABLES:
                rename(draft_path(work, name, shard, piece.number), staged_path(work, name, number))
            yield replace(piece, number=number)
            number += 1


def _borders(places: Iterable[_Place]) -> Iterator[bytes]:
    """The last id of every piece; rows with one id never lie in two."""
    rows = size = 0
    last = None
    for row_id, chars in places:
        if last is not None and row_id != last and _ends_piece(last, rows, size):
            yield last
            rows = size = 0
        rows, size, last = rows + 1, size + chars, row_id
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
