"""The default engine: processes on this machine, or the calling process alone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.context import BaseContext
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar

from corpus.errors import OutsideError

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext

T = TypeVar("T")
R = TypeVar("R")


_LONGEST_FOLDER: Final = 60
"""Bytes of the name of a folder in which a socket's name finds room."""
_PRELOADED: Final = ["corpus.pipeline", "corpus.stages.warm"]
"""What workers have loaded when they begin; see `_context`."""


class LocalEngine:
    """`workers` processes, started when there is work for more than one; 1 runs every task in the calling process."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def meet(self, folder: Path) -> None:
        """Nothing to make sure of: processes of one machine see its files."""

    def everywhere(self, task: Callable[[], R]) -> list[tuple[str, R]]:
        """Run `task` here."""
        return [("this machine", task())]

    def map(self, task: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        """Run `task` on every item, results in order; at most two tasks a worker are waiting at any time.

        Raises OutsideError when a worker process dies.
        """
        if self._workers <= 1 or (len(items) <= 1 and self._pool is None):
            yield from map(task, items)
            return
        try:
            yield from self._in_order(task, items)
        except BrokenProcessPool:
            remedy = "give it more memory, or fewer workers with -j"
            raise OutsideError("a worker process was ended from outside", remedy=remedy) from None

    def _in_order(self, task: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self._workers, mp_context=_context(), initializer=_prepare_worker)
        waiting: deque[Future[R]] = deque()
        for item in items:
            waiting.append(self._pool.submit(task, item))
            if len(waiting) >= 2 * self._workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def expect_work(workers: int) -> None:
    """Let so many workers load what they need before there is work, while the calling process does other things."""
    if workers > 1 and sys.platform == "linux":
        _start_server()


def _context() -> BaseContext:
    """How workers start. A forked copy of a process with Arrow's threads may hang, so they are no copies of this one.

    On Linux they are copies of a server that has no such threads: it loads libraries, machine code and tables once, for
    all of them, and they share its memory. Elsewhere each loads its own.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = _start_server()
    # whoever is interrupted while the server loads must not have asked it for workers, which would find nobody
    first = context.Process(target=_nothing)
    first.start()
    first.join()
    return context


def _start_server() -> ForkServerContext:
    """Start the server that workers are copies of, and do not wait for it."""
    _have_short_paths()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    resource_tracker.ensure_running()  # whoever starts it lets signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # the server begins so: Ctrl-C is for us alone
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return context


def _have_short_paths() -> None:
    """Let the server's socket lie in /tmp where TMPDIR is too long for the name of one (108 bytes on Linux)."""
    if len(os.fsencode(tempfile.gettempdir())) <= _LONGEST_FOLDER:
        return
    before, tempfile.tempdir = tempfile.tempdir, "/tmp"  # noqa: S108 (a folder of our own is made in it)
    try:
        util.get_temp_dir()  # it is made once, and kept
    finally:
        tempfile.tempdir = before


def _nothing() -> None:
    """A task that says that the server answers."""


def _prepare_worker() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it: a killed build must not go on writing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def available_workers() -> int:
    """How many processes this process may run at the same time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
