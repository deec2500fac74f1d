"""How often a Hub is asked again, and how long is waited in between: no more than a stated time in all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from corpus.errors import OutsideError
from corpus.hub.errors import TryAgainError

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Patience:
    """What is left of it: `waits` between the attempts at one step, `seconds` over all steps, for waits and time-outs.

    A server that asks for a longer wait (`Retry-After`) gets it, while it fits into what is left; else the step fails
    at once, for asking sooner would be of no use. `answer_seconds` is how long one answer may stay away; a step that
    failed costs as much at most, for a large file may break off late.
    """

    waits: tuple[float, ...] = (1.0, 4.0)
    seconds: float = 600.0
    answer_seconds: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def again(self, step: Callable[[], T]) -> T:
        """Take a step that may be taken twice, until it succeeds or no wait is left."""
        for wait in self.waits:
            start = self.clock()
            try:
                return step()
            except TryAgainError as error:
                self.seconds -= min(self.clock() - start, self.answer_seconds)
                self.wait(wait, error)
        return step()

    def wait(self, seconds: float, after: TryAgainError) -> None:
        """Wait before the next attempt. Raises OutsideError where that would take too long."""
        asked = max(seconds, after.wait_seconds)
        if asked > self.seconds:
            raise OutsideError(after.what, where=after.where, found=after.found, remedy=_later(asked)) from None
        self.seconds -= asked
        self.sleep(asked)


def _later(seconds: float) -> str:
    return f"run the same command again after {seconds:.0f} seconds: it first looks at what has happened"
