"""Why each line of a text stays or was taken out: its kind and rule, and what the line model weighed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corpus.schema import KINDS
from corpus.transforms.boilerplate.chain import RULES_ALONE, Model, load_model
from corpus.transforms.boilerplate.features import COUNT, FEATURES, Table, describe_text
from corpus.transforms.boilerplate.label import BoilerplateOptions, judge
from corpus.transforms.boilerplate.marks import UNMARKED
from corpus.transforms.boilerplate.phrases import languages, load


class Reason(NamedTuple):
    """What one feature of a line adds to its score: more than 0 speaks for the article (see `chain.SCALE`)."""

    feature: str
    value: int
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReason:
    """Why text[start:end], a line that is not blank, stays (`kind` and `rule` are null) or was taken out.

    Where the line model had a say, `score` is what the line itself adds to a sequence that keeps it, and `reasons` are
    the parts of the sum of `Model.bias` and weights that it comes from, the weightiest first; a paragraph may be raised
    above that sum (see `chain.hold_paragraphs`). The neighbours' scores decide as well. Else both are empty.
    """

    start: int
    end: int
    kind: str | None
    rule: str | None
    score: int | None
    reasons: tuple[Reason, ...]


def explain_lines(text: str, options: BoilerplateOptions) -> list[LineReason]:
    """The reasons for every line of a normalised `text`, in order."""
    model = load_model()
    rules = load(options.languages or languages()).rules
    alone = judge(text, options, RULES_ALONE)
    table = np.empty((COUNT, len(alone.scan.lines)), np.int32)
    describe_text(alone.scan.lines, alone.steps, alone.first, alone.last, table)
    result = judge(text, options, model)
    found = []
    for place, line in enumerate(result.scan.lines):
        left = line["form"] != UNMARKED
        weighed = result.by_model and not result.steps["fixed"][place]
        found.append(
            LineReason(
                start=int(line["start"]),
                end=int(line["end"]),
                kind=KINDS[line["kind"]] if left else None,
                rule=rules[line["rule"]] if left else None,
                score=int(result.steps["score"][place]) if weighed else None,
                reasons=_reasons(table, place, model) if weighed else (),
            )
        )
    return found


def _reasons(table: Table, place: int, model: Model) -> tuple[Reason, ...]:
    """What every feature adds to a line's score, the weightiest first."""
    names = list(FEATURES)
    sums = dict.fromkeys(names, 0)
    for feature, least, weight in model.weights.tolist():
        sums[names[feature]] += weight if table[feature, place] >= least else 0
    reasons = [Reason(name, int(table[number, place]), sums[name]) for number, name in enumerate(names)]
    return tuple(sorted((reason for reason in reasons if reason.weight), key=lambda reason: -abs(reason.weight)))
