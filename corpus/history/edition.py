"""One side of a comparison: a release that lies in a folder, or comes there file by file when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import DataError
from corpus.hub.opening import OpenRelease, local_release
from corpus.layout import is_part, parse_part
from corpus.model import FileEntry, Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A release as it is compared: `where` names it in messages, `digest` is its release digest.

    The digest is empty for a release that is still being built. `parts` are its Parquet files, sorted by path.
    """

    where: str
    folder: Path
    manifest: Manifest
    digest: str
    parts: tuple[FileEntry, ...]
    fetch: Callable[[Sequence[str]], object]

    def split_of(self, entry: FileEntry) -> str:
        """The split of one of its parts; raises DataError for a path that no release has."""
        return _parsed(self, entry)[0]

    def lanes(self, parts: Iterable[int]) -> list[list[int]]:
        """These numbers of `parts` by split and kind of file: in each of them the ids ascend from file to file."""
        lanes: dict[tuple[str, bool], list[int]] = {}
        for number in sorted(parts):
            lanes.setdefault(_parsed(self, self.parts[number]), []).append(number)
        return [lanes[key] for key in sorted(lanes)]


def edition_of(opened: OpenRelease) -> Edition:
    """The release that somebody has opened, here or on the Hub, to be used while it is open."""
    return _edition(opened.where, opened.folder, opened.manifest, opened.digest, opened.fetch)


def local_edition(folder: Path) -> Edition:
    """The release in a local folder; raises DataError when it is none."""
    return edition_of(local_release(folder))


def draft_edition(folder: Path, manifest: Manifest) -> Edition:
    """The release that is being built in `folder`; `manifest` says what is written so far."""
    return _edition("this build", folder, manifest, "", lambda _: folder)


def _edition(
    where: str, folder: Path, manifest: Manifest, digest: str, fetch: Callable[[Sequence[str]], object]
) -> Edition:
    entries = (entry for entry in manifest.files if is_part(entry.path))
    parts = tuple(sorted(entries, key=lambda entry: entry.path))
    return Edition(where=where, folder=folder, manifest=manifest, digest=digest, parts=parts, fetch=fetch)


def _parsed(edition: Edition, entry: FileEntry) -> tuple[str, bool]:
    try:
        return parse_part(entry.path)
    except ValueError as error:
        what, remedy = "a data file lies where no release has one", "build the release again"
        raise DataError(what, where=edition.where, found=str(error), remedy=remedy) from None
