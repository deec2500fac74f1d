"""Listed files in about a hundred bytes each, however many: what they are called and how they look, side by side."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, count
from typing import Generic, TypeVar, overload

import numpy as np
import numpy.typing as npt

from corpus.model import SidecarEntry, SourceFile

T = TypeVar("T")

Look = tuple[int, int, int, int]
"""Size in bytes, times of change of content and inode in nanoseconds, inode number (0 where these prove nothing)."""


class Lazily(Sequence[T], Generic[T]):
    """So many items, each made when it is looked at, and not kept."""

    def __init__(self, count: int, make: Callable[[int], T]) -> None:
        self._count = count
        self._make = make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> list[T]: ...

    def __getitem__(self, at: int | slice) -> T | list[T]:
        places = range(self._count)[at]
        return [self._make(place) for place in places] if isinstance(places, range) else self._make(places)

    def __iter__(self) -> Iterator[T]:
        return map(self._make, range(self._count))


class Files(Lazily[SourceFile]):
    """Listed files in their order.

    `ids`, cut at `borders` (n + 1,), and `looks` (n, 4), see `Look`, say all of a file whose path is its id; `odd`
    holds the others by place.
    """

    def __init__(
        self, ids: bytes, borders: npt.NDArray[np.int64], looks: npt.NDArray[np.int64], odd: Mapping[int, SourceFile]
    ) -> None:
        super().__init__(len(looks), self._file)
        self._ids = ids
        self._borders = borders
        self._looks = looks
        self._odd = odd

    def part(self, start: int, end: int) -> Files:
        """Some of them, which travel to a worker as a few arrays."""
        first, last = self._borders[start], self._borders[end]
        odd = {at - start: self._odd[at] for at in range(start, end) if at in self._odd} if self._odd else {}
        return Files(self._ids[first:last], self._borders[start : end + 1] - first, self._looks[start:end], odd)

    def look(self) -> str | None:
        """A digest of ids and looks; None where a look proves nothing, or more is known of a file."""
        if self._odd or not self._looks[:, 3].all():
            return None
        return hashlib.sha256(self._ids + self._borders.tobytes() + self._looks.tobytes()).hexdigest()

    @property
    def total_bytes(self) -> int:
        """The size of all files."""
        return int(self._looks[:, 0].sum())

    def ids(self) -> Iterator[bytes]:
        """The ids in UTF-8."""
        start = 0
        for end in map(int, self._borders[1:]):
            yield self._ids[start:end]
            start = end

    def sizes(self) -> Iterator[int]:
        """The sizes in bytes."""
        return map(int, self._looks[:, 0])

    def read(self) -> Iterator[bytes]:
        """The ids of those that the listing does not reject."""
        return (name for at, name in enumerate(self.ids()) if at not in self._odd or not self._odd[at].reason)

    def with_sidecars(self, said: Mapping[str, Sequence[SidecarEntry]]) -> Files:
        """The same files with what sidecars say of them, by id."""
        about = {name.encode(): tuple(entries) for name, entries in said.items()}
        told = {at: about[name] for at, name in enumerate(self.ids()) if name in about}
        odd = {**self._odd, **{at: self[at]._replace(sidecar=entries) for at, entries in told.items()}}
        return Files(self._ids, self._borders, self._looks, odd)

    def __reduce__(self) -> tuple[type[Files], tuple[object, ...]]:
        return Files, (self._ids, self._borders, self._looks, self._odd)

    def __iter__(self) -> Iterator[SourceFile]:
        return map(self._made, count(), self.ids(), map(np.ndarray.tolist, self._looks))

    def _file(self, at: int) -> SourceFile:
        return self._made(at, self._ids[self._borders[at] : self._borders[at + 1]], self._looks[at].tolist())

    def _made(self, at: int, name: bytes, look: Sequence[int]) -> SourceFile:
        if at in self._odd:
            return self._odd[at]
        path = name.decode()
        size, modified, changed, inode = look
        return SourceFile(id=path, path=path, size=size, version=f"{modified}-{changed}-{inode}" if inode else "")


class FilesDraft:
    """Files as they are found, in any order."""

    def __init__(self) -> None:
        self._keys: list[bytes] = []
        self._ids: list[bytes] = []
        self._looks = array("q")
        self._odd: dict[int, SourceFile] = {}

    def add(self, key: bytes, name: bytes, look: Look) -> None:
        """A file whose path is its id, `name`; `key` is what it is sorted by."""
        self._keys.append(key)
        self._ids.append(name)
        self._looks.extend(look)

    def extend(self, keys: Sequence[bytes], names: Sequence[bytes], looks: array[int]) -> None:
        """Files whose paths are their ids, `names`; `keys` are what they are sorted by, `looks` holds those of each."""
        self._keys += keys
        self._ids += names
        self._looks.extend(looks)

    def add_odd(self, key: bytes, file: SourceFile) -> None:
        """Any file."""
        self._odd[len(self._ids)] = file
        self.add(key, file.id.encode(), (file.size, 0, 0, 0))

    def files(self) -> Files:
        """All files in the order of their keys. Of files with one id all but the first are rejected."""
        order = sorted(range(len(self._keys)), key=self._keys.__getitem__)
        looks = np.frombuffer(self._looks, np.int64).reshape(-1, 4)[order]
        ids = [self._ids[at] for at in order]
        places = {at: place for place, at in enumerate(order) if at in self._odd}
        borders = np.fromiter(accumulate(map(len, ids), initial=0), np.int64, len(ids) + 1)
        files = Files(b"".join(ids), borders, looks, {place: self._odd[at] for at, place in sorted(places.items())})
        again = [place for place in range(1, len(ids)) if ids[place] == ids[place - 1]]
        detail = "another file has the same name in Unicode NFC"
        taken = {place: files[place]._replace(reason="duplicate_id", detail=detail) for place in again}
        return Files(files._ids, borders, looks, {**files._odd, **taken}) if taken else files
