"""The same articles in any form are the same rows; a container's rows depend on its records, not on their order."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.stages import ingest, reading, runs
from tests.conftest import Maker, build_release, write_files
from tests.inputs import (
    csv_bytes,
    json_lines,
    packed,
    parquet_bytes,
    read_files,
    read_folder,
    warc_bytes,
)

WORDS = "the mayor opened a new bridge over the river on a bright morning while all the people of the town looked on"


def articles(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"n{number:03d}",
            "headline": f"Bridge {number} opens",
            "body": f"In town {number}, {WORDS}.\n\nThey came back {number} days later, “pleased” and tired.",
            "date": "2024-03-12T08:15:00+01:00",
            "byline": "A. Writer",
        }
        for number in range(count)
    ]


def in_every_form(values: list[dict[str, Any]]) -> dict[str, bytes]:
    lines, table = json_lines(values), csv_bytes(values)
    texts = [(value["id"], value["body"].encode()) for value in values]
    return {
        **{f"texts/{value['id']}.txt": value["body"].encode() for value in values},
        **{f"packed/{value['id']}.txt.gz": packed(value["body"].encode(), ".gz") for value in values},
        "a.jsonl": lines,
        "a.ndjson": lines,
        "a.jsonl.gz": packed(lines, ".gz"),
        "a.jsonl.zst": packed(lines, ".zst"),
        "a.json": json.dumps(values, indent=1).encode(),
        "b.json": "\n".join(json.dumps(value, indent=1) for value in values).encode(),
        "c.json": lines,
        "utf16.jsonl": lines.decode().encode("utf-16"),
        "a.csv": table,
        "semicolon.csv": csv_bytes(values, ";"),
        "a.csv.gz": packed(table, ".gz"),
        "a.tsv": csv_bytes(values, "\t"),
        "latin.csv": csv_bytes(values, encoding="cp1252"),
        "a.parquet": parquet_bytes(values),
        "plain.parquet": parquet_bytes(values, use_dictionary=False, compression="none", row_group_size=2),
        "a.warc": warc_bytes(texts),
        "a.warc.gz": warc_bytes(texts, packed=True),
        "a.wet.gz": warc_bytes(texts, kind="conversion", packed=True),
        "one.wet.zst": packed(warc_bytes(texts, kind="conversion"), ".zst"),
    }


def containers(read: Any) -> dict[str, dict[str, dict[str, Any]]]:
    """Rows by container and key."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row_id, row in read.rows.items():
        name, sign, key = row_id.partition("#")
        if not sign:
            name, key = Path(row_id).parent.name, Path(row_id).name.split(".")[0]
        found.setdefault(name, {})[key] = row
    return found


def test_every_form_gives_the_same_texts(tmp_path: Path) -> None:
    values = articles(7)
    files = in_every_form(values)
    read = read_files(tmp_path, files)
    assert read.rejected == []
    found = containers(read)
    assert set(found) == {"texts", "packed", *(name for name in files if "/" not in name)}
    plain = found.pop("texts")
    assert set(plain) == {value["id"] for value in values}
    for name, rows in found.items():
        for key, row in rows.items():
            same = ("text_sha256", "body", "boilerplate", "char_count", "word_count")
            assert {field: row[field] for field in same} == {field: plain[key][field] for field in same}, name
        assert set(rows) == set(plain), name


@pytest.mark.parametrize("name", ["a.jsonl", "c.json", "a.csv", "latin.csv", "a.parquet"])
def test_every_form_with_fields_gives_the_same_fields(name: str, tmp_path: Path) -> None:
    read = read_files(tmp_path, {name: in_every_form(articles(2))[name]})
    row = read.rows[f"{name}#n001"]
    assert (row["title"], row["author"], row["published"]) == (
        "Bridge 1 opens",
        "A. Writer",
        "2024-03-12T08:15:00+01:00",
    )
    assert row["published_at"].isoformat() == "2024-03-12T07:15:00+00:00"
    assert row["metadata"] is None
    source = {"jsonl": "json", "json": "json"}.get(name.split(".")[-1], name.split(".")[-1])
    assert {item["source"] for item in row["field_sources"]} == {source}


@settings(max_examples=25)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=60), max_size=4))
def test_any_text_survives_every_form(pieces: list[str]) -> None:
    import tempfile

    values = [
        {"id": f"n{n}", "text": f"{WORDS} {n}.\n{piece}\nThe end of story {n}."} for n, piece in enumerate(pieces)
    ]
    if not values:
        return
    texts = [(value["id"], value["text"].encode()) for value in values]
    files = {
        **{f"texts/{value['id']}.txt": value["text"].encode() for value in values},
        "a.jsonl": json_lines(values),
        "a.json": json.dumps(values).encode(),
        "a.csv": csv_bytes(values),
        "a.parquet": parquet_bytes(values),
        "a.wet": warc_bytes(texts, kind="conversion"),
    }
    with tempfile.TemporaryDirectory() as folder:
        found = containers(read_files(Path(folder), files))
    for name, rows in found.items():
        assert {key: row["text_sha256"] for key, row in rows.items()} == {
            key: row["text_sha256"] for key, row in found["texts"].items()
        }, name


def test_the_order_of_records_and_of_their_fields_does_not_show(tmp_path: Path) -> None:
    values = [{"body": f"Nobody named this story {n}: {WORDS}.", "n": n} for n in range(9)]
    forth = read_files(tmp_path / "forth", {"a.jsonl": json_lines(values)})
    back = read_files(
        tmp_path / "back", {"a.jsonl": json_lines([dict(reversed(value.items())) for value in reversed(values)])}
    )
    assert list(forth.rows) == list(back.rows)
    for row_id, row in forth.rows.items():
        assert len(row_id) == len("a.jsonl#") + 16
        assert {**row, "source_sha256": ""} == {**back.rows[row_id], "source_sha256": ""}


def test_a_record_has_the_same_key_in_every_form(tmp_path: Path) -> None:
    values = [{"body": f"Nobody named this story: {WORDS}.", "place": "Tollen"}]
    files = {"a.jsonl": json_lines(values), "a.csv": csv_bytes(values), "a.parquet": parquet_bytes(values)}
    assert len({row_id.partition("#")[2] for row_id in read_files(tmp_path, files).rows}) == 1


def test_of_records_with_one_key_one_stays_whatever_their_order(tmp_path: Path) -> None:
    one, other = ({"id": "x", "body": f"{name}: {WORDS}."} for name in ("One", "Other"))
    kept = set()
    for number, values in enumerate(([one, other, one, one], [one, one, other, one], [other, one, one, one])):
        read = read_files(tmp_path / str(number), {"a.jsonl": json_lines(values)})
        assert read.rejected == [("a.jsonl#x", "duplicate_id")] * 3
        kept.add(read.rows["a.jsonl#x"]["body"])
    assert len(kept) == 1


def test_equal_records_without_a_key_collide(tmp_path: Path) -> None:
    read = read_files(tmp_path, {"a.jsonl": json_lines([{"body": WORDS}] * 3)})
    assert len(read.rows) == 1
    assert [reason for _, reason in read.rejected] == ["duplicate_id"] * 2


def test_a_file_named_like_a_record_is_no_collision(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.jsonl": json_lines([{"id": "k.txt", "text": WORDS}]),
        "a.jsonl#k.txt": f"Another text: {WORDS}",
    }
    assert list(read_files(tmp_path, files).rows) == ["a.jsonl#k.txt", "a.jsonl%23k.txt"]


def test_rows_are_in_order_beside_names_that_go_on_after_the_container(tmp_path: Path) -> None:
    names = ["a.jsonl", "a.jsonl b.txt", "a.jsonl!.txt", "a.jsonl-.txt", "a.txt", "A.txt"]
    files = {name: json_lines([{"id": "k", "text": WORDS}]) if name == "a.jsonl" else WORDS for name in names}
    assert len(read_files(tmp_path, files).rows) == 6


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds at which a few records already need runs and pieces."""
    monkeypatch.setattr(ingest, "RUN_ROWS", 7)
    monkeypatch.setattr(runs, "PIECE_ROWS", 10)
    monkeypatch.setattr(runs, "PIECE_LIMIT_ROWS", 25)


def shuffled(values: list[Any]) -> list[Any]:
    return [values[(number * 37) % len(values)] for number in range(len(values))]


@pytest.mark.usefixtures("small_pieces")
def test_a_container_of_many_runs_comes_out_sorted_and_whole(tmp_path: Path) -> None:
    values = articles(100)
    source = write_files(tmp_path, {"a.jsonl": json_lines(shuffled(values) + values[:5]), "b.txt": WORDS})
    many = read_folder(source)
    assert len(many.rows) == 101
    assert [reason for _, reason in many.rejected] == ["duplicate_id"] * 5
    assert len(many.pieces) > 4
    assert max(piece.rows for piece in many.pieces) <= 25


@pytest.mark.parametrize(("count", "chars"), [(1, 1_000_000), (7, 1_000_000), (64, 1)])
def test_what_is_read_at_once_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, chars: int
) -> None:
    """A refused record, a row that holds no text and a file that breaks off, on both sides of any border."""
    lines = json_lines([*articles(70), {"id": "none"}, {"id": "blank", "text": "<br>"}, *articles(5)])
    files: dict[str, str | bytes] = {
        "a.jsonl": lines,
        "b.txt": WORDS,
        "c.jsonl.gz": gzip.compress(lines)[:-9],
        "d.txt": "",
        "e.txt": WORDS,
    }
    source = write_files(tmp_path, files)
    usual = read_folder(source)
    assert {reason for _, reason in usual.rejected} == {"no_text", "duplicate_id", "damaged", "empty"}
    monkeypatch.setattr(reading, "AT_ONCE", count)
    monkeypatch.setattr(reading, "CHARS_AT_ONCE", chars)
    other = read_folder(source)
    assert other.rows == usual.rows
    assert sorted(other.rejected) == sorted(usual.rejected)
    assert other.details == usual.details


@pytest.mark.usefixtures("small_pieces")
def test_a_new_record_moves_the_border_of_its_own_piece_only(tmp_path: Path) -> None:
    values = articles(300)
    whole = read_files(tmp_path / "a", {"a.jsonl": json_lines(values)})
    more = read_files(tmp_path / "b", {"a.jsonl": json_lines([*values, {**values[150], "id": "n150b"}])})

    def pieces(read: Any) -> list[tuple[str, ...]]:
        ids = iter(read.order)
        return [tuple(next(ids) for _ in range(piece.rows)) for piece in read.pieces]

    before, after = pieces(whole), pieces(more)
    assert len(before) > 10
    assert len(set(before) - set(after)) <= 2


def test_a_build_of_mixed_forms_is_the_same_for_any_worker_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.io.listing.SHARD_LIMIT_FILES", 3)
    source = write_files(tmp_path / "raw", {**in_every_form(articles(3))})
    one = build_release(source, tmp_path / "one", workers=1)
    two = build_release(source, tmp_path / "two", workers=2)
    assert (one.path / "manifest.json").read_bytes() == (two.path / "manifest.json").read_bytes()
    assert one.build.manifest.inputs.count == len(one.rows)


def test_overrides_reach_a_record(make_release: Maker) -> None:
    decisions = [
        {"id": "a.jsonl#n000", "title": "Mine"},
        {"id": "a.jsonl#n001", "language": "de"},
        {"id": "a.jsonl#n002", "exclude": "asked for"},
        {"id": "a.jsonl#n003", "kind": "caption", "text": articles(4)[3]["body"].split("\n")[0]},
    ]
    files = {
        "corpus.toml": "",
        "overrides.jsonl": json_lines(decisions),
        "a.jsonl": json_lines([*articles(4), articles(1)[0]]),
    }
    release = make_release(files)
    assert release.rows["a.jsonl#n000"]["title"] == "Mine"
    assert {"field": "title", "source": "override"} in release.rows["a.jsonl#n000"]["field_sources"]
    assert release.rows["a.jsonl#n001"]["language"] == "de"
    assert "a.jsonl#n002" not in release.rows
    assert release.rows["a.jsonl#n003"]["boilerplate_flags"] == ["caption"]
    inputs = release.build.manifest.inputs
    assert (inputs.count, inputs.rows, inputs.excluded) == (5, 3, {"asked for": 1})
    assert inputs.overrides == {"exclude": 1, "kind": 1, "language": 1, "title": 1}
