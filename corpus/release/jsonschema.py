"""JSON Schema of one row as JSON, generated from the columns; `python -m corpus.release.jsonschema` writes the file."""

from __future__ import annotations

import json
import sys
from typing import Any, Final

import pyarrow as pa

from corpus.layout import SCHEMA_VERSION
from corpus.resources import data_file
from corpus.schema import COLUMNS, FIELD_SOURCES, KINDS, Column

FILE: Final = f"article-v{SCHEMA_VERSION}.json"

_PARTS: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("boilerplate", "kind"): {"enum": list(KINDS)},
    ("boilerplate", "offset"): {"minimum": 0},
    ("field_sources", "source"): {"enum": list(FIELD_SOURCES)},
    ("related", "share"): {"minimum": 0, "maximum": 1},
    ("related", "share_of_other"): {"minimum": 0, "maximum": 1},
}
"""What the columns do not say of the parts of their structs."""


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of a row: every column is there, null where it may be, and nothing else.

    `published_at` is the instant in ISO 8601; numbers are JSON numbers.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:corpus-packager:schema:article:{SCHEMA_VERSION}",
        "title": "Article",
        "description": f"One row of a release, row schema version {SCHEMA_VERSION}.",
        "type": "object",
        "properties": {column.name: _column(column) for column in COLUMNS},
        "required": [column.name for column in COLUMNS],
        "additionalProperties": False,
    }


def schema_text() -> str:
    """The bytes of `schemas/article-v1.json`, as text."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _column(column: Column) -> dict[str, Any]:
    found = {"description": column.meaning, **_value(column.name, column.type)}
    limits = {"minimum": column.minimum, "maximum": column.maximum, "pattern": column.pattern}
    found |= {key: limit for key, limit in limits.items() if limit is not None}
    if column.values:
        found.get("items", found)["enum"] = list(column.values)
    if column.nullable:
        found["type"] = [found["type"], "null"]
    return found


def _value(name: str, kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(kind):
        return {"type": "array", "items": _value(name, kind.value_type)}
    if pa.types.is_struct(kind):
        properties = {part.name: {**_value(name, part.type), **_PARTS.get((name, part.name), {})} for part in kind}
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    if pa.types.is_timestamp(kind):
        return {"type": "string", "format": "date-time"}
    return {"type": {pa.string(): "string", pa.int64(): "integer", pa.float64(): "number"}[kind]}


def main() -> None:
    """Write the schema file of this checkout."""
    path = data_file("schemas", FILE)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(schema_text().encode())
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
