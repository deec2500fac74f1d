"""From staged rows to the Parquet files of a release, and the counts read back from them."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.documents import canonical_json
from corpus.io.parquet import read_batches, write_parquet
from corpus.layout import parse_part, part_path
from corpus.model import Part, Statistics
from corpus.schema import ARTICLE, SINGLE_KINDS, SPLITS
from corpus.stages.staged import read_staged, staged_path
from corpus.transforms.stats import Tally, canonical_row, digest_of_rows, statistics, tally_batch

PART_BYTES: Final = 256 * 1024 * 1024
"""A Parquet file is closed at the next border by hash when it holds this much text, and at `PART_LIMIT` anyway."""

PART_LIMIT: Final = 400 * 1024 * 1024
_BORDER: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardSizes:
    """What the plan of the parts needs of a shard: bytes of text by (split, single), and the id of its last row."""

    number: int
    sizes: Mapping[tuple[str, bool], int]
    last_id: str


def plan_parts(shards: Sequence[ShardSizes]) -> list[Part]:
    """The Parquet files of the release: runs of shards of one split and file kind; none would hold no row."""
    parts = []
    for split in SPLITS:
        for single in (True, False):
            runs = _runs([shard for shard in shards if shard.sizes.get((split, single))], split, single=single)
            for number, run in enumerate(runs):
                path = part_path(split, number, len(runs), single=single)
                parts.append(Part(path=path, split=split, single=single, shards=tuple(run)))
    return parts


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """The task that reads one written Parquet file back: its counts, and the digest of every row."""

    release: Path
    work: Path

    def __call__(self, path: str) -> Tally:
        """Count the rows of `path` and write their `digest id` lines below `work`."""
        split, single = parse_part(path)
        tally = Tally()
        with digest_path(self.work, path).open("w", encoding="utf-8", newline="\n") as lines:
            for batch in read_batches(self.release / path):
                tally.update(tally_batch(batch, split=split, single=single))
                lines.writelines(f"{digest} {row_id}\n" for row_id, digest in _row_digests(batch))
        return tally


def digest_path(work: Path, path: str) -> Path:
    """Where the digests of the rows of a Parquet file are kept during a build."""
    return work / (path.replace("/", "-") + ".digests")


def count_release(tallies: Iterable[Tally], paths: Sequence[str], work: Path) -> Statistics:
    """Add up the tallies of all files, and take the content digest over their rows in the order of the ids."""
    total = Tally()
    for tally in tallies:
        total.update(tally)
    merged = heapq.merge(*(_digest_lines(digest_path(work, path)) for path in paths), key=itemgetter(0))
    return statistics(total, content_digest=digest_of_rows((row_id.decode(), digest) for row_id, digest in merged))


def _row_digests(batch: pa.RecordBatch) -> Iterator[tuple[str, str]]:
    for row in batch.to_pylist():
        yield row["id"], hashlib.sha256(canonical_json(canonical_row(row)).encode()).hexdigest()


def _digest_lines(path: Path) -> Iterator[tuple[bytes, str]]:
    with path.open("rb") as lines:
        for line in lines:
            digest, _, row_id = line.rstrip(b"\n").partition(b" ")
            yield row_id, digest.decode()


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
