"""List the inputs below a folder or an address and cut the list into shards; nothing here opens an input."""

from __future__ import annotations

import fnmatch
import functools
import hashlib
import os
import re
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corpus.errors import UsageError
from corpus.io.addresses import Address, StoredObject, list_objects
from corpus.io.files import LARGEST, Files, FilesDraft, Lazily, Look
from corpus.io.ids import KEY_SIGN, released_id
from corpus.io.options import InputOptions
from corpus.io.project_files import PROJECT_FILES
from corpus.io.readers import form_of
from corpus.layout import CHECKS, MANIFEST, REJECTED
from corpus.model import Shard, SourceFile

SIDECARS: Final = ("metadata.csv", "metadata.jsonl")
"""Names of files that say something of others, in any folder: they are never inputs."""

SHARD_FILES: Final = 256
"""Mean number of files in a shard: a shard ends after an id whose SHA-256 is a multiple of this."""

SHARD_LIMIT_FILES: Final = 1024
SHARD_LIMIT_BYTES: Final = 64 * 1024 * 1024


_SETTLED_NS: Final = 2_000_000_000
_PLAIN: Final = re.compile(r"[ !\"$&-.0-~]+")
"""A name that is its own id: ASCII, and nothing that is escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What lies below an input: its files in the order of their rows' ids, and its sidecars."""

    files: Files
    sidecars: Files


def list_inputs(root: Path | Address, options: InputOptions, *, never: Sequence[Path] = ()) -> Files:
    """Every input below `root`, as `list_tree` finds them."""
    return list_tree(root, options, never=never).files


def list_tree(root: Path | Address, options: InputOptions, *, never: Sequence[Path] = ()) -> Listing:
    """Every input below `root`, in the order of the UTF-8 bytes of the ids of its rows; `never` are files and folders
    that are no input.

    Links that leave `root`, links to folders, FIFOs, sockets and devices are listed as `unreadable`; of two files with
    one id the one with the smallest raw path is taken. Raises UsageError when `root` is no folder.
    """
    listed = _Listed(FilesDraft(), FilesDraft())
    if isinstance(root, Address):
        for entry in _articles(list_objects(root)):
            listed.add(_stored_file(entry, options))
    else:
        if not root.is_dir():
            raise UsageError("the input is no folder", found=str(root), remedy="give a folder of raw articles")
        _walk(root, {os.path.realpath(path) for path in never}, options, listed)
    return Listing(files=listed.inputs.files(), sidecars=listed.sidecars.files())


@dataclass(frozen=True, slots=True)
class _Listed:
    """What has been found so far."""

    inputs: FilesDraft
    sidecars: FilesDraft

    def add(self, file: SourceFile) -> None:
        """A file of any kind. Of two with one id the one with the smaller path comes first."""
        name = _name_of(file.id)
        key = (file.id + _sign_of(name)).encode() + b"\0" + os.fsencode(file.path)
        (self.sidecars if name in SIDECARS else self.inputs).add_odd(key, file)

    def add_plain(self, name: str, relative: str, look: Look) -> None:
        """A file whose path is its id, in ASCII: any other path of that id is a larger one, and its key goes on."""
        own = relative.encode("ascii")
        sign = _sign_of(name)
        to = self.sidecars if name in SIDECARS else self.inputs
        to.add(own + sign.encode() if sign else own, own, look)


def _sign_of(name: str) -> str:
    """What ids of rows have after that of their file: those of a container come after what is named like it and goes
    on.
    """
    return _sign_after(".".join(["x", *name.split(".")[1:][-2:]]))


@functools.lru_cache(maxsize=4096)
def _sign_after(endings: str) -> str:
    form = form_of(endings)
    return KEY_SIGN if form and form[0].container else ""


def _name_of(file_id: str) -> str:
    return file_id.rpartition("/")[2]


def plan_shards(files: Files) -> Sequence[Shard]:
    """Cut the sorted list where a hash of the id says so, so that a new file moves the borders of its own shard only.

    A shard also ends when it reaches 1,024 files or 64 MiB; that border lasts only until the next one by hash.
    """
    borders, size = [0], 0
    for end, (file_id, bytes_in_file) in enumerate(zip(files.ids(), files.sizes(), strict=True), start=1):
        size += bytes_in_file
        if _ends_shard(file_id) or end - borders[-1] >= SHARD_LIMIT_FILES or size >= SHARD_LIMIT_BYTES:
            borders.append(end)
            size = 0
    if borders[-1] < len(files):
        borders.append(len(files))
    return Lazily(len(borders) - 1, lambda at: Shard(number=at, files=tuple(files[borders[at] : borders[at + 1]])))


def _ends_shard(file_id: bytes) -> bool:
    return int.from_bytes(hashlib.sha256(file_id).digest()[:8], "big") % SHARD_FILES == 0


def _walk(root: Path, skipped: set[str], options: InputOptions, listed: _Listed) -> None:
    """Find every entry below `root` that is an input, or a folder that cannot be read."""
    pending = [""]
    real_root = os.path.realpath(root)
    names = {os.path.basename(path) for path in skipped}  # noqa: PTH119
    all_taken = options.include == ("**",) and not options.exclude
    while pending:
        folder = pending.pop()
        is_plain = all_taken and os.sep == "/" and all(map(_PLAIN.fullmatch, filter(None, folder.split("/"))))
        now = time.time_ns()
        try:
            with os.scandir(root / folder) as entries:
                found = list(entries)
        except OSError:
            listed.add(_source_file(root, folder, None, options, now))
            continue
        for entry in found:
            name = entry.name
            relative = f"{folder}{os.sep}{name}" if folder else name
            if name.startswith("."):
                continue
            if name in names and os.path.join(real_root, relative) in skipped:  # noqa: PTH118
                continue
            if entry.is_dir(follow_symlinks=False):
                if os.path.realpath(entry.path) not in skipped and not _is_release(Path(entry.path)):
                    pending.append(relative)
            elif is_plain and _PLAIN.fullmatch(name) and (look := _look_of(entry, now)):
                listed.add_plain(name, relative, look)
            else:
                listed.add(_source_file(root, relative, entry, options, now))


def _look_of(entry: os.DirEntry[str], now: int) -> Look | None:
    """How a regular file looks; None for anything else."""
    try:
        status = None if entry.is_symlink() else entry.stat()
    except OSError:
        return None
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_ino > LARGEST:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino if _is_settled(status, now) else 0


def _is_release(folder: Path) -> bool:
    """Whether `folder` is the output of another build: its card and ledger must not come back as articles."""
    return all((folder / name).is_file() for name in (MANIFEST, CHECKS, REJECTED))


def _articles(objects: Sequence[StoredObject]) -> Iterator[StoredObject]:
    """The objects that are inputs or sidecars, by the rules that hold in a local folder."""
    paths = {entry.path for entry in objects}
    releases = [
        folder
        for folder in {path.rpartition("/")[0] + "/" for path in paths if path.endswith(f"/{MANIFEST}")}
        if {folder + name for name in (MANIFEST, CHECKS, REJECTED)} <= paths
    ]
    for entry in objects:
        parts = entry.path.split("/")
        hidden = any(part.startswith(".") for part in parts) or parts[0] in PROJECT_FILES
        if not hidden and not entry.path.startswith(tuple(releases)):
            yield entry


def _stored_file(entry: StoredObject, options: InputOptions) -> SourceFile:
    file_id = released_id(entry.path)
    glob = _left_out(file_id, options)
    return SourceFile(
        id=file_id,
        path=entry.path,
        size=entry.size,
        version=entry.version,
        reason="filtered" if glob else None,
        detail=glob,
    )


def _source_file(
    root: Path, relative: str, entry: os.DirEntry[str] | None, options: InputOptions, now: int
) -> SourceFile:
    file_id = released_id(relative)
    if entry is None:
        return SourceFile(id=file_id, path=relative, size=0, reason="unreadable", detail="the folder cannot be listed")
    detail, status = _special(root, entry)
    if detail or status is None:
        return SourceFile(id=file_id, path=relative, size=0, reason="unreadable", detail=detail)
    glob = _left_out(file_id, options)
    return SourceFile(
        id=file_id,
        path=relative,
        size=status.st_size,
        version=_version(status) if _is_settled(status, now) else "",
        reason="filtered" if glob else None,
        detail=glob,
    )


def _is_settled(status: os.stat_result, now: int) -> bool:
    """Whether a file changed long enough before `now` for a later change to show in its times. No result depends on
    it: it only saves reading what was read before.
    """
    return now - max(status.st_mtime_ns, status.st_ctime_ns) >= _SETTLED_NS


def _version(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns}-{status.st_ctime_ns}-{status.st_ino}"


def _special(root: Path, entry: os.DirEntry[str]) -> tuple[str, os.stat_result | None]:
    """Why `entry` must not be opened (empty when it may), and what the system says of it."""
    try:
        if entry.is_symlink():
            target = Path(os.path.realpath(entry.path))
            if not target.is_relative_to(os.path.realpath(root)):
                return "a link that leaves the input folder", None
        status = entry.stat()
    except OSError as error:
        return f"it cannot be looked at: {error.strerror}", None
    if stat.S_ISDIR(status.st_mode):
        return "a link to a folder", None
    return ("", status) if stat.S_ISREG(status.st_mode) else ("a FIFO, socket or device", None)


def _left_out(file_id: str, options: InputOptions) -> str:
    for glob in options.exclude:
        if _matches(file_id, glob):
            return f"exclude {glob}"
    return "" if any(_matches(file_id, glob) for glob in options.include) else "matches no include glob"


def _matches(file_id: str, glob: str) -> bool:
    """Whether `glob` covers the id: `*` stays in a folder, `**` does not; without a `/` it looks at the name alone."""
    if glob == "**":
        return True
    if "/" not in glob:
        return fnmatch.fnmatchcase(_name_of(file_id), glob)
    return _parts_match(file_id.split("/"), glob.split("/"))


def _parts_match(parts: list[str], globs: list[str]) -> bool:
    reachable = {0}
    for glob in globs:
        if glob == "**":
            reachable = set(range(min(reachable), len(parts) + 1)) if reachable else set()
        else:
            reachable = {at + 1 for at in reachable if at < len(parts) and fnmatch.fnmatchcase(parts[at], glob)}
    return len(parts) in reachable
