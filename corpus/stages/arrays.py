"""Columns of staged tables as numpy arrays."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpus.transforms.tokens import Ints, offsets_of


def without_pandas() -> None:
    """Keep pyarrow from importing pandas at its first list, as it does where there is one, to see whether it is a
    series. What asks pyarrow for a frame imports it then.
    """
    with without("pandas"):
        pa.array([0])


@contextlib.contextmanager
def without(module: str) -> Iterator[None]:
    """Let no module of this name be found."""
    finder = _Not(module)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@dataclass(frozen=True, slots=True)
class _Not:
    """A finder of modules that does not find one."""

    module: str

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for this module, leave all others to other finders."""
        if name == self.module:
            raise ModuleNotFoundError(name)


def column_of(table: pa.Table, name: str) -> npt.NDArray[Any]:
    """A column of numbers; no copy where it lies in one piece."""
    chunks = [chunk.to_numpy(zero_copy_only=False) for chunk in table[name].chunks]
    return _one(chunks, table[name].type)


def lists_of(table: pa.Table, name: str) -> tuple[npt.NDArray[Any], Ints]:
    """A column of lists of numbers: all values, and where each list begins and at last where all end (n + 1,)."""
    chunks = table[name].chunks
    values = [chunk.flatten().to_numpy() for chunk in chunks]
    lengths = [pc.list_value_length(chunk).to_numpy().astype(np.int64) for chunk in chunks]
    offsets = offsets_of(np.concatenate([np.zeros(0, np.int64), *lengths]))
    return _one(values, table[name].type.value_type), offsets


def keys_of(table: pa.Table, name: str) -> npt.NDArray[np.uint64]:
    """A column of 16 bytes a row as two big-endian numbers (n, 2)."""
    parts = [
        np.frombuffer(chunk.buffers()[1] or b"", ">u8")[2 * chunk.offset : 2 * (chunk.offset + len(chunk))]
        for chunk in table[name].chunks
    ]
    return np.concatenate([np.zeros(0, np.uint64), *parts]).astype(np.uint64).reshape(-1, 2)


def listed(values: npt.NDArray[Any], offsets: Ints, kind: pa.DataType) -> pa.Array:
    """Runs of values as a column of lists; the other way round of `lists_of`."""
    return pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(values, kind))


def _one(parts: Sequence[npt.NDArray[Any]], kind: pa.DataType) -> npt.NDArray[Any]:
    """All parts as one array; no copy of a single one."""
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, kind.to_pandas_dtype()), *parts])
