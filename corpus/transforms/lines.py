"""The lines of a text with what a rule wants to know about each: how long it is, and whether it reads like prose."""

from __future__ import annotations

import functools
import re
from typing import Final, NamedTuple

from corpus.transforms.normalize import WHITE_SPACE
from corpus.transforms.phrases import LONGEST, comparable, key
from corpus.transforms.unicode import unspaced_pattern

SENTENCE_ENDS: Final = ".!?\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964\uff0e\uff61"
CLOSERS: Final = "\"'\u201d\u2019\u00bb\u203a)]}\u300d\u300f\uff09\u3011\u201c*_"

PROSE_WORDS: Final = 10
"""A line with this many words that ends like a sentence is prose."""
LONG_WORDS: Final = 25
"""A line with this many words is prose however it ends."""


class Line(NamedTuple):
    """One line that is not blank, at `text[start:end]`; `folded` and `key` are empty in lines too long for phrases."""

    start: int
    end: int
    text: str
    folded: str
    key: str
    words: int
    closed: bool
    gap: bool

    @property
    def prose(self) -> bool:
        """Whether the line reads like a paragraph of an article rather than a link, a label or a heading."""
        return self.words >= (PROSE_WORDS if self.closed else LONG_WORDS)


def split_lines(text: str) -> list[Line]:
    """The lines of a normalised `text` that are not blank; `gap` tells whether a blank line stands before one."""
    lines: list[Line] = []
    position, gap = 0, False
    for raw, folded in zip(text.split("\n"), comparable(text).split("\n"), strict=True):
        bare = raw.strip(WHITE_SPACE)
        if bare:
            lines.append(_line(position + raw.index(bare), bare, folded, gap))
        gap = not bare
        position += len(raw) + 1
    return lines


def _line(start: int, bare: str, folded: str, gap: bool) -> Line:
    short = folded.strip(WHITE_SPACE) if len(bare) <= LONGEST else ""
    return Line(
        start=start,
        end=start + len(bare),
        text=bare,
        folded=short,
        key=key(short),
        words=_count_words(bare),
        closed=bare[-1] in SENTENCE_ENDS or bare[-4:].rstrip(CLOSERS)[-1:] in tuple(SENTENCE_ENDS),
        gap=gap,
    )


def _count_words(line: str) -> int:
    """Words of a line, roughly: blanks, and in scripts without blanks a word for every two characters."""
    words = line.count(" ") + 1
    if line.isascii() or len(line) < words * 12:
        return words
    return words + len(_unspaced().findall(line)) // 2


@functools.cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{unspaced_pattern()}]")
