"""The only writer of Parquet files, and the reader of our own: same rows, same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import DataError
from corpus.layout import DATA
from corpus.schema import ARTICLE

ROW_GROUP_BYTES: Final = 64 * 1024 * 1024
"""A row group is closed when it holds this much Arrow data."""

_LAYOUT: Final = {
    "compression": "zstd",
    "compression_level": 3,
    "use_content_defined_chunking": True,
    "write_page_index": True,
    "version": "2.6",
}


def write_parquet(path: Path, tables: Iterable[pa.Table]) -> int:
    """Write the rows of `tables` (schema ARTICLE, in final order) to `path`; gives the number of rows.

    Row groups follow the sizes of the given tables alone; each is one contiguous chunk, written by one call, because
    the chunk layout of the input would else show in the bytes. Raises ValueError when there is no row.
    """
    rows = 0
    with pq.ParquetWriter(path, ARTICLE, **_LAYOUT) as writer:
        for group in _row_groups(tables):
            writer.write_table(group, row_group_size=max(1, group.num_rows))
            rows += group.num_rows
    if rows == 0:
        raise ValueError(f"{path.name} would hold no row")
    return rows


def read_batches(path: Path, columns: Sequence[str] | None = None, rows: int = 1000) -> Iterator[pa.RecordBatch]:
    """The rows of one Parquet file in batches of at most `rows`; all columns of the schema unless some are named.

    Raises DataError when the file cannot be read, or lacks one of these columns as the schema has it.
    """
    wanted = list(columns or ARTICLE.names)
    with open_parquet(path) as file:
        for name in wanted:
            index = file.schema_arrow.get_field_index(name)
            if index < 0 or not file.schema_arrow.field(index).equals(ARTICLE.field(name)):
                raise KeyError(f"no column {name} as in the schema")
        for batch in file.iter_batches(batch_size=rows, columns=wanted):
            batch.validate(full=True)
            yield batch


def count_rows(path: Path) -> int:
    """The number of rows that a Parquet file says it holds; raises DataError when it cannot be read."""
    with open_parquet(path) as file:
        return int(file.metadata.num_rows)


@contextmanager
def open_parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """A Parquet file of a release; whatever goes wrong while it is read becomes a DataError."""
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        where, found = "/".join(path.parts[-3:]), str(error.args[0] if isinstance(error, KeyError) else error)[:200]
        remedy = "build the release again"
        raise DataError("a data file cannot be read", where=where, found=found, remedy=remedy) from error


def data_files(build: Path) -> list[Path]:
    """Every Parquet file of a release, sorted by path."""
    return sorted((build / DATA).glob("*/*.parquet"), key=lambda path: path.relative_to(build).as_posix())


def _row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    held: list[pa.Table] = []
    size = 0
    for table in tables:
        held.append(table)
        size += table.nbytes
        if size >= ROW_GROUP_BYTES:
            yield _as_one(held)
            size = 0
    if sum(table.num_rows for table in held):
        yield _as_one(held)


def _as_one(held: list[pa.Table]) -> pa.Table:
    """The rows of these tables in one chunk a column; the list is emptied, so that memory holds them once."""
    whole = pa.concat_tables(held).combine_chunks()
    held.clear()
    return whole
