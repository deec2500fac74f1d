"""Grow boosted trees for `corpus.transforms.trees`: logistic loss, whole-number thresholds and leaves.

Each tree grows leaf by leaf where the gain is greatest, by histograms of gradients (G. Ke and others, LightGBM, 2017).
One thread, a seeded draw of features, sums in the order of the rows: the same rows give the same trees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]

_LARGEST_MARGIN: Final = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How trees grow: their number and leaves, the step, the penalty of leaves, and what a leaf must at least hold.

    `features` is the share of all features that a tree may split on, `bins` the number of thresholds of a feature.
    """

    trees: int = 150
    leaves: int = 8
    rate: float = 0.1
    ridge: float = 1.0
    least_curvature: float = 1.0
    least_rows: int = 5
    features: float = 0.4
    bins: int = 64
    seed: int = 1


@dataclass(slots=True)
class _Leaf:
    """Rows that stand together, and the best split of them: its gain, feature and first bin above."""

    rows: Rows
    value: float
    gain: float = 0.0
    feature: int = -1
    bin: int = 0
    children: tuple[_Leaf, _Leaf] | None = None


def grow(
    values: Ints, right: npt.NDArray[np.int64], weight: Floats, names: Sequence[str], scale: int, growth: Growth
) -> list[Any]:
    """The document of trees that tell right (1) from wrong (0) rows of `values`; log odds times `scale`."""
    borders = [_borders(values[:, column], growth.bins) for column in range(values.shape[1])]
    bins = np.empty(values.shape, np.uint8)
    for column, border in enumerate(borders):
        bins[:, column] = np.searchsorted(border, values[:, column], side="right")
    share = float(weight @ right / weight.sum())
    start = float(np.log(share / (1 - share)))
    margin = np.full(len(values), start)
    documents: list[Any] = [round(start * scale)]
    draw = np.random.Generator(np.random.PCG64(growth.seed))
    count = max(1, round(growth.features * len(names)))
    for _ in range(growth.trees):
        chance = 1.0 / (1.0 + np.exp(-np.clip(margin, -_LARGEST_MARGIN, _LARGEST_MARGIN)))
        slope, curve = weight * (right - chance), weight * chance * (1.0 - chance)
        allowed = np.sort(draw.permutation(len(names))[:count])
        root = _tree(bins, slope, curve, allowed, growth)
        _add(root, margin)
        documents.append(_document(root, names, borders, scale))
    return documents


def _borders(column: Ints, most: int) -> Ints:
    """Values at which a bin begins: all of them, or those at even ranks."""
    known = np.unique(column)[1:]
    if len(known) >= most:
        ranks = np.linspace(0, len(column) - 1, most + 1).round().astype(np.int64)[1:-1]
        known = np.unique(np.sort(column)[ranks])
    return known.astype(np.int32)


def _tree(bins: Bytes, slope: Floats, curve: Floats, allowed: Rows, growth: Growth) -> _Leaf:
    root = _leaf(bins, slope, curve, allowed, growth, np.arange(len(bins)))
    leaves = [root]
    while len(leaves) < growth.leaves:
        best = max(leaves, key=lambda leaf: leaf.gain)
        if best.gain <= 0:
            break
        above = bins[best.rows, best.feature] >= best.bin
        parts = (best.rows[~above], best.rows[above])
        below, over = (_leaf(bins, slope, curve, allowed, growth, rows) for rows in parts)
        best.children = (below, over)
        leaves = [leaf for leaf in leaves if leaf is not best] + [below, over]
    return root


def _leaf(bins: Bytes, slope: Floats, curve: Floats, allowed: Rows, growth: Growth, rows: Rows) -> _Leaf:
    first, second = float(slope[rows].sum()), float(curve[rows].sum())
    leaf = _Leaf(rows=rows, value=growth.rate * first / (second + growth.ridge))
    gain, feature, border = best_split(
        bins, slope, curve, rows, allowed, growth.ridge, growth.least_curvature, growth.least_rows
    )
    leaf.gain, leaf.feature, leaf.bin = float(gain), int(feature), int(border)
    return leaf


@compiled
def best_split(
    bins: Bytes,
    slope: Floats,
    curve: Floats,
    rows: Rows,
    allowed: Rows,
    ridge: float,
    least_curvature: float,
    least_rows: int,
) -> tuple[float, int, int]:
    """Gain, feature and first bin above of the best split of `rows`; gain 0 where none is good."""
    sums = np.zeros((len(allowed), 256, 3))
    for row in rows:
        for place in range(len(allowed)):
            cell = sums[place, bins[row, allowed[place]]]
            cell[0] += slope[row]
            cell[1] += curve[row]
            cell[2] += 1.0
    gain, feature, border = 0.0, -1, 0
    for place in range(len(allowed)):
        whole = np.zeros(3)
        for number in range(256):
            whole += sums[place, number]
        below = np.zeros(3)
        base = whole[0] * whole[0] / (whole[1] + ridge)
        for number in range(1, 256):
            below += sums[place, number - 1]
            above = whole - below
            if below[2] < least_rows or below[1] < least_curvature:
                continue
            if above[2] < least_rows or above[1] < least_curvature:
                break
            value = below[0] * below[0] / (below[1] + ridge) + above[0] * above[0] / (above[1] + ridge) - base
            if value > gain + 1e-9:
                gain, feature, border = value, allowed[place], number
    return gain, feature, border


def _add(leaf: _Leaf, margin: Floats) -> None:
    if leaf.children is None:
        margin[leaf.rows] += leaf.value
    else:
        for child in leaf.children:
            _add(child, margin)


def _document(leaf: _Leaf, names: Sequence[str], borders: Sequence[Ints], scale: int) -> Any:
    if leaf.children is None:
        return round(leaf.value * scale)
    below, above = (_document(child, names, borders, scale) for child in leaf.children)
    return [names[leaf.feature], int(borders[leaf.feature][leaf.bin - 1]), below, above]
