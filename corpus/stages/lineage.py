"""What the groups of this build keep of the previous release: kept rows, names and splits; and what changed hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.errors import DataError
from corpus.io.parquet import open_parquet
from corpus.model import NameChanges
from corpus.schema import SINGLE_KINDS, SPLITS
from corpus.stages.comparison import by_shard
from corpus.stages.staged import read_staged, staged_path, write_table
from corpus.transforms.duplicates.carry import Carried, Known, carry
from corpus.transforms.split import fresh_name
from corpus.transforms.tokens import Ints

_COLUMNS: Final = ("id", "duplicate_group", "duplicate_kind", "text_sha256")
NAMES: Final = "names.arrow"
_TAKEN: Final = pa.schema([pa.field("name", pa.string())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancestry:
    """The rows of this build that the previous release held, and the names of all groups there, sorted.

    `taken` is the file of these names, `borders` (s + 1,) tell where the rows of each shard begin in this build.
    """

    known: Known
    names: pa.Array
    taken: Path
    borders: Ints

    @property
    def kept(self) -> Ints:
        """The rows that were alone, or the kept member of their group."""
        return self.known.rows[self.known.kept]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The groups of this build that hold rows of the previous release, by their founding rows (c,), ascending.

    `names` (c,) are the names that they keep, null for a new one; `splits` (c,) their splits. `taken` is the file of
    all names of the previous release: no new group may take one of them.
    """

    founders: Ints
    names: pa.Array
    splits: pa.Array
    taken: Path
    changes: NameChanges

    def of(self, founder: Ints) -> tuple[pa.Array, pa.Array]:
        """Name and split of the groups with these founding rows; null where nothing is kept."""
        nothing = pa.nulls(len(founder), pa.string())
        if not len(self.founders):
            return nothing, nothing
        places = np.minimum(np.searchsorted(self.founders, founder), len(self.founders) - 1)
        indices = pa.array(places, mask=self.founders[places] != founder)
        return self.names.take(indices), self.splits.take(indices)


def read_taken(path: Path) -> frozenset[str]:
    """All names of the previous release."""
    return frozenset(read_staged(path)["name"].to_pylist())


def ancestry(files: Mapping[Path, str], borders: Ints, work: Path) -> Ancestry:
    """Look for the rows of this build in the Parquet `files` of the previous release (with the split of each).

    A row is known by its id, or where its id is new by its source text, if that had an id that is gone: so a file that
    is renamed keeps its place. Raises DataError for a file that is no part of a release.
    """
    before = pa.concat_tables([_read(path, split) for path, split in files.items()])
    known = _known(before, _ids(borders, work), borders, work)
    names = pc.unique(before["duplicate_group"]).sort()
    ranks = pc.index_in(before["duplicate_group"], value_set=names).to_numpy()
    splits = pc.index_in(before["split"], value_set=pa.array(SPLITS)).to_numpy()
    singles = pc.is_in(before["duplicate_kind"], value_set=pa.array(SINGLE_KINDS)).to_numpy()
    rows = np.flatnonzero(known >= 0)
    at = known[rows]
    were = Known(
        rows=rows,
        groups=ranks[at].astype(np.int64),
        splits=splits[at].astype(np.int64),
        kept=singles[at].astype(bool),
    )
    taken = work / NAMES
    write_table(taken, pa.table([names], schema=_TAKEN))
    return Ancestry(known=were, names=names, taken=taken, borders=borders)


def trace(before: Ancestry, founder: Ints, work: Path) -> Lineage:
    """Hold the groups of this build against those before; `founder` (n,) is the founding row of the group of each row.

    The staged rows lie in `work`.
    """
    carried, names = carry(founder, before.known), before.names
    kept = names.take(pa.array(np.maximum(carried.groups, 0), mask=carried.groups < 0)) if len(names) else names
    return Lineage(
        founders=carried.founders,
        names=kept,
        splits=pa.array(np.array(SPLITS, object)[carried.splits], pa.string()),
        taken=before.taken,
        changes=_changes(carried, kept, names, _ids(before.borders, work)),
    )


def _read(path: Path, split: str) -> pa.Table:
    with open_parquet(path) as file:
        table = file.read(columns=list(_COLUMNS))
    missing = [name for name in _COLUMNS if name not in table.column_names]
    if missing:
        what, remedy = "the previous release lacks a column", "name another release, or none"
        raise DataError(what, where=path.name, found=missing[0], remedy=remedy)
    columns = [table[name].cast(pa.string()) for name in _COLUMNS]
    return pa.table([*columns, pa.array([split] * len(table), pa.string())], names=[*_COLUMNS, "split"])


def _ids(borders: Ints, work: Path) -> pa.ChunkedArray:
    """The ids of all rows of this build, in their order."""
    shards = np.flatnonzero(np.diff(borders)).tolist()
    chunks = [chunk for shard in shards for chunk in _column(work, "sketches", shard, "id").chunks]
    return pa.chunked_array(chunks, pa.string())


def _known(before: pa.Table, ids: pa.ChunkedArray, borders: Ints, work: Path) -> Ints:
    """For each row of this build (n,) the row of the previous release that it was, -1 for none."""
    found = _places(ids, before["id"].combine_chunks())
    strangers = np.flatnonzero(found < 0)
    gone = np.flatnonzero(~np.isin(np.arange(len(before)), found))
    if not len(strangers) or not len(gone):
        return found
    texts = pa.chunked_array(
        [
            _column(work, "rows", shard, "text_sha256").take(pa.array(local)).combine_chunks()
            for shard, local in by_shard(strangers, borders)
        ]
    )
    left = before["text_sha256"].take(pa.array(gone)).combine_chunks()
    renamed = _places(texts, left)
    found[strangers] = np.where(renamed >= 0, gone[renamed], -1)
    return found


def _places(values: pa.ChunkedArray, among: pa.Array) -> Ints:
    """Where each value stands among others, -1 for nowhere."""
    places: Ints = pc.fill_null(pc.index_in(values, value_set=among), -1).to_numpy().astype(np.int64)
    return places


def _column(work: Path, table: str, shard: int, name: str) -> pa.ChunkedArray:
    return read_staged(staged_path(work, table, shard), [name])[name]


def _changes(carried: Carried, kept: pa.Array, names: pa.Array, ids: pa.ChunkedArray) -> NameChanges:
    """What changed hands, by the names that groups have now."""
    taken = frozenset(names.to_pylist())
    by_founder: dict[int, str] = {}

    def name_of(founder: int) -> str:
        if founder not in by_founder:
            known = kept[int(np.searchsorted(carried.founders, founder))].as_py()
            by_founder[founder] = known or fresh_name(ids[founder].as_py(), taken)
        return by_founder[founder]

    old: Sequence[str] = names.to_pylist()
    return NameChanges(
        merged=tuple(sorted((old[gone], old[into]) for gone, into in carried.merged.tolist())),
        parted=tuple(sorted((old[name], name_of(founder)) for name, founder in carried.parted.tolist())),
        moved=tuple(sorted((name_of(founder), SPLITS[split]) for founder, split in carried.moved.tolist())),
    )
