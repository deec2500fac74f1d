"""Arrow's texts as the UTF-8 bytes that they are, without a string a text."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Borders = npt.NDArray[np.int32]


def utf8_of(texts: pa.StringArray) -> Bytes:
    """The bytes of all texts, one text after another."""
    borders, data = _borders(texts), texts.buffers()[2]
    return np.frombuffer(data, np.uint8)[borders[0] : borders[-1]] if data else np.zeros(0, np.uint8)


def borders_of(texts: pa.StringArray) -> Borders:
    """Where each of n texts begins in `utf8_of`, and at last where they end (n + 1,)."""
    borders = _borders(texts)
    from_first: Borders = borders - borders[0]
    return from_first


def sha256_of(texts: pa.StringArray) -> pa.StringArray:
    """The SHA-256 of the bytes of each text, in hex; null for null."""
    data = utf8_of(texts).data
    spans = zip(pairwise(borders_of(texts).tolist()), texts.is_valid().to_pylist(), strict=True)
    digests = [hashlib.sha256(data[start:end]).hexdigest() if valid else None for (start, end), valid in spans]
    return pa.array(digests, pa.string())


def _borders(texts: pa.StringArray) -> Borders:
    offsets = texts.buffers()[1]
    if not offsets:
        return np.zeros(1, np.int32)
    borders: Borders = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return borders
