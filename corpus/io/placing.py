"""A release in a store: put beside its place first, then switched in; a manifest never stands beside other files.

Stores have no exchange of names. So all that differs from the release there goes to a hidden folder beside it, under
the digests of the files, and while that lasts the old release stays. Then its manifest is removed, the store itself
copies the new files to their names, files that are gone are removed, and the new manifest is written last: until then
nobody finds a release. A run that was stopped before the switch leaves the old release, one that was stopped in it is
finished by the next run, which knows from a list in the hidden folder what is ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from corpus.errors import DataError, OutsideError, UsageError
from corpus.io.addresses import Address, StoredObject
from corpus.io.documents import canonical_json, parse_manifest
from corpus.io.stores import Store
from corpus.layout import MANIFEST
from corpus.model import FileEntry, Manifest

_LIST: Final = "paths.json"
_AT_ONCE: Final = 8
"""So many files are on their way at the same time."""

_PLAIN: Final = ("::", "?", "#")
"""What stands in chained or signed addresses, in which nothing lies beside anything."""


def failed_at(address: Address) -> Address:
    """Where a build goes that fails its data checks."""
    return address.beside(f"{address.name}.failed")


def staging_at(address: Address) -> Address:
    """The hidden folder in which the next release for `address` waits until it is whole."""
    return address.beside(f".{address.name}.staging")


def check_place(address: Address, source: Path | Address) -> None:
    """Refuse a place that is none, before the work of a build that is to go there; `source` is its input.

    Raises UsageError where the address has no name of its own, overlaps the input, or something else than a release
    stands there; OutsideError where the store does not let us write.
    """
    if not address.name or any(sign in address.url for sign in _PLAIN):
        remedy = "name a folder in a bucket, such as s3://bucket/release"
        raise UsageError("the output address needs a plain name", found=str(address), remedy=remedy)
    if isinstance(source, Address):
        one, other = (f"{url.rstrip('/')}/" for url in (address.url, source.url))
        if one.startswith(other) or other.startswith(one):
            remedy = "choose an address with -o that neither lies in the input nor holds it"
            raise UsageError("input and output lie in one another", where=str(address), remedy=remedy)
    for place in (address, failed_at(address)):
        _standing(place)
    Store(address=staging_at(address)).try_out()


def place_release(release: Path, address: Address) -> int:
    """Put the release in the folder `release` in its place; gives how many files were sent.

    Raises UsageError where something else than a release stands there, OutsideError for the store, and where another
    build wrote to the place at the same time.
    """
    return _replace(_standing(address), address, release)


def remove_failed(address: Address) -> None:
    """Remove what an earlier build for `address` left as failed."""
    place = failed_at(address)
    standing = _standing(place)
    if standing.objects:
        _replace(standing, place, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What stands at an address: its objects, and its manifest, if it has one that can be read."""

    objects: Mapping[str, StoredObject]
    content: bytes
    manifest: Manifest | None

    def holds(self, entry: FileEntry) -> bool:
        """Whether the release there has this very file."""
        there = self.objects.get(entry.path)
        listed = self.manifest.files if self.manifest else ()
        return there is not None and there.size == entry.size and entry in listed


def _standing(address: Address) -> _Standing:
    """What stands at an address; raises UsageError where it is something else than a release of ours."""
    objects = Store(address=address).objects()
    content = Store(address=address).read(objects[MANIFEST]) if MANIFEST in objects else b""
    ours = _left_by_a_switch(address)
    manifest = None
    try:
        manifest = parse_manifest(content, str(address.below(MANIFEST))) if content else None
    except DataError as error:
        if MANIFEST not in ours:
            raise _foreign(address, error.what) from None
    known = {*ours, *((MANIFEST, *(entry.path for entry in manifest.files)) if manifest else ())}
    strange = next((path for path in sorted(objects) if path not in known), None)
    if strange is not None:
        raise _foreign(address, strange)
    return _Standing(objects=objects, content=content, manifest=manifest)


def _foreign(address: Address, found: str) -> UsageError:
    remedy = "choose another address with -o; corpus replaces only releases"
    return UsageError("something else stands at the output address", where=str(address), found=found, remedy=remedy)


def _left_by_a_switch(address: Address) -> frozenset[str]:
    """The paths that a switch which was stopped may have left behind."""
    staging = Store(address=staging_at(address))
    listed = staging.objects().get(_LIST)
    if listed is None:
        return frozenset()
    try:
        return frozenset(json.loads(staging.read(listed)))
    except ValueError:  # cut off: it was written before anything was switched
        return frozenset()


def _replace(standing: _Standing, address: Address, release: Path | None) -> int:
    """Put a release in the place of what stands there, or nothing; gives how many files were sent."""
    staging, place = Store(address=staging_at(address)), Store(address=address)
    content = (release / MANIFEST).read_bytes() if release else b""
    entries = parse_manifest(content, str(release)).files if content else ()
    wanted = [entry for entry in entries if not standing.holds(entry)]
    paths = {*(entry.path for entry in entries), *((MANIFEST,) if content else ())}
    if content == standing.content and not wanted and paths == standing.objects.keys():
        staging.clear()
        return 0
    waiting = staging.objects()
    missing = {entry.sha256: entry for entry in wanted if not _waits(waiting, entry)}
    if release:
        _for_all(partial(_send, release, staging), missing.values())
    staging.put(canonical_json(sorted({*paths, *standing.objects})).encode(), _LIST)
    try:
        place.remove(MANIFEST)
        _for_all(lambda entry: staging.copy(entry.sha256, place, entry.path), wanted)
        for path in sorted(standing.objects.keys() - paths):
            place.remove(path)
        if content:
            place.put(content, MANIFEST)
    except KeyboardInterrupt:
        what, remedy = "interrupted while the release was switched in", "run again: that finishes it"
        raise OutsideError(what, where=str(address), remedy=remedy) from None
    _check_there(place, entries, content)
    staging.clear()
    return len(missing)


def _waits(waiting: Mapping[str, StoredObject], entry: FileEntry) -> bool:
    there = waiting.get(entry.sha256)
    return there is not None and there.size == entry.size


def _check_there(place: Store, entries: tuple[FileEntry, ...], content: bytes) -> None:
    """Read back what is there; raises OutsideError when it is not what was put there."""
    objects = place.objects()
    sizes = {entry.path: entry.size for entry in entries} | ({MANIFEST: len(content)} if content else {})
    same = {path: there.size for path, there in objects.items()} == sizes
    if not same or (content and place.read(objects[MANIFEST]) != content):
        what, remedy = (
            "what stands at the address is not what was put there",
            "see that nobody else writes there, run again",
        )
        raise OutsideError(what, where=str(place.address), remedy=remedy)


def _for_all(call: Callable[[FileEntry], None], entries: Iterable[FileEntry]) -> None:
    """Do something for all files, some at once; the first error ends it."""
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        for _ in pool.map(call, entries):
            pass
    finally:
        pool.shutdown(cancel_futures=True)


def _send(release: Path, staging: Store, entry: FileEntry) -> None:
    """Send a file to wait under its digest; raises OutsideError when it has changed since it was made."""
    if staging.put(release / entry.path, entry.sha256) != entry.sha256:
        staging.remove(entry.sha256)
        what, remedy = "a file of the release changed while it was sent", "see that nobody writes there, run again"
        raise OutsideError(what, where=str(release / entry.path), remedy=remedy)
