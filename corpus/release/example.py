"""One row of the release for the card: chosen by a rule, shortened, and written so that nothing in it is markup."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.parquet import read_batches
from corpus.layout import parse_part
from corpus.model import FileEntry
from corpus.schema import SPLITS

LOOKED_AT: Final = 1000
"""The row is one of so many, the first of the release."""

TEXT: Final = 80
ITEMS: Final = 3
"""A longer text, and a longer list, is cut."""

_UNSEEN: Final = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

Row = Mapping[str, Any]


def example_of(release: Path, files: Sequence[FileEntry]) -> Row:
    """The row with the most columns filled among the first of the first `unique` file; of several the first by id."""
    first = min((file.path for file in files if parse_part(file.path)[1]), key=_place)
    batch = next(read_batches(release / first, rows=LOOKED_AT))
    filled = np.sum([_filled(column) for column in batch.columns], axis=0)
    row: Row = batch.slice(int(np.argmax(filled)), 1).to_pylist()[0]
    return row


def example_json(row: Row) -> str:
    """A row as JSON in a fenced block, a column a line: inside it no character means anything to Markdown or HTML."""
    columns = [f"  {_json(name)}: {_value(value)}" for name, value in row.items()]
    return "\n".join(["```json", "{", ",\n".join(columns), "}", "```"])


def _place(path: str) -> tuple[int, str]:
    """Where a Parquet file stands among all: by the order of the splits, then by its name."""
    return SPLITS.index(parse_part(path)[0]), path


def _filled(column: pa.Array) -> Any:
    """Whether each value is one: neither null nor an empty list."""
    full = pc.greater(pc.list_value_length(column), 0) if pa.types.is_list(column.type) else column.is_valid()
    return pc.fill_null(full, fill_value=False).to_numpy(zero_copy_only=False)


def _value(value: Any) -> str:
    if not isinstance(value, list):
        return _json(_shortened(value))
    more = [f"… {len(value) - ITEMS} more"] if len(value) > ITEMS else []
    items = [_json(_shortened(item)) for item in [*value[:ITEMS], *more]]
    if not value or isinstance(value[0], str):
        return f"[{', '.join(items)}]"
    return "[\n    " + ",\n    ".join(items) + "\n  ]"


def _shortened(value: Any) -> Any:
    match value:
        case str() if len(value) > TEXT:
            return f"{value[:TEXT].rstrip()}… ({len(value):,} characters)"
        case datetime():
            return value.isoformat()
        case dict():
            return {name: _shortened(part) for name, part in value.items()}
    return value


def _json(value: Any) -> str:
    """JSON on one line; marks that nobody sees, or that turn text round, are written as numbers."""
    return _UNSEEN.sub(lambda mark: f"\\u{ord(mark[0]):04x}", json.dumps(value, ensure_ascii=False))
