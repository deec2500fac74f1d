"""What sources say of an article, and where it goes: mapping, precedence, dates, languages, licences, metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.config import load_config
from corpus.errors import ConfigError
from corpus.io.dates import parse_date
from corpus.io.fields import FieldOptions, Fields, check_found, map_fields
from corpus.io.readers.articles import split_front_matter
from corpus.io.values import address, language_tag, names, one_line, spdx_id
from corpus.schema import DATE_PATTERN, FIELD_SOURCES
from tests.conftest import ROOT, Maker, write_files
from tests.inputs import csv_bytes, json_lines, read_files, read_folder

PROSE = (
    "The mayor opened a new bridge over the river on Monday, and all the people of the town looked on from the hill."
)

DATES = [
    ("2024", "2024", None),
    ("2024-03", "2024-03", None),
    ("2024-03-12", "2024-03-12", None),
    ("20240312", "2024-03-12", None),
    ("2024/03/12", "2024-03-12", None),
    ("2024.03.12", "2024-03-12", None),
    (" 2024-03-12 ", "2024-03-12", None),
    ("2024-03-12T08:15", "2024-03-12T08:15", None),
    ("2024-03-12 08:15:30", "2024-03-12T08:15:30", None),
    ("2024-03-12T08:15:30.120", "2024-03-12T08:15:30.120", None),
    ("2024-03-12T08:15:30Z", "2024-03-12T08:15:30Z", "2024-03-12T08:15:30+00:00"),
    ("2024-03-12t08:15:30z", "2024-03-12T08:15:30Z", "2024-03-12T08:15:30+00:00"),
    ("2024-03-12T08:15+01:00", "2024-03-12T08:15+01:00", "2024-03-12T07:15:00+00:00"),
    ("2024-03-12T08:15:30.5-0530", "2024-03-12T08:15:30.5-05:30", "2024-03-12T13:45:30.500000+00:00"),
    ("2024-03-12T08:15:30+01", "2024-03-12T08:15:30+01:00", "2024-03-12T07:15:30+00:00"),
    ("20240312T081530Z", "2024-03-12T08:15:30Z", "2024-03-12T08:15:30+00:00"),
    ("2024-03-12 08:15:30 UTC", "2024-03-12T08:15:30Z", "2024-03-12T08:15:30+00:00"),
    ("2024-03-12T08:15:30-00:00", "2024-03-12T08:15:30", None),
    ("2024-01-01T00:30:00+02:00", "2024-01-01T00:30:00+02:00", "2023-12-31T22:30:00+00:00"),
    ("2024-03-12T08:15:30.123456789Z", "2024-03-12T08:15:30.123456789Z", "2024-03-12T08:15:30.123456+00:00"),
    ("Tue, 12 Mar 2024 08:15:30 +0100", "2024-03-12T08:15:30+01:00", "2024-03-12T07:15:30+00:00"),
    ("Tue, 12 Mar 2024 08:15:30 GMT", "2024-03-12T08:15:30Z", "2024-03-12T08:15:30+00:00"),
    ("12 Mar 2024 08:15 EST", "2024-03-12T08:15-05:00", "2024-03-12T13:15:00+00:00"),
    ("12 Mar 2024 08:15:30 -0000", "2024-03-12T08:15:30", None),
    ("12 Mar 2024 08:15:30 CET", "2024-03-12T08:15:30", None),
    ("12 March 2024", "2024-03-12", None),
    ("March 12, 2024", "2024-03-12", None),
    ("Sept. 1st 2024", "2024-09-01", None),
    ("2nd may 2024", "2024-05-02", None),
    ("25/12/2024", "2024-12-25", None),
    ("12/25/2024", "2024-12-25", None),
    ("03.03.2024", "2024-03-03", None),
]


@pytest.mark.parametrize(("text", "published", "instant"), DATES, ids=[text for text, _, _ in DATES])
def test_dates_keep_their_precision(text: str, published: str, instant: str | None) -> None:
    found = parse_date(text)
    assert found is not None
    assert (found.text, found.instant.isoformat() if found.instant else None) == (published, instant)


@pytest.mark.parametrize(
    "value",
    [
        "03/04/2024",
        "3.4.2024",
        "04-03-2024",
        "today",
        "yesterday",
        "3 days ago",
        "12",
        "202403",
        "2024-3-1",
        "24-03-12",
        "2024-02-30",
        "2024-13-01",
        "2024-03-12T25:00",
        "2024-03-12T08",
        "0000-01-01",
        "12 Mars 2024",
        "Tuesday",
        "",
        " ",
        "2024-03-12 and more",
        "٢٠٢٤-٠٣-١٢",
        "1710227730",
        1710227730,
        2024,
        True,
        None,
        ["2024-03-12"],
        "9" * 5000,
        "2024-03-12T08:15:30+99:00x",
        "31/31/2024",
        "2024-W11-2",
        float("nan"),
    ],
    ids=repr,
)
def test_what_is_not_certain_is_no_date(value: Any) -> None:
    assert parse_date(value) is None


def test_settings_tell_how_dates_are_meant() -> None:
    def text(value: Any, **options: str) -> str | None:
        found = parse_date(value, **options)
        return found.text if found else None

    assert text("03/04/2024", order="dmy") == "2024-04-03"
    assert text("03/04/2024", order="mdy") == "2024-03-04"
    assert text("25/12/2024", order="mdy") is None
    assert text(1710227730, epoch="seconds") == "2024-03-12T07:15:30Z"
    assert text("1710227730500", epoch="milliseconds") == "2024-03-12T07:15:30.5Z"
    assert text(1e300, epoch="seconds") is None
    assert text(float("nan"), epoch="seconds") is None


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,4}[-/. T][0-9]{1,2}[-/. :][0-9]{1,4}.{0,12}"))
def test_every_date_fits_the_schema(text: str) -> None:
    import re

    found = parse_date(text)
    if found is not None:
        assert re.match(DATE_PATTERN, found.text)
        assert (found.instant is None) == (not re.search(r"(Z|[+-]\d\d:\d\d)$", found.text[10:]))


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("pt_br", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("en_US.UTF-8", "en-US"),
        ("sr-latn", "sr-Latn"),
        ("es-419", "es-419"),
        ("de-CH-1996", "de-CH-1996"),
        ("deu", "deu"),
        ("x-klingon", None),
        ("English", None),
        ("", None),
        ("e", None),
        ("en us", None),
        ("en,de", None),
        (7, None),
        (["en"], None),
    ],
)
def test_language_tags(value: Any, tag: str | None) -> None:
    assert language_tag(value) == tag


@pytest.mark.parametrize(
    ("value", "spdx"),
    [
        ("CC-BY-4.0", "CC-BY-4.0"),
        ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("mit", "MIT"),
        ("https://creativecommons.org/licenses/by-nc/3.0/", "CC-BY-NC-3.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/deed.de", "CC0-1.0"),
        ("Creative Commons BY-ND 2.0", "CC-BY-ND-2.0"),
        ("All rights reserved", None),
        ("CC BY 9.9", None),
        ("", None),
        ("https://creativecommons.org/licenses/by/4.0/legalcode", "CC-BY-4.0"),
    ],
)
def test_licences(value: str, spdx: str | None) -> None:
    assert spdx_id(value) == spdx


def test_other_values() -> None:
    assert one_line("  A\n title\t\u00a0here ") == "A title here"
    assert one_line("x" * 1001) is None
    assert names([{"name": "A"}, "B ", "A"]) == "A, B"
    assert names([{"nom": "A"}, "B"]) is None
    assert address("https://example.org/a?b=c") == "https://example.org/a?b=c"
    assert address("example.org/a") is None
    assert address("javascript:alert(1) x") is None


def read_one(folder: Path, value: dict[str, Any], settings: str = "") -> dict[str, Any]:
    files: dict[str, str | bytes] = {"corpus.toml": settings, "a.jsonl": json_lines([value])}
    [row] = read_files(folder, files).rows.values()
    return row


def test_common_names_need_no_settings(tmp_path: Path) -> None:
    value = {
        "uuid": "u1",
        "id": 7,
        "headline": "Bridge",
        "content": PROSE,
        "link": "https://example.org/7",
        "lang": "EN-gb",
        "authors": [{"name": "A"}, {"name": "B"}],
        "datePublished": "2024-03-12",
        "license": "cc-by-4.0",
        "source": "Gazette",
        "views": 12,
        "tags": ["a", "b"],
        "none": None,
        "blank": "",
        "ratio": 0.1,
    }
    row = read_one(tmp_path, value)
    assert row["id"] == "a.jsonl#7"
    expected = {
        "title": "Bridge",
        "author": "A, B",
        "url": "https://example.org/7",
        "site": "Gazette",
        "license": "CC-BY-4.0",
        "published": "2024-03-12",
        "published_at": None,
        "language_declared": "en-GB",
    }
    assert {name: row[name] for name in expected} == expected
    assert row["metadata"] == '{"ratio":0.1,"tags":["a","b"],"uuid":"u1","views":12}'
    assert row["field_sources"] == [
        {"field": name, "source": "json"} for name in sorted(expected) if name != "published_at"
    ]


def test_settings_map_any_names_nested_ones_too(tmp_path: Path) -> None:
    settings = '[fields]\ntext = "main.words"\ntitle = ["nothing", "meta.head"]\nid = "meta.key"\nepoch = "seconds"\n'
    settings += 'published = "when"\n'
    value = {
        "main": {"words": [PROSE, f"And more. {PROSE}"], "pages": 2},
        "meta": {"head": "Bridge", "key": "k"},
        "text": "Not this one.",
        "when": 1710227730,
    }
    row = read_one(tmp_path, value, settings)
    assert (row["id"], row["title"], row["published"]) == ("a.jsonl#k", "Bridge", "2024-03-12T07:15:30Z")
    assert row["published_at"].isoformat() == "2024-03-12T07:15:30+00:00"
    assert row["body"] == f"{PROSE}\n\nAnd more. {PROSE}"
    assert json.loads(row["metadata"]) == {"main": {"pages": 2}, "text": "Not this one."}


def test_a_field_that_says_nothing_certain_stays_in_the_metadata(tmp_path: Path) -> None:
    value = {
        "text": PROSE,
        "date": "03/04/2024",
        "lang": "English",
        "license": "ours",
        "url": "here",
        "title": ["a", "b"],
    }
    row = read_one(tmp_path, value)
    assert (row["published"], row["language_declared"], row["license"], row["url"], row["title"]) == (None,) * 5
    assert json.loads(row["metadata"]) == {name: item for name, item in value.items() if name != "text"}
    assert row["field_sources"] == []


def test_the_next_name_counts_where_the_first_says_nothing(tmp_path: Path) -> None:
    row = read_one(
        tmp_path, {"text": None, "body": PROSE, "title": " ", "headline": "Bridge", "url": None, "link": "a:b"}
    )
    assert (row["title"], row["url"], row["metadata"]) == ("Bridge", "a:b", '{"title":" "}')


def test_a_name_that_no_record_has_is_an_error_with_the_nearest_one(make_release: Maker, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "corpus.toml": '[fields]\ntitle = "hedline"\n',
        "a.jsonl": json_lines([{"text": PROSE, "headline": "Bridge"}]),
    }
    with pytest.raises(ConfigError, match="no record has the field") as caught:
        make_release(files)
    assert "did you mean 'headline'?" in caught.value.remedy
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    "settings", ['epoch = "hours"', 'date_order = "ymd"', "text = 5", 'txet = "a"', "max_depth = 0"]
)
def test_wrong_settings_are_errors(settings: str, tmp_path: Path) -> None:
    section = "inputs" if "max" in settings else "fields"
    write_files(tmp_path, {"corpus.toml": f"[{section}]\n{settings}\n"})
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert caught.value.where.endswith("corpus.toml:2")


def test_one_name_or_a_list_of_names(tmp_path: Path) -> None:
    write_files(tmp_path, {"corpus.toml": '[fields]\ntext = "body"\ntitle = ["a", "b"]\n'})
    fields = load_config(tmp_path).fields
    assert (fields.text, fields.title) == (("body",), ("a", "b"))
    assert set(fields.chosen()) == {"text", "title"}


def test_the_stronger_source_wins_field_by_field() -> None:
    weak = map_fields(
        {"title": "Weak", "url": "a:weak", "date": "2024-01-01T00:00:00Z", "x": 1}, FieldOptions(), "html"
    )
    strong = map_fields({"title": "Strong", "date": "2024-02", "x": 2}, FieldOptions(), "json")
    both = strong.over(weak)
    assert both.values == {"title": "Strong", "url": "a:weak", "published": "2024-02"}
    assert both.instant is None, "an instant never outlives its date"
    assert both.sources == {"title": "json", "url": "html", "published": "json"}
    assert both.other == {"x": 2}
    assert Fields().over(weak) == weak.over(Fields()) == weak


def test_sources_stand_in_the_order_of_their_strength(tmp_path: Path) -> None:
    assert FIELD_SOURCES.index("line") < FIELD_SOURCES.index("html") < FIELD_SOURCES.index("json")
    assert FIELD_SOURCES.index("json") < FIELD_SOURCES.index("sidecar") < FIELD_SOURCES.index("override")
    files: dict[str, str | bytes] = {
        "a.jsonl": json_lines([{"id": "k", "text": f"# A line as a title\n\n{PROSE}", "title": "Of the record"}]),
        "metadata.csv": "file,title\na.jsonl#k,Of the sidecar\n",
    }
    row = read_files(tmp_path, files).rows["a.jsonl#k"]
    assert row["title"] == "Of the sidecar"
    assert {"field": "title", "source": "sidecar"} in row["field_sources"]


FRONT: dict[str, tuple[str, dict[str, Any]]] = {
    "yaml": (
        "---\ntitle: Front\nlang: no\ndate: 2024-03-12\n---\n",
        {"title": "Front", "lang": "no", "date": "2024-03-12"},
    ),
    "yaml-dots": ("---\ntags:\n  - a\n  - b\n...\n", {"tags": ["a", "b"]}),
    "yaml-crlf": ('---\r\ntitle: "A: b"\r\n---\r\n', {"title": "A: b"}),
    "toml": ('+++\ntitle = "Front"\ndate = 2024-03-12\nn = 1\n+++\n', {"title": "Front", "date": "2024-03-12", "n": 1}),
    "toml-inf": ("+++\nn = inf\n+++\n", {"n": "inf"}),
}


@pytest.mark.parametrize("name", FRONT)
def test_front_matter_is_read_and_no_part_of_the_text(name: str, tmp_path: Path) -> None:
    block, values = FRONT[name]
    assert split_front_matter(block + PROSE) == (values, PROSE)
    read = read_files(tmp_path, {"a.md": block + PROSE, "b.md": PROSE, "c.txt": block + PROSE})
    assert read.rows["a.md"]["text_sha256"] == read.rows["b.md"]["text_sha256"]
    assert read.rows["c.txt"]["text_sha256"] != read.rows["b.md"]["text_sha256"], "a .txt has no front matter"


@pytest.mark.parametrize(
    "block",
    [
        "---\n",
        "---\n---\n",
        "---\nA line of text.\n---\n",
        "---\nNot a name: because of the blanks\n---\n",
        "---\na:\n  b: nested\n---\n",
        "---\n- a\n- b\n---\n",
        "---\na: [\n---\n",
        "---\ntitle: no end\n",
        "\n---\na: b\n---\n",
        "--- \na: &x b\nc: *y\n---\n",
        "---\n" + "a: [" * 5000 + "\n---\n",
        "+++\na = \n+++\n",
        '+++\n[a]\nb = "nested"\n+++\n',
        "---\n" + "a: b\n" * 20_000 + "---\n",
    ],
    ids=lambda block: block[:30],
)
def test_what_is_no_front_matter_is_text(block: str) -> None:
    assert split_front_matter(block + PROSE) == ({}, block + PROSE)


def test_front_matter_fills_fields(tmp_path: Path) -> None:
    row = read_files(tmp_path, {"a.md": f"---\ntitle: Front\nauthor: A\ntags: [x]\n---\n\n{PROSE}"}).rows["a.md"]
    assert (row["title"], row["author"], row["metadata"]) == ("Front", "A", '{"tags":["x"]}')
    assert {"field": "title", "source": "front_matter"} in row["field_sources"]


def test_metadata_is_the_same_whatever_the_order(tmp_path: Path) -> None:
    one = read_one(tmp_path / "1", {"text": PROSE, "b": {"y": 1, "x": [True, None]}, "a": "ü"})
    other = read_one(tmp_path / "2", {"a": "ü", "b": {"x": [True, None], "y": 1}, "text": PROSE})
    assert one["metadata"] == other["metadata"] == '{"a":"ü","b":{"x":[true,null],"y":1}}'
    assert one["id"] == other["id"]


SIDECARS: dict[str, tuple[dict[str, str], str, str]] = {
    "no-file": ({"metadata.csv": "name,title\na.txt,T\n"}, "metadata.csv:2", "names no file"),
    "blank-file": ({"metadata.csv": "title,file\nT,\n"}, "metadata.csv:2", "names no file"),
    "same-file-twice": ({"metadata.csv": "file,title\na.txt,T\na.txt,U\n"}, "metadata.csv:3", "about the same"),
    "two-sidecars": (
        {"metadata.csv": "file,title\na.txt,T\n", "metadata.jsonl": '\n{"file": "./a.txt"}\n'},
        "metadata.jsonl:2",
        "about the same",
    ),
    "outside": ({"x/metadata.csv": "file,title\n../a.txt,T\n"}, "x/metadata.csv:2", "outside its folder"),
    "cells": ({"metadata.csv": "file,title\na.txt,T,U\n"}, "metadata.csv:2", "broken"),
    "no-json": ({"metadata.jsonl": '{"file": "a.txt"}\n{"file"\n'}, "metadata.jsonl:2", "broken"),
    "a-list": ({"metadata.jsonl": "[1]"}, "metadata.jsonl:1", "broken"),
    "header": ({"metadata.csv": "file,file\na,b\n"}, "metadata.csv", "cannot be read"),
    "binary": ({"metadata.csv": "\0\1\2\3\4\5\6"}, "metadata.csv", "cannot be read"),
}


@pytest.mark.parametrize("name", SIDECARS)
def test_a_wrong_sidecar_is_an_error_with_its_line(name: str, tmp_path: Path) -> None:
    files, where, what = SIDECARS[name]
    write_files(tmp_path, {"a.txt": PROSE, **files})
    with pytest.raises(ConfigError, match=what) as caught:
        read_folder(tmp_path)
    assert caught.value.where == where


def test_sidecars_speak_of_their_folder_and_below(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a/one.txt": PROSE,
        "a/b/two #1.txt": f"Two. {PROSE}",
        "a/b/all.jsonl": json_lines(
            [{"id": "x", "text": f"X. {PROSE}"}, {"id": "y", "text": f"Y. {PROSE}", "site": "S"}]
        ),
        "a/metadata.csv": "file_name,site,author,mood\n"
        "one.txt,Gazette,,good\nb/two #1.txt,Herald,Upper,\nnone.txt,x,,\n",
        "a/b/metadata.jsonl": json_lines(
            [
                {"path": "two #1.txt", "author": "Lower", "date": "2024-03-12"},
                {"path": "all.jsonl", "site": "Container", "license": "mit"},
                {"path": "all.jsonl#x", "site": "Record", "id": "mine"},
            ]
        ),
    }
    read = read_files(tmp_path, files)
    assert not read.rejected, "a sidecar is no input"

    def told(row_id: str) -> tuple[Any, ...]:
        row = read.rows[row_id]
        return row["site"], row["author"], row["license"], row["published"], row["metadata"]

    assert told("a/one.txt") == ("Gazette", None, None, None, '{"mood":"good"}')
    assert told("a/b/two %231.txt") == ("Herald", "Lower", None, "2024-03-12", None)
    assert told("a/b/all.jsonl#x") == ("Record", None, "MIT", None, '{"id":"mine"}')
    assert told("a/b/all.jsonl#y") == ("Container", None, "MIT", None, None)
    assert read.sidecars.unknown == ("none.txt (a/metadata.csv:4)",)
    assert "1 name no input: none.txt (a/metadata.csv:4)" in read.sidecars.summary()


def test_a_sidecar_changes_the_manifest_even_where_it_changes_no_row(make_release: Maker, tmp_path: Path) -> None:
    digests = set()
    for number, text in enumerate(("file,site\na.txt,S\n", "file,site\r\na.txt,S\r\n")):
        source = write_files(tmp_path / str(number), {"a.txt": PROSE, "metadata.csv": text})
        build = make_release(source, out=tmp_path / f"out{number}").build
        digests.add((build.manifest.inputs.sidecars, build.manifest.content_digest))
    assert len(digests) == 2
    assert len({content for _, content in digests}) == 1


def test_a_table_is_a_sidecar_only_by_its_name(tmp_path: Path) -> None:
    read = read_files(tmp_path, {"Metadata.csv": csv_bytes([{"id": "a", "text": PROSE}])})
    assert list(read.rows) == ["Metadata.csv#a"]


def test_names_of_front_matter_and_sidecars_count_as_found(tmp_path: Path) -> None:
    settings = '[fields]\npublished = "when"\nsite = "paper"\n'
    files: dict[str, str | bytes] = {
        "corpus.toml": settings,
        "a.jsonl": json_lines([{"id": "x", "text": PROSE}]),
        "a.md": f"---\nwhen: 2024-03-12\n---\n{PROSE} Again.",
        "metadata.csv": "file,paper\na.md,Gazette\n",
    }
    read = read_files(tmp_path, files)
    assert (read.rows["a.md"]["published"], read.rows["a.md"]["site"]) == ("2024-03-12", "Gazette")
    check_found(load_config(tmp_path).fields, read.pieces)
    with pytest.raises(ConfigError):
        check_found(FieldOptions(site=("papr",)), read.pieces)


def test_the_example_of_other_forms_is_what_its_readme_says(tmp_path: Path) -> None:
    read = read_folder(ROOT / "examples" / "harbour-notes")
    assert sorted(reason for _, reason in read.rejected) == ["malformed", "malformed", "no_text"]
    assert len(read.rows) == 7
    assert all(row["title"] for row in read.rows.values())
    assert all(row["published"] for row in read.rows.values())
