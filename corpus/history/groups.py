"""Groups of copies from one release to the next: which ran together, which fell apart, which have another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from corpus.history.edition import Edition
from corpus.history.rows import GROUPS
from corpus.history.streams import part_batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """A group of one release, and the groups of the other that share an article with it, all by name."""

    group: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChanges:
    """`merged` are groups of the new release with rows of several old ones, `split` old ones with rows in several new.

    Only rows that both releases have count. `renamed` is (old, new) where just the name of a group changed.
    """

    merged: tuple[Regrouped, ...]
    split: tuple[Regrouped, ...]
    renamed: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.merged or self.split or self.renamed)


def group_changes(regrouped: pa.Table, stable: pa.ChunkedArray, untouched: Iterable[pa.Array]) -> GroupChanges:
    """What became of the groups.

    `regrouped` (schema GROUPS) are rows whose group has another name, `stable` the groups of rows where it has not, and
    `untouched` (read only where it is needed) those of all rows in files that did not change.
    """
    if not len(regrouped):
        return GroupChanges(merged=(), split=(), renamed=())
    pairs = regrouped.group_by(["old", "new"], use_threads=False).aggregate([])
    pairs = pa.table([pairs["old"], pairs["new"]], schema=GROUPS)
    touched = pc.unique(pa.chunked_array([*pairs["old"].chunks, *pairs["new"].chunks]))
    names = {name for held in (*stable.chunks, *untouched) for name in held.filter(_among(held, touched)).to_pylist()}
    both = pa.array(sorted(names), pa.string())
    pairs = pa.concat_tables([pairs, pa.table([both, both], schema=GROUPS)])
    pairs = pairs.sort_by([("old", "ascending"), ("new", "ascending")])
    merged, split = _several(pairs, "new", "old"), _several(pairs, "old", "new")
    return GroupChanges(merged=merged, split=split, renamed=_renamed(pairs, merged, split))


def untouched_groups(edition: Edition, parts: Iterable[int]) -> Iterator[pa.Array]:
    """The groups of all rows in these parts of a release; the parts are fetched when the first is asked for."""
    chosen = list(parts)
    edition.fetch([edition.parts[number].path for number in chosen])
    for number in chosen:
        for batch in part_batches(edition, number, ("duplicate_group",)):
            yield batch["duplicate_group"]


def _among(values: pa.Array, wanted: pa.Array) -> pa.Array:
    return pc.is_in(values, value_set=wanted)


def _several(pairs: pa.Table, one: str, other: str) -> tuple[Regrouped, ...]:
    """The groups `one` that have rows of several groups `other`."""
    counts = pairs.group_by(one, use_threads=False).aggregate([(other, "count")])
    several = counts.filter(pc.greater(counts[f"{other}_count"], 1))[one]
    found: dict[str, list[str]] = {}
    for pair in pairs.filter(pc.is_in(pairs[one], value_set=several)).to_pylist():
        found.setdefault(pair[one], []).append(pair[other])
    return tuple(Regrouped(group=name, others=tuple(sorted(found[name]))) for name in sorted(found))


def _renamed(
    pairs: pa.Table, merged: tuple[Regrouped, ...], split: tuple[Regrouped, ...]
) -> tuple[tuple[str, str], ...]:
    mixed_old = pa.array(
        [*(name for item in merged for name in item.others), *(item.group for item in split)], pa.string()
    )
    mixed_new = pa.array(
        [*(item.group for item in merged), *(name for item in split for name in item.others)], pa.string()
    )
    same = pc.equal(pairs["old"], pairs["new"])
    plain = pc.and_(_not_in(pairs["old"], mixed_old), _not_in(pairs["new"], mixed_new))
    left = pairs.filter(pc.and_(plain, pc.invert(same)))
    return tuple((pair["old"], pair["new"]) for pair in left.to_pylist())


def _not_in(values: pa.ChunkedArray, wanted: pa.Array) -> pa.ChunkedArray:
    return pc.invert(pc.is_in(values, value_set=wanted))
