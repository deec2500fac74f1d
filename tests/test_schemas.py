"""The files under `schemas/` are what the columns say, and rows of a Parquet file are valid by them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.release.card import render_card, verify_card
from corpus.release.jsonschema import FILE, json_schema, schema_text
from corpus.resources import data_file
from corpus.schema import ARTICLE, COLUMNS, KINDS
from tests.small_release import HEX, make_row, rows_of_all_kinds, write_release


def as_json(row: dict[str, Any]) -> Any:
    """A row as JSON gives it, instants in ISO 8601."""
    return json.loads(json.dumps(row, default=lambda value: value.isoformat()))


def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(data_file("schemas", FILE).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_file_is_generated_from_the_columns() -> None:
    path = data_file("schemas", FILE)
    assert path.read_bytes() == schema_text().encode(), "run: python -m corpus.release.jsonschema"
    assert path.parent == Path(__file__).resolve().parent.parent / "schemas"


def test_rows_of_a_parquet_file_are_valid(tmp_path: Path) -> None:
    write_release(tmp_path, {"train": rows_of_all_kinds()})
    rows = [row for path in sorted(tmp_path.rglob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    assert len(rows) == 4
    for row in rows:
        validator().validate(as_json(row))
    filled = {name for row in rows for name, value in row.items() if value not in (None, [])}
    assert filled == set(ARTICLE.names), "the rows must try every column"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"body": 3},
        {"boilerplate": None},
        {"boilerplate": [{"kind": "advert", "offset": 0, "text": "x", "rule": "r"}]},
        {"boilerplate": [{"kind": "byline", "offset": -1, "text": "x", "rule": "r"}]},
        {"boilerplate": [{"kind": "byline", "offset": 0, "text": "x"}]},
        {"boilerplate_flags": ["advert"]},
        {"language": "english"},
        {"language_score": 1.5},
        {"duplicate_kind": "copy"},
        {"duplicate_group": HEX},
        {"related": [{"id": "b", "share": 2.0, "share_of_other": 0.5}]},
        {"field_sources": [{"field": "title", "source": "guess"}]},
        {"published": "yesterday"},
        {"source_sha256": HEX.upper()},
        {"char_count": -1},
        {"char_count": 1.5},
        {"colour": "red"},
    ],
)
def test_a_bad_row_is_not_valid(changes: dict[str, Any]) -> None:
    row = make_row("a.txt")
    validator().validate(as_json(row))
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(as_json(row | changes))


def test_a_missing_column_is_not_valid() -> None:
    row = make_row("a.txt")
    del row["title"]
    with pytest.raises(jsonschema.ValidationError, match="'title' is a required property"):
        validator().validate(as_json(row))


def test_card_arrow_schema_and_json_schema_name_the_same_columns(tmp_path: Path) -> None:
    facts = write_release(tmp_path, {"train": rows_of_all_kinds()})
    card = verify_card(render_card("# {{ name }}", facts=facts))
    schema = json_schema()
    names = [field.name for field in ARTICLE]
    assert [feature["name"] for feature in card.features["all"]] == names == list(schema["properties"])
    for field, column in zip(ARTICLE, COLUMNS, strict=True):
        kind = schema["properties"][field.name]["type"]
        assert ("null" in kind) == field.nullable == column.nullable
        assert ("array" in kind) == pa.types.is_list(field.type)
        assert schema["properties"][field.name]["description"] == column.meaning
    assert schema["properties"]["boilerplate"]["items"]["properties"]["kind"]["enum"] == list(KINDS)
