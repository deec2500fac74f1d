"""What a build costs, beside other tools: `python -m benchmarks.speed --articles 10000 100000 --peers PYTHON --write`.

For each size a corpus is generated (`make_articles.py`) and packaged by the whole command, start-up included; the tools
of `speed_peers.py` work on the same files (of the sizes after `--beside`) in the same run, in the environment whose
Python is named. Processor time and peak memory are those of all processes together. With `--write` the tables go to
`docs/performance.md`.
Compare ratios of one run: machines differ, and so do hours.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.make_articles import write_corpus
from benchmarks.speed_incremental import Costs, histories, table

ROOT: Final = Path(__file__).parents[1]
DOCUMENT: Final = ROOT / "docs" / "performance.md"
TARGETS: Final = {"datatrove": 25, "written_by_hand": 25, "text_dedup": 10}
"""A whole build of ours is to need so many times less processor time."""
SEED: Final = 1
STEPS_AT: Final = 100_000
"""The corpus over which the time of each step is taken, if it is built at all."""
_PAUSE: Final = 0.2
_SUBREAPER: Final = 36
_STAGE: Final = re.compile(r"^(\w+) {2,}.*?([\d.]+) s$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one command took: seconds on the wall and of all processors, and the peak of memory in MB."""

    wall: float
    cpu: float
    memory: float
    stages: Mapping[str, float] = field(default_factory=dict)


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--peers", type=Path, help="Python of the environment of the other tools")
    parser.add_argument("--beside", type=int, nargs="+", help="corpora for the other tools [the smallest]")
    parser.add_argument("--work", type=Path, help="folder for corpora and releases; corpora in it are used again")
    parser.add_argument("--again", type=int, nargs="*", help="corpora to build again after a change [the largest]")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    if not set(arguments.beside or []) <= set(arguments.articles):
        parser.error("--beside takes sizes of --articles")
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.work or Path(folder)
        sizes = sorted(arguments.articles)
        builds = {size: build(corpus_of(work, size), work, arguments.jobs) for size in sizes}
        peers = {
            size: {tool: peer(arguments.peers.absolute(), tool, corpus_of(work, size), work) for tool in TARGETS}
            for size in (arguments.beside or sizes[:1])
            if arguments.peers
        }
        repeated = sizes[-1:] if arguments.again is None else arguments.again
        steps = steps_of(corpus_of(work, STEPS_AT if STEPS_AT in sizes else sizes[0]))
        again = {size: rebuilds(work, size, arguments.jobs) for size in repeated}
    document = "\n".join([*report(builds, peers, arguments.jobs), *steps, *(["", *table(again)] if again else [])])
    print(document)
    if arguments.write:
        DOCUMENT.write_text(document + "\n", encoding="utf-8")


def corpus_of(work: Path, articles: int) -> Path:
    """A generated corpus of this size, made once."""
    folder = work / f"corpus-{articles}"
    if not (folder / "gold.csv").exists():
        write_corpus(folder.with_suffix(".part"), articles, SEED, jobs=2)
        folder.with_suffix(".part").rename(folder)
    return folder


def build(corpus: Path, work: Path, jobs: int) -> Cost:
    """The whole command over a corpus."""
    out = fresh(work / "build")
    fresh(work / ".build.cache")  # a smaller corpus is the beginning of a larger one
    command = [sys.executable, "-m", "corpus", "build", str(corpus / "raw"), "-o", str(out), "-j", str(jobs)]
    recall(corpus)
    cost = measured(command, work)
    shutil.rmtree(out)
    return cost


def recall(corpus: Path) -> None:
    """Open all files once: one that the system has forgotten takes five times as long, whoever opens it."""
    for folder, _, names in os.walk(corpus / "raw"):
        for name in names:
            os.close(os.open(f"{folder}/{name}", os.O_RDONLY))


def rebuilds(work: Path, articles: int, jobs: int) -> Costs:
    """The whole command over a corpus, and again after each change."""

    def again(source: Path, out: Path) -> tuple[float, float]:
        cost = measured([sys.executable, "-m", "corpus", "build", str(source), "-o", str(out), "-j", str(jobs)], work)
        return cost.wall, cost.cpu

    return histories(corpus_of(work, articles) / "raw", work, articles, SEED, again)


def peer(python: Path, tool: str, corpus: Path, work: Path) -> Cost:
    """Another tool over the same corpus."""
    out = fresh(work / tool)
    out.mkdir()
    cost = measured([str(python), str(ROOT / "benchmarks" / "speed_peers.py"), tool, str(corpus), str(out)], work)
    shutil.rmtree(out)
    return cost


def steps_of(corpus: Path) -> list[str]:
    """Processor time of each step of a build in one process, beside its budget."""
    recall(corpus)
    command = [sys.executable, "-m", "benchmarks.speed_stages", str(corpus)]
    printed = subprocess.run(command, check=True, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True).stdout
    heading = f"## Processor time by step, {corpus.name.rpartition('-')[2]} articles in one process"
    return ["", heading, "", *printed.splitlines()]


def fresh(path: Path) -> Path:
    """The same path, with nothing there."""
    shutil.rmtree(path, ignore_errors=True)
    return path


def measured(command: Sequence[str], work: Path) -> Cost:
    """Run a command; processes that outlive it become ours, so that all of them are counted. Raises when it fails."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    log = work / "command.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=work, env=environment())
        peak: list[float] = [0.0]
        watcher = threading.Thread(target=watch, args=(process, peak))
        watcher.start()
        status = process.wait()
        watcher.join()
    wall = time.perf_counter() - start
    reap()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = log.read_text("utf-8", "replace")
    if status:
        sys.exit(f"{' '.join(command)} ended with {status}:\n{said[-2000:]}")
    return Cost(
        wall=wall,
        cpu=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        memory=peak[0],
        stages={name: float(seconds) for name, seconds in _STAGE.findall(said)},
    )


def environment() -> dict[str, str]:
    """Ours, with this checkout's package; modules stay compiled, as they do for users."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(ROOT)}


def watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    """Keep the largest sum of the proportional set sizes of all our descendants, in MB."""
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(memory_of, descendants(os.getpid()))) / 1024)
        time.sleep(_PAUSE)


def descendants(parent: int) -> list[int]:
    """All processes below one."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            owner = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(owner, []).append(int(folder.name))
    found, waiting = [], [parent]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def memory_of(pid: int) -> int:
    """The proportional set size of a process in KB, 0 when it has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    match = re.search(r"^Pss: +(\d+)", text, re.MULTILINE)
    return int(match[1]) if match else 0


def reap() -> None:
    """Wait for all processes that a command left."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def report(builds: Mapping[int, Cost], peers: Mapping[int, Mapping[str, Cost]], jobs: int) -> list[str]:
    """The document."""
    sizes = sorted(builds)
    lines = [
        "# Performance",
        "",
        f"Written by `make bench-speed`; do not edit. Generated articles of 3 KB, `corpus build -j {jobs}`, start-up",
        "and all stages included; processor time and peak memory are sums over all processes. Compare ratios, not",
        "seconds. Growth is the peak memory above that of the next smaller corpus, over the further articles.",
        "",
        "## What a build costs",
        "",
        "| articles | seconds | articles/s | processor time, us an article | peak memory, MB | growth, KB an article |",
        "|---|---|---|---|---|---|",
    ]
    for smaller, size in zip([0, *sizes], sizes, strict=False):
        cost = builds[size]
        grown = f"{(cost.memory - builds[smaller].memory) * 1024 / (size - smaller):.2f}" if smaller else ""
        lines.append(
            f"| {size:,} | {cost.wall:.1f} | {size / cost.wall:,.0f} | {cost.cpu / size * 1e6:,.0f} | "
            f"{cost.memory:,.0f} | {grown} |"
        )
    lines += ["", "## Where the time goes, in microseconds on the wall an article", ""]
    lines += ["| stage | " + " | ".join(f"{size:,}" for size in sizes) + " |", "|---" * (1 + len(sizes)) + "|"]
    for stage in builds[sizes[-1]].stages:
        shares = [builds[size].stages.get(stage, 0.0) / size * 1e6 for size in sizes]
        lines.append(f"| {stage} | " + " | ".join(f"{share:,.0f}" for share in shares) + " |")
    for size, costs in peers.items():
        lines += [
            "",
            f"## Other tools on the same {size:,} articles",
            "",
            "| tool | articles/s | processor time, us an article | peak memory, MB | times our whole build | target |",
            "|---|---|---|---|---|---|",
        ]
        for tool, cost in costs.items():
            lines.append(
                f"| {tool} | {size / cost.wall:,.0f} | {cost.cpu / size * 1e6:,.0f} | {cost.memory:,.0f} | "
                f"**{cost.cpu / builds[size].cpu:.1f}** | >= {TARGETS[tool]} |"
            )
    return lines


if __name__ == "__main__":
    main()
