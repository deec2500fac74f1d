"""The visible text of a parsed page, a line a block, each line with where in the tree it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from corpus.transforms.normalize import normalize

_INVISIBLE: Final = (
    "head script style noscript template iframe noframes object embed applet svg canvas audio video map select "
    "datalist textarea input meta link title rp rt annotation annotation-xml"
)
INVISIBLE: Final = frozenset(_INVISIBLE.split())
"""Elements whose text is not seen in the page, or (`rt`) stands as a reading above the line that it belongs to."""

_BLOCKS: Final = (
    "html body main article section aside header footer nav div p center form h1 h2 h3 h4 h5 h6 hgroup blockquote pre "
    "address figure figcaption hr ul ol li dl dt dd menu dir table caption thead tbody tfoot tr fieldset legend button "
    "details summary dialog search listing xmp"
)
BLOCKS: Final = frozenset(_BLOCKS.split())
"""Elements that stand on lines of their own."""

_CELLS: Final = frozenset(("td", "th"))
_PRE: Final = frozenset(("pre", "listing", "xmp"))
_STRONG: Final = frozenset(("b", "strong", "em", "i"))
_HTML_SPACE: Final = re.compile("[ \t\n\r\v\f\x85\u2028\u2029]+")
_LINE_ENDS: Final = re.compile("[\n\r\v\f\x85\u2028\u2029]+")
_TAB: Final = 4
_BLANKS: Final = re.compile(" {2,}")
_CELL_BREAK: Final = re.compile(" ?\t[ \t]*")
_HIDDEN_STYLE: Final = re.compile("display:none|visibility:hidden")


@dataclass(frozen=True, slots=True)
class TreeLine:
    """One line of a page: its normalised `text`, and the element that all of it stands in.

    `first` is the innermost element of its first character; `linked` and `strong` count characters in links and in
    bold or italic type; `gap` tells whether a blank line stands before (only inside `pre`).
    """

    text: str
    block: Any
    first: Any
    linked: int
    strong: int
    gap: bool


class _Builder:
    """Collects the pieces of a line and makes it when a block begins or ends."""

    def __init__(self) -> None:
        self.lines: list[TreeLine] = []
        self.blocks: list[Any] = []
        self.links = self.strongs = self.pres = 0
        self._gap = False
        self._clear()

    def _clear(self) -> None:
        self._pieces: list[str] = []
        self._first: Any = None
        self._linked = self._strong = 0

    def add(self, text: str | None, element: Any) -> None:
        """Take up a text that stands directly in `element`."""
        if not text:
            return
        if self.pres:
            first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self._add(first, element)
            for other in others:
                self.flush(in_pre=True)
                self._add(other, element)
        else:
            self._add(_HTML_SPACE.sub(" ", text), element)

    def _add(self, text: str, element: Any) -> None:
        if self._first is None and text.strip(" ") != "":
            self._first = element
        self._pieces.append(text)
        size = len(text.strip(" "))
        self._linked += size if self.links else 0
        self._strong += size if self.strongs else 0

    def cell(self) -> None:
        """A cell of a table begins: set apart from the one before it in the same row."""
        if self._first is not None:
            self._pieces.append("\t")

    def flush(self, *, in_pre: bool = False) -> None:
        """End the line."""
        joined = "".join(self._pieces)
        text = normalize(_LINE_ENDS.sub(" ", joined if in_pre else _folded(joined))) if joined else ""
        if in_pre and text and self.lines:
            text = " " * _indent(joined) + text
        if text:
            line = TreeLine(text, self.blocks[-1], self._first, self._linked, self._strong, self._gap)
            self.lines.append(line)
        self._gap = in_pre and not text and bool(self.lines)
        self._clear()


def read_lines(body: Any) -> list[TreeLine]:
    """The lines of the tree below `body` that a reader of the page sees, in order; none is empty."""
    builder = _Builder()
    for element, begins in _walk(body):
        tag = element.tag
        if begins:
            _begin(builder, element, tag)
            builder.add(element.text, element)
        else:
            _end(builder, tag)
            if element is not body:
                builder.add(element.tail, element.getparent())
    return builder.lines


def join_lines(lines: Sequence[TreeLine]) -> str:
    """The lines as one normalised text."""
    return "\n".join(f"\n{line.text}" if line.gap else line.text for line in lines)


def _begin(builder: _Builder, element: Any, tag: str) -> None:
    if tag in BLOCKS or tag == "br":
        builder.flush(in_pre=builder.pres > 0)
        if tag != "br":
            builder.blocks.append(element)
    elif tag in _CELLS:
        builder.cell()
    elif tag == "a":
        builder.links += 1
    elif tag in _STRONG:
        builder.strongs += 1
    if tag in _PRE:
        builder.pres += 1


def _end(builder: _Builder, tag: str) -> None:
    if tag in BLOCKS:
        builder.flush(in_pre=builder.pres > 0)
        builder.blocks.pop()
    elif tag == "a":
        builder.links -= 1
    elif tag in _STRONG:
        builder.strongs -= 1
    if tag in _PRE:
        builder.pres -= 1


def _walk(body: Any) -> Iterator[tuple[Any, bool]]:
    """Every visible element with True where it begins and False where it ends; without recursion.

    What is no element (a comment) or not visible comes once, with False: only the text behind it counts.
    """
    yield body, True
    stack = [(body, iter(body))]
    while stack:
        element, children = stack[-1]
        for child in children:
            if not isinstance(child.tag, str) or is_invisible(child):
                yield _Skipped(child), False
            else:
                yield child, True
                stack.append((child, iter(child)))
                break
        else:
            stack.pop()
            yield element, False


class _Skipped:
    """An element of which only the text behind it is seen."""

    tag = ""

    def __init__(self, element: Any) -> None:
        self.tail = element.tail
        self.getparent = element.getparent


def is_invisible(element: Any) -> bool:
    """Whether nothing in `element` is seen: by its kind, its `hidden` attribute, or its own style."""
    if element.tag in INVISIBLE:
        return True
    style = element.get("style")
    if style and _HIDDEN_STYLE.search(style.lower().replace(" ", "")):
        return True
    return element.get("hidden") is not None


def _folded(text: str) -> str:
    """`text` with the blanks between pieces as one, and none at its ends."""
    return _CELL_BREAK.sub("\t", _BLANKS.sub(" ", text)).strip(" \t")


def _indent(text: str) -> int:
    """How many blanks a line of code begins with."""
    wide = text.expandtabs(_TAB)
    return len(wide) - len(wide.lstrip(" "))
