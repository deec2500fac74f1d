"""Where the article begins and ends: the run of lines that reads most like prose, found in one pass."""

# ruff: noqa: FBT001 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

from typing import Any, Final

from corpus.transforms.boilerplate.evidence import evidence_around
from corpus.transforms.boilerplate.marks import (
    ADJACENT_LINKS,
    BYLINE,
    COMMENT_FORM,
    COMMENTS,
    DATE,
    HEAD,
    HINT,
    NAME,
    RELATED_LINKS,
    UNMARKED,
    WITHIN,
    Lines,
    is_weak,
    mark,
    one_of,
)  # fmt: skip
from corpus.transforms.kernels import compiled

_CLOSED_WEIGHT: Final = 0.1
_OPEN_WEIGHT: Final = 0.05
_MOST_WORDS: Final = 60
_SENTENCE: Final = 0.2
_SHORT: Final = -0.5
_QUIET: Final = -0.1
_MARKED: Final = -1.0
_ENDING: Final = -4.0
_AFTER_COMMENTS: Final = 0.3
_MOST_JOINS: Final = 8
_LEAST_JOIN: Final = 3.0
_LEAST_QUIET: Final = 0.8
_JOIN_SHARE: Final = 0.15
_MOST_MARKED: Final = 5
"""Of the lines between two parts of an article at most one in so many is marked."""
ENDINGS: Final = 1 << COMMENT_FORM | 1 << COMMENTS | 1 << RELATED_LINKS | 1 << ADJACENT_LINKS
HINTS_COUNT: Final = 1.5
"""A word that may be a heading as well as a link counts outside the article, with so much evidence around and in it."""
SIGNATURE_WORDS: Final = 8


@compiled
def find_extent(lines: Lines, page: bool) -> tuple[int, int]:
    """The article's first line and the one after its last; equal where nothing reads like prose."""
    _score_lines(lines, page)
    least = _LEAST_JOIN if page else _LEAST_QUIET
    first, last, best = _best_run(lines, 0, len(lines))
    for _ in range(_MOST_JOINS):
        start, end, score = _best_run(lines, last, len(lines))
        if not _belongs(score, best, lines[last:start], least):
            break
        last = end
    for _ in range(_MOST_JOINS):
        start, end, score = _best_run(lines, 0, first)
        if not _belongs(score, best, lines[end:first], least):
            break
        first = start
    return first, last


@compiled
def settle(lines: Lines, first: int, last: int, page: bool) -> None:
    """Drop weak marks inside the article, and lone words outside it when nothing around belongs to a page."""
    found = first < last
    for place in range(len(lines)):
        line = lines[place]
        if line.form == UNMARKED or not is_weak(line):
            continue
        inside = not found or (first <= place < last and not _signs(lines, place, first))
        if inside or (line.form == HINT and evidence_around(lines, place, page) < HINTS_COUNT):
            mark(line, 0, UNMARKED, 0)


@compiled
def _signs(lines: Lines, place: int, first: int) -> bool:
    """Whether a marked line is the byline below an article's summary, or the date below that byline."""
    line = lines[place]
    if place > first + 2 or line.words > SIGNATURE_WORDS:
        return False
    above = lines[place - 1] if place else line
    signed = place > 0 and above.form != UNMARKED and above.kind == BYLINE
    return line.form == NAME or (line.form == DATE and signed)


@compiled
def _best_run(lines: Lines, first: int, last: int) -> tuple[int, int, float]:
    """The run of lines from `first` to `last` whose scores add up to most, and that sum."""
    best, begin, end = 0.0, first, first
    total, start = 0.0, first
    for place in range(first, last):
        total += lines[place].score
        if total <= 0:
            total, start = 0.0, place + 1
        elif total > best:
            best, begin, end = total, start, place + 1
    return begin, end, best


@compiled
def _belongs(score: float, best: float, gap: Lines, least: float) -> bool:
    """Whether another run of prose is part of the article: weighty, and little boilerplate stands in between."""
    marked, foreign = 0, False
    for line in gap:
        if not is_weak(line):
            marked += 1
            foreign |= not one_of(WITHIN, line.kind)
    if least < _LEAST_JOIN and not foreign:
        return score >= least
    return score >= max(_LEAST_JOIN, best * _JOIN_SHARE) and marked * _MOST_MARKED <= len(gap)


@compiled
def _score_lines(lines: Lines, page: bool) -> None:
    """What each line adds to the article: prose much, short lines and boilerplate less than nothing."""
    share, seen = 1.0, False
    for place in range(len(lines)):
        line = lines[place]
        if seen and line.form == HEAD and (line.kind == COMMENTS or line.kind == COMMENT_FORM):
            share = _AFTER_COMMENTS
        score = _score(line, evidence_around(lines, place, page))
        seen = seen or score > 0
        line.score = score * share if score > 0 else score


@compiled
def _score(line: Any, around: float) -> float:
    if not is_weak(line):
        return _ENDING if line.form == HEAD and one_of(ENDINGS, line.kind) else _MARKED
    if line.prose:
        return float(min(line.words, _MOST_WORDS) * (_CLOSED_WEIGHT if line.closed else _OPEN_WEIGHT))
    if line.sentence:
        return _SENTENCE
    return _SHORT if around >= 1 else _QUIET
