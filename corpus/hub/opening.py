"""Open a release by its address: a folder, one in a store, or a revision of a dataset on the Hub.

The files of the latter two come when asked for.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from corpus.errors import DataError, OutsideError, UsageError
from corpus.hub.client import Hub, RemoteFile
from corpus.hub.errors import LOGIN
from corpus.hub.patience import Patience
from corpus.io.addresses import Address, StoredObject, parse_source
from corpus.io.documents import read_manifest
from corpus.io.stores import Store
from corpus.layout import MANIFEST
from corpus.model import FileEntry, Manifest
from corpus.naming import REPO, VERSION, repo_problem

_SCHEME: Final = "hf://datasets/"
_TAG: Final = re.compile(f"v{VERSION.pattern}")


class NotPublishedError(UsageError):
    """No release stands at an address on the Hub: no such revision, or no manifest at it."""


class HiddenError(NotPublishedError):
    """There is no such repository, or it may not be seen; the Hub does not tell the two apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAddress:
    """A revision (branch, tag or commit) of a dataset repository."""

    repo: str
    revision: str

    def __str__(self) -> str:
        return f"{self.repo}@{self.revision}"

    @property
    def is_release_tag(self) -> bool:
        """Whether the revision has the form of a tag that `corpus publish` makes."""
        return _TAG.fullmatch(self.revision) is not None


def parse_address(address: str, *, repo: str | None = None) -> Path | Address | HubAddress:
    """What an address names: an existing folder first, else `org/name`, `org/name@REVISION` (main by default).

    One with another protocol names a folder in a store. `hf://datasets/` before it says that no folder is meant.
    `@REVISION` and `v1.2.0` alone belong to `repo`. Raises UsageError for anything else.
    """
    if address and not address.startswith(_SCHEME) and Path(address).exists():
        return Path(address)
    if "://" in address and not address.startswith(_SCHEME):
        return parse_source(address)
    name, _, revision = address.removeprefix(_SCHEME).partition("@")
    if _TAG.fullmatch(name) or (revision and not name):
        if not repo:
            remedy = "write org/name@REVISION, or set `repo` in corpus.toml"
            raise UsageError("nobody has said which repository is meant", found=address, remedy=remedy)
        name, revision = repo, revision or name
    if REPO.fullmatch(name) and (revision or "@" not in address):
        return HubAddress(repo=name, revision=revision or "main")
    remedy = "run corpus build first, or name a release folder or a dataset on the Hub like org/name@v1.2.0"
    what = f"there is no such folder, and on the Hub: {repo_problem(name) or 'the revision is missing after the @'}"
    raise UsageError(what, found=address, remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRelease:
    """A release whose manifest lies in `folder`; `where` is its address for messages.

    Of one on the Hub or in a store the other files come when `fetch` asks for them, and go when the context ends.
    """

    folder: Path
    where: str
    manifest: Manifest
    commit: str | None = None
    source: Source | StoredFiles | None = field(default=None, repr=False)

    @property
    def digest(self) -> str:
        """The release digest."""
        return f"sha256:{hashlib.sha256((self.folder / MANIFEST).read_bytes()).hexdigest()}"

    def fetch(self, paths: Iterable[str] | None = None) -> Path:
        """The folder, in which these files of the manifest now lie (without `paths` all of them).

        What comes from elsewhere is held against size and digest in the manifest; a local folder is left as it is.
        Raises DataError for a file that differs or is missing there, OutsideError for the network.
        """
        if self.source is not None:
            entries = {entry.path: entry for entry in self.manifest.files}
            for path in entries if paths is None else paths:
                self.source.bring(entries[path], self.folder)
        return self.folder


def local_release(folder: Path) -> OpenRelease:
    """The release in a local folder. Raises DataError when it is none."""
    return OpenRelease(folder=folder, where=str(folder), manifest=read_manifest(folder, any_schema=True))


@contextmanager
def open_release(
    address: str,
    *,
    repo: str | None = None,
    endpoint: str | None = None,
    token: str | None = None,
    patience: Patience | None = None,
) -> Iterator[OpenRelease]:
    """A release by its address (`parse_address`), open while the context lasts.

    Its rows may have another schema version. Raises UsageError for a wrong address, NotPublishedError where nothing
    stands at a good one, DataError for what is no release, OutsideError for whatever the network or the Hub does.
    """
    place = parse_address(address, repo=repo)
    if isinstance(place, Path):
        yield local_release(place)
        return
    if isinstance(place, Address):
        with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
            yield _opened_in_store(place, Path(folder))
        return
    patience = patience or Patience()
    with (
        Hub(place.repo, endpoint=endpoint, token=token, answer_seconds=patience.answer_seconds) as hub,
        tempfile.TemporaryDirectory(prefix="corpus-") as folder,
    ):
        yield _opened(place, hub, patience, Path(folder))


def _opened(place: HubAddress, hub: Hub, patience: Patience, folder: Path) -> OpenRelease:
    head = patience.again(lambda: hub.head(place.revision))
    if head is None and patience.again(hub.head) is None:
        what = "there is no such dataset on the Hub, or it is hidden from this token"
        raise HiddenError(what, where=hub.endpoint, found=place.repo, remedy=LOGIN)
    if head is None:
        remedy = "name a branch, a tag or a commit that it has"
        raise NotPublishedError("the dataset has no such revision", where=hub.endpoint, found=str(place), remedy=remedy)
    files = patience.again(lambda: hub.tree(head.commit))
    if MANIFEST not in files:
        remedy = "name a revision that `corpus publish` made"
        what = f"what stands there is no release: it has no {MANIFEST}"
        raise NotPublishedError(what, where=hub.endpoint, found=str(place), remedy=remedy)
    content = patience.again(lambda: hub.read(head.commit, MANIFEST, files[MANIFEST]))
    (folder / MANIFEST).write_bytes(content)
    source = Source(hub=hub, commit=head.commit, files=files, patience=patience)
    return OpenRelease(
        folder=folder,
        where=str(place),
        manifest=read_manifest(folder, any_schema=True),
        commit=head.commit,
        source=source,
    )


def _opened_in_store(address: Address, folder: Path) -> OpenRelease:
    store = Store(address=address)
    objects = store.objects()
    if MANIFEST not in objects:
        what, remedy = "no release stands at this address", f"name the folder that holds its {MANIFEST}"
        raise NotPublishedError(what, where=str(address), remedy=remedy)
    store.bring(objects[MANIFEST], folder / MANIFEST)
    manifest = read_manifest(folder, any_schema=True)
    return OpenRelease(
        folder=folder, where=str(address), manifest=manifest, source=StoredFiles(store=store, objects=objects)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFiles:
    """Where the files of a release in a store come from."""

    store: Store
    objects: Mapping[str, StoredObject]

    def bring(self, entry: FileEntry, folder: Path) -> None:
        """Write a file below `folder`, unless it lies there from before. Raises DataError where it is another."""
        target = folder / _inside(entry.path)
        if target.exists():
            return
        where, remedy = str(self.store.address), "build the release again"
        there = self.objects.get(entry.path)
        if there is None:
            raise DataError(f"{entry.path} is missing in the store", where=where, remedy=remedy)
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = self.store.bring(there, target)
        if digest != entry.sha256:
            target.unlink()
            what = f"{entry.path} in the store is not what the manifest says"
            raise DataError(what, where=where, found=f"{there.size} bytes, sha256 {digest}", remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the files of a release on the Hub come from."""

    hub: Hub
    commit: str
    files: dict[str, RemoteFile]
    patience: Patience

    def bring(self, entry: FileEntry, folder: Path) -> None:
        """Write a file below `folder`, unless it lies there from before. Raises DataError where it is another."""
        target = folder / _inside(entry.path)
        if target.exists():
            return
        where = f"{self.hub.repo} at {self.commit}"
        if entry.path not in self.files:
            raise DataError(f"{entry.path} is missing on the Hub", where=where, remedy="publish the release again")
        target.parent.mkdir(parents=True, exist_ok=True)
        size, digest = self.patience.again(partial(self._write, entry, target))
        if (size, digest) != (entry.size, entry.sha256):
            target.unlink()
            what = f"{entry.path} on the Hub is not what the manifest says"
            found = f"{size} bytes, sha256 {digest}"
            raise DataError(what, where=where, found=found, remedy="report it to whoever published the release")

    def _write(self, entry: FileEntry, target: Path) -> tuple[int, str]:
        size, digest = 0, hashlib.sha256()
        try:
            with target.open("wb") as file:
                for chunk in self.hub.stream(self.commit, entry.path, entry.size):
                    size += len(chunk)
                    digest.update(chunk)
                    file.write(chunk)
        except OutsideError:
            target.unlink()
            raise
        return size, digest.hexdigest()


def _inside(path: str) -> PurePosixPath:
    """A path of a manifest that stays below its folder. Raises DataError for any other."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts or "\\" in path:
        raise DataError("the manifest lists a path outside of its release", found=path, remedy="do not use it")
    return parts
