"""Open a listed input: a local file, or an object of a store, which is fetched whole before anything looks into it."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from corpus.errors import OutsideError
from corpus.io.addresses import Address, StoredObject, fetch
from corpus.io.content import BLOCK, Content
from corpus.io.decode import RefusedError
from corpus.model import SourceFile

_IN_MEMORY: Final = 8 * 1024 * 1024
"""Larger files are hashed first and read from the disk again; of a store, they are kept in a temporary file."""


@contextmanager
def opened(root: Path | Address, file: SourceFile, spool: Path, *, codec: str = "") -> Iterator[Content]:
    """The bytes of one listed file, hashed; `spool` is a folder for what is fetched from a store.

    Raises RefusedError with `unreadable` for what cannot be opened, OutsideError where a store fails or a file changes
    while it is read: a release must not hold rows of two states of one file.
    """
    if file.reason == "unreadable":
        raise RefusedError("unreadable", file.detail)
    with _fetched(root, file, spool) if isinstance(root, Address) else _local(root / file.path) as handle:
        before = _state(handle)
        size, sha256 = _hashed(handle)
        yield Content(file=handle, size=size, sha256=sha256, codec=codec)
        if _state(handle) != before:
            remedy = "run again when nothing writes to the input"
            raise OutsideError("an input changed while it was read", where=file.id, remedy=remedy)


def open_regular(path: Path) -> int:
    """Open a regular file for reading and give its descriptor; never waits on a FIFO.

    A link is followed to where the listing found it to lead; one that came since then is not. Raises OSError.
    """
    target = os.path.realpath(path) if path.is_symlink() else path
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(target, flags | getattr(os, "O_CLOEXEC", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(None, "not a regular file")
    return descriptor


@contextmanager
def _local(path: Path) -> Iterator[IO[bytes]]:
    """A small file in memory, so that it is read once; a large one where it lies."""
    try:
        file = os.fdopen(open_regular(path), "rb")
    except OSError as error:
        raise _unreadable(error) from None
    with file:
        try:
            start = file.read(_IN_MEMORY + 1)
            file.seek(0)
        except OSError as error:
            raise _unreadable(error) from None
        yield io.BytesIO(start) if len(start) <= _IN_MEMORY else file


@contextmanager
def _fetched(address: Address, file: SourceFile, spool: Path) -> Iterator[IO[bytes]]:
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(spool)) as kept:

        def write(blocks: Iterator[bytes]) -> None:
            kept.seek(0)
            kept.truncate()
            for block in blocks:
                kept.write(block)

        try:
            fetch(address, StoredObject(path=file.path, size=file.size, version=file.version), write)
        except PermissionError:
            raise RefusedError("unreadable", "access denied") from None
        kept.seek(0)
        yield kept


def _hashed(handle: IO[bytes]) -> tuple[int, str]:
    """Size and SHA-256 of what is left of a file, which then stands at its start."""
    digest, size = hashlib.sha256(), 0
    try:
        while block := handle.read(BLOCK):
            digest.update(block)
            size += len(block)
    except OSError as error:
        raise _unreadable(error) from None
    handle.seek(0)
    return size, digest.hexdigest()


def _unreadable(error: OSError) -> RefusedError:
    return RefusedError("unreadable", f"it cannot be read: {error.strerror or error}")


def _state(handle: IO[bytes]) -> tuple[int, int] | None:
    """Size and time of change of a file on the disk; None for bytes in memory or that nobody else can reach."""
    if not isinstance(handle, io.BufferedReader):
        return None
    status = os.fstat(handle.fileno())
    return status.st_size, status.st_mtime_ns
