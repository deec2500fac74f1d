"""Measure the speed of duplicate detection in memory: `python benchmarks/speed_duplicates.py [--rows 100000]`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from collections.abc import Sequence

from corpus.transforms.duplicates.compare import Compared, compare
from corpus.transforms.duplicates.find import DuplicateOptions, find_candidates, group_duplicates, verify_candidates
from corpus.transforms.duplicates.sketch import Shingles, SketchOptions, shingles, sketch
from corpus.transforms.tokens import Ints

T = TypeVar("T")


def main() -> None:
    """Time each step on invented articles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=250, help="mean words of an article")
    arguments = parser.parse_args()
    texts, copies = invented(arguments.rows, arguments.words)
    size = sum(len(text.encode()) for text in texts)
    sketch_options, options = SketchOptions(), DuplicateOptions()
    print(f"{len(texts):,} articles, {size / 1e6:.0f} MB, {copies:,} of them copies")
    sketches = timed("sketch", size, lambda: sketch(texts, sketch_options))
    print(f"  {len(sketches.hashes) / len(texts):.1f} hashes an article")
    dates = np.full(len(texts), "NaT", "datetime64[us]")
    candidates = timed("join", size, lambda: find_candidates(sketches, dates, (), sketch_options, options))
    print(f"  {len(candidates.first):,} candidate pairs")

    def full(rows: Ints) -> Shingles:
        return shingles([texts[row] for row in rows.tolist()], sketch_options)

    def compare_all(pairs: Sequence[tuple[Ints, Ints]]) -> list[Compared]:
        return [compare(*pair, full, reach=options.reach) for pair in pairs]

    pairs = timed("verify", size, lambda: verify_candidates(candidates, sketches, compare_all))
    found = timed("group", size, lambda: group_duplicates(candidates, pairs, sketches, (), options))
    print(f"  {int((found.kept != np.arange(len(texts))).sum()):,} copies found")


def timed(name: str, size: int, work: Callable[[], T]) -> T:
    """The result of `work`; prints its seconds of processor time, and megabytes of text a second."""
    start = time.process_time()
    result = work()
    seconds = time.process_time() - start
    print(f"{name:8}{seconds:8.2f} s {size / 1e6 / max(seconds, 1e-9):10.1f} MB/s")
    return result


def invented(rows: int, words: int) -> tuple[list[str], int]:
    """Seeded articles of Zipf-like words; a tenth edited copies, a twentieth cut short, one in fifty with one block."""
    draw = np.random.default_rng(1)
    vocabulary = np.array(["".join(draw.choice(list("aeioulnrst"), 2 + number % 9)) for number in range(30_000)])
    block = vocabulary[draw.integers(0, len(vocabulary), 60)].tolist()
    lists: list[list[str]] = []
    copies = 0
    for row in range(rows):
        kind = draw.random()
        if row and kind < 0.15:
            source = list(lists[int(draw.integers(row))])
            copies += 1
            if kind < 0.05:
                source = source[: int(len(source) * draw.uniform(0.2, 0.7))]
            else:
                for place in draw.integers(0, len(source), max(1, len(source) // 30)).tolist():
                    source[place] = str(vocabulary[int(draw.integers(len(vocabulary)))])
            lists.append(source)
            continue
        length = int(draw.integers(words // 3, words * 5 // 3))
        chosen = (len(vocabulary) ** draw.random(length)).astype(np.int64)
        lists.append(vocabulary[chosen].tolist() + (block if kind > 0.98 else []))
    return [" ".join(each) for each in lists], copies


if __name__ == "__main__":
    main()
