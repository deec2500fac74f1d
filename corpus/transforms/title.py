"""Find an article's own headline among the first lines of its text, and nothing else: no sentence, name or date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from corpus.transforms.lines import Line, split_lines
from corpus.transforms.rules import is_underline
from corpus.transforms.stretches import Label

_HASHES: Final = re.compile("#{1,2} +(?P<title>[^ #].*?)(?: +#+)?$")
_LIST_ITEM: Final = re.compile("(?:[-*+\u2022\u00b7>|]|[0-9]+[.)]) ")
_OPEN_ENDS: Final = (
    ",",
    ";",
    ":",
    "-",
    "\u2013",
    "\u2014",
    "|",
    "/",
    "\u3001",
    "\uff0c",
    "\uff1a",
    "\u060c",
    "\u061b",
    "(",
    "&",
)
_WINDOW: Final = 40
_NEAR: Final = 6
_FEWEST_WORDS: Final = 3
_MOST_WORDS: Final = 32
_PLACE_RULES: Final = ("structure:before_article", "block:")
"""Rules that took a line out for where it stands: a headline may be among them."""
_TRAILS: Final = (" | ", " \u00bb ", " \u203a ", " > ", " / ", " \u00b7 ", " \u2022 ", " :: ", " \u2192 ")
_BODY_LINES: Final = 12
_PIECES: Final = re.compile(
    "[][ \t,.:;!?/|()\u2013\u2014\u2022<>\u00bb\u00ab\u203a\u2039\"'\u201c\u201d\u201e\u3001\u3002\uff0c\uff1a\uff1f\uff01\u300c\u300d\u2026-]+"
)
_LONG_PIECE: Final = 4
_DOUBT: Final = 1.0
_TOLD: Final = 3.0
_SIGNED: Final = 0.8
_SECOND: Final = 0.0
_ALONE_WORDS: Final = 4
_FAR: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleOptions:
    """What counts as a headline."""

    longest: int = 200
    """A headline has at most this many characters."""


def find_title(text: str, labels: list[Label], options: TitleOptions) -> tuple[str | None, list[Label]]:
    """The headline at the top of a normalised `text`, or None, and the labels of the line or lines that print it.

    The labels are of kind `title`; they may lie on lines that `labels` take out for where they stand (see `with_title`).
    """
    lines = split_lines(text)
    rules = _rules_by_start(labels)
    top = _top(lines, rules)
    marked = _marked_heading(top, options)
    if marked is not None:
        place, title, count = marked
        return title, [_label(line, "title:markdown") for line in lines[place : place + count]]
    place = _best(lines, top, rules, options)
    if place is None:
        return None, []
    return lines[place].text, [_label(lines[twin], "title:headline") for twin in _twins(lines, place, len(top))]


def with_title(labels: list[Label], titles: list[Label]) -> list[Label]:
    """All labels in order; a line of the title is that, whatever else it was taken for."""
    taken = {title.start for title in titles}
    kept = [label for label in labels if label.start not in taken]
    return sorted([*kept, *titles], key=lambda label: label.start)


def _rules_by_start(labels: Iterable[Label]) -> dict[int, Label]:
    return {label.start: label for label in labels}


def _top(lines: list[Line], rules: dict[int, Label]) -> list[Line]:
    """The lines before the article's first paragraph."""
    for place, line in enumerate(lines):
        if line.prose and line.start not in rules:
            return lines[:place]
    return lines[:2] if len(lines) > 2 and lines[1].gap else lines[:1] if len(lines) > 1 else []


def _marked_heading(top: list[Line], options: TitleOptions) -> tuple[int, str, int] | None:
    """A Markdown heading of the first level: its line, its words, and how many lines it takes."""
    for place, line in enumerate(top[:_WINDOW]):
        heading = _HASHES.match(line.text[: options.longest + 8])
        if heading and heading["title"].strip("# "):
            return place, heading["title"], 1
        below = top[place + 1] if place + 1 < len(top) else None
        if below and is_underline(below) and not below.gap and below.text.startswith("=") and line.words <= _MOST_WORDS:
            return place, line.text, 2
    return None


def _best(lines: list[Line], top: list[Line], rules: dict[int, Label], options: TitleOptions) -> int | None:
    """The line of the top that looks most like a headline; of equal ones the first."""
    first = max(0, len(top) - _WINDOW)
    places = [place for place in range(first, len(top)) if _may_be_title(top[place], rules, options)]
    if not _on_page(top, rules):
        places = [place for place in places[:1] if place == 0 and _stands_alone(top[0])]
    if not places:
        return None
    body = " ".join(line.folded or line.text for line in lines[len(top) :] if line.start not in rules)
    told = {place: _told_again(lines[place], body) for place in places}
    best, best_score = None, 0.0
    for place in places:
        score = _score(lines, place, len(top), rules) + _TOLD * told[place]
        score -= _SECOND * max((told[above] for above in (place - 1, place - 2) if above in told), default=0.0)
        if score > best_score:
            best, best_score = place, score
    return best


def _on_page(top: list[Line], rules: dict[int, Label]) -> bool:
    """Whether what stands above the article shows that this is a saved page, on which short lines come before it."""
    return any(line.start in rules and not rules[line.start].rule.startswith(_PLACE_RULES) for line in top)


def _stands_alone(line: Line) -> bool:
    """Whether a first line is a headline with nothing else to show for it: some words, no figures."""
    digits = sum(1 for character in line.text if character in "0123456789")
    return line.words >= _ALONE_WORDS and digits * 6 <= len(line.text) and ": " not in line.text[:20] and "@" not in line.text


def _may_be_title(line: Line, rules: dict[int, Label], options: TitleOptions) -> bool:
    rule = rules.get(line.start)
    if rule is not None and not rule.rule.startswith(_PLACE_RULES):
        return False
    text = line.text
    if len(text) > options.longest or line.words > _MOST_WORDS or not line.key:
        return False
    return not (_is_sentence(line) or text.endswith(_OPEN_ENDS) or _LIST_ITEM.match(text))


def _is_sentence(line: Line) -> bool:
    """Whether the line ends as a statement does; a question or an exclamation may be a headline."""
    return line.closed and not line.text.rstrip("\"'\u201d\u2019\u00bb)\u300d").endswith(
        ("?", "!", "\u2026", "...", "\uff1f", "\uff01", "\u061f")
    )


def _score(lines: list[Line], place: int, end: int, rules: dict[int, Label]) -> float:
    """How much a line looks like the headline: long enough, speaks of the article, printed twice, above a byline."""
    line = lines[place]
    score = min(line.words, 8) * 0.3 - 1.0
    below = [rules[other.start].kind if other.start in rules else "" for other in lines[place + 1 : min(end, place + _NEAR)]]
    score += _SIGNED if "byline" in below[:2] or "dateline" in below[:2] else 0.0
    score += 0.5 if "byline" in below or "dateline" in below else 0.0
    score += 0.3 if "share_links" in below else 0.0
    score -= _FAR * (end - 1 - place)
    score -= 1.5 if any(trail in line.text for trail in _TRAILS) else 0.0
    twins = sum(1 for other in lines[: end + 3] if other.key == line.key)
    score += 1.0 if twins > 1 and line.words > _FEWEST_WORDS else 0.0
    return score + (0.5 if place == 0 else 0.0)


def _told_again(line: Line, body: str) -> float:
    """The share of the line's longer words that stand in the article too."""
    pieces = [piece for piece in _PIECES.split(line.folded) if len(piece) >= _LONG_PIECE]
    if line.words > 2 * line.text.count(" ") + 3:
        pieces = [line.folded[start : start + 2] for start in range(0, len(line.folded) - 1, 2)]
    return sum(1 for piece in pieces if piece in body) / (len(pieces) + _DOUBT)


def _twins(lines: list[Line], place: int, end: int) -> list[int]:
    """The title's line and those around it that print the same words."""
    wanted = lines[place].key
    first = last = place
    while first > 0 and lines[first - 1].key == wanted:
        first -= 1
    while last + 1 < end and lines[last + 1].key == wanted:
        last += 1
    return list(range(first, last + 1))


def _label(line: Line, rule: str) -> Label:
    return Label(start=line.start, end=line.end, kind="title", rule=rule)
