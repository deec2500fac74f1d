"""Faults to provoke, each for one repository or for all: what a network, a Hub or a colleague may do to a publisher.

    503-once:PREFIX      the next request beginning with PREFIX (a path, or `METHOD path`) gets 503
    503:PREFIX           every such request gets 503
    create-answer-lost   the repository is created, its answer is not sent
    commit-answer-lost   the commit happens, its answer is not sent
    tag-answer-lost      the tag is made, its answer is not sent
    stale-parent         somebody adds a file just before the next commit arrives
    stale-release        somebody puts another manifest.json just before the next commit arrives
    hold-commit:TITLE    the commit of that title waits until another one has happened
    keep-deleted         the next commit forgets what it should delete
    corrupt-lfs          LFS files come back with one byte changed
    corrupt-regular      all other files come back with one byte changed
    echo-token           error answers repeat the Authorization header, as a careless proxy might
    once:KIND:WHEN:WHAT  the next request of a kind (`app.KINDS`) ends as WHAT says, before or after it took effect
    always:KIND:WHEN:WHAT  every such request

Those of the first kind that name one event happen once and are then used up; `503:`, `always:` and the three before
`once:` stay. WHAT is an error status (429 also as `429-seconds`, `429-date` and `429-long`, with that `Retry-After`,
404 as `404-repo`, 409 as `409-busy`), or one of these:

    html                 status 200 with a page for people, as from a proxy that wants a login
    list                 status 200 with JSON of another form
    truncated            the answer is cut in its middle, in good order
    silence              no answer comes
    trickle              the answer comes, a byte at a time
    reset-start          the connection is reset before the body of the request is read
    reset-half           ... when half of that body is read
    reset-unanswered     ... instead of an answer
    reset-answering      ... in the middle of the answer
    reset-answered       ... after the answer
    redirect             another host is to be asked
    link                 what the answer links to (a next page, an upload) lies on another host

All answers that a fault makes repeat the Authorization header.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

NAMES = (
    "503-once",
    "503",
    "create-answer-lost",
    "commit-answer-lost",
    "tag-answer-lost",
    "stale-parent",
    "stale-release",
    "hold-commit",
    "keep-deleted",
    "corrupt-lfs",
    "corrupt-regular",
    "echo-token",
    "once",
    "always",
)
ANY_REPO = ""
STATUSES: Final = ("401", "403", "404", "404-repo", "409", "412", "413", "422", "429", "429-seconds", "429-date",
                   "429-long", "500", "502", "503", "504")  # fmt: skip
UNREAD: Final = ("reset-start", "reset-half")
"""What happens before the request is read, so that it cannot take effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """What becomes of a request of a kind."""

    after: bool
    what: str


class Faults:
    """The faults still to come. `given` is `NAME`, `NAME:PREFIX`, or either behind `org/name=`."""

    def __init__(self) -> None:
        self._pending: list[tuple[str, str, str]] = []
        self._lock = threading.Lock()

    def add(self, given: str, repo: str = ANY_REPO) -> None:
        before, equals, after = given.partition("=")
        if equals and "/" in before and ":" not in before:
            repo, given = before, after
        name, _, prefix = given.partition(":")
        if name not in NAMES:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(NAMES)}")
        with self._lock:
            self._pending.append((repo, name, prefix))

    def clear(self) -> None:
        with self._lock:
            self._pending.clear()

    def holds(self, name: str, repo: str = ANY_REPO) -> bool:
        """Whether the lasting fault `name` is on for `repo`."""
        with self._lock:
            return any(kind == name and where in (ANY_REPO, repo) for where, kind, _ in self._pending)

    def take(self, name: str, repo: str = ANY_REPO, about: str = "") -> bool:
        """Whether the fault `name` is due for `repo`, and for what it is `about`; if so it is used up."""
        with self._lock:
            for fault in self._pending:
                if fault[1] == name and fault[0] in (ANY_REPO, repo) and fault[2] in ("", about):
                    self._pending.remove(fault)
                    return True
        return False

    def disturbance(self, kind: str, *, unread: bool) -> Disturbance | None:
        """What is due for a request of this kind, of which the body is read or not; used up if it happens once."""
        with self._lock:
            for fault in self._pending:
                _, name, told = fault
                if name not in ("once", "always"):
                    continue
                meant, when, what = told.split(":")
                if meant == kind and (what in UNREAD) is unread:
                    if name == "once":
                        self._pending.remove(fault)
                    return Disturbance(after=when == "after", what=what)
        return None

    def unavailable(self, method: str, path: str) -> bool:
        """Whether this request is to be answered with 503."""
        with self._lock:
            for fault in self._pending:
                _, name, prefix = fault
                if name.startswith("503") and (path.startswith(prefix) or f"{method} {path}".startswith(prefix)):
                    if name == "503-once":
                        self._pending.remove(fault)
                    return True
        return False
