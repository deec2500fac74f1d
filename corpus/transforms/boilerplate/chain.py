"""Which lines are the article's: a linear chain over weighed features, with weights that are data.

A line's score is the sum of its features' weights. Of all sequences of kept and dropped lines that one is taken in
which the kept lines' scores add up to most, where every change from one to the other has its price (Viterbi's
algorithm). All numbers are whole, so every machine decides alike, and the work is linear in the lines.
`benchmarks/train_boundaries.py` makes the weights; docs/decisions/0013-line-model.md says how and why.
"""

# ruff: noqa: FBT001 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.features import COUNT, FEATURES, Steps, Table, describe
from corpus.transforms.boilerplate.marks import UNMARKED, Lines
from corpus.transforms.kernels import compiled

SCALE: Final = 64
"""Weights are whole numbers: so many make one unit of log odds."""
AT_ONCE: Final = 112
"""So many lines are described at once: their features fit the processor's first cache."""
LEAST_EVIDENCE: Final = 10
"""With fewer tenths of evidence (see `evidence`) in a text, the rules alone decide."""
SPACED_EVIDENCE: Final = 100
"""The same for a text with blank lines: they tell the rules what belongs together, and the model learned from few."""
DENSITY: Final = 4
"""The rules alone decide, too, where fewer tenths of evidence come to a hundred words: most of it is the article."""

WEIGHT: Final = np.dtype([("feature", np.int32), ("least", np.int32), ("weight", np.int32)], align=True)
"""What a line gains (or loses) when a feature is at least so much."""


class Model(NamedTuple):
    """Weights (records of `WEIGHT`), what every line gains, and the price of a change between kept and dropped."""

    weights: npt.NDArray[Any]
    bias: int
    change: int


RULES_ALONE: Final = Model(weights=np.empty(0, WEIGHT), bias=0, change=0)
"""No model: it never has a say."""


@functools.cache
def load_model() -> Model:
    """The weights that ship with the package."""
    return read_model(json.loads((files("corpus") / "data" / "boundaries.json").read_text("ascii")))


def read_model(document: Mapping[str, Any]) -> Model:
    """A model from its document; ValueError where it has a feature, or a value of one, that does not exist."""
    names = list(FEATURES)
    rows = []
    for name, steps in document["weights"].items():
        for least, weight in steps.items():
            if name not in FEATURES or int(least) not in FEATURES[name]:
                raise ValueError(f"no feature {name} >= {least}")
            rows.append((names.index(name), int(least), weight))
    return Model(weights=np.array(rows, WEIGHT), bias=document["bias"], change=document["change"])


@compiled
def decides(steps: Steps, spaced: bool, model: Model) -> bool:
    """Whether enough of a text belongs to a page for the model to decide."""
    end = steps[len(steps) - 1]
    enough = end.evidence >= (SPACED_EVIDENCE if spaced else LEAST_EVIDENCE)
    return bool(enough and len(model.weights) > 0 and end.evidence * 100 >= DENSITY * end.words)


@compiled
def score_lines(lines: Lines, steps: Steps, extent: tuple[int, int], spaced: bool, model: Model, table: Table) -> None:
    """Set every line's score; what the rules alone take out has none, and the chain passes over it."""
    for begin in range(0, len(lines), AT_ONCE):
        end = min(len(lines), begin + AT_ONCE)
        describe(lines, steps, extent, spaced, begin, end, table)
        scores = table[COUNT]
        for column in range(end - begin):
            scores[column] = model.bias
        for item in model.weights:
            values = table[item.feature]
            for column in range(end - begin):
                scores[column] += item.weight if values[column] >= item.least else 0
        for place in range(begin, end):
            steps[place].score = 0 if steps[place].fixed else scores[place - begin]


@compiled
def hold_paragraphs(lines: Lines, steps: Steps, extent: tuple[int, int], change: int) -> None:
    """Raise the scores of paragraphs that the rules see in the article, so that no sequence is better without them."""
    for place in range(extent[0], extent[1]):
        if lines[place].prose and lines[place].form == UNMARKED:
            steps[place].score = max(steps[place].score, 2 * change)


@compiled
def choose_lines(steps: Steps, change: int) -> None:
    """Set `stays` of every line as the best sequence has it; of equal ones the one that keeps."""
    count = len(steps) - 1
    kept, dropped = 0, 0
    for place in range(count):
        step = steps[place]
        step.from_kept = kept >= dropped - change
        step.from_dropped = dropped > kept - change
        above = kept
        kept = (kept if step.from_kept else dropped - change) + step.score
        dropped = dropped if step.from_dropped else above - change
    state = kept >= dropped
    for place in range(count - 1, -1, -1):
        step = steps[place]
        before = step.from_kept if state else not step.from_dropped
        step.stays = state
        state = before
