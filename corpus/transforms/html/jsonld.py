"""What a page's JSON-LD says of its article (schema.org); broken JSON is passed over, never guessed at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_ARTICLES: Final = re.compile(".*(?:Article|BlogPosting|Posting|Report)$|Review$|.*Recipe$")
_PAGES: Final = ("WebPage", "ItemPage", "AboutPage")
_COMMENTS: Final = re.compile(r"^\s*(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>\s*$|^\s*<!--|-->\s*$")
_TRAILING_COMMA: Final = re.compile(r",(\s*[}\]])")
MOST: Final = 1_000_000
"""Longer scripts are data, not a description."""
_DEEPEST: Final = 12


def read_jsonld(scripts: list[str]) -> dict[str, list[str]]:
    """The values of `title`, `author`, `published`, `site`, `url`, `language` and `license` that articles state.

    Of several objects those that are articles come first, then pages.
    """
    objects = [item for script in scripts if len(script) <= MOST for item in _objects(_parsed(script), 0)]
    ranked = [(_rank(item), item) for item in objects]
    found: dict[str, list[str]] = {}
    for wanted in (0, 1):
        for rank, item in ranked:
            if rank == wanted:
                _take(item, found, named=rank == 0)
    return found


def _parsed(script: str) -> Any:
    for text in (script, _TRAILING_COMMA.sub(r"\1", _COMMENTS.sub("", script))):
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _objects(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """All objects in lists, graphs and main entities, outer ones first."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart"):
            if isinstance(value.get(key), dict | list):
                yield from _objects(value[key], depth + 1)


def _rank(item: Mapping[str, Any]) -> int:
    """0 for an article, 1 for a page, 2 for everything else."""
    types = [name.rpartition("/")[2] for name in strings(item.get("@type"))]
    if any(_ARTICLES.match(name) for name in types):
        return 0
    return 1 if any(name in _PAGES for name in types) else 2


def _take(item: Mapping[str, Any], found: dict[str, list[str]], *, named: bool) -> None:
    stated = {
        "published": strings(item.get("datePublished")),
        "url": [*strings(item.get("url")), *_identities(item.get("mainEntityOfPage"))],
        "language": strings(item.get("inLanguage")) or _names(item.get("inLanguage")),
        "license": [*strings(item.get("license")), *_identities(item.get("license"))],
    }
    if named:
        stated["title"] = strings(item.get("headline")) or strings(item.get("name"))
        stated["author"] = _joined(_names(item.get("author")) or _names(item.get("creator")))
        stated["site"] = _names(item.get("publisher"))
    for name, values in stated.items():
        found.setdefault(name, []).extend(values)


def _joined(names: list[str]) -> list[str]:
    return [", ".join(dict.fromkeys(name.strip() for name in names if name.strip()))] if names else []


def strings(value: Any) -> list[str]:
    """The strings that `value` is or lists."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str) and item.strip()]


def _names(value: Any) -> list[str]:
    """The names of people or organisations."""
    names: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        names += strings(item.get("name")) if isinstance(item, dict) else strings(item)
    return names


def _identities(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [name for item in items if isinstance(item, dict) for name in strings(item.get("@id") or item.get("url"))]
