"""What is so about a line that may be a headline: whole-number facts, learnt weights of which make its score.

Times whole numbers from `corpus/data/headline.json` they make a sum (see `headline.choose`), learnt by
`benchmarks/train_headline.py`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.characters import (
    AT,
    BLANK,
    COMMA,
    DIGIT,
    LIST_SIGN,
    LOWER,
    SECTION,
    SLASH,
    Points,
    count_of,
    equal,
    skip,
)  # fmt: skip
from corpus.transforms.boilerplate.headline_page import (
    AS_PIECE,
    MOST_ROW_WORDS,
    REACH,
    Page,
    is_in_menu,
    is_loud,
)  # fmt: skip
from corpus.transforms.boilerplate.marks import (
    ADJACENT_LINKS,
    BYLINE,
    CAPTION,
    COMMENTS,
    DATELINE,
    IMAGE_CREDIT,
    RELATED_LINKS,
    SEPARATOR,
    SHARE_LINKS,
    UNMARKED,
    one_of,
)  # fmt: skip
from corpus.transforms.boilerplate.retold import hash_of, seen
from corpus.transforms.kernels import compiled

Facts = npt.NDArray[Any]
"""Records of `FACTS`, one a line."""

_FORM: Final = (
    "words_1", "words_2", "words_3", "words_5", "words_9", "words_14", "words_20", "words_more", "list", "slash",
    "trail", "colon", "comma", "lower", "upper", "full_stop", "sentence", "digits", "digit_first", "address", "name",
    "date", "out", "caption",
)  # fmt: skip
_POSITION: Final = (
    "top", "depth", "below_prose", "below_some", "below_more", "below_much", "inside", "inside_3", "inside_10",
    "above_12", "next_3", "next_12", "next_25", "follows_soon", "follows",
)  # fmt: skip
_WORDS: Final = (
    "told", "told_often", "told_words", "told_soon", "told_never", "frequent", "echo_above", "echo_below",
)  # fmt: skip
_AGAIN: Final = (
    "same_2", "same_3", "same_5", "same_next", "piece", "ends_longer", "starts_longer", "ends_with_other",
    "starts_with_other",
)  # fmt: skip
_AROUND: Final = (
    "byline_3", "byline_6", "date_1", "date_6", "share_3", "share_6", "comments_6", "credit_3", "rule_below", "signed",
    "date_above", "links_above", "alike_above", "alike_below", "same_length",
    "menu", "kicker", "longer_below", "shorter_above", "long_above", "long_below",
)  # fmt: skip

FACTS: Final = np.dtype([(name, np.int8) for name in (*_FORM, *_POSITION, *_WORDS, *_AGAIN, *_AROUND)])
"""The facts about a line; shares are counted in eighths. See `docs/decisions/0012-titles.md`."""

EIGHTHS: Final = 8
NEAR, FAR = 3, 6
_ABOVE, _BELOW = 4, 6
_SHORTEST_OTHER: Final = 5
_LONG_BESIDE: Final = 3
_MOST_TIMES: Final = 4
_SOON, _LATER = 16, 41
_SOON_WORDS, _LATER_WORDS = 150, 300
_SIGNED: Final = 1 << BYLINE | 1 << DATELINE | 1 << SHARE_LINKS | 1 << IMAGE_CREDIT
_LINKED: Final = 1 << RELATED_LINKS | 1 << ADJACENT_LINKS
_CREDITS: Final = 1 << IMAGE_CREDIT | 1 << CAPTION
_COLON, _OPENING, _CLOSING, _DOT, _BRACKET, _HASH, _SLASH = 0x3A, 0xAB, 0xBB, 0x2E, 0x29, 0x23, 0x2F
_HYPHEN, _EN_DASH, _W, _OPEN = 0x2D, 0x2013, 0x77, 0x28


@compiled
def set_facts(page: Page, place: int, start: int, soon: int, facts: Any) -> None:
    """Fill in a line's facts, which are all 0; `start` is where the article's best run starts (see `read_page`).

    Lines further down have been told to their words (`tell_below`); words down to line `soon` stand soon below.
    """
    _set_form(page, place, facts)
    _set_position(page, place, start, facts)
    _set_words(page, place, soon, facts)
    _set_again(page, place, facts)
    _set_said(page, place, facts)
    _set_around(page, place, facts)


@compiled
def tell_below(page: Page, place: int) -> None:
    """Note for the words of a line that it has them, for the lines above it."""
    tally = page.tally
    for at in range(tally.begins[place], tally.begins[place + 1]):
        tally.counts[tally.words[at]].below = place


@compiled
def _set_form(page: Page, place: int, facts: Any) -> None:
    """What the line itself looks like."""
    line, plain, traits = page.lines[place], page.plain, page.traits
    _set_width(line.words, facts)
    facts.list = is_list_item(line, plain, traits) or plain[line.first] in (_HASH, _OPEN, _SLASH, _DOT)
    facts.slash = line.holds & SLASH != 0
    facts.trail = line.holds & SECTION != 0 and _has_sections(line, plain, traits)
    facts.colon = colons(line, plain) > 0
    facts.comma = line.holds & COMMA != 0
    facts.lower = line.lower
    facts.upper = line.uppers > 0 and line.holds & LOWER == 0
    facts.full_stop = line.closed and not is_loud(page, line)
    facts.sentence = line.sentence
    facts.digits = line.digits * 4 > line.last - line.first
    facts.digit_first = traits[plain[line.first]] & DIGIT != 0
    facts.address = line.holds & AT != 0 or line.address or _has_host(line, plain)
    facts.name = 1 <= line.blanks <= 2 and line.capitals == line.blanks + 1
    facts.date = page.views[place].dated
    facts.out = line.form != UNMARKED
    facts.caption = line.form != UNMARKED and line.kind == CAPTION


@compiled
def _set_width(words: int, facts: Any) -> None:
    """How many words a line has: one of these facts is so."""
    facts.words_1 = words == 1
    facts.words_2 = words == 2
    facts.words_3 = words == 3
    facts.words_5 = 3 < words <= 5
    facts.words_9 = 5 < words <= 9
    facts.words_14 = 9 < words <= 14
    facts.words_20 = 14 < words <= 20
    facts.words_more = words > 20


@compiled
def is_list_item(line: Any, plain: Points, traits: Points) -> bool:
    """Whether a line begins like an entry of a list: with a sign, an open quote, or a number and a dot."""
    sign = plain[line.first]
    if traits[sign] & LIST_SIGN:
        return True
    if sign == _OPENING:
        return count_of(plain, line.first, line.last, _CLOSING) == 0
    end = skip(plain, line.first, line.last, traits, DIGIT)
    return bool(line.first < end < line.last and plain[end] in (_DOT, _BRACKET))


@compiled
def _has_sections(line: Any, plain: Points, traits: Points) -> bool:
    """Whether signs with blanks around them part a line, as they part a headline from the site's name."""
    for place in range(line.first + 1, line.last - 1):
        if plain[place - 1] != BLANK or not traits[plain[place]] & SECTION:
            continue
        after = place + 1
        if plain[place] == _COLON:
            if plain[after] != _COLON:
                continue
            after += 1
        if after < line.last and plain[after] == BLANK:
            return True
    return False


@compiled
def colons(line: Any, plain: Points) -> int:
    """How many colons with a blank behind them a line has."""
    count = 0
    for place in range(line.first, line.last - 1):
        count += plain[place] == _COLON and plain[place + 1] == BLANK
    return count


@compiled
def _has_host(line: Any, plain: Points) -> bool:
    """Whether a line holds `www.`."""
    for place in range(line.first, line.last - 3):
        if plain[place] == plain[place + 1] == plain[place + 2] == _W and plain[place + 3] == _DOT:
            return True
    return False


@compiled
def _set_position(page: Page, place: int, start: int, facts: Any) -> None:
    """Where the line stands: before the article, near its paragraphs, and how much of them follows soon."""
    views, count = page.views, len(page.lines)
    total, before, nearest = views[count].prose, views[place].prose, views[place].nearest
    facts.top = place < 3
    bits = 0
    while bits < EIGHTHS and place >> bits:
        bits += 1
    facts.depth = bits
    facts.below_prose = before > 0
    facts.below_some = before * 20 > total
    facts.below_more = before * 7 > total
    facts.below_much = before * 5 > total * 2
    facts.inside = place >= start
    facts.inside_3 = place - start >= 3
    facts.inside_10 = place - start >= 10
    facts.above_12 = 0 < start - place <= REACH
    facts.next_3 = nearest <= 3
    facts.next_12 = nearest <= REACH
    facts.next_25 = nearest <= 25
    soon = views[min(count, place + _SOON)].prose - views[place + 1].prose
    later = views[min(count, place + _LATER)].prose - views[place + 1].prose
    facts.follows_soon = min(EIGHTHS, soon * EIGHTHS // _SOON_WORDS)
    facts.follows = min(EIGHTHS, later * EIGHTHS // _LATER_WORDS)


@compiled
def _set_words(page: Page, place: int, soon: int, facts: Any) -> None:
    """How many of the line's words the article tells again, and how often; and whether its neighbours do."""
    tally = page.tally
    told = often = near = frequent = 0
    first, last = tally.begins[place], tally.begins[place + 1]
    for at in range(first, last):
        count = tally.counts[tally.words[at]]
        told += count.told > 0
        often += min(count.told, _MOST_TIMES)
        frequent += min(count.seen - 1, _MOST_TIMES)
        near += place < count.below <= soon
    of = last - first + 1
    facts.told = told * EIGHTHS // of
    facts.told_often = often * (EIGHTHS // _MOST_TIMES) // of
    facts.told_words = min(told, EIGHTHS)
    facts.told_soon = near * EIGHTHS // of
    facts.told_never = of > 1 and told == 0
    facts.frequent = frequent * (EIGHTHS // _MOST_TIMES) // of
    if of > 1:
        count = len(page.lines)
        facts.echo_above = _shared(page, place, max(0, place - _ABOVE), place) * EIGHTHS // of
        facts.echo_below = _shared(page, place, place + 1, min(count, place + 1 + _BELOW)) * EIGHTHS // of


@compiled
def _shared(page: Page, place: int, first: int, last: int) -> int:
    """How many of a line's words stand in lines[first:last], but for those that print the same words."""
    tally = page.tally
    shared = 0
    own = tally.words[tally.begins[place] : tally.begins[place + 1]]
    for word in own:
        tally.counts[word].line = -1
    for other in range(first, last):
        if page.views[other].key == page.views[place].key:
            continue
        for at in range(tally.begins[other], tally.begins[other + 1]):
            count = tally.counts[tally.words[at]]
            shared += count.line == -1
            count.line = 0
    for word in own:
        tally.counts[word].line = 0
    return shared


@compiled
def _set_again(page: Page, place: int, facts: Any) -> None:
    """Whether the line is printed again, alone or as part of a longer line; and whether it is that longer line."""
    lines, views, folded = page.lines, page.views, page.folded
    line = lines[place]
    key = views[place].key
    same = seen(page.tally, key)
    facts.same_2 = same >= 2
    facts.same_3 = same >= 3
    facts.same_5 = same >= 5
    facts.same_next = (place > 0 and views[place - 1].key == key) or views[place + 1].key == key
    part = seen(page.tally, hash_of(folded, line.first, line.folded_last) ^ AS_PIECE)
    facts.piece = part > 0 or seen(page.tally, key ^ AS_PIECE) > 0
    for other in range(max(0, place - REACH), min(len(lines), place + REACH + 1)):
        if other != place:
            _compare(folded, views[place], views[other], facts)


@compiled
def _compare(folded: Points, line: Any, other: Any, facts: Any) -> None:
    """Whether a line is the beginning or the end of a longer one, or the other way round."""
    size, length = line.key_last - line.key_first, other.key_last - other.key_first
    if length > size:
        if line.words > 2 and other.words <= MOST_ROW_WORDS:
            if equal(folded, line.key_first, folded, other.key_last - size, size):
                facts.ends_longer = 1
            if equal(folded, line.key_first, folded, other.key_first, size):
                facts.starts_longer = 1
    elif _SHORTEST_OTHER <= length < size:
        if other.words >= 3 and equal(folded, line.key_first, folded, other.key_first, length):
            facts.starts_with_other = 1
        begin = line.key_last - length
        if equal(folded, begin, folded, other.key_first, length) and not is_joined(folded, line.key_first, begin):
            facts.ends_with_other = 1


@compiled
def is_joined(folded: Points, first: int, last: int) -> bool:
    """Whether a colon or dash joins folded[first:last] with what follows it."""
    while last > first and folded[last - 1] == BLANK:
        last -= 1
    return last > first and folded[last - 1] in (_COLON, _HYPHEN, _EN_DASH)


@compiled
def said(page: Page, place: int) -> int:
    """The kind of a line as a bit; 0 for none."""
    line = page.lines[place]
    return int(1 << line.kind) if line.form != UNMARKED else 0


@compiled
def _set_said(page: Page, place: int, facts: Any) -> None:
    """What kinds of lines stand below and above."""
    nearest = page.views[place].nearest
    next_to = near = far = until = dated = 0
    for other in range(place + 1, min(len(page.lines), place + 1 + FAR)):
        kind = said(page, other)
        distance = other - place
        next_to |= kind if distance == 1 else 0
        near |= kind if distance <= NEAR else 0
        far |= kind
        until |= kind if distance <= nearest else 0
        dated |= page.views[other].dated << distance
    facts.byline_3 = one_of(near, BYLINE)
    facts.byline_6 = one_of(far, BYLINE)
    facts.date_1 = dated & 2 != 0
    facts.date_6 = dated != 0 or one_of(far, DATELINE)
    facts.share_3 = one_of(near, SHARE_LINKS)
    facts.share_6 = one_of(far, SHARE_LINKS)
    facts.comments_6 = one_of(far, COMMENTS)
    facts.credit_3 = near & _CREDITS != 0
    facts.rule_below = one_of(far, SEPARATOR)
    facts.signed = until & _SIGNED != 0
    _set_said_above(page, place, facts)


@compiled
def _set_said_above(page: Page, place: int, facts: Any) -> None:
    for other in range(max(0, place - NEAR), place):
        line = page.lines[other]
        if line.form != UNMARKED and one_of(_LINKED, line.kind):
            facts.links_above = 1
    if place:
        facts.date_above = page.views[place - 1].dated or one_of(said(page, place - 1), DATELINE)


@compiled
def _set_around(page: Page, place: int, facts: Any) -> None:
    """How long the lines right above and below are, and how many of them look like headlines themselves."""
    lines, views, count = page.lines, page.views, len(page.lines)
    words = lines[place].words
    above = lines[place - 1].words if place else 0
    below = lines[place + 1].words if place + 1 < count else 0
    for other in range(max(0, place - _ABOVE), place):
        facts.alike_above += views[other].alike
    for other in range(place + 1, min(count, place + 1 + _ABOVE)):
        facts.alike_below += views[other].alike
    equals = 0
    for other in range(max(0, place - 2), min(count, place + 3)):
        beside = lines[other]
        if other != place and beside.words > _LONG_BESIDE and not beside.prose:
            equals += abs(beside.words - words) <= 2
        facts.long_below |= other > place and beside.words >= REACH
    facts.same_length = equals >= 2
    facts.menu = is_in_menu(lines, place)
    facts.kicker = words <= 4 <= below and below > words and views[place + 1].alike
    facts.longer_below = below > words
    facts.shorter_above = words > above
    facts.long_above = above >= REACH
