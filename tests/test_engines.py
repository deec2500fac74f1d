"""An engine never decides a result: one digest in shuffled order, and on Ray with two nodes and a worker killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from corpus.config import load_config
from corpus.engines.base import Engine
from corpus.engines.local import LocalEngine
from corpus.engines.ray import RayEngine
from corpus.errors import CorpusError, DataError, OutsideError
from corpus.pipeline import build_dataset
from corpus.reuse import Reuse
from corpus.stages import grouping
from tests.conftest import ROOT, write_files
from tests.test_determinism import copies, folder_digest
from tests.test_names_that_stay import SETTINGS, article, variant

T = TypeVar("T")
R = TypeVar("R")
TIMES = 24
"""Copies of the sample corpus, so that there are several shards."""


class Shuffled(LocalEngine):
    """Runs its tasks in a seeded order of its own."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._draw = random.Random(seed)

    def map(self, task: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        order = list(range(len(items)))
        self._draw.shuffle(order)
        results = {number: task(items[number]) for number in order}
        yield from (results[number] for number in range(len(items)))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copies(tmp_path_factory.mktemp("articles"), times=TIMES)


@pytest.fixture(scope="module")
def expected(source: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("local") / "build"
    build_dataset(load_config(source), LocalEngine(), out)
    return folder_digest(out)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two nodes with one processor each."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["PYTHONPATH"] = str(ROOT)
    from ray.cluster_utils import Cluster

    nodes: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes.add_node(num_cpus=1)
    yield nodes
    nodes.shutdown()


def ray_build(source: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "corpus", "build", str(source), "-o", str(out), "--engine", "ray", *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def running_tasks() -> list[int]:
    """The processes that run a task of ours; Ray names them so while one runs."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if words.startswith(b"ray::_call"):
            found.append(int(folder.name))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_tasks_does_not_show(seed: int, source: Path, expected: str, tmp_path: Path) -> None:
    build_dataset(load_config(source), Shuffled(seed), tmp_path / "build")
    assert folder_digest(tmp_path / "build") == expected


def test_how_pairs_are_put_together_does_not_show(
    source: Path, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "BIN_PAIRS", 1)
    build_dataset(load_config(source), LocalEngine(), tmp_path / "build")
    assert folder_digest(tmp_path / "build") == expected


def test_ray_with_two_nodes(cluster: Any, source: Path, expected: str, tmp_path: Path) -> None:
    built = ray_build(source, tmp_path / "build", "--address", cluster.address)
    _, err = built.communicate(timeout=300)
    assert built.returncode == 0, err
    assert folder_digest(tmp_path / "build") == expected


def test_ray_that_it_starts_itself(source: Path, expected: str, tmp_path: Path) -> None:
    built = ray_build(source, tmp_path / "build", "--address", "local")
    _, err = built.communicate(timeout=300)
    assert built.returncode == 0, err
    assert folder_digest(tmp_path / "build") == expected


def test_a_killed_worker_is_replaced(cluster: Any, source: Path, expected: str, tmp_path: Path) -> None:
    built = ray_build(source, tmp_path / "build", "--address", cluster.address)
    killed: list[int] = []
    while built.poll() is None and not killed:
        for pid in running_tasks()[:1]:
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)
        time.sleep(0.01)
    _, err = built.communicate(timeout=300)
    assert killed
    assert built.returncode == 0, err
    assert folder_digest(tmp_path / "build") == expected


def test_errors_of_tasks_arrive_as_they_are(cluster: Any) -> None:
    with RayEngine(cluster.address) as engine, pytest.raises(DataError, match="no good") as caught:
        list(engine.map(_refuse, [1, 2, 3]))
    assert caught.value.remedy == "try another"


def test_what_ray_loses_is_no_fault_of_the_task(cluster: Any) -> None:
    with RayEngine(cluster.address) as engine, pytest.raises(OutsideError, match="Ray lost a worker"):
        list(engine.map(_lose, [1]))


def test_results_come_in_order(cluster: Any) -> None:
    with RayEngine(cluster.address) as engine:
        assert list(engine.map(_slow_first, range(12))) == list(range(12))


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting something needs Linux and root")
def test_a_folder_that_a_node_does_not_see(cluster: Any, tmp_path: Path) -> None:
    hidden = tmp_path / "work"
    hidden.mkdir()
    command = f"mount -t tmpfs none {tmp_path} && exec ray start --address {cluster.address} --num-cpus 1 --block"
    bin_folder = str(Path(sys.executable).parent)
    node = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", command],
        env={**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with RayEngine(cluster.address) as engine:
            wait_for_nodes(3)
            with pytest.raises(OutsideError, match="does not see"):
                engine.meet(hidden)
    finally:
        node.terminate()
        node.wait(30)
    with RayEngine(cluster.address) as engine:
        wait_for_nodes(2)
        engine.meet(hidden)


def test_no_cluster_at_an_address() -> None:
    with pytest.raises(CorpusError, match="no Ray cluster answers"), RayEngine("127.0.0.1:1"):
        pass


def wait_for_nodes(count: int) -> None:
    import ray

    cluster: Any = ray
    end = time.monotonic() + 60
    while sum(node["Alive"] for node in cluster.nodes()) != count:
        assert time.monotonic() < end
        time.sleep(0.2)


def _refuse(item: int) -> int:
    raise DataError("no good", remedy="try another")


def _lose(_: int) -> None:
    from ray.exceptions import WorkerCrashedError

    raise WorkerCrashedError


def _slow_first(item: int) -> int:
    time.sleep(0.2 if item == 0 else 0)
    return item


COMPUTING = "import pyarrow as pa; pa.table({'a': [1, 2], 'b': [1, 2]}).group_by('a').aggregate([('b', 'sum')])"
THREADS = "print(len(os.listdir('/proc/self/task')))"


def threads_after(code: str) -> int:
    command = [sys.executable, "-c", f"import os; {code}; {THREADS}"]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="workers are copies of a server on Linux alone")
def test_the_server_that_workers_are_copies_of_starts_no_thread_of_its_own() -> None:
    """There are those that the libraries start when they are imported, which know of forks."""
    libraries = threads_after("import numpy, pyarrow")
    warm = "import corpus.pipeline, corpus.stages.warm"
    assert threads_after(warm) == libraries
    assert threads_after(f"{warm}; {COMPUTING}") > libraries


def test_what_stays_of_a_release_before_is_the_same_everywhere(cluster: Any, tmp_path: Path) -> None:
    write_files(tmp_path, {"corpus.toml": SETTINGS, **{f"raw/b{number}.txt": variant(number) for number in range(4)}})
    build_dataset(load_config(tmp_path), LocalEngine(), tmp_path / "r1")
    follows = SETTINGS + '[release]\nprevious = "r1"\n'
    write_files(tmp_path, {"corpus.toml": follows, **{f"raw/a{number}.txt": article(number) for number in range(4)}})
    digests = set()
    with RayEngine(cluster.address) as ray:
        engines: list[Engine] = [LocalEngine(), LocalEngine(2), Shuffled(1), ray]
        for number, engine in enumerate(engines):
            out = tmp_path / f"r2-{number}"
            made = build_dataset(load_config(tmp_path), engine, out, reuse=Reuse(keep=False))
            assert made.manifest.statistics.duplicate_kinds == {"kept": 4, "near": 4}
            digests.add(folder_digest(out))
    assert len(digests) == 1


def test_a_long_name_of_the_temporary_folder_leaves_room_for_sockets(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    code = (
        "from corpus.engines.local import LocalEngine\nwith LocalEngine(2) as engine: print(*engine.map(abs, [-1, -2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(folder)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "1 2\n"), done.stderr
