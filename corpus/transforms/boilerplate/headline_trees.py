"""Regression trees over the facts of a line: what sums of single facts cannot say, such as `a kicker above`."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.headline_context import Row
from corpus.transforms.boilerplate.retold import Numbers
from corpus.transforms.kernels import compiled

DEPTH: Final = 3
INNER: Final = (1 << DEPTH) - 1
"""Nodes of a tree that ask; its other nodes are leaves."""
NODES: Final = 2 * INNER + 1


class Trees(NamedTuple):
    """Complete trees, one a row, node 0 the root and 2n + 1, 2n + 2 below node n.

    Node n asks whether fact `facts[tree, n]` is greater than `bounds[tree, n]` (then on to 2n + 2); `values` are what
    the trees add to a score, for inner nodes what the path so far adds.
    """

    facts: npt.NDArray[np.int16]
    bounds: npt.NDArray[np.int8]
    values: Numbers


@compiled
def leaf_of(trees: Trees, tree: int, row: Row) -> int:
    """The leaf of a tree that a line belongs to, by its facts."""
    node = 0
    for _ in range(DEPTH):
        node = 2 * node + 1 + (row[trees.facts[tree, node]] > trees.bounds[tree, node])
    return node


@compiled
def trees_score(trees: Trees, row: Row) -> int:
    """What all trees add to a line's score."""
    score = 0
    for tree in range(len(trees.values)):
        score += trees.values[tree, leaf_of(trees, tree, row)]
    return score
