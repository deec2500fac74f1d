"""What a build costs that follows another one: nothing new, and one more article for every hundred.

New articles are the next ones of the generated corpus. Like all of them, 17 of a hundred are copies of an earlier
article, whichever it is: rows all over the release change their group, and with them nearly every Parquet file.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.make_articles import id_of, make

SHARE: Final = 100
"""One new article for so many."""
TARGETS: Final = {"nothing changed": 2, "1 % more, in a new folder": 10, "1 % more, in all folders": 10}
"""A build is to need so much of a full one, in percent, after each change."""
_SETTLED: Final = 3.0
"""So many seconds after its last change the system's word for a file is taken."""

Costs = Mapping[str, tuple[float, float]]
"""Seconds on the wall and of all processors, by what had changed; the full build comes first."""


def histories(
    raw: Path, work: Path, articles: int, seed: int, build: Callable[[Path, Path], tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Build a corpus (`build` takes its folder and where the release goes), change it, and build it again."""
    source, out = work / f"grown-{articles}", work / "grown"
    for folder in (source, out, work / ".grown.cache"):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(raw, source, copy_function=os.link)
    time.sleep(_SETTLED)
    costs = {"everything is new": build(source, out)}
    places: tuple[Callable[[Path, int], Iterable[Path]], ...] = (_nowhere, _in_a_new_folder, _in_all_folders)
    for change, add in zip(TARGETS, places, strict=True):
        count = articles // SHARE
        start = articles + (count if add is _in_all_folders else 0)
        for number, path in zip(range(start, start + count), add(source, start), strict=False):
            path.parent.mkdir(exist_ok=True)
            path.write_text(make(seed, number).text, encoding="utf-8", newline="\n")
        time.sleep(_SETTLED)
        costs[change] = build(source, out)
    for folder in (source, out, work / ".grown.cache"):
        shutil.rmtree(folder)
    return costs


def _nowhere(source: Path, start: int) -> Iterable[Path]:
    return ()


def _in_a_new_folder(source: Path, start: int) -> Iterator[Path]:
    number = start
    while True:
        yield source / "new" / Path(id_of(number)).name
        number += 1


def _in_all_folders(source: Path, start: int) -> Iterator[Path]:
    folders = sorted(path for path in source.iterdir() if path.is_dir())
    number = start
    while True:
        yield folders[number % len(folders)] / Path(id_of(number)).name
        number += 1


def table(costs: Mapping[int, Costs]) -> Sequence[str]:
    """The lines of the document."""
    lines = [
        "## Builds after a build",
        "",
        "The new articles are the next generated ones: 17 of a hundred copy an earlier article, whichever it is.",
        "",
        "| articles | what had changed | seconds | share of the full build | of its processor time | target |",
        "|---|---|---|---|---|---|",
    ]
    for articles, found in sorted(costs.items()):
        whole = next(iter(found.values()))
        for change, (wall, cpu) in found.items():
            target = f"<= {TARGETS[change]} %" if change in TARGETS else ""
            shares = f"{wall / whole[0]:.1%} | {cpu / whole[1]:.1%}" if change in TARGETS else " | "
            lines.append(f"| {articles:,} | {change} | {wall:.1f} | {shares} | {target} |")
    return lines
