"""Lines that belong together: an embedded post, a caption and its credit, a header and what stands below it."""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from corpus.transforms.boilerplate.evidence import Marks, is_weak
from corpus.transforms.boilerplate.lines import Line
from corpus.transforms.boilerplate.phrases import Hit
from corpus.transforms.boilerplate.rules import is_attribution

POST_WORDS: Final = 60
"""The text of an embedded post is at most this long."""
CAPTION_WORDS: Final = 45
MOST_ITEMS: Final = 12
"""A list of links on a saved page has at most this many lines below its header, elsewhere half as many."""
MOST_BOX_LINES: Final = 5
BOX_WORDS: Final = 60
"""A box that asks for something is shorter, and none of its lines has more words than this."""
COMMENTS_SHARE: Final = 3
"""Below a header of comments at most one in so many words of the text's prose stands; else it may head a chapter."""
BUTTONS_WITHIN: Final = 8

BOXES: Final = ("newsletter", "paywall", "cookie_notice", "comment_form")
_SHORT_BOXES: Final = (*BOXES, "tags")
_OWN_PARAGRAPH: Final = ("newsletter", "paywall", "cookie_notice", "advertisement")
_ROWS: Final = ("share_links", *BOXES)


def mark_posts(lines: list[Line], marks: Marks) -> None:
    """Embedded posts: the line that names the account, and the text right above it."""
    for place, line in enumerate(lines):
        if not is_attribution(line):
            continue
        marks[place] = Hit("social_embed", "line", "block:embedded_post")
        above = place - 1
        if above >= 0 and lines[above].words <= POST_WORDS and (is_weak(marks[above]) or not line.gap):
            marks[above] = Hit("social_embed", "line", "block:embedded_post")


def mark_captions(lines: list[Line], marks: Marks, *, spaced: bool) -> None:
    """Captions: the short line right above a line of image credit."""
    most = CAPTION_WORDS if spaced else CAPTION_WORDS // 2
    for place, line in enumerate(lines):
        hit = marks[place]
        if hit is None or hit.kind != "image_credit" or line.gap or place == 0:
            continue
        above = lines[place - 1]
        if marks[place - 1] is None and above.words <= most and not above.heading and (spaced or not above.closed):
            marks[place - 1] = Hit("caption", "line", "block:above_credit")


def mark_rows(lines: list[Line], marks: Marks) -> None:
    """In a text with blank lines, whole paragraphs of which at least half the lines are buttons of one kind."""
    start = 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and not lines[end].gap:
            end += 1
        known = {hit.kind for hit in marks[start:end] if hit is not None and not is_weak(hit)}
        strong = sum(1 for hit in marks[start:end] if not is_weak(hit))
        if len(known) == 1 and strong * 2 >= end - start and (kind := known.pop()) in _ROWS:
            _mark_rest(lines, marks, range(start, end), kind)
        start = end


def mark_blocks(lines: list[Line], marks: Marks, *, spaced: bool, page: bool) -> None:
    """The lines below each header, as far as they belong to it."""
    prose = list(accumulate((line.words if line.prose else 0 for line in lines), initial=0))
    most = MOST_ITEMS if page else MOST_ITEMS // 2
    place = 0
    while place < len(lines):
        hit = marks[place]
        place += 1
        if hit is None or not _opens(hit, spaced=spaced):
            continue
        if spaced and hit.kind == "comments":
            small = (prose[-1] - prose[place]) * COMMENTS_SHARE < prose[-1]
            if not (small or _heads_comments(lines, marks, place)):
                marks[place - 1] = None
                continue
            end = _comments_end(marks, place)
        elif spaced:
            end = _spaced_end(lines, marks, place, hit.kind, most if prose[place] else 0)
        elif _heads_prose(lines, place):
            marks[place - 1] = None if lines[place - 1].words == 1 else hit
            continue
        else:
            end = _block_end(lines, marks, place, MOST_BOX_LINES if hit.kind in _SHORT_BOXES else most)
        _mark_rest(lines, marks, range(place, end), hit.kind)
        place = end


def _opens(hit: Hit, *, spaced: bool) -> bool:
    """Whether lines below may belong to a line: it is a header, or the first line of a box."""
    return hit.form == "head" or (spaced and not is_weak(hit) and hit.form != "block" and hit.kind in _OWN_PARAGRAPH)


def _mark_rest(lines: list[Line], marks: Marks, places: range, kind: str) -> None:
    for place in places:
        if is_weak(marks[place]) and lines[place].words <= BOX_WORDS * 10:
            marks[place] = Hit(kind, "block", f"block:{kind}")


def _heads_comments(lines: list[Line], marks: Marks, below: int) -> bool:
    """Whether a header that much prose stands below counts comments, or readers' buttons follow soon."""
    counted = any(character in "0123456789" for character in lines[below - 1].plain)
    return counted or any(hit is not None and hit.kind == "comments" for hit in marks[below : below + BUTTONS_WITHIN])


def _comments_end(marks: Marks, first: int) -> int:
    """Where comments end: at the next thing of another kind, unless readers' buttons go on below it."""
    end = first
    while end < len(marks):
        hit = marks[end]
        if hit is not None and not is_weak(hit) and hit.kind not in ("comments", "separator", "share_links"):
            break
        end += 1
    return end


def _spaced_end(lines: list[Line], marks: Marks, first: int, kind: str, most: int) -> int:
    """Where a block ends in a text with blank lines: a box with its paragraph, a list before the next prose."""
    end = first
    while end < len(lines) and not lines[end].gap and end - first < MOST_BOX_LINES:
        if _is_other_head(marks[end], kind) or (lines[end].prose and kind not in BOXES) or lines[end].words > BOX_WORDS:
            break
        end += 1
    if end < len(lines) and not lines[end].gap and kind in BOXES:
        return end
    alone = end == first and lines[first - 1].gap
    if kind in BOXES:
        return _lone_box_end(lines, marks, first) if alone and most else end
    if kind == "advertisement":
        return end
    return _block_end(lines, marks, end, min(most, MOST_BOX_LINES) if kind in _SHORT_BOXES else most)


def _lone_box_end(lines: list[Line], marks: Marks, first: int) -> int:
    """A header that stands alone takes the short paragraph below it, when that is no prose."""
    if first >= len(lines) or lines[first].prose or not is_weak(marks[first]):
        return first
    end = first + 1
    return end if end >= len(lines) or lines[end].gap else first


def _is_other_head(hit: Hit | None, kind: str) -> bool:
    return hit is not None and hit.form == "head" and hit.kind != kind


def _block_end(lines: list[Line], marks: Marks, first: int, most: int) -> int:
    """Where a list below a header ends: at prose, at another header."""
    end = first
    while end < len(lines) and end - first < most:
        hit = marks[end]
        if (lines[end].prose and hit is None) or (hit is not None and hit.form == "head"):
            break
        if lines[end].gap and hit is None and lines[end].sentence:
            return end
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
