"""Groups and relations from the verified pairs, as tasks that hold whole connected components of their graph.

The driver walks over the files of pairs once, and holds a few numbers a row, but no pair: a union-find names the
component of every row. Components are put together to bins, the pairs are sorted by bin, and each task decides one bin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.engines.base import Engine
from corpus.errors import DataError
from corpus.io.depot import remove
from corpus.stages.arrays import column_of, lists_of
from corpus.stages.comparison import COMPARED, by_shard, compared_of
from corpus.stages.staged import read_staged, staged_path, write_staged
from corpus.transforms.duplicates.compare import Compared
from corpus.transforms.duplicates.components import bins_of, settle, unite
from corpus.transforms.duplicates.find import DuplicateOptions, Grouped, decide, touching_by
from corpus.transforms.duplicates.groups import Copies, Related, Stars
from corpus.transforms.tokens import Ints, UInts

PAIRS: Final = "compared"
"""The files of the verified pairs (see `comparison`) that groups are made from."""

BINNED: Final = pa.schema([pa.field("bin", pa.uint32()), *COMPARED])
"""Verified pairs in the order of their bins."""

PLACES: Final = pa.schema([pa.field("bin", pa.uint32()), pa.field("words", pa.int64())])
"""The bin of every row, and the words of its body, by row."""

BIN_PAIRS: Final = 1 << 20
"""Components are decided together up to about this many pairs; no result depends on it."""

MOST_PAIRS: Final = 1 << 27
"""A component is decided in one process, which holds its verified pairs, of about 100 bytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """The task that puts the pairs of a file into the order of their bins."""

    work: Path

    def __call__(self, number: int) -> None:
        """Write the pairs of one file anew."""
        pairs = read_staged(staged_path(self.work, PAIRS, number))
        bins = column_of(read_staged(staged_path(self.work, "places", 0), ["bin"]), "bin")
        mine = bins[column_of(pairs, "first")]
        order = np.argsort(mine, kind="stable")
        columns = {name: column_of(pairs, name)[order] for name in COMPARED.names}
        write_staged(staged_path(self.work, "binned", number), {"bin": mine[order], **columns}, BINNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was decided of ascending rows (k,) that are compared; what names a row there means one of all rows."""

    rows: Ints
    grouped: Grouped


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The task that decides a bin of components, from all files of pairs.

    `borders` (s + 1,) tell where the rows of each shard begin, `apart` are rows that no group may hold together, and
    `limit` is the largest hash that a sketch keeps of any text.
    """

    work: Path
    files: int
    borders: Ints
    apart: tuple[tuple[int, int], ...]
    limit: int
    options: DuplicateOptions

    def __call__(self, number: int) -> Decided:
        """Decide the components of one bin."""
        pairs = compared_of(pa.concat_tables([self._pairs(file, number) for file in range(self.files)]))
        rows = np.unique(np.concatenate([pairs.first, pairs.second]))
        ranks = column_of(read_staged(staged_path(self.work, "ranks", 0)), "rank")[rows]
        words = column_of(read_staged(staged_path(self.work, "places", 0), ["words"]), "words")[rows]
        found = decide(
            _renumbered(pairs, rows),
            _places(ranks),
            words,
            touching_by(lambda wanted: self._hashes(rows[wanted]), self.limit, self.options.merged_part),
            apart=_among(self.apart, rows),
            options=self.options,
        )
        return Decided(rows=rows, grouped=_named(found, rows))

    def _pairs(self, file: int, number: int) -> pa.Table:
        table = read_staged(staged_path(self.work, "binned", file))
        start, end = np.searchsorted(column_of(table, "bin"), [number, number + 1]).tolist()
        return table.slice(start, end - start)

    def _hashes(self, wanted: Ints) -> list[UInts]:
        return [kept for shard, local in by_shard(wanted, self.borders) for kept in self._hashes_in(shard, local)]

    def _hashes_in(self, shard: int, local: Ints) -> Iterator[UInts]:
        values, offsets = lists_of(read_staged(staged_path(self.work, "sketches", shard), ["hashes"]), "hashes")
        for row in local.tolist():
            yield values[offsets[row] : offsets[row + 1]].copy()


def _named(found: Grouped, rows: Ints) -> Grouped:
    """The same, with the places that rows have among `rows` turned into their numbers."""
    stars, copies, related = found.stars, found.copies, found.related
    return Grouped(
        stars=replace(stars, kept=rows[stars.kept]),
        copies=replace(copies, of=rows[copies.of], text=rows[copies.text]),
        related=replace(related, row=rows[related.row], other=rows[related.other]),
    )


def group_pairs(group: Group, words: Ints, engine: Engine) -> Grouped:
    """Groups, joinable copies and relations of all n rows from their verified pairs, which go; `words` (n,) by row.

    Raises DataError when a component has more than MOST_PAIRS pairs.
    """
    work, files = group.work, group.files
    bins, count = bins_of(*_components(work, files, len(words)), BIN_PAIRS)
    write_staged(staged_path(work, "places", 0), {"bin": bins, "words": words}, PLACES)
    list(engine.map(Sort(work=work), range(files)))
    rows = np.arange(len(words))
    kept, share, shorter = rows.copy(), np.full(len(rows), np.nan), np.zeros(len(rows), np.bool_)
    copies, related = [], []
    for decided in engine.map(group, range(count)):
        found = decided.grouped
        kept[decided.rows] = found.stars.kept
        share[decided.rows], shorter[decided.rows] = found.stars.overlap, found.stars.shorter
        copies.append(found.copies)
        related.append(found.related)
    for name in (PAIRS, "binned"):
        for number in range(files):
            remove(staged_path(work, name, number))
    return Grouped(
        stars=Stars(kept=kept, overlap=share, shorter=shorter), copies=_joined(copies), related=_in_order(related)
    )


def _components(work: Path, files: int, rows: int) -> tuple[Ints, Ints]:
    """The smallest row of the component of every row (n,), and there the number of its pairs (n,)."""
    roots, counts = np.arange(rows), np.zeros(rows, np.int64)
    for number in range(files):
        unite(roots, *_ends(work, number))
    settle(roots)
    for number in range(files):
        found, times = np.unique(roots[_ends(work, number)[0]], return_counts=True)
        counts[found] += times
    largest = int(counts.max(initial=0))
    if largest > MOST_PAIRS:
        what, remedy = "too many pairs of similar texts hang together", "raise `related`, or build the corpus in parts"
        raise DataError(what, found=f"{largest:,} pairs, one process can group {MOST_PAIRS:,}", remedy=remedy)
    return roots, counts


def _ends(work: Path, number: int) -> tuple[Ints, Ints]:
    """The rows of the pairs in a file; copies, for of arrays that may not be written numba compiles other kernels."""
    table = read_staged(staged_path(work, PAIRS, number), ["first", "second"])
    return column_of(table, "first").copy(), column_of(table, "second").copy()


def _renumbered(pairs: Compared, rows: Ints) -> Compared:
    """The pairs, by the places that their rows have among ascending `rows`."""
    first, second = np.searchsorted(rows, pairs.first), np.searchsorted(rows, pairs.second)
    return replace(pairs, first=first, second=second)


def _places(ranks: npt.NDArray[Any]) -> Ints:
    """The ranks of some rows among themselves."""
    places = np.empty(len(ranks), np.int64)
    places[np.argsort(ranks)] = np.arange(len(ranks))
    return places


def _among(apart: tuple[tuple[int, int], ...], rows: Ints) -> list[tuple[int, int]]:
    """The rows that are kept apart, by their places among `rows`; those of which one is not there cannot meet."""
    here = {row: place for place, row in enumerate(rows.tolist())} if apart else {}
    return [(here[one], here[other]) for one, other in apart if one in here and other in here]


def _joined(parts: list[Copies]) -> Copies:
    """The copies of all components."""
    none, nothing, never = np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.bool_)
    return Copies(
        of=np.concatenate([none, *(part.of for part in parts)]),
        text=np.concatenate([none, *(part.text for part in parts)]),
        overlap=np.concatenate([nothing, *(part.overlap for part in parts)]),
        shorter=np.concatenate([never, *(part.shorter for part in parts)]),
    )


def _in_order(parts: list[Related]) -> Related:
    """The relations of all components, by row."""
    none, nothing = np.zeros(0, np.int64), np.zeros(0)
    row = np.concatenate([none, *(part.row for part in parts)])
    order = np.argsort(row, kind="stable")
    return Related(
        row=row[order],
        other=np.concatenate([none, *(part.other for part in parts)])[order],
        share=np.concatenate([nothing, *(part.share for part in parts)])[order],
        share_of_other=np.concatenate([nothing, *(part.share_of_other for part in parts)])[order],
    )
