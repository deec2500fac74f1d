"""Names that stay: which groups of this build keep a name of the previous release, and which split each of them has.

The rules (design, "Names that stay"): of merging groups the smaller name wins, and any name of the previous release
wins over a new one; of a group that splits the part with the kept member keeps the name, or where that one has gone the
part with the smallest of its rows; an article keeps its split, and a group whose rows come from several goes to the
first one (train).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpus.transforms.tokens import Ints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The k rows of this build that the previous release held, and what they were there.

    `rows` (k,) ascend; `groups` (k,) is the place of the group's name among all names in sorted order; `splits` (k,)
    counts from the first split; `kept` (k,) says whether the row was alone or the kept member of its group.
    """

    rows: Ints
    groups: Ints
    splits: Ints
    kept: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The c groups of this build that hold known rows, by their founding rows.

    `founders` (c,) ascend; `groups` (c,) is the name that each takes, as in `Known`, -1 for a new one; `splits` (c,) is
    its split. `merged` (m, 2) are pairs of a name that is gone and the name that took it in. `parted` (p, 2) are pairs
    of a name and the founding row of a group that holds rows of it, but not those that decide who keeps it. `moved`
    (v, 2) are pairs of a founding row and a split that known rows of its group had and lost.
    """

    founders: Ints
    groups: Ints
    splits: Ints
    merged: Ints
    parted: Ints
    moved: Ints


def carry(founder: Ints, known: Known) -> Carried:
    """Carry names and splits over; `founder` (n,) is the founding row of the group of every row of this build."""
    clusters = founder[known.rows]
    founders = np.unique(clusters)
    names, holders = _holders(known, clusters)
    groups = _smallest(founders, holders, names)
    splits, moved = _splits(founders, clusters, known.splits)
    takers = groups[np.searchsorted(founders, holders)]
    lost = takers != names
    pairs = np.unique(np.column_stack([known.groups, clusters]), axis=0)
    apart = holders[np.searchsorted(names, pairs[:, 0])] != pairs[:, 1]
    return Carried(
        founders=founders,
        groups=groups,
        splits=splits,
        merged=np.column_stack([names[lost], takers[lost]]),
        parted=pairs[apart],
        moved=moved,
    )


def _holders(known: Known, clusters: Ints) -> tuple[Ints, Ints]:
    """Every name that a known row had, and the group that may keep it."""
    order = np.lexsort((known.rows, ~known.kept, known.groups))
    names, first = np.unique(known.groups[order], return_index=True)
    return names, clusters[order][first]


def _smallest(founders: Ints, holders: Ints, names: Ints) -> Ints:
    """The smallest of the names that each group may keep, -1 where there is none."""
    taken = np.full(len(founders), -1, np.int64)
    order = np.lexsort((names, holders))
    with_names, first = np.unique(holders[order], return_index=True)
    taken[np.searchsorted(founders, with_names)] = names[order][first]
    return taken


def _splits(founders: Ints, clusters: Ints, splits: Ints) -> tuple[Ints, Ints]:
    """The split of each group, and what was moved, as in `Carried`."""
    pairs = np.unique(np.column_stack([clusters, splits]), axis=0)
    _, first, counts = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    taken = np.where(counts == 1, pairs[first, 1], 0)
    moved = pairs[taken[np.searchsorted(founders, pairs[:, 0])] != pairs[:, 1]]
    return taken, moved
