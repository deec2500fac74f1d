"""Why each line of a row's source text stayed or was taken out: the rule, and what the line model weighed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from corpus.release.show import passages_of
from corpus.transforms.boilerplate.explain import Reason, explain_lines
from corpus.transforms.boilerplate.label import BoilerplateOptions, marked
from corpus.transforms.boilerplate.marks import BY_HEADLINE, RULES
from corpus.transforms.normalize import WHITE_SPACE
from corpus.transforms.stretches import restore
from corpus.transforms.title import TitleOptions, title_reasons, weighed

MOST_REASONS: Final = 5
"""So many of the weightiest reasons are told for a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One line of a source text. `kind` and `rule` are null when it stayed in the body.

    `score` is what the line model gives the line (more than 0: part of the article) and `reasons` are the weightiest
    parts of that sum; null and empty where a rule, the page's HTML or a decision of the maintainer settled the line.
    `title_score` and `title_reasons` are the same of a line that competed for the headline of a saved page: the highest
    score wins (see `boilerplate.headline`).
    """

    number: int
    text: str
    kind: str | None
    rule: str | None
    score: int | None
    reasons: tuple[Reason, ...]
    title_score: int | None
    title_reasons: tuple[tuple[str, int], ...]


def explain_row(
    row: Mapping[str, Any], options: BoilerplateOptions, title: TitleOptions | None = None
) -> Iterator[Explanation]:
    """Every line of the row's source text that is not blank, in order.

    What was done is read from the row. Why is worked out anew with `options`; where that gives another result (the
    text was HTML, a decision was made, the row was built with other settings), the row's rule alone is told.
    """
    text = restore(row["body"], row["boilerplate"])
    taken = dict(_taken_lines(row))
    titles = _title_reasons(text, options, title or TitleOptions()) if _has_headline(row) else {}
    for line in explain_lines(text, options):
        kind, rule = taken.get(line.start, (None, None))
        same = (kind, rule) == (line.kind, line.rule)
        yield Explanation(
            number=text.count("\n", 0, line.start) + 1,
            text=text[line.start : line.end],
            kind=kind,
            rule=rule,
            score=line.score if same else None,
            reasons=line.reasons[:MOST_REASONS] if same else (),
            title_score=titles[line.start][0] if line.start in titles else None,
            title_reasons=titles[line.start][1] if line.start in titles else (),
        )


def _has_headline(row: Mapping[str, Any]) -> bool:
    """Whether the row's title is a line of its text that was found there."""
    return any(stretch["rule"] == RULES[BY_HEADLINE] for stretch in row["boilerplate"])


def _title_reasons(
    text: str, options: BoilerplateOptions, title: TitleOptions
) -> dict[int, tuple[int, tuple[tuple[str, int], ...]]]:
    """The score of every line that competed for the headline, by where it starts, and the weightiest parts of it."""
    result = marked(text, options)
    found = weighed(result, title)
    if found is None:
        return {}
    starts = result.lines["start"][found.places].tolist()
    return {
        start: (score, tuple(title_reasons(row)[:MOST_REASONS]))
        for start, score, row in zip(starts, found.scores.tolist(), found.values, strict=True)
    }


def _taken_lines(row: Mapping[str, Any]) -> Iterator[tuple[int, tuple[str, str]]]:
    """Where each line starts that was taken out, with its kind and rule."""
    position = 0
    for kind, rule, passage in passages_of(row):
        for line in passage.split("\n") if kind else ():
            bare = line.lstrip(WHITE_SPACE)
            if bare:
                yield position + len(line) - len(bare), (kind, rule)
            position += len(line) + 1
        position += -1 if kind else len(passage)
