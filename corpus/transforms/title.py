"""Find an article's own headline: a marked heading, the first line of a clean text, or the likeliest line of a page.

The rules are kernels (`boilerplate.headline`); `docs/decisions/0012-titles.md` tells how they came about.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.limits import check_least
from corpus.schema import KINDS
from corpus.transforms.boilerplate.characters import as_text, trait_table
from corpus.transforms.boilerplate.headline import (
    FINALISTS,
    SHARE,
    Learnt,
    Room,
    candidates,
    choose,
    is_saved_page,
)  # fmt: skip
from corpus.transforms.boilerplate.headline_context import CONTEXT, FACT_NUMBERS
from corpus.transforms.boilerplate.headline_facts import FACTS
from corpus.transforms.boilerplate.headline_page import VIEW, Page
from corpus.transforms.boilerplate.headline_trees import INNER, NODES, Trees
from corpus.transforms.boilerplate.label import Scan, scan
from corpus.transforms.boilerplate.marks import BY_HEADLINE, LINE, RULES, TITLE, UNMARKED, records
from corpus.transforms.boilerplate.phrases import languages, load
from corpus.transforms.boilerplate.retold import Numbers, room_for
from corpus.transforms.boilerplate.rules import mark_lines
from corpus.transforms.rooms import per_thread
from corpus.transforms.stretches import Label

LEARNT: Final = "headline.json"
NAMES: Final = (*(FACTS.names or ()), *CONTEXT)
"""What is known of a line: its facts, then its context."""
SIGNS: Final = " |>\u203a\u2022\u00b7"
"""Signs of lists and of rows of links, which stand before a headline but belong to none."""
_RULE_CODES: Final = {rule: code for code, rule in enumerate(RULES)}
_OTHER_RULE: Final = len(RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleOptions:
    """What counts as a headline."""

    longest: int = field(default=200, metadata={"doc": "A headline has at most this many characters."})

    def __post_init__(self) -> None:
        check_least(self, 1, "longest")


class Headline(NamedTuple):
    """An article's own headline: its words, the line that has them, the lines first:last that print it, its rule."""

    words: str
    place: int
    first: int
    last: int
    rule: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The lines of a text that may be its headline, by their places, what is known of each (`NAMES`), and its score."""

    places: Numbers
    values: npt.NDArray[np.int8]
    scores: Numbers


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


def find_headline(result: Scan, options: TitleOptions, learnt: Learnt | None = None) -> Headline | None:
    """The headline above the article of a text whose lines are marked, or None.

    `learnt` is something else than what `load_learnt` gives.
    """
    room = _finalists_room()
    rule, place, first, last = choose(result.points, _page(result), options.longest, learnt or load_learnt(), room)
    if first == last:
        return None
    line = result.lines[place]
    words = as_text(result.plain[line["first"] : line["last"]])
    if rule == BY_HEADLINE:
        words = words.lstrip(SIGNS) or words
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
    room = _room_for(len(result.lines))
    count = candidates(_page(result), options.longest, load_learnt(), room)
    return Candidates(
        places=room.places[:count][::-1], values=room.values[:count][::-1], scores=room.scores[:count][::-1]
    )


def weighed(result: Scan, options: TitleOptions) -> Candidates | None:
    """The lines that compete for the headline of a saved page; None for a text that opens with its article."""
    return find_candidates(result, options) if is_saved_page(result.lines) else None


def title_reasons(row: npt.NDArray[np.int8]) -> list[tuple[str, int]]:
    """What speaks for (above 0) and against a line as the headline of a saved page, the weightiest first.

    `row` are a candidate's values; the parts sum up to its score. What a tree adds is shared among the facts that it
    asks for on its way to the leaf, by how much each step changes what the tree says (Saabas 2014).
    """
    learnt = load_learnt()
    parts = dict.fromkeys(NAMES, 0)
    for number in range(FACT_NUMBERS):
        parts[NAMES[number]] += SHARE * int(learnt.weights[number]) * int(row[number])
    for facts, bounds, values in zip(*(table.tolist() for table in learnt.trees), strict=True):
        node = 0
        while node < INNER:
            after = 2 * node + 1 + int(row[facts[node]] > bounds[node])
            parts[NAMES[facts[node]]] += values[after] - values[node]
            node = after
    return sorted(((name, part) for name, part in parts.items() if part), key=lambda part: (-abs(part[1]), part[0]))


@functools.cache
def load_learnt() -> Learnt:
    """The weights and trees that ship; ValueError where they are about other facts than those of `NAMES`."""
    found = json.loads((files("corpus") / "data" / LEARNT).read_text("ascii"))
    if tuple(found["facts"]) != NAMES:
        raise ValueError(f"{LEARNT}: {sorted(set(found['facts']) ^ set(NAMES))} are not in both the file and the facts")
    table = np.array(found["trees"], np.int32).reshape(-1, 2 * INNER + NODES)
    trees = Trees(
        facts=table[:, :INNER].astype(np.int16),
        bounds=table[:, INNER : 2 * INNER].astype(np.int8),
        values=np.ascontiguousarray(table[:, 2 * INNER :]),
    )
    return Learnt(weights=np.array(found["weights"], np.int32), trees=trees)


def _page(result: Scan) -> Page:
    lines = result.lines
    return Page(
        plain=result.plain,
        folded=result.folded,
        traits=trait_table(),
        lines=lines,
        views=records(len(lines) + 1, VIEW),
        tally=room_for(len(lines), len(result.points), unspaced=result.unspaced),
    )


@per_thread
def _finalists_room() -> Room:
    """Room for the finalists of one text after the other: `choose` fills what it reads."""
    return _room_for(FINALISTS + 1)


def _room_for(rows: int) -> Room:
    """Room for so many lines."""
    values = np.empty((rows, len(NAMES)), np.int8)
    return Room(
        facts=values[:, :FACT_NUMBERS].view(FACTS)[:, 0],
        values=values,
        places=np.empty(rows, np.int32),
        scores=np.empty(rows, np.int32),
    )
