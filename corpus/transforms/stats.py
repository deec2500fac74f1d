"""Count what stands in written rows, batch by batch, and add the counts up."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

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


def tally_batch(batch: pa.RecordBatch, *, split: str, single: bool) -> Tally:
    """The counts of one batch of rows (schema ARTICLE) of one split; `single` when they are `unique-*` rows."""
    tally = Tally()
    tally.add("splits", split, batch.num_rows)
    tally.add("arrow_bytes", split, batch.nbytes)
    if single:
        tally.add("singles", split, batch.num_rows)
        tally.add("single_arrow_bytes", split, batch.nbytes)
    for name, column in (("duplicate_kinds", "duplicate_kind"), ("languages", "language"), ("encodings", "encoding")):
        tally.tables[name] = Counter(batch[column].to_pylist())
    tally.tables["flags"] = Counter(flag for flags in batch["boilerplate_flags"].to_pylist() for flag in flags)
    for stretch in batch["boilerplate"].flatten().to_pylist():
        tally.add("removed_chars", stretch["kind"], len(stretch["text"]))
    tally.totals["rows"] = batch.num_rows
    tally.totals["titles"] = batch.num_rows - batch["title"].null_count
    tally.totals["chars"] = sum(batch["char_count"].to_pylist())
    tally.totals["words"] = sum(batch["word_count"].to_pylist())
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


def digest_of_rows(lines: Iterable[tuple[str, str]]) -> str:
    """The digest over `(id, sha256)` pairs that come in the order of the UTF-8 bytes of the ids."""
    digest = hashlib.sha256()
    for row_id, row_digest in lines:
        digest.update(f"{row_digest} {row_id}\n".encode())
    return "sha256:" + digest.hexdigest()


def canonical_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """`row` (columns in schema order) with its instant as ISO 8601, ready for canonical JSON."""
    instant = row["published_at"]
    return {**row, "published_at": None if instant is None else instant.isoformat(timespec="microseconds")}
