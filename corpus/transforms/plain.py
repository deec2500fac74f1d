"""Texts that need no normalising, as nearly all, told in one look; and those that need it only in their white space."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import unicodedata2

from corpus.transforms import normalize
from corpus.transforms.kernels import compiled, entry
from corpus.transforms.tables import cached_arrays, digest_files
from corpus.transforms.unicode import UNICODE_VERSION, code_points

_SIZE: Final = 0x20000
_VOWELS, _FINALS = range(0x1161, 0x1176), range(0x11A8, 0x11C3)
"""Of Hangul: they join the letter before them, by rule and not by the tables."""
_BLANK, _TAB, _LINE_END, _RETURN = 0x20, 0x09, 0x0A, 0x0D
_UNCLEAR, _ITSELF, _NOTHING = 0, 1, 2
"""What becomes of a character, where it is none of white space."""

Points = npt.NDArray[np.uint32]


def tidied(text: str) -> str | None:
    """What `normalize` gives for `text`, which has no white space around it; None where Unicode's tables must tell."""
    points, table = code_points(text), _table()
    if _is_plain(points, table):
        return text
    room = np.empty_like(points)
    size = _tidy(points, table, room)
    return None if size < 0 else room[:size].tobytes().decode("utf-32-le")


@functools.cache
def _table() -> npt.NDArray[np.uint8]:
    """What becomes of each character whatever stands beside it; from a cache: it takes 0.1 s to make."""
    key = f"{UNICODE_VERSION} {digest_files([Path(__file__), Path(normalize.__file__)])}"
    return cached_arrays("plain", key, lambda: {"becomes": _becoming()})["becomes"]


def _becoming() -> npt.NDArray[np.uint8]:
    table = np.where(_staying(), _ITSELF, _UNCLEAR).astype(np.uint8)
    for point, other in normalize.CHANGED.items():
        table[point] = ord(other) if other else _NOTHING
    return table


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


@entry
def _is_plain(points: Points, table: npt.NDArray[np.uint8]) -> bool:
    before = ends = 0
    for point in points:
        if point >= _SIZE or table[point] != _ITSELF:
            return False
        if point == _LINE_END:
            ends += 1
            if ends > 2 or (before <= _BLANK and before != _LINE_END):
                return False
        else:
            ends = 0
        before = point
    return True


@entry
def _tidy(points: Points, table: npt.NDArray[np.uint8], tidy: Points) -> int:
    """Write the text without what does not stay, and with its white space as it is to be; how long it is, or -1."""
    size = 0
    for place in range(len(points)):
        point = points[place]
        becomes = table[point] if point < _SIZE else _UNCLEAR
        if becomes == _UNCLEAR:
            return -1
        joined = point == _RETURN and place + 1 < len(points) and points[place + 1] == _LINE_END
        if becomes == _NOTHING or joined:
            continue
        if becomes != _ITSELF:
            point = np.uint32(becomes)
        if point == _LINE_END:
            while size and _is_blank(tidy[size - 1]):
                size -= 1
            if size > 1 and tidy[size - 1] == tidy[size - 2] == _LINE_END:
                continue
        if size or not (point == _LINE_END or _is_blank(point)):
            tidy[size] = point
            size += 1
    while size and (tidy[size - 1] == _LINE_END or _is_blank(tidy[size - 1])):
        size -= 1
    return size


@compiled
def _is_blank(point: np.uint32) -> bool:
    return bool(point in (_BLANK, _TAB))
