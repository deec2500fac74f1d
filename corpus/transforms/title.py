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
_OPEN_ENDS: Final = (",", ";", ":", "-", "\u2013", "\u2014", "|", "/", "\u3001", "\uff0c", "\uff1a", "\u060c", "\u061b", "(", "&")
_WINDOW: Final = 40
_NEAR: Final = 6
_FEWEST_WORDS: Final = 3
_MOST_WORDS: Final = 32
_WEAK_RULES: Final = ("structure:before_article", "title:")


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
    scored = [
        (_score(lines, place, len(top), rules), -place)
        for place in range(first, len(top))
        if _may_be_title(top[place], rules, options)
    ]
    if not scored:
        return None
    score, place = max(scored)
    return -place if score > 0 else None


def _may_be_title(line: Line, rules: dict[int, Label], options: TitleOptions) -> bool:
    rule = rules.get(line.start)
    if rule is not None and not rule.rule.startswith(_WEAK_RULES):
        return False
    text = line.text
    if len(text) > options.longest or line.words > _MOST_WORDS or not line.key:
        return False
    return not (_is_sentence(line) or text.endswith(_OPEN_ENDS) or _LIST_ITEM.match(text))


def _is_sentence(line: Line) -> bool:
    """Whether the line ends as a statement does; a question or an exclamation may be a headline."""
    return line.closed and not line.text.rstrip("\"'\u201d\u2019\u00bb)\u300d").endswith(("?", "!", "\u2026", "...", "\uff1f", "\uff01", "\u061f"))


def _score(lines: list[Line], place: int, end: int, rules: dict[int, Label]) -> float:
    """How much a line looks like the headline: long enough, printed twice, near the article, above its byline."""
    line = lines[place]
    score = min(line.words, 8) * 0.4 - 1.0
    below = [rules[other.start].kind for other in lines[place + 1 : min(end, place + _NEAR)] if other.start in rules]
    score += 1.5 if "byline" in below or "dateline" in below else 0.0
    score += 0.5 if "share_links" in below else 0.0
    score -= 0.1 * (end - 1 - place)
    twins = sum(1 for other in lines[: end + 3] if other.key == line.key)
    score += 1.0 if twins > 1 and line.words > _FEWEST_WORDS else 0.0
    return score + (0.5 if place == 0 else 0.0)


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
