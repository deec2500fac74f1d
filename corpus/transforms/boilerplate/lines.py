"""The lines of a text with what a rule wants to know about each: how long it is, and whether it reads like prose."""

from __future__ import annotations

import functools
import re
from typing import Final, NamedTuple

from corpus.transforms.boilerplate.phrases import LONGEST, comparable, key
from corpus.transforms.boilerplate.wrapping import joined_breaks
from corpus.transforms.normalize import WHITE_SPACE
from corpus.transforms.unicode import unspaced_pattern

SENTENCE_ENDS: Final = ".!?\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964\uff0e\uff61"
CLOSERS: Final = "\"'\u201d\u2019\u00bb\u203a)]}\u300d\u300f\uff09\u3011\u201c*_"
_LOUD: Final = ("?", "!", "\u2026", "...", "\uff1f", "\uff01", "\u061f")

_ANNOUNCES: Final = ":\uff1a"

PROSE_WORDS: Final = 10
"""A line with this many words that ends like a sentence is prose."""
LONG_WORDS: Final = 25
"""A line with this many words is prose however it ends."""
SENTENCE_WORDS: Final = 4
"""A line with this many words that ends like a sentence is one."""

_MARKDOWN: Final = "*_#["
_LINK: Final = re.compile(r"!?\[([^][]*)\]\([^()\s]*\)")
_LONGEST_MARKED: Final = 1000


class Line(NamedTuple):
    """One line that is not blank, at `text[start:end]`, or several of them where a paragraph was wrapped by hand.

    `plain` is the text without Markdown emphasis, heading signs and link targets, its lines joined; `folded` and
    `key` are its comparable forms, empty in lines too long for phrases. `gap` tells whether a blank line stands before.
    """

    start: int
    end: int
    plain: str
    folded: str
    key: str
    words: int
    closed: bool
    gap: bool
    heading: bool

    @property
    def prose(self) -> bool:
        """Whether the line reads like a paragraph of an article rather than a link, a label or a heading."""
        return self.words >= (PROSE_WORDS if self.closed or self.plain[-1] in _ANNOUNCES else LONG_WORDS)

    @property
    def sentence(self) -> bool:
        """Whether the line is a statement, long or short; a question or an exclamation may as well be a headline."""
        if self.words < SENTENCE_WORDS or not self.closed:
            return False
        return self.prose or not self.plain.rstrip(CLOSERS).endswith(_LOUD)


def split_lines(text: str) -> list[Line]:
    """The lines of a normalised `text` that are not blank, hard-wrapped paragraphs as one line each."""
    lines: list[Line] = []
    raws = text.split("\n")
    folds = comparable(text).split("\n")
    joins = joined_breaks(raws)
    position, gap, place = 0, False, 0
    while place < len(raws):
        last = place
        while joins[last]:
            last += 1
        raw = raws[place] if last == place else "\n".join(raws[place : last + 1])
        bare = raw.strip(WHITE_SPACE)
        if bare:
            folded = folds[place] if last == place else " ".join(folds[place : last + 1])
            lines.append(_line(position + raw.index(bare), bare, folded, gap=gap))
        gap = not bare
        position += len(raw) + 1
        place = last + 1
    return lines


def is_spaced(lines: list[Line]) -> bool:
    """Whether blank lines set the paragraphs of a text apart, so that what stands together belongs together."""
    return sum(line.gap for line in lines) * 8 >= len(lines)


def _line(start: int, bare: str, folded: str, *, gap: bool) -> Line:
    plain = bare.replace("\n", " ") if "\n" in bare else bare
    short = folded.strip(WHITE_SPACE) if len(bare) <= LONGEST else ""
    if len(bare) <= _LONGEST_MARKED and any(sign in bare for sign in _MARKDOWN):
        plain = _without_markdown(plain)
        short = comparable(plain) if len(plain) <= LONGEST else ""
    return Line(
        start=start,
        end=start + len(bare),
        plain=plain,
        folded=short,
        key=key(short),
        words=_count_words(plain),
        closed=_is_closed(plain),
        gap=gap,
        heading=_is_heading(bare),
    )


def _without_markdown(line: str) -> str:
    """`line` without the signs of Markdown emphasis and headings, and its links by their words alone."""
    bare = _LINK.sub(r"\1", line).replace("**", "").replace("__", "")
    if _is_heading(bare):
        bare = bare.strip("#")
    bare = bare.strip(WHITE_SPACE)
    for sign in "*_":
        if len(bare) > 2 and bare[0] == bare[-1] == sign and bare[1] != " ":
            bare = bare[1:-1]
    return bare.strip(WHITE_SPACE) or line


def _is_heading(line: str) -> bool:
    """Whether the line is a heading in Markdown: up to six signs and a blank."""
    return line[:1] == "#" and line[:7].lstrip("#")[:1] == " "


def _is_closed(line: str) -> bool:
    return line[-1] in SENTENCE_ENDS or line[-4:].rstrip(CLOSERS)[-1:] in tuple(SENTENCE_ENDS)


def _count_words(line: str) -> int:
    """Words of a line, roughly: blanks, and in scripts without blanks a word for every two characters."""
    words = line.count(" ") + 1
    if line.isascii() or (words > 1 and len(line) < words * 8):
        return words
    return words + len(_unspaced().findall(line)) // 2


@functools.cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{unspaced_pattern()}]")
