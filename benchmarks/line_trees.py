"""Gradient-boosted trees for choices: which line of a page is right (Friedman 2001; Chen and Guestrin 2016).

The loss is that of a softmax over the lines of each page; trees are complete, as `boilerplate.headline_trees` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.headline_trees import DEPTH, INNER, NODES, Trees

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

TREES: Final = 150
RATE: Final = 0.07
RIDGE: Final = 3.0
FEWEST_LINES: Final = 20
LEAST_CURVATURE: Final = 0.5
PAGES_A_TREE: Final = 0.7
FACTS_A_TREE: Final = 0.3
SCALE: Final = 100
_SHIFT: Final = 128
_FLAT: Final = 1e-4
_NEVER: Final = 127
"""No fact is greater: a node with this bound asks nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Lines of pages, one after another: what is known of each, which are right, and their scores so far.

    `sizes` and `sure` are how many lines each page has and what it counts.
    """

    values: npt.NDArray[np.int8]
    right: npt.NDArray[np.bool_]
    scores: Floats
    sizes: Numbers
    sure: Floats


def boost(choices: Choices, seed: int = 0) -> Trees:
    """Trees whose sum, added to the scores, tells the right lines; their values in whole numbers of 1 / SCALE."""
    chance = np.random.Generator(np.random.PCG64(seed))
    bins = (choices.values.astype(np.int16) + _SHIFT).astype(np.uint8)
    page = np.repeat(np.arange(len(choices.sizes)), choices.sizes)
    scores = choices.scores.copy()
    facts, bounds, values = [], [], []
    for _ in range(TREES):
        slope, curvature = _gradients(choices, scores)
        rows = np.flatnonzero((chance.random(len(choices.sizes)) < PAGES_A_TREE)[page])
        count = bins.shape[1]
        asked = np.sort(chance.permutation(count)[: max(1, int(count * FACTS_A_TREE))])
        tree = (np.zeros(INNER, np.int64), np.full(INNER, _NEVER, np.int64), np.zeros(NODES))
        scores += _grow(bins, slope, curvature, rows, asked, *tree)
        facts.append(tree[0])
        bounds.append(tree[1])
        values.append(np.rint(SCALE * (tree[2] - tree[2][0])))
    return Trees(
        facts=np.array(facts, np.int16), bounds=np.array(bounds, np.int8), values=np.array(values).astype(np.int32)
    )


def _gradients(choices: Choices, scores: Floats) -> tuple[Floats, Floats]:
    """First and second derivative of the loss by each line's score."""
    starts = np.concatenate([[0], np.cumsum(choices.sizes)[:-1]])
    powers = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), choices.sizes))
    total = np.repeat(np.add.reduceat(powers, starts), choices.sizes)
    good = np.repeat(np.add.reduceat(powers * choices.right, starts), choices.sizes) + 1e-300
    sure = np.repeat(choices.sure, choices.sizes)
    share = powers / total
    return sure * (share - powers * choices.right / good), sure * np.maximum(share * (1 - share), _FLAT)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _grow(
    bins: npt.NDArray[np.uint8], slope: Floats, curvature: Floats, rows: Numbers, asked: Numbers, facts: Numbers,
    bounds: Numbers, values: Floats,
) -> Floats:  # fmt: skip
    """Fill in a tree from the lines `rows`; what it adds to every line."""
    node = np.zeros(len(bins), np.int64)
    for level in range(DEPTH + 1):
        first, width = (1 << level) - 1, 1 << level
        slopes, curvatures = np.zeros(width), np.zeros(width)
        for row in rows:
            slopes[node[row] - first] += slope[row]
            curvatures[node[row] - first] += curvature[row]
        for at in range(width):
            values[first + at] = -RATE * slopes[at] / (curvatures[at] + RIDGE)
        if level < DEPTH:
            _split(bins, slope, curvature, rows, asked, node, first, width, facts, bounds)
            for row in range(len(bins)):
                at = node[row]
                node[row] = 2 * at + 1 + (int(bins[row, facts[at]]) - _SHIFT > bounds[at])
    return values[node]


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _split(
    bins: npt.NDArray[np.uint8], slope: Floats, curvature: Floats, rows: Numbers, asked: Numbers, node: Numbers,
    first: int, width: int, facts: Numbers, bounds: Numbers,
) -> None:  # fmt: skip
    """Find for every node of a level the fact and bound that lower the loss most."""
    best = np.full(width, 1e-6)
    for fact in asked:
        slopes, curvatures = np.zeros((width, 256)), np.zeros((width, 256))
        counts = np.zeros((width, 256), np.int64)
        for row in rows:
            at, value = node[row] - first, bins[row, fact]
            slopes[at, value] += slope[row]
            curvatures[at, value] += curvature[row]
            counts[at, value] += 1
        for at in range(width):
            total, bend, count = slopes[at].sum(), curvatures[at].sum(), counts[at].sum()
            left = left_bend = 0.0
            left_count = 0
            for value in range(255):
                if not counts[at, value]:
                    continue
                left += slopes[at, value]
                left_bend += curvatures[at, value]
                left_count += counts[at, value]
                few = min(left_count, count - left_count) < FEWEST_LINES
                if few or min(left_bend, bend - left_bend) < LEAST_CURVATURE:
                    continue
                gain = left**2 / (left_bend + RIDGE) + (total - left) ** 2 / (bend - left_bend + RIDGE)
                gain -= total**2 / (bend + RIDGE)
                if gain > best[at]:
                    best[at], facts[first + at], bounds[first + at] = gain, fact, value - _SHIFT
