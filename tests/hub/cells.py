"""The matrix of faults: every kind of request that publishing makes, with everything that may befall it, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tests.hub.faults import STATUSES, UNREAD

Outcome = Literal["done", "refused"]

READS: Final = ("info", "refs", "tree", "manifest", "data")
ASKS: Final = ("validate-yaml", "preupload", "lfs-batch", "lfs-verify")
"""What changes nothing, although it has a body."""

WRITES: Final = ("create", "lfs-upload", "commit", "tag")
KINDS: Final = (*READS, *ASKS, *WRITES)
STREAMS: Final = ("manifest", "data")
"""Where any bytes are an answer that can be read."""

WAITS: Final = ("429-seconds", "429-date")
PERMANENT: Final = frozenset({"401", "403", "404", "413", "422"})
"""What asking again does not mend."""

LOST: Final = ("silence", "reset-unanswered")
CUT: Final = ("truncated", "reset-answering", "reset-answered")
FALSE: Final = ("html", "list")
AWAY: Final = ("redirect",)
LINKED: Final = ("tree", "lfs-batch")


@dataclass(frozen=True, slots=True)
class Cell:
    """What befalls one kind of request, before or after it took effect."""

    kind: str
    after: bool
    what: str

    def __str__(self) -> str:
        return f"{self.kind}-{'after' if self.after else 'before'}-{self.what}"

    def fault(self, times: str) -> str:
        """As the test Hub is told of it; `times` is `once` or `always`."""
        return f"{times}:{self.kind}:{'after' if self.after else 'before'}:{self.what}"

    def outcomes(self, times: str) -> set[Outcome]:
        """What publishing may end as."""
        took_effect = (self.after and self.kind in WRITES) or self.kind == "lfs-verify"  # then the bytes are there
        if self.what in ("redirect", "link"):
            return self._led_astray(times)
        if self.what in PERMANENT or (self.what == "404-repo" and self.kind != "info"):
            return {"refused"}
        if self.what in FALSE and (self.kind == "data" or (self.kind == "lfs-upload" and not self.after)):
            return {"refused"}
        if self.what == "reset-answered" and times == "always":
            return {"done", "refused"}
        return {"done"} if times == "once" or took_effect else {"refused"}

    def _led_astray(self, times: str) -> set[Outcome]:
        """Another host gets no login: it may hand out what anybody may have. A body that was sent is not sent twice."""
        needs_login = ("preupload", "lfs-batch", "lfs-verify", "create", "commit", "tag")
        sent_always = self.kind == "lfs-upload" and times == "always"
        return {"refused"} if self.what == "link" or self.kind in needs_login or sent_always else {"done"}


def all_cells() -> list[Cell]:
    """Every cell, by kind."""
    cells = []
    for kind in KINDS:
        body, writes = kind not in READS, kind in WRITES
        cells += [Cell(kind, False, what) for what in STATUSES if what != "429-long"]
        cells += [Cell(kind, False, what) for what in (*LOST, *FALSE, *AWAY)]
        cells += [Cell(kind, False, what) for what in UNREAD if body]
        cells += [Cell(kind, True, what) for what in CUT]
        cells += [Cell(kind, True, what) for what in (*STATUSES, *LOST, *FALSE) if writes and what != "429-long"]
        cells += [Cell(kind, False, "link")] if kind in LINKED else []
        cells += [Cell(kind, False, "409-busy")] if kind == "create" else []
    return cells


def some_cells() -> list[Cell]:
    """A part of them with every kind and every fault, and both sides of the effect of every write."""
    cells = all_cells()
    whats = list(dict.fromkeys(cell.what for cell in cells))
    chosen = [
        next(cell for cell in cells[shift * 7 :] + cells[: shift * 7] if cell.what == what)
        for shift, what in enumerate(whats)
    ]
    missing = [kind for kind in KINDS if kind not in {cell.kind for cell in chosen}]
    chosen += [Cell(kind, False, "503") for kind in missing]
    chosen += [Cell(kind, True, "502") for kind in WRITES]
    return list(dict.fromkeys(chosen))
