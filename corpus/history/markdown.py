"""A difference as Markdown: whole for a review, in short for a card; nothing in it is taken for markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from corpus.history.bump import data_reasons
from corpus.history.difference import Difference
from corpus.history.texts import Reworded
from corpus.history.told import Table, counts_table, tables, verdict
from corpus.history.words import Piece, with_context
from corpus.release.markdown import code, escape, table

_ELEMENTS: Final = {"old": "del", "new": "ins"}


def markdown(difference: Difference, texts: Sequence[Reworded], *, most: int) -> str:
    """All tables, then the changed texts with `<del>` and `<ins>` around the words."""
    parts = [escape(verdict(difference))]
    for told in tables(difference, most):
        parts += [f"### {escape(told.title)}", _table(told)]
        parts += [f"… and {told.more:,} more"] if told.more else []
    whole = "\n\n".join(parts) + "\n"
    return f"{whole}\n{texts_markdown(texts)}" if texts else whole


def texts_markdown(texts: Sequence[Reworded]) -> str:
    """The changed texts alone."""
    parts = [
        f"### {code(item.id)}: {item.column}\n\n{''.join(map(_piece, with_context(item.pieces)))}" for item in texts
    ]
    return "\n\n".join(parts) + "\n"


def card_section(difference: Difference) -> str:
    """What differs in the data, in numbers alone: an article that was taken down leaves no name in a card."""
    old = difference.old.manifest
    told = data_reasons(difference)
    lines = [f"Compared with version {escape(old.version)} (content digest {code(old.content_digest)}):"]
    if not told:
        return f"{lines[0][:-1]}, no row and no column differs."
    lines.append("\n".join(f"- {reason.level}: {escape(reason.text)}" for reason in told))
    counts = counts_table(difference)
    return "\n\n".join([*lines, _table(counts)] if counts.rows else lines)


def _table(told: Table) -> str:
    names = [name[:1].upper() + name[1:] for name in told.header]
    return table(names, [_cells(told, row) for row in told.rows], numbers=told.numbers)


def _cells(told: Table, row: Sequence[str]) -> list[str]:
    return [
        cell if place in told.numbers else code(cell) if cell and place in told.names else escape(cell)
        for place, cell in enumerate(row)
    ]


def _piece(piece: Piece) -> str:
    """A piece on one line with its outer white space; an end of a line inside it becomes a blank."""
    if not piece.text.strip():
        text = " "
    else:
        head, tail = (" " if end.isspace() else "" for end in (piece.text[0], piece.text[-1]))
        text = f"{head}{escape(piece.text)}{tail}"
    element = _ELEMENTS.get(piece.kind)
    return f"<{element}>{text}</{element}>" if element else text
