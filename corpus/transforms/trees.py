"""Boosted regression trees with whole numbers alone, so that every machine decides alike.

A row's score is the sum of what it gets from every tree: at each split it goes one way if its value of a feature is at
least so much, else the other, until it reaches a leaf (J. Friedman, Greedy function approximation, 2001).
`benchmarks/boosting.py` grows them. In a document a tree is a leaf (a number) or a split: `[feature, least, tree below,
tree from there on]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.transforms.compiled import compiled

NODE: Final = np.dtype(
    [("feature", np.int32), ("least", np.int32), ("below", np.int32), ("above", np.int32)], align=True
)
"""A split; where `feature` is LEAF, `least` is what a row gets that comes here."""
LEAF: Final = -1

Ints = npt.NDArray[np.int32]


class Trees(NamedTuple):
    """All nodes of all trees (records of `NODE`), and where each tree begins."""

    nodes: npt.NDArray[Any]
    roots: Ints


def read_trees(document: Sequence[Any], features: Sequence[str]) -> Trees:
    """Trees from their document; ValueError where one splits on a feature that does not exist."""
    places = {name: place for place, name in enumerate(features)}
    nodes: list[tuple[int, int, int, int]] = []
    roots = [_read(tree, places, nodes) for tree in document]
    return Trees(nodes=np.array(nodes, NODE), roots=np.array(roots, np.int32))


def _read(tree: Any, places: dict[str, int], nodes: list[tuple[int, int, int, int]]) -> int:
    place = len(nodes)
    if isinstance(tree, int):
        nodes.append((LEAF, tree, 0, 0))
        return place
    name, least, below, above = tree
    if name not in places:
        raise ValueError(f"no feature {name}")
    nodes.append((LEAF, 0, 0, 0))
    nodes[place] = (places[name], least, _read(below, places, nodes), _read(above, places, nodes))
    return place


def scores_of(trees: Trees, values: Ints) -> npt.NDArray[np.int64]:
    """The score of every row of `values` (rows, features)."""
    scores = np.zeros(len(values), np.int64)
    add_scores(trees, np.ascontiguousarray(values), scores)
    return scores


@compiled
def add_scores(trees: Trees, values: Ints, scores: npt.NDArray[np.int64]) -> None:
    """Add to every row's score what it gets from all trees."""
    for root in trees.roots:
        for row in range(len(values)):
            node = trees.nodes[root]
            while node.feature >= 0:
                node = trees.nodes[node.above if values[row, node.feature] >= node.least else node.below]
            scores[row] += node.least
