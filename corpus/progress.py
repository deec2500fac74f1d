"""What a build says while it runs. Clocks and terminals stay behind this interface; nothing of it reaches a release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Told of the stages of a build."""

    def track(self, stage: str, items: Iterable[T], total: int) -> Iterator[T]:
        """Give `items` on, counting them; `total` is how many will come."""
        ...

    def begin(self, stage: str, what: str) -> None:
        """A stage begins that takes long and shows nothing; `what` says why."""
        ...

    def done(self, stage: str, what: str) -> None:
        """A stage has ended; `what` says what came of it."""
        ...


class Silent:
    """Says nothing."""

    def track(self, stage: str, items: Iterable[T], total: int) -> Iterator[T]:
        """Give `items` on."""
        yield from items

    def begin(self, stage: str, what: str) -> None:
        """Say nothing."""

    def done(self, stage: str, what: str) -> None:
        """Say nothing."""
