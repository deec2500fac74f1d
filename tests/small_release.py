"""A tiny invented release on disk, and the facts about it: what the tests of card, Croissant and schema share."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.model import CheckOutcome, CheckReport, FileEntry, Inputs, Statistics
from corpus.release.facts import CardFacts
from corpus.schema import ARTICLE, SINGLE_KINDS

HEX = "0123456789abcdef" * 4

Row = dict[str, Any]


def make_row(name: str, **changes: Any) -> Row:
    """One valid row: an article without anything special, but for `changes`."""
    row: Row = dict.fromkeys(ARTICLE.names)
    row |= {"id": name, "body": f"The mayor of {name} opened the bridge. Hundreds came.", "boilerplate": []}
    row |= {"boilerplate_flags": [], "language": "en", "language_score": 0.999, "duplicate_group": f"g{HEX[:16]}"}
    row |= {"duplicate_kind": "unique", "related": [], "field_sources": [], "source_path": name}
    row |= {"source_sha256": HEX, "text_sha256": HEX, "encoding": "utf-8", "char_count": 50, "word_count": 9}
    return row | changes


def rows_of_all_kinds() -> list[Row]:
    """Rows that fill every column at least once, with a list of structs, and a copy of the first."""
    stretches = [
        {"kind": "byline", "offset": 0, "text": "By A. Author\n", "rule": "line:byline"},
        {"kind": "share_links", "offset": 12, "text": "\nTweet", "rule": "line:share"},
    ]
    full = make_row(
        "a.txt",
        title='Bridge "opens" | <b>late</b>',
        boilerplate=stretches,
        boilerplate_flags=["byline", "share_links"],
        language_declared="en-GB",
        duplicate_kind="kept",
        related=[{"id": "b.txt", "share": 0.25, "share_of_other": 0.5}],
        url="https://news.example/a",
        author="A. Author",
        site="news.example",
        license="CC-BY-4.0",
        published="2024-02-29T10:30:00Z",
        published_at=datetime(2024, 2, 29, 10, 30, tzinfo=UTC),
        metadata='{"section":"local"}',
        field_sources=[{"field": "title", "source": "line"}],
    )
    copy = make_row("c.txt", duplicate_kind="near", duplicate_of="a.txt", duplicate_overlap=0.912)
    norwegian = make_row("b.txt", language="no", encoding="windows-1252")
    return [full, norwegian, copy, make_row("d.txt", language="und", language_score=None)]


def write_release(folder: Path, rows_by_split: dict[str, Sequence[Row]]) -> CardFacts:
    """Write the Parquet files of a release below `folder`, two `unique` files a split where it has the rows."""
    files, statistics = [], []
    for split, rows in rows_by_split.items():
        singles = [row for row in rows if row["duplicate_kind"] in SINGLE_KINDS]
        copies = [row for row in rows if row["duplicate_kind"] not in SINGLE_KINDS]
        shards = [part for part in (singles[:1], singles[1:]) if part]
        for number, part in enumerate(shards):
            files.append(_write(folder, f"data/{split}/unique-{number:05}-of-{len(shards):05}.parquet", part))
        if copies:
            files.append(_write(folder, f"data/{split}/duplicate-00000-of-00001.parquet", copies))
        statistics.append((split, rows, singles))
    return _facts(tuple(files), statistics)


def _write(folder: Path, relative: str, rows: Sequence[Row]) -> FileEntry:
    path = folder / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(_table(rows), path, compression="zstd")
    data = path.read_bytes()
    return FileEntry(path=relative, size=len(data), sha256=hashlib.sha256(data).hexdigest(), rows=len(rows))


def _table(rows: Sequence[Row]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=ARTICLE)


def _counts(values: Iterable[Any]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _facts(files: tuple[FileEntry, ...], splits: list[tuple[str, Sequence[Row], list[Row]]]) -> CardFacts:
    rows = [row for _, members, _ in splits for row in members]
    statistics = Statistics(
        rows=len(rows),
        splits={split: len(members) for split, members, _ in splits},
        singles={split: len(singles) for split, _, singles in splits},
        arrow_bytes={split: _table(members).nbytes for split, members, _ in splits},
        single_arrow_bytes={split: _table(singles).nbytes for split, _, singles in splits},
        duplicate_kinds=_counts(row["duplicate_kind"] for row in rows),
        languages=_counts(row["language"] for row in rows),
        encodings=_counts(row["encoding"] for row in rows),
        flags=_counts(flag for row in rows for flag in row["boilerplate_flags"]),
        removed_chars=_counts(s["kind"] for row in rows for s in row["boilerplate"] for _ in s["text"]),
        groups=3,
        titles=sum(row["title"] is not None for row in rows),
        chars=sum(row["char_count"] for row in rows),
        words=sum(row["word_count"] for row in rows),
        content_digest="sha256:" + HEX,
    )
    return CardFacts(
        name="valley-news",
        pretty_name="Valley News",
        version="0.1.0",
        repo="org/valley-news",
        license="CC-BY-4.0",
        statistics=statistics,
        inputs=_inputs(len(rows)),
        checks=_checks(),
        files=files,
        tool_version="0.1.0",
        settings_digest="sha256:" + HEX,
    )


def _inputs(rows: int) -> Inputs:
    rejected = {"binary": 1, "empty": 2}
    return Inputs(
        count=rows + 4,
        bytes=12_345,
        digest="sha256:" + HEX,
        sidecars="sha256:" + HEX,
        rows=rows,
        rejected=rejected,
        excluded={"asked for by its author": 1},
        overrides={"title": 1},
    )


def _checks() -> CheckReport:
    outcome = CheckOutcome(
        suite="article-v1",
        check="expect_column_values_to_be_unique",
        column="id",
        limit="all",
        found="all",
        passed=True,
        failed_rows=0,
        sample=(),
    )
    outcomes = (outcome, replace(outcome, column="body"))
    return CheckReport(passed=True, expected=2, evaluated=2, thresholds={}, outcomes=outcomes)
