"""An engine is an ordered map over small picklable tasks, and little more: it never decides a result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Where tasks run."""

    def meet(self, folder: Path) -> None:
        """Make sure that all tasks see the files of `folder`, in which they meet; raises OutsideError where not."""
        ...

    def everywhere(self, task: Callable[[], R]) -> list[tuple[str, R]]:
        """Run `task` once on every machine; gives its name and the result."""
        ...

    def map(self, task: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        """Run `task` on every item; give the results in the order of `items`.

        `task` and `items` are small and can be pickled; bulk data travels through files.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """The task that runs another one on every item of a batch."""

    task: Callable[[Any], Any]

    def __call__(self, batch: Sequence[Any]) -> list[Any]:
        """The results, in order."""
        return [self.task(item) for item in batch]


def in_batches(engine: Engine, task: Callable[[T], R], batches: Sequence[Sequence[T]]) -> Iterator[R]:
    """Run `task` on every item of all batches, those of a batch one after the other; results in order."""
    for results in engine.map(Each(task=task), batches):
        yield from results
