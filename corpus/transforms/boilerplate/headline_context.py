"""What surrounds a line that may be a headline, in finer steps than its facts: for trees, which need no sums."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.headline_facts import EIGHTHS, FACTS
from corpus.transforms.boilerplate.headline_page import REACH, Page
from corpus.transforms.boilerplate.marks import (
    BYLINE,
    CAPTION,
    DATELINE,
    IMAGE_CREDIT,
    SHARE_LINKS,
    UNMARKED,
    one_of,
)  # fmt: skip
from corpus.transforms.boilerplate.retold import seen
from corpus.transforms.kernels import compiled

Row = npt.NDArray[np.int8]
"""All that is known of a line: the bytes of its facts (`headline_facts.FACTS`), then its context (`CONTEXT`)."""

FACT_NUMBERS: Final = len(FACTS.names or ())
_WIDEST, _LONGEST, _FAR, _MOST = 60, 50, 40, 5
_CHARACTERS: Final = 4
_COPIES: Final = 3
"""A neighbour that prints the line's own words is passed over, so many times."""

_OWN: Final = ("width", "length", "capitals", "short_words", "gap", "form")
_BESIDE: Final = (
    "width", "kind", "form", "capitals", "prose", "closed", "candidate", "told", "again", "gap",
)  # fmt: skip
_PLACES: Final = ("line_above", "line_above_2", "line_below", "line_below_2")
_COMPARED: Final = ("wider_than_above", "more_told_than_above", "wider_than_below", "more_told_than_below")
_DISTANT: Final = ("byline", "date", "share", "credit")
_COUNTED: Final = (
    *(f"{name}_{side}_at" for side in ("below", "above") for name in _DISTANT),
    "article_at", "candidates_below", "candidates_above", "article_above",
)  # fmt: skip

CONTEXT: Final = (
    *(f"line_{name}" for name in _OWN), *(f"{place}_{name}" for place in _PLACES for name in _BESIDE), *_COMPARED,
    *_COUNTED,
)  # fmt: skip
"""The names of what `set_context` writes, in order."""

_NO_LINE: Final = -1
_BESIDE_AT: Final = len(_OWN)
_COMPARED_AT: Final = _BESIDE_AT + len(_PLACES) * len(_BESIDE)
_COUNTED_AT: Final = _COMPARED_AT + len(_COMPARED)
_SIZE: Final = len(_BESIDE)


@compiled
def set_context(page: Page, place: int, row: Row) -> None:
    """Write what surrounds a line into `row[FACT_NUMBERS:]` (see `CONTEXT`)."""
    line, view = page.lines[place], page.views[place]
    at = FACT_NUMBERS
    row[at] = min(line.words, _WIDEST)
    row[at + 1] = min((line.last - line.first) // _CHARACTERS, _LONGEST)
    row[at + 2] = line.capitals * EIGHTHS // (line.blanks + 1)
    row[at + 3] = line.short_words * EIGHTHS // (line.blanks + 1)
    row[at + 4] = line.gap
    row[at + 5] = line.form
    above = _other(page, place, -1)
    below = _other(page, place, 1)
    at += _BESIDE_AT
    _set_beside(page, above, row, at)
    _set_beside(page, above - 1 if above >= 0 else -1, row, at + _SIZE)
    _set_beside(page, below, row, at + 2 * _SIZE)
    _set_beside(page, below + 1 if below >= 0 else -1, row, at + 3 * _SIZE)
    told = _told(page, place)
    at = FACT_NUMBERS + _COMPARED_AT
    row[at] = row[at + 1] = row[at + 2] = row[at + 3] = 0
    if above >= 0:
        row[at] = min(max(view.words - page.lines[above].words, -_LONGEST), _LONGEST)
        row[at + 1] = told - _told(page, above)
    if 0 <= below < len(page.lines):
        row[at + 2] = min(max(view.words - page.lines[below].words, -_LONGEST), _LONGEST)
        row[at + 3] = told - _told(page, below)
    _set_distances(page, place, row)


@compiled
def _kind(line: Any) -> int:
    """The kind of a line and 1; 0 for none."""
    return line.kind + 1 if line.form != UNMARKED else 0


@compiled
def _other(page: Page, place: int, step: int) -> int:
    """The next line above (step -1) or below (1) that prints other words; -1 for none."""
    key = page.views[place].key
    for _ in range(_COPIES):
        place += step
        if place < 0 or place >= len(page.lines):
            return -1
        if page.views[place].key != key:
            return place
    return place


@compiled
def _told(page: Page, place: int) -> int:
    """How many of the words of a line that are asked for the article tells."""
    tally = page.tally
    told = 0
    for at in range(tally.begins[place], tally.begins[place + 1]):
        told += tally.counts[tally.words[at]].told > 0
    return min(told, EIGHTHS)


@compiled
def _set_beside(page: Page, place: int, row: Row, at: int) -> None:
    """Write what a neighbour is like (see `_BESIDE`); `_NO_LINE` where there is none."""
    if place < 0 or place >= len(page.lines):
        for number in range(_SIZE):
            row[at + number] = _NO_LINE
        return
    line, view = page.lines[place], page.views[place]
    row[at] = min(line.words, _WIDEST)
    row[at + 1] = _kind(line)
    row[at + 2] = line.form
    row[at + 3] = line.capitals * EIGHTHS // (line.blanks + 1)
    row[at + 4] = line.prose
    row[at + 5] = line.closed
    row[at + 6] = view.candidate
    row[at + 7] = _told(page, place)
    row[at + 8] = min(seen(page.tally, view.key), _MOST)
    row[at + 9] = line.gap


@compiled
def _set_distances(page: Page, place: int, row: Row) -> None:
    """Write how far bylines, dates, links to share, credits and the article are, and how many rivals stand between."""
    views, count = page.views, len(page.lines)
    at = FACT_NUMBERS + _COUNTED_AT
    for number in range(2 * len(_DISTANT)):
        row[at + number] = REACH + 1
    for distance in range(REACH, 0, -1):
        if place + distance < count:
            _set_near(page.lines[place + distance], distance, row, at)
        if place >= distance:
            _set_near(page.lines[place - distance], distance, row, at + len(_DISTANT))
    nearest = views[place].nearest
    at += 2 * len(_DISTANT)
    row[at] = min(nearest, _LONGEST) if nearest > 0 else _LONGEST
    rivals = above = article = 0
    for other in range(place + 1, min(count, place + min(nearest, _FAR))):
        rivals += views[other].candidate
    for other in range(max(0, place - _FAR), place):
        above += views[other].candidate and place - other <= REACH
        article += views[other].article
    row[at + 1], row[at + 2], row[at + 3] = rivals, above, article


@compiled
def _set_near(line: Any, distance: int, row: Row, at: int) -> None:
    """Note how far a line is that is a byline, a date, links to share, or a caption or its credit."""
    kind = _kind(line) - 1
    if kind < 0:
        return
    if kind == BYLINE:
        row[at] = distance
    elif kind == DATELINE:
        row[at + 1] = distance
    elif kind == SHARE_LINKS:
        row[at + 2] = distance
    elif one_of(1 << CAPTION | 1 << IMAGE_CREDIT, kind):
        row[at + 3] = distance
