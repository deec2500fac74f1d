"""What changed in a text, word by word: lines are matched first, then the words of lines that do not match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain
from typing import Final, Literal

import numpy as np

from corpus.transforms.unicode import WORD, class_table, code_points

Kind = Literal["same", "old", "new"]

LINES: Final = 4000
"""Texts with more lines are not matched line by line; so long a list would take too long."""

WORDS: Final = 2000
"""A run of changed lines with more words is given as a whole, old and then new."""

CONTEXT: Final = 60
"""Characters of unchanged text that are given before and after a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text that both have (`same`), or that only the `old` or the `new` one has."""

    kind: Kind
    text: str


def word_diff(old: str, new: str) -> list[Piece]:
    """Pieces that make `old` of those that are not `new`, and `new` of those that are not `old`."""
    if old == new:
        return [Piece(kind="same", text=old)] if old else []
    pieces = chain.from_iterable(
        _words_of(before, after) if before != after else [Piece(kind="same", text="".join(before))]
        for before, after in _blocks(old.splitlines(keepends=True), new.splitlines(keepends=True), LINES)
    )
    return list(_joined(pieces))


def with_context(pieces: Sequence[Piece], context: int = CONTEXT) -> list[Piece]:
    """The changes, with long runs of unchanged text cut: `…` stands for what is left out."""
    kept = []
    for number, piece in enumerate(pieces):
        text = piece.text
        head = text[:context] if number else ""
        tail = text[-context:] if number + 1 < len(pieces) else ""
        if piece.kind == "same" and len(text) > len(head) + len(tail) + 1:
            text = f"{head}…{tail}"
        kept.append(Piece(kind=piece.kind, text=text))
    return kept


def _words_of(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    """The pieces of lines that differ."""
    for old, new in _blocks(_tokens("".join(before)), _tokens("".join(after)), WORDS):
        if old == new:
            yield Piece(kind="same", text="".join(old))
        else:
            yield Piece(kind="old", text="".join(old))
            yield Piece(kind="new", text="".join(new))


def _blocks(old: Sequence[str], new: Sequence[str], most: int) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Runs of items side by side: equal ones, and between them what differs."""
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    first, second = old[start : len(old) - end], new[start : len(new) - end]
    yield old[:start], new[:start]
    if max(len(first), len(second)) > most:
        yield first, second
    else:
        matcher = SequenceMatcher(None, first, second, autojunk=False)
        for _, a, b, c, d in matcher.get_opcodes():
            yield first[a:b], second[c:d]
    yield old[len(old) - end :], new[len(new) - end :]


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many items at the beginning are the same."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _tokens(text: str) -> list[str]:
    """Runs of letters and digits by the pinned Unicode tables, and every other character by itself."""
    if not text:
        return []
    words = class_table()[code_points(text)] == WORD
    starts = np.flatnonzero(np.append(True, ~(words[1:] & words[:-1])))
    ends = [*starts[1:].tolist(), len(text)]
    return [text[start:end] for start, end in zip(starts.tolist(), ends, strict=True)]


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one; white space alone between two changes belongs to both."""
    same, old, new = "", "", ""
    for piece in pieces:
        if piece.kind != "same":
            if same and (old or new) and not same.strip():
                old, new, same = old + same, new + same, ""
            elif same:
                yield from _run(old, new, same)
                old, new, same = "", "", ""
            old, new = (old + piece.text, new) if piece.kind == "old" else (old, new + piece.text)
        else:
            same += piece.text
    yield from _run(old, new, same)


def _run(old: str, new: str, same: str) -> Iterator[Piece]:
    """A change and what follows it."""
    parts: tuple[tuple[Kind, str], ...] = (("old", old), ("new", new), ("same", same))
    yield from (Piece(kind=kind, text=text) for kind, text in parts if text)
