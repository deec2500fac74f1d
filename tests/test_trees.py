"""Boosted trees: each row gets what every tree's path leads to; growing them finds a rule, twice the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.boosting import Growth, grow
from corpus.transforms.trees import read_trees, scores_of

NAMES = ("length", "links")
LEAVES = st.integers(-50, 50)
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    LEAVES, lambda below: st.tuples(st.sampled_from(NAMES), st.integers(-5, 5), below, below), max_leaves=9
)
ROWS = st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), max_size=6)


def worth(tree: Any, row: dict[str, int]) -> int:
    if isinstance(tree, int):
        return tree
    name, least, below, above = tree
    return worth(above if row[name] >= least else below, row)


@given(st.lists(DOCUMENTS, max_size=4), ROWS)
def test_a_score_is_the_sum_of_the_leaves_that_a_row_reaches(trees: list[Any], rows: list[tuple[int, int]]) -> None:
    scores = scores_of(read_trees(trees, NAMES), np.array(rows, np.int32).reshape(-1, 2))
    wanted = [sum(worth(tree, dict(zip(NAMES, row, strict=True))) for tree in trees) for row in rows]
    assert scores.tolist() == wanted


def test_a_split_on_an_unknown_feature_is_refused() -> None:
    with pytest.raises(ValueError, match="no feature colour"):
        read_trees([["colour", 1, 0, 1]], NAMES)


def test_growing_finds_a_rule_of_two_features_and_gives_the_same_trees_again() -> None:
    values = np.array([(length, links) for length in range(12) for links in range(12)], np.int32)
    right = ((values[:, 0] >= 4) & (values[:, 1] < 7)).astype(np.int64)
    growth = Growth(trees=40, features=1.0, least_curvature=0.1)
    document = grow(values, right, np.ones(len(values)), NAMES, 1024, growth)
    assert grow(values, right, np.ones(len(values)), NAMES, 1024, growth) == document
    assert ((scores_of(read_trees(document, NAMES), values) > 0) == right).all()
