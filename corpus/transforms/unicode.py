"""Unicode facts from pinned tables, never from the running Python's own, so that no upgrade changes a decision."""

from __future__ import annotations

import functools
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import unicodedata2

UNICODE_VERSION: Final[str] = unicodedata2.unidata_version

OTHER, WORD, HAN_KANA, UNSPACED = 0, 1, 2, 3
"""Classes of code points: no part of a word; part of a word; a word of its own (Han, Kana); a word of its own (Thai,
Lao, Myanmar, Khmer and their kin, written without spaces between words)."""

CATEGORIES: Final = (
    *("Cc", "Cf", "Cn", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No"),
    *("Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs"),
)
"""All general categories (UAX #44), sorted."""

_LAST = 0x110000
_HAN_KANA_RANGES: Final = (
    (0x3005, 0x3007),
    (0x3041, 0x3096),
    (0x309D, 0x309F),
    (0x30A1, 0x30FA),
    (0x30FC, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),
    (0x20000, 0x3FFFD),
)
_UNSPACED_RANGES: Final = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0xAA60, 0xAA7F))


def nfc(text: str) -> str:
    """`text` in Normalization Form C (UAX #15) by the pinned tables; linear in time, unlike the standard library's."""
    return text if text.isascii() else str(unicodedata2.normalize("NFC", text))


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The code points of `text`; lone surrogates are kept as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


@functools.cache
def category_table() -> npt.NDArray[np.uint8]:
    """General category of every code point, as its place in `CATEGORIES`; from a cache: it takes 0.2 s to make."""
    from corpus.transforms.tables import cached_arrays, digest_files  # numba takes half a second to import

    key = f"{UNICODE_VERSION} {digest_files([Path(__file__)])}"
    return cached_arrays("categories", key, lambda: {"categories": _categories()})["categories"]


def _categories() -> npt.NDArray[np.uint8]:
    names = "".join(map(unicodedata2.category, map(chr, range(_LAST)))).encode("ascii")
    sorted_names = np.array(CATEGORIES, "S2")
    return np.searchsorted(sorted_names, np.frombuffer(names, "S2")).astype(np.uint8)


@functools.cache
def class_table() -> npt.NDArray[np.uint8]:
    """Class of every code point (`OTHER`, `WORD`, `HAN_KANA`, `UNSPACED`); letters, marks and numbers make words."""
    classes = [WORD if category[0] in "LMN" else OTHER for category in CATEGORIES]
    table = np.array(classes, np.uint8)[category_table()]
    for klass, ranges in ((HAN_KANA, _HAN_KANA_RANGES), (UNSPACED, _UNSPACED_RANGES)):
        for first, last in ranges:
            part = table[first : last + 1]
            part[part == WORD] = klass
    table.setflags(write=False)
    return table


@functools.cache
def fold_table() -> npt.NDArray[np.uint32]:
    """Simple case folding of every code point (Unicode 14.0, one to one; younger letters stay as they are)."""
    table = np.arange(_LAST, dtype=np.uint32)
    for line in (files("corpus") / "data" / "casefold.txt").read_text("ascii").splitlines():
        if not line.startswith("#"):
            point, folded = line.split()
            table[int(point, 16)] = int(folded, 16)
    table.setflags(write=False)
    return table


def fold(text: str) -> str:
    """`text` with every code point replaced by its simple case folding."""
    if text.isascii():
        return text.lower()
    return fold_table()[code_points(text)].tobytes().decode("utf-32-le", "surrogatepass")


def starts_lower(text: str) -> bool:
    """Whether `text` begins with a lower-case letter; false in scripts without case."""
    return bool(text) and unicodedata2.category(text[0]) == "Ll"
