"""Tables that take long to make (Unicode, phrase lists, models), kept in cache files never trusted when damaged."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.compiled import cache_folder

Arrays = Mapping[str, npt.NDArray[Any]]

_MAGIC: Final = b"corpus tables 1\n"
_ALIGNMENT: Final = 64


def digest_files(paths: Iterable[Path]) -> str:
    """The sha256 over name and bytes of `paths`, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        data = path.read_bytes()
        digest.update(f"{path.name} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def cached_arrays(name: str, key: str, build: Callable[[], Arrays]) -> Arrays:
    """What `build` makes, from the file of an earlier process where its bytes are whole, else made and kept anew.

    `key` must change with everything that `build` reads. The arrays are read-only and mapped from the file, so that the
    processes of a machine share their memory. Where no folder can be written, each process builds its own.
    """
    folder = cache_folder(Path(__file__).parent)
    if folder is None:
        return build()
    path = folder / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.tables"
    arrays = _load(path)
    if arrays is None:
        made = build()
        with suppress(OSError):
            _save(path, made)
        arrays = _load(path) or made
    return arrays


def _save(path: Path, arrays: Arrays) -> None:
    """Write beside `path`, then rename: other processes see the whole file or none."""
    body = bytearray()
    layout = []
    for name, array in arrays.items():
        body += bytes(-len(body) % _ALIGNMENT)
        layout.append([name, array.dtype.str, list(array.shape), len(body)])
        body += np.ascontiguousarray(array).tobytes()
    header = json.dumps(layout).encode()
    header += b" " * (-(len(_MAGIC) + 32 + 8 + len(header)) % _ALIGNMENT)
    rest = len(header).to_bytes(8, "little") + header + body
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + hashlib.sha256(rest).digest() + rest)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _load(path: Path) -> Arrays | None:
    """The arrays of a file that `_save` wrote; None when it is not there or any byte of it differs."""
    try:
        with path.open("rb") as file:
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError):
        return None
    start = len(_MAGIC)
    if bytes(data[:start]) != _MAGIC or hashlib.sha256(data[start + 32 :]).digest() != bytes(data[start : start + 32]):
        return None
    size = int.from_bytes(data[start + 32 : start + 40], "little")
    body = data[start + 40 + size :]
    arrays = {}
    for name, dtype, shape, offset in json.loads(bytes(data[start + 40 : start + 40 + size])):
        arrays[name] = np.frombuffer(body, dtype, int(np.prod(shape)), offset).reshape(shape)
    return arrays
