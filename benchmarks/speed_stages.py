"""Processor time of each step of a build, beside a budget: `python -m benchmarks.speed_stages CORPUS`.

CORPUS is a folder of `make_articles.py`. One process builds it; a step's time is its own, without that of the steps
inside it, nor that of the clock. Kernels are compiled and tables loaded by a small build before.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import corpus
from benchmarks.make_articles import write_corpus

REST: Final = "list, checks, card, install and all else"
BUDGET: Final = {
    "open, read, account": 25,
    "decode": 5,
    "normalise": 8,
    "lines and marks": 45,
    "title": 15,
    "cut": 5,
    "fields, digest, proof of restoring": 25,
    "language": 80,
    "shingles": 20,
    "staged rows": 25,
    "kept for the next build": 10,
    "join": 15,
    "compare": 10,
    "groups": 2,
    "relations": 5,
    "Parquet": 18,
    "read back: counts, digests, facts of the checks": 15,
    REST: 5,
}
"""Microseconds an article; in all what 6,000 articles a second leave on two processors."""
STEPS: Final = {
    "corpus.stages.ingest:Ingest.__call__": "open, read, account",
    "corpus.io.readers.articles:decode": "decode",
    "corpus.stages.rows:normalize": "normalise",
    "corpus.transforms.article:marked": "lines and marks",
    "corpus.transforms.article:find_headline": "title",
    "corpus.transforms.article:cut_lines": "cut",
    "corpus.stages.reading:row_of": "fields, digest, proof of restoring",
    "corpus.stages.ingest:detect": "language",
    "corpus.stages.ingest:sketch": "shingles",
    "corpus.stages.ingest:Ingest._finish": "staged rows",
    "corpus.stages.ingest:Ingest._pieces": "staged rows",
    "corpus.stages.ingest:remember": "kept for the next build",
    "corpus.stages.join:Route.__call__": "join",
    "corpus.stages.join:Join.__call__": "join",
    "corpus.stages.join:Merge.__call__": "join",
    "corpus.stages.comparison:Shingle.__call__": "compare",
    "corpus.stages.comparison:Compare.__call__": "compare",
    "corpus.stages.known_pairs:Recall.__call__": "compare",
    "corpus.stages.known_pairs:Remember.__call__": "compare",
    "corpus.pipeline:relate": "groups",
    "corpus.stages.relations:Relate.__call__": "relations",
    "corpus.release.part_facts:Export.__call__": "Parquet",
    "corpus.release.part_facts:WritePart.__call__": "read back: counts, digests, facts of the checks",
}
"""The functions whose time is taken, by the module that calls them: `module:function` or `module:class.method`."""
WARM_ARTICLES: Final = 300
_LOOKS: Final = 10_000


class Stopwatch:
    """Processor time by step, without that of looking at the clock; only one step runs at a time."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._running = [REST]
        self._look = _look_seconds()
        self._since = time.process_time()

    def enter(self, step: str) -> None:
        """Stop the running step, begin another."""
        self._lap()
        self._running.append(step)

    def leave(self) -> None:
        """Go back to the step before."""
        self._lap()
        self._running.pop()

    def _lap(self) -> None:
        now = time.process_time()
        self.seconds[self._running[-1]] += now - self._since - self._look
        self._since = now

    def around(self, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """`work`, with its time taken."""

        @functools.wraps(work)
        def timed(*arguments: Any, **named: Any) -> Any:
            self.enter(step)
            try:
                return work(*arguments, **named)
            finally:
                self.leave()

        return timed


def _look_seconds() -> float:
    """What a look at the clock takes: the system is asked, a dozen times an article."""
    start = time.process_time()
    for _ in range(_LOOKS):
        time.process_time()
    return (time.process_time() - start) / _LOOKS


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="folder that make_articles.py wrote")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(Path(folder) / "small", WARM_ARTICLES, seed=2, jobs=1)
        corpus.build(Path(folder) / "small" / "raw", out=Path(folder) / "warm")
        seconds, rows = profile(arguments.corpus / "raw", Path(folder) / "build")
    print("\n".join(table(seconds, rows)))


def profile(raw: Path, out: Path) -> tuple[Mapping[str, float], int]:
    """Seconds of each step of a build, and how many articles it read."""
    watch = Stopwatch()
    for place, step in STEPS.items():
        wrap(place, functools.partial(watch.around, step))
    watch.enter(REST)
    built = corpus.build(raw, out=out)
    watch.leave()
    if unused := set(STEPS.values()) - set(watch.seconds):
        sys.exit(f"no call of {', '.join(sorted(unused))}: STEPS names functions that builds no longer call")
    return watch.seconds, built.manifest.inputs.count


def wrap(place: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put a function in the place of the one that STEPS names."""
    module, _, path = place.partition(":")
    *outer, name = path.split(".")
    holder: Any = functools.reduce(getattr, outer, importlib.import_module(module))
    setattr(holder, name, around(getattr(holder, name)))


def table(seconds: Mapping[str, float], articles: int) -> list[str]:
    """The steps in the order of the flow, in microseconds an article."""
    lines = ["| step | us an article | budget |", "|---|---|---|"]
    for step, budget in BUDGET.items():
        lines.append(f"| {step} | {seconds[step] / articles * 1e6:,.1f} | {budget} |")
    lines.append(f"| **all** | **{sum(seconds.values()) / articles * 1e6:,.1f}** | **{sum(BUDGET.values())}** |")
    return lines


if __name__ == "__main__":
    main()
