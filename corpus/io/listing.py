"""List the inputs below a folder or an address and cut the list into shards; nothing here opens an input."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from corpus.errors import UsageError
from corpus.io.addresses import Address, StoredObject, list_objects
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What lies below an input: its files in the order of their rows' ids, and its sidecars."""

    files: list[SourceFile]
    sidecars: list[SourceFile]


def list_inputs(root: Path | Address, options: InputOptions, *, never: Sequence[Path] = ()) -> list[SourceFile]:
    """Every input below `root`, as `list_tree` finds them."""
    return list_tree(root, options, never=never).files


def list_tree(root: Path | Address, options: InputOptions, *, never: Sequence[Path] = ()) -> Listing:
    """Every input below `root`, in the order of the UTF-8 bytes of the ids of its rows; `never` are files and folders
    that are no input.

    Links that leave `root`, links to folders, FIFOs, sockets and devices are listed as `unreadable`; of two files with
    one id the one with the smallest raw path is taken. Raises UsageError when `root` is no folder.
    """
    if isinstance(root, Address):
        listed = [_stored_file(entry, options) for entry in _articles(list_objects(root))]
    else:
        if not root.is_dir():
            raise UsageError("the input is no folder", found=str(root), remedy="give a folder of raw articles")
        skipped = {os.path.realpath(path) for path in never}
        listed = [_source_file(root, relative, entry, options) for relative, entry in _walk(root, skipped)]
    ordered = sorted(listed, key=_order)
    sidecars = [file for file in ordered if _name_of(file.id) in SIDECARS]
    inputs = [file for file in ordered if _name_of(file.id) not in SIDECARS] if sidecars else ordered
    return Listing(files=_without_collisions(inputs), sidecars=sidecars)


def _order(file: SourceFile) -> tuple[bytes, bytes]:
    """Where the rows of a file stand among all others: those of a container after what is named like it and goes on."""
    form = form_of(file.id)
    sign = KEY_SIGN if form and form[0].container else ""
    return (file.id + sign).encode(), os.fsencode(file.path)


def _name_of(file_id: str) -> str:
    return file_id.rpartition("/")[2]


def plan_shards(files: Sequence[SourceFile]) -> list[Shard]:
    """Cut the sorted list where a hash of the id says so, so that a new file moves the borders of its own shard only.

    A shard also ends when it reaches 1,024 files or 64 MiB; that border lasts only until the next one by hash.
    """
    shards: list[Shard] = []
    current: list[SourceFile] = []
    size = 0
    for file in files:
        current.append(file)
        size += file.size
        if _ends_shard(file.id) or len(current) >= SHARD_LIMIT_FILES or size >= SHARD_LIMIT_BYTES:
            shards.append(Shard(number=len(shards), files=tuple(current)))
            current, size = [], 0
    if current:
        shards.append(Shard(number=len(shards), files=tuple(current)))
    return shards


def _ends_shard(file_id: str) -> bool:
    return int.from_bytes(hashlib.sha256(file_id.encode()).digest()[:8], "big") % SHARD_FILES == 0


def _walk(root: Path, skipped: set[str]) -> Iterator[tuple[str, os.DirEntry[str] | None]]:
    """Every entry below `root` that is an input, as (path below root, entry); (path, None) for an unreadable folder."""
    pending = [""]
    real_root = os.path.realpath(root)
    names = {os.path.basename(path) for path in skipped}  # noqa: PTH119
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as entries:
                listed = list(entries)
        except OSError:
            yield folder, None
            continue
        for entry in listed:
            relative = os.path.join(folder, entry.name)  # noqa: PTH118 (surrogates must survive)
            if entry.name.startswith("."):
                continue
            if entry.name in names and os.path.join(real_root, relative) in skipped:  # noqa: PTH118
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield relative, entry
            elif os.path.realpath(entry.path) not in skipped and not _is_release(Path(entry.path)):
                pending.append(relative)


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


def _source_file(root: Path, relative: str, entry: os.DirEntry[str] | None, options: InputOptions) -> SourceFile:
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
        version=_version(status),
        reason="filtered" if glob else None,
        detail=glob,
    )


def _version(status: os.stat_result) -> str:
    """What the system says of the state of a file; empty for one that changed so lately that a later change of the
    same moment could not be told from it. No result depends on it: it only saves reading what was read before.
    """
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    if time.time_ns() - changed < _SETTLED_NS:
        return ""
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


def _without_collisions(files: list[SourceFile]) -> list[SourceFile]:
    taken: set[str] = set()
    result = []
    for file in files:
        if file.id in taken:
            detail = "another file has the same name in Unicode NFC"
            result.append(replace(file, reason="duplicate_id", detail=detail))
        else:
            result.append(file)
        taken.add(file.id)
    return result
