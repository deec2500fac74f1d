"""The graph of verified pairs, cut between its connected components: no rule about groups looks across that border.

Whether a text is a copy, is merged, joins a kept text or is related to another follows from verified pairs alone, and
from those of the rows that they name. So each component may be decided by itself, and the result is the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.compiled import compiled
from corpus.transforms.tokens import Ints

Small = npt.NDArray[np.uint32]

ALONE: Final = (1 << 32) - 1
"""The bin of a row that is in no pair."""


@compiled
def unite(parents: Ints, first: Ints, second: Ints) -> None:
    """Union-find (Tarjan 1975, with path halving) over pairs of rows (p,); `parents` (n,) begin as the rows themselves.

    The smaller root becomes the parent, so no parent is larger than its child, and the root of a component in the end
    is its smallest row, in whatever order the pairs come. Every step of a walk goes to a smaller row, so it ends.
    """
    for place in range(len(first)):
        one, other = first[place], second[place]
        while parents[one] != one:
            parents[one] = parents[parents[one]]
            one = parents[one]
        while parents[other] != other:
            parents[other] = parents[parents[other]]
            other = parents[other]
        if one < other:
            parents[other] = one
        else:
            parents[one] = other


@compiled
def settle(parents: Ints) -> None:
    """Let every row name its root: parents come before their children, so one pass does."""
    for row in range(len(parents)):
        parents[row] = parents[parents[row]]


def bins_of(roots: Ints, counts: Ints, limit: int) -> tuple[Small, int]:
    """Bins of whole components with about `limit` pairs each: that of every row (n,), or ALONE, and how many there are.

    `roots` (n,) name the components, `counts` (n,) the pairs of each, by its root.
    """
    named = np.flatnonzero(counts)
    before = np.cumsum(counts[named]) - counts[named]
    numbers = np.unique(before // limit, return_inverse=True)[1]
    of_root = np.full(len(roots), ALONE, np.uint32)
    of_root[named] = numbers
    return of_root[roots], int(numbers[-1]) + 1 if len(named) else 0
