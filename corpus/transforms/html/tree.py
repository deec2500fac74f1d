"""From markup to a tree, refusing what would cost too much: too large, too deep, too many elements or attributes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from corpus.limits import check_least

_DECLARATION: Final = re.compile("\ufeff?[ \t\r\n]*<\\?xml[^>]*>", re.IGNORECASE)
_LONG_TAG: Final = re.compile("<[A-Za-z][^<>]{20000}[^<>]*")
_MOST_ATTRIBUTES: Final = 4000
"""The parser needs quadratic time for the attributes of one tag."""
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlOptions:
    """Which pages are read."""

    max_characters: int = field(
        default=20_000_000, metadata={"doc": "Pages with more characters of markup are rejected."}
    )
    max_elements: int = field(default=200_000, metadata={"doc": "Pages with more elements are rejected."})
    max_depth: int = field(default=250, metadata={"doc": "Pages with elements nested deeper are rejected."})
    max_seconds: int = field(
        default=30, metadata={"doc": "Pages that keep the processor busy for more seconds are rejected."}
    )

    def __post_init__(self) -> None:
        check_least(self, 1, "max_characters", "max_elements", "max_depth", "max_seconds")


class PageError(ValueError):
    """Why a page was not read: a reason code of `schema.REASONS` and a detail that holds none of its text.

    `parser_limit`: too large, too deep, or the time was up; `parser_crashed`: it ended the parser's process.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def parse(markup: str, options: HtmlOptions) -> Any:
    """The root element of a page; None where there is nothing in it. Raises PageError."""
    from lxml import etree
    from lxml.html import HTMLParser

    if len(markup) > options.max_characters:
        raise PageError("parser_limit", f"{len(markup)} characters of markup; the limit is {options.max_characters}")
    for tag in _LONG_TAG.finditer(markup):
        if tag.group().count("=") > _MOST_ATTRIBUTES:
            raise PageError("parser_limit", f"a tag with more than {_MOST_ATTRIBUTES} attributes")
    cleaned = _DECLARATION.sub("", markup, count=1).replace("\0", "")
    parser = HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = etree.fromstring(_SURROGATES.sub("\ufffd", cleaned).encode("utf-8"), parser)
    except etree.LxmlError as error:
        if str(error).startswith("Document is empty") or not cleaned.strip():
            return None
        raise PageError("parser_crashed", "the parser finds no page in it") from None
    if root is not None:
        _check_size(root, options)
    return root


def _check_size(root: Any, options: HtmlOptions) -> None:
    count = depth = 0
    level = [root]
    while level:
        count += len(level)
        depth += 1
        if count > options.max_elements:
            raise PageError("parser_limit", f"more than {options.max_elements} elements")
        if depth > options.max_depth:
            raise PageError("parser_limit", f"elements nested more than {options.max_depth} deep")
        level = [child for element in level for child in element]
