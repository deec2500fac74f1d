"""Where the article begins and ends: the run of lines that reads most like prose, found in one pass."""

from __future__ import annotations

from typing import Final

from corpus.transforms.boilerplate.evidence import WITHIN, Marks, is_weak
from corpus.transforms.boilerplate.lines import Line
from corpus.transforms.boilerplate.phrases import Hit

_CLOSED_WEIGHT: Final = 0.1
_OPEN_WEIGHT: Final = 0.05
_MOST_WORDS: Final = 60
_SHORT: Final = -0.5
_QUIET: Final = -0.1
_MARKED: Final = -1.0
_ENDING: Final = -4.0
_AFTER_COMMENTS: Final = 0.3
_MOST_JOINS: Final = 8
_LEAST_JOIN: Final = 3.0
_LEAST_QUIET: Final = 0.8
_JOIN_SHARE: Final = 0.15
_ENDINGS: Final = ("comment_form", "comments", "related_links", "adjacent_links")


def find_extent(lines: list[Line], marks: Marks, evidence: list[float], *, page: bool) -> tuple[int, int]:
    """The article's first line and the one after its last; (0, 0) where nothing reads like prose."""
    scores = _scores(lines, marks, evidence)
    least = _LEAST_JOIN if page else _LEAST_QUIET
    first, last, best = _best_run(scores, 0, len(lines))
    for _ in range(_MOST_JOINS):
        start, end, score = _best_run(scores, last, len(lines))
        if not _belongs(score, best, marks[last:start], least):
            break
        last = end
    for _ in range(_MOST_JOINS):
        start, end, score = _best_run(scores, 0, first)
        if not _belongs(score, best, marks[end:first], least):
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


def _belongs(score: float, best: float, gap: Marks, least: float) -> bool:
    """Whether another run of prose is part of the article: weighty, and little boilerplate stands in between."""
    between = [hit for hit in gap if hit is not None and not is_weak(hit)]
    if least < _LEAST_JOIN and all(hit.kind in WITHIN for hit in between):
        return score >= least
    return score >= max(_LEAST_JOIN, best * _JOIN_SHARE) and len(between) * 5 <= len(gap)


def _scores(lines: list[Line], marks: Marks, evidence: list[float]) -> list[float]:
    """What each line adds to the article: prose much, short lines and boilerplate less than nothing."""
    scores: list[float] = []
    share = 1.0
    seen = False
    for line, hit, around in zip(lines, marks, evidence, strict=True):
        if seen and hit is not None and hit.form == "head" and hit.kind in ("comments", "comment_form"):
            share = _AFTER_COMMENTS
        score = _score(line, hit, around)
        seen = seen or score > 0
        scores.append(score * share if score > 0 else score)
    return scores


def _score(line: Line, hit: Hit | None, around: float) -> float:
    if hit is not None and not is_weak(hit):
        return _ENDING if hit.form == "head" and hit.kind in _ENDINGS else _MARKED
    if line.prose:
        return min(line.words, _MOST_WORDS) * (_CLOSED_WEIGHT if line.closed else _OPEN_WEIGHT)
    if line.sentence:
        return 0.2
    return _SHORT if around >= 1 else _QUIET
