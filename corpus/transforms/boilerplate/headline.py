"""Which line is the headline of an article: marked as one, the first of a clean text, or the likeliest of a page."""

# ruff: noqa: SIM110 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.characters import (
    AT,
    BLANK,
    LINE_END,
    LOWER,
    OPEN_END,
    Points,
    count_of,
    equal,
)  # fmt: skip
from corpus.transforms.boilerplate.headline_context import FACT_NUMBERS, set_context
from corpus.transforms.boilerplate.headline_facts import Facts, colons, is_joined, is_list_item, set_facts, tell_below
from corpus.transforms.boilerplate.headline_page import MOST_WORDS, Page, is_placed, read_page
from corpus.transforms.boilerplate.headline_trees import Trees, trees_score
from corpus.transforms.boilerplate.lines import is_spaced
from corpus.transforms.boilerplate.markdown import HASH
from corpus.transforms.boilerplate.marks import (
    BY_HEADLINE,
    BY_MARKDOWN,
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
from corpus.transforms.boilerplate.retold import Numbers, ask_words, clear, count_words
from corpus.transforms.boilerplate.rules import is_underline
from corpus.transforms.kernels import compiled, entry

WINDOW: Final = 60
"""So many lines above the article are looked at for a marked heading, and around a headline for its copies."""
FEWEST_WORDS: Final = 3
"""A first line with fewer words may be a section's name."""
KICKER_WORDS: Final = 2
"""A headline may have a line of so many words above it."""
TOLD_WITHIN: Final = 200
"""The words of a first line are looked for in so many lines of the article."""
PAGE_LINES: Final = 20
"""A text with so many lines above its first paragraph is a saved page."""
LEAST_SCORE: Final = 10
"""A line of a page whose weighted facts sum up to no more than this is no headline."""
SHARE: Final = 3
"""The sum of weighted facts counts so many times beside what the trees say."""
FINALISTS: Final = 8
"""The trees judge only so many lines of a page: those with the highest sums."""
TRIM_WITHIN: Final = 40
TRIM_WORDS: Final = 3
TRIM_LETTERS: Final = 12
"""A line so near that has so many words and characters is the headline instead of a longer line that ends with it."""
_FIRST: Final = 2
_SOON: Final = 3
"""A headline's words are told again in so many lines of the article below it, within `WINDOW` lines."""
_NEVER: Final = 1 << SOCIAL_EMBED | 1 << CAPTION | 1 << IMAGE_CREDIT | 1 << COPYRIGHT | 1 << OTHER
_SIGNED: Final = 1 << BYLINE | 1 << DATELINE
_CAPTIONED: Final = 1 << CAPTION | 1 << IMAGE_CREDIT
_PASSED: Final = _SIGNED | _CAPTIONED | 1 << SHARE_LINKS | 1 << OTHER | 1 << SEPARATOR | 1 << TITLE | 1 << SOCIAL_EMBED
_EQUALS, _SEMICOLON = 0x3D, 0x3B


class Learnt(NamedTuple):
    """What was learnt from labelled pages: a weight for every fact of `FACTS`, and trees over facts and context."""

    weights: Numbers
    trees: Trees


class Room(NamedTuple):
    """Room for what is known of lines: a row each, its first bytes also as a record of `FACTS`; places and scores."""

    facts: Facts
    values: npt.NDArray[np.int8]
    places: Numbers
    scores: Numbers


@entry
def choose(points: Points, page: Page, longest: int, learnt: Learnt, room: Room) -> tuple[int, int, int, int]:
    """The rule that found a headline, its line, and the first and the one after the last of the lines that print it;
    these are equal where there is no headline.

    A headline has at most `longest` characters. `room` has `FINALISTS` and one rows.
    """
    lines = page.lines
    end = _article_start(lines)
    place, count = _marked_heading(points, page.plain, lines, end, longest)
    if count:
        return BY_MARKDOWN, place, place, place + count
    best = _best(page, longest, learnt, room) if _is_page(lines, end) else _first(page, end, longest)
    if best < 0:
        return BY_HEADLINE, 0, 0, 0
    first, last = best, best + 1
    while first > max(0, best - WINDOW) and _same_key(page.folded, lines[first - 1], lines[best]):
        first -= 1
    while last < min(len(lines), best + WINDOW) and _same_key(page.folded, lines[last], lines[best]):
        last += 1
    return BY_HEADLINE, best, first, last


@entry
def is_saved_page(lines: Lines) -> bool:
    """Whether lines compete for a text's headline (`candidates`): what stands above its article is a page's."""
    return _is_page(lines, _article_start(lines))


@entry
def candidates(page: Page, longest: int, learnt: Learnt, room: Room) -> int:
    """Write all that is known of the lines of a page that may be its headline, the last line first.

    How many there are. `room` has a row for each line; scores are those by which the best line is chosen.
    """
    start = read_page(page, longest)
    count = 0
    one = two = three = len(page.lines)
    for place in range(len(page.lines) - 1, -1, -1):
        if page.views[place].candidate:
            room.values[count] = 0
            set_facts(page, place, start, min(three, place + WINDOW), room.facts[count])
            set_context(page, place, room.values[count])
            sum_ = _weighted(learnt.weights, room.values[count])
            room.scores[count] = SHARE * sum_ + trees_score(learnt.trees, room.values[count])
            room.places[count] = place
            count += 1
        if page.views[place].article:
            one, two, three = place, one, two
            tell_below(page, place)
    return count


@compiled
def _best(page: Page, longest: int, learnt: Learnt, room: Room) -> int:
    """The line of a page that looks most like the headline of its article; of equal ones the first; -1 for none."""
    count = _finalists(page, longest, learnt.weights, room)
    best, most = -1, 0
    for row in range(count):
        place = room.places[row]
        set_context(page, place, room.values[row])
        score = SHARE * room.scores[row] + trees_score(learnt.trees, room.values[row])
        if best < 0 or score > most or (score == most and place < best):
            best, most = place, score
    return _trimmed(page, best) if best >= 0 else best


@compiled
def _finalists(page: Page, longest: int, weights: Numbers, room: Room) -> int:
    """Find the lines of a page whose weighted facts sum up to most; how many they are."""
    start = read_page(page, longest)
    count = 0
    one = two = three = len(page.lines)
    for place in range(len(page.lines) - 1, -1, -1):
        if page.views[place].candidate:
            room.values[count] = 0
            set_facts(page, place, start, min(three, place + WINDOW), room.facts[count])
            score = _weighted(weights, room.values[count])
            if score > LEAST_SCORE:
                room.places[count], room.scores[count] = place, score
                count = _without_least(room) if count == FINALISTS else count + 1
        if page.views[place].article:
            one, two, three = place, one, two
            tell_below(page, place)
    return count


@compiled
def _weighted(weights: Numbers, values: npt.NDArray[np.int8]) -> int:
    """The sum of weighted facts."""
    score = 0
    for number in range(FACT_NUMBERS):
        score += weights[number] * values[number]
    return score


@compiled
def _without_least(room: Room) -> int:
    """Move the last row to where the lowest score is; how many rows remain. Of equal ones the first in `room` goes."""
    least = 0
    for row in range(FINALISTS + 1):
        if room.scores[row] < room.scores[least]:
            least = row
    if least < FINALISTS:
        for number in range(room.values.shape[1]):
            room.values[least, number] = room.values[FINALISTS, number]
        room.places[least], room.scores[least] = room.places[FINALISTS], room.scores[FINALISTS]
    return FINALISTS


@compiled
def _trimmed(page: Page, place: int) -> int:
    """The line nearby that has only the end of a line, what stands before being a section's name or a trail."""
    folded, line = page.folded, page.lines[place]
    best, longest = place, TRIM_LETTERS - 1
    for other in range(max(0, place - TRIM_WITHIN), min(len(page.lines), place + TRIM_WITHIN + 1)):
        shorter = page.lines[other]
        if not page.views[other].candidate or shorter.words < TRIM_WORDS:
            continue
        size = max(_ending(folded, line, shorter, shorter.key_first), _ending(folded, line, shorter, shorter.first))
        if size > longest:
            best, longest = other, size
    return best


@compiled
def _ending(folded: Points, line: Any, shorter: Any, first: int) -> int:
    """How long the words of another line from `first` on are if a line ends with them, parted by a blank; else 0."""
    size = shorter.key_last - first
    begin = line.key_last - size
    if begin <= line.key_first or folded[begin - 1] != BLANK or is_joined(folded, line.key_first, begin):
        return 0
    return size if equal(folded, begin, folded, first, size) else 0


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
def _may_be_first(page: Page, line: Any, longest: int) -> bool:
    """Whether a line is short, no sentence, no entry of a list, and has no mark but for where it stands."""
    if line.form != UNMARKED and (one_of(_NEVER, line.kind) or not is_placed(line.rule)):
        return False
    if line.last - line.first > longest or line.words > MOST_WORDS or line.key_first == line.key_last:
        return False
    if line.byline or _is_signed(line):
        return False
    open_end = page.traits[page.plain[line.last - 1]] & OPEN_END
    return not (line.sentence or open_end or is_list_item(line, page.plain, page.traits))


@compiled
def _is_page(lines: Lines, end: int) -> bool:
    """Whether what stands above the article is a page's: then its headline is one of many short lines."""
    if end >= PAGE_LINES or _is_left_out(lines):
        return True
    for place in range(end):
        if lines[place].form != UNMARKED and not one_of(_PASSED, lines[place].kind):
            return True
    return False


@compiled
def _is_left_out(lines: Lines) -> bool:
    """Whether a text of many lines has no paragraph or sentence that stays: a page whose article was not seen."""
    for place in range(len(lines)):
        if lines[place].form == UNMARKED and (lines[place].prose or lines[place].sentence):
            return False
    return len(lines) >= PAGE_LINES


@compiled
def _first(page: Page, end: int, longest: int) -> int:
    """In a text that starts with its article: the first line, when it stands alone and is followed by the article; or
    the line right above the first byline or date, whatever stands above it.
    """
    lines = page.lines
    above = 0
    kicker = True
    for place in range(min(_FIRST, end)):
        line = lines[place]
        if above == 0 or kicker:
            fits = _may_be_first(page, line, longest) and _stands_alone(page, place, end)
            if fits and not _heads_part(page, place, end):
                return place
        if line.form == UNMARKED:
            above += 1
            kicker = line.words <= KICKER_WORDS and not line.closed
    for place in range(_FIRST, end - 1):
        if _is_signed(page.lines[place + 1]):
            fits = _may_be_first(page, page.lines[place], longest) and _stands_alone(page, place, end)
            return place if fits else -1
    return -1


@compiled
def _heads_part(page: Page, place: int, end: int) -> bool:
    """Whether a line rather heads a part of the text, or names several stories: no byline or date goes with it."""
    line = page.lines[place]
    for other in range(place + 1, end):
        if _is_signed(page.lines[other]):
            return False
    if count_of(page.plain, line.first, line.last, _SEMICOLON):
        return True
    loud = line.uppers > 0 and line.holds & LOWER == 0
    return bool(loud and not _is_told(page, place, end))


@compiled
def _is_signed(line: Any) -> bool:
    """Whether a line is a byline or a date."""
    return bool(line.form != UNMARKED and one_of(_SIGNED, line.kind))


@compiled
def _is_told(page: Page, place: int, end: int) -> bool:
    """Whether the article has one in three of a line's longer words."""
    tally = page.tally
    clear(tally)
    ask_words(tally, page.folded, page.traits, page.lines[place])
    for other in range(end, min(len(page.lines), end + TOLD_WITHIN)):
        count_words(tally, page.folded, page.traits, page.lines[other], other, 1)
    count_words(tally, page.folded, page.traits, page.lines[place], place, 0)
    first, last = tally.begins[place], tally.begins[place + 1]
    told = 0
    for at in range(first, last):
        told += tally.counts[tally.words[at]].told > 0
    return bool(told * 3 >= last - first + 1)


@compiled
def _stands_alone(page: Page, place: int, end: int) -> bool:
    """Whether a line looks like a headline, with nothing but bylines, dates and the like before the article."""
    lines, folded = page.lines, page.folded
    line = lines[place]
    if line.words < FEWEST_WORDS or line.digits * 4 > line.last - line.first or line.holds & AT:
        return False
    if colons(line, page.plain) > 1:
        return False
    strange = 0
    for other in range(place + 1, end):
        below = lines[other]
        if below.form == UNMARKED and not _is_signed(below) and not _same_key(folded, below, line):
            strange += 1
            if strange > 1 or (not below.sentence and below.words < FEWEST_WORDS):
                return False
    for other in range(place + 1, min(len(lines), end + 1)):
        if not _same_key(folded, lines[other], line):
            return lines[other].gap or lines[other].form != UNMARKED or not is_spaced(lines)
    return False


@compiled
def _same_key(folded: Points, one: Any, other: Any) -> bool:
    """Whether two lines print the same words."""
    size = one.key_last - one.key_first
    return size == other.key_last - other.key_first and equal(folded, one.key_first, folded, other.key_first, size)
