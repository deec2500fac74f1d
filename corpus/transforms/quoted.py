"""Arrow's texts as JSON strings, without a string a text."""

from __future__ import annotations

import json
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.transforms.compiled import compiled
from corpus.transforms.tokens import Ints
from corpus.transforms.utf8 import Borders, Bytes, borders_of, utf8_of

_PRINTABLE: Final = ord(" ")
"""JSON demands an escape for every character before this one."""
_QUOTE, _BACKSLASH = ord('"'), ord("\\")
_NULL: Final = b"null"
_LARGEST: Final = 2**31 - 1

Bools = npt.NDArray[np.bool_]


def quoted(texts: pa.StringArray) -> pa.StringArray:
    """Each text as a JSON string with no escapes but the needed ones, `null` for null.

    Raises ArrowCapacityError when all of them together are larger than an array of strings may be.
    """
    data, borders = utf8_of(texts), borders_of(texts)
    valid = texts.is_valid().to_numpy(zero_copy_only=False)
    ends = np.zeros(len(texts) + 1, np.int64)
    _measure(data, borders, valid, _WIDTHS, ends)
    if ends[-1] > _LARGEST:
        raise pa.lib.ArrowCapacityError(f"{ends[-1]} bytes are too many for an array of strings")
    written = np.empty(ends[-1], np.uint8)
    _write(data, borders, valid, _WIDTHS, _ESCAPES, ends, written)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(written))


def _escapes() -> tuple[Bytes, Bytes]:
    """How each byte is written: its width (256,), and what stands there (256, 6)."""
    widths, written = np.ones(256, np.uint8), np.zeros((256, 6), np.uint8)
    for byte in (*range(_PRINTABLE), _QUOTE, _BACKSLASH):
        escape = json.dumps(chr(byte))[1:-1].encode("ascii")
        widths[byte] = len(escape)
        written[byte, : len(escape)] = np.frombuffer(escape, np.uint8)
    return widths, written


_WIDTHS, _ESCAPES = _escapes()


@compiled
def _measure(data: Bytes, borders: Borders, valid: Bools, widths: Bytes, ends: Ints) -> None:
    """Where each text ends when it is written, and before the first one 0 (n + 1,)."""
    for row in range(len(valid)):
        size = 2
        text = data[borders[row] : borders[row + 1]]  # a place in it is never negative, and numba need not ask
        for at in range(len(text)):
            size += widths[text[at]]
        ends[row + 1] = ends[row] + (size if valid[row] else len(_NULL))


@compiled
def _write(
    data: Bytes, borders: Borders, valid: Bools, widths: Bytes, escapes: Bytes, ends: Ints, written: Bytes
) -> None:
    """Write the texts one after the other."""
    for row in range(len(valid)):
        text, line = data[borders[row] : borders[row + 1]], written[ends[row] : ends[row + 1]]
        if not valid[row]:
            for at in range(len(_NULL)):
                line[at] = _NULL[at]
            continue
        line[0] = line[-1] = _QUOTE
        to = 1
        for at in range(len(text)):
            byte = text[at]
            width = widths[byte]
            line[to] = byte
            if width > 1:
                for place in range(width):
                    line[to + place] = escapes[byte, place]
            to += width
