"""Compare the texts of all shards: groups of copies and related articles."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.engines.base import Engine
from corpus.errors import ConfigError, nearest
from corpus.io.cache import Cache
from corpus.model import Decision, Staged
from corpus.stages.arrays import column_of, keys_of
from corpus.stages.comparison import compare_pairs, take_compared
from corpus.stages.grouping import PAIRS, Group, group_pairs
from corpus.stages.join import join_sketches
from corpus.stages.known_pairs import compare_unknown, write_text_keys
from corpus.stages.staged import read_staged, staged_path
from corpus.transforms.duplicates.compare import Compared
from corpus.transforms.duplicates.find import DuplicateOptions, Duplicates, rows_of, settled, stand
from corpus.transforms.duplicates.join import Dates
from corpus.transforms.duplicates.sketch import SketchOptions
from corpus.transforms.duplicates.stay import KeptBefore
from corpus.transforms.tokens import Ints, UInts, offsets_of

PAIRS_AGAIN: Final = "asked"
"""The files of pairs that are compared to see whether a row is kept again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All staged rows of a build in the order of the shards: a few numbers of each (n,), and where each shard begins.

    `words` are those of the body, `shingles` the different ones, `keys` (n, 2) the exact keys; `borders` (s + 1,) are
    those of the shards, and `hashes` (s,) says how many hashes the sketches of each keep.
    """

    words: Ints
    shingles: Ints
    keys: UInts
    dates: Dates
    borders: Ints
    hashes: Ints


def read_sketches(staged: Sequence[Staged], work: Path) -> Rows:
    """What the driver needs to know of every row; the hashes stay in their files, and keys of texts go to one."""
    tables = [read_staged(staged_path(work, "sketches", item.number)) for item in staged]
    write_text_keys(tables, work)
    table = pa.concat_tables([each.select(["words", "shingles", "exact_key", "published"]) for each in tables])
    return Rows(
        words=column_of(table, "words"),
        shingles=column_of(table, "shingles"),
        keys=keys_of(table, "exact_key"),
        dates=_days(table["published"]),
        borders=offsets_of(np.array([item.rows for item in staged], np.int64)),
        hashes=np.array([sum(len(chunk.flatten()) for chunk in each["hashes"].chunks) for each in tables], np.int64),
    )


def relate(
    rows: Rows,
    engine: Engine,
    work: Path,
    decisions: Sequence[Decision],
    shingle_options: SketchOptions,
    options: DuplicateOptions,
    were_kept: Ints | None = None,
    cache: Cache | None = None,
) -> Duplicates:
    """Find the groups of copies among all rows; every member is verified on full texts against the kept one.

    `were_kept` (k,) are the rows that the previous release kept, None without one. With a `cache` pairs that the last
    build has compared are not compared again.
    """
    apart = [_apart(decision, rows, work) for decision in decisions if decision.action == "not_duplicate_of"]
    standing = stand(rows.words, rows.dates, rows.keys, apart)
    limit = shingle_options.limit
    candidates = join_sketches(rows.borders, rows.hashes, standing, engine, work, limit=limit, options=options)
    compare = functools.partial(
        compare_pairs,
        distinct=rows.shingles,
        borders=rows.borders,
        engine=engine,
        work=work,
        shingle_options=shingle_options,
        options=options,
    )
    first, second = rows_of(candidates, standing)
    if cache is None:
        files = len(compare(first, second, into=PAIRS))
    else:
        into = functools.partial(compare, into=PAIRS)
        files = compare_unknown(first, second, rows.keys, into, engine, work, cache=cache, options=options)
    group = Group(work=work, files=files, borders=rows.borders, apart=tuple(apart), limit=limit, options=options)
    grouped = group_pairs(group, rows.words, engine)

    def compared(first: Ints, second: Ints) -> Compared:
        return take_compared(work, PAIRS_AGAIN, len(compare(first, second, into=PAIRS_AGAIN)))

    before = None if were_kept is None else KeptBefore(rows=were_kept, compared=compared)
    return settled(grouped, standing, rows.words, rows.keys, before, options)


def copies_of(found: Duplicates) -> tuple[int, int]:
    """How many rows are copies, and of how many articles."""
    copies = found.kept != np.arange(len(found.kept))
    return int(np.count_nonzero(copies)), len(np.unique(found.kept[copies]))


def _apart(decision: Decision, rows: Rows, work: Path) -> tuple[int, int]:
    """The two rows that a decision keeps apart. Raises ConfigError, with the line, for one that does not exist."""
    wanted = [decision.id, str(decision.value)]
    found: dict[str, int] = {}
    namesakes: dict[str, list[str]] = {name: [] for name in wanted}
    for shard, border in enumerate(rows.borders[:-1].tolist()):
        ids = read_staged(staged_path(work, "sketches", shard), ["id"])["id"]
        for name in wanted:
            at = pc.index(ids, name).as_py()
            if at >= 0:
                found[name] = border + at
            namesakes[name] += ids.filter(pc.ends_with(ids, name.rpartition("/")[2])).to_pylist()
    for name in wanted:
        if name not in found:
            known = namesakes[name] or read_staged(staged_path(work, "sketches", 0), ["id"])["id"][:10_000].to_pylist()
            where = f"overrides.jsonl:{decision.line}"
            remedy = nearest(name, known)
            raise ConfigError("a decision names a row that does not exist", where=where, found=name, remedy=remedy)
    return found[wanted[0]], found[wanted[1]]


def _days(published: pa.ChunkedArray) -> Dates:
    """The days of ISO 8601 dates of any precision."""
    days = np.full(len(published), "NaT", "datetime64[D]")
    known = np.flatnonzero(pc.is_valid(published).to_numpy())
    days[known] = np.array([date[:10] for date in published.drop_null().to_pylist()], "datetime64[D]")
    return days
