"""The last build of a release: whether anything that it depends on has changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from corpus.io.cache import Cache
from corpus.io.documents import canonical_json, read_checks, released_files
from corpus.io.files import Files
from corpus.model import CheckOutcome, CheckReport

_NAME: Final = "last-build"


def state_of(read: Sequence[Files], settings: Mapping[str, str | None]) -> str | None:
    """A digest of everything that a build reads, by what the system says of the files; None where that proves nothing.

    `read` are inputs and sidecars; `settings` names the digests of whatever else steers the build.
    """
    states = [files.state() for files in read]
    if None in states:
        return None
    return hashlib.sha256(canonical_json([dict(settings), states]).encode()).hexdigest()


def note_build(cache: Cache, state: str, out: Path, work: Path) -> None:
    """Note that the release at `out` was made of `state`; `work` is a folder of this run."""
    cache.store(_NAME, {"state": state, "release": _look_of(out)}, {}, work)


def is_unchanged(cache: Cache, state: str, out: Path) -> bool:
    """Whether the release at `out` was made of the same, and lies there as it was left."""
    last = cache.find(_NAME)
    return last is not None and last.document == {"state": state, "release": _look_of(out)}


def report_of(release: Path) -> CheckReport:
    """What the data checks said of a release, from its `checks.json`."""
    document = read_checks(release)
    outcomes = tuple(
        CheckOutcome(**{**outcome, "sample": tuple(outcome["sample"])}) for outcome in document["outcomes"]
    )
    return CheckReport(
        passed=document["passed"],
        expected=document["expected"],
        evaluated=document["evaluated"],
        thresholds=document["thresholds"],
        outcomes=outcomes,
    )


def _look_of(out: Path) -> dict[str, list[int]]:
    """What the system says of every file of a release."""
    if not out.is_dir():
        return {}
    looks = {path.relative_to(out).as_posix(): path.stat() for path in released_files(out)}
    return {name: [look.st_size, look.st_mtime_ns, look.st_ino] for name, look in looks.items()}
