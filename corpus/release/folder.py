"""A release folder as others rely on it: held against its own manifest before anybody else hears of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corpus.errors import DataError, UsageError
from corpus.io.documents import file_entry, read_manifest, released_files, sha256_of
from corpus.layout import CARD, CHECKS, CROISSANT, MANIFEST, REJECTED
from corpus.model import FileEntry, Manifest
from corpus.naming import repo_problem, tag_of, version_problem
from corpus.release.licenses import Licenses, check_licenses

FAILED: Final = ".failed"

_ALWAYS: Final = frozenset({CARD, CHECKS, CROISSANT, REJECTED})
"""What every release has beside its manifest and its rows."""

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """A file that belongs to the release; `blob` is the id which git gives to its content."""

    path: str
    size: int
    sha256: str
    blob: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRelease:
    """A release folder whose every file was found to be what its manifest says; `files` has the manifest, too."""

    folder: Path
    repo: str
    version: str
    manifest: bytes
    content_digest: str
    files: tuple[LocalFile, ...]
    licenses: Licenses

    @property
    def tag(self) -> str:
        """The name of its tag on the Hub."""
        return tag_of(self.version)

    @property
    def digest(self) -> str:
        """The release digest."""
        return f"sha256:{hashlib.sha256(self.manifest).hexdigest()}"


def read_release(build: Path, repo: str | None = None) -> LocalRelease:
    """The release in `build`, fit to be published to `repo`, or where its manifest says.

    Raises UsageError where `repo` is missing, no name, or not the manifest's; DataError where there is no release, or
    one that has not passed its checks, is not what its manifest says, holds a symbolic link, or whose licence is freer
    than that of a row.
    """
    if FAILED in (build.suffix, build.resolve().suffix):
        remedy = "mend what `corpus check` shows, then build again"
        raise DataError("this build failed its checks", where=str(build), remedy=remedy)
    manifest = read_manifest(build)
    where = str(build / MANIFEST)
    wanted = _agreed(manifest, repo, where=where)
    problem = version_problem(manifest.version)
    if problem:
        raise DataError(problem, where=where, remedy="correct `version` in corpus.toml, then build again")
    if manifest.checks.passed is not True:
        remedy = "mend what `corpus check` shows, then build again"
        raise DataError("the release did not pass its checks: it is not published", where=where, remedy=remedy)
    broken = next(strange_files(build), None) or next(check_files(build, manifest), None)
    if broken:
        what, remedy = "a file of the release is not what the manifest says", "build again; edit no file of a release"
        raise DataError(what, where=str(build / broken[0]), found=broken[1], remedy=remedy)
    licenses = check_licenses(build)
    entries = sorted((*manifest.files, file_entry(build, build / MANIFEST)), key=lambda entry: entry.path)
    return LocalRelease(
        folder=build,
        repo=wanted,
        version=manifest.version,
        manifest=(build / MANIFEST).read_bytes(),
        content_digest=manifest.content_digest,
        files=tuple(_local(build, entry) for entry in entries),
        licenses=licenses,
    )


def strange_files(build: Path) -> Iterator[tuple[str, str]]:
    """What is neither a folder nor a file of its own, as (path, what it is): a link may show other bytes tomorrow."""
    for folder, folders, names in os.walk(build):
        for path in sorted(Path(folder, name) for name in (*folders, *names)):
            if path.is_symlink():
                yield path.relative_to(build).as_posix(), "a symbolic link"
            elif not path.is_dir() and not path.is_file():
                yield path.relative_to(build).as_posix(), "no regular file"


def check_files(build: Path, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Every file that is not what the manifest says, as (path below `build`, what is wrong with it).

    Only files that were found below `build` are opened, whatever paths the manifest lists.
    """
    listed = {entry.path: entry for entry in manifest.files}
    missing = {*listed, *_ALWAYS}
    if len(listed) != len(manifest.files):
        yield MANIFEST, "it lists a file twice"
    for path in released_files(build):
        name = path.relative_to(build).as_posix()
        missing.discard(name)
        entry = listed.get(name)
        if entry is None:
            yield name, "not in the manifest"
        elif path.stat().st_size != entry.size:
            yield name, f"{path.stat().st_size} bytes, the manifest says {entry.size}"
        elif (found := sha256_of(path)) != entry.sha256:
            yield name, f"sha256 {found}, the manifest says {entry.sha256}"
    for name in sorted(missing):
        yield name, "missing"


def _agreed(manifest: Manifest, repo: str | None, *, where: str) -> str:
    """The repository that both `repo` and the manifest allow."""
    wanted = repo or manifest.repo
    if not wanted:
        remedy = "set `repo` in corpus.toml and build again, or give --repo"
        raise UsageError("nobody has said where to publish", where=where, remedy=remedy)
    problem = repo_problem(wanted)
    if problem:
        raise UsageError("this is no repository name", found=wanted, remedy=problem)
    if manifest.repo not in (None, wanted):
        found, remedy = f"repo {manifest.repo!r}, not {wanted!r}", "publish it there, or build for this repository"
        raise UsageError("the release was built for another repository", where=where, found=found, remedy=remedy)
    return wanted


def _local(build: Path, entry: FileEntry) -> LocalFile:
    blob = hashlib.sha1(b"blob %d\0" % entry.size, usedforsecurity=False)
    with (build / entry.path).open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            blob.update(chunk)
    return LocalFile(path=entry.path, size=entry.size, sha256=entry.sha256, blob=blob.hexdigest())
