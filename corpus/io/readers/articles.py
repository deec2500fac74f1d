"""Files that are one article each: plain text, Markdown with front matter, HTML pages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final

from corpus.io.content import Content
from corpus.io.decode import RefusedError, decode
from corpus.io.decode_html import decode_html
from corpus.io.fields import map_fields
from corpus.io.records import ReadOptions, Record, watched_names

_YAML: Final = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML: Final = re.compile(r"\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_LONGEST_FRONT: Final = 64 * 1024


def read_text(content: Content, options: ReadOptions) -> Iterator[Record]:
    """Plain text: the file is one article."""
    text, encoding = decode(_all_bytes(content, options))
    yield Record(key=None, text=text, encoding=encoding)


def read_markdown(content: Content, options: ReadOptions) -> Iterator[Record]:
    """Markdown: the file is one article; what its front matter says are its fields, and no part of its text."""
    text, encoding = decode(_all_bytes(content, options))
    values, text = split_front_matter(text)
    fields = map_fields(values, options.fields, "front_matter")
    yield Record(key=None, text=text, encoding=encoding, fields=fields, names=watched_names(values, options))


def read_html(content: Content, options: ReadOptions) -> Iterator[Record]:
    """A page: its markup, decoded as the bytes and the page itself say."""
    markup, encoding = decode_html(_all_bytes(content, options), None)
    yield Record(key=None, text=markup, encoding=encoding, form="html")


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The values of a block at the very top, and the text after it.

    Front matter is a YAML block between lines of `---`, or a TOML one between lines of `+++`, of at most 64 KB: names
    of letters, digits, `_`, `.` and `-`, each with a scalar or a list of scalars. Of YAML every scalar is a text as it
    is written, so that no `no` becomes false and no date loses its precision. Anything else is text.
    """
    text = text.removeprefix("\ufeff")
    for form, load in ((_YAML, _yaml), (_TOML, _toml)):
        match = form.match(text[: 2 * _LONGEST_FRONT])
        if match and len(match[1]) <= _LONGEST_FRONT:
            values = load(match[1])
            if isinstance(values, dict) and values and all(map(_is_field, values, values.values())):
                return values, text[match.end() :]
    return {}, text


def _yaml(block: str) -> Any:
    import yaml

    try:
        return yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 (BaseLoader makes texts, lists and mappings only)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def _toml(block: str) -> Any:
    try:
        values = tomllib.loads(block.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    """A TOML value as JSON has it: dates and times in ISO 8601, numbers that JSON does not know as texts."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _is_field(name: object, value: object) -> bool:
    items = value if isinstance(value, list) else [value]
    return isinstance(name, str) and bool(_KEY.fullmatch(name)) and not any(isinstance(i, list | dict) for i in items)


def _all_bytes(content: Content, options: ReadOptions) -> bytes:
    """The whole of a file, which must not be larger than `max_bytes`. Raises RefusedError."""
    limit = options.inputs.max_bytes
    if not content.codec and content.size > limit:
        raise RefusedError("too_large", f"{content.size} bytes, max_bytes is {limit}")
    data = b"".join(content.blocks(limit)) if content.codec or content.held is None else content.held
    if not data.strip(b" \t\r\n\v\f"):
        raise RefusedError("empty", f"{len(data)} bytes")
    return data
