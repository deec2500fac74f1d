"""The trees that are learnt for titles: they say what a sum of single facts cannot, and their values are whole."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.line_trees import Choices, boost
from corpus.transforms.boilerplate.headline_trees import DEPTH, INNER, Trees


@pytest.fixture(scope="module")
def choices() -> Choices:
    """Pages of four lines, of which the one is right that has exactly one of two facts."""
    chance = np.random.Generator(np.random.PCG64(7))
    pages = 200
    both = np.tile(np.array([[0, 0], [1, 1], [0, 1], [1, 1]], np.int8), (pages, 1))
    noise = chance.integers(-5, 60, (4 * pages, 4), np.int8)
    return Choices(
        values=np.hstack([both, noise]),
        right=both.sum(1) == 1,
        scores=np.zeros(4 * pages),
        sizes=np.full(pages, 4),
        sure=np.ones(pages),
    )


def scores(trees: Trees, choices: Choices) -> list[int]:
    """What the trees add to every line's score."""
    found = []
    for row in choices.values:
        nodes = np.zeros(len(trees.values), np.int64)
        every = np.arange(len(nodes))
        for _ in range(DEPTH):
            nodes = 2 * nodes + 1 + (row[trees.facts[every, nodes]] > trees.bounds[every, nodes])
        found.append(int(trees.values[every, nodes].sum()))
    return found


def test_facts_that_only_tell_something_together_are_learnt(choices: Choices) -> None:
    found = np.array(scores(boost(choices), choices)).reshape(-1, 4)
    assert (found.argmax(1) == 2).all()


def test_the_same_pages_give_the_same_trees(choices: Choices) -> None:
    for one, other in zip(boost(choices), boost(choices), strict=True):
        assert np.array_equal(np.asarray(one), np.asarray(other))


def test_a_tree_starts_from_nothing(choices: Choices) -> None:
    trees = boost(choices)
    assert trees.facts.shape[1] == INNER
    assert not trees.values[:, 0].any()
