"""Where the article begins and ends: the run of lines that reads most like prose, found in one pass."""

from __future__ import annotations

from typing import Final

from corpus.transforms.blocks import Marks
from corpus.transforms.lines import Line
from corpus.transforms.phrases import Hit

_CLOSED_WEIGHT: Final = 0.1
_OPEN_WEIGHT: Final = 0.05
_MOST_WORDS: Final = 60
_SHORT: Final = -0.5
_MARKED: Final = -1.0
_ENDING: Final = -4.0
_AFTER_COMMENTS: Final = 0.3
_MOST_JOINS: Final = 8
_LEAST_JOIN: Final = 3.0
_JOIN_SHARE: Final = 0.15
_WEAK: Final = ("hint", "name", "date")
_ENDINGS: Final = ("comment_form", "comments", "related_links", "adjacent_links")


def find_extent(lines: list[Line], marks: Marks) -> tuple[int, int]:
    """The article's first line and the one after its last; (0, 0) where nothing reads like prose."""
    scores = _scores(lines, marks)
    first, last, best = _best_run(scores, 0, len(lines))
    for _ in range(_MOST_JOINS):
        start, end, score = _best_run(scores, last, len(lines))
        if not _belongs(score, best, marks, last, start):
            break
        last = end
    for _ in range(_MOST_JOINS):
        start, end, score = _best_run(scores, 0, first)
        if not _belongs(score, best, marks, end, first):
            break
        first = start
    return first, last


def _best_run(scores: list[float], first: int, last: int) -> tuple[int, int, float]:
    """The run of lines from `first` to `last` whose scores add up to most, and that sum."""
    best, span = 0.0, (first, first)
    total, start = 0.0, first
    for place in range(first, last):
        total += scores[place]
        if total <= 0:
            total, start = 0.0, place + 1
        elif total > best:
            best, span = total, (start, place + 1)
    return *span, best


def _belongs(score: float, best: float, marks: Marks, first: int, last: int) -> bool:
    """Whether another run of prose is part of the article: weighty, and little boilerplate stands in between."""
    if score < max(_LEAST_JOIN, best * _JOIN_SHARE):
        return False
    strong = sum(1 for hit in marks[first:last] if hit is not None and hit.form not in _WEAK)
    return strong * 5 <= last - first


def _scores(lines: list[Line], marks: Marks) -> list[float]:
    """What each line adds to the article: prose much, short lines and boilerplate less than nothing."""
    scores: list[float] = []
    share = 1.0
    for line, hit in zip(lines, marks, strict=True):
        if hit is not None and hit.form == "head" and hit.kind in ("comments", "comment_form") and any(scores):
            share = _AFTER_COMMENTS
        score = _score(line, hit)
        scores.append(score * share if score > 0 else score)
    return scores


def _score(line: Line, hit: Hit | None) -> float:
    if hit is not None and hit.form not in _WEAK:
        return _ENDING if hit.form == "head" and hit.kind in _ENDINGS else _MARKED
    if line.prose:
        return min(line.words, _MOST_WORDS) * (_CLOSED_WEIGHT if line.closed else _OPEN_WEIGHT)
    if line.closed and line.words >= 4:
        return 0.2
    return _SHORT


def mark_outside(lines: list[Line], marks: Marks, extent: tuple[int, int]) -> None:
    """Lines before and after the article, where what stands there shows that it is no part of it."""
    first, last = extent
    if first >= last:
        return
    _mark_before(lines, marks, first)
    _mark_after(lines, marks, last)


def _mark_before(lines: list[Line], marks: Marks, first: int) -> None:
    seen = [place for place in range(first) if marks[place] is not None]
    if not seen:
        return
    for place in range(first):
        hit = marks[place]
        if hit is None:
            marks[place] = Hit("navigation", "outside", "structure:before_article")


def _mark_after(lines: list[Line], marks: Marks, last: int) -> None:
    start = next((place for place in range(last, len(lines)) if marks[place] is not None), len(lines))
    kind = "related_links"
    for place in range(start, len(lines)):
        hit = marks[place]
        if hit is None:
            marks[place] = Hit(kind, "outside", "structure:after_article")
        elif hit.form == "head":
            kind = hit.kind
