"""Whether a release, on the Hub, in a store or in a folder, is what was released: tag, digest, files, rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import DataError, UsageError
from corpus.hub.client import Hub
from corpus.hub.opening import (
    HiddenError,
    HubAddress,
    NotPublishedError,
    OpenRelease,
    Source,
    StoredFiles,
    open_release,
    parse_address,
)
from corpus.hub.patience import Patience
from corpus.io.addresses import Address
from corpus.layout import DATA, MANIFEST
from corpus.naming import DIGEST, tag_of
from corpus.release.verify import differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found at an address: the release by its digest, and one sentence for each difference.

    `commit` is None but on the Hub; `expected` is the release digest that was asked for, if any.
    """

    address: str
    commit: str | None
    version: str
    digest: str
    expected: str | None
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it is what was released."""
        return not self.differences


def verify(
    address: str,
    *,
    expect: str | None = None,
    endpoint: str | None = None,
    token: str | None = None,
    patience: Patience | None = None,
) -> Verification:
    """Hold the release at `address` (see `opening.parse_address`) against its manifest, and that against `expect`.

    Cheap questions come first, and each group of them only where the one before found nothing: digest and tag, the
    listing of the Hub, the bytes of every file, then every row and text as `release.verify` does.

    Raises UsageError for what is no digest, no address or no dataset that may be seen, DataError where no release
    stands there, OutsideError for the network.
    """
    expected = None if expect is None else _digest(expect)
    place = parse_address(address)
    try:
        with open_release(address, endpoint=endpoint, token=token, patience=patience) as release:
            found = list(_differences(release, place, expected))
            return Verification(
                address=release.where,
                commit=release.commit,
                version=release.manifest.version,
                digest=release.digest,
                expected=expected,
                differences=tuple(found),
            )
    except HiddenError:
        raise
    except NotPublishedError as error:
        raise DataError(error.what, where=error.where, found=error.found, remedy=error.remedy) from None


def _digest(given: str) -> str:
    match = DIGEST.fullmatch(given)
    if match is None:
        remedy = "give what `corpus publish` printed: sha256: and 64 hexadecimal digits"
        raise UsageError("this is no release digest", found=given, remedy=remedy)
    return f"sha256:{match[1]}"


def _differences(release: OpenRelease, place: Path | Address | HubAddress, expected: str | None) -> Iterator[str]:
    """What differs, up to and with the first kind of question that finds something."""
    if expected not in (None, release.digest):
        yield f"{MANIFEST}: release digest {release.digest}, expected {expected}"
        return
    for found in _elsewhere(release, place):
        lines = list(found)
        yield from lines
        if lines:
            return
    yield from differences(release.folder)


def _elsewhere(release: OpenRelease, place: Path | Address | HubAddress) -> Iterator[Iterator[str]]:
    """The questions to ask of a release that is not in a folder; the last one brings its files."""
    source = release.source
    if isinstance(source, Source) and isinstance(place, HubAddress):
        yield _tag(release, source, place)
        yield _listing(release, source)
    elif isinstance(source, StoredFiles):
        listed = {MANIFEST, *(entry.path for entry in release.manifest.files)}
        yield (f"{path}: not in the manifest" for path in sorted(source.objects.keys() - listed))
    if source is not None:
        yield _bytes(release)


def _tag(release: OpenRelease, source: Source, place: HubAddress) -> Iterator[str]:
    """Whether the tag of the release stands, on this very release."""
    tag, hub = tag_of(release.manifest.version), source.hub
    if place.is_release_tag and place.revision != tag:
        yield f"{place}: its manifest is that of {tag}"
        return
    commit = source.patience.again(lambda: hub.tagged(tag))
    if commit is None:
        yield f"{place}: there is no tag {tag}, so the release was not published to its end"
    elif commit != source.commit and _manifest_at(hub, commit, source.patience) != source.files[MANIFEST].blob:
        yield f"{place}: the tag {tag} stands on another release"


def _manifest_at(hub: Hub, commit: str, patience: Patience) -> str | None:
    files = patience.again(lambda: hub.tree(commit))
    return files[MANIFEST].blob if MANIFEST in files else None


def _listing(release: OpenRelease, source: Source) -> Iterator[str]:
    """What the Hub's own listing says: each file of the manifest, and none besides where rows are looked for."""
    listed = {entry.path: entry for entry in release.manifest.files}
    for path, entry in listed.items():
        there = source.files.get(path)
        if there is None:
            yield f"{path}: missing on the Hub"
        elif there.size != entry.size:
            yield f"{path}: {there.size} bytes on the Hub, the manifest says {entry.size}"
        elif there.sha256 not in (None, entry.sha256):
            yield f"{path}: sha256 {there.sha256} on the Hub, the manifest says {entry.sha256}"
    for path in sorted(source.files.keys() - listed.keys()):
        if path.startswith(f"{DATA}/"):
            yield f"{path}: on the Hub, but not in the manifest"


def _bytes(release: OpenRelease) -> Iterator[str]:
    for entry in release.manifest.files:
        try:
            release.fetch([entry.path])
        except DataError as error:
            yield error.what + (f" ({error.found})" if error.found else "")
