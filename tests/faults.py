"""Where a build can be stopped: the system calls by which it changes what lies at its output, and what is left then."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from corpus.io.staging import failed_of, previous_of
from tests.conftest import SAMPLE
from tests.test_determinism import folder_digest
from tests.warm import Ended, Warm

SHARD_FILES: Final = 2
CALLS: Final = (
    "openat", "open", "creat", "mkdir", "mkdirat", "mknod", "mknodat", "write", "pwrite64", "writev", "pwritev",
    "pwritev2", "copy_file_range", "sendfile", "fallocate", "ftruncate", "truncate", "rename", "renameat", "renameat2",
    "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir", "fsync", "fdatasync", "sync_file_range",
    "chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "utimensat", "setxattr", "fsetxattr",
    "flock",
)  # fmt: skip
"""The calls that change a file, a folder or a lock; those that open count when they may write."""

_OPENS: Final = ("openat", "open", "creat")
_LINE: Final = re.compile(r"(\d+) +(\w+)\((.*)")
_WRITES: Final = re.compile("O_CREAT|O_WRONLY|O_RDWR")
TRIES: Final = 3
"""Libraries open files of their own, seldom one more than before: then the call that was meant is missed."""

FULL: Final = ("openat", "mkdir", "write", "link", "rename", "renameat2", "fsync")
"""The calls that a full or failing disk refuses."""


@dataclass(frozen=True, slots=True)
class Point:
    """One system call of a build: the `number`-th of its `kind`, and what it is about."""

    kind: str
    number: int
    text: str

    def trace(self, log: Path, what: str = "signal=SIGKILL") -> list[str]:
        """Options of strace that do `what` just before this call."""
        trace = f"trace={self.kind},renameat2"  # a scene may refuse the exchange, and only what is traced is refused
        return [*_log(log), "-e", trace, "-e", f"inject={self.kind}:{what}:when={self.number}"]

    @property
    def about(self) -> str:
        """The call without what it writes."""
        return f"{self.kind} {self.text.partition('>')[0]}"


def _log(log: Path) -> list[str]:
    return ["-y", "-o", str(log)]


def trace_all(log: Path, *more: str) -> list[str]:
    """Options of strace that write down every call of interest, and do `more`."""
    return [*_log(log), "-e", f"trace={','.join(CALLS)}", *more]


def points_of(log: Path, home: Path) -> list[Point]:
    """The calls in a log that change something below `home`, in their order; one thread must have made them all."""
    counts: Counter[tuple[str, str]] = Counter()
    points, threads = [], set()
    for line in log.read_text("utf-8", "surrogateescape").splitlines():
        if found := _LINE.match(line):
            thread, kind, rest = found.groups()
            counts[thread, kind] += 1
            if str(home) in rest and (kind not in _OPENS or _WRITES.search(rest)):
                threads.add(thread)
                points.append(Point(kind, counts[thread, kind], rest))
    assert len(threads) == 1
    return points


def last_call(log: Path) -> str:
    """The call at which a killed process was."""
    calls = [line for line in log.read_text("utf-8", "surrogateescape").splitlines() if _LINE.match(line)]
    return calls[-1]


def thinned(points: Sequence[Point]) -> list[Point]:
    """Of writes to one file that follow each other the first, the middle and the last; of all else everything."""
    runs = [list(run) for _, run in groupby(points, lambda point: point.about if point.kind == "write" else point)]
    return [run[at] for run in runs for at in sorted({0, len(run) // 2, len(run) - 1})]


def stratified(points: Sequence[Point], each: int, around: int) -> list[Point]:
    """Of every kind so many, evenly spread, and so many before and after the moment at which the release appears."""
    chosen: set[int] = set()
    for kind in {point.kind for point in points}:
        places = [at for at, point in enumerate(points) if point.kind == kind]
        chosen.update(places[(2 * turn + 1) * len(places) // (2 * each)] for turn in range(each))
    install = next(at for at, point in enumerate(points) if point.kind in ("rename", "renameat2") and _installs(point))
    chosen.update(range(install - around, install + around + 1))
    return [points[at] for at in sorted(chosen)]


def _installs(point: Point) -> bool:
    return '/release"' in point.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What lies at an output: the digest of the release, and of a failed one beside it; empty where there is none."""

    release: str
    failed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A build to disturb: over what it goes (`start` is a folder to copy), of what, with which end."""

    start: Path
    raw: Path
    before: Look
    after: Look
    code: int = 0
    inject: tuple[str, ...] = ()

    def home(self, folder: Path) -> Path:
        """A fresh copy of the start."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.start, folder)
        return folder

    def command(self, home: Path) -> list[object]:
        return ["build", self.raw, "-o", home / "build", "-j", "1", "-q"]

    def points(self, warm: Warm, folder: Path) -> list[Point]:
        """The calls of an undisturbed build, which must end as it shall."""
        home, log = self.home(folder / "clean"), folder / "clean.log"
        ended = warm.run(*self.command(home), trace=trace_all(log, *self.inject))
        assert ended.code == self.code, ended.err
        assert look(home) == self.after
        return points_of(log, home)

    def killed_at(self, point: Point, warm: Warm, folder: Path) -> Iterator[str]:
        """Kill a build just before `point` and run the next one; gives what is wrong, if anything."""
        for _ in range(TRIES):
            home, log = self.home(folder / "killed"), folder / "killed.log"
            ended = warm.run(*self.command(home), trace=[*point.trace(log), *self.inject])
            if struck := ended.code == -9 and str(home) in last_call(log):
                break
        if not struck:
            yield f"it was to be killed: {ended}, {last_call(log)}"
        yield from self.wrong_now(home)
        yield from self.wrong_next(home, warm)

    def refused_at(self, point: Point, error: str, warm: Warm, folder: Path) -> Iterator[str]:
        """Let the system refuse `point` once, as a full disk does; gives what is wrong, if anything."""
        home, log = self.home(folder / "refused"), folder / "refused.log"
        ended = warm.run(*self.command(home), trace=[*point.trace(log, f"error={error}"), *self.inject])
        if f"= -1 {error}" not in log.read_text("utf-8", "surrogateescape"):
            yield f"it was to be refused: {ended}"
        yield from self.wrong_end(home, ended)
        yield from self.wrong_next(home, warm)

    def wrong_end(self, home: Path, ended: Ended) -> Iterator[str]:
        """What is wrong after a build that may have ended in an error of the disk."""
        if ended.code == self.code:
            if look(home) != self.after:
                yield f"it ended well, but left {look(home)}"
        elif ended.code != 3 or "Traceback" in ended.err or f"where:  {home}" not in ended.err:
            yield f"it ended badly: {ended}"
        yield from self.wrong_now(home)
        if ended.code == 3 and (home / ".build.staging").exists():
            yield "the staging folder is left"

    def wrong_now(self, home: Path) -> Iterator[str]:
        """What is wrong before the next run: a release or a failed one that is neither the old nor the new, whole."""
        found = look(home)
        waiting = previous_of(home / "build")
        whole = {self.before.release, self.after.release}
        if found.release not in whole and not (waiting.exists() and folder_digest(waiting) == self.before.release):
            yield f"at the output lies {found}"
        if found.failed not in (self.before.failed, self.after.failed):
            yield f"a piece of a failed build is left: {found}"

    def wrong_next(self, home: Path, warm: Warm) -> Iterator[str]:
        """What is wrong after the next run."""
        ended = warm.run(*self.command(home))
        if ended.code != self.code or look(home) != self.after:
            yield f"the next build: {ended}, {look(home)}"
        if litter := litter_in(home):
            yield f"left: {litter}"


def look(home: Path) -> Look:
    """What lies at the output in `home`."""
    out = home / "build"
    digests = [folder_digest(path) if path.exists() else "" for path in (out, failed_of(out))]
    return Look(release=digests[0], failed=digests[1])


def litter_in(home: Path) -> list[str]:
    """Names below `home` that no build that has ended leaves: staging, drafts of the cache."""
    own = {"build", "build.failed", ".build.lock", ".build.cache"}
    strange = [path.name for path in home.iterdir() if path.name not in own]
    entries = [path.name for path in home.glob(".build.cache/*/*")]
    return strange + [name for name in entries if not re.fullmatch("[0-9a-f]{32}|last-build|pairs", name)]


def articles() -> dict[str, str | bytes]:
    """A corpus of two folders with copies of every kind and a file that is rejected."""
    bus, honey, wool = (
        (SAMPLE / "raw" / "millbrook-herald" / name).read_text("utf-8")
        for name in ("2024-03-21-night-bus.txt", "2024-04-11-honey-harvest.txt", "2024-02-08-wool-mill.txt")
    )
    near = " ".join("somewhat" if number % 40 == 20 else word for number, word in enumerate(bus.split(" ")))
    return {
        "town/bus.txt": bus,
        "town/honey.txt": honey,
        "wire/broken.txt": b"\x00\x01\x02",
        "wire/bus.txt": bus,
        "wire/near.txt": near,
        "wire/part.txt": bus[: len(bus) * 2 // 5],
        "wire/wool.txt": wool,
    }
