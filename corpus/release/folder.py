"""A release folder as publishing sees it: read, and held against its own manifest, before anybody else hears of it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from corpus.errors import DataError, UsageError
from corpus.layout import MANIFEST

FORMAT = 1
FAILED = ".failed"

_CHUNK = 1 << 20
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?"
_REPO = re.compile(rf"(?!.*(?:--|\.\.))(?!.*\.git$){_NAME}/{_NAME}")
_NUMBER, _WORD = r"(?:0|[1-9][0-9]*)", r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_WORD}(?:\.{_WORD})*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """A file that belongs to the release; `blob` is the id which git gives to its content."""

    path: str
    size: int
    sha256: str
    blob: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRelease:
    """A release folder whose every file was found to be what its manifest says, the manifest among them."""

    folder: Path
    version: str
    manifest: bytes
    content_digest: str
    files: tuple[LocalFile, ...]

    @property
    def tag(self) -> str:
        """The name of its tag on the Hub."""
        return f"v{self.version}"

    @property
    def digest(self) -> str:
        """The release digest."""
        return f"sha256:{hashlib.sha256(self.manifest).hexdigest()}"


def read_release(build: Path, *, repo: str, version: str) -> LocalRelease:
    """The release in `build`, fit to be published as `version` of `repo`.

    Raises UsageError where the arguments are wrong or disagree with the manifest, DataError where the release has not
    passed its checks or is not what its manifest says.
    """
    if not _REPO.fullmatch(repo):
        raise UsageError("This is no repository name.", found=repo, remedy="give it as namespace/name")
    if not _SEMVER.fullmatch(version):
        raise UsageError("This is no version.", found=version, remedy="give it as MAJOR.MINOR.PATCH, like 1.2.0")
    if FAILED in (build.suffix, build.resolve().suffix):
        raise DataError(
            "This build failed its checks.", where=str(build), remedy="mend what `corpus check` shows, then build again"
        )
    path = build / MANIFEST
    if not path.is_file():
        raise UsageError("There is no release here.", where=str(path), remedy="make one with `corpus build`")
    manifest = path.read_bytes()
    facts = _parse(manifest, where=str(path))
    _agree(facts, repo=repo, version=version, where=str(path))
    listed = tuple(_check(build, entry, where=str(path)) for entry in facts["files"])
    files = sorted((*listed, _measure(build, MANIFEST)), key=lambda file: file.path)
    return LocalRelease(
        folder=build,
        version=version,
        manifest=manifest,
        content_digest=str(facts["content_digest"]),
        files=tuple(files),
    )


def _parse(manifest: bytes, *, where: str) -> dict[str, Any]:
    """The manifest's facts. Raises DataError where one that publishing needs is missing."""
    try:
        facts = json.loads(manifest)
        needed = (facts["version"], facts["repo"], facts["content_digest"], facts["checks"]["passed"], facts["files"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError("The manifest cannot be read.", where=where, found=str(error), remedy="build again") from error
    if facts.get("format") != FORMAT or not isinstance(needed[-1], list):
        found = f"format {facts.get('format')}"
        raise DataError("The manifest has another format.", where=where, found=found, remedy="build again")
    return dict(facts)


def _agree(facts: dict[str, Any], *, repo: str, version: str, where: str) -> None:
    if facts["version"] != version:
        found, remedy = f"version {facts['version']!r}, not {version!r}", "build with the version to be published"
        raise UsageError("The release has another version.", where=where, found=found, remedy=remedy)
    if facts["repo"] not in (None, repo):
        found, remedy = f"repo {facts['repo']!r}, not {repo!r}", "publish it there, or build for this repository"
        raise UsageError("The release was built for another repository.", where=where, found=found, remedy=remedy)
    if facts["checks"]["passed"] is not True:
        remedy = "mend what `corpus check` shows, then build again"
        raise DataError("The release did not pass its checks: it is not published.", where=where, remedy=remedy)


def _check(build: Path, entry: Any, *, where: str) -> LocalFile:
    """The file of a manifest entry, found to have the size and the digest that the entry says."""
    try:
        path, expected = str(entry["path"]), (int(entry["size"]), str(entry["sha256"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DataError("The manifest lists no proper file.", where=where, found=repr(entry)) from error
    pure = PurePosixPath(path)
    if str(pure) != path or pure.is_absolute() or not {"..", "."}.isdisjoint(pure.parts) or path == MANIFEST:
        raise DataError("The manifest lists a path that no release has.", where=where, found=path)
    if not (build / path).is_file():
        raise DataError("A file of the release is missing.", where=str(build / path), remedy="build again")
    file = _measure(build, path)
    if (file.size, file.sha256) != expected:
        found = f"{file.size} bytes, sha256 {file.sha256}; the manifest has {expected[0]} bytes, sha256 {expected[1]}"
        what = "A file of the release is not what the manifest says."
        raise DataError(what, where=str(build / path), found=found, remedy="build again; edit no file of a release")
    return file


def _measure(build: Path, path: str) -> LocalFile:
    size = (build / path).stat().st_size
    sha256, blob = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with (build / path).open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            sha256.update(chunk)
            blob.update(chunk)
    return LocalFile(path=path, size=size, sha256=sha256.hexdigest(), blob=blob.hexdigest())
