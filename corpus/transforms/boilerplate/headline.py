"""Which line above an article is its headline: the rules of `transforms.title` as kernels."""

# ruff: noqa: SIM110 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

from typing import Any, Final

from corpus.transforms.boilerplate.characters import (
    AT,
    BLANK,
    DIGIT,
    LINE_END,
    LIST_SIGN,
    OPEN_END,
    SECTION,
    Points,
    count_of,
    equal,
    skip,
)  # fmt: skip
from corpus.transforms.boilerplate.kernels import compiled, entry
from corpus.transforms.boilerplate.lines import is_spaced
from corpus.transforms.boilerplate.markdown import HASH
from corpus.transforms.boilerplate.marks import (
    BY_BLOCK,
    BY_HEADLINE,
    BY_MARKDOWN,
    BY_MODEL_AFTER,
    BY_POST,
    BYLINE,
    CAPTION,
    COPYRIGHT,
    DATELINE,
    IMAGE_CREDIT,
    OTHER,
    SEPARATOR,
    SHARE_LINKS,
    SOCIAL_EMBED,
    TITLE,
    UNMARKED,
    Lines,
    one_of,
)  # fmt: skip
from corpus.transforms.boilerplate.retold import WINDOW, Numbers, tell
from corpus.transforms.boilerplate.rules import is_underline

MOST_WORDS: Final = 32
FEWEST_WORDS: Final = 3
"""A first line with fewer words may be a section's name."""
HEADED: Final = 0.35
"""A line of which so many words stand in the article too is the headline of the line below it."""
KICKER_WORDS: Final = 2
"""A headline may have a line of so many words above it."""
_DISTANCES: Final = ((0, 1.5), (1, -0.3), (2, -1.2), (12, -0.6), (20, -0.6))
"""What a line gains when it stands right above the article, and loses with every step away."""
_SIGNS_WITHIN, _BELOW = 2, 5
_NEVER: Final = 1 << SOCIAL_EMBED | 1 << CAPTION | 1 << IMAGE_CREDIT | 1 << COPYRIGHT | 1 << OTHER
_SIGNED: Final = 1 << BYLINE | 1 << DATELINE
_CAPTIONED: Final = 1 << CAPTION | 1 << IMAGE_CREDIT
_PASSED: Final = _SIGNED | _CAPTIONED | 1 << SHARE_LINKS | 1 << OTHER | 1 << SEPARATOR | 1 << TITLE
_EQUALS, _COLON, _OPENING, _CLOSING, _DOT, _BRACKET = 0x3D, 0x3A, 0xAB, 0xBB, 0x2E, 0x29


@entry
def choose(
    points: Points, plain: Points, folded: Points, traits: Points, lines: Lines, longest: int, heads: Numbers,
    grams: Numbers,
) -> tuple[int, int, int, int]:  # fmt: skip
    """The rule that found a headline, its line, and the first and the one after the last of the lines that print it;
    these are equal where there is no headline.

    A headline has at most `longest` characters. `heads` (`GRAM_HASHES`,) and `grams` (2, `TOLD_WITHIN`) are room to
    work in.
    """
    end = _article_start(lines)
    place, count = _marked_heading(points, plain, lines, end, longest)
    if count:
        return BY_MARKDOWN, place, place, place + count
    for place in range(max(0, end - WINDOW), end):
        lines[place].candidate = _may_be_title(lines[place], plain, traits, longest)
        lines[place].told = 0.0
    if _is_page(lines, end):
        best = _best(plain, folded, traits, lines, end, heads, grams)
    else:
        best = _first(plain, folded, lines, end)
    if best < 0:
        return BY_HEADLINE, 0, 0, 0
    first, last = best, best + 1
    while first > max(0, best - WINDOW) and _same_key(folded, lines[first - 1], lines[best]):
        first -= 1
    while last < min(end, best + WINDOW) and _same_key(folded, lines[last], lines[best]):
        last += 1
    return BY_HEADLINE, best, first, last


@compiled
def _article_start(lines: Lines) -> int:
    """How many lines stand before the article's first paragraph, or before its first sentence where it has none."""
    sentence = -1
    for place in range(len(lines)):
        line = lines[place]
        if line.form == UNMARKED and line.prose:
            return place
        if line.form == UNMARKED and line.sentence and sentence < 0:
            sentence = place
    return max(0, sentence)


@compiled
def _marked_heading(points: Points, plain: Points, lines: Lines, end: int, longest: int) -> tuple[int, int]:
    """A Markdown heading of the first two levels: its line and how many lines it takes, none if there is no heading."""
    for place in range(min(end, WINDOW)):
        line = lines[place]
        if line.heading and line.key_first < line.key_last and _is_high(points, line, longest):
            return place, 1
        below = lines[min(place + 1, end - 1)]
        underlined = plain[below.first] == _EQUALS and not below.gap and is_underline(below, plain)
        if underlined and place + 1 < end and line.words <= MOST_WORDS:
            return place, 2
    return 0, 0


@compiled
def _is_high(points: Points, line: Any, longest: int) -> bool:
    """Whether a heading has one or two signs, and words in one line behind them."""
    last = min(line.end, line.start + longest)
    place = line.start + 1
    place += place < last and points[place] == HASH
    words = place
    while words < last and points[words] == BLANK:
        words += 1
    if words in (place, last) or points[words] == HASH:
        return False
    return count_of(points, words, last, LINE_END) == 0


@compiled
def _may_be_title(line: Any, plain: Points, traits: Points, longest: int) -> bool:
    """Whether a line is short, no sentence, no entry of a list, and has no mark but for where it stands."""
    placed = BY_POST <= line.rule <= BY_MODEL_AFTER or _is_block_rule(line.rule)
    if line.form != UNMARKED and (one_of(_NEVER, line.kind) or not placed):
        return False
    if line.last - line.first > longest or line.words > MOST_WORDS or line.key_first == line.key_last:
        return False
    return not (line.sentence or traits[plain[line.last - 1]] & OPEN_END or _is_list_item(line, plain, traits))


@compiled
def _is_block_rule(rule: int) -> bool:
    return BY_BLOCK <= rule < BY_BLOCK + OTHER + 1


@compiled
def _is_list_item(line: Any, plain: Points, traits: Points) -> bool:
    """Whether a line begins like an entry of a list: with a sign, an open quote, or a number and a dot."""
    sign = plain[line.first]
    if traits[sign] & LIST_SIGN:
        return True
    if sign == _OPENING:
        return count_of(plain, line.first, line.last, _CLOSING) == 0
    end = skip(plain, line.first, line.last, traits, DIGIT)
    return bool(line.first < end < line.last and plain[end] in (_DOT, _BRACKET))


@compiled
def _is_page(lines: Lines, end: int) -> bool:
    """Whether what stands above the article is a page's: then its headline is one of many short lines."""
    for place in range(end):
        if lines[place].form != UNMARKED and not one_of(_PASSED, lines[place].kind):
            return True
    return False


@compiled
def _first(plain: Points, folded: Points, lines: Lines, end: int) -> int:
    """In a text that starts with its article: the first line, when it stands alone and is followed by the article."""
    tried = above = 0
    kicker = True
    for place in range(end):
        line = lines[place]
        if place >= end - WINDOW and line.candidate:
            tried += 1
            if (above == 0 or (above == 1 and kicker)) and _stands_alone(plain, folded, lines, place, end):
                return place
        if tried == _SIGNS_WITHIN:
            break
        if line.form == UNMARKED:
            above += 1
            kicker = line.words <= KICKER_WORDS and not line.closed
    return -1


@compiled
def _stands_alone(plain: Points, folded: Points, lines: Lines, place: int, end: int) -> bool:
    """Whether a line looks like a headline, with nothing but bylines, dates and the like before the article."""
    line = lines[place]
    if line.words < FEWEST_WORDS or line.digits * 4 > line.last - line.first or line.holds & AT:
        return False
    if _colons(line, plain) > 1:
        return False
    strange = 0
    for other in range(place + 1, end):
        below = lines[other]
        if below.form == UNMARKED and not _same_key(folded, below, line):
            strange += 1
            if strange > 1 or (not below.sentence and below.words < FEWEST_WORDS):
                return False
    for other in range(place + 1, min(len(lines), end + 1)):
        if not _same_key(folded, lines[other], line):
            return lines[other].gap or lines[other].form != UNMARKED or not is_spaced(lines)
    return False


@compiled
def _colons(line: Any, plain: Points) -> int:
    """How many colons with a blank behind them a line has."""
    count = 0
    for place in range(line.first, line.last - 1):
        count += plain[place] == _COLON and plain[place + 1] == BLANK
    return count


@compiled
def _same_key(folded: Points, one: Any, other: Any) -> bool:
    """Whether two lines print the same words."""
    size = one.key_last - one.key_first
    return size == other.key_last - other.key_first and equal(folded, one.key_first, folded, other.key_first, size)


@compiled
def _best(plain: Points, folded: Points, traits: Points, lines: Lines, end: int, heads: Numbers, grams: Numbers) -> int:
    """The line above a page's article that looks most like a headline; of equal ones the first; -1 without one."""
    tell(folded, traits, lines, end, heads, grams)
    best, best_score = -1, 0.0
    for place in range(max(0, end - WINDOW), end):
        line = lines[place]
        if not line.candidate:
            continue
        score = _look(plain, folded, traits, lines, place, end) + (3.0 + min(line.words, 8) * 0.45) * line.told
        for above in range(max(0, place - 2, end - WINDOW), place):
            if lines[above].told >= HEADED and lines[above].words >= FEWEST_WORDS:
                score -= 1.0
                break
        if score > best_score:
            best, best_score = place, score
    return best


@compiled
def _look(plain: Points, folded: Points, traits: Points, lines: Lines, place: int, end: int) -> float:
    """How much a line looks like the headline: of some words, right above the article or its byline, printed twice."""
    line = lines[place]
    near = below = 0
    for other in range(place + 1, min(end, place + 1 + _BELOW)):
        if lines[other].form != UNMARKED:
            below |= 1 << lines[other].kind
            near |= 1 << lines[other].kind if other - place <= _SIGNS_WITHIN else 0
    worth = 0.0
    for distance, gain in _DISTANCES:
        worth += gain if end - 1 - place >= distance else 0.0
    score = -1.7 if line.words == 1 else -1.2 if line.words == 2 else 0.0
    score += worth
    score += 1.2 if near & _SIGNED else 0.0
    score += 1.5 if below & _SIGNED else 0.0
    score += 1.2 if below & _CAPTIONED else 0.0
    score += 1.0 if below & (1 << SHARE_LINKS) else 0.0
    score -= 1.1 if line.holds & SECTION and _has_sections(line, plain, traits) else 0.0
    score -= 1.1 if line.lower else 0.0
    twice, within = _repeats(folded, lines, place, end)
    score += 0.9 if line.words > FEWEST_WORDS and twice else 0.0
    return score + (1.8 if line.words > 2 and within else 0.0)


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
def _repeats(folded: Points, lines: Lines, place: int, end: int) -> tuple[bool, bool]:
    """Whether another line near by prints the same words, and whether a longer one ends with them."""
    line = lines[place]
    size = line.key_last - line.key_first
    twice = within = False
    for other in range(max(0, place - WINDOW), min(len(lines), end + 3)):
        longer = lines[other].key_last - lines[other].key_first - size
        if other == place or longer < 0 or (within if longer else twice):
            continue
        if equal(folded, lines[other].key_last - size, folded, line.key_first, size):
            twice |= longer == 0
            within |= longer > 0
    return twice, within
