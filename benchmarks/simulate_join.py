"""How the join grows, and a plan for clusters: `python -m benchmarks.simulate_join [--articles N N N] [--write]`.

Generated articles are sketched, joined and compared in memory at three sizes, and built from files at two. How pairs an
article grow with the corpus is fitted to the three, and all costs are carried on to 1e8 and 1e10 articles. With --write
the tables go into docs/scale.md, between its two marks.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa

from benchmarks.make_articles import BLOCK, make, write_block
from benchmarks.plan_cluster import Costs, Size, costs_table, growth_table, limits_table, measured_table, plan_table
from corpus.config import load_config
from corpus.engines.local import LocalEngine
from corpus.errors import BugError
from corpus.io.listing import list_tree
from corpus.pipeline import build_dataset
from corpus.progress import Silent
from corpus.stages.arrays import listed
from corpus.stages.comparison import COMPARED, columns_of
from corpus.stages.grouping import Group, group_pairs
from corpus.stages.join import RANKS
from corpus.stages.staged import staged_path, write_staged, write_table
from corpus.transforms.duplicates.compare import Compared
from corpus.transforms.duplicates.components import settle, unite
from corpus.transforms.duplicates.find import (
    DuplicateOptions,
    Standing,
    by_rank,
    copy_rule,
    rows_of,
    settled,
    sketch_sizes,
    stand,
)
from corpus.transforms.duplicates.groups import Copies, copies_among, stars
from corpus.transforms.duplicates.join import layout_of, likely_pairs, merge_pairs, route, shared_hashes, unpacked
from corpus.transforms.duplicates.memory import group, verify
from corpus.transforms.duplicates.sketch import Sketches, SketchOptions, sketch
from corpus.transforms.tokens import Ints

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "scale.md"
MARKS: Final = ("<!-- measured -->\n", "<!-- /measured -->\n")
SEED: Final = 1
SKETCH: Final = SketchOptions()
OPTIONS: Final = DuplicateOptions()
T = TypeVar("T")
R = TypeVar("R")


def main() -> None:
    """Measure, print the tables, and write them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, nargs=3, default=[10_000, 30_000, 100_000])
    parser.add_argument("--builds", type=int, nargs=2, default=[4_000, 20_000], help="articles of two whole builds")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    costs = build_costs(*arguments.builds)
    texts = [make(SEED, number).text for number in range(max(arguments.articles))]
    simulate(texts[:1000])  # compiles, and loads tables
    sizes = [simulate(texts[:count]) for count in sorted(arguments.articles)]
    measured = [measured_table(sizes), growth_table(sizes), costs_table(costs)]
    tables = "\n".join([*measured, limits_table(sizes, costs), plan_table(sizes, costs)])
    print(tables)
    if arguments.write:
        before, _, rest = DOCUMENT.read_text("utf-8").partition(MARKS[0])
        DOCUMENT.write_text(before + MARKS[0] + tables + MARKS[1] + rest.partition(MARKS[1])[2], "utf-8")


class Clock:
    """Processor time of this process, step by step."""

    def __init__(self) -> None:
        self._last = time.process_time()

    def lap(self) -> float:
        """Seconds since the last lap."""
        last, self._last = self._last, time.process_time()
        return self._last - last


def simulate(texts: Sequence[str]) -> Size:
    """Search for copies in memory, step by step as a build does. Leftovers are still in the texts."""
    clock = Clock()
    sketches = sketch(texts, SKETCH)
    sketch_seconds = clock.lap()
    standing = stand(sketches.words, np.full(len(texts), "NaT", "datetime64[D]"), sketches.keys, ())
    group_seconds = clock.lap()
    layout = layout_of(len(sketches.hashes), len(texts))
    entries, borders = route(sketches.hashes, sketches.offsets, standing.joined(), layout)
    cuts = zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True)
    parts = [shared_hashes(entries[start:end], layout, partners=OPTIONS.partners) for start, end in cuts]
    emitted = sum(int(part.counts.sum(dtype=np.int64)) for part in parts)
    merged = merge_pairs(parts)
    sizes = by_rank(sketch_sizes(sketches.hashes, sketches.offsets, sketches.shingles, SKETCH.limit), standing)
    pairs = likely_pairs(merged, sizes, OPTIONS.candidate)
    join_seconds = clock.lap()
    compared = verify(texts, sketches, *rows_of(pairs, standing), SKETCH, OPTIONS)
    compare_seconds = clock.lap()
    found = group(sketches, standing, compared, (), SKETCH, OPTIONS)
    group_seconds += clock.lap()
    rows = [sketches.words, sketches.words, sketches.shingles, sketches.keys]  # dates are as many bytes as words
    compared_rows = standing.order[np.unique(np.concatenate(unpacked(pairs)))]
    copies = copies_among(compared, sketches.words, copy_rule(OPTIONS))
    return Size(
        articles=len(texts),
        text_bytes=sum(len(text.encode()) for text in texts),
        entries=len(entries),
        emitted=emitted,
        distinct=len(merged.pairs),
        candidates=len(pairs),
        candidate_texts=len(compared_rows),
        shingles=int(sketches.shingles[compared_rows].sum()),
        verified=len(compared.first),
        largest=largest_component(compared, len(texts)),
        copies=int(np.count_nonzero(found.kept != np.arange(len(texts)))),
        rounds=in_rounds(copies, standing.ranks)[1],
        driver_bytes=sum(each.nbytes for each in rows) + held(standing) + driver_peak(sketches, standing, compared),
        sketch_seconds=sketch_seconds,
        join_seconds=join_seconds,
        compare_seconds=compare_seconds,
        group_seconds=group_seconds,
    )


def largest_component(pairs: Compared, rows: int) -> int:
    """How many pairs hang together at most."""
    roots = np.arange(rows)
    unite(roots, pairs.first.copy(), pairs.second.copy())
    settle(roots)
    return int(np.bincount(roots[pairs.first], minlength=1).max())


def driver_peak(sketches: Sketches, standing: Standing, compared: Compared) -> int:
    """The most bytes of arrays that the driver makes while tasks in other processes group the verified pairs."""
    rows = len(sketches.words)
    with tempfile.TemporaryDirectory() as folder, LocalEngine(2) as engine:
        work = Path(folder)
        list(engine.map(abs, [1, 2]))  # from now on every task runs elsewhere
        write_staged(staged_path(work, "compared", 0), columns_of(compared), COMPARED)
        write_staged(staged_path(work, "ranks", 0), {"rank": standing.joined()}, RANKS)
        hashes = listed(sketches.hashes, sketches.offsets, pa.uint64())
        write_table(staged_path(work, "sketches", 0), pa.table({"hashes": hashes}))
        borders = np.array([0, rows])
        task = Group(work=work, files=1, borders=borders, apart=(), limit=SKETCH.limit, options=OPTIONS)
        tracemalloc.start()
        settled(group_pairs(task, sketches.words, engine), standing, sketches.words, sketches.keys, None, OPTIONS)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


def held(value: Any) -> int:
    """The bytes of all arrays in a dataclass."""
    if dataclasses.is_dataclass(value):
        return sum(held(getattr(value, field.name)) for field in dataclasses.fields(value))
    return int(value.nbytes)


def in_rounds(copies: Copies, ranks: Ints) -> tuple[Ints, int]:
    """The kept row of every row (n,), as `groups.stars` finds it, but for all rows at once; and after how many rounds.

    In a round every row is decided of which all texts that it is a copy of are decided. These are better-ranked, so the
    best-ranked undecided row is always among them: it ends, and after no more rounds than the longest chain has texts.
    """
    order = np.lexsort((ranks[copies.of], -copies.overlap))[::-1]  # the last one written stays: the best
    of, text = copies.of[order], copies.text[order]
    kept, rows, rounds = np.full(len(ranks), -1), np.arange(len(ranks)), 0
    while (kept < 0).any():
        ready = kept < 0
        ready[text[kept[of] < 0]] = False
        joining = np.flatnonzero(ready[text] & (kept[of] == of))
        kept[ready] = rows[ready]
        kept[text[joining]] = of[joining]
        rounds += 1
    if not np.array_equal(kept, stars(copies, ranks, ()).kept):
        raise BugError("rounds give other groups than one pass", found=f"{len(ranks)} rows", remedy="report this")
    return kept, rounds


class TimedEngine(LocalEngine):
    """Every task in this process, its processor time apart from that of the driver."""

    tasks = 0.0

    def map(self, task: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        """Run `task` on every item, results in order."""
        for item in items:
            clock = Clock()
            result = task(item)
            self.tasks += clock.lap()
            yield result


class Sizer(Silent):
    """Looks how large the staged files of a build are."""

    staged = 0

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def done(self, stage: str, what: str) -> None:
        """Add up the files when all is read; `what` is not looked at."""
        if stage == "read":
            self.staged = sum(path.stat().st_size for path in self._folder.rglob("*.arrow"))


def build_costs(fewer: int, more: int) -> Costs:
    """Whole builds of two sizes: what the articles cost by which they differ."""
    _build(200)
    small, large = _build(fewer), _build(more)
    return Costs(
        **{
            field.name: (getattr(large, field.name) - getattr(small, field.name)) / (more - fewer)
            for field in dataclasses.fields(Costs)
        }
    )


def _build(count: int) -> Costs:
    """Build `count` articles; gives the costs of all together."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for start in range(0, count, BLOCK):
            write_block((folder / "raw", SEED, start, min(start + BLOCK, count)))
        config, sizer, out = load_config(folder / "raw"), Sizer(folder), folder / "build"
        tracemalloc.start()
        listing = list_tree(config.source, config.inputs, never=())
        in_memory = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        del listing
        clock, engine = Clock(), TimedEngine()
        build_dataset(config, engine, out, sizer)
        workers, driver = engine.tasks, clock.lap() - engine.tasks
        released = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        return Costs(workers=workers, driver=driver, staged=sizer.staged, released=released, listed=in_memory)


if __name__ == "__main__":
    main()
