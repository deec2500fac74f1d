"""Text made safe for a terminal: what could steer it becomes a visible escape."""

from __future__ import annotations

from typing import Final

import unicodedata2

_UNSAFE: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_JOINERS: Final = "\u200c\u200d"


def printable(text: str, *, line_ends: bool = False) -> str:
    """`text` with controls, bidirectional marks and the like as escapes like `\\x1b`; joiners of letters stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _is_safe(char) or (line_ends and char == "\n") else _escape(char) for char in text)


def _is_safe(char: str) -> bool:
    return char in _JOINERS or unicodedata2.category(char) not in _UNSAFE


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
