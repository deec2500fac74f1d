"""Tasks and results as bytes for another machine, on which a folder lies elsewhere: paths below it travel by name."""

from __future__ import annotations

import io
import pickle
from pathlib import Path, PurePath
from typing import Any


def packed_below(root: Path, value: object) -> bytes:
    """A value as bytes; every path in it below `root` stands there by its name."""
    buffer = io.BytesIO()
    _Packer(buffer, root).dump(value)
    return buffer.getvalue()


def unpacked_below(root: Path, packed: bytes) -> Any:
    """The value that `packed_below` made bytes of in another process of the same run, its paths below `root`."""
    return _Unpacker(io.BytesIO(packed), root).load()


class _Packer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, root: Path) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._root = root

    def persistent_id(self, value: object) -> str | None:
        """The name of a path in the folder."""
        if isinstance(value, PurePath) and value.is_relative_to(self._root):
            return value.relative_to(self._root).as_posix()
        return None


class _Unpacker(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, root: Path) -> None:
        super().__init__(file)
        self._root = root

    def persistent_load(self, name: str) -> Path:
        """The path in this folder."""
        return self._root / name
