"""Faults to provoke, each for one repository or for all: what a network, a Hub or a colleague may do to a publisher.

    503-once:PREFIX      the next request beginning with PREFIX (a path, or `METHOD path`) gets 503
    503:PREFIX           every such request gets 503
    create-answer-lost   the repository is created, its answer is not sent
    commit-answer-lost   the commit happens, its answer is not sent
    tag-answer-lost      the tag is made, its answer is not sent
    stale-parent         somebody adds a file just before the next commit arrives
    stale-release        somebody puts another manifest.json just before the next commit arrives
    keep-deleted         the next commit forgets what it should delete
    corrupt-lfs          LFS files come back with one byte changed
    corrupt-regular      all other files come back with one byte changed
    echo-token           error answers repeat the Authorization header, as a careless proxy might

Those of the first kind that name one event happen once and are then used up; `503:` and the last three stay.
"""

from __future__ import annotations

import threading

NAMES = (
    "503-once",
    "503",
    "create-answer-lost",
    "commit-answer-lost",
    "tag-answer-lost",
    "stale-parent",
    "stale-release",
    "keep-deleted",
    "corrupt-lfs",
    "corrupt-regular",
    "echo-token",
)
ANY_REPO = ""


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

    def take(self, name: str, repo: str = ANY_REPO) -> bool:
        """Whether the fault `name` is due for `repo`; if so it is used up."""
        with self._lock:
            for fault in self._pending:
                if fault[1] == name and fault[0] in (ANY_REPO, repo):
                    self._pending.remove(fault)
                    return True
        return False

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
