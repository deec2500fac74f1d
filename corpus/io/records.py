"""A record: one article as an input form gives it, and what makes one of the named values of a container."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from corpus.io.decode import RefusedError
from corpus.io.fields import NO_FIELDS, FieldOptions, Fields, canonical, field_names, find, find_text, map_fields
from corpus.io.ids import escaped
from corpus.io.options import InputOptions

_LONGEST_KEY: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What a reader needs to know of the settings; `watched` asks for the names of the fields of every record."""

    inputs: InputOptions
    fields: FieldOptions
    watched: bool = False


class Record(NamedTuple):
    """One article as it was read.

    `key` is its name in a container, null for a file that is one article. `form` is `text` or `html`; of a page, `text`
    is the markup. `names` are names of its fields, where they are watched. `line` is the one that it begins in, 0 where
    its form has no lines: it helps people to find it, and never enters a row.
    """

    key: str | None
    text: str
    encoding: str
    form: str = "text"
    fields: Fields = NO_FIELDS
    names: frozenset[str] = frozenset()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A record that makes no row, by itself: its key, a reason code, and a detail that holds no byte of it."""

    key: str
    reason: str
    detail: str


def digest_key(data: bytes) -> str:
    """The key of what has no name: 16 hex digits of its SHA-256."""
    return hashlib.sha256(data).hexdigest()[:16]


def record_of(
    values: Mapping[str, Any], options: ReadOptions, *, source: str, encoding: str, line: int = 0
) -> Record | Refused:
    """The record that named values make: its key, its text or page, and its fields.

    Without a usable key it is named by its canonical JSON, so that neither form nor position enters. `source` is one of
    `schema.FIELD_SOURCES`.
    """
    mapping = options.fields
    named = _named(values, mapping)
    key = named[1] if named else digest_key(canonical(values).encode())
    plain = find_text(values, mapping.text)
    found = plain or find_text(values, mapping.html)
    if found is None:
        return Refused(key=key, reason="no_text", detail="none of the fields that [fields] names holds a text")
    used = [found[0], *([named[0]] if named else [])]
    return Record(
        key=key,
        text=found[1],
        encoding=encoding,
        form="text" if plain else "html",
        fields=map_fields(values, mapping, source, used),
        names=watched_names(values, options),
        line=line,
    )


def watched_names(values: Mapping[str, Any], options: ReadOptions) -> frozenset[str]:
    """The names of the fields of a record, where they are watched."""
    return frozenset(field_names(values)) if options.watched else frozenset()


def _named(values: Mapping[str, Any], mapping: FieldOptions) -> tuple[str, str] | None:
    """The field that names a record and the key that it gives: a text, or a whole number, that is not too long."""
    for name in mapping.id:
        value = find(values, name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            key = escaped(str(value).strip())
            if 0 < len(key) <= _LONGEST_KEY:
                return name, key
    return None


def depth_of(value: Any, limit: int) -> int:
    """How deep lists and objects are nested, counted up to one more than `limit`."""
    level, depth = [value], 0
    while depth <= limit:
        boxes = [item for item in level if isinstance(item, dict | list)]
        if not boxes:
            break
        depth += 1
        level = [inner for box in boxes for inner in (box.values() if isinstance(box, dict) else box)]
    return depth


def check_depth(value: Any, limit: int) -> None:
    """Raise RefusedError with `malformed` for a value that is nested deeper than `limit`."""
    if depth_of(value, limit) > limit:
        raise RefusedError("malformed", f"nested deeper than {limit}")
