"""A killed build is taken up where it was: finished shards are kept, nothing is done twice, the digest is the same.

Builds of generated articles, killed at moments that a seeded draw chooses, whole or the driver alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from benchmarks.make_articles import write_corpus
from corpus.io.cache import LIST, cache_of
from corpus.io.staging import staging_folder, staging_of
from tests.faults import litter_in, look
from tests.warm import Warm

SHARD_FILES = 64
ARTICLES = {"quick": 600, "slow": 2000}
ARTICLES_BEFORE = 0.9


@dataclass(frozen=True, slots=True)
class Large:
    """A corpus, a folder in which a release of most of it lies, and the digests before and after."""

    raw: Path
    start: Path
    before: str
    after: str
    seconds: float


def make_large(folder: Path, articles: int, warm: Warm) -> Large:
    """Generate articles, and build a release of the first of them."""
    write_corpus(folder, articles, 1, 1)
    raw, start = folder / "raw", folder / "start"
    held = sorted(path for path in raw.rglob("*.txt"))[:: round(1 / (1 - ARTICLES_BEFORE))]
    for path in held:
        path.rename(folder / path.name)
    assert warm.run("build", raw, "-o", start / "build", "-j", "1").code == 0
    for path in held:
        (folder / path.name).rename(path)
    time.sleep(2.1)  # files younger than this prove nothing by their times
    begun = time.monotonic()
    assert warm.run("build", raw, "-o", folder / "peace" / "build", "-j", "1", "--no-cache").code == 0
    seconds = time.monotonic() - begun
    return Large(raw, start, look(start).release, look(folder / "peace").release, seconds)


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    folder = tmp_path_factory.mktemp("warm")
    write_corpus(folder, 50, 2, 1)
    with Warm(SHARD_FILES, folder / "raw") as process:
        yield process


@pytest.fixture(scope="module")
def large(request: pytest.FixtureRequest, warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Large:
    return make_large(tmp_path_factory.mktemp("large"), ARTICLES[request.param], warm)


def entries(home: Path) -> dict[str, int]:
    """The kept shards by name, with the inode of what lists them: another one when they were made anew."""
    found = {path.parent.name: path.stat().st_ino for path in cache_of(home / "build").glob(f"*/*/{LIST}")}
    return {name: inode for name, inode in found.items() if name != "last-build"}


def killed(large: Large, home: Path, draw: random.Random, warm: Warm, *, jobs: int, alone: bool) -> None:
    """Kill a build at some moment, and hold what is left and what the next run makes of it to the law."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(large.start, home)
    command = ("build", large.raw, "-o", home / "build", "-j", jobs, "-q")
    before = entries(home)
    delay = draw.uniform(0.0, large.seconds * (1.2 if jobs == 1 else 1.5) + (0 if jobs == 1 else 4))
    pid = warm.start(*command)
    time.sleep(delay)
    (os.kill if alone else os.killpg)(pid, signal.SIGKILL)
    assert warm.wait(pid).code in (0, -signal.SIGKILL)
    if not alone:
        assert look(home).release in (large.before, large.after)
    made = {name: inode for name, inode in entries(home).items() if before.get(name) != inode}
    ended = warm.run(*command[:-2], 1, "-q")
    assert ended.code == 0, (delay, ended.err)
    assert look(home).release == large.after
    assert made.items() <= entries(home).items(), f"shards made twice after a kill at {delay:.3f} s"
    assert litter_in(home) == []


@pytest.mark.parametrize("large", ["quick"], indirect=True)
def test_killed_at_some_moments(large: Large, warm: Warm, tmp_path: Path) -> None:
    draw = random.Random(4)
    for _ in range(3):
        killed(large, tmp_path / "home", draw, warm, jobs=1, alone=False)
    killed(large, tmp_path / "home", draw, warm, jobs=2, alone=True)


@pytest.mark.slow
@pytest.mark.parametrize("large", ["slow"], indirect=True)
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("alone", [False, True])
def test_killed_at_fifty_moments(alone: bool, jobs: int, large: Large, warm: Warm, tmp_path: Path) -> None:
    """Two rounds of 12 and two of 13."""
    draw = random.Random(10 * jobs + alone)
    for _ in range(11 + jobs):
        killed(large, tmp_path / "home", draw, warm, jobs=jobs, alone=alone)


@pytest.mark.parametrize("large", ["quick"], indirect=True)
def test_the_next_run_opens_no_file_of_a_finished_shard(large: Large, warm: Warm, tmp_path: Path) -> None:
    command, log = ("build", large.raw, "-o", tmp_path / "build", "-j", "1", "-q"), tmp_path.with_suffix(".log")
    kill = ["-o", os.devnull, "-e", "trace=rename", "-e", "inject=rename:signal=SIGKILL:when=16"]
    assert warm.run(*command, trace=kill).code == -signal.SIGKILL
    done = entries(tmp_path)
    assert len(done) >= 3
    opened = ["-o", str(log), "-e", "trace=openat"]
    assert warm.run(*command, trace=opened).code == 0
    assert done.items() <= entries(tmp_path).items()
    names = set(re.findall(rf'"{large.raw}/([^"]+\.txt)"', log.read_text("utf-8")))
    kept = [
        path.read_bytes().partition(b"\n")[2]
        for name in done
        for path in tmp_path.glob(f".build.cache/*/{name}/{LIST}")
    ]
    finished = {file_id for listed in kept for file_id, *_ in json.loads(listed)["document"]["files"]}
    every = {path.relative_to(large.raw).as_posix() for path in large.raw.rglob("*.txt")}
    assert finished
    assert names == every - finished


@pytest.mark.slow
@pytest.mark.parametrize("large", ["quick"], indirect=True)
def test_two_builds_at_once(large: Large, warm: Warm, tmp_path: Path) -> None:
    """The first wins, the second is told; a killed one is in nobody's way."""
    home = shutil.copytree(large.start, tmp_path / "home")
    command = ("build", large.raw, "-o", home / "build", "-j", "2", "-q")
    killed_one = begun(warm, home, command)
    os.kill(killed_one, signal.SIGKILL)
    assert warm.wait(killed_one).code == -signal.SIGKILL
    first = begun(warm, home, command)
    second = warm.run(*command)
    assert second.code == 3
    assert "another build of this release is running" in second.err
    assert f"where:  {home / 'build'}" in second.err
    assert warm.wait(first).code == 0
    assert look(home).release == large.after
    assert litter_in(home) == []


def begun(warm: Warm, home: Path, command: tuple[object, ...]) -> int:
    """Start a build, and wait until it has written something of its own."""
    left = set(staging_of(home / "build").glob("*"))
    pid = warm.start(*command)
    deadline = time.monotonic() + 60
    while not [
        path for path in staging_of(home / "build").glob(str(Path("*", "work", "*"))) if path.parents[1] not in left
    ]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return pid


def test_a_worker_that_outlives_its_run_is_in_nobodys_way(tmp_path: Path) -> None:
    """It writes as fast as it can where the killed run had its work folder."""
    out = tmp_path / "build"
    work = staging_of(out) / "of-a-killed-run" / "work"
    work.mkdir(parents=True)
    writer = os.fork()
    if writer == 0:
        _write_until_it_fails(work)
    try:
        while len(list(work.iterdir())) < 100:
            time.sleep(0.01)
        with staging_folder(out) as (release, _):
            assert [path.name for path in staging_of(out).iterdir()] == [release.parent.name]
    finally:
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
    assert not staging_of(out).exists()


def _write_until_it_fails(work: Path) -> NoReturn:
    with contextlib.suppress(OSError):
        for number in range(200_000):
            (work / f"{number}.arrow").write_bytes(b"late")
    os._exit(0)
