"""The numbers in a text: records filled into one form differ in them, while copies of an article keep them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.compiled import compiled
from corpus.transforms.tokens import Ints, UInts, offsets_of
from corpus.transforms.unicode import WORD, class_table, code_points

_ZEROS: Final = (
    *(0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66),
    *(0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10),
)
"""The zero of every run of ten decimal digits that living scripts use (Unicode 14.0, general category Nd)."""

_LAST: Final = 0xFF20


def numbers_in(texts: Sequence[str]) -> tuple[UInts, Ints]:
    """The different numbers of each text, ascending, and where those of each begin (n + 1,).

    A number is a run of decimal digits of any script that begins a word, modulo 2**64: there is one in 25C, none in
    B52, and there are two in 1,250.
    """
    found = [_numbers(code_points(text), _digits(), class_table()) for text in texts]
    counts = np.array([len(numbers) for numbers in found], np.int64)
    return np.concatenate([np.zeros(0, np.uint64), *found]), offsets_of(counts)


@compiled
def strange_numbers(values: UInts, offsets: Ints, first: Ints, second: Ints) -> Ints:
    """How many different numbers the second text of each pair has that the first one has not (p,)."""
    strange = np.zeros(len(first), np.int64)
    for pair in range(len(first)):
        known = values[offsets[first[pair]] : offsets[first[pair] + 1]]
        for place in range(offsets[second[pair]], offsets[second[pair] + 1]):
            at = np.searchsorted(known, values[place])
            if at == len(known) or known[at] != values[place]:
                strange[pair] += 1
    return strange


@compiled
def _numbers(points: npt.NDArray[np.uint32], digits: npt.NDArray[np.uint8], classes: npt.NDArray[np.uint8]) -> UInts:
    found = np.empty(len(points) // 2 + 1, np.uint64)
    count, value = 0, np.uint64(0)
    within = word = False
    for point in points:
        digit = digits[point] if point < len(digits) else 0
        if digit and (within or not word):
            value = value * np.uint64(10) + np.uint64(digit - 1)
            within = True
        elif within:
            found[count] = value
            count, value = count + 1, np.uint64(0)
            within = False
        word = classes[point] == WORD
    if within:
        found[count] = value
        count += 1
    return np.unique(found[:count])


@functools.cache
def _digits() -> npt.NDArray[np.uint8]:
    """For every code point up to the last digit its value plus one, or 0."""
    table = np.zeros(_LAST, np.uint8)
    for zero in _ZEROS:
        table[zero : zero + 10] = np.arange(1, 11)
    return table
