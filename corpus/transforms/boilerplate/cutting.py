"""Marked lines of a text as stretches, at once: what `stretches.cut` makes of `labels_of`, without the labels."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.schema import KINDS
from corpus.transforms.boilerplate.characters import BLANK, LINE_END, TAB, Points, count_of
from corpus.transforms.boilerplate.label import BoilerplateOptions, Scan
from corpus.transforms.boilerplate.marks import UNMARKED, Lines
from corpus.transforms.boilerplate.phrases import languages, load
from corpus.transforms.kernels import compiled, entry
from corpus.transforms.stretches import Stretch

Cuts = npt.NDArray[np.int64]
"""A column for each stretch, with the rows below."""

START, END, KIND, RULE, OFFSET = range(5)
_ROWS: Final = 5
_stretch: Final = partial(tuple.__new__, Stretch)
"""A stretch from its fields in order; many a page has a hundred of them."""


def cut_lines(text: str, result: Scan, options: BoilerplateOptions) -> tuple[str, list[Stretch]]:
    """The body of a normalised `text` without its marked lines, and what was taken out (see `stretches.cut`)."""
    cuts = np.empty((_ROWS, len(result.lines)), np.int64)
    count = find_cuts(result.points, result.lines, cuts)
    if not count:
        return text, []
    rules = load(options.languages or languages()).rules
    starts, ends, kinds, codes, offsets = cuts[:, :count].tolist()
    body = [text[start:end] for start, end in zip([0, *ends], [*starts, len(text)], strict=True) if start < end]
    texts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    fields = zip(map(KINDS.__getitem__, kinds), offsets, texts, map(rules.__getitem__, codes), strict=True)
    return "".join(body), list(map(_stretch, fields))


@entry
def find_cuts(points: Points, lines: Lines, cuts: Cuts) -> int:
    """Fill `cuts`, with room for all lines, with the stretches that marked lines make; how many there are."""
    count = kept = position = place = 0
    while place < len(lines):
        first = count
        while place < len(lines) and lines[place].form != UNMARKED:
            line = lines[place]
            if count == first or cuts[KIND, count - 1] != line.kind or cuts[RULE, count - 1] != line.rule:
                cuts[START, count], cuts[KIND, count], cuts[RULE, count] = line.start, line.kind, line.rule
                count += 1
            cuts[END, count - 1] = line.end
            place += 1
        if first < count:
            _widen(points, cuts, first, count)
        for number in range(first, count):
            kept += cuts[START, number] - position
            cuts[OFFSET, number] = kept
            position = cuts[END, number]
        place += 1
    return count


@compiled
def _widen(points: Points, cuts: Cuts, first: int, last: int) -> None:
    """Spread neighbouring stretches over the white space between them and on their narrower side."""
    start, end = cuts[START, first], cuts[END, last - 1]
    before, after = start, end
    while before > 0 and _is_white(points[before - 1]):
        before -= 1
    while after < len(points) and _is_white(points[after]):
        after += 1
    ends_before, ends_after = count_of(points, before, start, LINE_END), count_of(points, end, after, LINE_END)
    wider_after = ends_after > ends_before or (ends_after == ends_before and after - end > start - before)
    leading = before > 0 and (after == len(points) or wider_after)
    if leading:
        cuts[START, first] = before
    elif before == 0:
        cuts[START, first] = 0
    if not leading or after == len(points):
        cuts[END, last - 1] = after
    for number in range(first + 1, last):
        if leading:
            cuts[START, number] = cuts[END, number - 1]
        else:
            cuts[END, number - 1] = cuts[START, number]


@compiled
def _is_white(point: np.uint32) -> bool:
    return bool(point in (BLANK, LINE_END, TAB))
