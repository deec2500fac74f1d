"""What stands right above and below a page's lines, and the heading that they stand under."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

from corpus.transforms.html.facts import KEPT, Shares, Tree, is_closed, look_of
from corpus.transforms.html.shape import Columns, level_of

_STEPS: Final = (-2, -1, 1, 2)
_WINDOWS: Final = (3, 8)
_NOTHING: Final = -1
_MOST_WORDS: Final = 100
_FARTHEST: Final = 50
_NO_HEADING: Final = 60


def describe_neighbours(tree: Tree, kept: Shares, marked: Sequence[bool]) -> Columns:
    """The features that the lines around give a line; -1 where there is none."""
    looks = [look_of(line.block) for line in tree.lines]
    parents = [line.block.getparent() for line in tree.lines]
    own: dict[str, Sequence[int]] = {
        "kept": [int(1000 * share) for share in kept],
        "words": [min(_MOST_WORDS, count) for count in tree.words],
        "linked": [1000 * line.linked // len(line.text) for line in tree.lines],
        "level": [level_of(line) for line in tree.lines],
        "marked": [int(mark) for mark in marked],
        "closed": [int(is_closed(line.text)) for line in tree.lines],
    }
    columns: dict[str, Sequence[int]] = {}
    for step in _STEPS:
        for name, values in own.items():
            columns[f"{step:+} {name}"] = _shifted(values, step)
        pairs = [(place, place + step) for place in range(len(looks))]
        inside = [0 <= other < len(looks) for _, other in pairs]
        columns[f"{step:+} alike"] = [
            int(looks[place] == looks[other]) if known else _NOTHING
            for (place, other), known in zip(pairs, inside, strict=True)
        ]
        columns[f"{step:+} sibling"] = [
            int(parents[place] is parents[other]) if known else _NOTHING
            for (place, other), known in zip(pairs, inside, strict=True)
        ]
    return {**columns, **_windows(tree, kept), **_headings(tree, kept, marked)}


def _shifted(values: Sequence[int], step: int) -> list[int]:
    """For every place the value `step` places on."""
    nothing = [_NOTHING] * min(abs(step), len(values))
    return [*nothing, *values[:step]] if step < 0 else [*values[step:], *nothing]


def _windows(tree: Tree, kept: Shares) -> Columns:
    """The share of the words in the lines above and below that the extractor kept."""
    held = [count if share >= KEPT else 0 for count, share in zip(tree.words, kept, strict=True)]
    words, good = [0, *itertools.accumulate(tree.words)], [0, *itertools.accumulate(held)]
    count = len(tree.words)
    columns = {}
    for width in _WINDOWS:
        above = [(max(0, place - width), place) for place in range(count)]
        below = [(place + 1, min(count, place + width + 1)) for place in range(count)]
        for name, spans in (("above", above), ("below", below)):
            columns[f"{width} {name} kept"] = [
                1000 * (good[end] - good[start]) // (words[end] - words[start])
                if words[end] > words[start]
                else _NOTHING
                for start, end in spans
            ]
    return columns


def _headings(tree: Tree, kept: Shares, marked: Sequence[bool]) -> Columns:
    """The heading above a line: how far away, of which level, how long, and what became of it."""
    rows = []
    heading = -1
    for place, line in enumerate(tree.lines):
        if heading < 0:
            rows.append((_NO_HEADING, 0, _NOTHING, _NOTHING, _NOTHING))
        else:
            level, words = level_of(tree.lines[heading]), min(_MOST_WORDS, tree.words[heading])
            good, mark = int(kept[heading] >= KEPT), int(marked[heading])
            rows.append((min(_FARTHEST, place - heading), level, words, good, mark))
        heading = place if level_of(line) else heading
    names = ("away", "level", "words", "kept", "marked")
    return {f"heading {name}": [row[number] for row in rows] for number, name in enumerate(names)}
