"""The canonical JSON of rows and its digests, column by column; `docs/format.md` specifies both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.transforms.quoted import quoted
from corpus.transforms.utf8 import sha256_of

_NULL: Final = "null"


def canonical_rows(batch: pa.RecordBatch) -> pa.StringArray:
    """Each row as JSON on one line: an object with all columns in order, no spaces, no escapes but the needed ones.

    Columns are strings, whole numbers, floats, instants in UTC, and lists and structs of these. Raises ValueError for a
    float that is no number.
    """
    return _objects(batch.schema.names, batch.columns)


def row_digests(batch: pa.RecordBatch) -> pa.StringArray:
    """The SHA-256 of each row's canonical JSON, in hex."""
    return sha256_of(canonical_rows(batch))


def _json(values: pa.Array) -> pa.StringArray:
    kind = values.type
    if values.null_count == len(values):
        return pa.repeat(_NULL, len(values))
    if pa.types.is_string(kind):
        return quoted(values)
    if pa.types.is_list(kind):
        written = _lists(values)
    elif pa.types.is_struct(kind):
        written = _objects([field.name for field in kind], values.flatten())
    elif pa.types.is_timestamp(kind):
        naive = values.view(pa.timestamp(kind.unit)).cast(pa.string())
        written = pc.binary_join_element_wise('"', pc.replace_substring(naive, " ", "T"), '+00:00"', "")
    elif pa.types.is_floating(kind):
        written = _floats(values)
    else:
        written = values.cast(pa.string())
    return pc.if_else(values.is_null(), _NULL, written) if values.null_count else written


def _objects(names: Sequence[str], columns: Sequence[pa.Array]) -> pa.StringArray:
    parts: list[str | pa.Array] = []
    for number, (name, column) in enumerate(zip(names, columns, strict=True)):
        parts += [f"{',' if number else '{'}{json.dumps(name, ensure_ascii=False)}:", _json(column)]
    return pc.binary_join_element_wise(*parts, "}", "")


def _lists(values: pa.ListArray) -> pa.StringArray:
    offsets = np.zeros(len(values) + 1, np.int32)
    np.cumsum(pc.fill_null(pc.list_value_length(values), 0).to_numpy(), out=offsets[1:])
    items = pa.ListArray.from_arrays(pa.array(offsets), _json(values.flatten()))
    return pc.binary_join_element_wise("[", pc.binary_join(items, ","), "]", "")


def _floats(values: pa.FloatingPointArray) -> pa.StringArray:
    """Python's shortest digits, which differ from Arrow's; each value once, as few differ after rounding."""
    encoded = values.dictionary_encode()
    digits = [json.dumps(value, allow_nan=False) for value in encoded.dictionary.to_pylist()]
    return pa.array(digits, pa.string()).take(encoded.indices)
