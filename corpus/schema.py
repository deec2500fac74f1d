"""The columns of a release, declared once: Arrow schema, features, JSON Schema and documentation all come from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

KINDS: Final = (
    "title",
    "byline",
    "dateline",
    "caption",
    "image_credit",
    "social_embed",
    "share_links",
    "comment_form",
    "comments",
    "related_links",
    "adjacent_links",
    "newsletter",
    "advertisement",
    "cookie_notice",
    "paywall",
    "navigation",
    "copyright",
    "tags",
    "separator",
    "other",
)
"""The closed list of kinds of text that is taken out of a body."""

DUPLICATE_KINDS: Final = ("unique", "kept", "exact", "near", "contained")
"""`unique` and `kept` rows make up the `deduplicated` config; the others are copies of a kept row."""

SINGLE_KINDS: Final = ("unique", "kept")

SPLITS: Final = ("train", "validation", "test")

FIELD_SOURCES: Final = ("line", "html", "warc", "front_matter", "parquet", "csv", "json", "sidecar", "override")
"""Where a field's value came from: a line of the text, the page itself, the record or front matter around the text, a
sidecar file, or `overrides.jsonl`. Of two that speak the later one wins."""

UNDETERMINED: Final = "und"

REASONS: Final = {
    "binary": "the bytes are not text",
    "damaged": "a container, or what follows the last record read from it, is cut or broken",
    "duplicate_id": "another input with the same id was taken",
    "empty": "nothing but white space",
    "filtered": "left out by a glob or filter of the settings",
    "malformed": "a record, or the header of a table, is not in the form that the file's ending says",
    "no_text": "no field holds a text, or nothing is left when boilerplate and markup are taken out",
    "parser_crashed": "the parser of pages ended on this one",
    "parser_limit": "a page is too large, too deep or too slow to parse",
    "too_large": "larger than the `max_bytes` setting, or behind `max_container_bytes` of a container",
    "undecodable": "no character encoding fits the bytes",
    "unreadable": "not a regular file inside the input folder, or it cannot be opened",
    "unsupported": "no reader for this kind of file, or for what a record of a web archive holds",
}
"""The closed list of reason codes for inputs that make no row."""

_STRETCH = pa.struct(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
    ]
)
_RELATED = pa.struct(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("share", pa.float64(), nullable=False),
        pa.field("share_of_other", pa.float64(), nullable=False),
    ]
)
_FIELD_SOURCE = pa.struct(
    [pa.field("field", pa.string(), nullable=False), pa.field("source", pa.string(), nullable=False)]
)


def _list_of(item: pa.DataType) -> pa.ListType:
    return pa.list_(pa.field("element", item, nullable=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: name, Arrow type, whether null is allowed, meaning, and its closed list of values if any."""

    name: str
    type: pa.DataType
    nullable: bool
    meaning: str
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None


def _text(name: str, meaning: str, *, values: tuple[str, ...] = (), pattern: str | None = None) -> Column:
    return Column(name=name, type=pa.string(), nullable=False, meaning=meaning, values=values, pattern=pattern)


def _optional(name: str, meaning: str, *, pattern: str | None = None) -> Column:
    return Column(name=name, type=pa.string(), nullable=True, meaning=meaning, pattern=pattern)


def _share(name: str, meaning: str) -> Column:
    return Column(name=name, type=pa.float64(), nullable=True, meaning=meaning, minimum=0.0, maximum=1.0)


def _list(name: str, item: pa.DataType, meaning: str, *, values: tuple[str, ...] = ()) -> Column:
    return Column(name=name, type=_list_of(item), nullable=False, meaning=meaning, values=values)


def _count(name: str, meaning: str) -> Column:
    return Column(name=name, type=pa.int64(), nullable=False, meaning=meaning, minimum=0)


SHA256_PATTERN: Final = "^[0-9a-f]{64}$"
LANGUAGE_PATTERN: Final = "^[a-z]{2,3}$"
DATE_PATTERN: Final = "^[0-9]{4}(-[0-9]{2}(-[0-9]{2}.*)?)?$"

COLUMNS: Final = (
    _text("id", "Path of the source below the input folder, or `path#key` for a record of a container."),
    _optional("title", "The article's own headline; null where the source has none, never guessed."),
    _text("body", "The article alone."),
    _list(
        "boilerplate",
        _STRETCH,
        "Every stretch taken out of the text, in order: its kind, the offset into `body` in Unicode code points, "
        "its text, and the rule that took it out.",
    ),
    _list("boilerplate_flags", pa.string(), "The distinct kinds in `boilerplate`, sorted.", values=KINDS),
    _text("language", "ISO 639-1 (else 639-3) code, `und` where it cannot be told.", pattern=LANGUAGE_PATTERN),
    _share("language_score", "Probability that the detector gives, 3 places; 1 for an override; null when `und`."),
    _optional("language_declared", "The language that the source itself declares."),
    _text("duplicate_group", "The same name for all copies of one article.", pattern="^g[0-9a-f]{16}$"),
    _text("duplicate_kind", "What this row is in its group.", values=DUPLICATE_KINDS),
    _optional("duplicate_of", "`id` of the kept row that this row is a copy of; null when `unique` or `kept`."),
    _share("duplicate_overlap", "Share of this row's distinct shingles that stand in the kept row, 3 places."),
    _list("related", _RELATED, "Other articles with which a large part is shared without being a copy."),
    _optional("url", "Address of the article, from the input's own metadata."),
    _optional("author", "Author, from the input's own metadata."),
    _optional("site", "Site or paper, from the input's own metadata."),
    _optional("license", "SPDX id of the article's licence."),
    _optional("published", "Date in ISO 8601 at the source's own precision.", pattern=DATE_PATTERN),
    Column(
        name="published_at",
        type=pa.timestamp("us", tz="UTC"),
        nullable=True,
        meaning="The instant of publication, only where the source gives it.",
    ),
    _optional("metadata", "The input's other fields as canonical JSON."),
    _list("field_sources", _FIELD_SOURCE, "Where title, url, author, date and so on came from."),
    _text("source_path", "The file that the row came from, below the input folder."),
    _text("source_sha256", "SHA-256 of that file's bytes.", pattern=SHA256_PATTERN),
    _text("encoding", "Character encoding that the file was read with."),
    _text("text_sha256", "SHA-256 of the normalised source text, which `restore` gives back.", pattern=SHA256_PATTERN),
    _count("char_count", "Unicode code points in `body`."),
    _count("word_count", "Words in `body`, by the pinned Unicode tables."),
)
"""Every column, in the order of the file."""

COLUMN_NAMES: Final = tuple(column.name for column in COLUMNS)

ARTICLE: Final = pa.schema([pa.field(column.name, column.type, nullable=column.nullable) for column in COLUMNS])
"""The Arrow schema of every Parquet file of a release."""

DUPLICATE_COLUMNS: Final = (
    "duplicate_group",
    "duplicate_kind",
    "duplicate_of",
    "duplicate_overlap",
    "related",
)
"""Columns that depend on other rows: added when all texts are known."""


def feature_types() -> list[dict[str, object]]:
    """The `features` block of a dataset card, as `datasets` writes it in YAML; one entry a column."""
    return [{"name": column.name, **_feature(column.type)} for column in COLUMNS]


def _feature(kind: pa.DataType) -> dict[str, object]:
    if pa.types.is_list(kind):
        item = _feature(kind.value_type)
        return {"list": item.get("dtype", item.get("struct"))}
    if pa.types.is_struct(kind):
        return {"struct": [{"name": field.name, **_feature(field.type)} for field in kind]}
    return {"dtype": "float64" if pa.types.is_float64(kind) else str(kind)}
