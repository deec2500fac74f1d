"""Pages as files, in records and in web archives go through one reader, and what they state fills fields."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import UsageError
from corpus.io import html_worker
from corpus.io.readers import HTML_MODULES, check_extras, form_of
from corpus.survey import describe_input
from tests.conftest import Maker, build_release, write_files
from tests.inputs import json_lines, read_files, warc_bytes

WORDS = (
    "The mayor opened the new bridge over the river on Monday, and all the people of the town looked on from the hill.",
    "They walked across it in the rain until the evening came, said the keeper, who had waited years for this day.",
    "The old ferry will be shown in the museum beside the market, where children may climb aboard and ring its bell.",
)
PAGE = f"""<!doctype html>
<html lang="en-gb"><head><meta charset="utf-8"><title>A bridge at last | Gazette</title>
<meta property="og:title" content="A bridge at last"><meta name="author" content="Ä. Writer">
<meta property="article:published_time" content="2024-03-12T08:15:00+01:00"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<article><h1>A bridge at last</h1>{"".join(f"<p>{text}</p>" for text in WORDS)}</article>
<footer>Copyright 2024 Gazette. All rights reserved.</footer></body></html>"""


def field_sources(row: dict[str, Any]) -> dict[str, str]:
    return {item["field"]: item["source"] for item in row["field_sources"]}


def test_a_page_is_the_same_row_wherever_it_lies(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.html": PAGE,
        "b.htm.gz": __import__("gzip").compress(PAGE.encode()),
        "latin.html": PAGE.replace("utf-8", "iso-8859-1").encode("latin-1"),
        "a.jsonl": json_lines([{"id": "x", "html": PAGE}]),
        "a.warc": warc_bytes([("urn:uuid:1", PAGE.encode())], content_type="text/html; charset=utf-8"),
    }
    read = read_files(tmp_path, files)
    assert not read.rejected
    assert len(read.rows) == 5
    assert len({row["text_sha256"] for row in read.rows.values()}) == 1
    for row in read.rows.values():
        assert all(text in row["body"] for text in WORDS)
        assert "Copyright" not in row["body"]
        assert (row["title"], row["author"], row["language_declared"]) == ("A bridge at last", "Ä. Writer", "en-GB")
        assert row["published"] == "2024-03-12T08:15:00+01:00"
        assert row["published_at"].isoformat() == "2024-03-12T07:15:00+00:00"
        assert {field_sources(row)[name] for name in ("title", "author", "published")} == {"html"}


def test_the_phrase_lists_of_the_settings_count_for_pages_too(tmp_path: Path) -> None:
    page = PAGE.replace("</article>", "</article><p>Leave a Reply</p>")
    rules = []
    for language in ("en", "ja"):
        settings = f'input = "raw"\n[boilerplate]\nlanguages = ["{language}"]\n'
        project = write_files(tmp_path / language, {"raw/a.html": page, "corpus.toml": settings})
        row = build_release(project, project / "build").rows["a.html"]
        rules.append({stretch["rule"] for stretch in row["boilerplate"]})
    assert "phrase:en:comment_form" in rules[0] - rules[1]


def test_pages_are_read_by_any_number_of_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.io.listing.SHARD_LIMIT_FILES", 1)
    pages = {f"{number}.html": PAGE.replace("Monday", f"day {number}") for number in range(3)}
    source = write_files(tmp_path / "raw", {**pages})
    one = build_release(source, tmp_path / "one", workers=1)
    two = build_release(source, tmp_path / "two", workers=2)
    assert len(one.rows) == 3
    assert (one.path / "manifest.json").read_bytes() == (two.path / "manifest.json").read_bytes()


def test_the_survey_tells_the_encoding_of_a_page_as_the_row_does(tmp_path: Path) -> None:
    data = PAGE.replace("utf-8", "iso-8859-2").encode("iso-8859-2")
    read = read_files(tmp_path, {"a.html": data})
    survey = describe_input(tmp_path)
    assert list(survey.encodings) == [read.rows["a.html"]["encoding"]]


def test_a_record_and_a_sidecar_win_over_the_page_in_them(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.jsonl": json_lines([{"id": "x", "html": PAGE, "title": "Of the record", "author": "R"}]),
        "metadata.jsonl": json_lines([{"file": "a.jsonl#x", "author": "S"}]),
    }
    row = read_files(tmp_path, files).rows["a.jsonl#x"]
    assert (row["title"], row["author"]) == ("Of the record", "S")
    sources = field_sources(row)
    assert (sources["title"], sources["author"], sources["published"]) == ("json", "sidecar", "html")


def test_a_text_is_taken_before_a_page(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.jsonl": json_lines([{"id": "x", "html": PAGE, "text": WORDS[0]}])}
    row = read_files(tmp_path, files).rows["a.jsonl#x"]
    assert row["body"] == WORDS[0]
    assert "html" in row["metadata"]


def test_a_page_that_is_too_deep_costs_itself_alone(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "corpus.toml": "[html]\nmax_depth = 50\n",
        "deep.html": "<html><body>" + "<div>" * 200 + WORDS[0],
        "a.html": PAGE,
        "b.jsonl": json_lines([{"id": "deep", "html": "<b>" * 200 + WORDS[1]}, {"id": "x", "html": PAGE}]),
        "tags.html": "<html><body><div></div></body></html>",
        "binary.html": bytes(600),
    }
    read = read_files(tmp_path, files)
    assert set(read.rows) == {"a.html", "b.jsonl#x"}
    assert read.reasons == {
        "deep.html": "parser_limit",
        "b.jsonl#deep": "parser_limit",
        "tags.html": "empty",
        "binary.html": "binary",
    }


def test_without_its_extra_a_build_stops_before_it_reads(
    make_release: Maker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files: dict[str, str | bytes] = {"a.html": PAGE, "b.HTML": PAGE, "c.txt": WORDS[0]}
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(UsageError, match=r"2 \.htm, \.html files need") as caught:
        make_release(files)
    assert 'pip install "corpus-packager[html]"' in caught.value.remedy
    assert not (tmp_path / "build").exists()
    make_release({"c.txt": WORDS[0], "corpus.toml": '[inputs]\nexclude = ["*.html", "*.HTML"]\n'})
    monkeypatch.setitem(sys.modules, "warcio", None)
    with pytest.raises(UsageError, match=r"1 \.wet file needs") as caught:
        check_extras(["a.wet.gz", "a.txt"])
    assert 'pip install "corpus-packager[warc]"' in caught.value.remedy


def test_the_modules_that_pages_need_are_those_of_their_worker() -> None:
    assert HTML_MODULES == html_worker._NEEDED
    form = form_of("a.warc.gz")
    assert form is not None
    assert set(form[0].modules) > set(HTML_MODULES)
