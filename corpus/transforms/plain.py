"""Whether a text needs no normalising, told in one look at its characters: so it is with nearly every one."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import unicodedata2

from corpus.transforms import normalize
from corpus.transforms.compiled import Straight, compiled
from corpus.transforms.tables import cached_arrays, digest_files
from corpus.transforms.unicode import UNICODE_VERSION, code_points

_SIZE: Final = 0x20000
_VOWELS, _FINALS = range(0x1161, 0x1176), range(0x11A8, 0x11C3)
"""Of Hangul: they join the letter before them, by rule and not by the tables."""
_BLANK, _LINE_END = 0x20, 0x0A


def is_plain(text: str) -> bool:
    """Whether `normalize` would give back `text`, which has no white space around it; False where that is unclear."""
    return bool(_told_plain(code_points(text), _table()))


@functools.cache
def _table() -> npt.NDArray[np.bool_]:
    """The characters that stay as they are whatever stands beside them; from a cache: it takes 0.1 s to make."""
    key = f"{UNICODE_VERSION} {digest_files([Path(__file__), Path(normalize.__file__)])}"
    return cached_arrays("plain", key, lambda: {"stays": _staying()})["stays"]


def _staying() -> npt.NDArray[np.bool_]:
    """Starters that NFC neither changes nor joins to what is before them: NFC_Quick_Check=Yes, by UAX #15."""
    parts = (unicodedata2.decomposition(chr(point)).split() for point in range(_SIZE))
    joined = {int(pair[1], 16) for pair in parts if len(pair) == 2 and not pair[0].startswith("<")}
    joined.update(_VOWELS, _FINALS, normalize.CHANGED)
    return np.array(
        [
            point not in joined
            and unicodedata2.category(character) != "Cs"
            and unicodedata2.combining(character) == 0
            and unicodedata2.normalize("NFC", character) == character
            for point, character in enumerate(map(chr, range(_SIZE)))
        ]
    )


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


_told_plain: Final = Straight(_is_plain)
