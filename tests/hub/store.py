"""Git-like storage of dataset repositories in a folder: blobs, LFS objects, commits with parents, branches and tags."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import uuid
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MAIN = "main"
FIRST_FILES = {".gitattributes": b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"}

_COMMIT_ID = re.compile(r"[0-9a-f]{40}")
_REPO_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of a commit: `oid` is the git blob id; an LFS file also has the sha256 of its content."""

    oid: str
    size: int
    sha256: str | None = None

    @property
    def pointer_size(self) -> int:
        return len(pointer(self.sha256, self.size)) if self.sha256 else self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A whole tree of files with its parents; `number` counts the commits below it and stands in for a date."""

    id: str
    parents: tuple[str, ...]
    number: int
    title: str
    message: str
    files: Mapping[str, Entry]


@dataclass(slots=True, kw_only=True)
class Refs:
    private: bool
    heads: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


class StaleParentError(Exception):
    """The parent that a commit expects is not the head of its branch."""


class TagTakenError(Exception):
    """The tag exists: it never moves."""


def pointer(sha256: str, size: int) -> bytes:
    """The text which git stores for an LFS file."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


def git_blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write whole or not at all, also when several requests store the same object at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    temporary.write_bytes(content)
    temporary.replace(path)


class Repo:
    """One dataset repository in its own folder; every change goes through `lock`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.lock = threading.RLock()

    def exists(self) -> bool:
        return (self.folder / "refs.json").is_file()

    def create(self, *, private: bool) -> None:
        """Make the repository with the commit that the Hub itself begins with."""
        with self.lock:
            files = {path: self.add_blob(content) for path, content in FIRST_FILES.items()}
            self._save_refs(Refs(private=private))
            self.commit(files, branch=MAIN, title="initial commit", message="")

    def refs(self) -> Refs:
        return Refs(**json.loads((self.folder / "refs.json").read_bytes()))

    def _save_refs(self, refs: Refs) -> None:
        _write(self.folder / "refs.json", json.dumps(asdict(refs), sort_keys=True).encode())

    def resolve(self, revision: str) -> Commit | None:
        """The commit that a branch, a tag or a 40-digit id stands for."""
        refs = self.refs()
        name = revision.removeprefix("refs/heads/").removeprefix("refs/tags/")
        commit_id = refs.heads.get(name) or refs.tags.get(name) or revision
        return self._read_commit(commit_id) if _COMMIT_ID.fullmatch(commit_id) else None

    def _read_commit(self, commit_id: str) -> Commit | None:
        path = self.folder / "commits" / f"{commit_id}.json"
        if not path.is_file():
            return None
        raw = json.loads(path.read_bytes())
        files = {name: Entry(**entry) for name, entry in raw.pop("files").items()}
        return Commit(id=commit_id, parents=tuple(raw.pop("parents")), files=files, **raw)

    def history(self, commit: Commit) -> Iterator[Commit]:
        """`commit` and its ancestors, the newest first."""
        at: Commit | None = commit
        while at is not None:
            yield at
            at = self._read_commit(at.parents[0]) if at.parents else None

    def commit(
        self, files: Mapping[str, Entry], *, branch: str, title: str, message: str, parent: str | None = None
    ) -> Commit:
        """Put a commit on `branch`. Raises StaleParentError when `parent` is given and is not the branch's head."""
        with self.lock:
            refs = self.refs()
            head = refs.heads.get(branch)
            if parent is not None and parent != head:
                raise StaleParentError(head or "")
            before = self._read_commit(head) if head else None
            body = {
                "parents": [head] if head else [],
                "number": before.number + 1 if before else 0,
                "title": title,
                "message": message,
                "files": {path: asdict(files[path]) for path in sorted(files)},
            }
            text = json.dumps(body, sort_keys=True).encode()
            commit_id = hashlib.sha1(b"commit %d\0" % len(text) + text).hexdigest()
            _write(self.folder / "commits" / f"{commit_id}.json", text)
            refs.heads[branch] = commit_id
            self._save_refs(refs)
        made = self._read_commit(commit_id)
        assert made is not None
        return made

    def add_tag(self, tag: str, commit: Commit) -> None:
        with self.lock:
            refs = self.refs()
            if tag in refs.tags:
                raise TagTakenError(tag)
            refs.tags[tag] = commit.id
            self._save_refs(refs)

    def add_blob(self, content: bytes) -> Entry:
        oid = git_blob_id(content)
        _write(self.folder / "blobs" / oid, content)
        return Entry(oid=oid, size=len(content))

    def lfs_path(self, sha256: str) -> Path:
        return self.folder / "lfs" / sha256

    def add_lfs(self, sha256: str, content: bytes) -> bool:
        """Keep an uploaded object; False when it is not what its name says."""
        if hashlib.sha256(content).hexdigest() != sha256:
            return False
        _write(self.lfs_path(sha256), content)
        return True

    def lfs_entry(self, sha256: str) -> Entry | None:
        """The file entry of an object that was uploaded before."""
        path = self.lfs_path(sha256)
        if not path.is_file():
            return None
        size = path.stat().st_size
        return Entry(oid=git_blob_id(pointer(sha256, size)), size=size, sha256=sha256)

    def read(self, entry: Entry) -> bytes:
        path = self.lfs_path(entry.sha256) if entry.sha256 else self.folder / "blobs" / entry.oid
        return path.read_bytes()


class Store:
    """All repositories below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._repos: dict[str, Repo] = {}
        self._lock = threading.Lock()

    def repo(self, name: str) -> Repo:
        """The repository of that name, which need not exist yet."""
        if not _REPO_NAME.fullmatch(name) or ".." in name:
            raise ValueError(f"not a repository name: {name!r}")
        with self._lock:
            return self._repos.setdefault(name, Repo(self.root / "repos" / name, name))
