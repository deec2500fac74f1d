"""Find an article's own headline among the first lines of its text, and nothing else: no sentence, name or date."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from corpus.limits import check_least
from corpus.transforms.boilerplate.lines import Line, is_spaced, split_lines
from corpus.transforms.boilerplate.rules import is_underline
from corpus.transforms.stretches import Label
from corpus.transforms.unicode import starts_lower

_HASHES: Final = re.compile("#{1,2} +(?P<title>[^ #].*?)(?: +#+)?$")
_LIST_ITEM: Final = re.compile("(?:[-*+\u2022\u00b7>|\u2190@]|\u00ab(?!.*\u00bb)|[0-9]+[.)]) ?")
_OPEN_ENDS: Final = tuple(",;:-/(&|\u2013\u2014\u3001\uff0c\uff1a\u060c\u061b")
_PLACE_RULES: Final = ("structure:before_article", "block:")
"""Rules that took a line out for where it stands: a headline may be among them."""
_NEVER: Final = ("social_embed", "caption", "image_credit", "copyright", "other")
_TRAILS: Final = (" | ", " \u00bb ", " \u203a ", " > ", " / ", " \u00b7 ", " \u2022 ", " :: ", " \u2192 ", " < ")
_PIECES: Final = re.compile(
    "[][ \t,.:;!?/|()<>\"'\u2013\u2014\u2022\u00bb\u00ab\u203a\u2039\u201c\u201d\u201e"
    "\u3001\u3002\uff0c\uff1a\uff1f\uff01\u300c\u300d\u2026-]+"
)
WINDOW: Final = 60
"""So many lines above the article are looked at."""
MOST_WORDS: Final = 32
FEWEST_WORDS: Final = 3
"""A first line with fewer words may be a section's name."""
_LONG_PIECE: Final = 4
TOLD_WITHIN: Final = 20_000
HEADED: Final = 0.35
"""A line of which so many words stand in the article too is the headline of the line below it."""
_DISTANCES: Final = ((0, 1.5), (1, -0.3), (2, -1.2), (12, -0.6), (20, -0.6))
"""What a line gains when it stands right above the article, and loses with every step away."""
KICKER_WORDS: Final = 2
"""A headline may have a line of so many words above it."""
_SIGNED: Final = ("byline", "dateline")
_PASSED: Final = (*_SIGNED, "share_links", "caption", "image_credit", "other", "separator", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleOptions:
    """What counts as a headline."""

    longest: int = field(default=200, metadata={"doc": "A headline has at most this many characters."})

    def __post_init__(self) -> None:
        check_least(self, 1, "longest")


def find_title(text: str, labels: list[Label], options: TitleOptions) -> tuple[str | None, list[Label]]:
    """The headline at the top of a normalised `text`, or None, and the labels of the line or lines that print it.

    The labels are of kind `title`; they may lie on lines that are in `labels` for where they stand (see `with_title`).
    """
    lines = split_lines(text)
    known = {label.start: label for label in labels}
    end = _article_start(lines, known)
    marked = _marked_heading(text, lines[:end], options)
    if marked is not None:
        place, title, count = marked
        return title, [_label(line, "title:markdown") for line in lines[place : place + count]]
    places = [place for place in range(max(0, end - WINDOW), end) if _may_be_title(lines[place], known, options)]
    choose = _best if _is_page(lines[:end], known) else _first
    best = choose(lines, places, end, known)
    if best is None:
        return None, []
    return lines[best].plain, [_label(lines[twin], "title:headline") for twin in _twins(lines, best, end)]


def with_title(labels: list[Label], titles: list[Label]) -> list[Label]:
    """All labels in order; a line of the title is that, whatever else it was taken for."""
    taken = {title.start for title in titles}
    kept = [label for label in labels if label.start not in taken]
    return sorted([*kept, *titles], key=lambda label: label.start)


def _article_start(lines: list[Line], known: dict[int, Label]) -> int:
    """How many lines stand before the article's first paragraph, or before its first sentence where it has none."""
    tests: tuple[Callable[[Line], bool], ...] = (lambda line: line.prose, lambda line: line.sentence)
    for test in tests:
        for place, line in enumerate(lines):
            if line.start not in known and test(line):
                return place
    return 0


def _marked_heading(text: str, top: list[Line], options: TitleOptions) -> tuple[int, str, int] | None:
    """A Markdown heading of the first two levels: its line, its words, and how many lines it takes."""
    for place, line in enumerate(top[:WINDOW]):
        heading = line.heading and _HASHES.match(text[line.start : min(line.end, line.start + options.longest)])
        if heading and line.key:
            return place, line.plain, 1
        below = top[place + 1] if place + 1 < len(top) else None
        if below and is_underline(below) and not below.gap and below.plain[0] == "=" and 0 < line.words <= MOST_WORDS:
            return place, line.plain, 2
    return None


def _may_be_title(line: Line, known: dict[int, Label], options: TitleOptions) -> bool:
    label = known.get(line.start)
    if label is not None and (label.kind in _NEVER or not label.rule.startswith(_PLACE_RULES)):
        return False
    if len(line.plain) > options.longest or line.words > MOST_WORDS or not line.key:
        return False
    return not (line.sentence or line.plain.endswith(_OPEN_ENDS) or _LIST_ITEM.match(line.plain))


def _is_page(top: list[Line], known: dict[int, Label]) -> bool:
    """Whether what stands above the article is a page's: then its headline is one of many short lines."""
    kinds = [known[line.start].kind for line in top if line.start in known]
    foreign = sum(kind not in _PASSED for kind in kinds)
    return foreign >= 1


def _first(lines: list[Line], places: list[int], end: int, known: dict[int, Label]) -> int | None:
    """In a text that starts with its article: the first line, when it stands alone and is followed by the article."""
    for place in places[:2]:
        above = [line for line in lines[:place] if line.start not in known]
        kicker = len(above) == 1 and above[0].words <= KICKER_WORDS and not above[0].closed
        if (kicker or not above) and _stands_alone(lines, place, end, known):
            return place
    return None


def _stands_alone(lines: list[Line], place: int, end: int, known: dict[int, Label]) -> bool:
    """Whether a line looks like a headline, with nothing but bylines, dates and the like before the article."""
    line = lines[place]
    digits = sum(1 for character in line.plain if character in "0123456789")
    if line.words < FEWEST_WORDS or digits * 4 > len(line.plain) or "@" in line.plain or line.plain.count(": ") > 1:
        return False
    between = lines[place + 1 : end]
    strange = [other for other in between if other.start not in known and other.key != line.key]
    if not end or len(strange) > 1 or any(not other.sentence and other.words < FEWEST_WORDS for other in strange):
        return False
    after = next((other for other in lines[place + 1 : end + 1] if other.key != line.key), None)
    return after is not None and (after.gap or after.start in known or not is_spaced(lines))


def _best(lines: list[Line], places: list[int], end: int, known: dict[int, Label]) -> int | None:
    """The line above a page's article that looks most like a headline; of equal ones the first."""
    body = " ".join(line.folded or line.plain for line in lines[end:] if line.start not in known)[:TOLD_WITHIN]
    told = {place: _told_again(lines[place], body) for place in places}
    best, best_score = None, 0.0
    for place in places:
        score = _look(lines, place, end, known) + (3.0 + min(lines[place].words, 8) * 0.45) * told[place]
        above = [place - 1, place - 2]
        if any(told.get(other, 0.0) >= HEADED and lines[other].words >= FEWEST_WORDS for other in above):
            score -= 1.0
        if score > best_score:
            best, best_score = place, score
    return best


def _look(lines: list[Line], place: int, end: int, known: dict[int, Label]) -> float:
    """How much a line looks like the headline: of some words, right above the article or its byline, printed twice."""
    line = lines[place]
    below = [
        known[other.start].kind if other.start in known else "" for other in lines[place + 1 : min(end, place + 6)]
    ]
    around = lines[max(0, place - WINDOW) : end + 3]
    score = -1.7 if line.words == 1 else -1.2 if line.words == 2 else 0.0
    score += sum(worth for distance, worth in _DISTANCES if end - 1 - place >= distance)
    score += 1.2 if any(kind in _SIGNED for kind in below[:2]) else 0.0
    score += 1.5 if any(kind in _SIGNED for kind in below) else 0.0
    score += 1.2 if "caption" in below or "image_credit" in below else 0.0
    score += 1.0 if "share_links" in below else 0.0
    score -= 1.1 if any(trail in line.plain for trail in _TRAILS) else 0.0
    score -= 1.1 if starts_lower(line.plain) else 0.0
    score += 0.9 if line.words > FEWEST_WORDS and sum(other.key == line.key for other in around) > 1 else 0.0
    longer = [other for other in around if line.words > 2 and len(other.key) > len(line.key)]
    return score + (1.8 if any(other.key.endswith(line.key) for other in longer) else 0.0)


def _told_again(line: Line, body: str) -> float:
    """The share of the line's longer words that stand in the article too, a little less for few words."""
    pieces = [piece for piece in _PIECES.split(line.folded) if len(piece) >= _LONG_PIECE]
    if line.words > 2 * line.plain.count(" ") + 3:
        pieces = [line.folded[start : start + 2] for start in range(0, len(line.folded) - 1, 2)]
    return sum(1 for piece in pieces if piece in body) / (len(pieces) + 1.0)


def _twins(lines: list[Line], place: int, end: int) -> list[int]:
    """The title's line and those right around it that print the same words."""
    wanted = lines[place].key
    first = last = place
    while first > max(0, place - WINDOW) and lines[first - 1].key == wanted:
        first -= 1
    while last + 1 < min(end, place + WINDOW) and lines[last + 1].key == wanted:
        last += 1
    return list(range(first, last + 1))


def _label(line: Line, rule: str) -> Label:
    return Label(start=line.start, end=line.end, kind="title", rule=rule)
