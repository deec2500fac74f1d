"""One reader per input form: from a file's bytes to records. A new form is one class and one line in `READERS`."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from corpus.io.decode import decode
from corpus.model import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One article as it was read: its key in a container (null for a file that is one article), text and encoding."""

    key: str | None
    text: str
    encoding: str


class Reader(Protocol):
    """Turns the bytes of one file into its records."""

    def __call__(self, data: bytes) -> Iterator[Record]:
        """The records in `data`; raises UndecodableError when the file as a whole cannot be read."""
        ...


def read_text(data: bytes) -> Iterator[Record]:
    """Plain text and Markdown: the file is one article."""
    text, encoding = decode(data)
    yield Record(key=None, text=text, encoding=encoding)


READERS: Final[dict[str, Reader]] = {".md": read_text, ".txt": read_text}
"""Reader by file ending, in lower case."""

_BLOCK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is known of a file that was read: `data` is null when it is too large or has a `problem`."""

    size: int
    sha256: str | None = None
    data: bytes | None = None
    problem: str = ""


def suffix_of(file_id: str) -> str:
    """The ending of a file's name, ASCII letters in lower case: a key of `READERS` where there is a reader."""
    suffix = PurePosixPath(file_id).suffix
    return suffix.lower() if suffix.isascii() else suffix


def read_source(root: Path, file: SourceFile, *, max_bytes: int) -> Opened:
    """Read and hash one listed file; a larger one than `max_bytes` is hashed in blocks and not kept.

    A file that the listing found unreadable is not opened. Nothing is raised: what went wrong is the `problem`.
    """
    if file.reason == "unreadable":
        return Opened(size=0, problem=file.detail)
    digest = hashlib.sha256()
    blocks: list[bytes] = []
    size = 0
    try:
        with os.fdopen(open_regular(root / file.path), "rb") as opened:
            while block := opened.read(_BLOCK):
                digest.update(block)
                size += len(block)
                if size <= max_bytes:
                    blocks.append(block)
                else:
                    blocks.clear()
    except OSError as error:
        return Opened(size=0, problem=f"it cannot be read: {error.strerror or error}")
    return Opened(size=size, sha256=digest.hexdigest(), data=b"".join(blocks) if size <= max_bytes else None)


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
