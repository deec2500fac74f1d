"""Open a listed input: a local file, or an object of a store, which is fetched whole before anything looks into it."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Final

from corpus.errors import OutsideError
from corpus.io.addresses import Address, StoredObject, fetch
from corpus.io.content import BLOCK, Content
from corpus.io.decode import RefusedError
from corpus.model import SourceFile

_IN_MEMORY: Final = 8 * 1024 * 1024
"""Larger files are hashed first and read from the disk again; of a store, they are kept in a temporary file."""

_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_LINK_ERRORS: Final = (errno.ELOOP, errno.EMLINK)
"""What opening a link without following it gives: EMLINK on FreeBSD, ELOOP elsewhere."""


def opened(root: Path | Address, file: SourceFile, spool: Path, *, codec: str = "") -> AbstractContextManager[Content]:
    """The bytes of one listed file, hashed; `spool` is a folder for what is fetched from a store.

    Raises RefusedError with `unreadable` for what cannot be opened, OutsideError where a store fails or a file changes
    while it is read: a release must not hold rows of two states of one file.
    """
    if file.reason == "unreadable":
        raise RefusedError("unreadable", file.detail)
    if isinstance(root, Address):
        return _fetched(root, file, spool, codec)
    try:
        descriptor = open_regular(f"{root}{os.sep}{file.path}")  # a path object costs more than a read
    except OSError as error:
        raise _unreadable(error) from None
    data = _small(descriptor, file.size)
    if data is None:
        return _unchanged(descriptor, file, codec)
    os.close(descriptor)
    sha256 = hashlib.sha256(data).hexdigest()
    return nullcontext(Content(file=io.BytesIO(data), size=len(data), sha256=sha256, codec=codec, held=data))


def open_regular(path: str | Path) -> int:
    """Open a regular file for reading and give its descriptor; never waits on a FIFO.

    A link is followed to where the listing found it to lead; one that came since then is not. Raises OSError.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        if error.errno not in _LINK_ERRORS:
            raise
        descriptor = os.open(os.path.realpath(path), _FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(None, "not a regular file")
    return descriptor


def _small(descriptor: int, expected: int) -> bytes | None:
    """The bytes of a file that is small enough to be held, so that it is read once; None for another one.

    Where a file ends as it is `expected` to, nothing asks whether there is more of it.
    """
    try:
        data = os.read(descriptor, min(expected, _IN_MEMORY) + 1)
        if len(data) == expected <= _IN_MEMORY:
            return data
        while len(data) <= _IN_MEMORY and (more := os.read(descriptor, len(data) + 1)):
            data += more
        if len(data) <= _IN_MEMORY:
            return data
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError as error:
        os.close(descriptor)
        raise _unreadable(error) from None
    return None


@contextmanager
def _unchanged(descriptor: int, file: SourceFile, codec: str) -> Iterator[Content]:
    """A large file where it lies; OutsideError when it is another one in the end."""
    with os.fdopen(descriptor, "rb") as handle:
        before = _state(handle)
        size, sha256 = _hashed(handle)
        yield Content(file=handle, size=size, sha256=sha256, codec=codec)
        if _state(handle) != before:
            remedy = "run again when nothing writes to the input"
            raise OutsideError("an input changed while it was read", where=file.id, remedy=remedy)


@contextmanager
def _fetched(address: Address, file: SourceFile, spool: Path, codec: str) -> Iterator[Content]:
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
        size, sha256 = _hashed(kept)
        yield Content(file=kept, size=size, sha256=sha256, codec=codec)


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


def _state(handle: IO[bytes]) -> tuple[int, int]:
    """Size and time of change of a file on the disk."""
    status = os.fstat(handle.fileno())
    return status.st_size, status.st_mtime_ns
