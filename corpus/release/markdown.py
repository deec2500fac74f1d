"""Text that is not ours becomes Markdown that means nothing but itself."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Final

_UNSEEN: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_BLANKS: Final = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_MARKS: Final = re.compile(r"[\\`*_{}\[\]|~$@#]")
_START: Final = re.compile(r"^(?:([+=:-])|([0-9]{1,9})([.)])(?= |$))")
_PLAIN: Final = re.compile(r"[\w .,:;/@=+()\[\]-]+", re.ASCII)


def one_line(text: str) -> str:
    """`text` on one line: controls and runs of white space become one blank; marks that reorder text go."""
    return _SURROGATES.sub("\ufffd", _BLANKS.sub(" ", _UNSEEN.sub("", text))).strip(" ")


def escape(text: str) -> str:
    r"""`text` as Markdown that shows the same characters, at the start of a line, inside one, or in a table's cell.

    HTML is written as entities, so it is harmless inside an HTML block too. `escape("# *a*")` is `\# \*a\*`.
    """
    marked = _MARKS.sub(lambda match: "\\" + match[0], one_line(text))
    return _START.sub(_escape_start, html.escape(marked))


def code(text: str) -> str:
    """`text` in code style, safe wherever `escape` is: what backticks cannot carry stands in a `code` element."""
    line = one_line(text)
    if _PLAIN.fullmatch(line):
        return f"`{line}`"
    return (
        "<code>"
        + "".join(f"&#{ord(char)};" if char.isascii() and not char.isalnum() else char for char in line)
        + "</code>"
    )


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """A Markdown table; cells are Markdown already, the columns in `numbers` stand to the right.

    Without rows it says so: `table(["a"], [])` is `None.`
    """
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if not lines:
        return "None."
    rule = "|" + "|".join("---:" if index in numbers else "---" for index in range(len(header))) + "|"
    return "\n".join(["| " + " | ".join(header) + " |", rule, *lines])


def _escape_start(match: re.Match[str]) -> str:
    return f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}"
