"""Bylines: a phrase and a name, or a name that stands alone between a title and an article, and the role below it."""

from __future__ import annotations

from typing import Any, Final

from corpus.transforms.boilerplate.characters import BLANK, DIGIT, LOWER, TAB, UPPER, Points
from corpus.transforms.boilerplate.lexicon import (
    NAMES,
    OF_DATES,
    OF_GIVEN,
    OF_NAMES,
    PARTICLE,
    Lexicon,
    groups_of,
    phrase_at,
)  # fmt: skip
from corpus.transforms.boilerplate.marks import (
    BY_NAME,
    BYLINE,
    DATELINE,
    HINT,
    IMAGE_CREDIT,
    NAME,
    OTHER,
    SHARE_LINKS,
    UNMARKED,
    Lines,
    mark,
    one_of,
)  # fmt: skip
from corpus.transforms.kernels import compiled

_COMMA, _DOT, _COLON = 0x2C, 0x2E, 0x3A
_HYPHEN, _EN_DASH, _EM_DASH = 0x2D, 0x2013, 0x2014
_EXCLAMATION, _QUESTION = 0x21, 0x3F
FEWEST_NAMES, MOST_NAMES = 2, 5
"""A full name has so many words."""
MOST_ROLE_WORDS: Final = 8
MOST_PROSE: Final = 1
"""A name below more prose than a summary of so many lines stands in the article."""
_BESIDE_NAMES: Final = 1 << DATELINE | 1 << BYLINE | 1 << IMAGE_CREDIT | 1 << SHARE_LINKS | 1 << OTHER


@compiled
def mark_names(plain: Points, folded: Points, lexicon: Lexicon, lines: Lines) -> None:
    """Bylines of nothing but a name above an article, and the line right below that tells the author's role."""
    prose = 0
    for place in range(1, len(lines)):
        if prose > MOST_PROSE:
            return
        line = lines[place]
        prose += line.prose and line.form == UNMARKED
        if line.form != UNMARKED or line.prose:
            continue
        if _is_signature(plain, folded, lexicon, lines, place) or _is_role(folded, lexicon, lines, place):
            mark(line, BYLINE, NAME, BY_NAME)


@compiled
def _is_signature(plain: Points, folded: Points, lexicon: Lexicon, lines: Lines, place: int) -> bool:
    """Whether a line is a name below a title: a given name begins it, and prose, a date, a credit or a role follows."""
    line = lines[place]
    words = _name_words(plain, folded, lexicon, line)
    if line.heading or line.item or not FEWEST_NAMES <= words <= MOST_NAMES or lines[place - 1].closed:
        return False
    if place + 1 >= len(lines):
        return False
    below = lines[place + 1]
    if not _begins_given(folded, lexicon, line):
        return False
    return (
        below.prose or (below.form != UNMARKED and one_of(_BESIDE_NAMES, below.kind)) or below.words <= MOST_ROLE_WORDS
    )


@compiled
def _name_words(plain: Points, folded: Points, lexicon: Lexicon, line: Any) -> int:
    """How many words the name has that a line is, up to a comma with a role behind it; 0 if it is none."""
    if not line.short or (line.closed and plain[line.last - 1] != _DOT):
        return 0
    words = 0
    place = line.first
    while place < line.last:
        end = place
        while end < line.last and plain[end] != BLANK:
            end += 1
        comma = end > place and plain[end - 1] == _COMMA
        if not _is_name_word(plain, folded, lexicon, place, end - comma):
            return 0
        words += 1
        if comma:
            return words if _holds_role(folded, lexicon, end, line.folded_last) else 0
        place = end + 1
    return words


@compiled
def _is_name_word(plain: Points, folded: Points, lexicon: Lexicon, first: int, last: int) -> bool:
    """Whether a word begins with a capital and has no digits, or stands between names."""
    if first >= last:
        return False
    for place in range(first, last):
        if lexicon.traits[plain[place]] & DIGIT:
            return False
    if lexicon.traits[plain[first]] & UPPER:
        return bool(plain[last - 1] != _DOT or last - first <= 3)
    small = lexicon.traits[plain[first]] & LOWER != 0
    return small and groups_of(lexicon, folded, first, last) & PARTICLE != 0


@compiled
def _begins_given(folded: Points, lexicon: Lexicon, line: Any) -> bool:
    """Whether the first word of a line is a given name."""
    end = line.first
    while end < line.folded_last and folded[end] != BLANK:
        end += 1
    return groups_of(lexicon, folded, line.first, end) & OF_GIVEN != 0


@compiled
def _holds_role(folded: Points, lexicon: Lexicon, first: int, last: int) -> bool:
    """Whether one of the words from a place on is said of people who write: `editor`, `correspondent`."""
    place = first
    while place < last:
        end = place
        while end < last and folded[end] not in (BLANK, _COMMA):
            end += 1
        if end - place > 2 and groups_of(lexicon, folded, place, end) & OF_NAMES:
            return True
        place = end + 1
    return False


@compiled
def _is_role(folded: Points, lexicon: Lexicon, lines: Lines, place: int) -> bool:
    """Whether a line below a byline says what its author does."""
    line, above = lines[place], lines[place - 1]
    if above.form in (UNMARKED, HINT) or above.kind != BYLINE or line.words > MOST_ROLE_WORDS or line.closed:
        return False
    return _holds_role(folded, lexicon, line.first, line.folded_last)


@compiled
def name_phrase(line: Any, plain: Points, folded: Points, lexicon: Lexicon) -> int:
    """The phrase of a byline: such as "By", then words that all look like parts of a name; -1 if it is none."""
    traits = lexicon.traits
    number = phrase_at(lexicon, NAMES, folded, line.first, line.folded_last, line.words)
    end = plain[line.last - 1]
    if number < 0 or end in (_QUESTION, _EXCLAMATION):
        return -1
    first = line.first + lexicon.entries[number].size
    last = line.last
    while first < last and _is_name_edge(plain[first]):
        first += 1
    while first < last and _is_name_edge(plain[last - 1]):
        last -= 1
    words = small = 0
    place = first
    while place < last:
        words += 1
        end = place
        while end < last and plain[end] != BLANK:
            end += 1
        if (
            words > 1
            and place < end
            and (traits[plain[place]] & DIGIT or groups_of(lexicon, folded, place, end) & OF_DATES)
        ):
            break
        if place < end and traits[plain[place]] & LOWER:
            small += groups_of(lexicon, folded, place, end) & (PARTICLE | OF_NAMES) == 0
        place = end + 1
    return number if words and small * 4 <= words else -1


@compiled
def _is_name_edge(point: int) -> bool:
    """Whether a character parts a phrase from the name behind it."""
    return point in (BLANK, TAB, _COLON, _HYPHEN, _EN_DASH, _EM_DASH)
