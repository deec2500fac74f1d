"""Which lines of a page belong to its article: a linear chain over boosted trees, which are data.

A line's score is what all trees give it for its features (see `features`). Of all sequences of kept and dropped lines
that one is taken in which the kept lines' scores add up to most, where every change from one to the other has its price
(Viterbi's algorithm). `benchmarks/train_html.py` grows the trees; docs/decisions/0011-html.md says how and why.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, NamedTuple

from corpus.transforms.html.facts import Tree
from corpus.transforms.html.features import FEATURES, Opinions, describe
from corpus.transforms.trees import Trees, read_trees, scores_of

SCALE: Final = 1024
"""Scores are whole numbers: so many make one unit of log odds."""


class Model(NamedTuple):
    """What makes a line's score, and the price of a change."""

    trees: Trees
    change: int


@functools.cache
def load_model() -> Model:
    """The model that ships with the package."""
    return read_model(json.loads((files("corpus") / "data" / "html_model.json").read_text("ascii")))


def read_model(document: Mapping[str, Any]) -> Model:
    """A model from its document; ValueError where it splits on a feature that does not exist."""
    return Model(trees=read_trees(document["trees"], FEATURES), change=document["change"])


def keep_lines(tree: Tree, opinions: Opinions, model: Model) -> list[bool]:
    """For every line whether it belongs to the article."""
    if not tree.lines:
        return []
    return best_sequence(scores_of(model.trees, describe(tree, opinions)).tolist(), model.change)


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
