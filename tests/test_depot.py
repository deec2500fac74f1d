"""Nodes that share no folder: tasks meet in a store, and the release has the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corpus.config import load_config
from corpus.engines.local import LocalEngine
from corpus.engines.ray import RayEngine
from corpus.errors import BugError
from corpus.io.addresses import Address
from corpus.io.depot import DepotEngine, present, rename
from corpus.io.stores import Store
from corpus.pipeline import build_dataset
from tests.conftest import ROOT, Run, write_files
from tests.test_determinism import copies, folder_digest
from tests.test_engines import wait_for_nodes


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copies(tmp_path_factory.mktemp("articles"), times=16)


@pytest.fixture(scope="module")
def expected(source: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("local") / "build"
    build_dataset(load_config(source), LocalEngine(), out)
    return folder_digest(out)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files of workers; the store is another."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    return scratch


BUILD = """
import sys
from pathlib import Path
from corpus.config import load_config
from corpus.engines.local import LocalEngine
from corpus.io.addresses import Address
from corpus.io.depot import DepotEngine
from corpus.pipeline import build_dataset
from corpus.reuse import Reuse
workers, source, out, store, machine = sys.argv[1:]
with LocalEngine(int(workers)) as inner, DepotEngine(inner, Address(f"file://{store}")) as engine:
    build_dataset(load_config(Path(source)), engine, Path(out), reuse=Reuse(keep=False))
    print(*(path.name for path in Path(machine).rglob("*.arrow")))
    assert any(Path(store).rglob("rows-000000.arrow"))
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_tasks_that_share_no_folder(workers: int, source: Path, expected: str, machine: Path, tmp_path: Path) -> None:
    """In a process of its own: workers are copies of a server that knows the TMPDIR of when it was started."""
    store, out = tmp_path / "store", tmp_path / "build"
    command = [sys.executable, "-c", BUILD, str(workers), str(source), str(out), str(store), str(machine)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    assert folder_digest(out) == expected
    assert {"ranks-000000.arrow", "rows-000000.arrow"} <= set(built.stdout.split())
    assert [path for path in (*store.rglob("*"), *machine.rglob("*")) if path.is_file()] == []


@contextmanager
def meeting(tmp_path: Path) -> Iterator[tuple[DepotEngine, Path]]:
    work = tmp_path / "run" / "work"
    work.mkdir(parents=True)
    with DepotEngine(LocalEngine(), Address(f"file://{tmp_path}/store")) as engine:
        engine.meet(work)
        yield engine, work


def test_a_task_has_no_other_files_than_those_it_opens(machine: Path, tmp_path: Path) -> None:
    with meeting(tmp_path) as (engine, work):
        (work / "one").write_text("one")
        assert list(engine.map(_Look(folder=work), ["one", "two"])) == [[], []]
        assert list(engine.map(_Append(folder=work), ["one"])) == [work / "one more"]
        assert not (work / "one more").exists()
        assert present(work / "one more").read_text() == "one, and more"
        rename(work / "one more", work / "other")
        assert present(work / "other").read_text() == "one, and more"
        assert list(engine.map(_Look(folder=work), [""])) == [[]]
        (work / "two").write_text("two")
        rename(work / "two", work / "three")
        assert list(engine.map(_Append(folder=work), ["three", "other"])) == [work / "three more", work / "other more"]
        assert present(work / "other more").read_text() == "one, and more, and more"


def test_a_file_is_written_once_in_a_run(machine: Path, tmp_path: Path) -> None:
    with meeting(tmp_path) as (engine, work):
        (work / "one").write_text("one")
        list(engine.map(_Look(folder=work), [""]))
        (work / "one").write_text("another")
        with pytest.raises(BugError, match="written twice"):
            list(engine.map(_Look(folder=work), [""]))


@dataclass(frozen=True, slots=True)
class _Look:
    """What lies in the folder before anything is opened."""

    folder: Path

    def __call__(self, name: str) -> list[str]:
        return [path.name for path in self.folder.iterdir()]


@dataclass(frozen=True, slots=True)
class _Append:
    """Writes a file with what stands in another, and more; gives its path."""

    folder: Path

    def __call__(self, name: str) -> Path:
        text = present(self.folder / name).read_text()
        (self.folder / f"{name} more").write_text(f"{text}, and more")
        return self.folder / f"{name} more"


def test_what_a_depot_is_for(run: Run, tmp_path: Path) -> None:
    raw = write_files(tmp_path / "raw", {"a.txt": "text"})
    for options, what in {
        ("--work", "s3://bucket/work"): "processes of one machine share its folders",
        ("--work", str(tmp_path), "--engine", "ray"): "--work is an address",
        ("--work", "s3://bucket/work", "--engine", "ray"): "nodes that share no folder cannot read one",
    }.items():
        code, _, err = run("build", str(raw), "-o", str(tmp_path / "build"), *options)
        assert (code, err.splitlines()[0]) == (2, f"error: {what}")


@contextmanager
def hidden_nodes(address: str, folders: Sequence[Path], hidden: Path) -> Iterator[None]:
    """Ray nodes with one processor each, and a folder for temporary files that is theirs alone; none sees `hidden`."""
    ports = "--min-worker-port 0 --max-worker-port 0 --dashboard-agent-listen-port 0"  # all on this machine
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    with ExitStack() as ends:
        with RayEngine(address):
            for number, folder in enumerate(folders):
                mounts = " && ".join(f"mount -t tmpfs none {path}" for path in (hidden, *folders))
                command = f"{mounts} && TMPDIR={folder} exec ray start --address {address} --num-cpus 1 --block {ports}"
                node = subprocess.Popen(
                    ["unshare", "--mount", "sh", "-c", command],
                    env=env,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                ends.callback(folder.rmdir)
                ends.callback(node.wait, 30)
                ends.callback(node.terminate)
                wait_for_nodes(number + 2)
        yield


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting something needs Linux and root")
def test_ray_nodes_that_share_nothing_but_a_store(
    s3: Any, source: Path, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {path.relative_to(source).as_posix(): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    bucket = s3("shared-by-nodes", {f"raw/{name}": data for name, data in files.items()})
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    from ray.cluster_utils import Cluster

    cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    try:
        folders = [Path(tempfile.mkdtemp(dir="/tmp", prefix=name)) for name in "nm"]  # sockets need short paths
        with hidden_nodes(cluster.address, folders, tmp_path):
            place = f"s3://{bucket}/release"
            command = [sys.executable, "-m", "corpus", "build", f"s3://{bucket}/raw", "-o", place]
            command += ["--local", str(tmp_path / "build"), "--engine", "ray", "--address", cluster.address]
            met = [*command, "--work", f"s3://{bucket}/work"]
            done = subprocess.run(met, capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, done.stderr
            assert folder_digest(tmp_path / "build") == expected
            assert set(Store(address=Address(f"s3://{bucket}")).objects()) == {
                *(f"raw/{name}" for name in files),
                *(
                    f"release/{path.relative_to(tmp_path / 'build').as_posix()}"
                    for path in files_of(tmp_path / "build")
                ),
            }
            without = subprocess.run(command, capture_output=True, text=True, timeout=300)
            assert (without.returncode, "a node does not see the work folder" in without.stderr) == (3, True)
    finally:
        cluster.shutdown()


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
