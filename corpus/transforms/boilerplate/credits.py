"""Who made a picture or wrote a post, told within a line: captions with a credit at their end, accounts in brackets."""

from __future__ import annotations

from typing import Any, Final

from corpus.transforms.boilerplate.characters import AT, BLANK, DIGIT, RULER, SENTENCE_END, SPACE, Points, equal
from corpus.transforms.boilerplate.lexicon import STARTS, Lexicon, phrase_at
from corpus.transforms.boilerplate.marks import (
    BY_CREDIT,
    BY_HANDLE,
    CAPTION,
    END,
    HINT,
    IMAGE_CREDIT,
    LINE,
    SOCIAL_EMBED,
    mark,
)  # fmt: skip
from corpus.transforms.kernels import compiled

_HYPHEN, _EN_DASH, _LONG_DASH = 0x2D, 0x2013, 0x2015
_OPEN, _CLOSE, _AT, _UNDERSCORE, _DOT = 0x28, 0x29, 0x40, 0x5F, 0x2E
_BAR, _SLASH, _SIGN = 0x7C, 0x2F, 0xA9
FEWEST_CAPTION_WORDS, MOST_CAPTION_WORDS = 4, 45
LONG_CAPTION_WORDS: Final = 18
"""A caption with so many words and a credit at its end may as well be a paragraph."""
FEWEST_TOLD: Final = 3
LONGEST_SIGNED: Final = 40
"""A name behind a © is no longer than this."""
LONGEST_NAME, LONGEST_ACCOUNT = 80, 20


@compiled
def mark_told(line: Any, folded: Points, number: int, lexicon: Lexicon) -> None:
    """Take a line with a credit in it for a caption when it tells something before that."""
    entry = lexicon.entries[number]
    begin = line.folded_last - entry.size
    while begin > line.first and not equal(lexicon.points, entry.begin, folded, begin, entry.size):
        begin -= 1
    words = 0
    for place in range(line.first, begin):
        words += folded[place] == BLANK
    if words >= FEWEST_TOLD or (line.unspaced and begin - line.first > 2 * FEWEST_TOLD):
        line.kind = CAPTION
        if line.words >= LONG_CAPTION_WORDS:
            line.form = HINT


@compiled
def mark_within(line: Any, folded: Points, lexicon: Lexicon) -> None:
    """A line that no phrase names as a whole: a caption with a credit at its end, or a post's account in brackets."""
    if line.words > MOST_CAPTION_WORDS or line.words < FEWEST_CAPTION_WORDS:
        return
    for place in range(line.first + 1, line.folded_last - 2):
        if folded[place] != BLANK or lexicon.traits[folded[place + 1]] & DIGIT:
            continue
        if line.holds & AT and not line.closed and _is_account(folded, place + 1, line.folded_last):
            mark(line, SOCIAL_EMBED, LINE, BY_HANDLE)
            return
        if folded[place + 1] == _SIGN and not line.digits and line.folded_last - place <= LONGEST_SIGNED:
            mark(line, CAPTION, LINE, BY_CREDIT)
            return
        if not _parts_credit(folded[place - 1], folded[place + 1], lexicon.traits):
            continue
        number = phrase_at(lexicon, STARTS, folded, place + 1, line.folded_last, line.words)
        if number >= 0 and lexicon.entries[number].kind == IMAGE_CREDIT:
            form = END if line.words < LONG_CAPTION_WORDS else HINT
            mark(line, CAPTION, form, lexicon.entries[number].rule)
            return


@compiled
def is_mail_address(line: Any, folded: Points, traits: Points) -> bool:
    """Whether a line is nothing but an address for letters, as authors leave it."""
    ats = dots = 0
    for place in range(line.first, line.folded_last):
        point = folded[place]
        if traits[point] & SPACE:
            return False
        ats += point == _AT
        dots += ats and point == _DOT
    return ats == 1 and dots > 0 and folded[line.first] != _AT


@compiled
def _parts_credit(before: int, after: int, traits: Points) -> bool:
    """Whether a credit may begin at `after`, with a blank and `before` in front of it."""
    return bool(traits[before] & (SENTENCE_END | RULER) or before in (_BAR, _SLASH, _CLOSE) or after in (_OPEN, _SIGN))


@compiled
def _is_account(folded: Points, first: int, last: int) -> bool:
    """Whether the name of an account stands in brackets: `(@quay.news)`."""
    if first + 2 >= last or folded[first] != _OPEN or folded[first + 1] != _AT:
        return False
    end = first + 2
    while end < last and (folded[end] in (_UNDERSCORE, _DOT) or _is_latin(folded[end])):
        end += 1
    return 0 < end - first - 2 <= LONGEST_ACCOUNT and end < last and folded[end] == _CLOSE


@compiled
def is_attribution(line: Any, plain: Points, traits: Points) -> bool:
    """Whether the line is the last one of an embedded post: a dash, a name, the account in brackets, a date."""
    place = line.first
    dash = plain[place]
    if not (line.short and line.holds & AT and (_EN_DASH <= dash <= _LONG_DASH or dash == _HYPHEN)):
        return False
    place += 1
    place += dash == _HYPHEN and place < line.last and plain[place] == _HYPHEN
    place += place < line.last and plain[place] == BLANK
    for begin in range(line.first + 1, min(line.last - 1, place + LONGEST_NAME + 1)):
        if _is_account(plain, begin, line.last):
            return True
    return False


@compiled
def _is_latin(point: int) -> bool:
    """Whether a character is one of A-Z, a-z and 0-9."""
    return 0x30 <= point <= 0x39 or 0x41 <= point <= 0x5A or 0x61 <= point <= 0x7A
