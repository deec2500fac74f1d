"""Lines that belong together: an embedded post, a caption and its credit, a header and what stands below it."""

# ruff: noqa: FBT001, SIM110 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

from typing import Any, Final

from corpus.transforms.boilerplate.characters import Points
from corpus.transforms.boilerplate.credits import is_attribution
from corpus.transforms.boilerplate.marks import (
    ADVERTISEMENT,
    BLOCK,
    BY_BLOCK,
    BY_CREDIT,
    BY_POST,
    BYLINE,
    CAPTION,
    COMMENT_FORM,
    COMMENTS,
    COOKIE_NOTICE,
    COPYRIGHT,
    DATELINE,
    HEAD,
    HINT,
    IMAGE_CREDIT,
    LINE,
    NAVIGATION,
    NEWSLETTER,
    PAYWALL,
    RELATED_LINKS,
    SEPARATOR,
    SHARE_LINKS,
    SOCIAL_EMBED,
    START,
    TAGS,
    UNMARKED,
    Lines,
    is_weak,
    mark,
    one_of,
)  # fmt: skip
from corpus.transforms.boilerplate.threads import mark_threads
from corpus.transforms.kernels import compiled

POST_WORDS: Final = 60
"""The text of an embedded post is at most this long."""
CAPTION_WORDS: Final = 45
MOST_ITEMS: Final = 12
"""A list of links on a saved page has at most this many lines below its header, elsewhere half as many."""
MOST_BOX_LINES: Final = 5
BOX_WORDS: Final = 60
"""A box that asks for something is shorter, and none of its lines has more words than this."""
LONGEST_BLOCK_LINE: Final = 600
"""A line with more words is no part of a block."""
COMMENTS_SHARE: Final = 3
"""Below a header of comments at most one in so many words of the text's prose stands; else it may head a chapter."""
BUTTONS_WITHIN: Final = 8
PROSE_WITHIN: Final = 4

BOXES: Final = 1 << NEWSLETTER | 1 << PAYWALL | 1 << COOKIE_NOTICE | 1 << COMMENT_FORM
_SHORT_BOXES: Final = BOXES | 1 << TAGS | 1 << ADVERTISEMENT
MOST_ENTRY_WORDS: Final = 5
FEWEST_BELOW: Final = 25
"""A line with © that has so many words of prose below it credits a picture rather than closes the page."""
_IN_MENUS: Final = 1 << NEWSLETTER | 1 << PAYWALL | 1 << COMMENTS | 1 << RELATED_LINKS | 1 << COMMENT_FORM
_IN_FORMS: Final = 1 << COMMENTS | 1 << NEWSLETTER | 1 << SHARE_LINKS | 1 << BYLINE
_IN_BLOCKS: Final = 1 << BYLINE | 1 << DATELINE | 1 << CAPTION | 1 << IMAGE_CREDIT | 1 << SEPARATOR
"""Kinds of lines that stand between the entries of a list."""
_OWN_PARAGRAPH: Final = 1 << NEWSLETTER | 1 << PAYWALL | 1 << COOKIE_NOTICE | 1 << ADVERTISEMENT
_ROWS: Final = BOXES | 1 << SHARE_LINKS
_AMONG_COMMENTS: Final = 1 << COMMENTS | 1 << SEPARATOR | 1 << SHARE_LINKS


@compiled
def mark_posts(plain: Points, traits: Points, lines: Lines) -> None:
    """Embedded posts: the line that names the account, and the text right above it."""
    for place in range(len(lines)):
        line = lines[place]
        if not is_attribution(line, plain, traits):
            continue
        mark(line, SOCIAL_EMBED, LINE, BY_POST)
        if place > 0 and lines[place - 1].words <= POST_WORDS and (is_weak(lines[place - 1]) or not line.gap):
            mark(lines[place - 1], SOCIAL_EMBED, LINE, BY_POST)


@compiled
def mark_captions(lines: Lines, spaced: bool) -> None:
    """Captions: the short line right above a line of image credit."""
    mark_neighbours(lines)
    most = CAPTION_WORDS if spaced else CAPTION_WORDS // 2
    for place in range(1, len(lines)):
        line, above = lines[place], lines[place - 1]
        if line.form == UNMARKED or line.kind != IMAGE_CREDIT or line.gap:
            continue
        if above.form == UNMARKED and above.words <= most and not above.heading and (spaced or not above.closed):
            mark(above, CAPTION, LINE, BY_CREDIT)


@compiled
def mark_neighbours(lines: Lines) -> None:
    """Words that mean one thing alone and another in a row: entries of a menu, fields of a form, a picture's ©."""
    prose = 0
    for place in range(len(lines)):
        prose += lines[place].words if lines[place].prose else 0
    total = prose
    for place in range(len(lines)):
        line = lines[place]
        prose -= line.words if line.prose else 0
        if line.form == UNMARKED or line.words > MOST_ENTRY_WORDS:
            continue
        above = lines[place - 1] if place else line
        below = lines[place + 1] if place + 1 < len(lines) else line
        if one_of(_IN_MENUS, line.kind) and not line.digits and _is_entry(above, line):
            if _is_entry(below, line) or (prose == total and below.kind == line.kind and below.form != UNMARKED):
                mark(line, NAVIGATION, HINT, line.rule)
        elif (
            one_of(_IN_FORMS, line.kind)
            and not line.digits
            and _is_field(above)
            and (_is_field(below) or line.kind == COMMENTS)
        ):
            mark(line, COMMENT_FORM, LINE, line.rule)
        elif line.kind == COMMENT_FORM and line.form == LINE and above.form != UNMARKED and above.kind == NEWSLETTER:
            mark(line, NEWSLETTER, LINE, line.rule)
        elif line.kind == COPYRIGHT and line.form == START and not line.digits and prose >= FEWEST_BELOW:
            mark(line, IMAGE_CREDIT, LINE, line.rule)


@compiled
def _is_entry(line: Any, within: Any) -> bool:
    """Whether a neighbour of a line is an entry of a menu; the end of the text is none."""
    return bool(line.form != UNMARKED and line.kind == NAVIGATION and line.start != within.start)


@compiled
def _is_field(line: Any) -> bool:
    return bool(line.form != UNMARKED and line.kind == COMMENT_FORM)


@compiled
def mark_rows(lines: Lines) -> None:
    """In a text with blank lines, whole paragraphs of which at least half the lines are buttons of one kind."""
    start = 0
    while start < len(lines):
        end, strong, kind = start, 0, -1
        alike = True
        while end < len(lines) and (end == start or not lines[end].gap):
            if not is_weak(lines[end]):
                alike &= strong == 0 or lines[end].kind == kind
                kind = lines[end].kind
                strong += 1
            end += 1
        if strong and alike and strong * 2 >= end - start and one_of(_ROWS, kind):
            _mark_rest(lines, start, end, kind)
        start = end


@compiled
def mark_blocks(lines: Lines, spaced: bool, page: bool) -> None:
    """The lines below each header, as far as they belong to it."""
    prose = _sum_prose(lines)
    mark_threads(lines)
    most = MOST_ITEMS if page else MOST_ITEMS // 2
    place = 0
    while place < len(lines):
        header = lines[place]
        place += 1
        if not _opens(header, spaced):
            continue
        end = place
        if spaced and header.kind == COMMENTS:
            small = (prose - _prose_until(lines, place)) * COMMENTS_SHARE < prose
            if small or _heads_comments(lines, place):
                end = _comments_end(lines, place)
            else:
                mark(header, 0, UNMARKED, 0)
        elif spaced:
            end = _spaced_end(lines, place, header.kind, most if _prose_until(lines, place) else 0)
        elif not _heads_prose(lines, place):
            end = _block_end(lines, place, header.kind, MOST_BOX_LINES if one_of(_SHORT_BOXES, header.kind) else most)
        elif header.words == 1:
            mark(header, 0, UNMARKED, 0)
        _mark_rest(lines, place, end, header.kind)
        place = end


@compiled
def _sum_prose(lines: Lines) -> int:
    """Sum up the words of prose, for `_prose_until`; how many there are in all."""
    total = 0
    for place in range(len(lines)):
        total += lines[place].words if lines[place].prose else 0
        lines[place].prose_words = total
    return total


@compiled
def _prose_until(lines: Lines, place: int) -> int:
    """How many words of prose stand above a line."""
    return lines[place - 1].prose_words if place else 0


@compiled
def _opens(line: Any, spaced: bool) -> bool:
    """Whether lines below may belong to a line: it is a header, or the first line of a box."""
    boxed = spaced and not is_weak(line) and line.form != BLOCK and one_of(_OWN_PARAGRAPH, line.kind)
    return line.form == HEAD or boxed


@compiled
def _mark_rest(lines: Lines, first: int, end: int, kind: int) -> None:
    for place in range(first, end):
        if is_weak(lines[place]) and lines[place].words <= LONGEST_BLOCK_LINE:
            mark(lines[place], kind, BLOCK, BY_BLOCK + kind)


@compiled
def _heads_comments(lines: Lines, below: int) -> bool:
    """Whether a header that much prose stands below counts comments, or readers' buttons follow soon."""
    for place in range(below, min(len(lines), below + BUTTONS_WITHIN)):
        if lines[place].form != UNMARKED and lines[place].kind == COMMENTS:
            return True
    return bool(lines[below - 1].digits)


@compiled
def _comments_end(lines: Lines, first: int) -> int:
    """Where comments end: at the next thing of another kind, unless readers' buttons go on below it."""
    end = first
    while end < len(lines) and (is_weak(lines[end]) or one_of(_AMONG_COMMENTS, lines[end].kind)):
        end += 1
    return end


@compiled
def _spaced_end(lines: Lines, first: int, kind: int, most: int) -> int:
    """Where a block ends in a text with blank lines: a box with its paragraph, a list before the next prose."""
    box = one_of(BOXES, kind)
    end = first
    while end < len(lines) and not lines[end].gap and end - first < MOST_BOX_LINES:
        line = lines[end]
        other_head = line.form == HEAD and line.kind != kind
        if other_head or _is_other(lines, end, kind) or (line.prose and not box) or line.words > BOX_WORDS:
            break
        end += 1
    if box and end < len(lines) and not lines[end].gap:
        return end
    if box:
        alone = end == first and lines[first - 1].gap
        return _lone_box_end(lines, first) if alone and most else end
    if kind == ADVERTISEMENT:
        return end
    return _block_end(lines, end, kind, min(most, MOST_BOX_LINES) if one_of(_SHORT_BOXES, kind) else most)


@compiled
def _lone_box_end(lines: Lines, first: int) -> int:
    """A header that stands alone takes the short paragraph below it, when that is no prose."""
    if first >= len(lines) or lines[first].prose or not is_weak(lines[first]):
        return first
    end = first + 1
    return end if end >= len(lines) or lines[end].gap else first


@compiled
def _block_end(lines: Lines, first: int, kind: int, most: int) -> int:
    """Where a list below a header ends: at prose, at another header."""
    end = first
    while end < len(lines) and end - first < most:
        line = lines[end]
        if (line.prose and line.form == UNMARKED) or line.form == HEAD or _is_other(lines, end, kind):
            break
        if line.gap and line.form == UNMARKED and line.sentence:
            return end
        end += 1
    below = end < len(lines) and lines[end].prose and lines[end].form == UNMARKED
    return end - 1 if below and _is_heading(lines, end - 1, first) else end


@compiled
def _is_other(lines: Lines, place: int, kind: int) -> bool:
    """Whether a line below a header belongs to something else: its own words say so, or a menu begins there."""
    line = lines[place]
    if line.form == UNMARKED or line.kind == kind or one_of(_IN_BLOCKS, line.kind):
        return False
    if line.kind == NAVIGATION:
        below = place + 1 < len(lines) and lines[place + 1].form != UNMARKED and lines[place + 1].kind == NAVIGATION
        return below or (not is_weak(line) and one_of(BOXES, kind))
    return not is_weak(line)


@compiled
def _is_heading(lines: Lines, place: int, first: int) -> bool:
    """Whether the last line before prose is a heading of that prose rather than the last link of the block."""
    if place < first or lines[place].form != UNMARKED:
        return False
    if lines[place].gap:
        return True
    for other in range(first, min(len(lines), place + 2)):
        if lines[other].gap:
            return False
    return place > first


@compiled
def _heads_prose(lines: Lines, below: int) -> bool:
    """Whether prose stands right below a header, with prose above it: then the header may be a heading."""
    if below >= len(lines) or not lines[below].prose:
        return False
    for place in range(max(0, below - PROSE_WITHIN), below - 1):
        if lines[place].prose:
            return True
    return False
