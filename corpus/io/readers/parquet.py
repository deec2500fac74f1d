"""Parquet files of others: one record a row, read a few rows at a time."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from corpus.io.content import Content
from corpus.io.decode import RefusedError
from corpus.io.fields import canonical
from corpus.io.records import ReadOptions, Record, Refused, depth_of, digest_key, record_of
from corpus.io.values import whole_characters

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

SOURCE: Final = "parquet"
_ROWS: Final = 64
_BUFFER: Final = 1024 * 1024
_PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read_parquet(content: Content, options: ReadOptions) -> Iterator[Record | Refused]:
    """The rows of a file; memory holds one page of each column and a few rows.

    Texts stay dictionaries while they are read, so that a few bytes cannot stand for gigabytes. Raises RefusedError
    with `damaged` where the file, or what is left of it, cannot be read, and `too_large` after `max_container_bytes`.
    """
    import pyarrow as pa

    made = 0
    try:
        with _opened(content) as file:
            for batch in file.iter_batches(batch_size=_ROWS):
                for row, whole in _rows(batch):
                    record, size = _record(row, options, whole=whole)
                    made += size
                    if made > options.inputs.max_container_bytes:
                        limit = options.inputs.max_container_bytes
                        raise RefusedError("too_large", f"more than {limit} bytes in it")
                    yield record
    except (pa.ArrowException, OSError) as error:
        detail = "the file is encrypted" if "encrypt" in str(error).lower() else "the Parquet file cannot be read"
        raise RefusedError("damaged", detail) from None


def _opened(content: Content) -> pq.ParquetFile:
    import pyarrow.parquet as pq

    with pq.ParquetFile(content.file) as plain:
        texts = [
            column.path
            for column in map(plain.schema.column, range(len(plain.schema)))
            if column.physical_type == "BYTE_ARRAY" and column.max_repetition_level == 0 and "." not in column.path
        ]
        names = plain.schema_arrow.names
    if len(set(names)) < len(names):
        raise RefusedError("malformed", "two columns have one name")
    content.file.seek(0)
    return pq.ParquetFile(content.file, read_dictionary=texts, buffer_size=_BUFFER, pre_buffer=False)


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[dict[str, Any], bool]]:
    """The rows of a batch as JSON has them, and whether every value could be said."""
    names = batch.schema.names
    for number in range(batch.num_rows):
        row, whole = {}, True
        for name, column in zip(names, batch.columns, strict=True):
            try:
                row[name] = _value(column[number])
            except (ValueError, OverflowError, ArithmeticError, TypeError, NotImplementedError):
                whole = False
        yield row, whole


def _record(row: dict[str, Any], options: ReadOptions, *, whole: bool) -> tuple[Record | Refused, int]:
    """The record of a row, and about how many bytes it holds."""
    bounds = options.inputs
    data = canonical(row).encode("utf-8", "surrogatepass")
    problem = None
    if not whole:
        problem = "malformed", "a value that JSON cannot say"
    elif depth_of(row, bounds.max_depth) > bounds.max_depth:
        problem = "malformed", f"nested deeper than {bounds.max_depth}"
    elif len(data) > bounds.max_bytes:
        problem = "too_large", f"{len(data)} bytes, max_bytes is {bounds.max_bytes}"
    if problem:
        return Refused(key=digest_key(data), reason=problem[0], detail=problem[1]), len(data)
    return record_of(whole_characters(row), options, source=SOURCE, encoding="utf-8"), len(data)


def _value(scalar: pa.Scalar) -> Any:
    import pyarrow as pa

    if isinstance(scalar, pa.TimestampScalar) and scalar.is_valid:
        return _timestamp(scalar.value, _PER_SECOND[scalar.type.unit], zoned=scalar.type.tz is not None)
    return _plain(scalar.as_py())


def _plain(value: Any) -> Any:
    """A value of Python as JSON has it; raises TypeError for what it does not have.

    Bytes are text if they are UTF-8, else Base64; dates and times ISO 8601; durations seconds; decimals texts; maps
    lists of pairs; numbers that are none (NaN, infinities) null.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return _special(value)


def _special(value: Any) -> str | float:
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(data).decode("ascii")


def _timestamp(count: int, per_second: int, *, zoned: bool) -> str:
    """ISO 8601 at the digits that are not zero; in UTC, with a `Z`, where the column has a time zone.

    Arrow counts a column with a time zone in UTC, so no time zone table of this machine is asked.
    """
    seconds, fraction = divmod(count, per_second)
    text = (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
    digits = f"{fraction:0{len(str(per_second)) - 1}d}".rstrip("0") if fraction else ""
    return text + (f".{digits}" if digits else "") + ("Z" if zoned else "")
