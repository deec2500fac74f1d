"""What the rows of a shard are to all others, in columns: groups, kinds, related articles and splits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.engines.base import Engine
from corpus.io.documents import sha256_of
from corpus.schema import ARTICLE, DUPLICATE_KINDS, SINGLE_KINDS
from corpus.stages.arrays import column_of
from corpus.stages.comparison import by_shard
from corpus.stages.export import ShardSizes
from corpus.stages.lineage import Lineage, read_taken
from corpus.stages.staged import RELATIONS, read_staged, staged_path, write_staged
from corpus.transforms.duplicates.compare import Floats
from corpus.transforms.duplicates.find import Duplicates
from corpus.transforms.split import SplitOptions, fresh_name, split_of
from corpus.transforms.tokens import Ints, offsets_of

FATES: Final = pa.schema(
    [
        pa.field("founder", pa.string()),
        pa.field("kept_name", pa.string()),
        pa.field("kept_split", pa.string()),
        *(ARTICLE.field(name) for name in ("duplicate_kind", "duplicate_of", "duplicate_overlap", "related")),
    ]
)
"""What the groups say of the rows of a shard; `founder` is the smallest id of the group, null for the row itself.

`kept_name` and `kept_split` are what the group keeps of the previous release, null where it keeps nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The ids of some rows: `rows` (k,) ascending, `ids` (k,)."""

    rows: Ints
    ids: pa.Array

    def of(self, rows: Ints) -> pa.Array:
        """The ids of these rows, in their order; null for a negative one."""
        places = np.searchsorted(self.rows, np.maximum(rows, 0))
        return self.ids.take(pa.array(places, mask=rows < 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Relate:
    """The task that names the groups of a shard's rows and draws their splits."""

    work: Path
    splits: SplitOptions
    taken: Path | None = None

    def __call__(self, shard: int) -> ShardSizes:
        """Write the columns of a shard that depend on other rows; gives its sizes."""
        fates = read_staged(staged_path(self.work, "fates", shard))
        sketches = read_staged(staged_path(self.work, "sketches", shard), ["id", "bytes"])
        founders = pc.coalesce(fates["founder"], sketches["id"]).to_pylist()
        taken = read_taken(self.taken) if self.taken else frozenset()
        kept, held = fates["kept_name"].to_pylist(), fates["kept_split"].to_pylist()
        groups = [name or fresh_name(founder, taken) for founder, name in zip(founders, kept, strict=True)]
        splits = [split or split_of(group, self.splits) for group, split in zip(groups, held, strict=True)]
        columns = dict(zip(fates.column_names, fates.columns, strict=True))
        path = staged_path(self.work, "relations", shard)
        table = write_staged(path, columns | {"duplicate_group": groups, "split": splits}, RELATIONS)
        sizes = _sizes(table, column_of(sketches, "bytes"))
        return ShardSizes(number=shard, sizes=sizes, last_id=sketches["id"][-1].as_py(), digest=sha256_of(path))


def _sizes(relations: pa.Table, sizes: Ints) -> dict[tuple[str, bool], int]:
    """The sum of `sizes` (n,) by split, and by whether the rows stand in the `unique` files."""
    single = pc.is_in(relations["duplicate_kind"], value_set=pa.array(SINGLE_KINDS)).to_numpy()
    found = {}
    for split in relations["split"].unique().to_pylist():
        mine = pc.equal(relations["split"], split).to_numpy()
        for kind, rows in ((True, mine & single), (False, mine & ~single)):
            found[split, kind] = int(sizes[rows].sum())
    return found


def write_relations(
    borders: Ints, found: Duplicates, engine: Engine, splits: SplitOptions, work: Path, lineage: Lineage | None = None
) -> list[ShardSizes]:
    """Write the columns that depend on other rows, and the splits, one file a shard; gives the shards' sizes.

    `borders` (s + 1,) tell where the rows of each shard begin; `lineage` is what groups keep of the previous release.
    """
    shards = np.flatnonzero(np.diff(borders)).tolist()
    names = _names(borders, found, work)
    related = offsets_of(np.bincount(found.related.row, minlength=len(found.kept)).astype(np.int64))
    for shard in shards:
        start, end = int(borders[shard]), int(borders[shard + 1])
        columns = _fates(start, end, found, related, names)
        columns["kept_name"], columns["kept_split"] = _kept(lineage, found.founder[start:end])
        write_staged(staged_path(work, "fates", shard), columns, FATES)
    return list(engine.map(Relate(work=work, splits=splits, taken=lineage.taken if lineage else None), shards))


def _kept(lineage: Lineage | None, founder: Ints) -> tuple[pa.Array, pa.Array]:
    """Name and split that the groups with these founding rows keep; null where they keep nothing."""
    nothing = pa.nulls(len(founder), pa.string())
    return lineage.of(founder) if lineage else (nothing, nothing)


def _names(borders: Ints, found: Duplicates, work: Path) -> Names:
    """The ids of all rows that other rows name."""
    rows = np.arange(len(found.kept))
    others = [found.kept[found.kept != rows], found.founder[found.founder != rows], found.related.other]
    named = np.unique(np.concatenate(others))
    parts = [
        read_staged(staged_path(work, "sketches", shard), ["id"])["id"].take(pa.array(local)).combine_chunks()
        for shard, local in by_shard(named, borders)
    ]
    return Names(rows=named, ids=pa.concat_arrays([pa.array([], pa.string()), *parts]))


def _fates(start: int, end: int, found: Duplicates, related: Ints, names: Names) -> dict[str, pa.Array]:
    """What the groups say of a run of rows, in columns."""
    rows = np.arange(start, end)
    kept, founder, kinds = found.kept[start:end], found.founder[start:end], found.kinds[start:end]
    return {
        "founder": names.of(np.where(founder == rows, -1, founder)),
        "duplicate_kind": pa.array(np.array(DUPLICATE_KINDS, object)[kinds], pa.string()),
        "duplicate_of": names.of(np.where(kept == rows, -1, kept)),
        "duplicate_overlap": _rounded(found.overlap[start:end]),
        "related": _related(found, related[start : end + 1], names),
    }


def _related(found: Duplicates, offsets: Ints, names: Names) -> pa.Array:
    listed = slice(int(offsets[0]), int(offsets[-1]))
    kind = ARTICLE.field("related").type
    other = found.related
    columns = [names.of(other.other[listed]), _rounded(other.share[listed]), _rounded(other.share_of_other[listed])]
    entries = pa.StructArray.from_arrays(columns, fields=list(kind.value_type))
    return pa.ListArray.from_arrays(pa.array(offsets - offsets[0], pa.int32()), entries, type=kind)


def _rounded(shares: Floats) -> pa.Array:
    """Shares with three places, half to even; null for NaN."""
    values = np.full(len(shares), np.nan)
    known = np.flatnonzero(~np.isnan(shares))
    values[known] = [round(share, 3) for share in shares[known].tolist()]
    return pa.array(values, pa.float64(), from_pandas=True)
