"""The files in which stages meet: rows of a shard, their sketches, and how they relate to all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from corpus.io.depot import present
from corpus.schema import ARTICLE, DUPLICATE_COLUMNS

ROWS: Final = pa.schema([field for field in ARTICLE if field.name not in DUPLICATE_COLUMNS])
"""A staged row: all that follows from one input alone."""

SKETCHES: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("published", pa.string()),
        pa.field("words", pa.int64(), nullable=False),
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("shingles", pa.int64(), nullable=False),
        pa.field("exact_key", pa.binary(16), nullable=False),
        pa.field("text_key", pa.binary(16), nullable=False),
        pa.field("hashes", pa.list_(pa.uint64()), nullable=False),
    ]
)
"""One row a staged row: what the join over all texts needs to know of it.

`exact_key` names the words of the body (see `sketch.Sketches`), `text_key` the title and the body as they are."""

RELATIONS: Final = pa.schema([*(ARTICLE.field(name) for name in DUPLICATE_COLUMNS), pa.field("split", pa.string())])
"""One row a staged row: the columns that depend on other rows, and the split."""


def staged_path(work: Path, name: str, shard: int) -> Path:
    """The file of that number among those of one `name`: `rows`, `sketches` and `relations` are numbered by shard."""
    return work / f"{name}-{shard:06d}.arrow"


def write_staged(path: Path, columns: Mapping[str, Sequence[Any] | pa.Array], schema: pa.Schema) -> pa.Table:
    """Write columns as one Arrow file; gives the table."""
    table = pa.table({name: columns[name] for name in schema.names}, schema=schema)
    write_table(path, table)
    return table


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table as one Arrow file."""
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def read_staged(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """A staged table, mapped into memory; only the pages that are looked at are read."""
    with pa.memory_map(str(present(path))) as file:
        table = pa.ipc.open_file(file).read_all()
    return table.select(list(columns)) if columns else table
