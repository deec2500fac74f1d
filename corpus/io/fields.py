"""What a source says of an article besides its text: from named values to columns, the rest to `metadata`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Annotated, Any, Final

from corpus.errors import ConfigError, nearest
from corpus.io.dates import EPOCHS, ORDERS, parse_date
from corpus.io.values import address, language_tag, names, one_line, paragraphs, spdx_id
from corpus.model import Staged
from corpus.schema import FIELD_SOURCES

Names = Annotated[tuple[str, ...], "one text counts as a list of one"]
"""Names of fields, in the order in which they are asked."""

_NAMES: Final = "Names of the field with the {}; the first that says something counts, a.b is b inside a."


def _doc(what: str) -> dict[str, str]:
    return {"doc": _NAMES.format(what)}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOptions:
    """Where records, tables, front matter and sidecars keep what: one name or a list, in place of the default ones."""

    id: Names = field(default=("id",), metadata=_doc("record's key"))
    text: Names = field(default=("text", "body", "content", "article"), metadata=_doc("text"))
    html: Names = field(default=("html",), metadata=_doc("page as HTML, taken where there is no text"))
    title: Names = field(default=("title", "headline"), metadata=_doc("title"))
    url: Names = field(default=("url", "link"), metadata=_doc("address"))
    author: Names = field(default=("author", "authors", "byline"), metadata=_doc("author"))
    site: Names = field(default=("site", "source", "site_name", "publisher"), metadata=_doc("site or paper"))
    license: Names = field(default=("license", "licence"), metadata=_doc("licence"))
    published: Names = field(
        default=("published", "date", "datePublished", "date_published", "published_at", "created_at"),
        metadata=_doc("date"),
    )
    language: Names = field(default=("language", "lang", "inLanguage"), metadata=_doc("language"))
    epoch: str = field(
        default="",
        metadata={"doc": "What a date that is a number counts since 1970: seconds or milliseconds; empty: it is none."},
    )
    date_order: str = field(
        default="", metadata={"doc": "How 03/04/2024 reads: dmy or mdy; empty: such a date stays in the metadata."}
    )

    def __post_init__(self) -> None:
        if self.epoch not in EPOCHS:
            raise ValueError(f"epoch must be one of {', '.join(EPOCHS[1:])} or empty, not {self.epoch!r}")
        if self.date_order not in ORDERS:
            raise ValueError(f"date_order must be one of {', '.join(ORDERS[1:])} or empty, not {self.date_order!r}")

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The lists of names that are not the default ones, by the field that they are for."""
        lists = [item.name for item in fields(self) if isinstance(item.default, tuple)]
        plain = FieldOptions()
        return {name: getattr(self, name) for name in lists if getattr(self, name) != getattr(plain, name)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What one or more sources say of an article: values and their source by column, and what has no column.

    `published_at` has the source of `published`; the keys of `other` are the source's own.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    instant: datetime | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, Any] = field(default_factory=dict)

    def over(self, weaker: Fields) -> Fields:
        """Both together; where both speak, these win. A date and its instant always come from one source."""
        dated = self if "published" in self.values else weaker
        return Fields(
            values={**weaker.values, **self.values},
            instant=dated.instant,
            sources={**weaker.sources, **self.sources},
            other={**weaker.other, **self.other},
        )

    def field_sources(self) -> list[dict[str, str]]:
        """The column `field_sources`, sorted by field."""
        return [{"field": name, "source": source} for name, source in sorted(self.sources.items())]


NO_FIELDS: Final = Fields()
"""What a source that says nothing but its text says."""


def map_fields(values: Mapping[str, Any], options: FieldOptions, source: str, used: Iterable[str] = ()) -> Fields:
    """The fields of one record. What no column takes goes to `other`, but the names in `used` and what says nothing.

    `source` is one of `schema.FIELD_SOURCES`.
    """
    if source not in FIELD_SOURCES:
        raise ValueError(f"no source of fields: {source}")
    taken = set(used)
    found: dict[str, str] = {}
    for column, candidates, convert in (
        ("title", options.title, one_line),
        ("url", options.url, address),
        ("author", options.author, names),
        ("site", options.site, names),
        ("license", options.license, spdx_id),
        ("language_declared", options.language, language_tag),
    ):
        for name, value in _said(values, candidates):
            converted = convert(value)
            if converted is not None:
                found[column] = converted
                taken.add(name)
                break
    instant = None
    for name, value in _said(values, options.published):
        date = parse_date(value, epoch=options.epoch, order=options.date_order)
        if date is not None:
            found["published"], instant = date.text, date.instant
            taken.add(name)
            break
    return Fields(values=found, instant=instant, sources=dict.fromkeys(found, source), other=_rest(values, taken))


def _said(values: Mapping[str, Any], candidates: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Name and value of those of these fields that there are; of a list of one, its item."""
    for name in candidates:
        value = find(values, name)
        if value is not None:
            yield name, value[0] if isinstance(value, list) and len(value) == 1 else value


def find_text(values: Mapping[str, Any], candidates: Sequence[str]) -> tuple[str, str] | None:
    """The first of these fields that holds a text, as (name, text); None when none does."""
    for name in candidates:
        text = paragraphs(find(values, name))
        if text is not None:
            return name, text
    return None


def find(values: Mapping[str, Any], name: str) -> Any:
    """The value of a field; a name with dots is one inside others where no field bears it whole. None for none."""
    if name in values:
        return values[name]
    head, dot, tail = name.partition(".")
    inner = values.get(head) if dot else None
    return find(inner, tail) if isinstance(inner, dict) else None


def canonical(value: object) -> str:
    """Canonical JSON of a record: sorted keys, no spaces, no escapes but the needed ones."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def metadata_json(other: Mapping[str, Any]) -> str | None:
    """The column `metadata`; None for nothing."""
    return canonical(other) if other else None


def field_names(values: Mapping[str, Any], prefix: str = "", depth: int = 3) -> set[str]:
    """The names by which `find` knows the fields of a record, a few levels deep."""
    found = set()
    for name, value in values.items():
        found.add(prefix + name)
        if isinstance(value, dict) and depth > 1:
            found |= field_names(value, f"{prefix}{name}.", depth - 1)
    return found


def check_found(options: FieldOptions, staged: Sequence[Staged]) -> None:
    """Raise ConfigError for a list of names in the settings of which no record of any container has one."""
    found = frozenset().union(*(item.found for item in staged))
    seen = frozenset().union(*(item.seen for item in staged))
    for option, candidates in options.chosen().items():
        if candidates and seen and found.isdisjoint(candidates):
            raise ConfigError(
                f"no record has the field that [fields] {option} names",
                where="[fields]",
                found=f"{option} = {', '.join(candidates)}",
                remedy=f"correct the name; {nearest(candidates[0], seen)}",
            )


def _rest(values: Mapping[str, Any], taken: set[str], prefix: str = "") -> dict[str, Any]:
    rest = {}
    for name, value in values.items():
        if prefix + name in taken or value is None or value in ("", [], {}):
            continue
        if isinstance(value, dict) and any(path.startswith(f"{prefix}{name}.") for path in taken):
            inner = _rest(value, taken, f"{prefix}{name}.")
            if inner:
                rest[name] = inner
        else:
            rest[name] = value
    return rest
