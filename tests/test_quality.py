"""Our figures on labelled data do not fall: each is held to the floor that is pinned beside the digest of its data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.evaluation import Figure, digests
from benchmarks.quality import FLOORS, below, measure


@pytest.fixture(scope="module")
def pinned() -> dict[str, Any]:
    return dict(json.loads(FLOORS.read_text("utf-8")))


@pytest.fixture(scope="module")
def figures(shared: Path) -> list[Figure]:
    return [figure for section in measure(shared / "eval", None).values() for figure in section]


def test_the_data_is_what_the_floors_were_measured_on(shared: Path, pinned: dict[str, Any]) -> None:
    assert digests(shared / "eval") == pinned["data"]


def test_every_figure_reaches_its_floor(figures: list[Figure], pinned: dict[str, Any]) -> None:
    assert below(figures, pinned["floors"]) == []


def test_every_figure_with_a_target_has_a_floor(figures: list[Figure], pinned: dict[str, Any]) -> None:
    assert {figure.name for figure in figures if figure.target is not None} == set(pinned["floors"])


def test_a_fallen_figure_is_told(figures: list[Figure], pinned: dict[str, Any]) -> None:
    raised = {name: floor - 1 if is_most(figures, name) else floor + 1 for name, floor in pinned["floors"].items()}
    assert len(below(figures, raised)) == len(raised)
    assert below(figures, {"no such figure": 0.5}) == ["no such figure: not measured any more"]


def is_most(figures: list[Figure], name: str) -> bool:
    return next(figure.most for figure in figures if figure.name == name)
