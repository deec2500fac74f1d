"""Names that stay, held against the rules in plain Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpus.transforms.duplicates.carry import Known, carry

Row = tuple[int, int, bool]
"""What a row was: its group, its split, and whether it was the kept one."""


def carried(founders: list[int], known: dict[int, Row]) -> dict[int, tuple[int, int]]:
    """Name and split of every group with known rows, by the founding row."""
    rows = sorted(known)
    columns = [np.array([known[row][place] for row in rows], np.int64) for place in range(3)]
    given_rows = Known(
        rows=np.array(rows, np.int64), groups=columns[0], splits=columns[1], kept=columns[2].astype(bool)
    )
    found = carry(np.array(founders, np.int64), given_rows)
    names = zip(found.groups.tolist(), found.splits.tolist(), strict=True)
    return dict(zip(found.founders.tolist(), names, strict=True))


def by_the_rules(founders: list[int], known: dict[int, Row]) -> dict[int, tuple[int, int]]:
    claims: dict[int, set[int]] = {}
    splits: dict[int, set[int]] = {}
    for group in {row[0] for row in known.values()}:
        members = sorted(row for row, was in known.items() if was[0] == group)
        keeper = next((row for row in members if known[row][2]), members[0])
        claims.setdefault(founders[keeper], set()).add(group)
    for row, (_, split, _) in known.items():
        splits.setdefault(founders[row], set()).add(split)
    return {
        founder: (min(claims.get(founder, {-1})), next(iter(held)) if len(held) == 1 else 0)
        for founder, held in splits.items()
    }


@st.composite
def releases(draw: st.DrawFn) -> tuple[list[int], dict[int, Row]]:
    """A build of a few rows in groups, and what a previous release said of some of them: one split a group."""
    size = draw(st.integers(1, 12))
    groups = draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))
    founders = [groups.index(group) for group in groups]
    rows = draw(st.lists(st.integers(0, size - 1), unique=True))
    were = {row: draw(st.integers(0, 4)) for row in rows}
    splits = {group: draw(st.integers(0, 2)) for group in set(were.values())}
    kept = {group: draw(st.sampled_from([row for row in rows if were[row] == group] + [-1])) for group in splits}
    return founders, {row: (group, splits[group], kept[group] == row) for row, group in were.items()}


@given(releases())
def test_names_and_splits_follow_the_rules(case: tuple[list[int], dict[int, Row]]) -> None:
    founders, known = case
    assert carried(founders, known) == by_the_rules(founders, known)


@given(releases())
def test_nothing_changed_keeps_everything(case: tuple[list[int], dict[int, Row]]) -> None:
    founders, _ = case
    known = {row: (founder, founder % 3, row == founder) for row, founder in enumerate(founders)}
    assert carried(founders, known) == {founder: (founder, founder % 3) for founder in set(founders)}


@given(releases())
def test_no_name_is_given_twice(case: tuple[list[int], dict[int, Row]]) -> None:
    names = [name for name, _ in carried(*case).values() if name >= 0]
    assert len(set(names)) == len(names)


def test_merges_partings_and_moves_are_listed() -> None:
    # Groups 5 and 6 merge (rows 0 and 1, of train and test); group 7 (rows 2 and 3) parts, its kept row is 3.
    known = Known(
        rows=np.array([0, 1, 2, 3]),
        groups=np.array([6, 5, 7, 7]),
        splits=np.array([0, 2, 1, 1]),
        kept=np.array([True, True, False, True]),
    )
    found = carry(np.array([0, 0, 2, 3]), known)
    assert found.merged.tolist() == [[6, 5]]
    assert found.parted.tolist() == [[7, 2]]
    assert found.moved.tolist() == [[0, 2]]
    assert (found.groups.tolist(), found.splits.tolist()) == ([5, -1, 7], [0, 1, 1])


def test_without_known_rows_nothing_is_carried() -> None:
    none = np.zeros(0, np.int64)
    found = carry(np.array([0, 0, 2]), Known(rows=none, groups=none, splits=none, kept=none.astype(bool)))
    assert [len(part) for part in (found.founders, found.groups, found.merged, found.parted, found.moved)] == [0] * 5
