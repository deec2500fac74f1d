"""Measure everything that we are judged by, beside other tools, and write `docs/quality.md` (make bench-quality).

The figures of other tools are predictions that `benchmarks/peers.py` wrote in their own environment. Ours are held to
the floors in `benchmarks/quality_floors.json`, which name the digests of the data that they were measured on.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import quality_duplicates, quality_html, quality_kinds, quality_language, quality_text
from benchmarks.evaluation import Figure, Worst, digests
from benchmarks.quality_text import CAUSES

HERE: Final = Path(__file__).parent
FLOORS: Final = HERE / "quality_floors.json"
DOCUMENT: Final = HERE.parent / "docs" / "quality.md"
SLACK: Final = 0.002
"""A floor lies this much below what was measured when it was pinned."""


def main() -> int:
    """Print the table; exit status 1 when a figure of ours is below its floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled data")
    parser.add_argument("--peers", type=Path, help="folder with the predictions of other tools")
    parser.add_argument("--write", action="store_true", help="write docs/quality.md")
    parser.add_argument("--pin", action="store_true", help="pin the floors anew, a little below what is measured")
    arguments = parser.parse_args()
    sections = measure(arguments.data, arguments.peers)
    judged = (quality_text, quality_html, quality_language, quality_duplicates)
    worst = [item for module in judged for item in module.worst(arguments.data)]
    speed = {"Speed of the text stage, in MB/s of processor time": speed_figures(arguments.data)}
    document = "\n".join([*heading(), *tables(sections), *tables(speed), *worst_tables(worst)])
    print(document)
    if arguments.write:
        DOCUMENT.write_text(document + "\n", encoding="utf-8")
    figures = [figure for section in sections.values() for figure in section]
    if arguments.pin:
        pin(figures, arguments.data)
    fallen = below(figures, json.loads(FLOORS.read_text("utf-8"))["floors"])
    print(*(f"below its floor: {line}" for line in fallen), sep="\n", file=sys.stderr)
    return 1 if fallen else 0


def measure(data: Path, peers: Path | None) -> dict[str, list[Figure]]:
    """All figures by section."""
    return {
        "Body from plain text": quality_text.body_figures(data, peers),
        "Body from HTML": quality_html.body_figures(data, peers),
        "Titles": [*quality_html.title_figures(data, peers), *quality_text.title_figures(data)],
        "Kinds of boilerplate": quality_kinds.figures(),
        "Language": quality_language.figures(data, peers),
        "Duplicates": quality_duplicates.figures(data, peers),
    }


def speed_figures(data: Path) -> list[Figure]:
    """How fast titles and boilerplate are found on one core; shown, and never pinned: machines differ."""
    return [
        Figure(name=f"lines, marks, title and cut: {name}", ours=speed, target=30.0)
        for name, speed in quality_text.speeds(data).items()
    ]


def heading() -> list[str]:
    """What the document is."""
    return [
        "# Quality",
        "",
        "Written by `make bench-quality` from labelled data that is not ours; do not edit. F1 of bodies is over 4-word",
        "shingles. Other tools ran in the same command on the same data, each as its documentation says. Where weights",
        "are learned, figures are those of weights learned from other hosts.",
        "",
    ]


def tables(sections: dict[str, list[Figure]]) -> list[str]:
    """One Markdown table a section; a column for every tool that has a figure in it."""
    lines: list[str] = []
    for title, figures in sections.items():
        tools = sorted({tool for figure in figures for tool in figure.peers})
        lines += [f"## {title}", "", "| | " + " | ".join(["ours", "target", *tools]) + " |"]
        lines += ["|---" * (3 + len(tools)) + "|"]
        for figure in figures:
            bound = "" if figure.target is None else ("<= " if figure.most else ">= ") + shown(figure.target)
            others = [shown(figure.peers[tool]) if tool in figure.peers else "" for tool in tools]
            lines.append("| " + " | ".join([figure.name, f"**{shown(figure.ours)}**", bound, *others]) + " |")
        lines.append("")
    return lines


def shown(value: float) -> str:
    """A share with four places, a larger number with one."""
    return f"{value:.4f}" if value <= 1 else f"{value:,.1f}"


def worst_tables(worst: Sequence[Worst]) -> list[str]:
    """The documents that score lowest, with the cause where somebody has looked."""
    causes = tomllib.loads(CAUSES.read_text("utf-8"))
    lines = ["## What still goes wrong", ""]
    for data in dict.fromkeys(item.data for item in worst):
        items = [item for item in worst if item.data == data]
        columns = ["document", *items[0].found, "cause"]
        lines += [f"### {data}", "", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
        for item in items:
            lines.append(f"| {' | '.join([item.id, *item.found.values(), causes.get(data, {}).get(item.id, '')])} |")
        lines.append("")
    return lines


def pin(figures: Sequence[Figure], data: Path) -> None:
    """Write the floors: each figure that has a target, less a little (more, where smaller is better)."""
    floors = {figure.name: floor_of(figure) for figure in figures if figure.target is not None}
    FLOORS.write_text(json.dumps({"data": digests(data), "floors": floors}, indent=1) + "\n", encoding="utf-8")


def floor_of(figure: Figure) -> float:
    """What a figure may not fall below (or rise above); what is always so must stay so."""
    if figure.ours == 1.0:
        return 1.0
    return round(figure.ours + (SLACK if figure.most else -SLACK), 4)


def below(figures: Sequence[Figure], floors: dict[str, float]) -> list[str]:
    """What lies below its floor, or has none to be found, in words."""
    known = {figure.name: figure for figure in figures}
    fallen = [f"{name}: not measured any more" for name in floors if name not in known]
    return fallen + [
        f"{name}: {known[name].ours:.4f}, the floor is {floor:.4f}"
        for name, floor in floors.items()
        if name in known and not known[name].reaches(floor)
    ]


if __name__ == "__main__":
    sys.exit(main())
