"""Disks that are full, read-only or limited: exit 3 with the path, the old release as it was, and no wrong result."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import write_files
from tests.faults import SHARD_FILES, Look, Scene, articles, look
from tests.warm import Warm

KILOBYTES = (0, 16, 64, 128, 256, 384, 512, 1024, 2048)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("disk") / "raw", articles())


@pytest.fixture(scope="module")
def warm(raw: Path) -> Iterator[Warm]:
    with Warm(SHARD_FILES, raw) as process:
        yield process


@pytest.fixture(scope="module")
def scene(raw: Path, warm: Warm) -> Scene:
    """A release of fewer articles, over which that of all of them goes."""
    start, peace = raw.parent / "start", raw.parent / "peace"
    honey = (raw / "town" / "honey.txt").rename(raw.parent / "honey.txt")
    assert warm.run("build", raw, "-o", start / "build", "-j", "1").code == 0
    honey.rename(raw / "town" / "honey.txt")
    assert warm.run("build", raw, "-o", peace / "build", "-j", "1", "--no-cache").code == 0
    return Scene(start=start, raw=raw, before=look(start), after=Look(release=look(peace).release))


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[bool]:
    """A file system of its own at `folder`; tells whether this system lets us have one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(scene: Scene, warm: Warm, tmp_path: Path) -> None:
    """Ever more room; where no disk can be had, ever larger files are let through."""
    codes = set()
    for number, room in enumerate(KILOBYTES):
        disk = tmp_path / str(number)
        with small_disk(disk, "6m") as mounted:
            home = Path(shutil.copytree(scene.start, disk / "home"))
            if mounted:
                free = shutil.disk_usage(disk).free
                (disk / "ballast").write_bytes(bytes(max(0, free - room * 1024)))
            ended = warm.run(*scene.command(home), file_size=-1 if mounted else room * 64)
            assert list(scene.wrong_end(home, ended)) == [], room
            codes.add(ended.code)
            (disk / "ballast").unlink(missing_ok=True)
            assert list(scene.wrong_next(home, warm)) == [], room
    assert codes == {0, 3}


@pytest.mark.parametrize("size", [0, 100, 2000, 20_000])
def test_a_limit_for_files(size: int, scene: Scene, warm: Warm, tmp_path: Path) -> None:
    home = scene.home(tmp_path / "home")
    ended = warm.run(*scene.command(home), file_size=size)
    assert ended.code == 3
    assert list(scene.wrong_end(home, ended)) == []
    assert list(scene.wrong_next(home, warm)) == []


def test_a_read_only_disk(scene: Scene, warm: Warm, tmp_path: Path) -> None:
    """Where no disk can be had, the first call that would write is refused."""
    disk = tmp_path / "disk"
    with small_disk(disk, "6m") as mounted:
        home = Path(shutil.copytree(scene.start, disk / "home"))
        if mounted:
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            ended = warm.run(*scene.command(home))
        else:
            refuse = ["-o", str(tmp_path / "log"), "-P", str(home / ".build.lock"), "-e", "inject=openat:error=EROFS"]
            ended = warm.run(*scene.command(home), trace=refuse)
        assert ended.code == 3
        assert list(scene.wrong_end(home, ended)) == []
