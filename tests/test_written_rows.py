"""What is told of written rows from Arrow's bytes, held against plain Python over the same rows."""

from __future__ import annotations

import hashlib
import json
import random
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.io import sorted_lines
from corpus.io.sorted_lines import digest_of_runs, merged_lines, write_run
from corpus.schema import ARTICLE, COLUMNS
from corpus.transforms.canonical import canonical_rows, row_digests
from corpus.transforms.recounted import sha256_of_sources, with_control, words_of
from corpus.transforms.stats import tally_batch
from corpus.transforms.stretches import restore
from corpus.transforms.tokens import word_counts
from corpus.transforms.utf8 import borders_of, sha256_of, utf8_of

Row = dict[str, Any]

TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.text('a \\"\n\t\x00\x1f\x7f\x85\xa0é漢😀', max_size=200)
SHARE = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
MOMENT = st.datetimes(timezones=st.just(UTC))
STRETCH = st.fixed_dictionaries({"kind": TEXT, "offset": st.integers(-3, 210), "text": TEXT, "rule": TEXT})
RELATED = st.fixed_dictionaries({"id": TEXT, "share": SHARE, "share_of_other": SHARE})


def values(name: str, kind: pa.DataType) -> st.SearchStrategy[Any]:
    """Values of a column of the schema, or of the items of its lists."""
    lists = {"boilerplate": STRETCH, "related": RELATED, "boilerplate_flags": TEXT}
    lists["field_sources"] = st.fixed_dictionaries({"field": TEXT, "source": TEXT})
    if pa.types.is_list(kind):
        return st.lists(lists[name], max_size=4)
    if pa.types.is_timestamp(kind):
        return MOMENT
    if pa.types.is_floating(kind):
        return SHARE
    return TEXT if pa.types.is_string(kind) else st.integers(-(2**63), 2**63 - 1)


ROW = st.fixed_dictionaries(
    {
        column.name: values(column.name, column.type) | st.none()
        if column.nullable
        else values(column.name, column.type)
        for column in COLUMNS
    }
)


def in_json(row: Row) -> str:
    """The canonical form of a row as `docs/format.md` says it, by the standard library."""
    return json.dumps(
        {column.name: plain(row[column.name], column.type) for column in COLUMNS},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def plain(value: Any, kind: pa.DataType) -> Any:
    """A value as JSON holds it, structs in the order of their fields."""
    if isinstance(value, list):
        return [plain(item, kind.value_type) for item in value]
    if isinstance(value, dict):
        return {field.name: value[field.name] for field in kind}
    return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value


@given(st.lists(ROW, max_size=4))
def test_rows_are_written_as_json_writes_them(rows: list[Row]) -> None:
    batch = pa.RecordBatch.from_pylist(rows, schema=ARTICLE)
    expected = [in_json(row) for row in rows]
    assert canonical_rows(batch).to_pylist() == expected
    assert row_digests(batch).to_pylist() == [hashlib.sha256(text.encode()).hexdigest() for text in expected]
    assert canonical_rows(batch.slice(1)).to_pylist() == expected[1:]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_float_is_written_as_json_writes_it(value: float) -> None:
    batch = pa.record_batch({"share": pa.array([value, None])})
    assert canonical_rows(batch).to_pylist() == [f'{{"share":{json.dumps(value)}}}', '{"share":null}']


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_has_no_canonical_form(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_rows(pa.record_batch({"share": pa.array([value])}))


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_instants_at_the_ends_of_time(moment: datetime) -> None:
    batch = pa.record_batch({"at": pa.array([moment], pa.timestamp("us", tz="UTC"))})
    assert canonical_rows(batch).to_pylist() == [f'{{"at":"{moment.isoformat(timespec="microseconds")}"}}']


BODIES = st.text("aé漢😀ü1 .-'\nक़ไ\x07\x85\xa0", max_size=200) | st.none()


def offset_of(stretch: Row) -> int:
    return int(stretch["offset"])


LISTS = st.lists(STRETCH, max_size=4) | st.none()
SORTED_LISTS = LISTS.map(lambda found: found and sorted(found, key=offset_of))


@given(st.lists(st.tuples(BODIES, LISTS | SORTED_LISTS), max_size=5))
@example([("aé" * 100, [{"kind": "", "offset": 200, "text": "x", "rule": ""}])])
def test_sources_are_those_that_restore_gives(rows: list[tuple[str | None, list[Row] | None]]) -> None:
    bodies = pa.array([body for body, _ in rows], pa.string())
    stretches = pa.array([found for _, found in rows], ARTICLE.field("boilerplate").type)
    expected = [
        None if body is None or found is None else hashlib.sha256(restore(body, found).encode()).hexdigest()
        for body, found in rows
    ]
    assert sha256_of_sources(bodies, stretches).to_pylist() == expected
    assert sha256_of_sources(bodies[1:], stretches[1:]).to_pylist() == expected[1:]


@given(st.lists(BODIES, max_size=5))
def test_words_controls_and_digests_of_texts(texts: list[str | None]) -> None:
    array = pa.array(texts, pa.string())
    assert words_of(array).to_pylist() == [None if text is None else int(word_counts([text])[0]) for text in texts]
    found = ["\x07" in (text or "") or "\x85" in (text or "") for text in texts]
    assert with_control(array, allowed=b"\n").tolist() == found
    assert with_control(array).tolist() == [bad or "\n" in (text or "") for bad, text in zip(found, texts, strict=True)]
    digests = [None if text is None else hashlib.sha256(text.encode()).hexdigest() for text in texts]
    assert sha256_of(array[1:]).to_pylist() == digests[1:]
    data, borders = utf8_of(array).tobytes(), borders_of(array).tolist()
    assert [data[a:b].decode() for a, b in pairwise(borders)] == [text or "" for text in texts]


@settings(max_examples=30)
@given(st.lists(ROW, max_size=4))
def test_tallies_are_those_of_the_rows(rows: list[Row]) -> None:
    tally = tally_batch(pa.RecordBatch.from_pylist(rows, schema=ARTICLE), split="train", single=True)
    stretches = [stretch for row in rows for stretch in row["boilerplate"]]
    removed = {stretch["kind"]: 0 for stretch in stretches}
    for stretch in stretches:
        removed[stretch["kind"]] += len(stretch["text"])
    assert tally.tables["removed_chars"] == removed
    flags = [flag for row in rows for flag in row["boilerplate_flags"]]
    assert tally.tables["flags"] == {flag: flags.count(flag) for flag in flags}
    languages = [row["language"] for row in rows]
    assert tally.tables["languages"] == {language: languages.count(language) for language in languages}
    assert tally.totals["titles"] == sum(row["title"] is not None for row in rows)


@pytest.mark.parametrize("block", [1, 3, 1000])
def test_runs_are_merged_in_the_order_of_bytes(block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_lines, "_BLOCK_ROWS", block)
    chance = random.Random(7)
    keys = sorted({"".join(chance.choices("aé漢😀\n", k=chance.randint(0, 4))) for _ in range(200)}, key=str.encode)
    runs: list[list[str]] = [[] for _ in range(5)]
    for key in keys:
        runs[chance.randrange(4)].append(key)
    paths = [tmp_path / str(number) for number in range(len(runs))]
    for path, run in zip(paths, runs, strict=True):
        chance.shuffle(run)
        write_run(path, [pa.array(run, pa.string())], [pa.array([f"{key}!\n" for key in run], pa.string())])
    lines = [f"{key}!\n" for key in keys]
    assert [line for chunk in merged_lines(paths) for line in chunk.to_pylist()] == lines
    assert digest_of_runs(paths) == "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()
    assert digest_of_runs([]) == "sha256:" + hashlib.sha256().hexdigest()
