"""Blocks of lines that belong together: an embedded post, a caption and its credit, a header and the links below it."""

from __future__ import annotations

from typing import Final

from corpus.transforms.lines import Line
from corpus.transforms.phrases import Hit
from corpus.transforms.rules import is_attribution

Marks = list[Hit | None]
"""What each line is, one entry a line; None for a line of the article."""

POST_WORDS: Final = 60
"""The text of an embedded post is at most this long."""
CAPTION_WORDS: Final = 45
MOST_ITEMS: Final = 60
MOST_BOX_LINES: Final = 5
"""A block has at most this many lines below its header; a box that asks for something has fewer than a list of links."""
_BOXES: Final = ("newsletter", "paywall", "cookie_notice", "tags")


def mark_posts(lines: list[Line], marks: Marks) -> None:
    """Embedded posts: the line that names the account, and the text right above it."""
    for place, line in enumerate(lines):
        if not is_attribution(line):
            continue
        marks[place] = Hit("social_embed", "line", "block:embedded_post")
        above = place - 1
        if above >= 0 and lines[above].words <= POST_WORDS and (marks[above] is None or not line.gap):
            marks[above] = Hit("social_embed", "line", "block:embedded_post")


def mark_captions(lines: list[Line], marks: Marks) -> None:
    """Captions: the short line right above a line of image credit."""
    has_gaps = any(line.gap for line in lines)
    for place, line in enumerate(lines):
        hit = marks[place]
        if hit is None or hit.kind != "image_credit" or line.gap or place == 0:
            continue
        above = lines[place - 1]
        most = CAPTION_WORDS if has_gaps else CAPTION_WORDS // 2
        if marks[place - 1] is None and above.words <= most and (has_gaps or not above.closed):
            marks[place - 1] = Hit("caption", "line", "block:above_credit")


def mark_blocks(lines: list[Line], marks: Marks) -> None:
    """The lines below each header, up to the next prose or the next header."""
    place = 0
    while place < len(lines):
        hit = marks[place]
        place += 1
        if hit is None or hit.form != "head":
            continue
        if _heads_prose(lines, place):
            marks[place - 1] = None if _is_single(lines[place - 1]) else hit
            continue
        end = _block_end(lines, marks, place, MOST_BOX_LINES if hit.kind in _BOXES else MOST_ITEMS)
        rule = f"block:{hit.kind}"
        for item in range(place, end):
            if marks[item] is None or _is_hint(marks[item]):
                marks[item] = Hit(hit.kind, "block", rule)
        place = end


def _block_end(lines: list[Line], marks: Marks, first: int, most: int) -> int:
    """Where the block below a header ends: at prose, at another header, at a line marked as another kind of thing."""
    end = first
    while end < len(lines) and end - first < most:
        hit = marks[end]
        if lines[end].prose and hit is None:
            break
        if hit is not None and hit.form == "head":
            break
        end += 1
    if end < len(lines) and lines[end].prose and marks[end] is None and _is_heading(lines, marks, end - 1, first):
        return end - 1
    return end


def _is_heading(lines: list[Line], marks: Marks, place: int, first: int) -> bool:
    """Whether the last line before prose is a heading of that prose rather than the last link of the block."""
    if place < first or marks[place] is not None:
        return False
    return lines[place].gap or (place > first and not any(line.gap for line in lines[first : place + 2]))


def _heads_prose(lines: list[Line], below: int) -> bool:
    """Whether prose stands right below a header, with prose above it: then the header may be a heading."""
    return (
        below < len(lines) and lines[below].prose and any(line.prose for line in lines[max(0, below - 4) : below - 1])
    )


def _is_single(line: Line) -> bool:
    return line.words == 1


def _is_hint(hit: Hit | None) -> bool:
    return hit is not None and hit.form in ("hint", "name", "date")
