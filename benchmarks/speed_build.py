"""Where the time of a build goes: `python benchmarks/speed_build.py [--articles N] [--workers N]`.

Invented articles (words of the sample corpus in random sentences, one in ten a copy) go through a whole build. Printed
are each stage's share of the time, articles a second, and peak memory; compare shares and ratios of one run, for
machines differ.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from corpus.config import load_config
from corpus.engines.local import LocalEngine
from corpus.pipeline import build_dataset

SAMPLE = Path(__file__).parents[1] / "examples" / "town-papers" / "raw"
T = TypeVar("T")


class Clock:
    """Seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._start = time.perf_counter()

    def track(self, stage: str, items: Iterable[T], total: int) -> Iterator[T]:
        """Give `items` on."""
        yield from items

    def begin(self, stage: str, what: str) -> None:
        """Nothing to time."""

    def done(self, stage: str, what: str) -> None:
        """Take the time of a stage."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._start
        self._start = now


def write_articles(folder: Path, count: int) -> int:
    """Write `count` articles of about 3 KB; gives their bytes."""
    draw = random.Random(1)
    words = [word for path in sorted(SAMPLE.glob("*/*.md")) for word in path.read_text("utf-8").split()]
    earlier: list[str] = []
    size = 0
    for number in range(count):
        if earlier and number % 10 == 0:
            text = draw.choice(earlier)[: draw.randint(800, 3000)]
        else:
            sentences = [" ".join(draw.choices(words, k=14)) + "." for _ in range(36)]
            text = "\n\n".join(" ".join(sentences[start : start + 4]) for start in range(0, 36, 4))
            earlier = [*earlier[-500:], text]
        path = folder / f"{number // 1000:04d}" / f"{number:07d}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"Headline number {number} of the day\n\n{text}\n\nRelated Posts\n\nAnother one\n", "utf-8")
        size += path.stat().st_size
    return size


def main() -> None:
    """Build once and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "raw")
        source.mkdir()
        size = write_articles(source, arguments.articles)
        clock = Clock()
        with LocalEngine(arguments.workers) as engine:
            build_dataset(load_config(source), engine, Path(folder, "build"), clock)
    total = sum(clock.seconds.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{arguments.articles} articles, {size / 1e6:.1f} MB, {arguments.workers} workers: {total:.1f} s")
    print(f"{arguments.articles / total:.0f} articles/s, {size / total / 1e6:.2f} MB/s, peak {peak:.0f} MB")
    for stage, seconds in clock.seconds.items():
        print(f"  {stage:<8} {seconds / total:6.1%}")


if __name__ == "__main__":
    main()
