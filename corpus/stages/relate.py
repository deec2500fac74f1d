"""Compare the texts of all shards: groups of copies, related articles and splits, written back shard by shard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpus.engines.base import Engine
from corpus.errors import ConfigError, nearest
from corpus.model import Decision, Staged
from corpus.schema import DUPLICATE_KINDS, SINGLE_KINDS
from corpus.stages.export import ShardSizes
from corpus.stages.staged import RELATIONS, read_staged, staged_path, write_staged
from corpus.transforms.duplicates.compare import Compared, compare
from corpus.transforms.duplicates.find import DuplicateOptions, Duplicates, find_duplicates
from corpus.transforms.duplicates.sketch import Shingles, Sketches, SketchOptions, compared_text, shingles
from corpus.transforms.split import SplitOptions, group_name, split_of
from corpus.transforms.tokens import Ints, offsets_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All staged rows of a build in the order of the shards: ids, sizes, and where each shard begins."""

    ids: tuple[str, ...]
    bytes: Ints
    borders: Ints
    dates: Any
    sketches: Sketches


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """The task that compares pairs of rows on their full texts."""

    work: Path
    borders: Ints
    shingles: SketchOptions
    reach: int

    def __call__(self, pairs: tuple[Ints, Ints]) -> Compared:
        """Compare these pairs of rows; both arrays have one entry a pair."""
        return compare(*pairs, self._full, reach=self.reach)

    def _full(self, rows: Ints) -> Shingles:
        """The shingles of ascending rows, from their staged titles and bodies."""
        shards = np.searchsorted(self.borders, rows, side="right") - 1
        texts: list[str] = []
        for shard in np.unique(shards).tolist():
            wanted = pa.array(rows[shards == shard] - self.borders[shard])
            rows_of = read_staged(staged_path(self.work, "rows", shard), ["title", "body"]).take(wanted)
            texts += map(compared_text, rows_of["title"].to_pylist(), rows_of["body"].to_pylist())
        return shingles(texts, self.shingles)


def read_sketches(staged: Sequence[Staged], work: Path) -> Rows:
    """The sketches of all shards as one; this is the duplicate index, the only thing that grows with the corpus."""
    tables = [read_staged(staged_path(work, "sketches", item.number)) for item in staged]
    table = pa.concat_tables(tables).combine_chunks()
    hashes = table["hashes"].combine_chunks()
    hashes = hashes.chunk(0) if isinstance(hashes, pa.ChunkedArray) else hashes
    keys = b"".join(table["exact_key"].to_pylist())
    return Rows(
        ids=tuple(table["id"].to_pylist()),
        bytes=table["bytes"].to_numpy(),
        borders=offsets_of(np.array([item.rows for item in staged], np.int64)),
        dates=np.array([_day(date) for date in table["published"].to_pylist()], "datetime64[D]"),
        sketches=Sketches(
            words=table["words"].to_numpy(),
            shingles=table["shingles"].to_numpy(),
            keys=np.frombuffer(keys, ">u8").astype(np.uint64).reshape(-1, 2),
            hashes=hashes.flatten().to_numpy(),
            offsets=offsets_of(pa.compute.list_value_length(hashes).to_numpy().astype(np.int64)),
        ),
    )


def relate(
    rows: Rows,
    engine: Engine,
    work: Path,
    decisions: Sequence[Decision],
    shingle_options: SketchOptions,
    options: DuplicateOptions,
) -> Duplicates:
    """Find the groups of copies among all rows; every member is verified on full texts against the kept one."""
    apart = [_apart(decision, rows.ids) for decision in decisions if decision.action == "not_duplicate_of"]
    task = Compare(work=work, borders=rows.borders, shingles=shingle_options, reach=options.reach)
    return find_duplicates(
        rows.sketches,
        rows.dates,
        partial(engine.map, task),
        apart=apart,
        sketch_options=shingle_options,
        options=options,
    )


def copies_of(found: Duplicates) -> tuple[int, int]:
    """How many rows are copies, and of how many articles."""
    copies = found.kept != np.arange(len(found.kept))
    return int(np.count_nonzero(copies)), len(np.unique(found.kept[copies]))


def write_relations(rows: Rows, found: Duplicates, splits: SplitOptions, work: Path) -> list[ShardSizes]:
    """Write the columns that depend on other rows, and the splits, one file a shard; gives the shards' sizes."""
    related = _related_by_row(rows, found)
    sizes = []
    for shard, (start, end) in enumerate(zip(rows.borders[:-1].tolist(), rows.borders[1:].tolist(), strict=True)):
        if end == start:
            continue
        columns = [_relation(row, rows, found, related, splits) for row in range(start, end)]
        table = {name: [column[name] for column in columns] for name in RELATIONS.names}
        write_staged(staged_path(work, "relations", shard), table, RELATIONS)
        counted: Counter[tuple[str, bool]] = Counter()
        for row, column in zip(range(start, end), columns, strict=True):
            counted[column["split"], column["duplicate_kind"] in SINGLE_KINDS] += int(rows.bytes[row])
        sizes.append(ShardSizes(number=shard, sizes=dict(counted), last_id=rows.ids[end - 1]))
    return sizes


def _relation(
    row: int, rows: Rows, found: Duplicates, related: dict[int, list[dict[str, Any]]], splits: SplitOptions
) -> dict[str, Any]:
    group = group_name(rows.ids[int(found.founder[row])])
    kept, overlap = int(found.kept[row]), float(found.overlap[row])
    return {
        "duplicate_group": group,
        "duplicate_kind": DUPLICATE_KINDS[int(found.kinds[row])],
        "duplicate_of": None if kept == row else rows.ids[kept],
        "duplicate_overlap": None if kept == row else round(overlap, 3),
        "related": related.get(row, []),
        "split": split_of(group, splits),
    }


def _related_by_row(rows: Rows, found: Duplicates) -> dict[int, list[dict[str, Any]]]:
    by_row: dict[int, list[dict[str, Any]]] = {}
    for row, other, share, back in zip(
        found.related.row.tolist(),
        found.related.other.tolist(),
        found.related.share.tolist(),
        found.related.share_of_other.tolist(),
        strict=True,
    ):
        entry = {"id": rows.ids[other], "share": round(share, 3), "share_of_other": round(back, 3)}
        by_row.setdefault(row, []).append(entry)
    return by_row


def _apart(decision: Decision, ids: Sequence[str]) -> tuple[int, int]:
    """The two rows that a decision keeps apart. Raises ConfigError, with the line, for one that does not exist."""
    pair = []
    for wanted in (decision.id, str(decision.value)):
        if wanted not in ids:
            namesakes = [known for known in ids if known.endswith(wanted.rpartition("/")[2])]
            where, remedy = f"overrides.jsonl:{decision.line}", nearest(wanted, namesakes or ids[:10_000])
            raise ConfigError("a decision names a row that does not exist", where=where, found=wanted, remedy=remedy)
        pair.append(ids.index(wanted))
    return pair[0], pair[1]


def _day(date: str | None) -> str:
    """The day of an ISO 8601 date of any precision, as numpy reads it."""
    return "NaT" if date is None else date[:10]
