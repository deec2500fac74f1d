"""A difference for a terminal: aligned tables, then the texts of a few rows word by word."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import click

from corpus.history.difference import Difference
from corpus.history.texts import Reworded
from corpus.history.told import Table, tables, verdict
from corpus.history.words import Piece, with_context
from corpus.transforms.printable import printable

_MARKS: Final = {"same": ("", "", None), "old": ("[-", "-]", "red"), "new": ("{+", "+}", "green")}


def terminal_lines(difference: Difference, texts: Sequence[Reworded], *, most: int) -> Iterator[str]:
    """The lines to print; whatever could steer a terminal stands in them as a visible escape."""
    yield verdict(difference)
    for table in tables(difference, most):
        yield ""
        yield from _table(table)
    yield from text_lines(texts)


def text_lines(texts: Iterable[Reworded]) -> Iterator[str]:
    """What was reworded, with `[-old-]` and `{+new+}` around the words."""
    for item in texts:
        yield ""
        yield f"{printable(item.id)}: {item.column}"
        yield from ("".join(map(_marked, with_context(item.pieces)))).split("\n")


def _marked(piece: Piece) -> str:
    start, end, colour = _MARKS[piece.kind]
    text = printable(piece.text, line_ends=True)
    if colour is None or os.environ.get("NO_COLOR"):
        return f"{start}{text}{end}"
    return click.style(f"{start}{text}{end}", fg=colour)


def _table(table: Table) -> Iterator[str]:
    yield table.title
    cells = [tuple(map(printable, row)) for row in (table.header, *table.rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(table.header))]
    for row in cells:
        aligned = [
            cell.rjust(width) if place in table.numbers else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"  {'  '.join(aligned)}".rstrip()
    if table.more:
        yield f"  … and {table.more:,} more"
