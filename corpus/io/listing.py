"""List the inputs below a folder or an address and cut the list into shards; nothing here opens an input."""

from __future__ import annotations

import fnmatch
import functools
import hashlib
import json
import os
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corpus.io.addresses import Address, StoredObject, list_objects
from corpus.io.files import Files, FilesDraft, Lazily
from corpus.io.ids import KEY_SIGN, released_id
from corpus.io.options import InputOptions
from corpus.io.project_files import PROJECT_FILES
from corpus.io.readers import form_of
from corpus.io.trees import Folder, Odd, Tree, read_tree
from corpus.layout import CHECKS, MANIFEST, REJECTED
from corpus.model import Shard, SourceFile

SIDECARS: Final = ("metadata.csv", "metadata.jsonl")
"""Names of files that say something of others, in any folder: they are never inputs."""

SHARD_FILES: Final = 1024
"""Mean number of files in a shard: a shard ends after an id whose SHA-256 is a multiple of this."""

SHARD_LIMIT_FILES: Final = 4096
SHARD_LIMIT_BYTES: Final = 64 * 1024 * 1024

_PLAIN: Final = re.compile(r"[ !\"$&-.0-~]*")
"""A name that is its own id: ASCII, and nothing that is escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What lies below an input: its files in the order of their rows' ids, and its sidecars.

    `state` is a digest of what the system says of them all, null where that proves nothing.
    """

    files: Files
    sidecars: Files
    state: str | None


def list_inputs(root: Path | Address, options: InputOptions, *, never: Sequence[Path] = ()) -> Files:
    """Every input below `root`, as `list_tree` finds them."""
    return list_tree(root, options, never=never).files


def list_tree(
    root: Path | Address, options: InputOptions, *, never: Sequence[Path] = (), known: Tree | None = None
) -> Listing:
    """Every input below `root`, in the order of the UTF-8 bytes of the ids of its rows; `never` are files and folders
    that are no input. `known` may be the tree at `root`, where that was just looked at.

    Links that leave `root`, links to folders, FIFOs, sockets and devices are listed as `unreadable`; of two files with
    one id the one with the smallest raw path is taken. Raises UsageError when `root` is no folder.
    """
    listed = _Listed(FilesDraft(), FilesDraft())
    if isinstance(root, Address):
        objects = list_objects(root)
        state = _state_of(objects)
        for entry in _articles(objects):
            listed.add(_stored_file(entry, options))
    else:
        tree = known if known and known.root == root else read_tree(root, never=never)
        state = tree.state()
        for folder in tree.folders:
            _list_folder(folder, options, listed)
    return Listing(files=listed.inputs.files(), sidecars=listed.sidecars.files(), state=state)


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

    def add_plain(self, folder: Folder, places: Sequence[int], prefix: str) -> None:
        """Inputs whose paths are their ids, in ASCII: any other path of such an id is a larger one, and its key goes
        on.
        """
        names = [folder.names[at] for at in places]
        ids = [f"{prefix}{name}".encode("ascii") for name in names]
        keys = [one + sign.encode() if sign else one for one, sign in zip(ids, map(_sign_of, names), strict=True)]
        looks = folder.looks
        if len(places) < len(folder.names):
            looks = array("q", [number for at in places for number in looks[4 * at : 4 * at + 4]])
        self.inputs.extend(keys, ids, looks)


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

    A shard also ends when it reaches 4,096 files or 64 MiB; that border lasts only until the next one by hash.
    """
    borders, size = [0], 0
    for end, (file_id, bytes_in_file) in enumerate(zip(files.ids(), files.sizes(), strict=True), start=1):
        size += bytes_in_file
        if _ends_shard(file_id) or end - borders[-1] >= SHARD_LIMIT_FILES or size >= SHARD_LIMIT_BYTES:
            borders.append(end)
            size = 0
    if borders[-1] < len(files):
        borders.append(len(files))

    def shard(at: int) -> Shard:
        part = files.part(borders[at], borders[at + 1])
        return Shard(number=at, files=part, look=part.look())

    return Lazily(len(borders) - 1, shard)


def _ends_shard(file_id: bytes) -> bool:
    return int.from_bytes(hashlib.sha256(file_id).digest()[:8], "big") % SHARD_FILES == 0


def _list_folder(folder: Folder, options: InputOptions, listed: _Listed) -> None:
    """List the files of one folder, or that it cannot be listed."""
    if not folder.is_listed:
        listed.add(_source_file(folder.path, Odd("the folder cannot be listed"), options))
        return
    prefix = f"{folder.path}{os.sep}" if folder.path else ""
    all_taken = options.include == ("**",) and not options.exclude
    plain: Sequence[int] = []
    if all_taken and os.sep == "/" and all(map(_PLAIN.fullmatch, folder.path.split("/"))):
        plain = range(len(folder.names))
        if folder.odd or not _PLAIN.fullmatch("".join(folder.names)) or not set(SIDECARS).isdisjoint(folder.names):
            plain = [at for at in plain if _is_plain(folder, at)]
        listed.add_plain(folder, plain, prefix)
    others = sorted(set(range(len(folder.names))).difference(plain)) if len(plain) < len(folder.names) else []
    for at in others:
        size, *times = folder.looks[4 * at : 4 * at + 4]
        look = Odd(size=size, version="-".join(map(str, times)) if times[-1] else "")
        listed.add(_source_file(prefix + folder.names[at], folder.odd.get(at, look), options))


def _is_plain(folder: Folder, at: int) -> bool:
    name = folder.names[at]
    return at not in folder.odd and name not in SIDECARS and bool(_PLAIN.fullmatch(name))


def _state_of(objects: Iterable[StoredObject]) -> str | None:
    """A digest of what a store says of its objects; None where that does not tell their states apart."""
    known = sorted((entry.path, entry.size, entry.version) for entry in objects)
    proves = all(version for _, _, version in known)
    return hashlib.sha256(json.dumps(known).encode("ascii")).hexdigest() if proves else None


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


def _source_file(relative: str, look: Odd, options: InputOptions) -> SourceFile:
    file_id = released_id(relative)
    if look.detail:
        return SourceFile(id=file_id, path=relative, size=0, reason="unreadable", detail=look.detail)
    glob = _left_out(file_id, options)
    return SourceFile(
        id=file_id,
        path=relative,
        size=look.size,
        version=look.version,
        reason="filtered" if glob else None,
        detail=glob,
    )


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
