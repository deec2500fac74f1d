"""What became of each row from one release to the next: read are ids, digests and short columns, hardly ever bodies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import compress
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpus.history.bodies import OTHER, SAME, TELLING, UNKNOWN, is_body_of, verdicts
from corpus.history.columns import Comparable, Role, role_of
from corpus.history.edition import Edition
from corpus.history.streams import PART, Reading, Window, windows
from corpus.history.values import Bools, differ
from corpus.schema import COLUMN_NAMES

LONE: Final = pa.schema(
    [pa.field("id", pa.string(), nullable=False), pa.field("text_sha256", pa.string(), nullable=False)]
)
"""Rows that only one release has; the digest is empty where not both releases have one."""

CHANGED: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("columns", pa.int32(), nullable=False),
        pa.field("old_part", pa.int32(), nullable=False),
        pa.field("new_part", pa.int32(), nullable=False),
    ]
)
"""Rows that both have and that differ: `columns` is a place in `RowChanges.column_sets`."""

GROUPS: Final = pa.schema([pa.field("old", pa.string(), nullable=False), pa.field("new", pa.string(), nullable=False)])
"""The name of the group that a row is in, before and after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChanges:
    """The rows that came (`added`), went (`removed`) and changed, each sorted by id.

    `column_sets` are the combinations of columns that changed together, in order of the schema; a row that only moved
    between splits has the empty one.
    """

    added: pa.Table
    removed: pa.Table
    changed: pa.Table
    column_sets: tuple[tuple[str, ...], ...]

    def by_column(self) -> dict[str, int]:
        """Changed rows by column, in order of the schema."""
        counts: Counter[str] = Counter()
        for place, rows in self._sets():
            counts.update(dict.fromkeys(self.column_sets[place], rows))
        return {name: counts[name] for name in in_order(counts)}

    def by_role(self) -> dict[Role, int]:
        """Changed rows by what changed in them; a row may count in several."""
        counts: dict[Role, int] = {"content": 0, "relations": 0, "provenance": 0}
        for place, rows in self._sets():
            for role in {role_of(name) for name in self.column_sets[place]}:
                counts[role] += rows
        return counts

    def _sets(self) -> list[tuple[int, int]]:
        found = pc.value_counts(self.changed["columns"]).to_pylist()
        return sorted((entry["values"], entry["counts"]) for entry in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The rows that differ, and of all rows read on both sides the groups: `stable` names that stayed, `regrouped`."""

    rows: RowChanges
    stable: pa.ChunkedArray
    regrouped: pa.Table


def in_order(columns: Iterable[str]) -> list[str]:
    """Columns as the schema has them; those it does not know come last, by name."""
    known = {name: place for place, name in enumerate(COLUMN_NAMES)}
    return sorted(columns, key=lambda name: (known.get(name, len(known)), name))


def compare_rows(old: Edition, new: Edition, parts: tuple[list[int], list[int]], columns: Comparable) -> Comparison:
    """Compare the rows in these parts of the two releases; the rows in all others are the same on both sides."""
    readings = [
        Reading(edition=edition, parts=tuple(chosen), columns=columns.narrow)
        for edition, chosen in zip((old, new), parts, strict=True)
    ]
    collected = _Collected(columns, _splits(old), _splits(new))
    for window in windows(*readings):
        collected.add(window)
    unknown = collected.unknown()
    if len(unknown):
        collected.note_bodies(_changed_bodies(old, new, unknown))
    return collected.finished()


def _splits(edition: Edition) -> pa.StringArray:
    return pa.array([edition.split_of(entry) for entry in edition.parts], pa.string())


def _changed_bodies(old: Edition, new: Edition, unknown: pa.Table) -> pa.Array:
    """The ids of these rows whose body differs: bodies are read of the old files that hold such a row."""
    before, after = (tuple(sorted(set(unknown[part].to_pylist()))) for part in ("old_part", "new_part"))
    readings = (
        Reading(edition=old, parts=before, columns=("body",)),
        Reading(edition=new, parts=after, columns=("boilerplate", "text_sha256")),
    )
    wanted = unknown["id"].combine_chunks()
    found: list[str] = []
    for window in windows(*readings):
        sides = (side.filter(pc.is_in(side["id"], value_set=wanted)) for side in (window.old, window.new))
        pairs = zip(*(side.to_pylist() for side in sides), strict=True)
        found += [after["id"] for before, after in pairs if not is_body_of(before["body"], after)]
    return pa.array(found, pa.string())


@dataclass(slots=True)
class _Collected:
    """What the windows have shown so far; everything here grows with the rows that differ, `stable` aside."""

    columns: Comparable
    old_splits: pa.StringArray
    new_splits: pa.StringArray
    added: list[pa.Table] = field(default_factory=list)
    removed: list[pa.Table] = field(default_factory=list)
    changed: list[pa.Table] = field(default_factory=list)
    unsure: list[pa.Array] = field(default_factory=list)
    stable: list[pa.Array] = field(default_factory=list)
    regrouped: list[pa.Table] = field(default_factory=list)
    sets: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, window: Window) -> None:
        """Compare the rows of one window."""
        at = pc.index_in(window.old["id"], value_set=window.new["id"]).combine_chunks()
        gone = at.is_null()
        self.removed.append(self._lone(window.old.filter(gone)))
        came = pc.invert(pc.is_in(window.new["id"], value_set=window.old["id"]))
        self.added.append(self._lone(window.new.filter(came)))
        if gone.false_count:
            self._compare(window.old.filter(pc.invert(gone)), window.new.take(at.drop_null()))

    def _lone(self, rows: pa.Table) -> pa.Table:
        digests = rows["text_sha256"] if self.columns.by_text and len(rows) else pa.repeat("", len(rows))
        return pa.table([rows["id"], digests], schema=LONE)

    def _compare(self, old: pa.Table, new: pa.Table) -> None:
        """Compare rows side by side."""
        names = self.columns.narrow
        found = np.zeros((len(old), len(names)), np.bool_)
        for place, name in enumerate(names):
            found[:, place] = differ(_column(old, name), _column(new, name))
        moved = differ(self.old_splits.take(_column(old, PART)), self.new_splits.take(_column(new, PART)))
        rows = np.flatnonzero(found.any(axis=1) | moved)
        self._note_groups(old, new)
        if not len(rows):
            return
        old, new, found = old.take(pa.array(rows)), new.take(pa.array(rows)), found[rows]
        bodies = self._bodies(old, new, found)
        patterns, places = np.unique(np.column_stack([found, bodies == OTHER]), axis=0, return_inverse=True)
        numbers = np.array([self._set(compress((*names, "body"), pattern)) for pattern in patterns.tolist()], np.int32)
        sets = pa.array(numbers[places.ravel()])
        self.changed.append(pa.table([old["id"], sets, old[PART], new[PART]], schema=CHANGED))
        self.unsure.append(_column(old, "id").filter(pa.array(bodies == UNKNOWN)))

    def _bodies(self, old: pa.Table, new: pa.Table, found: Bools) -> npt.NDArray[np.int8]:
        """Whether the bodies of n rows differ, whose columns differ as `found` says: SAME, OTHER or UNKNOWN (n,)."""
        bodies = np.full(len(old), SAME, np.int8)
        if self.columns.by_text:
            telling = [self.columns.narrow.index(name) for name in TELLING]
            rows = np.flatnonzero(found[:, telling].any(axis=1))
            bodies[rows] = verdicts(old.take(pa.array(rows)), new.take(pa.array(rows)))
        return bodies

    def _note_groups(self, old: pa.Table, new: pa.Table) -> None:
        if "duplicate_group" not in self.columns.names:
            return
        before, after = _column(old, "duplicate_group"), _column(new, "duplicate_group")
        other = pa.array(differ(before, after))
        self.stable.append(before.filter(pc.invert(other)))
        self.regrouped.append(pa.table([before.filter(other), after.filter(other)], schema=GROUPS))

    def _set(self, columns: Iterable[str]) -> int:
        return self.sets.setdefault(tuple(in_order(set(columns))), len(self.sets))

    def unknown(self) -> pa.Table:
        """The changed rows of which it is not known whether the body has changed, too (schema CHANGED)."""
        table = _joined(self.changed, CHANGED)
        wanted = pa.chunked_array(self.unsure, pa.string())
        return table.filter(pc.is_in(table["id"], value_set=wanted))

    def note_bodies(self, ids: pa.Array) -> None:
        """Note that the bodies of these changed rows have changed."""
        table = _joined(self.changed, CHANGED)
        wider = [self._set([*names, "body"]) for names in list(self.sets)]
        places = pc.if_else(
            pc.is_in(table["id"], value_set=ids), pa.array(wider, pa.int32()).take(table["columns"]), table["columns"]
        )
        self.changed = [table.set_column(1, CHANGED.field("columns"), places)]

    def finished(self) -> Comparison:
        """All of it."""
        rows = RowChanges(
            added=_joined(self.added, LONE),
            removed=_joined(self.removed, LONE),
            changed=_joined(self.changed, CHANGED),
            column_sets=tuple(self.sets),
        )
        stable = pa.chunked_array(self.stable, pa.string())
        return Comparison(rows=rows, stable=stable, regrouped=_joined(self.regrouped, GROUPS))


def _joined(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    return pa.concat_tables([schema.empty_table(), *tables]).combine_chunks()


def _column(table: pa.Table, name: str) -> pa.Array:
    return table[name].combine_chunks()


def ids_of(table: pa.Table) -> Iterator[str]:
    """The ids of rows, in order."""
    for chunk in table["id"].chunks:
        yield from chunk.to_pylist()
