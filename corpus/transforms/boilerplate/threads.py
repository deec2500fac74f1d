"""Threads of readers' comments: names, dates, texts and buttons that follow each other below an article."""

from __future__ import annotations

from typing import Any, Final

from corpus.transforms.boilerplate.marks import (
    BLOCK,
    BY_THREAD,
    COMMENTS,
    DATE,
    HEAD,
    HINT,
    SEPARATOR,
    SHARE_LINKS,
    UNMARKED,
    Lines,
    is_weak,
    mark,
    one_of,
)  # fmt: skip
from corpus.transforms.kernels import compiled

STEP: Final = 6
"""From one name, date or button of a thread to the next there are at most so many lines."""
FEWEST_SIGNS: Final = 2
FEWEST_ABOVE: Final = 30
"""A thread has so many words of prose above it, or more."""
BUTTON_WITHIN: Final = 5
MOST_NAME_WORDS: Final = 5
LONGEST_COMMENT: Final = 400
_AMONG: Final = 1 << COMMENTS | 1 << SEPARATOR | 1 << SHARE_LINKS


@compiled
def mark_threads(lines: Lines) -> None:
    """Mark the threads of comments below an article; `prose_words` of the lines are summed up."""
    place = 0
    while place < len(lines):
        line = lines[place]
        below = place > 0 and lines[place - 1].prose_words >= FEWEST_ABOVE
        if below and _begins(lines, place):
            end = _thread_end(lines, place)
            first = place - 1 if end > place and line.form == DATE and _names(lines, place - 1) else place
            for other in range(first, end):
                if is_weak(lines[other]) and lines[other].words <= LONGEST_COMMENT:
                    mark(lines[other], COMMENTS, BLOCK, BY_THREAD)
            place = max(end, place + 1)
        else:
            place += 1


@compiled
def _begins(lines: Lines, place: int) -> bool:
    """Whether a line is a header of comments, or is the date or the author of a comment with other signs around."""
    line = lines[place]
    if line.form == DATE:
        for other in range(place + 1, min(len(lines), place + BUTTON_WITHIN)):
            if lines[other].kind == COMMENTS and not is_weak(lines[other]):
                return True
        return False
    if line.form == UNMARKED or line.kind != COMMENTS:
        return False
    return line.form == HEAD or (line.form == HINT and place + 1 < len(lines) and lines[place + 1].form == DATE)


@compiled
def _names(lines: Lines, place: int) -> bool:
    """Whether the line above a date may name who wrote the comment."""
    line = lines[place]
    return bool(is_weak(line) and line.words <= MOST_NAME_WORDS and not line.closed)


@compiled
def _thread_end(lines: Lines, first: int) -> int:
    """Where the thread ends that begins at a line; `first` itself if there is too little to tell it by."""
    end, signs = first + 1, 0
    place = end
    if lines[first].form == HINT:
        signs = 1
    while place < len(lines) and place - end < STEP:
        line = lines[place]
        if not is_weak(line) and not one_of(_AMONG, line.kind):
            break
        if _is_sign(line):
            signs += 1
            end = place + 1
        place += 1
    if signs < FEWEST_SIGNS:
        return first
    if end < len(lines) and lines[end].form == UNMARKED and is_weak(lines[end - 1]) and not lines[end].heading:
        end += 1
    return end


@compiled
def _is_sign(line: Any) -> bool:
    """Whether a line is the date of a comment, says who wrote it, or is a button below it."""
    return bool(line.form == DATE or (line.form != UNMARKED and line.kind == COMMENTS))
