"""Figures of duplicate groups on labelled data do not fall: floors are pinned beside the digests of the data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.evaluation import Figure
from benchmarks.quality import below
from benchmarks.quality_duplicates import FLOORS, digests, figures


@pytest.fixture(scope="module")
def pinned() -> dict[str, Any]:
    return dict(json.loads(FLOORS.read_text("utf-8")))


@pytest.fixture(scope="module")
def measured(shared: Path) -> list[Figure]:
    return figures(shared / "eval", None)


def test_the_data_is_what_the_floors_were_measured_on(shared: Path, pinned: dict[str, Any]) -> None:
    assert digests(shared / "eval") == pinned["data"]


def test_every_figure_reaches_its_floor(measured: list[Figure], pinned: dict[str, Any]) -> None:
    assert below(measured, pinned["floors"]) == []


def test_every_figure_with_a_target_has_a_floor_and_reaches_it(measured: list[Figure], pinned: dict[str, Any]) -> None:
    targets = {figure.name: figure.target for figure in measured if figure.target is not None}
    assert set(targets) == set(pinned["floors"])
    assert [figure.name for figure in measured if figure.target is not None and not figure.reaches(figure.target)] == []
