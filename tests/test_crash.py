"""A release is visible whole or not at all: real processes, killed at real system calls, on a real disk."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus.io.staging import failed_of, previous_of, recover, staging_of
from corpus.release.verify import differences
from tests.conftest import ROOT, write_files
from tests.test_determinism import build, folder_digest

OLD = {"a.txt": "The first version of this article was short, and it told of the flood in the lower town.\n"}
NEW = {
    "a.txt": "The second version of this article is longer, for the flood has reached the market square by now.\n",
    "b.txt": "The fire brigade pumped all night, and in the morning the water went down at last, said the mayor.\n",
}

MOMENTS = {
    "while a file is synced": ("fsync", 2),
    "just before the swap": ("renameat2", 1),
    "while the old release is removed": ("unlinkat", 3),
}
"""The system call at whose nth run the build is killed; all of them come late, when most is at stake."""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The digests of both releases, built in peace."""
    folder = tmp_path_factory.mktemp("peace")
    return {
        name: build(write_files(folder / name, dict(files)), folder / f"{name}-build")
        for name, files in (("old", OLD), ("new", NEW))
    }


def command(source: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "tests.build_driver", str(source), str(out), "1"]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}


@pytest.fixture
def strace() -> str:
    found = shutil.which("strace")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("strace is missing; .ci/run installs it")
    if found is None:
        pytest.skip("left out: strace is not installed")
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_build_leaves_one_whole_release(
    moment: str, strace: str, releases: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "build"
    assert build(write_files(tmp_path / "old", dict(OLD)), out) == releases["old"]
    call, number = MOMENTS[moment]
    source = write_files(tmp_path / "new", dict(NEW))
    inject = f"inject={call}:signal=SIGKILL:when={number}"
    trace = [strace, "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", inject]
    killed = subprocess.run([*trace, *command(source, out)], cwd=ROOT, env=environment(), capture_output=True)
    assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    assert list(differences(out)) == []
    assert folder_digest(out) in releases.values()
    assert build(source, out) == releases["new"]
    assert not staging_of(out).exists()


def test_builds_killed_at_any_time(releases: dict[str, str], tmp_path: Path) -> None:
    out, source = tmp_path / "build", write_files(tmp_path / "new", dict(NEW))
    build(write_files(tmp_path / "old", dict(OLD)), out)
    for delay in (0.3, 1.0, 2.0, 3.5):
        process = subprocess.Popen(command(source, out), cwd=ROOT, env=environment(), stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
        assert list(differences(out)) == []
        assert folder_digest(out) in releases.values()
    assert build(source, out) == releases["new"]


def test_a_half_done_move_is_finished(tmp_path: Path) -> None:
    out = tmp_path / "build"
    previous_of(out).mkdir()
    (previous_of(out) / "manifest.json").write_text("{}")
    recover(out)
    assert (out / "manifest.json").read_text() == "{}"
    assert not previous_of(out).exists()


def test_a_second_build_at_the_same_time_is_refused(tmp_path: Path) -> None:
    import fcntl

    out = tmp_path / "build"
    with (tmp_path / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run_corpus("build", str(write_files(tmp_path / "raw", dict(OLD))), "-o", str(out))
    assert result.returncode == 3
    assert "another build of this release is running" in result.stderr


def test_a_full_disk_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    source = write_files(tmp_path / "raw", dict(OLD))
    limited = ["bash", "-c", 'ulimit -f 1; exec "$@"', "-", sys.executable, "-m", "corpus", "build", str(source)]
    result = subprocess.run(
        [*limited, "-o", str(tmp_path / "build")], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert result.returncode == 3, result.stderr
    assert "Traceback" not in result.stderr
    assert "do:" in result.stderr
    assert not (tmp_path / "build").exists()


def test_a_failed_check_keeps_the_last_release(releases: dict[str, str], tmp_path: Path) -> None:
    out, source = tmp_path / "build", write_files(tmp_path / "raw", dict(OLD))
    assert build(source, out) == releases["old"]
    write_files(source, {"corpus.toml": "[checks]\nmin_rows = 5\n", "c.txt": NEW["b.txt"]})
    result = run_corpus("build", str(source), "-o", str(out))
    assert result.returncode == 1
    assert folder_digest(out) == releases["old"]
    failed = json.loads((failed_of(out) / "manifest.json").read_text())
    assert failed["checks"]["passed"] is False
    assert run_corpus("publish", str(failed_of(out)), "--repo", "a/b", "--dry-run").returncode == 1


def run_corpus(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "corpus", *arguments], cwd=ROOT, env=environment(), capture_output=True, text=True
    )


def test_a_passing_build_clears_a_failed_one(tmp_path: Path) -> None:
    out, source = tmp_path / "build", write_files(tmp_path / "raw", {**OLD, "corpus.toml": "[checks]\nmin_rows = 2\n"})
    assert run_corpus("build", str(source), "-o", str(out), "-q").returncode == 1
    assert not out.exists()
    write_files(source, {"b.txt": NEW["b.txt"]})
    assert run_corpus("build", str(source), "-o", str(out), "-q").returncode == 0
    assert not failed_of(out).exists()


def test_a_foreign_folder_in_the_place_of_a_failed_build_is_not_replaced(tmp_path: Path) -> None:
    out, source = tmp_path / "build", write_files(tmp_path / "raw", dict(OLD))
    write_files(failed_of(out), {"notes.txt": "mine"})
    result = run_corpus("build", str(source), "-o", str(out), "-q")
    assert result.returncode == 2
    assert (failed_of(out) / "notes.txt").read_text() == "mine"


def wait_for_work(out: Path) -> None:
    """Wait until a worker of the build has written something: it is in the middle of reading."""
    until = time.monotonic() + 60
    while not list(staging_of(out).glob("**/*.arrow")):
        assert time.monotonic() < until, "no worker has written anything"
        time.sleep(0.005)


def test_an_interrupt_ends_workers_quietly(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"{n:04d}.txt": f"Story {n} of many. {NEW['b.txt'] * 20}" for n in range(4000)}
    source = write_files(tmp_path / "raw", files)
    command_line = [sys.executable, "-m", "corpus", "build", str(source), "-o", str(tmp_path / "build"), "-j", "2"]
    process = subprocess.Popen(
        command_line, cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for_work(tmp_path / "build")
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert not (tmp_path / "build").exists()
    assert not staging_of(tmp_path / "build").exists()


def test_workers_of_a_killed_build_end_and_write_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"{n:04d}.txt": f"Story {n} of many. {NEW['b.txt'] * 30}" for n in range(4000)}
    source = write_files(tmp_path / "raw", files)
    process = subprocess.Popen(
        [sys.executable, "-m", "corpus", "build", str(source), "-o", str(tmp_path / "build"), "-j", "2", "-q"],
        cwd=ROOT,
        env=environment(),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for_work(tmp_path / "build")
    assert len(living(process.pid)) > 1
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while living(process.pid) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert living(process.pid) == []


def living(session: int) -> list[str]:
    """The commands that still run in a session, zombies aside."""
    listed = subprocess.run(["ps", "-o", "stat=,args=", "-s", str(session)], capture_output=True, text=True).stdout
    return [line for line in listed.splitlines() if not line.startswith("Z")]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP])
def test_a_polite_stop_leaves_nothing_behind(stop: signal.Signals, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"{n:04d}.txt": f"Story {n} of many. {NEW['b.txt'] * 20}" for n in range(4000)}
    source = write_files(tmp_path / "raw", files)
    process = subprocess.Popen(
        [sys.executable, "-m", "corpus", "build", str(source), "-o", str(tmp_path / "build"), "-j", "1"],
        cwd=ROOT,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for_work(tmp_path / "build")
    process.send_signal(stop)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert not staging_of(tmp_path / "build").exists()


@pytest.mark.parametrize(
    "files",
    [
        {"manifest.json": '{"manifest_version": 3}', "src/code.js": "x"},
        {"notes.txt": "mine"},
        {".git/config": "[core]"},
    ],
)
def test_what_is_no_release_of_ours_is_never_replaced(files: dict[str, str | bytes], tmp_path: Path) -> None:
    out = write_files(tmp_path / "mine", files)
    source = write_files(tmp_path / "raw", dict(OLD))
    result = run_corpus("build", str(source), "-o", str(out), "-q")
    assert result.returncode == 2
    assert "something else" in result.stderr
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == set(files)


def test_notes_in_an_old_release_are_not_lost(tmp_path: Path) -> None:
    source, out = write_files(tmp_path / "raw", dict(OLD)), tmp_path / "build"
    assert run_corpus("build", str(source), "-o", str(out), "-q").returncode == 0
    (out / "my-notes.txt").write_text("mine")
    result = run_corpus("build", str(source), "-o", str(out), "-q")
    assert result.returncode == 2
    assert "my-notes.txt" in result.stderr


def test_hidden_files_in_an_old_release_are_not_lost(tmp_path: Path) -> None:
    source, out = write_files(tmp_path / "raw", dict(OLD)), tmp_path / "build"
    assert run_corpus("build", str(source), "-o", str(out), "-q").returncode == 0
    (out / ".DS_Store").write_bytes(b"")
    assert run_corpus("build", str(source), "-o", str(out), "-q").returncode == 0
    (out / ".gitattributes").write_text("* -text\n")
    result = run_corpus("build", str(source), "-o", str(out), "-q")
    assert result.returncode == 2
    assert ".gitattributes" in result.stderr


def test_the_output_must_not_hold_the_input(tmp_path: Path) -> None:
    source = write_files(tmp_path / "build" / "raw", dict(OLD))
    result = run_corpus("build", str(source), "-o", str(tmp_path / "build"), "-q")
    assert result.returncode == 2
    assert (source / "a.txt").exists()


def test_the_working_folder_is_no_output(tmp_path: Path) -> None:
    source = write_files(tmp_path / "raw", dict(OLD))
    command_line = [sys.executable, "-m", "corpus", "build", str(source), "-o", "."]
    (tmp_path / "here").mkdir()
    result = subprocess.run(command_line, cwd=tmp_path / "here", env=environment(), capture_output=True, text=True)
    assert result.returncode == 2
    assert list((tmp_path / "here").iterdir()) == []


def test_nobody_needs_to_read_the_progress(tmp_path: Path) -> None:
    source, out = write_files(tmp_path / "raw", dict(OLD)), tmp_path / "build"
    script = f"{sys.executable} -m corpus build {source} -o {out} 2>&1 >/dev/null | head -n 1; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert result.stdout.splitlines()[-1] == "0"
    assert (out / "manifest.json").exists()
