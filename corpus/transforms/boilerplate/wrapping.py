"""Paragraphs that were wrapped by hand: which line ends of a text stand only because a column was full."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.characters import BLANK, ITEM, LOWER, WRAPPED_END, Points
from corpus.transforms.kernels import compiled

Borders = npt.NDArray[np.int64]
"""Where each line of a text begins, and at last one more than where the text ends: line i is [b[i], b[i + 1] - 1)."""
Flags = npt.NDArray[np.bool_]

NARROWEST: Final = 40
WIDEST: Final = 100
"""Text is wrapped at a column between these."""
FEWEST_LINES: Final = 3
FEWEST_UNCASED: Final = 4
"""So many lines make a wrapped paragraph; more where no small letter shows that a line goes on."""
_BEGINNING: Final = 8


@compiled
def join_breaks(points: Points, borders: Borders, traits: Points, joins: Flags) -> None:
    """Set for every line that goes on in the next one: in a paragraph whose lines are all as full as they can be."""
    count = len(joins)
    start = widest = 0
    while start < count:
        end, width = start, 0
        while end < count and 1 < borders[end + 1] - borders[end] <= WIDEST + 1:
            width = max(width, borders[end + 1] - borders[end] - 1)
            end += 1
        if end - start >= FEWEST_LINES - 1 and width >= NARROWEST:
            widest = max(widest, _join_run(points, borders, traits, joins, start, end, width))
        start = max(end, start + 1)
    if widest:
        _join_pairs(points, borders, traits, joins, widest)


@compiled
def _join_run(points: Points, borders: Borders, traits: Points, joins: Flags, start: int, end: int, width: int) -> int:
    """Join the lines of one paragraph, or those after its first short lines; the width of the widest that goes on."""
    first, widest = start, 0
    for place in range(start, end):
        if place + 1 < end and _is_full(points, borders, traits, place, width):
            continue
        if _is_wrapped(points, borders, traits, first, place + 1):
            for joined in range(first, place):
                joins[joined] = True
                widest = max(widest, borders[joined + 1] - borders[joined] - 1)
        first = place + 1
    return widest


@compiled
def _is_full(points: Points, borders: Borders, traits: Points, place: int, width: int) -> bool:
    """Whether the first word of the next line would not have fitted into this one."""
    start = borders[place + 1]
    last = borders[place + 2] - 1
    if traits[points[start]] & ITEM or points[start] == BLANK:
        return False
    end = start
    while end < last and points[end] != BLANK:
        end += 1
    return bool(end - borders[place] > width)


@compiled
def _is_wrapped(points: Points, borders: Borders, traits: Points, first: int, end: int) -> bool:
    """Whether full lines are one paragraph: few of them end a sentence, and many go on with a small letter."""
    count = end - first
    if count < FEWEST_LINES:
        return False
    ended = small = 0
    cased = False
    for place in range(first, end):
        ended += place < end - 1 and traits[points[borders[place + 1] - 2]] & WRAPPED_END != 0
        small += place > first and traits[points[borders[place]]] & LOWER != 0
        for letter in range(borders[place], min(borders[place] + _BEGINNING, borders[place + 1] - 1)):
            cased |= traits[points[letter]] & LOWER != 0
    if ended * 3 > count:
        return False
    return small * 4 >= count - 1 if cased else count >= FEWEST_UNCASED


@compiled
def _join_pairs(points: Points, borders: Borders, traits: Points, joins: Flags, width: int) -> None:
    """In a text with wrapped paragraphs, those of two lines as well."""
    count = len(joins)
    for place in range(count - 1):
        size, below = borders[place + 1] - borders[place] - 1, borders[place + 2] - borders[place + 1] - 1
        if joins[place] or size == 0 or below == 0 or size > width or below > width:
            continue
        alone = place == 0 or borders[place] - borders[place - 1] == 1
        last = place + 2 >= count or borders[place + 3] - borders[place + 2] == 1
        if alone and last and _is_full(points, borders, traits, place, width):
            joins[place] = traits[points[borders[place + 1] - 2]] & WRAPPED_END == 0
