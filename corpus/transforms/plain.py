"""Whether a text needs no normalising, told in one look at its characters: so it is with nearly every one."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.compiled import compiled
from corpus.transforms.normalize import CHANGED
from corpus.transforms.unicode import code_points

_FIRST_COMPOSED: Final = 0x300
"""NFC leaves all characters below as they are where nothing else stands beside them (UAX #15, quick check)."""
_PUNCTUATION: Final = range(0x2010, 0x205F)
"""And so it does with dashes, quotes and the like."""
_SIZE: Final = 0x10000
_BLANK, _LINE_END = 0x20, 0x0A


def is_plain(text: str) -> bool:
    """Whether `normalize` would give back `text`, which has no white space around it; False where that is unclear."""
    return bool(_is_plain(code_points(text), _table()))


@functools.cache
def _table() -> npt.NDArray[np.bool_]:
    """The characters that stay as they are for certain."""
    table = np.zeros(_SIZE, np.bool_)
    table[:_FIRST_COMPOSED] = True
    table[_PUNCTUATION.start : _PUNCTUATION.stop] = True
    table[list(CHANGED)] = False
    return table


@compiled
def _is_plain(points: npt.NDArray[np.uint32], stays: npt.NDArray[np.bool_]) -> bool:
    before = ends = 0
    for point in points:
        if point >= _SIZE or not stays[point]:
            return False
        if point == _LINE_END:
            ends += 1
            if ends > 2 or (before <= _BLANK and before != _LINE_END):
                return False
        else:
            ends = 0
        before = point
    return True
