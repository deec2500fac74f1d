"""A build that is killed, or refused, at any system call by which it changes something: real calls, by strace.

Every call of a small build in four scenes is a test of its own (`make test-slow`); a plain run takes a few of each kind
and those around the moment at which the release appears.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.conftest import write_files
from tests.faults import FULL, SHARD_FILES, Look, Point, Scene, articles, look, stratified, thinned
from tests.warm import Warm

PARTS = 24
SCENES = ("first", "over", "failing", "no exchange")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("faults") / "raw", articles())


@pytest.fixture(scope="module")
def warm(raw: Path) -> Iterator[Warm]:
    if shutil.which("strace") is None and os.environ.get("CI") == "true":
        pytest.fail("strace is missing; .ci/run installs it")
    if shutil.which("strace") is None:
        pytest.skip("left out: strace is not installed")
    with Warm(SHARD_FILES, raw) as process:
        yield process


@pytest.fixture(scope="module")
def scenes(raw: Path, warm: Warm) -> dict[str, Scene]:
    """Builds of the articles: the first one; over a release and a failed build of older ones; one that fails."""
    base = raw.parent
    strict: dict[str, str | bytes] = {"corpus.toml": "[checks]\nmin_rows = 50\n"}
    new = articles()
    start, out = base / "start", base / "start" / "build"
    write_files(raw, {"town/honey.txt": str(new["town/honey.txt"]).replace("honey", "jam"), **strict})
    near = (raw / "wire" / "near.txt").rename(base / "near.txt")
    assert warm.run("build", raw, "-o", out, "-j", "1").code == 1
    (raw / "corpus.toml").rename(base / "corpus.toml")
    shutil.move(out.with_name("build.failed"), base / "failed")
    assert warm.run("build", raw, "-o", out, "-j", "1").code == 0
    shutil.move(base / "failed", out.with_name("build.failed"))
    write_files(raw, {"town/honey.txt": new["town/honey.txt"]})
    near.rename(raw / "wire" / "near.txt")
    raw_strict = write_files(shutil.copytree(raw, base / "raw-strict"), strict)
    time.sleep(2.1)  # files younger than this prove nothing by their times

    peace, failing = base / "peace", base / "failing"
    assert warm.run("build", raw, "-o", peace / "build", "-j", "1", "--no-cache").code == 0
    assert warm.run("build", raw_strict, "-o", failing / "build", "-j", "1", "--no-cache").code == 1
    for home in (start, peace):
        assert warm.run("verify", home / "build").code == 0
    empty = base / "empty"
    empty.mkdir()
    before, after = look(start), look(peace)
    no_exchange = ("-e", "inject=renameat2:error=ENOSYS")
    return {
        "first": Scene(start=empty, raw=raw, before=Look(release=""), after=after),
        "over": Scene(start=start, raw=raw, before=before, after=after),
        "failing": Scene(
            start=start,
            raw=raw_strict,
            before=before,
            after=Look(release=before.release, failed=look(failing).failed),
            code=1,
        ),
        "no exchange": Scene(start=start, raw=raw, before=before, after=after, inject=no_exchange),
    }


@pytest.fixture(scope="module")
def points(scenes: dict[str, Scene], warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Point]]:
    """Every call of each scene; without an exchange of names only what follows its refusal is new."""
    found = {name: scene.points(warm, tmp_path_factory.mktemp("clean")) for name, scene in scenes.items()}
    refused = next(at for at, point in enumerate(found["no exchange"]) if point.kind == "renameat2")
    return {**found, "no exchange": found["no exchange"][refused + 1 :]}


def problems(found: dict[Point, list[str]]) -> dict[Point, list[str]]:
    return {point: wrong for point, wrong in found.items() if wrong}


def test_the_small_build_has_everything(raw: Path, points: dict[str, list[Point]], scenes: dict[str, Scene]) -> None:
    peace = raw.parent / "peace" / "build"
    tables = [pq.read_table(path, partitioning=None) for path in peace.glob("data/*/*.parquet")]
    kinds = {kind for table in tables for kind in table["duplicate_kind"].to_pylist()}
    assert kinds == {"unique", "kept", "exact", "near", "contained"}
    assert '"reason":"binary"' in (peace / "rejected.jsonl").read_text("utf-8")
    folder = raw.parent / "peace" / "kept"
    shutil.copytree(scenes["over"].start, folder)
    assert len([path for path in folder.glob(".build.cache/*/*") if path.name not in {"last-build", "pairs"}]) >= 2
    assert len(points["over"]) > 1000
    assert {"openat", "mkdir", "write", "rename", "renameat2", "link", "unlinkat", "rmdir", "fsync", "flock"} <= {
        point.kind for point in points["over"]
    }


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", SCENES)
def test_killed_at_every_call(
    name: str, part: int, scenes: dict[str, Scene], points: dict[str, list[Point]], warm: Warm, tmp_path: Path
) -> None:
    """Every call of a build over an older release; of the other scenes not every write of one file after another."""
    every = points[name] if name == "over" else thinned(points[name])
    assert problems({point: list(scenes[name].killed_at(point, warm, tmp_path)) for point in every[part::PARTS]}) == {}


def test_killed_at_some_calls(
    scenes: dict[str, Scene], points: dict[str, list[Point]], warm: Warm, tmp_path: Path
) -> None:
    scene, some = scenes["over"], stratified(points["over"], 1, 2)
    failed = [point for point in points["over"] if "build.failed" in point.text][:1]
    kept = [point for point in points["failing"] if ".build.cache" in point.text][-1:]
    assert problems({point: list(scene.killed_at(point, warm, tmp_path)) for point in (*some, *failed)}) == {}
    assert problems({point: list(scenes["failing"].killed_at(point, warm, tmp_path)) for point in kept}) == {}


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_refused_at_every_call(
    error: str, part: int, scenes: dict[str, Scene], points: dict[str, list[Point]], warm: Warm, tmp_path: Path
) -> None:
    every = [point for point in thinned(points["over"]) if error == "EIO" or point.kind in FULL]
    scene = scenes["over"]
    assert problems({p: list(scene.refused_at(p, error, warm, tmp_path)) for p in every[part::PARTS]}) == {}


def test_refused_at_some_calls(
    scenes: dict[str, Scene], points: dict[str, list[Point]], warm: Warm, tmp_path: Path
) -> None:
    scene = scenes["over"]
    some = stratified([point for point in points["over"] if point.kind in FULL], 1, 0)
    kept = [point for point in points["over"] if ".build.cache" in point.text and point.kind in FULL]
    assert problems({p: list(scene.refused_at(p, "ENOSPC", warm, tmp_path)) for p in (*some, *kept[:2])}) == {}
