"""What one line is by itself: a separator, a date, a byline, a row of share buttons, or a phrase that sites print."""

# ruff: noqa: FBT001, SIM110 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

from typing import Any, Final

from corpus.transforms.boilerplate.characters import (
    AT,
    BLANK,
    DIGIT,
    DOT,
    MARK,
    RULER,
    SPACE,
    Points,
    count_of,
    skip,
    skip_back,
)  # fmt: skip
from corpus.transforms.boilerplate.characters import (
    TRAIL as TRAIL_SIGN,
)
from corpus.transforms.boilerplate.credits import is_mail_address, mark_told, mark_within
from corpus.transforms.boilerplate.cues import mark_cued
from corpus.transforms.boilerplate.dates import (
    ends_with_day,
    ends_with_signed_day,
    holds_full_date,
    holds_named_date,
    is_number,
    is_year,
    next_token,
)
from corpus.transforms.boilerplate.lexicon import (
    COUNTED,
    EMBED_HOST,
    ENDS,
    OF_AGO,
    OF_COMMENTS,
    OF_DATES,
    OF_SHARES,
    SCHEME,
    STARTS,
    WHOLE,
    Lexicon,
    find,
    groups_of,
    phrase_at,
    phrase_inside,
    whole_phrase,
)  # fmt: skip
from corpus.transforms.boilerplate.lines import LONG_WORDS
from corpus.transforms.boilerplate.marks import (
    ADJACENT_LINKS,
    ADVERTISEMENT,
    BY_COMMENT_WORDS,
    BY_DATE,
    BY_EMBED_ADDRESS,
    BY_FIELD,
    BY_HANDLE,
    BY_SEPARATOR,
    BY_SHARE_WORDS,
    BY_TRAIL,
    BYLINE,
    CAPTION,
    COMMENT_FORM,
    COMMENTS,
    DATE,
    DATELINE,
    END,
    HINT,
    IMAGE_CREDIT,
    INSIDE,
    LINE,
    NAVIGATION,
    NEWSLETTER,
    OTHER,
    PAYWALL,
    RELATED_LINKS,
    SEPARATOR,
    SHARE_LINKS,
    SOCIAL_EMBED,
    START,
    TAGS,
    TRAIL,
    UNMARKED,
    Lines,
    mark,
    one_of,
)  # fmt: skip
from corpus.transforms.boilerplate.people import mark_names, name_phrase
from corpus.transforms.kernels import compiled, entry

_HYPHEN, _EN_DASH, _EM_DASH, _LONG_DASH = 0x2D, 0x2013, 0x2014, 0x2015
_GREATER, _BAR, _HASH = 0x3E, 0x7C, 0x23
_OPEN, _CLOSE, _AT, _UNDERSCORE, _EQUALS, _COLON, _SLASH = 0x28, 0x29, 0x40, 0x5F, 0x3D, 0x3A, 0x2F
_STAR, _SIGN, _PERIOD = 0x2A, 0xA9, 0x2E
_COUNTERS: Final = tuple(map(ord, "件条則则回個个개건篇"))
"""Stand behind a number in scripts without blanks."""
MOST_FIELD_WORDS: Final = 5
FEWEST_STARS, MOST_STARS = 2, 6
"""With so many words before the credit, a line is the caption of its picture."""
_EXCLAMATION, _QUESTION, _TILDE = 0x21, 0x3F, 0x7E
_TRAILS: Final = ((0x3E, 2), (0x203A, 2), (0xBB, 2), (0x2F, 3), (0x2192, 3), (0x3C, 3))
"""Signs between section names, and the fewest pieces they make."""
MOST_TRAIL_WORDS: Final = 4
MOST_DATE_WORDS: Final = 16
MOST_DATE_LINE_WORDS: Final = 12
MOST_PLACE_WORDS: Final = 6
"""A place with a day and a month behind it (`Old Quay, 3 May`) is no longer than this."""
FEWEST_DATE_TOKENS, MOST_DATE_TOKENS = 3, 7
"""A line of nothing but a date in numbers has so many of them."""
MOST_CREDIT_WORDS: Final = 12
"""A line with a credit in it that is longer than this is the caption itself."""
SHORTEST_UNDERLINE: Final = 3
_FEWEST_DIGITS: Final = 3
"""A date has so many digits, or more."""

_OF_SHORT_LINES: Final = (
    1 << RELATED_LINKS | 1 << ADJACENT_LINKS | 1 << DATELINE | 1 << BYLINE | 1 << TAGS | 1 << NAVIGATION
    | 1 << SHARE_LINKS
)  # fmt: skip
"""Kinds of which a line that reads like prose is seldom one."""
_OF_FIELDS: Final = (
    1 << COMMENT_FORM | 1 << COMMENTS | 1 << NEWSLETTER | 1 << BYLINE | 1 << NAVIGATION | 1 << SHARE_LINKS
)
_OF_BOXES: Final = (
    1 << NEWSLETTER | 1 << PAYWALL | 1 << COMMENTS | 1 << COMMENT_FORM | 1 << ADVERTISEMENT | 1 << OTHER | 1 << CAPTION
)  # fmt: skip
"""Kinds of which a long paragraph is seldom one."""


@entry
def mark_lines(plain: Points, folded: Points, lexicon: Lexicon, lines: Lines) -> None:
    """Mark every line with what it is by itself; forms `hint`, `name`, `date` and `trail` still depend on its place."""
    for place in range(len(lines)):
        line = lines[place]
        mark(line, 0, UNMARKED, 0)
        if line.short and not (place and not line.gap and is_underline(line, plain)):
            _mark_line(line, plain, folded, lexicon)
    mark_names(plain, folded, lexicon, lines)


@compiled
def _mark_line(line: Any, plain: Points, folded: Points, lexicon: Lexicon) -> None:
    """A phrase, or a line made like a date, a byline or a trail; the phrase counts for less if it is only a hint."""
    size = line.key_last - line.key_first
    if size == 0 or (size == 1 and lexicon.traits[folded[line.key_first]] & RULER):
        _mark_bare(line, plain, folded, lexicon)
        if line.form == UNMARKED:
            _mark_phrase(line, phrase_inside(lexicon, folded, line.first, line.folded_last, line.words), lexicon)
        return
    number = _phrase_of(line, folded, lexicon)
    _mark_phrase(line, number, lexicon)
    _mark_shape(line, plain, folded, lexicon)
    if line.form == UNMARKED:
        number = phrase_inside(lexicon, folded, line.first, line.folded_last, line.words)
        _mark_phrase(line, number, lexicon)
        if number < 0:
            mark_within(line, folded, lexicon)
            if line.form == UNMARKED:
                mark_cued(line, folded, lexicon)
    if number >= 0 and line.kind == IMAGE_CREDIT and (line.form == INSIDE or line.form == END):
        mark_told(line, folded, number, lexicon)
    if line.kind == COMMENTS and line.form == END:
        line.form = HINT
    line.byline = line.kind == BYLINE and line.form not in (UNMARKED, HINT)
    if line.words <= MOST_FIELD_WORDS and folded[line.folded_last - 1] == _STAR:
        _mark_field(line)


@compiled
def _phrase_of(line: Any, folded: Points, lexicon: Lexicon) -> int:
    """The phrase that a line is, begins with or ends with; -1 if none."""
    number = whole_phrase(lexicon, folded, line)
    if number < 0:
        number = _counted_phrase(line, folded, lexicon)
    if number < 0 or lexicon.entries[number].form == HINT:
        part = phrase_at(lexicon, STARTS, folded, line.first, line.folded_last, line.words)
        if part < 0:
            part = phrase_at(lexicon, ENDS, folded, line.first, line.folded_last, line.words)
        number = part if part >= 0 else number
    return number


@compiled
def _mark_shape(line: Any, plain: Points, folded: Points, lexicon: Lexicon) -> None:
    """What a line is made like, where no phrase says more: a byline, a date, a trail."""
    if line.form == UNMARKED or line.form == HINT:
        _mark_made(line, plain, folded, lexicon)
    elif line.kind == DATELINE and line.form == START:
        _mark_phrase(line, name_phrase(line, plain, folded, lexicon), lexicon)
    if line.form == UNMARKED and not line.closed and holds_date(line, plain, folded, lexicon):
        mark(line, DATELINE, DATE, BY_DATE)


@compiled
def _counted_phrase(line: Any, folded: Points, lexicon: Lexicon) -> int:
    """The phrase behind a number (`3 thoughts on`), or before a number and its counter (`コメント12件`); else -1."""
    traits = lexicon.traits
    if traits[folded[line.first]] & DIGIT:
        return phrase_at(lexicon, COUNTED, folded, line.key_first, line.folded_last, line.words)
    last = line.key_last - 1
    if (
        line.digits
        and last > line.key_first
        and folded[last] in _COUNTERS
        and traits[folded[last - 1]] & (DIGIT | SPACE)
    ):
        last = skip_back(folded, line.key_first, last, traits, MARK)
        return find(lexicon, WHOLE, folded, line.key_first, last - line.key_first)
    return -1


@compiled
def _mark_field(line: Any) -> None:
    """Fields of a form that must be filled in: `Name *`."""
    if line.form == UNMARKED:
        mark(line, COMMENT_FORM, HINT, BY_FIELD)
    elif one_of(_OF_FIELDS, line.kind):
        mark(line, COMMENT_FORM, LINE, BY_FIELD)


@compiled
def _mark_phrase(line: Any, number: int, lexicon: Lexicon) -> None:
    if number >= 0:
        entry = lexicon.entries[number]
        mark(line, entry.kind, entry.form, entry.rule)


@compiled
def _mark_bare(line: Any, plain: Points, folded: Points, lexicon: Lexicon) -> None:
    """A line of marks and digits: a ruler, a date in numbers, or nothing that can be told."""
    traits = lexicon.traits
    if skip(plain, line.first, line.last, traits, RULER) == line.last:
        if skip(plain, line.first, line.last, traits, DOT) != line.last and not _is_rating(line, plain):
            mark(line, SEPARATOR, LINE, BY_SEPARATOR)
        return
    number = phrase_at(lexicon, STARTS, folded, line.first, line.folded_last, line.words)
    if number >= 0:
        _mark_phrase(line, number, lexicon)
        return
    tokens = years = 0
    begin, end = next_token(folded, line.first, line.folded_last, traits)
    while begin < end:
        tokens += 1
        year = is_year(folded, begin, end, traits)
        years += year
        if not (year or (end - begin <= 2 and is_number(lexicon, folded, begin, end))):
            return
        begin, end = next_token(folded, end, line.folded_last, traits)
    if years and FEWEST_DATE_TOKENS <= tokens <= MOST_DATE_TOKENS:
        mark(line, DATELINE, DATE, BY_DATE)


@compiled
def _is_rating(line: Any, plain: Points) -> bool:
    """Whether a line of signs is a review's number of stars."""
    stars = 0
    for place in range(line.first, line.last):
        stars += plain[place] == 0x2605 or plain[place] == 0x2606
    return FEWEST_STARS <= stars <= MOST_STARS and stars == line.last - line.first


@compiled
def _mark_made(line: Any, plain: Points, folded: Points, lexicon: Lexicon) -> None:
    """A line that is made of words of one list, of a phrase and a name, or of section names."""
    if line.address and _is_embed_address(line, plain, folded, lexicon):
        mark(line, SOCIAL_EMBED, LINE, BY_EMBED_ADDRESS)
    elif line.holds & AT and is_mail_address(line, folded, lexicon.traits):
        mark(line, BYLINE, HINT, BY_HANDLE)
    elif line.words > MOST_DATE_WORDS or not _mark_words(line, folded, lexicon):
        number = name_phrase(line, plain, folded, lexicon)
        if number >= 0:
            _mark_phrase(line, number, lexicon)
        elif not line.closed and line.words <= MOST_DATE_WORDS and line.holds & TRAIL_SIGN and _is_trail(line, plain):
            mark(line, NAVIGATION, TRAIL, BY_TRAIL)


@compiled
def _mark_words(line: Any, folded: Points, lexicon: Lexicon) -> bool:
    """Mark a line that is made of dates, or of names of networks, and of nothing else; whether it is one."""
    common = OF_DATES | OF_SHARES | OF_COMMENTS
    tokens = words = 0
    begin, end = next_token(folded, line.first, line.folded_last, lexicon.traits)
    while begin < end and common:
        tokens += 1
        if not is_number(lexicon, folded, begin, end):
            words += 1
            groups = groups_of(lexicon, folded, begin, end)
            common &= groups | OF_DATES if groups & OF_AGO else groups
        begin, end = next_token(folded, end, line.folded_last, lexicon.traits)
    if tokens > MOST_DATE_WORDS:
        return False
    if common & OF_DATES and tokens >= 2 and words < tokens:
        mark(line, DATELINE, DATE, BY_DATE)
    elif common & OF_SHARES and words:
        mark(line, SHARE_LINKS, LINE if words > 1 else HINT, BY_SHARE_WORDS)
    elif common & OF_COMMENTS and words:
        mark(line, COMMENTS, LINE if words > 1 else HINT, BY_COMMENT_WORDS)
    else:
        return False
    return True


@compiled
def _is_trail(line: Any, plain: Points) -> bool:
    """Whether a line is a row of section names from the front page down to this one: `Home > News > Council`."""
    for sign, fewest in _TRAILS:
        pieces, blanks, most = 1, 0, 0
        place = line.first
        while place < line.last:
            parts = place + 2 < line.last and plain[place] == BLANK and plain[place + 1] == sign
            if parts and plain[place + 2] == BLANK:
                pieces += 1
                most = max(most, blanks)
                blanks = 0
                place += 3
            else:
                blanks += plain[place] == BLANK
                place += 1
        if pieces >= fewest and max(most, blanks) < MOST_TRAIL_WORDS:
            return True
    return False


@compiled
def holds_date(line: Any, plain: Points, folded: Points, lexicon: Lexicon) -> bool:
    """Whether a short line holds a whole date among other words (`12.03.2024 by Ada`, `Ada | 3 May 2024, 10:15`)."""
    if line.words > MOST_DATE_LINE_WORDS or not line.digits or _is_item(line, plain):
        return False
    if ends_with_signed_day(folded, line.first, line.folded_last, lexicon.traits):
        return True
    if line.digits < _FEWEST_DIGITS:
        return line.words <= MOST_PLACE_WORDS and ends_with_day(lexicon, folded, line.first, line.folded_last)
    return holds_full_date(folded, line.first, line.folded_last, lexicon.traits) or holds_named_date(
        lexicon, folded, line.first, line.folded_last
    )


@compiled
def _is_item(line: Any, plain: Points) -> bool:
    """Whether a line is an entry of a list."""
    if not line.item or line.last - line.first < 2 or plain[line.first + 1] != BLANK:
        return False
    sign = plain[line.first]
    return sign not in (_GREATER, _BAR, _HASH, _EM_DASH)


@compiled
def is_underline(line: Any, plain: Points) -> bool:
    """Whether the line may underline a Markdown heading above it."""
    sign = plain[line.first]
    if line.last - line.first < SHORTEST_UNDERLINE or (sign != _EQUALS and sign != _HYPHEN):
        return False
    return bool(count_of(plain, line.first, line.last, sign) == line.last - line.first)


@compiled
def _is_embed_address(line: Any, plain: Points, folded: Points, lexicon: Lexicon) -> bool:
    """Whether a line is nothing but the address of a post or a film."""
    host = line.first
    while host < line.folded_last and folded[host] != _COLON:
        host += 1
    host += 3
    end = host
    while end < line.folded_last and folded[end] != _SLASH:
        end += 1
    if end + 1 >= line.folded_last or not groups_of(lexicon, folded, host, end) & EMBED_HOST:
        return False
    if groups_of(lexicon, folded, line.first, host) & SCHEME == 0:
        return False
    for place in range(end + 1, line.folded_last):
        if not _EXCLAMATION <= folded[place] <= _TILDE:
            return False
    return True


@compiled
def doubt(lines: Lines, page: bool) -> None:
    """Weaken marks of lines that are paragraphs as an article may have them; a credit in a caption is a caption.

    On a whole saved page more lines are what they begin with.
    """
    for line in lines:
        if line.kind == IMAGE_CREDIT and line.form != UNMARKED and line.words > MOST_CREDIT_WORDS:
            line.kind = CAPTION
            if line.words >= LONG_WORDS:
                line.form = HINT
        elif line.form == INSIDE and (line.kind == BYLINE or (line.kind == PAYWALL and line.prose and not page)):
            line.form = HINT
        elif line.prose and (line.form == START or line.form == END):
            boxed = one_of(_OF_BOXES, line.kind)
            if one_of(_OF_SHORT_LINES, line.kind) or (boxed and (not page or line.words >= LONG_WORDS)):
                line.form = HINT
