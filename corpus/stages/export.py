"""From staged rows to the Parquet files of a release."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.documents import canonical_json
from corpus.io.parquet import write_parquet
from corpus.layout import part_path
from corpus.model import Part, Staged
from corpus.schema import ARTICLE, SINGLE_KINDS, SPLITS
from corpus.stages.staged import read_staged, staged_path

PART_BYTES: Final = 64 * 1024 * 1024
"""A Parquet file is closed at the next border by hash when it holds this much text, and at `PART_LIMIT` anyway.

About a row group: a file is written and read back by one task, and there should be some for every processor."""

PART_LIMIT: Final = 96 * 1024 * 1024
BATCH_BYTES: Final = 8 * 1024 * 1024
_BORDER: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardSizes:
    """What the plan of the parts needs of a shard: bytes of text by (split, single), and the id of its last row.

    `digest` is that of the columns that depend on other rows.
    """

    number: int
    sizes: Mapping[tuple[str, bool], int]
    last_id: str
    digest: str


def plan_parts(shards: Sequence[ShardSizes], staged: Sequence[Staged]) -> list[Part]:
    """The Parquet files of the release: runs of shards of one split and file kind; none would hold no row."""
    digests = {shard.number: (staged[shard.number].digest, shard.digest) for shard in shards}
    parts = []
    for split in SPLITS:
        for single in (True, False):
            mine = {shard.number: shard for shard in shards if shard.sizes.get((split, single))}
            runs = _runs(list(mine.values()), split, single=single)
            for number, run in enumerate(runs):
                path = part_path(split, number, len(runs), single=single)
                key = _key(split, [digests[shard] for shard in run], single=single)
                size = sum(mine[number].sizes[split, single] for number in run)
                parts.append(Part(path=path, split=split, single=single, shards=tuple(run), size=size, key=key))
    return parts


def largest_first(parts: Sequence[Part]) -> list[tuple[Part, ...]]:
    """The same in batches, the largest first, so that no processor is left with one when the others have ended.

    All but the last are of `BATCH_BYTES` or more: to start a process costs more than to write less.
    """
    batches: list[tuple[Part, ...]] = []
    size = BATCH_BYTES
    for part in sorted(parts, key=lambda part: part.size, reverse=True):
        if size >= BATCH_BYTES:
            batches.append(())
            size = 0
        batches[-1] += (part,)
        size += part.size
    return batches


def _key(split: str, shards: Sequence[tuple[str, str]], *, single: bool) -> str:
    """A digest of all that decides the bytes of a part: the rows that it could hold, and which of them it does."""
    if not all(all(digests) for digests in shards):
        return ""
    return hashlib.sha256(canonical_json([split, single, shards]).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The task for one Parquet file."""

    work: Path
    release: Path

    def __call__(self, part: Part) -> int:
        """Write the file; gives its number of rows."""
        path = self.release / part.path
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_parquet(path, (self._rows(number, part) for number in part.shards))

    def _rows(self, number: int, part: Part) -> pa.Table:
        rows = read_staged(staged_path(self.work, "rows", number))
        relations = read_staged(staged_path(self.work, "relations", number))
        single = pc.is_in(relations["duplicate_kind"], value_set=pa.array(SINGLE_KINDS))
        wanted = pc.and_(pc.equal(relations["split"], part.split), pc.equal(single, pa.scalar(part.single)))
        merged = [(rows if name in rows.column_names else relations)[name] for name in ARTICLE.names]
        return pa.table(merged, schema=ARTICLE).filter(wanted)


def _runs(shards: Sequence[ShardSizes], split: str, *, single: bool) -> list[list[int]]:
    runs: list[list[int]] = []
    size = 0
    for shard in shards:
        if not runs or size == 0:
            runs.append([])
        runs[-1].append(shard.number)
        size += shard.sizes[split, single]
        if size >= PART_LIMIT or (size >= PART_BYTES and _is_border(shard.last_id)):
            size = 0
    return runs


def _is_border(row_id: str) -> bool:
    return hashlib.sha256(row_id.encode()).digest()[0] % _BORDER == 0
