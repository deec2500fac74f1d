"""From the files of one shard to staged rows: read, decode, normalise, split into title, body and rest, sketch."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from corpus.errors import BugError
from corpus.io.decode import UndecodableError
from corpus.io.readers import READERS, Opened, Record, read_source, suffix_of
from corpus.limits import check_least
from corpus.model import Decision, Rejection, Shard, SourceFile, Staged
from corpus.schema import LANGUAGE_PATTERN, UNDETERMINED
from corpus.stages.staged import ROWS, SKETCHES, staged_path, write_staged
from corpus.transforms.article import Article, split_article
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.duplicates.sketch import SketchOptions, compared_text, exact_keys, sketch
from corpus.transforms.language.detect import LanguageOptions, detect
from corpus.transforms.normalize import normalize
from corpus.transforms.stretches import restore
from corpus.transforms.title import TitleOptions
from corpus.transforms.tokens import word_counts
from corpus.transforms.unicode import class_table, code_points

_MARKUP: Final = re.compile(r"<[^<>]*>|!?\[[^\[\]\n]*\]\([^()\n]*\)|&#?[0-9A-Za-z]{1,32};")


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

    max_bytes: int
    boilerplate: BoilerplateOptions
    title: TitleOptions
    language: LanguageOptions
    filters: FilterOptions
    sketch: SketchOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """The task for one shard; travels to a worker whole."""

    root: Path
    work: Path
    options: IngestOptions
    decisions: Mapping[str, tuple[Decision, ...]]

    def __call__(self, shard: Shard) -> Staged:
        """Write the shard's rows and sketches below `work`, and say what became of every input."""
        ledger = _Ledger()
        rows = [row for file in shard.files for row in self._rows_of(file, ledger)]
        _add_language(rows, self.options.language)
        sketches = _sketched(rows, self.options.sketch)
        kept = [number for number, row in enumerate(rows) if _passes(row, self.options.filters, ledger)]
        kept.sort(key=lambda number: rows[number]["id"].encode())
        ledger.take(rows, kept)
        write_staged(staged_path(self.work, "rows", shard.number), _columns(rows, kept, ROWS.names), ROWS)
        write_staged(
            staged_path(self.work, "sketches", shard.number), _columns(sketches, kept, SKETCHES.names), SKETCHES
        )
        return ledger.staged(shard.number, len(kept))

    def _rows_of(self, file: SourceFile, ledger: _Ledger) -> Iterator[dict[str, Any]]:
        """The rows of one file; every input that makes none goes into the ledger."""
        opened = read_source(self.root, file, max_bytes=self.options.max_bytes)
        ledger.bytes += opened.size
        source = _Source(id=file.id, sha256=opened.sha256, decisions=self.decisions.get(file.id, ()))
        excluded = [item for item in source.about(file.id) if item.action == "exclude"]
        refusal = _refusal(file, opened, self.options.max_bytes)
        if not (excluded or refusal):
            yield from self._records(source, opened.data or b"", ledger)
            return
        ledger.inputs += 1
        if excluded:
            ledger.exclude(excluded[0])
        elif refusal:
            ledger.reject(file.id, source.sha256, *refusal)

    def _records(self, source: _Source, data: bytes, ledger: _Ledger) -> Iterator[dict[str, Any]]:
        try:
            for record in READERS[suffix_of(source.id)](data):
                ledger.inputs += 1
                row = self._row(source, record, ledger)
                if row:
                    yield row
        except UndecodableError as error:
            ledger.inputs += 1
            ledger.reject(source.id, source.sha256, error.reason, error.detail)

    def _row(self, source: _Source, record: Record, ledger: _Ledger) -> dict[str, Any] | None:
        """The row of one record, or None when nothing of an article is in it."""
        row_id = source.id if record.key is None else f"{source.id}#{record.key}"
        text = normalize(record.text)
        article = split_article(text, self.options.boilerplate, self.options.title, source.about(row_id))
        if not _has_words(article.body):
            reason = "no_text" if text else "empty"
            ledger.reject(row_id, source.sha256, reason, f"{len(text)} characters of text")
            return None
        if restore(article.body, map(asdict, article.boilerplate)) != text:
            remedy = "report this file, if you may share it"
            raise BugError("taking boilerplate out lost text", where=row_id, remedy=remedy)
        return _row_columns(source, record, row_id, text, article)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One file that was read: its released id, the digest of its bytes, and the decisions about its rows."""

    id: str
    sha256: str | None
    decisions: tuple[Decision, ...]

    def about(self, row_id: str) -> list[Decision]:
        return [item for item in self.decisions if item.id == row_id]


def _refusal(file: SourceFile, opened: Opened, max_bytes: int) -> tuple[str, str] | None:
    """Why a file makes no row whatever its text says, as reason and detail; None when nothing stands against it."""
    if file.reason:
        return file.reason, file.detail
    if opened.problem:
        return "unreadable", opened.problem
    if suffix_of(file.id) not in READERS:
        return "unsupported", "no reader for this file ending"
    if opened.data is None:
        return "too_large", f"{opened.size} bytes, max_bytes is {max_bytes}"
    return None if opened.data.strip(b" \t\r\n\v\f") else ("empty", f"{opened.size} bytes")


def _passes(row: Mapping[str, Any], filters: FilterOptions, ledger: _Ledger) -> bool:
    words, language = row["word_count"], row["language"]
    detail = ""
    if words < filters.min_words:
        detail = f"{words} words, min_words is {filters.min_words}"
    elif filters.max_words and words > filters.max_words:
        detail = f"{words} words, max_words is {filters.max_words}"
    elif filters.languages and language not in filters.languages:
        detail = f"language {language}"
    if detail:
        ledger.reject(row["id"], row["source_sha256"], "filtered", detail)
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


def _columns(rows: Sequence[Mapping[str, Any]], kept: Sequence[int], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [rows[number].get(name) for number in kept] for name in names}


def _has_words(body: str) -> bool:
    """Whether a letter or digit is left when markup is taken off; else the file held no text."""
    return bool(np.any(class_table()[code_points(_MARKUP.sub("", body))]))


def _row_columns(source: _Source, record: Record, row_id: str, text: str, article: Article) -> dict[str, Any]:
    """The columns of ROWS but language, score and word count, which are told for all rows of a shard at once."""
    language = next((item.value for item in article.used if item.action == "language"), None)
    sources = [("title", article.title_source), ("language", "override" if language else None)]
    return {
        "used": [item for item in article.used if item.action != "not_duplicate_of"],
        "id": row_id,
        "title": article.title,
        "body": article.body,
        "boilerplate": [asdict(stretch) for stretch in article.boilerplate],
        "boilerplate_flags": sorted({stretch.kind for stretch in article.boilerplate}),
        "language": language,
        "published": None,
        "field_sources": [{"field": name, "source": where} for name, where in sources if where],
        "source_path": source.id,
        "source_sha256": source.sha256,
        "encoding": record.encoding,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "char_count": len(article.body),
    }


@dataclass(slots=True)
class _Ledger:
    """What became of the inputs of one shard."""

    rejections: list[Rejection] = field(default_factory=list)
    excluded: Counter[str] = field(default_factory=Counter)
    used: list[Decision] = field(default_factory=list)
    idle: list[Decision] = field(default_factory=list)
    inputs: int = 0
    bytes: int = 0

    def reject(self, path: str, sha256: str | None, reason: str, detail: str) -> None:
        self.rejections.append(Rejection(path=path, sha256=sha256, reason=reason, detail=detail))

    def exclude(self, decision: Decision) -> None:
        self.excluded[str(decision.value)] += 1
        self.used.append(decision)

    def take(self, rows: Sequence[Mapping[str, Any]], kept: Sequence[int]) -> None:
        """Count the decisions about rows that are kept; those about filtered ones are idle."""
        chosen = set(kept)
        for number, row in enumerate(rows):
            (self.used if number in chosen else self.idle).extend(row["used"])

    def staged(self, number: int, rows: int) -> Staged:
        return Staged(
            number=number,
            inputs=self.inputs,
            bytes=self.bytes,
            rows=rows,
            rejections=tuple(self.rejections),
            excluded=dict(sorted(self.excluded.items())),
            used=tuple(self.used),
            idle=tuple(self.idle),
        )
