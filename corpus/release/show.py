"""One row for a person: its fields, and the source text with what was taken out, labelled where it stood."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from corpus.errors import DataError, UsageError, nearest
from corpus.io.parquet import data_files, read_batches
from corpus.schema import COLUMN_NAMES, KINDS

_LONG = ("body", "boilerplate")


def row_with_id(build: Path, row_id: str) -> dict[str, Any]:
    """The row with this id; raises UsageError, with the nearest id, when there is none."""
    ids: list[str] = []
    for path in _files(build):
        for batch in read_batches(path, ["id"], rows=10_000):
            ids += batch["id"].to_pylist()
            if pc.any(pc.equal(batch["id"], row_id)).as_py():
                return next(row for row in _rows(path) if row["id"] == row_id)
    raise UsageError("no row has this id", where=str(build), found=row_id, remedy=_near(row_id, ids))


def rows_with_flag(build: Path, kind: str) -> Iterator[dict[str, Any]]:
    """The rows from which a stretch of this kind was taken; raises UsageError for an unknown kind."""
    if kind not in KINDS:
        raise UsageError("no such kind of boilerplate", found=kind, remedy=nearest(kind, KINDS))
    for path in _files(build):
        yield from (row for row in _rows(path) if kind in row["boilerplate_flags"])


def fields_of(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and value of every field that holds something, texts aside."""
    for name in COLUMN_NAMES:
        value = row[name]
        if name in _LONG or value is None or value == []:
            continue
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def passages_of(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The source text in order as `(kind, rule, text)`; kind and rule are empty for what stayed in the body."""
    position = 0
    for stretch in row["boilerplate"]:
        if stretch["offset"] > position:
            yield "", "", row["body"][position : stretch["offset"]]
        yield stretch["kind"], stretch["rule"], stretch["text"]
        position = stretch["offset"]
    if position < len(row["body"]):
        yield "", "", row["body"][position:]


def _files(build: Path) -> list[Path]:
    found = data_files(build)
    if not found:
        remedy = "run corpus build first, or name the folder with --build"
        raise DataError("this folder holds no data files", where=str(build), remedy=remedy)
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for batch in read_batches(path):
        yield from batch.to_pylist()


def _near(row_id: str, ids: list[str]) -> str:
    tail = [known for known in ids if known.endswith(row_id) or row_id in known]
    return f"did you mean {tail[0]!r}?" if tail else nearest(row_id, ids[:10_000])[:300]
