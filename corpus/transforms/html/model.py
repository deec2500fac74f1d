"""Which lines of a page belong to its article: a linear chain over weighed facts, with weights that are data.

A line's score is the sum of its facts' weights. Of all sequences of kept and dropped lines that one is taken in which
the kept lines' scores add up to most, where every change from one to the other has its price (Viterbi's algorithm).
`benchmarks/train_html.py` makes the weights; docs/decisions/0011-html.md says how and why.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from corpus.transforms.html.facts import PageFacts, Shares, Tree

SCALE: Final = 16
"""Weights are whole numbers: so many make one unit of log odds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What every fact adds to a line's score, and the price of a change."""

    facts: Mapping[str, int]
    change: int


@functools.cache
def load_weights() -> Weights:
    """The weights that ship with the package."""
    return Weights(**json.loads((files("corpus") / "data" / "html_model.json").read_text("ascii")))


def keep_lines(tree: Tree, kept: Shares, marks: Sequence[str], weights: Weights) -> list[bool]:
    """For every line whether it belongs to the article (see `facts.PageFacts`)."""
    scores = [score(facts, weights.facts) for facts in PageFacts(tree, kept, marks).all()]
    return best_sequence(scores, weights.change)


def score(facts: Sequence[str], weights: Mapping[str, int]) -> int:
    """The sum of the weights of these facts; unknown ones have none."""
    return sum(weights.get(fact, 0) for fact in facts)


def best_sequence(scores: Sequence[int], change: int) -> list[bool]:
    """The sequence with the greatest sum of the kept lines' scores, less `change` for every change; ties drop."""
    if not scores:
        return []
    dropped, kept = 0, scores[0]
    back: list[tuple[bool, bool]] = []
    for value in scores[1:]:
        back.append((kept - change > dropped, kept > dropped - change))
        dropped, kept = max(dropped, kept - change), max(kept, dropped - change) + value
    state = kept > dropped
    states = [state]
    for from_kept in reversed(back):
        state = from_kept[state]
        states.append(state)
    return states[::-1]
