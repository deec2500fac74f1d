"""Planted worst cases of the search for copies: `python -m benchmarks.duplicates_worst [--case NAME] [--scale 1.0]`.

Each case is staged by another process and runs from files to files, as in a build, at half and at full size: the groups
must be the planted ones, and the cost of an article must not grow. `tests/test_duplicates_worst.py` runs small ones.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.speed_duplicates import SHARD_ROWS, Memory, stage
from corpus.engines.local import LocalEngine
from corpus.model import Staged
from corpus.stages.relate import read_sketches, relate
from corpus.transforms.duplicates.find import DuplicateOptions
from corpus.transforms.duplicates.sketch import SketchOptions

Planted = Iterator[tuple[str, int]]
"""Texts, each with the number of its group."""

LINEAR: Final = 1.5
"""At twice the size an article may cost so many times as much; a quadratic step would make it twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A kind of corpus, and its full size."""

    plant: Callable[[int], Planted]
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many rows stand in another group than planted, seconds of processor time, and bytes at the peak."""

    wrong: int
    seconds: float
    memory: int


def words(draw: random.Random, count: int) -> list[str]:
    """Invented words; two lists share no run of five."""
    return [f"{draw.choice('bdfgklmnprstvz')}{draw.choice('aeiou')}{draw.randrange(4000):x}" for _ in range(count)]


def block_everywhere(count: int) -> Planted:
    """One block of 55 words in every article, a fifth of it; one in a hundred is an edited copy of an earlier one."""
    draw = random.Random(1)
    block, earlier = words(draw, 55), [words(draw, 200)]
    for number in range(count):
        if number % 100 == 99:
            group = draw.randrange(len(earlier))
            changed = list(earlier[group])
            changed[draw.randrange(200)] = "other"
            yield " ".join([*changed, *block]), group
            continue
        if number:
            earlier.append(words(draw, 200))
        yield " ".join([*earlier[-1], *block]), len(earlier) - 1


def copies_of_one(count: int) -> Planted:
    """One article: every other text is the same, the rest have a word put in."""
    draw = random.Random(2)
    article = words(draw, 400)
    for number in range(count):
        place = draw.randrange(300)
        added = [f"x{number}"] if number % 2 else []
        yield " ".join([*article[:place], *added, *article[place:]]), 0


def pages_of_one_form(count: int) -> Planted:
    """One form of 200 words with 20 numbers filled in; one page in a hundred is printed twice."""
    draw = random.Random(3)
    form = [words(draw, 10) for _ in range(20)]
    page, group = "", -1
    for number in range(count):
        if number % 100 != 99:
            page, group = " ".join(" ".join([*part, str(draw.randrange(10**6))]) for part in form), group + 1
        yield page, group


def one_long_article(count: int) -> Planted:
    """An article of 20 MB, passages of it, texts that quote one of its passages, and as many that have none of it."""
    draw = random.Random(4)
    long = words(draw, 4_000_000 * count // 10_000)
    yield " ".join(long), 0
    for number in range(1, count):
        place = draw.randrange(len(long) - 300)
        passage = {1: long[place : place + 250], 2: long[place : place + 100]}.get(number % 4, [])
        own = [] if number % 4 == 1 else words(draw, 300)
        yield " ".join([*own, *passage]), 0 if number % 4 == 1 else number


CASES: Final = {
    "one block in every article": Case(plant=block_everywhere, articles=100_000),
    "copies of one article": Case(plant=copies_of_one, articles=10_000),
    "pages of one form": Case(plant=pages_of_one_form, articles=5_000),
    "an article of 20 MB": Case(plant=one_long_article, articles=10_000),
}


def main() -> int:
    """Print a row for every case and size; exit status 1 when a group is wrong or the cost of an article grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=list(CASES), help="only this one")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size")
    arguments = parser.parse_args()
    failed = 0
    staged_outcome(copies_of_one, 50)  # compile and load, so that no size pays for it
    for name, case in CASES.items():
        if arguments.case in (None, name):
            count = int(case.articles * arguments.scale)
            half, whole = (staged_outcome(case.plant, size) for size in (count // 2, count))
            growth = whole.seconds / half.seconds * (count // 2) / count
            print(
                f"{name:28}{count:9,} articles {whole.wrong:3} wrong {whole.seconds:7.2f} s "
                f"{whole.seconds / count * 1e6:7.1f} us an article, {growth:.2f} of that at half the size, "
                f"{whole.memory / 1e6:,.0f} MB"
            )
            failed += whole.wrong + half.wrong + (growth > LINEAR)
    return 1 if failed else 0


def staged_outcome(plant: Callable[[int], Planted], count: int) -> Outcome:
    """Stage in another process and compare in this one: the quickest of three times."""
    with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(1) as pool:
        work = Path(folder)
        staged, groups = pool.apply(stage_planted, (plant, count, work))
        return min((outcome(staged, groups, work) for _ in range(3)), key=lambda each: each.seconds)


def stage_planted(plant: Callable[[int], Planted], count: int, work: Path) -> tuple[list[Staged], list[int]]:
    """Stage the texts of a case; gives the planted group of every row too."""
    staged, groups = [], []
    planted = plant(count)
    for number, start in enumerate(range(0, count, SHARD_ROWS)):
        rows = [next(planted) for _ in range(min(SHARD_ROWS, count - start))]
        ids = [f"a{start + at:09}" for at in range(len(rows))]
        staged.append(stage(work, number, ids, [text for text, _ in rows]))
        groups += [group for _, group in rows]
    return staged, groups


def outcome(staged: Sequence[Staged], groups: Sequence[int], work: Path) -> Outcome:
    """Compare staged texts: what it cost, and how the groups differ from the planted ones."""
    memory, start = Memory(), time.process_time()
    with LocalEngine(1) as engine:
        rows = read_sketches(staged, work)
        found = relate(rows, engine, work, (), SketchOptions(), DuplicateOptions())
    seconds = time.process_time() - start
    first: dict[int, int] = {}
    planted = [first.setdefault(group, row) for row, group in enumerate(groups)]
    wrong = sum(one != other for one, other in zip(planted, found.founder.tolist(), strict=True))
    return Outcome(wrong=wrong, seconds=seconds, memory=memory.stop()[1])


if __name__ == "__main__":
    sys.exit(main())
