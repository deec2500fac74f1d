"""Count what stands in written rows, batch by batch, and add the counts up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.model import Statistics


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts that are still growing; `tables` maps the name of a count to its counter."""

    tables: dict[str, Counter[str]] = field(default_factory=dict)
    totals: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, key: str, amount: int = 1) -> None:
        """Count `amount` more of `key` in the table `name`."""
        self.tables.setdefault(name, Counter())[key] += amount

    def update(self, other: Tally) -> None:
        """Add another tally to this one."""
        for name, table in other.tables.items():
            self.tables.setdefault(name, Counter()).update(table)
        self.totals.update(other.totals)


def document_of(tally: Tally) -> dict[str, Any]:
    """A tally as plain values, for a JSON document."""
    return {"tables": {name: dict(table) for name, table in tally.tables.items()}, "totals": dict(tally.totals)}


def tally_of(document: Mapping[str, Any]) -> Tally:
    """The tally that `document_of` has written."""
    tables = {name: Counter(table) for name, table in document["tables"].items()}
    return Tally(tables=tables, totals=Counter(document["totals"]))


def tally_batch(batch: pa.RecordBatch, *, split: str, single: bool) -> Tally:
    """The counts of one batch of rows (schema ARTICLE) of one split; `single` when they are `unique-*` rows."""
    tally = Tally()
    tally.add("splits", split, batch.num_rows)
    tally.add("arrow_bytes", split, batch.nbytes)
    if single:
        tally.add("singles", split, batch.num_rows)
        tally.add("single_arrow_bytes", split, batch.nbytes)
    for name, column in (("duplicate_kinds", "duplicate_kind"), ("languages", "language"), ("encodings", "encoding")):
        tally.tables[name] = _counted(batch[column])
    tally.tables["flags"] = _counted(batch["boilerplate_flags"].flatten())
    stretches = batch["boilerplate"].flatten()
    tally.tables["removed_chars"] = _chars_by_kind(
        pc.struct_field(stretches, "kind"), pc.struct_field(stretches, "text")
    )
    tally.totals["rows"] = batch.num_rows
    tally.totals["titles"] = batch.num_rows - batch["title"].null_count
    tally.totals["chars"] = _total(batch["char_count"])
    tally.totals["words"] = _total(batch["word_count"])
    return tally


def statistics(tally: Tally, *, content_digest: str) -> Statistics:
    """The frozen result; every table in sorted order of its keys."""

    def table(name: str) -> dict[str, int]:
        return dict(sorted(tally.tables.get(name, Counter()).items()))

    kinds = table("duplicate_kinds")
    return Statistics(
        rows=tally.totals["rows"],
        splits=table("splits"),
        singles=table("singles"),
        arrow_bytes=table("arrow_bytes"),
        single_arrow_bytes=table("single_arrow_bytes"),
        duplicate_kinds=kinds,
        languages=table("languages"),
        encodings=table("encodings"),
        flags=table("flags"),
        removed_chars=table("removed_chars"),
        groups=kinds.get("unique", 0) + kinds.get("kept", 0),
        titles=tally.totals["titles"],
        chars=tally.totals["chars"],
        words=tally.totals["words"],
        content_digest=content_digest,
    )


def _counted(values: pa.Array) -> Counter[str]:
    found = pc.value_counts(values)
    return Counter(dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True)))


def _chars_by_kind(kinds: pa.Array, texts: pa.Array) -> Counter[str]:
    encoded = kinds.dictionary_encode()
    chars = np.bincount(encoded.indices.to_numpy(), weights=pc.utf8_length(texts).to_numpy())
    return Counter(dict(zip(encoded.dictionary.to_pylist(), chars.astype(np.int64).tolist(), strict=True)))


def _total(numbers: pa.Array) -> int:
    return int(pc.sum(numbers).as_py() or 0)
