"""A folder in a store that is written to: files are put, copied there and removed one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeVar

from corpus.errors import OutsideError, UsageError
from corpus.io.addresses import (
    AbsentError,
    Address,
    StoredObject,
    blocks_of,
    connected,
    denied,
    fetch,
    guarded,
    list_objects,
    path_in,
    repeated,
)

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

T = TypeVar("T")

_MARKING: Final = ("s3", "s3a", "gs", "gcs")
"""Stores without folders: to make one would leave an object for it."""

_PROBES: Final = ("probe", "probe-copy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The folder at an address; it travels to workers.

    All that it does raises OutsideError where the store does not answer or denies it, and UsageError where nobody can
    write to such an address. An object may be cut off where a process was killed or a connection lost while it was
    written, where stores do not see to that themselves: whoever relies on one compares its size.
    """

    address: Address

    def objects(self) -> dict[str, StoredObject]:
        """Every object there by its path; empty where nothing is."""
        try:
            return {entry.path: entry for entry in list_objects(self.address)}
        except AbsentError:
            return {}

    def read(self, wanted: StoredObject) -> bytes:
        """The bytes of one object."""
        try:
            return fetch(self.address, wanted, b"".join)
        except PermissionError:
            raise denied(self.address) from None

    def bring(self, wanted: StoredObject, target: Path) -> str:
        """Write one object to a file here; gives its SHA-256 in hex."""

        def write(blocks: Iterator[bytes]) -> str:
            with target.open("wb") as file:
                return _copy(blocks, file)

        try:
            return fetch(self.address, wanted, write)
        except PermissionError:
            raise denied(self.address) from None

    def get(self, path: str, target: Path) -> bool:
        """Write what is at `path` to a file here, unless nothing is there; gives whether something was."""

        def read(system: AbstractFileSystem, root: str) -> bool:
            try:
                with system.open(path_in(root, path), "rb") as source, target.open("wb") as file:
                    _copy(blocks_of(source), file)
            except FileNotFoundError:
                return False
            return True

        return self._do(read)

    def put(self, content: Path | bytes, path: str) -> str:
        """Write a file, or these bytes, in the place of what is at `path`; gives the SHA-256 in hex."""
        with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as source:

            def write(system: AbstractFileSystem, root: str) -> str:
                source.seek(0)
                target = path_in(root, path)
                self._make_folder(system, target)
                with system.open(target, "wb") as file:
                    return _copy(blocks_of(source), file)

            return self._do(write)

    def copy(self, path: str, target: Store, target_path: str) -> None:
        """Let the store copy an object to `target_path` in `target`, a folder of the same store."""

        def write(system: AbstractFileSystem, root: str) -> None:
            place = path_in(connected(target.address)[1], target_path)
            self._make_folder(system, place)
            _copy_within(system, path_in(root, path), place)

        self._do(write)

    def remove(self, path: str) -> None:
        """Remove an object, if it is there."""

        def write(system: AbstractFileSystem, root: str) -> None:
            try:
                system.rm_file(path_in(root, path))
            except FileNotFoundError:
                return

        self._do(write)

    def clear(self) -> None:
        """Remove all that lies there."""

        def write(system: AbstractFileSystem, root: str) -> None:
            try:
                system.rm(root, recursive=True)
            except FileNotFoundError:
                return

        self._do(write)

    def try_out(self) -> None:
        """Find out whether objects can be written, copied and removed here, before anything depends on it."""
        first, second = _PROBES
        self.put(b"", first)
        self.copy(first, self, second)
        for path in _PROBES:
            self.remove(path)

    def _make_folder(self, system: AbstractFileSystem, path: str) -> None:
        if self.address.url.partition("://")[0] not in _MARKING:
            system.makedirs(path.rpartition("/")[0], exist_ok=True)

    def _do(self, write: Callable[[AbstractFileSystem, str], T]) -> T:
        with _writing(self.address):
            system, root = connected(self.address)
            return repeated(lambda: write(system, root))


def _copy_within(system: AbstractFileSystem, path: str, target: str) -> None:
    """Copy an object; what fsspec does to Arrow's file systems is to read it and write it anew under a third name."""
    from fsspec.implementations.arrow import ArrowFSWrapper

    if isinstance(system, ArrowFSWrapper):
        system.fs.copy_file(path, target)
    else:
        system.cp_file(path, target)


def _copy(blocks: Iterator[bytes], file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
        file.write(block)
    return digest.hexdigest()


@contextmanager
def _writing(address: Address) -> Iterator[None]:
    try:
        with guarded(address):
            yield
    except AbsentError:
        what, remedy = "there is no such place to write to", "make the bucket, or correct the address"
        raise OutsideError(what, where=str(address), remedy=remedy) from None
    except PermissionError:
        raise denied(address, "list, read, write and delete") from None
    except NotImplementedError:
        what, remedy = (
            "nothing can be written to this kind of address",
            "build into a folder with -o, and copy it there",
        )
        raise UsageError(what, where=str(address), remedy=remedy) from None
