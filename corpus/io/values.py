"""Values as sources write them, in the form that a column wants: None where a value says nothing for certain."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

from corpus.transforms.normalize import normalize

_LONGEST: Final = 1000
"""A longer title, author or address is none."""

_HALF: Final = re.compile("[\ud800-\udfff]")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"]+")
_TAG: Final = re.compile(
    r"(?P<language>[A-Za-z]{2,3})(?P<script>[-_][A-Za-z]{4})?(?P<region>[-_](?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?P<rest>(?:[-_](?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}|[A-Za-z0-9](?:[-_][A-Za-z0-9]{2,8})+))*)"
    r"(?:\.[A-Za-z0-9-]+)?(?:@[A-Za-z0-9]+)?"
)
_CREATIVE_COMMONS: Final = re.compile(
    r"(?:CC|Creative\s+Commons|https?://creativecommons\.org/(?:licenses|publicdomain))[\s/-]+"
    r"(BY|BY-SA|BY-NC|BY-ND|BY-NC-SA|BY-NC-ND|zero)[\s/-]+(\d\.\d)(?:/(?:deed(?:\.\w+)?|legalcode(?:\.\w+)?)?)?",
    re.IGNORECASE,
)


def one_line(value: object) -> str | None:
    """A text on one line, normalised, its runs of blanks reduced to one."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = " ".join(normalize(str(value)).split())
    return text if text and len(text) <= _LONGEST else None


def names(value: object) -> str | None:
    """One or more names, joined by a comma: texts, or objects with a `name`, or a list of such."""
    found = [_name(item) for item in (value if isinstance(value, list) else [value])]
    known = [name for name in found if name]
    return one_line(", ".join(dict.fromkeys(known))) if known and len(known) == len(found) else None


def _name(value: object) -> str | None:
    return one_line(value.get("name") if isinstance(value, dict) else value)


def address(value: object) -> str | None:
    """An absolute address, as the source writes it."""
    text = one_line(value)
    return text if text and _URL.fullmatch(text) else None


def paragraphs(value: object) -> str | None:
    """A text, or the texts of a list with a blank line between them."""
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "\n\n".join(value)
    return value if isinstance(value, str) else None


def language_tag(value: object) -> str | None:
    """A language tag with the letters' case as BCP 47 writes it: `pt_br` is `pt-BR`; English names are no tags."""
    text = one_line(value)
    match = _TAG.fullmatch(text) if text else None
    if match is None:
        return None
    parts = [match["language"].lower(), (match["script"] or "")[1:].title(), (match["region"] or "")[1:].upper()]
    rest = match["rest"][1:].replace("_", "-").lower()
    return "-".join(part for part in (*parts, rest) if part)


def spdx_id(value: object) -> str | None:
    """The SPDX id of a licence: the id itself in any case, or a Creative Commons licence by its name or address."""
    text = one_line(value)
    if text is None:
        return None
    match = _CREATIVE_COMMONS.fullmatch(text)
    if match:
        name = match[1].upper()
        text = f"CC0-{match[2]}" if name == "ZERO" else f"CC-{name}-{match[2]}"
    return _spdx_ids().get(text.lower())


@cache
def _spdx_ids() -> dict[str, str]:
    """The ids of the SPDX licence list, version 3.27.0, by their lower case."""
    lines = (files("corpus") / "data" / "spdx.txt").read_text("ascii").splitlines()
    return {line.lower(): line for line in lines}


def whole_characters(value: Any) -> Any:
    """A JSON value with U+FFFD for every half of a character (a lone surrogate)."""
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [whole_characters(item) for item in value]
    if isinstance(value, dict):
        return {_HALF.sub("\ufffd", name): whole_characters(item) for name, item in value.items()}
    return value
