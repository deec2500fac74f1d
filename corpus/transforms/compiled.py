"""Functions compiled to machine code by numba, kept in a cache that never holds a stale one."""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import numba
from numba.core import config

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_HERE: Final = Path(__file__).parent
OPTIONS: Final = {"nogil": True, "error_model": "numpy"}
"""How kernels are compiled: they give way to other threads, and do not look for zeros before they divide."""
_DECORATORS: Final = (b"\n@compiled\n", b"\n@entry\n")


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel when it is first called: a function of numbers and arrays that calls nothing but kernels.

    Floats are added in the order in which the source adds them (no `fastmath`), so that every machine gets the same
    sums. Machine code is cached under a digest of all kernels that the function may call: those of its own folder and,
    if it imports them, of this one. (numba's own cache looks at the function's own file alone.) Where no folder can
    be written, each process compiles anew.
    """
    folder = cache_folder(Path(function.__code__.co_filename).parent)
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder) if folder else ""
    try:
        kernel: Kernel = numba.njit(cache=folder is not None, **OPTIONS)(function)
    finally:
        config.CACHE_DIR = before
    return kernel


class Straight:
    """A compiled kernel that is called for the types of the first call's arguments, whatever it is called with later.

    numba looks for the machine code that fits the types of all arguments, anew in each call: for records and named
    tuples that takes longer than to read a short text. Callers make their arrays alike every time: of one type, and
    contiguous or not.
    """

    __slots__ = ("_code", "_kernel")

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._code: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        """What the kernel returns."""
        if self._code is not None:
            return self._code(*arguments)
        answer = self._kernel(*arguments)
        (found,) = self._kernel.overloads.values()
        self._code = found.entry_point
        return answer


@functools.cache
def cache_folder(package: Path) -> Path | None:
    """Where kernels of `package` are cached: beside the code, or in the user's cache; else None."""
    name = f"kernels-{_digest(package)}"
    for base in (package / "__pycache__", _user_cache() / "corpus-packager"):
        try:
            folder = base / name
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


def _digest(package: Path) -> str:
    """Over the files of `package` that hold kernels or tell how they are compiled.

    With those of this folder, if one of them is imported there.
    """
    own, shared = _with_kernels(package), _with_kernels(_HERE)
    imported = any(f"corpus.transforms.{name[:-3]} import".encode() in code for code in own.values() for name in shared)
    digest = hashlib.sha256()
    for code in (*own.values(), *(shared.values() if imported else ())):
        digest.update(code)
    for path in (Path(__file__), _HERE / "kernels.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _with_kernels(folder: Path) -> dict[str, bytes]:
    codes = {path.name: path.read_bytes() for path in sorted(folder.glob("*.py"))}
    return {name: code for name, code in codes.items() if any(mark in code for mark in _DECORATORS)}


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home())
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
