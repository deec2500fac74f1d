"""Results kept from build to build beside a release: entries under a name, noticed when damaged, and never needed.

A cache lies in `.<out>.cache/<key>/`; the key is the digest of all that decides what an entry holds besides its inputs
(settings, code, libraries), so that a cache of another version is not found. Entries come whole: a folder that was
filled elsewhere is renamed into place, and its list of digests is checked before any of it is used. Version control
passes a cache by: it holds whole texts.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LIST: Final = "entry.json"
_ROOT_SUFFIX: Final = ".cache"


def cache_of(out: Path) -> Path:
    """The hidden folder beside `out`, on the same file system, that holds its caches."""
    return out.parent / f".{out.name}{_ROOT_SUFFIX}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What lies under a name: a JSON document, and files by their names."""

    document: Mapping[str, Any]
    files: Mapping[str, Path]
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """The entries below one folder; it travels to workers, which read and write entries of different names."""

    folder: Path

    def find(self, name: str) -> Entry | None:
        """The entry of this name; None where there is none, or not one that is whole."""
        home = self.folder / name
        try:
            digest, _, listed = (home / LIST).read_bytes().partition(b"\n")
            if hashlib.sha256(listed).hexdigest().encode() != digest:
                return None
            content = json.loads(listed)
            files = {file: home / file for file in content["files"]}
            if any(_digest(path) != content["files"][file] for file, path in files.items()):
                return None
        except (OSError, ValueError):
            return None
        return Entry(document=content["document"], files=files, digests=content["files"])

    def store(
        self, name: str, document: Mapping[str, Any], files: Mapping[str, Path], work: Path
    ) -> Mapping[str, str] | None:
        """Put an entry in the place of the one before; its files are linked where the system can, else copied.

        Gives the digests of the files; None where nothing was kept.

        It grows in `work`, a folder of this run on the same file system: what a killed run left there goes with it, and
        a worker that outlives its run can no longer touch an entry. A disk that refuses costs the entry, nothing else.
        """
        with contextlib.suppress(OSError), tempfile.TemporaryDirectory(dir=work, ignore_cleanup_errors=True) as folder:
            draft, place = Path(folder, "new"), self.folder / name
            draft.mkdir()
            digests = self._fill(draft, document, files)
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder.parent / ".gitignore").write_text("*\n", encoding="ascii")
            with contextlib.suppress(FileNotFoundError):
                place.rename(Path(folder, "old"))
            draft.rename(place)
            return digests
        return None

    def _fill(self, draft: Path, document: Mapping[str, Any], files: Mapping[str, Path]) -> Mapping[str, str]:
        for file, path in files.items():
            link_or_copy(path, draft / file)
        digests = {file: _digest(path) for file, path in files.items()}
        listed = json.dumps({"document": document, "files": digests}, separators=(",", ":")).encode("ascii")
        (draft / LIST).write_bytes(hashlib.sha256(listed).hexdigest().encode() + b"\n" + listed)
        return digests

    def keep_only(self, names: Collection[str]) -> None:
        """Remove every other entry, and every other cache beside this one."""
        for folder, kept in ((self.folder, set(names)), (self.folder.parent, {self.folder.name})):
            with contextlib.suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name not in kept:
                        shutil.rmtree(entry.path, ignore_errors=True)


def link_or_copy(path: Path, target: Path) -> None:
    """Give a finished file a second name, or a second copy where the file system has no links.

    What a task that was ended left at `target` is replaced, never written into: it may be the same file already.
    """
    target.unlink(missing_ok=True)
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
