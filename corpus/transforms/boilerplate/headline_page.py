"""The lines of a saved page as a headline's neighbours: which of them are the article, dates, or links to others."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.characters import (
    BLANK,
    CLOSER,
    DIGIT,
    ITEM,
    LOUD,
    OPEN_END,
    SECTION,
    SPACE,
    TRAIL,
    Points,
    skip,
    skip_back,
)  # fmt: skip
from corpus.transforms.boilerplate.dates import is_year
from corpus.transforms.boilerplate.marks import (
    BY_BLOCK,
    BY_MODEL_AFTER,
    BY_POST,
    COMMENT_FORM,
    COOKIE_NOTICE,
    COPYRIGHT,
    NEWSLETTER,
    OTHER,
    PAYWALL,
    SOCIAL_EMBED,
    UNMARKED,
    Lines,
    one_of,
)  # fmt: skip
from corpus.transforms.boilerplate.retold import (
    Tally,
    ask_value,
    ask_words,
    clear,
    count_value,
    count_words,
    hash_of,
    may_be_asked,
)
from corpus.transforms.kernels import compiled

MOST_WORDS: Final = 32
REACH: Final = 12
"""So many lines above and below are looked at for the same words."""
DEEPEST: Final = 3
"""A headline has at most one in so many of the article's words above it: further down a line heads a part."""
MOST_NAME_WORDS: Final = 2
MOST_MENU_WORDS: Final = 3
MOST_SENTENCE_WORDS: Final = 14
MOST_LOUD_WORDS: Final = 20
MOST_ROW_WORDS: Final = 40
"""A row of section names, or a headline with the site's name, has at most so many words."""
MOST_DATE_WORDS: Final = 14
MOST_FROM_DAY: Final = 16
"""A year stands so many characters behind its day."""
FEWEST_DIGITS: Final = 5
_MOST_RUN_WORDS: Final = 60
_OUTSIDE: Final = 8
"""What a line that is no prose takes from the article's best run, in words."""
AS_PIECE: Final = np.uint64(0x5851F42D4C957F2D)
"""What the hash of a line is changed by to ask for it as a part of other lines."""
_NEVER: Final = 1 << SOCIAL_EMBED | 1 << COPYRIGHT | 1 << OTHER
_BOXES: Final = 1 << NEWSLETTER | 1 << PAYWALL | 1 << COOKIE_NOTICE | 1 << COMMENT_FORM
_COLON, _BAR, _GREATER, _ANGLE, _QUOTE, _ARROW, _AT = 0x3A, 0x7C, 0x3E, 0x203A, 0xBB, 0x2190, 0x40
_HYPHEN, _EN_DASH, _EM_DASH, _SLASH, _DOT, _YEAR_SIGN, _MIDDLE_DOT, _BULLET = (
    0x2D, 0x2013, 0x2014, 0x2F, 0x2E, 0x5E74, 0xB7, 0x2022,
)  # fmt: skip

VIEW: Final = np.dtype(
    [
        ("key", np.uint64),
        ("key_first", np.int32),
        ("key_last", np.int32),
        ("words", np.int32),
        ("prose", np.int32),
        ("nearest", np.int32),
        ("article", np.bool_),
        ("dated", np.bool_),
        ("alike", np.bool_),
        ("candidate", np.bool_),
    ],
    align=True,
)
"""What a headline's neighbours want to know of a line.

| field | what |
|---|---|
| `key` | hash of its words without marks around them; 0 in long lines |
| `key_first`, `key_last`, `words` | as those of the line, close together for `headline_again` |
| `prose` | words of the article in the lines above it |
| `nearest` | so many lines below it the next line of the article stands; -1 for none |
| `article` | is a paragraph of the article, or a sentence where it has no paragraphs |
| `dated` | is short and holds a date with its year |
| `alike` | has the form of a headline |
| `candidate` | may be the headline |
"""


class Page(NamedTuple):
    """A text on its way to a headline: the buffers of a `label.Scan`, character traits, and room for what is found.

    `views` has an entry for each line (`VIEW`) and one more.
    """

    plain: Points
    folded: Points
    traits: Points
    lines: Lines
    views: npt.NDArray[Any]
    tally: Tally


@compiled
def read_page(page: Page, longest: int) -> int:
    """Fill the views and count all words; the line where the run with most of the article's words starts.

    Whole lines are counted if they have at most `longest` characters.
    """
    lines, views = page.lines, page.views
    _set_article(lines, views)
    words = 0
    for place in range(len(lines)):
        line, view = lines[place], views[place]
        view.prose = words
        words += line.words if view.article else 0
        view.dated = line.words <= MOST_DATE_WORDS and line.digits >= FEWEST_DIGITS and _holds_date(page, line)
        view.alike = _is_alike(line) and not view.dated
        view.key_first, view.key_last, view.words = line.key_first, line.key_last, line.words
    end = views[len(lines)]
    end.key, end.prose, end.alike = 0, words, False
    _set_nearest(views)
    _count(page, longest)
    return _best_start(lines, views)


@compiled
def _set_article(lines: Lines, views: Any) -> None:
    """Find the paragraphs of the article, or the sentences of one that has no paragraphs; where neither stays, the
    paragraphs that were taken out for where they stand.
    """
    found = 0
    for place in range(len(lines)):
        views[place].article = lines[place].prose and lines[place].form == UNMARKED
        found += views[place].article
    if not found:
        for place in range(len(lines)):
            views[place].article = lines[place].sentence and lines[place].form == UNMARKED
            found += views[place].article
    if not found:
        for place in range(len(lines)):
            views[place].article = lines[place].prose


@compiled
def _holds_date(page: Page, line: Any) -> bool:
    """Whether a line holds a day and its year, or a year and the month behind it, in digits."""
    folded, traits, last = page.folded, page.traits, line.folded_last
    day, place = line.first - MOST_FROM_DAY - 1, line.first
    while place < last:
        end = skip(folded, place, last, traits, DIGIT)
        if is_year(folded, place, end, traits):
            goes_on = end + 1 < last and folded[end] in (_HYPHEN, _SLASH, _DOT, _YEAR_SIGN)
            if place - day <= MOST_FROM_DAY or (goes_on and traits[folded[end + 1]] & DIGIT):
                return True
        elif 0 < end - place <= 2:
            day = end
        place = max(end, place + 1)
    return False


@compiled
def _is_alike(line: Any) -> bool:
    """Whether a line has the form of a headline: then its neighbours are perhaps links to other articles."""
    placed = line.form == UNMARKED or line.rule < BY_BLOCK + OTHER + 1
    return placed and MOST_NAME_WORDS < line.words <= MOST_LOUD_WORDS and not line.sentence


@compiled
def _set_nearest(views: Any) -> None:
    """How far below each line the next one of the article stands."""
    below = -1
    for place in range(len(views) - 2, -1, -1):
        views[place].nearest = below
        below = 1 if views[place].article else below + 1 if below > 0 else -1


@compiled
def _count(page: Page, longest: int) -> None:
    """Ask for the lines that may be the headline and for their words, and count them in all lines."""
    folded, traits, tally = page.folded, page.traits, page.tally
    clear(tally)
    for place in range(len(page.lines)):
        line, view = page.lines[place], page.views[place]
        view.key = 0
        if line.words <= MOST_ROW_WORDS and line.key_last - line.key_first <= longest:
            view.key = hash_of(folded, line.key_first, line.key_last)
        view.candidate = _may_be_headline(page, place, longest)
        if view.candidate:
            ask_words(tally, folded, traits, line)
            ask_value(tally, view.key)
            ask_value(tally, view.key ^ AS_PIECE)
            ask_value(tally, hash_of(folded, line.first, line.folded_last) ^ AS_PIECE)
    for place in range(len(page.lines)):
        line, view = page.lines[place], page.views[place]
        count_words(tally, folded, traits, line, place, 1 if view.article else 0)
        if view.key and may_be_asked(tally.filter, view.key):
            count_value(tally, view.key)
        if line.short and line.words <= MOST_ROW_WORDS and line.holds & (SECTION | ITEM):
            _count_pieces(page, line)


@compiled
def _count_pieces(page: Page, line: Any) -> None:
    """Count the parts of rows such as `Home > News > Council` and of `Headline | Site`."""
    folded, traits, last = page.folded, page.traits, line.folded_last
    begin = place = line.first
    while place <= last:
        size = 1 if place == last else 0
        if place < last and traits[folded[place]] & (SECTION | SPACE):
            size = _joint(folded, place, last)
        if size and (place < last or begin > line.first):
            value = _piece(folded, begin, place)
            if may_be_asked(page.tally.filter, value):
                count_value(page.tally, value)
            begin = place + size
        place += max(size, 1)


@compiled
def _piece(folded: Points, first: int, last: int) -> np.uint64:
    """The hash of a part of a row, without blanks around it."""
    while first < last and folded[first] == BLANK:
        first += 1
    while first < last and folded[last - 1] == BLANK:
        last -= 1
    return hash_of(folded, first, last) ^ AS_PIECE


@compiled
def _joint(folded: Points, place: int, last: int) -> int:
    """How long the sign is that joins two parts of a row here: ` | `, `|`, ` :: `, `: ` and the like; 0 for none."""
    point = folded[place]
    if point in (_BAR, _QUOTE, _ANGLE, _GREATER):
        return 1
    if point == _COLON:
        return 2 if place + 1 < last and folded[place + 1] == BLANK else 0
    if point != BLANK or place + 2 >= last:
        return 0
    sign = folded[place + 1]
    if folded[place + 2] == BLANK:
        bars = sign in (_BAR, _QUOTE, _ANGLE, _GREATER, _SLASH, _MIDDLE_DOT, _BULLET)
        return 3 if bars or sign in (_COLON, _EN_DASH, _EM_DASH, _HYPHEN) else 0
    doubled = sign == _COLON == folded[place + 2] and place + 3 < last and folded[place + 3] == BLANK
    return 4 if doubled else 0


@compiled
def _best_start(lines: Lines, views: Any) -> int:
    """Where the run of lines with most of the article's words starts."""
    best = total = start = found = 0
    for place in range(len(lines)):
        total += min(lines[place].words, _MOST_RUN_WORDS) if views[place].article else -_OUTSIDE
        if total <= 0:
            total, start = 0, place + 1
        elif total > best:
            best, found = total, start
    return found


@compiled
def _may_be_headline(page: Page, place: int, longest: int) -> bool:
    """Whether a line may be a headline: not too long, in no menu far above, no part of a list, above an article."""
    line, view = page.lines[place], page.views[place]
    boxed = line.sentence and one_of(_BOXES, line.kind)
    never = boxed or one_of(_NEVER, line.kind) or not is_placed(line.rule)
    if line.form != UNMARKED and never:
        return False
    if line.byline or view.nearest < 0 or line.key_first == line.key_last:
        return False
    if line.last - line.first > longest or line.words > MOST_WORDS:
        return False
    if view.prose * DEEPEST > page.views[len(page.lines)].prose:
        return False
    if view.nearest > REACH and is_in_menu(page.lines, place):
        return False
    if page.traits[page.plain[line.last - 1]] & (OPEN_END | TRAIL) or page.plain[line.first] in (_ARROW, _AT):
        return False
    most = MOST_LOUD_WORDS if is_loud(page, line) else MOST_SENTENCE_WORDS
    return not line.sentence or line.words <= most


@compiled
def is_in_menu(lines: Lines, place: int) -> bool:
    """Whether a line and those right above and below have very few words each."""
    if place == 0 or place + 1 == len(lines):
        return False
    longest = max(lines[place - 1].words, lines[place].words, lines[place + 1].words)
    return bool(longest <= MOST_MENU_WORDS)


@compiled
def is_placed(rule: int) -> bool:
    """Whether a rule takes lines out for where they stand: a headline may be among them."""
    return BY_POST <= rule <= BY_MODEL_AFTER or BY_BLOCK <= rule < BY_BLOCK + OTHER + 1


@compiled
def is_loud(page: Page, line: Any) -> bool:
    """Whether a line ends like a question or an exclamation, or trails off."""
    end = skip_back(page.plain, line.first, line.last, page.traits, CLOSER)
    return bool(end > line.first and page.traits[page.plain[end - 1]] & LOUD)
