"""Find an article's own headline: a marked heading, the first line of a clean text, or the likeliest line of a page.

The rules are kernels (`boilerplate.headline`); `docs/decisions/0012-titles.md` tells how they came about.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.limits import check_least
from corpus.schema import KINDS
from corpus.transforms.boilerplate.characters import as_text, trait_table
from corpus.transforms.boilerplate.headline import candidates, choose
from corpus.transforms.boilerplate.headline_facts import FACTS, Facts
from corpus.transforms.boilerplate.headline_page import VIEW, Page
from corpus.transforms.boilerplate.label import Scan, scan
from corpus.transforms.boilerplate.marks import BY_HEADLINE, LINE, RULES, TITLE, UNMARKED
from corpus.transforms.boilerplate.phrases import languages, load
from corpus.transforms.boilerplate.retold import Numbers, room_for
from corpus.transforms.boilerplate.rules import mark_lines
from corpus.transforms.stretches import Label

WEIGHTS: Final = "headline.json"
_SIGNS: Final = " |>\u203a\u2022\u00b7"
"""Signs of lists and of rows of links, which stand before a headline but belong to none."""
_RULE_CODES: Final = {rule: code for code, rule in enumerate(RULES)}
_OTHER_RULE: Final = len(RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleOptions:
    """What counts as a headline."""

    longest: int = field(default=200, metadata={"doc": "A headline has at most this many characters."})

    def __post_init__(self) -> None:
        check_least(self, 1, "longest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """An article's own headline: its words, the line that has them, the lines first:last that print it, its rule."""

    words: str
    place: int
    first: int
    last: int
    rule: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The lines of a text that may be its headline, by their places, and what is so about each (rows of `FACTS`)."""

    places: Numbers
    values: npt.NDArray[np.int8]


def find_title(text: str, labels: list[Label], options: TitleOptions) -> tuple[str | None, list[Label]]:
    """The headline at the top of a normalised `text`, or None, and the labels of the line or lines that print it.

    The labels are of kind `title`; they may lie on lines that are in `labels` for where they stand (see `with_title`).
    """
    result = labelled(text, labels)
    headline = find_headline(result, options)
    if headline is None:
        return None, []
    printed = result.lines[["start", "end"]][headline.first : headline.last].tolist()
    rule = RULES[headline.rule]
    return headline.words, [Label(start=start, end=end, kind="title", rule=rule) for start, end in printed]


def labelled(text: str, labels: list[Label]) -> Scan:
    """The lines of a normalised `text`, marked by `labels`; what their own words say comes from all phrase lists."""
    result = scan(text)
    mark_lines(result.plain, result.folded, load(languages()).lexicon, result.lines)
    result.lines["form"] = UNMARKED
    spans = [(label.start, label.end) for label in labels]
    borders = np.searchsorted(result.lines["start"], np.array(spans, np.int64).reshape(-1, 2)).tolist()
    for label, (first, last) in zip(labels, borders, strict=True):
        lines = result.lines[first:last]
        lines["kind"], lines["form"] = KINDS.index(label.kind), LINE
        lines["rule"] = _RULE_CODES.get(label.rule, _OTHER_RULE)
    return result


def find_headline(result: Scan, options: TitleOptions, learnt: Numbers | None = None) -> Headline | None:
    """The headline above the article of a text whose lines are marked, or None.

    `learnt` are other weights than those of `weights`.
    """
    table = weights() if learnt is None else learnt
    facts, values = _room_for_facts(1)
    rule, place, first, last = choose(result.points, _page(result), options.longest, table, facts, values)
    if first == last:
        return None
    line = result.lines[place]
    words = as_text(result.plain[line["first"] : line["last"]])
    if rule == BY_HEADLINE:
        words = words.lstrip(_SIGNS) or words
    return Headline(words=words, place=place, first=first, last=last, rule=rule)


def mark_headline(result: Scan, headline: Headline) -> None:
    """Mark the lines that print the headline as that, whatever else they were taken for."""
    lines = result.lines[headline.first : headline.last]
    lines["kind"], lines["form"], lines["rule"] = TITLE, LINE, headline.rule


def with_title(labels: list[Label], titles: list[Label]) -> list[Label]:
    """All labels in order; a line of the title is that, whatever else it was taken for."""
    taken = {title.start for title in titles}
    kept = [label for label in labels if label.start not in taken]
    return sorted([*kept, *titles], key=lambda label: label.start)


def find_candidates(result: Scan, options: TitleOptions) -> Candidates:
    """All lines of a text whose lines are marked that may be its headline if it is a saved page."""
    facts, values = _room_for_facts(len(result.lines))
    places = np.empty(len(result.lines), np.int32)
    count = candidates(_page(result), options.longest, facts, values, places)
    return Candidates(places=places[:count][::-1], values=values[:count][::-1])


def title_reasons(result: Scan, place: int, options: TitleOptions) -> list[tuple[str, int]]:
    """What speaks for (above 0) and against a line as the headline of a saved page, the weightiest first.

    The names of facts (`headline_facts`) and what each adds to the line's score; nothing for a line that is out of
    the question. A marked heading and the first line of a clean text have no score.
    """
    found = find_candidates(result, options)
    for row in found.values[found.places == place]:
        parts = zip(FACTS.names or (), (weights() * row).tolist(), strict=True)
        return sorted(((name, part) for name, part in parts if part), key=lambda part: (-abs(part[1]), part[0]))
    return []


@functools.cache
def weights() -> Numbers:
    """The weight of every fact, in the order of `FACTS`; ValueError where the file has others."""
    found: dict[str, int] = json.loads((files("corpus") / "data" / WEIGHTS).read_text("ascii"))
    names = FACTS.names or ()
    if set(found) != set(names):
        raise ValueError(f"{WEIGHTS}: {sorted(set(found) ^ set(names))} are not in both the file and the facts")
    table = np.array([found[name] for name in names], np.int32)
    table.setflags(write=False)
    return table


def _page(result: Scan) -> Page:
    lines = result.lines
    unspaced = bool(lines["unspaced"].any())
    return Page(
        plain=result.plain,
        folded=result.folded,
        traits=trait_table(),
        lines=lines,
        views=np.empty(len(lines) + 1, VIEW),
        tally=room_for(len(lines), len(result.points), unspaced=unspaced),
    )


def _room_for_facts(rows: int) -> tuple[Facts, npt.NDArray[np.int8]]:
    """Records of `FACTS`, and the same as a table of bytes."""
    values = np.empty((rows, len(FACTS.names or ())), np.int8)
    return values.view(FACTS)[:, 0], values
