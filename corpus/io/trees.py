"""What lies below a folder, as the system tells it: the same tree, looked at twice, says whether anything has changed.

A build asks this before anything else, so nothing heavy is imported here.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Final

from corpus.errors import UsageError
from corpus.layout import CHECKS, MANIFEST, REJECTED

LARGEST: Final = 2**63 - 1
MANY: Final = 1000
"""So many files are more than one task: workers will be needed."""

_LOOK: Final = 4
_SETTLED_NS: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Odd:
    """A file that is no plain one, or has a number too large for `looks`: why it must not be opened, or its look.

    `version` is what changes with the file, empty where that proves nothing.
    """

    detail: str = ""
    size: int = 0
    version: str = ""


@dataclass(slots=True)
class Folder:
    """The files in one folder: `path` below the root, `names` in order, and four numbers of each in `looks`.

    These are size in bytes, times of change of content and inode in nanoseconds, and inode number, which is 0 where the
    four prove nothing. What is told of the files in `odd`, by place, stands there; their looks are zeros.
    """

    path: str
    names: list[str] = field(default_factory=list)
    looks: array[int] = field(default_factory=lambda: array("q"))
    odd: dict[int, Odd] = field(default_factory=dict)
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class Tree:
    """All folders below `root`."""

    root: Path
    folders: Sequence[Folder]

    def __len__(self) -> int:
        return sum(len(folder.names) for folder in self.folders)

    def state(self) -> str | None:
        """A digest of all names and looks; None where the look of a file that may be read proves nothing."""
        digest = hashlib.sha256()
        for folder in self.folders:
            odd = sorted(folder.odd.items())
            if folder.looks[_LOOK - 1 :: _LOOK].count(0) > len(odd) or not all(o.version or o.detail for _, o in odd):
                return None
            told = [[at, one.detail, one.size, one.version] for at, one in odd]
            digest.update(json.dumps([folder.path, folder.is_listed, folder.names, told]).encode("ascii"))
            digest.update(folder.looks.tobytes())
        return digest.hexdigest()


def read_tree(root: Path, *, never: Sequence[Path] = (), on_many: Callable[[], None] | None = None) -> Tree:
    """Every file below `root` that is not hidden; `never` are files and folders that are passed over.

    `on_many` is called as soon as there are more than `MANY`, before all are found.
    Links that leave `root`, links to folders, FIFOs, sockets and devices are odd. Raises UsageError when `root` is no
    folder.
    """
    if not root.is_dir():
        raise UsageError("the input is no folder", found=str(root), remedy="give a folder of raw articles")
    skipped = {os.path.realpath(path) for path in never}
    names = {os.path.basename(path) for path in skipped}  # noqa: PTH119
    real_root = os.path.realpath(root)
    folders, pending = [], [""]
    count = 0
    while pending:
        folder = Folder(pending.pop())
        folders.append(folder)
        settled = time.time_ns() - _SETTLED_NS
        try:
            with os.scandir(root / folder.path) as found:
                entries = sorted(found, key=attrgetter("name"))
        except OSError:
            folder.is_listed = False
            continue
        below = []
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                continue
            if name in names and os.path.join(real_root, folder.path, name) in skipped:  # noqa: PTH118
                continue
            if not entry.is_dir(follow_symlinks=False):
                _add(folder, entry, real_root, settled)
            elif os.path.realpath(entry.path) not in skipped and not _is_release(Path(entry.path)):
                below.append(f"{folder.path}{os.sep}{name}" if folder.path else name)
        pending += reversed(below)
        count += len(folder.names)
        if on_many and count > MANY:
            on_many()
            on_many = None
    return Tree(root, folders)


def _add(folder: Folder, entry: os.DirEntry[str], real_root: str, settled: int) -> None:
    """Add a file; a change at the time `settled` or before would show if there were a later one. No result depends on
    it: it only saves reading what was read before.
    """
    folder.names.append(entry.name)
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        odd = Odd(f"it cannot be looked at: {error.strerror}")
    else:
        number = status.st_ino
        if stat.S_ISREG(status.st_mode) and number <= LARGEST:
            changed, touched = status.st_mtime_ns, status.st_ctime_ns
            proves = changed <= settled and touched <= settled
            folder.looks.extend((status.st_size, changed, touched, number if proves else 0))
            return
        odd = _odd(entry, real_root, settled)
    folder.odd[len(folder.names) - 1] = odd
    folder.looks.extend((0, 0, 0, 0))


def _odd(entry: os.DirEntry[str], real_root: str, settled: int) -> Odd:
    """What is to say of an entry that is no folder and no plain file."""
    try:
        if entry.is_symlink() and not Path(os.path.realpath(entry.path)).is_relative_to(real_root):
            return Odd("a link that leaves the input folder")
        status = entry.stat()
    except OSError as error:
        return Odd(f"it cannot be looked at: {error.strerror}")
    if stat.S_ISDIR(status.st_mode):
        return Odd("a link to a folder")
    if not stat.S_ISREG(status.st_mode):
        return Odd("a FIFO, socket or device")
    proves = max(status.st_mtime_ns, status.st_ctime_ns) <= settled
    version = f"{status.st_mtime_ns}-{status.st_ctime_ns}-{status.st_ino}" if proves else ""
    return Odd(size=status.st_size, version=version)


def _is_release(folder: Path) -> bool:
    """Whether `folder` is the output of another build: its card and ledger must not come back as articles."""
    return all((folder / name).is_file() for name in (MANIFEST, CHECKS, REJECTED))
