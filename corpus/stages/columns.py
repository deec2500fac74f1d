"""Rows and their sketches as the Arrow tables in which stages meet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.stages.staged import ROWS, SKETCHES
from corpus.transforms.duplicates.sketch import Sketches
from corpus.transforms.tokens import offsets_of

_values_of: Final = itemgetter(*ROWS.names)
"""Every row is looked at once: its values lie anywhere in memory."""


def row_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows (see `rows.row_of`) in the columns of ROWS."""
    values = list(zip(*map(_values_of, rows), strict=True)) or [()] * len(ROWS)
    columns = [_column(column, field.type) for column, field in zip(values, ROWS, strict=True)]
    return pa.table(columns, schema=ROWS)


def sketch_table(rows: pa.Table, sketches: Sketches) -> pa.Table:
    """The columns of SKETCHES for these rows, of which each has a sketch at its place."""
    keys = pa.py_buffer(sketches.keys.astype(">u8").tobytes())
    columns = {
        "id": rows["id"],
        "published": rows["published"],
        "words": rows["word_count"],
        "bytes": pc.binary_length(rows["body"]).cast(pa.int64()),
        "shingles": sketches.shingles,
        "exact_key": pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(rows), [None, keys]),
        "text_key": pa.array(_text_keys(rows), pa.binary(16)),
        "hashes": pa.ListArray.from_arrays(sketches.offsets.astype(np.int32), sketches.hashes),
    }
    return pa.table([columns[name] for name in SKETCHES.names], schema=SKETCHES)


def _text_keys(rows: pa.Table) -> list[bytes]:
    """SHA-256 of what a title and a body follow from, cut to 16 bytes (n,).

    The body is the source text without the stretches that were taken out, and every row is proven to give that text
    back; so the text's own digest and the places of the stretches stand for it, at a third of the cost.
    """
    lists = rows["boilerplate"].combine_chunks()
    taken = lists.flatten()
    lengths = pc.binary_length(taken.field("text"))
    places = np.stack([taken.field("offset").to_numpy(), lengths.to_numpy()], axis=1, dtype="<i8").tobytes()
    ends = 16 * offsets_of(pc.list_value_length(lists).to_numpy().astype(np.int64))
    digests, titles = rows["text_sha256"].to_pylist(), rows["title"].to_pylist()
    keys = []
    for digest, title, start, end in zip(digests, titles, ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        headline = b"" if title is None else title.encode() + b"\n"
        stands_for = b"%s %d %s%s" % (digest.encode(), end - start, places[start:end], headline)
        keys.append(hashlib.sha256(stands_for).digest()[:16])
    return keys


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """A column; lists of tuples go in as one array a field, which is several times as fast as by their items."""
    if not (pa.types.is_list(kind) and pa.types.is_struct(kind.value_type)):
        return pa.array(values, kind)
    counts = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    fields = list(kind.value_type)
    columns = list(zip(*(item for value in values for item in value), strict=True)) or [()] * len(fields)
    arrays = [pa.array(column, field.type) for field, column in zip(fields, columns, strict=True)]
    inner = pa.StructArray.from_arrays(arrays, fields=fields)
    return pa.ListArray.from_arrays(pa.array(offsets_of(counts), pa.int32()), inner, type=kind)
