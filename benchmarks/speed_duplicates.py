"""What the search for copies costs: `python -m benchmarks.speed_duplicates [--rows 100000] [--workers 1]`.

Invented articles are staged by another process, as a build stages them; then every step runs as in a build, from files
to files. Printed are the driver's processor time of each step (with one worker that is all of it), and peak memory.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import resource
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from corpus.engines.local import LocalEngine
from corpus.model import Staged
from corpus.schema import ARTICLE
from corpus.stages.relate import copies_of, read_sketches, relate
from corpus.stages.relations import write_relations
from corpus.stages.staged import ROWS, SKETCHES, staged_path, write_staged
from corpus.transforms.duplicates.find import DuplicateOptions
from corpus.transforms.duplicates.sketch import SketchOptions, sketch
from corpus.transforms.split import SplitOptions

SHARD_ROWS: Final = 4096
WINDOW: Final = 20_000
"""A copy is one of an article at most so many before it, so that the generator's memory is bounded."""

T = TypeVar("T")


def main() -> None:
    """Stage, then time each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=450, help="mean words of an article")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            staged = pool.apply(stage_invented, (work, arguments.rows, arguments.words))
        measure(staged, work, arguments.rows, arguments.workers)


def measure(staged: Sequence[Staged], work: Path, count: int, workers: int) -> None:
    """Print the cost of every step."""
    sketch_options, options = SketchOptions(), DuplicateOptions()
    with LocalEngine(workers) as engine:
        print(f"{count:,} articles, {sum(item.bytes for item in staged) / 1e6:,.0f} MB, {workers} workers")
        memory = Memory()
        rows = timed("read", count, lambda: read_sketches(staged, work))
        print(f"  {rows.hashes.sum() / count:.1f} hashes an article")
        found = timed("compare", count, lambda: relate(rows, engine, work, (), sketch_options, options))
        splits = SplitOptions()
        timed("relations", count, lambda: write_relations(rows.borders, found, engine, splits, work))
        print("  {:,} copies of {:,} articles".format(*copies_of(found)))
        driver, workers_held = memory.stop()
        print(f"  memory at its peak, files aside: driver {driver / 1e6:,.0f} MB, all {workers_held / 1e6:,.0f} MB")
    print(f"all processes since the start, staging included: {processor_time():.1f} s")


class Memory(threading.Thread):
    """Looks every 50 ms at how much memory this process and its children hold, pages of mapped files aside."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._done = threading.Event()
        self._driver = self._all = 0
        self.start()

    def run(self) -> None:
        """Look until stopped."""
        while not self._done.wait(0.05):
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()
            mine = held("self")
            self._driver = max(self._driver, mine)
            self._all = max(self._all, mine + sum(held(child) for child in children))

    def stop(self) -> tuple[int, int]:
        """The most bytes that the driver held, and all processes together."""
        self._done.set()
        self.join()
        return self._driver, self._all


def held(process: str) -> int:
    """Bytes that a process holds, pages of mapped files aside; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


def processor_time() -> float:
    """Seconds of this process and of those it has waited for."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def timed(name: str, count: int, work: Callable[[], T]) -> T:
    """The result of `work`; prints its processor time in this process, and the wall-clock time."""
    start, wall = time.process_time(), time.perf_counter()
    result = work()
    seconds, passed = time.process_time() - start, time.perf_counter() - wall
    print(f"{name:10}{seconds:8.2f} s of the driver {seconds / count * 1e6:8.1f} us an article {passed:8.2f} s passed")
    return result


def stage_invented(work: Path, count: int, words: int) -> list[Staged]:
    """Stage `count` invented articles in shards, as a build would."""
    texts = invented(count, words)
    staged = []
    for number, start in enumerate(range(0, count, SHARD_ROWS)):
        bodies = [next(texts) for _ in range(min(SHARD_ROWS, count - start))]
        staged.append(stage(work, number, [f"a{start + at:09}.txt" for at in range(len(bodies))], bodies))
    return staged


def stage(work: Path, number: int, ids: Sequence[str], bodies: Sequence[str]) -> Staged:
    """Stage one shard of these articles."""
    rows: dict[str, list[Any]] = {name: [blank(name)] * len(ids) for name in ROWS.names}
    write_staged(staged_path(work, "rows", number), rows | {"id": list(ids), "body": list(bodies)}, ROWS)
    sketches = sketch(bodies, SketchOptions())
    sizes = [len(body.encode()) for body in bodies]
    borders = sketches.offsets.tolist()
    keys = [key.astype(">u8").tobytes() for key in sketches.keys]
    columns = {
        "id": list(ids),
        "published": [None] * len(ids),
        "words": sketches.words,
        "bytes": sizes,
        "shingles": sketches.shingles,
        "exact_key": keys,
        "text_key": keys,
        "hashes": [sketches.hashes[start:end] for start, end in itertools.pairwise(borders)],
    }
    write_staged(staged_path(work, "sketches", number), columns, SKETCHES)
    nothing: Counter[str] = Counter()
    return Staged(
        number=number,
        inputs=len(ids),
        bytes=sum(sizes),
        rows=len(ids),
        rejections=(),
        excluded=nothing,
        used=(),
        idle=(),
    )


def blank(name: str) -> Any:
    """A value that a staged column may hold, where none is known."""
    field = ARTICLE.field(name)
    if field.nullable:
        return None
    return {"list": [], "string": "", "int64": 0, "double": 0.0}[str(field.type).partition("<")[0]]


def invented(count: int, words: int) -> Iterator[str]:
    """Seeded articles of Zipf-like words; a tenth edited copies, a twentieth cut short, one in fifty with one block."""
    draw = np.random.default_rng(1)
    vocabulary = np.array(["".join(draw.choice(list("aeioulnrst"), 2 + number % 9)) for number in range(30_000)])
    block = draw.integers(0, len(vocabulary), 60)
    earlier: list[Any] = []
    for row in range(count):
        kind = draw.random()
        if earlier and kind < 0.15:
            chosen = earlier[int(draw.integers(len(earlier)))].copy()
            if kind < 0.05:
                chosen = chosen[: int(len(chosen) * draw.uniform(0.2, 0.7))]
            else:
                chosen[draw.integers(0, len(chosen), max(1, len(chosen) // 30))] = draw.integers(0, len(vocabulary))
        else:
            chosen = (len(vocabulary) ** draw.random(int(draw.integers(words // 3, words * 5 // 3)))).astype(np.int64)
            if kind > 0.98:
                chosen = np.concatenate([chosen, block])
        earlier.append(chosen)
        if len(earlier) > WINDOW:
            earlier[row % WINDOW] = earlier.pop()
        yield " ".join(vocabulary[chosen].tolist())


if __name__ == "__main__":
    main()
