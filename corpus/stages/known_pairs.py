"""Pairs of texts compared in the last build: what two texts share follows from the two, so it is taken from there.

A kept pair is named by the keys of its texts, the better-ranked one first: two that change places are compared anew.
Tasks look at one part of the pairs each. A part has those whose first body has an exact key in a certain range, so a
pair is found in the same part again, or in one that was twice or half as large then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.engines.base import Engine
from corpus.io.cache import Cache, link_or_copy
from corpus.stages.comparison import COMPARED
from corpus.stages.grouping import PAIRS
from corpus.stages.staged import read_staged, staged_path, write_staged, write_table
from corpus.transforms.duplicates.compare import Bools
from corpus.transforms.duplicates.find import DuplicateOptions
from corpus.transforms.tokens import Ints, UInts, offsets_of

ENTRY: Final = "pairs"
"""The name under which a cache keeps the pairs: in a file a part, and how they were compared."""

PART_PAIRS: Final = 1 << 18
"""A part has up to about this many pairs; no result depends on it."""

_OUTCOME: Final = [field for field in COMPARED if field.name not in {"first", "second"}]

KEPT: Final = pa.schema([pa.field("pair", pa.binary(32)), *_OUTCOME])
"""Compared pairs by the keys of both texts; the other columns are null where the pair can tell nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Pairs of rows (p,) of one part, the better-ranked one first."""

    number: int
    first: Ints
    second: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """Which pairs of a part were kept (p,), and how many others were."""

    known: Bools
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """The task that takes what is known of the pairs of one of `parts`, from the `kept` parts of the last build."""

    work: Path
    parts: int
    kept: int

    def __call__(self, part: Part) -> Recalled:
        """Write the known pairs that can tell anything, as `Compare` does."""
        start, end = part.number * self.kept // self.parts, -(-(part.number + 1) * self.kept // self.parts)
        tables = [read_staged(_kept_path(self.work, number)) for number in range(start, end)]
        table = pa.concat_tables([KEPT.empty_table(), *tables])
        places = pc.index_in(_names(self.work, part), value_set=table["pair"].combine_chunks())
        found = table.take(places)
        tells = pc.is_valid(found["shared"])
        rows = {"first": pa.array(part.first).filter(tells), "second": pa.array(part.second).filter(tells)}
        outcome = {field.name: found[field.name].filter(tells) for field in _OUTCOME}
        write_staged(staged_path(self.work, PAIRS, part.number), rows | outcome, COMPARED)
        known = places.is_valid().to_numpy(zero_copy_only=False)
        return Recalled(known=known, others=len(table) - len(places.drop_null().unique()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """The task that writes the pairs of a part for the next build."""

    work: Path

    def __call__(self, item: tuple[Part, Sequence[int]]) -> None:
        """Write the pairs of a part, whose outcomes are among those in the files of these numbers."""
        part, numbers = item
        found = pa.concat_tables([read_staged(staged_path(self.work, PAIRS, number)) for number in numbers])
        packed = pa.array(_packed(found["first"].to_numpy(), found["second"].to_numpy()))
        places = pc.index_in(pa.array(_packed(part.first, part.second)), value_set=packed)
        told = [found[field.name].take(places) for field in _OUTCOME]
        write_table(_kept_path(self.work, part.number, "new"), pa.table([_names(self.work, part), *told], schema=KEPT))


class Compare(Protocol):
    """What compares pairs of rows and writes files of PAIRS, from number `start` on; gives their numbers of pairs."""

    def __call__(self, first: Ints, second: Ints, *, start: int) -> Sequence[int]:
        """Compare them."""
        ...


def write_text_keys(sketches: Sequence[pa.Table], work: Path) -> None:
    """Put the keys of all texts into one file, by row: tasks map it, nobody holds it."""
    keys = pa.concat_tables([table.select(["text_key"]) for table in sketches])
    write_table(staged_path(work, "texts", 0), keys.combine_chunks())


def compare_unknown(
    first: Ints,
    second: Ints,
    keys: UInts,
    compare: Compare,
    engine: Engine,
    work: Path,
    *,
    cache: Cache,
    options: DuplicateOptions,
) -> int:
    """Compare pairs of rows, but those that the last build has compared, and keep all of them for the next one.

    `keys` (n, 2) are exact keys by row; those of texts were written before. Gives how many files of PAIRS there are.
    """
    parts = list(_parts(first, second, keys))
    kept = _restore(cache, options, work)
    recalled = list(engine.map(Recall(work=work, parts=len(parts), kept=kept), parts))
    new = [~item.known for item in recalled]
    rows = [(part.first[mask], part.second[mask]) for part, mask in zip(parts, new, strict=True)]
    sizes = compare(*map(np.concatenate, zip(*rows, strict=True)), start=len(parts))
    if sizes or kept != len(parts) or any(item.others for item in recalled):
        files = _files_of([len(first) for first, _ in rows], sizes)
        list(engine.map(Remember(work=work), list(zip(parts, files, strict=True))))
        made = {f"{part.number:06d}.arrow": _kept_path(work, part.number, "new") for part in parts}
        cache.store(ENTRY, {"options": asdict(options)}, made, work)
    return len(parts) + len(sizes)


def _parts(first: Ints, second: Ints, keys: UInts) -> Iterator[Part]:
    """The parts, a power of two of them, by the highest bits of the first row's key; inside them the order stays."""
    count = 1 << (len(first) // PART_PAIRS).bit_length()
    part = (keys[first, 0] >> np.uint64(32)) * np.uint64(count) >> np.uint64(32)
    order = np.argsort(part, kind="stable")
    borders = np.searchsorted(part[order], np.arange(count + 1))
    for number in range(count):
        mine = order[borders[number] : borders[number + 1]]
        yield Part(number=number, first=first[mine], second=second[mine])


def _restore(cache: Cache, options: DuplicateOptions, work: Path) -> int:
    """Put the pairs that were kept where tasks find them; gives how many parts they are in."""
    entry = cache.find(ENTRY)
    if entry is None or entry.document["options"] != asdict(options):
        return 0
    for number, name in enumerate(sorted(entry.files)):
        link_or_copy(entry.files[name], _kept_path(work, number))
    return len(entry.files)


def _files_of(new: Sequence[int], sizes: Sequence[int]) -> list[list[int]]:
    """The files with outcomes of each part: its own, and of those that follow on all parts' own the ones that hold some
    of its `new` pairs; they hold `sizes` pairs of all new ones, in order.
    """
    ends, starts = offsets_of(np.array(new, np.int64)), offsets_of(np.array(sizes, np.int64))
    begun = np.searchsorted(starts, ends[:-1], "right") - 1
    over = np.searchsorted(starts, ends[1:], "left")
    return [
        [part, *range(len(new) + begin, len(new) + end)]
        for part, (begin, end) in enumerate(zip(begun.tolist(), over.tolist(), strict=True))
    ]


def _names(work: Path, part: Part) -> pa.Array:
    """The name of each pair (p,): both keys of its texts."""
    keys = read_staged(staged_path(work, "texts", 0))["text_key"].chunk(0)
    by_row = np.frombuffer(keys.buffers()[1], np.uint8).reshape(-1, 16)
    named = np.concatenate([by_row[part.first], by_row[part.second]], axis=1)
    return pa.FixedSizeBinaryArray.from_buffers(KEPT.field("pair").type, len(named), [None, pa.py_buffer(named)])


def _packed(first: Ints, second: Ints) -> Ints:
    return first << 32 | second


def _kept_path(work: Path, number: int, age: str = "old") -> Path:
    return staged_path(work, f"known-pairs-{age}", number)
