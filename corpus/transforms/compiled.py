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
_DECORATOR: Final = b"\n@compiled\n"


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel when it is first called: a function of numbers and arrays that calls nothing but kernels.

    Floats are added in the order in which the source adds them (no `fastmath`), so that every machine gets the same
    sums. Machine code is cached under a digest of all kernels that the function may call: those of its own folder and
    of this one. (numba's own cache looks at the function's own file alone.) Where no folder can be written, each
    process compiles anew.
    """
    folder = cache_folder(Path(function.__code__.co_filename).parent)
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder) if folder else ""
    try:
        kernel: Kernel = numba.njit(cache=folder is not None, nogil=True)(function)
    finally:
        config.CACHE_DIR = before
    return kernel


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
    sources = sorted({*_HERE.glob("*.py"), *package.glob("*.py")})
    digest = hashlib.sha256()
    for code in (source.read_bytes() for source in sources):
        if _DECORATOR in code:
            digest.update(code)
    return digest.hexdigest()[:16]


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home())
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
