"""From the files of one shard to staged rows: read, decode, normalise, split into title, body and rest, sketch."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from corpus.io.addresses import Address
from corpus.io.content import Content
from corpus.io.decode import RefusedError
from corpus.io.fields import FieldOptions
from corpus.io.ids import row_id
from corpus.io.opening import opened
from corpus.io.options import InputOptions
from corpus.io.readers import Form, form_of
from corpus.io.records import ReadOptions, Record, Refused, watched_names
from corpus.limits import check_least
from corpus.model import Decision, Shard, SourceFile, Staged
from corpus.schema import LANGUAGE_PATTERN, UNDETERMINED
from corpus.stages.account import Account
from corpus.stages.rows import Source, TextOptions, row_of
from corpus.stages.runs import Runs, order_of
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.duplicates.sketch import SketchOptions, compared_text, exact_keys, sketch
from corpus.transforms.html.tree import HtmlOptions
from corpus.transforms.language.detect import LanguageOptions, detect
from corpus.transforms.title import TitleOptions
from corpus.transforms.tokens import word_counts

RUN_ROWS: Final = 8192
RUN_CHARS: Final = 64 * 1024 * 1024
"""Rows of a shard are finished and written in runs of at most so many, and of about so many characters."""

COLLISION: Final = "another record has the same key"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterOptions:
    """Which articles are left out, as `filtered`."""

    min_words: int = field(default=0, metadata={"doc": "Articles with fewer words are left out."})
    max_words: int = field(default=0, metadata={"doc": "Articles with more words are left out; 0 is no limit."})
    languages: tuple[str, ...] = field(
        default=(), metadata={"doc": "Only these languages are taken; none named: all of them."}
    )

    def __post_init__(self) -> None:
        check_least(self, 0, "min_words", "max_words")
        if 0 < self.max_words < self.min_words:
            raise ValueError(f"min_words ({self.min_words}) is above max_words ({self.max_words})")
        for code in self.languages:
            if not re.fullmatch(LANGUAGE_PATTERN, code):
                raise ValueError(f"languages must be codes of two or three small letters, like en, not {code!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """Everything that decides what a row holds, other rows aside."""

    inputs: InputOptions
    fields: FieldOptions
    boilerplate: BoilerplateOptions
    title: TitleOptions
    html: HtmlOptions
    language: LanguageOptions
    filters: FilterOptions
    sketch: SketchOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """The task for one shard; travels to a worker whole."""

    root: Path | Address
    work: Path
    options: IngestOptions
    decisions: Mapping[str, tuple[Decision, ...]]

    def __call__(self, shard: Shard) -> list[Staged]:
        """Write the shard's rows and sketches below `work`, in pieces, and say what became of every input."""
        account, runs = Account(), Runs(self.work, shard.number)
        for rows in _batches(row for file in shard.files for row in self._rows_of(file, account)):
            self._finish(rows, account, runs)
        sizes = []
        for size, collided in runs.pieces():
            sizes.append(size)
            for name, sha256 in collided:
                account.reject(name, sha256, "duplicate_id", COLLISION)
        return account.staged(sizes)

    def _rows_of(self, file: SourceFile, account: Account) -> Iterator[dict[str, Any]]:
        """The rows of one file; every input that makes none is accounted for."""
        form = form_of(file.id)
        source = self._source(file)
        excluded = source.excluded(file.id)
        if excluded:
            account.inputs += 1
            account.bytes += file.size
            account.exclude(excluded)
            return
        sha256 = None
        try:
            with opened(self.root, file, self.work, codec=form[1] if form else "") as content:
                sha256 = content.sha256
                account.bytes += content.size
                source = replace(source, sha256=sha256)
                yield from self._read(_reader(file, form), content, source, account)
        except RefusedError as error:
            account.inputs += 1
            account.reject(file.id, sha256, error.reason, error.detail)

    def _source(self, file: SourceFile) -> Source:
        decisions = defaultdict(list)
        for decision in self.decisions.get(file.id, ()):
            decisions[decision.id].append(decision)
        return Source(id=file.id, decisions=dict(decisions), sidecar=file.sidecar)

    def _read(self, form: Form, content: Content, source: Source, account: Account) -> Iterator[dict[str, Any]]:
        """The rows of the records of one file; raises RefusedError where it cannot be read, or not any further."""
        wanted = frozenset(name for names in self.options.fields.chosen().values() for name in names)
        options = ReadOptions(inputs=self.options.inputs, fields=self.options.fields, watched=bool(wanted))
        for entry in source.sidecar:
            account.fields(watched_names(entry.values, options), wanted)
        before = account.inputs
        for record in form.read(content, options):
            account.inputs += 1
            name = row_id(source.id, record.key)
            excluded = source.excluded(name)
            if excluded:
                account.exclude(excluded)
            elif isinstance(record, Refused):
                account.reject(name, source.sha256, record.reason, record.detail)
            else:
                account.fields(record.names, wanted)
                yield from self._row(source, record, account)
        if account.inputs == before:
            raise RefusedError("empty", "no record in it")

    def _row(self, source: Source, record: Record, account: Account) -> Iterator[dict[str, Any]]:
        """The row of a record, if it makes one."""
        options = TextOptions(
            boilerplate=self.options.boilerplate,
            title=self.options.title,
            html=self.options.html,
            fields=self.options.fields,
        )
        try:
            yield row_of(source, record, options)
        except RefusedError as error:
            account.reject(row_id(source.id, record.key), source.sha256, error.reason, error.detail)

    def _finish(self, rows: list[dict[str, Any]], account: Account, runs: Runs) -> None:
        """Add to rows what is told for many at once, leave out what the filters name, and write them as a run."""
        _add_language(rows, self.options.language)
        sketches = _sketched(rows, self.options.sketch)
        kept = [number for number, row in enumerate(rows) if _passes(row, self.options.filters, account)]
        kept.sort(key=lambda number: (rows[number]["id"].encode(), order_of(rows[number])))
        first: list[int] = []
        for number in kept:
            row = rows[number]
            if first and rows[first[-1]]["id"] == row["id"]:
                account.reject(row["id"], row["source_sha256"], "duplicate_id", COLLISION)
                continue
            account.decided(row["id"], order_of(row), row["used"])
            first.append(number)
        runs.add({"rows": rows, "sketches": sketches}, first)


def _reader(file: SourceFile, form: tuple[Form, str] | None) -> Form:
    """The form of a file that may be read. Raises RefusedError where something stands against it."""
    if file.reason:
        raise RefusedError(file.reason, file.detail)
    if form is None:
        raise RefusedError("unsupported", "no reader for this file ending")
    return form[0]


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The same rows in lists of bounded size."""
    held: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        held.append(row)
        size += row["char_count"]
        if len(held) >= RUN_ROWS or size >= RUN_CHARS:
            yield held
            held, size = [], 0
    if held:
        yield held


def _passes(row: Mapping[str, Any], filters: FilterOptions, account: Account) -> bool:
    words, language = row["word_count"], row["language"]
    detail = ""
    if words < filters.min_words:
        detail = f"{words} words, min_words is {filters.min_words}"
    elif filters.max_words and words > filters.max_words:
        detail = f"{words} words, max_words is {filters.max_words}"
    elif filters.languages and language not in filters.languages:
        detail = f"language {language}"
    if detail:
        account.reject(row["id"], row["source_sha256"], "filtered", detail)
        account.idle(row["used"])
    return not detail


def _add_language(rows: Sequence[dict[str, Any]], options: LanguageOptions) -> None:
    """Tell the language of each row, unless the maintainer has; the score of a decision is 1."""
    for row, (language, score) in zip(rows, detect([row["body"] for row in rows], options), strict=True):
        decided = row["language"]
        row["language"] = decided or language
        row["language_score"] = (None if decided == UNDETERMINED else 1.0) if decided else score


def _sketched(rows: Sequence[dict[str, Any]], options: SketchOptions) -> list[dict[str, Any]]:
    """The columns of SKETCHES for each row; the row itself gets its `word_count`."""
    bodies = [row["body"] for row in rows]
    found = sketch([compared_text(row["title"], row["body"]) for row in rows], options)
    keys = exact_keys(bodies).astype(">u8").tobytes()
    words = word_counts(bodies)
    sketched = []
    for number, row in enumerate(rows):
        row["word_count"] = int(words[number])
        sketched.append(
            {
                "id": row["id"],
                "published": row["published"],
                "words": row["word_count"],
                "bytes": len(row["body"].encode()),
                "shingles": int(found.shingles[number]),
                "exact_key": keys[16 * number : 16 * (number + 1)],
                "hashes": found.hashes[found.offsets[number] : found.offsets[number + 1]],
            }
        )
    return sketched
