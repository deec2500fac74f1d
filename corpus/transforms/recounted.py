"""Words and source texts of written rows, told again from Arrow's UTF-8 bytes without a string a row."""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpus.transforms.compiled import compiled
from corpus.transforms.stretches import restore
from corpus.transforms.tokens import offsets_of
from corpus.transforms.unicode import OTHER, WORD, class_table
from corpus.transforms.utf8 import Borders, Bytes, borders_of, utf8_of

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_BLOCK: Final = 64
_DELETE, _BEFORE_C1, _AFTER_C1 = 0x7F, 0xC2, 0xA0
"""C1 characters are this byte and one below the other in UTF-8."""
_HEAD, _CONTINUES, _REST = 0xC0, 0x80, 0x3F
"""How UTF-8 marks a byte that continues a code point, and the bits that such a byte brings."""


def words_of(texts: pa.StringArray) -> pa.Int64Array:
    """The number of words of each text, as `tokens` defines them; null for null."""
    counts = np.zeros(len(texts), np.int64)
    _count_words(utf8_of(texts), borders_of(texts), class_table(), counts)
    return pc.if_else(texts.is_valid(), pa.array(counts), None)


def with_control(texts: pa.StringArray, *, allowed: bytes = b"") -> Bools:
    """Whether each text holds a control character (C0, DEL, C1) other than those `allowed`; false for null."""
    bad = np.zeros(256, np.bool_)
    bad[: ord(" ")] = bad[_DELETE] = True
    bad[np.frombuffer(allowed, np.uint8)] = False
    found = np.zeros(len(texts), np.bool_)
    _find_control(utf8_of(texts), borders_of(texts), bad, found)
    return found


def sha256_of_sources(bodies: pa.StringArray, boilerplate: pa.ListArray) -> pa.StringArray:
    """The SHA-256 of each row's source text, which `restore` gives back, in hex; null where one of the two is null.

    `boilerplate` holds structs with `offset`, in code points of the body, and `text`.
    """
    offsets, texts = (pc.struct_field(boilerplate.flatten(), name) for name in ("offset", "text"))
    first = offsets_of(pc.fill_null(pc.list_value_length(boilerplate), 0).to_numpy().astype(np.int64))
    borders = borders_of(bodies)
    places = np.zeros(len(offsets), np.int64)
    usual = np.zeros(len(bodies), np.bool_)
    _find_places(utf8_of(bodies), borders, first, offsets.to_numpy(), places, usual)
    pieces = _Pieces(bodies, texts, first, places)
    digests: list[str | None] = []
    known = pc.and_(bodies.is_valid(), boilerplate.is_valid())
    for row, (is_known, is_usual) in enumerate(zip(known.to_pylist(), usual.tolist(), strict=True)):
        if not is_known:
            digests.append(None)
        elif is_usual:
            digests.append(pieces.sha256(row))
        else:  # offsets that no build writes mean what they mean to `restore`
            text = restore(bodies[row].as_py(), boilerplate[row].as_py())
            digests.append(hashlib.sha256(text.encode()).hexdigest())
    return pa.array(digests, pa.string())


class _Pieces:
    """Bodies and stretches as bytes, with the places where the stretches belong."""

    def __init__(self, bodies: pa.StringArray, texts: pa.StringArray, first: Ints, places: Ints) -> None:
        self._bodies, self._texts = utf8_of(bodies).data, utf8_of(texts).data
        self._body_borders, self._text_borders = borders_of(bodies).tolist(), borders_of(texts).tolist()
        self._first, self._places = first.tolist(), places.tolist()

    def sha256(self, row: int) -> str:
        """The digest of a body with its stretches put back."""
        digest = hashlib.sha256()
        at = self._body_borders[row]
        for stretch in range(self._first[row], self._first[row + 1]):
            place = self._places[stretch]
            digest.update(self._bodies[at:place])
            digest.update(self._texts[self._text_borders[stretch] : self._text_borders[stretch + 1]])
            at = place
        digest.update(self._bodies[at : self._body_borders[row + 1]])
        return digest.hexdigest()


@compiled
def _count_words(data: Bytes, borders: Borders, classes: Bytes, counts: Ints) -> None:
    for row in range(len(counts)):
        text = data[borders[row] : borders[row + 1]]  # a place in it is never negative, and numba need not ask
        count, inside = 0, False
        for at in range(len(text)):
            point = np.int64(text[at])
            if point >= _HEAD:
                size = 1 + (point >= 0xE0) + (point >= 0xF0)
                point &= 0x3F >> size
                for place in range(1, size + 1):
                    point = (point << 6) | (text[at + place] & _REST)
            elif point >= _CONTINUES:
                continue
            kind = classes[point]
            word = kind == WORD
            count += (kind != OTHER) & ~(inside & word)  # no branch: where words end cannot be foreseen
            inside = word
        counts[row] = count


@compiled
def _find_control(data: Bytes, borders: Borders, bad: Bools, found: Bools) -> None:
    """Whether a byte of each text is bad, or a C1 character."""
    for row in range(len(found)):
        text = data[borders[row] : borders[row + 1]]
        held, before = False, np.uint8(0)
        for at in range(len(text)):
            byte = text[at]
            held |= bad[byte] | ((before == _BEFORE_C1) & (byte < _AFTER_C1))
            before = byte
        found[row] = held


@compiled
def _find_places(data: Bytes, borders: Borders, first: Ints, offsets: Ints, places: Ints, usual: Bools) -> None:
    """The byte at which each stretch belongs, and whether all of a row lie in its body and never fall.

    The places of other rows are of no use.
    """
    for row in range(len(usual)):
        at, end = borders[row], borders[row + 1]
        seen = 0
        usual[row] = True
        for stretch in range(first[row], first[row + 1]):
            wanted = offsets[stretch]
            while at + _BLOCK <= end:
                count = 0
                for place in range(at, at + _BLOCK):
                    count += (data[place] & _HEAD) != _CONTINUES
                if seen + count > wanted:
                    break
                seen += count
                at += _BLOCK
            while at < end and (seen < wanted or (data[at] & _HEAD) == _CONTINUES):
                seen += (data[at] & _HEAD) != _CONTINUES
                at += 1
            usual[row] &= seen == wanted
            places[stretch] = at
