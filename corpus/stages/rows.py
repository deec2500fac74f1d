"""From one record to the columns of its row: normalise, split into title, body and rest, tell the fields apart."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, NamedTuple

import numpy as np

from corpus.errors import BugError
from corpus.io.decode import RefusedError
from corpus.io.fields import FieldOptions, Fields, map_fields, metadata_json
from corpus.io.ids import row_id
from corpus.io.records import Record
from corpus.model import Decision, SidecarEntry
from corpus.stages.pages import read_page
from corpus.transforms.article import Article, Given, split_article
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.html.tree import HtmlOptions
from corpus.transforms.normalize import normalize
from corpus.transforms.stretches import Stretch, put_back
from corpus.transforms.title import TitleOptions
from corpus.transforms.unicode import class_table, code_points

_MARKUP: Final = re.compile(r"<[^<>]*>|!?\[[^\[\]\n]*\]\([^()\n]*\)|&#?[0-9A-Za-z]{1,32};")
_MARKUP_SIGNS: Final = "<![&"
_OPENING: Final = 32
"""Nearly every body has a letter among so many characters, before any sign of markup."""
_kind_of: Final = itemgetter(Stretch._fields.index("kind"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOptions:
    """What decides how a record's text is read."""

    boilerplate: BoilerplateOptions
    title: TitleOptions
    html: HtmlOptions
    fields: FieldOptions


class Source(NamedTuple):
    """One file: its released id, what the maintainer and sidecars say of its rows, and the digest of its bytes."""

    id: str
    decisions: Mapping[str, Sequence[Decision]]
    sidecar: Sequence[SidecarEntry]
    sha256: str


def row_of(source: Source, record: Record, options: TextOptions) -> dict[str, Any]:
    """The staged columns of a record, but language, score and word count, which are told for many rows at once.

    `used` are the decisions that found their place. Raises RefusedError when nothing of an article is in the record.
    """
    name = row_id(source.id, record.key)
    fields = record.fields
    if source.sidecar:
        fields = _sidecar_fields(source, record, options.fields).over(fields)
    labels = None
    if record.form == "html":
        page = read_page(record.text, options.html, options.boilerplate)
        text, labels = page.text, page.labels
        fields = fields.over(_page_fields(page.fields))
    else:
        text = normalize(record.text)
    given = Given(title=fields.values.get("title"), source=fields.sources.get("title"), labels=labels)
    article = split_article(text, options.boilerplate, options.title, source.decisions.get(name, ()), given)
    if not _has_words(article.body):
        raise RefusedError("no_text" if text else "empty", f"{len(text)} characters of text")
    row = _columns(source, record, name, text, article, fields)
    if put_back(article.body, [(offset, out) for _, offset, out, _ in article.boilerplate]) != text:
        raise BugError("taking boilerplate out lost text", where=name, remedy="report this file, if you may share it")
    return row


def _page_fields(stated: Mapping[str, str]) -> Fields:
    """What a page says of itself; it calls its fields as the columns are called, whatever the settings name."""
    values = {"language" if name == "language_declared" else name: value for name, value in stated.items()}
    return map_fields(values, FieldOptions(), "html")


def _sidecar_fields(source: Source, record: Record, options: FieldOptions) -> Fields:
    """What sidecars say of a record; the nearest one, which stands last, wins."""
    found = Fields()
    for entry in source.sidecar:
        if entry.key is None or entry.key == record.key:
            found = map_fields(entry.values, options, "sidecar").over(found)
    return found


def _has_words(body: str) -> bool:
    """Whether a letter or digit is left when markup is taken off; else the file held no text."""
    classes = class_table()
    for char in body[:_OPENING]:
        if char in _MARKUP_SIGNS:
            break
        if classes[ord(char)]:
            return True
    return bool(np.any(classes[code_points(_MARKUP.sub("", body))]))


def _columns(source: Source, record: Record, name: str, text: str, article: Article, fields: Fields) -> dict[str, Any]:
    decided = next((item.value for item in article.used if item.action == "language"), None) if article.used else None
    sources = ("title", article.title_source), ("language", "override" if decided else None)
    value_of = fields.values.get
    return {
        "url": value_of("url"),
        "author": value_of("author"),
        "site": value_of("site"),
        "license": value_of("license"),
        "published": value_of("published"),
        "language_declared": value_of("language_declared"),
        "used": [item for item in article.used if item.action != "not_duplicate_of"],
        "id": name,
        "title": article.title,
        "body": article.body,
        "boilerplate": article.boilerplate,
        "boilerplate_flags": sorted(set(map(_kind_of, article.boilerplate))),
        "language": decided,
        "published_at": fields.instant,
        "metadata": metadata_json(fields.other),
        "field_sources": _field_sources(*fields.sources.items(), *sources),
        "source_path": source.id,
        "source_sha256": source.sha256,
        "encoding": record.encoding,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "char_count": len(article.body),
    }


@functools.lru_cache
def _field_sources(*said: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    """The column `field_sources`, where of two that name a field the later one counts: rows share what they have."""
    return tuple(sorted((name, where) for name, where in dict(said).items() if where))
