"""Marked lines of a text as stretches, at once: what `stretches.cut` makes of `labels_of`, without the labels."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.schema import KINDS
from corpus.transforms.boilerplate.characters import BLANK, LINE_END, TAB, Points, count_of
from corpus.transforms.boilerplate.kernels import compiled, entry
from corpus.transforms.boilerplate.label import BoilerplateOptions, Scan
from corpus.transforms.boilerplate.marks import UNMARKED, Lines
from corpus.transforms.boilerplate.phrases import languages, load
from corpus.transforms.stretches import Stretch

Cuts = npt.NDArray[np.int64]
"""A row for each stretch, with the columns below."""

START, END, KIND, RULE, OFFSET = range(5)
_COLUMNS: Final = 5


def cut_lines(text: str, result: Scan, options: BoilerplateOptions) -> tuple[str, list[Stretch]]:
    """The body of a normalised `text` without its marked lines, and what was taken out (see `stretches.cut`)."""
    cuts = np.empty((len(result.lines), _COLUMNS), np.int64)
    rules = load(options.languages or languages()).rules
    body: list[str] = []
    stretches: list[Stretch] = []
    position = 0
    for start, end, kind, rule, offset in cuts[: find_cuts(result.points, result.lines, cuts)].tolist():
        body.append(text[position:start])
        stretches.append(Stretch(KINDS[kind], offset, text[start:end], rules[rule]))
        position = end
    body.append(text[position:])
    return "".join(body), stretches


@entry
def find_cuts(points: Points, lines: Lines, cuts: Cuts) -> int:
    """Fill `cuts`, with room for all lines, with the stretches that marked lines make; how many there are."""
    count = kept = position = place = 0
    while place < len(lines):
        first = count
        while place < len(lines) and lines[place].form != UNMARKED:
            line = lines[place]
            if count == first or cuts[count - 1, KIND] != line.kind or cuts[count - 1, RULE] != line.rule:
                cuts[count, START], cuts[count, KIND], cuts[count, RULE] = line.start, line.kind, line.rule
                count += 1
            cuts[count - 1, END] = line.end
            place += 1
        if first < count:
            _widen(points, cuts, first, count)
        for number in range(first, count):
            kept += cuts[number, START] - position
            cuts[number, OFFSET] = kept
            position = cuts[number, END]
        place += 1
    return count


@compiled
def _widen(points: Points, cuts: Cuts, first: int, last: int) -> None:
    """Spread neighbouring stretches over the white space between them and on their narrower side."""
    start, end = cuts[first, START], cuts[last - 1, END]
    before, after = start, end
    while before > 0 and _is_white(points[before - 1]):
        before -= 1
    while after < len(points) and _is_white(points[after]):
        after += 1
    ends_before, ends_after = count_of(points, before, start, LINE_END), count_of(points, end, after, LINE_END)
    wider_after = ends_after > ends_before or (ends_after == ends_before and after - end > start - before)
    leading = before > 0 and (after == len(points) or wider_after)
    if leading:
        cuts[first, START] = before
    elif before == 0:
        cuts[first, START] = 0
    if not leading or after == len(points):
        cuts[last - 1, END] = after
    for number in range(first + 1, last):
        if leading:
            cuts[number, START] = cuts[number - 1, END]
        else:
            cuts[number - 1, END] = cuts[number, START]


@compiled
def _is_white(point: np.uint32) -> bool:
    return bool(point in (BLANK, LINE_END, TAB))
