"""What differs between two releases: the whole comparison on one screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from corpus.errors import DataError
from corpus.history.columns import Comparable, SchemaChanges, comparable, schema_changes, schema_of
from corpus.history.edition import Edition
from corpus.history.groups import GroupChanges, group_changes, untouched_groups
from corpus.history.rows import GROUPS, Comparison, RowChanges, compare_rows
from corpus.layout import REJECTED
from corpus.naming import version_problem
from corpus.release.ledger import written_rejections
from corpus.schema import ARTICLE

COUNTED: Final = ("splits", "duplicate_kinds", "languages", "flags", "encodings")
"""The counts of the rows, by name, that stand in `statistics` of a manifest."""

LEDGER: Final = ("rejected", "excluded", "overrides")
"""The counts of the inputs, by name, that stand in `inputs` of a manifest."""

TOTALS: Final = ("rows", "groups", "titles", "chars", "words")

Pair = tuple[int, int]
"""A number before and after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs from `old` to `new`.

    `moved` counts rows that changed their split, by (from, to). `renamed` are (old id, new id) of rows that went and
    came with one and the same source text; they count as removed and added, too. `rejected_now` counts removed rows
    that the new release lists as rejected, by reason, `rejected_before` added ones that the old one lists so. `counts`
    are numbers by table and name, before and after; `other` names what else differs in the manifests.
    """

    old: Edition
    new: Edition
    schema: SchemaChanges
    rows: RowChanges
    moved: Mapping[tuple[str, str], int]
    renamed: tuple[tuple[str, str], ...]
    rejected_now: Mapping[str, int]
    rejected_before: Mapping[str, int]
    groups: GroupChanges
    counts: Mapping[str, Mapping[str, Pair]]
    other: tuple[str, ...]

    @property
    def same_rows(self) -> bool:
        """Whether both releases have the same rows, in columns of the same types."""
        rows = self.rows
        return not (self.schema or len(rows.added) or len(rows.removed) or len(rows.changed))

    @property
    def ledger(self) -> tuple[str, ...]:
        """The counts of the inputs that differ, by name."""
        return tuple(name for name in LEDGER if any(old != new for old, new in self.counts[name].values()))

    def __bool__(self) -> bool:
        """Whether anything differs but the version."""
        return bool(not self.same_rows or self.ledger or self.other)


def compare(old: Edition, new: Edition) -> Difference:
    """Compare two releases. A Parquet file with one digest on both sides is not opened.

    Of the others read is what `rows.py` says; memory holds a window of rows and a short record of each row that
    differs. Raises DataError for a file that cannot be read or is not sorted, and for a version that is none;
    OutsideError for the network.
    """
    for side in (old, new):
        _check_version(side)
    parts = differing(old, new)
    before, after = _schemas((old, new), parts)
    columns = comparable(before, after)
    found = compare_rows(old, new, parts, columns)
    return Difference(
        old=old,
        new=new,
        schema=schema_changes(before, after, (old, new)),
        rows=found.rows,
        moved=_moved(found.rows, old, new),
        renamed=_renamed(found.rows),
        rejected_now=_rejected(found.rows.removed, new),
        rejected_before=_rejected(found.rows.added, old),
        groups=_groups(found, new, parts[1], columns),
        counts=_counts(old, new),
        other=_other(old, new),
    )


def _check_version(side: Edition) -> None:
    problem = version_problem(side.manifest.version)
    if problem:
        raise DataError(problem, where=side.where, remedy="correct `version` in corpus.toml, then build again")


def differing(old: Edition, new: Edition) -> tuple[list[int], list[int]]:
    """The numbers of the parts on each side whose rows, or whose split, the other side does not have in one file."""
    keys = [{(side.split_of(entry), entry.sha256) for entry in side.parts} for side in (old, new)]
    same = keys[0] & keys[1]
    first, second = (
        [number for number, entry in enumerate(side.parts) if (side.split_of(entry), entry.sha256) not in same]
        for side in (old, new)
    )
    return first, second


def _schemas(sides: tuple[Edition, Edition], parts: tuple[list[int], list[int]]) -> Iterator[pa.Schema]:
    """The Arrow schema of each release; where all files are the same there is nothing to look up."""
    for side, chosen in zip(sides, parts, strict=True):
        yield schema_of(side, (chosen or [0])[0]) if any(parts) else ARTICLE


def _groups(found: Comparison, new: Edition, compared: Sequence[int], columns: Comparable) -> GroupChanges:
    if "duplicate_group" not in columns.names:
        return group_changes(GROUPS.empty_table(), found.stable, ())
    untouched = sorted(set(range(len(new.parts))) - set(compared))
    return group_changes(found.regrouped, found.stable, untouched_groups(new, untouched))


def _moved(rows: RowChanges, old: Edition, new: Edition) -> dict[tuple[str, str], int]:
    """How many rows went from one split to another."""
    pairs = rows.changed.group_by(["old_part", "new_part"], use_threads=False).aggregate([("id", "count")])
    counts: Counter[tuple[str, str]] = Counter()
    for pair in pairs.to_pylist():
        before, after = old.split_of(old.parts[pair["old_part"]]), new.split_of(new.parts[pair["new_part"]])
        if before != after:
            counts[before, after] += pair["id_count"]
    return dict(sorted(counts.items()))


def _renamed(rows: RowChanges) -> tuple[tuple[str, str], ...]:
    """Pairs of a row that went and one that came with the same source text; of several with one text in order of id."""
    shared = pc.unique(rows.removed["text_sha256"])
    came, went = (
        table.filter(pc.and_(pc.is_in(table["text_sha256"], value_set=shared), pc.not_equal(table["text_sha256"], "")))
        for table in (rows.added, rows.removed)
    )
    if not len(came):
        return ()
    waiting: dict[str, list[str]] = {}
    for digest, name in zip(came["text_sha256"].to_pylist(), came["id"].to_pylist(), strict=True):
        waiting.setdefault(digest, []).append(name)
    pairs = []
    for digest, name in zip(went["text_sha256"].to_pylist(), went["id"].to_pylist(), strict=True):
        if waiting.get(digest):
            pairs.append((name, waiting[digest].pop(0)))
    return tuple(pairs)


def _rejected(rows: pa.Table, other: Edition) -> dict[str, int]:
    """How many of these rows the other release lists as rejected, by reason."""
    if not len(rows) or not sum(other.manifest.inputs.rejected.values()):
        return {}
    other.fetch([REJECTED])
    names = set(rows["id"].to_pylist())
    counts = Counter(item.reason for item in written_rejections(other.folder) if item.path in names)
    return dict(sorted(counts.items()))


def _counts(old: Edition, new: Edition) -> dict[str, dict[str, Pair]]:
    """Every number of the manifests by table and name, before and after; 0 where one side has none."""
    before, after = (
        {name: getattr(side.manifest.statistics, name) for name in COUNTED}
        | {name: getattr(side.manifest.inputs, name) for name in LEDGER}
        | {"totals": {name: getattr(side.manifest.statistics, name) for name in TOTALS}}
        for side in (old, new)
    )
    return {
        table: {
            name: (before[table].get(name, 0), after[table].get(name, 0))
            for name in sorted({*before[table], *after[table]})
        }
        for table in before
    }


def _other(old: Edition, new: Edition) -> tuple[str, ...]:
    """What else differs in the manifests, by name; the version does not count, which is one of the settings, too."""
    first, second = (_circumstances(side) for side in (old, new))
    if old.manifest.version == new.manifest.version:
        first["settings"], second["settings"] = old.manifest.settings_digest, new.manifest.settings_digest
    return tuple(name for name in first if first[name] != second[name])


def _circumstances(side: Edition) -> dict[str, Any]:
    manifest = side.manifest
    inputs = asdict(manifest.inputs)
    return {
        "name": manifest.name,
        "repo": manifest.repo,
        "tool": dict(manifest.tool),
        "checks": asdict(manifest.checks),
        "inputs": {name: inputs[name] for name in ("count", "bytes", "digest", "sidecars")},
    }
