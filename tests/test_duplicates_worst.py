"""Planted worst cases at a small size, from staged files to groups; the full ones are in `benchmarks`."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.duplicates_worst import CASES, outcome, stage_planted


@pytest.mark.parametrize(("name", "count"), [(name, 400 if "20 MB" in name else 1500) for name in CASES])
def test_worst_cases_give_the_planted_groups(name: str, count: int, tmp_path: Path) -> None:
    staged, groups = stage_planted(CASES[name].plant, count, tmp_path)
    assert outcome(staged, groups, tmp_path).wrong == 0
