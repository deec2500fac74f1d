"""Memory that is written to again and again: made once for a thread, as two of them must not share it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

Room = TypeVar("Room")


def per_thread(make: Callable[..., Room]) -> Callable[..., Room]:
    """`make`, called once in each thread for the same arguments."""
    kept = threading.local()

    @functools.wraps(make)
    def room_of(*sizes: Hashable) -> Room:
        rooms: dict[tuple[Hashable, ...], Room] = kept.__dict__.setdefault("rooms", {})
        if sizes not in rooms:
            rooms[sizes] = make(*sizes)
        return rooms[sizes]

    return room_of
