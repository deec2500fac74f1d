"""Find an article's own headline among the first lines of its text, and nothing else: no sentence, name or date.

The rules are kernels (`boilerplate.headline`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from corpus.limits import check_least
from corpus.schema import KINDS
from corpus.transforms.boilerplate.characters import as_text, trait_table
from corpus.transforms.boilerplate.headline import choose
from corpus.transforms.boilerplate.label import Scan, scan
from corpus.transforms.boilerplate.marks import LINE, RULES, TITLE
from corpus.transforms.boilerplate.retold import GRAM_HASHES, TOLD_WITHIN
from corpus.transforms.stretches import Label

_RULE_CODES = {rule: code for code, rule in enumerate(RULES)}
_OTHER_RULE = len(RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleOptions:
    """What counts as a headline."""

    longest: int = field(default=200, metadata={"doc": "A headline has at most this many characters."})

    def __post_init__(self) -> None:
        check_least(self, 1, "longest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """An article's own headline: its words, the lines first:last that print it, and the rule that found it."""

    words: str
    first: int
    last: int
    rule: int


def find_title(text: str, labels: list[Label], options: TitleOptions) -> tuple[str | None, list[Label]]:
    """The headline at the top of a normalised `text`, or None, and the labels of the line or lines that print it.

    The labels are of kind `title`; they may lie on lines that are in `labels` for where they stand (see `with_title`).
    """
    result = scan(text)
    spans = [(label.start, label.end) for label in labels]
    borders = np.searchsorted(result.lines["start"], np.array(spans, np.int64).reshape(-1, 2)).tolist()
    for label, (first, last) in zip(labels, borders, strict=True):
        lines = result.lines[first:last]
        lines["kind"], lines["form"] = KINDS.index(label.kind), LINE
        lines["rule"] = _RULE_CODES.get(label.rule, _OTHER_RULE)
    headline = find_headline(result, options)
    if headline is None:
        return None, []
    printed = result.lines[["start", "end"]][headline.first : headline.last].tolist()
    rule = RULES[headline.rule]
    return headline.words, [Label(start=start, end=end, kind="title", rule=rule) for start, end in printed]


def find_headline(result: Scan, options: TitleOptions) -> Headline | None:
    """The headline above the article of a text whose lines are marked, or None."""
    heads, grams = np.empty(GRAM_HASHES, np.int64), np.empty((2, TOLD_WITHIN), np.int64)
    rule, place, first, last = choose(
        result.points, result.plain, result.folded, trait_table(), result.lines, options.longest, heads, grams
    )
    if first == last:
        return None
    line = result.lines[place]
    words = as_text(result.plain[line["first"] : line["last"]])
    return Headline(words=words, first=first, last=last, rule=rule)


def mark_headline(result: Scan, headline: Headline) -> None:
    """Mark the lines that print the headline as that, whatever else they were taken for."""
    lines = result.lines[headline.first : headline.last]
    lines["kind"], lines["form"], lines["rule"] = TITLE, LINE, headline.rule


def with_title(labels: list[Label], titles: list[Label]) -> list[Label]:
    """All labels in order; a line of the title is that, whatever else it was taken for."""
    taken = {title.start for title in titles}
    kept = [label for label in labels if label.start not in taken]
    return sorted([*kept, *titles], key=lambda label: label.start)
