"""Files of a run that travel through a store, where the machines of a cluster share no folder.

Whoever runs a task gives it an empty folder of its own for the work folder of the run. A file that is opened and not
there is brought from the store, and what the task has written goes to the store before its result is told. The process
that runs the build does the same with its work folder. Paths inside of tasks and results mean the folder of whoever
holds them. A file is written once in a run, so that what a machine has brought once is never old.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar, overload

from corpus.engines.base import Engine
from corpus.errors import BugError, OutsideError
from corpus.io.addresses import Address
from corpus.io.cache import link_or_copy
from corpus.io.packing import packed_below, unpacked_below
from corpus.io.stores import Store

T = TypeVar("T")
R = TypeVar("R")

_WORK: Final = "work"
_RELEASE: Final = "release"
_HELLO: Final = "seen-by-all-nodes"
_PULLED: Final = "pulled"


def present(path: Path) -> Path:
    """The same path; a file of the run that was written on another machine now lies there."""
    if _here is not None:
        _here.bring(path)
    return path


def rename(path: Path, target: Path) -> None:
    """Give a file of the run another name, wherever it was written."""
    if _here is None:
        path.rename(target)
    else:
        _here.rename(path, target)


def remove(path: Path) -> None:
    """Remove a file of the run from this machine; what lies in the store stays until the run ends."""
    path.unlink(missing_ok=_here is not None)


class _Folder:
    """A folder of this machine for files of the run; `shared` keeps what any task here has brought."""

    def __init__(self, store: Store, root: Path, shared: Path | None = None) -> None:
        self._store, self._root, self._shared = store, root, shared
        self._known: dict[str, tuple[int, int]] = {}

    def path(self, name: str) -> Path:
        """Where the file of this name lies here."""
        return self._root / name

    def bring(self, path: Path) -> None:
        """Let a file of the run lie at `path`, unless no machine wrote one."""
        if path.exists() or not path.is_relative_to(self._root):
            return
        name = path.relative_to(self._root).as_posix()
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = self._shared / name if self._shared else path
        if not kept.exists():
            self._fetch(name, kept)
        if kept != path and kept.exists():
            link_or_copy(kept, path)
        if path.exists():
            self._known[name] = _look(path)

    def _fetch(self, name: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.{os.getpid()}.part")
        if self._store.get(name, part):
            part.replace(target)

    def rename(self, path: Path, target: Path) -> None:
        """Give a file another name, here and in the store."""
        name, wanted = (each.relative_to(self._root).as_posix() for each in (path, target))
        here = path.exists()
        if here:
            path.rename(target)
        if not here or name in self._known:
            self._store.copy(name, self._store, wanted)
        if here and name in self._known:
            self._known[wanted] = _look(target)

    def deliver(self, below: str = "") -> list[str]:
        """Send what was written here since the last time; gives its names. Raises BugError for a name used twice."""
        sent = []
        for folder, _, names in os.walk(self._root / below):
            for path in (Path(folder, name) for name in names):
                name, look = path.relative_to(self._root).as_posix(), _look(path)
                if name not in self._known:
                    self._store.put(path, name)
                    self._known[name] = look
                    sent.append(name)
                elif self._known[name] != look:
                    raise BugError("a file of the run was written twice", where=name, remedy="report it")
        return sorted(sent)

    def pack(self, value: object) -> bytes:
        """A value for another machine."""
        return packed_below(self._root, value)

    def unpack(self, packed: bytes) -> Any:
        """A value of another machine; what was a path in its folder is one in this."""
        return unpacked_below(self._root, packed)


_here: _Folder | None = None
"""The folder of the build or task that runs in this process, where machines share none."""


def _look(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


@dataclass(frozen=True, slots=True)
class _Packed(Sequence[bytes]):
    """Items as they travel, each packed when it is asked for."""

    items: Sequence[Any]
    here: _Folder

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(at, slice):
            return _Packed(self.items[at], self.here)
        return self.here.pack(self.items[at])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Remote:
    """A task as it travels: it runs in a folder of its own below the temporary folder of its machine."""

    store: Store
    token: str
    task: bytes

    def __call__(self, item: bytes) -> tuple[bytes, list[str]]:
        """Run it; gives its result, and the names of all files that it wrote."""
        global _here  # noqa: PLW0603 (what opens files knows of no run)
        home = _home(self.token)
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home) as folder:
            here = _Folder(self.store, Path(folder), home / _PULLED)
            for name in (_WORK, _RELEASE):
                Path(folder, name).mkdir()
            before, _here = _here, here
            try:
                result = here.unpack(self.task)(here.unpack(item))
            finally:
                _here = before
            return here.pack(result), here.deliver()


def _home(token: str) -> Path:
    """The folder of a run on a machine; TMPDIR says on which disk."""
    return Path(tempfile.gettempdir(), f"corpus-{token}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Greet:
    """Tells the version of corpus on a machine that sees the store."""

    store: Store

    def __call__(self) -> str:
        with tempfile.TemporaryDirectory() as folder:
            if not self.store.get(_HELLO, Path(folder, _HELLO)):
                what, remedy = "a node does not see the store", "start all nodes with the same settings for it"
                raise OutsideError(what, where=socket.gethostname(), found=str(self.store.address), remedy=remedy)
        return version("corpus-packager")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leave:
    """Removes what a run has left on a machine."""

    token: str

    def __call__(self) -> None:
        shutil.rmtree(_home(self.token), ignore_errors=True)


class DepotEngine:
    """Another engine whose machines share no folder: files of tasks travel through a folder at `address`."""

    def __init__(self, engine: Engine, address: Address) -> None:
        self._engine = engine
        self._token = os.urandom(8).hex()
        self._store = Store(address=address.below(f"corpus-{self._token}"))
        self._folder: _Folder | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        global _here  # noqa: PLW0603
        _here = None
        if self._folder is not None:
            with suppress(OutsideError):  # what stays costs space alone, and must not hide why the build ends
                self._store.clear()
                self.everywhere(_Leave(token=self._token))

    def meet(self, folder: Path) -> None:
        """Make sure that every machine sees the store and runs the same version of corpus; else raises OutsideError.

        From now on tasks meet in the store, and `folder`, the work folder beside that of the release, is the build's.
        """
        global _here  # noqa: PLW0603
        self._store.try_out()
        self._store.put(b"", _HELLO)
        for machine, found in self.everywhere(_Greet(store=self._store)):
            if found != version("corpus-packager"):
                remedy = f"install corpus-packager {version('corpus-packager')} on every node"
                raise OutsideError("a node has another version of corpus", where=machine, found=found, remedy=remedy)
        self._folder = _here = _Folder(self._store, folder.parent)

    def everywhere(self, task: Callable[[], R]) -> list[tuple[str, R]]:
        """Run `task` once on every machine; gives its name and the result."""
        return self._engine.everywhere(task)

    def map(self, task: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        """Run `task` on every item, results in order; what tasks write into the release is brought here at once."""
        here = self._folder
        if here is None:
            yield from self._engine.map(task, items)
            return
        here.deliver(_WORK)
        remote = _Remote(store=self._store, token=self._token, task=here.pack(task))
        for packed, written in self._engine.map(remote, _Packed(items, here)):
            for name in written:
                if not name.startswith(f"{_WORK}/"):
                    here.bring(here.path(name))
            yield here.unpack(packed)
