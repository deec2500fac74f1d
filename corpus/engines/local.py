"""The default engine: processes on this machine, or the calling process alone."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TypeVar

from corpus.errors import OutsideError

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalEngine:
    """`workers` processes; 1 runs every task in the calling process."""

    workers: int = 1

    def map(self, task: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        """Run `task` on every item, results in order; at most two tasks a worker are waiting at any time.

        Raises OutsideError when a worker process dies.
        """
        if self.workers <= 1 or len(items) <= 1:
            yield from map(task, items)
            return
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(self.workers, len(items)), mp_context=context) as pool:
            try:
                yield from _in_order(pool, task, items, ahead=2 * self.workers)
            except BrokenProcessPool:
                remedy = "give it more memory, or fewer workers with -j"
                raise OutsideError("a worker process was ended from outside", remedy=remedy) from None
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


def available_workers() -> int:
    """How many processes this process may run at the same time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_order(pool: ProcessPoolExecutor, task: Callable[[T], R], items: Sequence[T], *, ahead: int) -> Iterator[R]:
    waiting: deque[Future[R]] = deque()
    for item in items:
        waiting.append(pool.submit(task, item))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
