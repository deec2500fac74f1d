"""Paragraphs that were wrapped by hand: which line ends of a text stand only because a column was full."""

from __future__ import annotations

from typing import Final

from corpus.transforms.unicode import starts_lower

NARROWEST: Final = 40
WIDEST: Final = 100
"""Text is wrapped at a column between these."""
FEWEST_LINES: Final = 3
FEWEST_UNCASED: Final = 4
"""So many lines make a wrapped paragraph; more where no small letter shows that a line goes on."""
_ENDS: Final = frozenset(".!?:\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964")
_SIGNS: Final = frozenset("-*+>|#\u2022\u00b7\u2013\u2014")


def joined_breaks(lines: list[str]) -> list[bool]:
    """For every line, whether it goes on in the next one: a paragraph whose lines are all as full as they can be."""
    joins = [False] * len(lines)
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and 0 < len(lines[end]) <= WIDEST:
            end += 1
        if end - start >= FEWEST_LINES - 1:
            _join_run(lines, start, end, joins)
        start = max(end, start + 1)
    _join_pairs(lines, joins)
    return joins


def _join_run(lines: list[str], start: int, end: int, joins: list[bool]) -> None:
    """Join the lines of one paragraph, or those after its first short lines (a header, a byline)."""
    width = max(len(line) for line in lines[start:end])
    if width < NARROWEST:
        return
    first = start
    for place in range(start, end):
        if place + 1 < end and _is_full(lines, place, width):
            continue
        if _is_wrapped(lines, first, place + 1):
            joins[first:place] = [True] * (place - first)
        first = place + 1


def _is_full(lines: list[str], place: int, width: int) -> bool:
    """Whether the first word of the next line would not have fitted into this one."""
    following = lines[place + 1]
    if following[0] in _SIGNS or following[0] == " ":
        return False
    return len(lines[place]) + 1 + len(following.split(" ", 1)[0]) > width


def _is_wrapped(lines: list[str], first: int, end: int) -> bool:
    """Whether full lines are one paragraph: few of them end a sentence, and many go on with a small letter."""
    count = end - first
    if count < FEWEST_LINES:
        return False
    ended = sum(1 for line in lines[first : end - 1] if line[-1] in _ENDS)
    small = sum(1 for line in lines[first + 1 : end] if starts_lower(line[0]))
    if ended * 3 > count:
        return False
    cased = any(starts_lower(letter) for line in lines[first:end] for letter in line[:8])
    return small * 4 >= count - 1 if cased else count >= FEWEST_UNCASED


def _join_pairs(lines: list[str], joins: list[bool]) -> None:
    """In a text with wrapped paragraphs, those of two lines as well."""
    width = max((len(line) for line, joined in zip(lines, joins, strict=True) if joined), default=0)
    if not width:
        return
    for place in range(len(lines) - 1):
        if joins[place] or not lines[place] or not lines[place + 1] or len(lines[place]) > width:
            continue
        alone = place == 0 or not lines[place - 1]
        last = place + 2 >= len(lines) or not lines[place + 2]
        if alone and last and len(lines[place + 1]) <= width and _is_full(lines, place, width):
            joins[place] = lines[place][-1] not in _ENDS
