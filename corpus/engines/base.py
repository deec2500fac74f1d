"""An engine is an ordered map over small picklable tasks, and little more: it never decides a result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

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
