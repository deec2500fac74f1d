"""One reader per input form: from a file's bytes to records. A new form is one class and one line in `READERS`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from corpus.io.decode import decode


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


def reader_for(file_id: str) -> Reader | None:
    """The reader for a file of this name, or None."""
    return READERS.get(PurePosixPath(file_id).suffix.lower())


def open_regular(path: Path) -> int:
    """Open a regular file for reading and give its descriptor; never waits on a FIFO, never follows a last link.

    Raises OSError when it cannot be opened or is no regular file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(None, "not a regular file")
    return descriptor
