"""The engine for many machines: Ray Core tasks on a cluster, or on one that it starts on this machine."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from corpus.errors import OutsideError, UsageError

T = TypeVar("T")
R = TypeVar("R")

_AHEAD: Final = 2
"""So many tasks for each processor of the cluster are handed over at once."""

_KNOCK_SECONDS: Final = 10.0

_PROBE: Final = "seen-by-all-nodes"


class RayEngine:
    """Tasks on the Ray cluster at `address`; without one, that of RAY_ADDRESS, of this machine, or a new one on it;
    `local` is a new one whatever is there.

    Ray repeats the task of a worker that was lost; tasks write the same files whenever they run, so a repeated one
    changes nothing. A cluster that was there before goes on when the engine is closed; one that it started ends.
    """

    def __init__(self, address: str | None = None) -> None:
        self._address = address
        self._ray: Any = None

    def __enter__(self) -> Self:
        try:
            import ray
        except ImportError:
            remedy = "pip install 'corpus-packager[ray]'"
            raise UsageError("Ray is not installed", found="--engine ray", remedy=remedy) from None
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no telemetry
        address = self._address or os.environ.get("RAY_ADDRESS", "")
        end_signal = signal.getsignal(signal.SIGTERM)
        try:
            _knock(address)
            ray.init(self._address, log_to_driver=False, logging_level=logging.ERROR)
        except (OSError, RuntimeError, ValueError) as error:
            remedy = "start the cluster, or leave --address out"
            raise OutsideError("no Ray cluster answers", where=address, found=str(error), remedy=remedy) from None
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, end_signal)  # Ray sets one that ends without a word
        self._ray = ray
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ray.shutdown()

    def meet(self, folder: Path) -> None:
        """Make sure that every node can read what is written in `folder`, and runs the same version of corpus.

        Raises OutsideError naming the first node that cannot.
        """
        token = os.urandom(16).hex()
        probe = folder / _PROBE
        probe.write_text(token, encoding="ascii")
        for address, seen in self.everywhere(partial(_look, probe)):
            if seen.token != token:
                remedy = "give -o a folder on storage that all nodes share, and start Ray where it is mounted"
                raise OutsideError(
                    "a node does not see the work folder", where=address, found=str(folder), remedy=remedy
                )
            if seen.version != version("corpus-packager"):
                remedy = f"install corpus-packager {version('corpus-packager')} on every node"
                raise OutsideError(
                    "a node has another version of corpus", where=address, found=seen.version, remedy=remedy
                )
        probe.unlink()

    def everywhere(self, task: Callable[[], R]) -> list[tuple[str, R]]:
        """Run `task` once on every node; gives its address and the result."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        nodes = sorted((node["NodeManagerAddress"], node["NodeID"]) for node in self._ray.nodes() if node["Alive"])
        run, shared = self._ray.remote(_run), self._ray.put(task)
        placed = [
            run.options(num_cpus=0, scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False)).remote(shared)
            for _, node in nodes
        ]
        return [(address, self._result(reference)) for (address, _), reference in zip(nodes, placed, strict=True)]

    def map(self, task: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        """Run `task` on every item, results in order; at most two tasks a processor are waiting at any time.

        Raises what a task raises, and OutsideError when Ray lost a worker too often.
        """
        call = self._ray.remote(_call).options(num_cpus=1, max_retries=3)
        shared = self._ray.put(task)
        ahead = max(2, _AHEAD * int(self._ray.cluster_resources().get("CPU", 1)))
        waiting: deque[Any] = deque()
        try:
            for item in items:
                waiting.append(call.remote(shared, item))
                if len(waiting) >= ahead:
                    yield self._result(waiting.popleft())
            while waiting:
                yield self._result(waiting.popleft())
        finally:
            for reference in waiting:
                with contextlib.suppress(Exception):
                    self._ray.cancel(reference, force=True)

    def _result(self, reference: Any) -> Any:
        errors = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except errors.RayTaskError as error:
            if not isinstance(error.cause, errors.RayError):
                raise error.cause from None
            lost = error.cause
        except errors.RayError as error:
            lost = error
        found = str(lost).partition("\n")[0]
        remedy = "look at the logs of Ray, give its nodes more memory, and run again"
        raise OutsideError("Ray lost a worker and gave its task up", found=found, remedy=remedy)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a node answers: the text of the probe, empty where it is not there, and its version of corpus."""

    token: str
    version: str


def _knock(address: str) -> None:
    """Raise OSError at once when nobody listens at `host:port`; Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if host and port.isdecimal() and "//" not in host:
        with socket.create_connection((host, int(port)), timeout=_KNOCK_SECONDS):
            pass


def _look(probe: Path) -> _Seen:
    token = probe.read_text(encoding="ascii") if probe.exists() else ""
    return _Seen(token, version("corpus-packager"))


def _run(task: Callable[[], R]) -> R:
    return task()


def _call(task: Callable[[T], R], item: T) -> R:
    return task(item)
