"""Tiny invented releases that lie side by side: honest rows, and a manifest of the files that hold them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.history.difference import Difference, compare
from corpus.history.edition import local_edition
from corpus.io.documents import file_entry, read_manifest, write_json
from corpus.layout import CARD, CHECKS, CROISSANT, MANIFEST, REJECTED, is_part
from corpus.release.manifest import make_manifest
from corpus.transforms.stretches import restore
from tests.small_release import Row, make_row, write_release

Rows = Sequence[Row] | Mapping[str, Sequence[Row]]


def article(name: str, body: str = "The bridge is open again.", *removed: tuple[int, str], **changes: Any) -> Row:
    """A row whose digests and counts are those of its texts; `removed` are (offset, text) of what was taken out."""
    stretches = [
        {"kind": "share_links", "offset": offset, "text": text, "rule": "line:share"} for offset, text in removed
    ]
    text = restore(body, stretches)
    told = {"body": body, "boilerplate": stretches, "char_count": len(body), "word_count": len(body.split())}
    told |= {"boilerplate_flags": ["share_links"] if stretches else []}
    told |= {"text_sha256": hashlib.sha256(text.encode()).hexdigest(), "duplicate_group": group(name)}
    return make_row(name, **(told | changes))


def group(name: str) -> str:
    """The name of the group that this row founds."""
    return f"g{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def lay(folder: Path, rows: Rows, *, version: str = "1.0.0", rejected: str = "") -> Path:
    """Write a release with these rows, in `train` or by split, in any order."""
    by_split = rows if isinstance(rows, Mapping) else {"train": rows}
    ordered: dict[str, Sequence[Row]] = {
        split: sorted(members, key=lambda row: str(row["id"])) for split, members in by_split.items() if members
    }
    facts = replace(write_release(folder, ordered), version=version)
    for name, content in {CARD: "card\n", CHECKS: "{}\n", CROISSANT: "{}\n", REJECTED: rejected}.items():
        (folder / name).write_text(content, "utf-8")
    write_json(folder / MANIFEST, make_manifest(folder, facts))
    return folder


def rewritten(folder: Path, change: Callable[[pa.Table], pa.Table], **manifest: Any) -> Path:
    """Write every Parquet file of a release anew, changed, with fields of its manifest set to these values."""
    entries = []
    for entry in read_manifest(folder).files:
        if is_part(entry.path):
            path = folder / entry.path
            pq.write_table(change(pq.read_table(path, partitioning=None)), path, compression="snappy")
            entries.append(file_entry(folder, path, rows=entry.rows))
        else:
            entries.append(entry)
    write_json(folder / MANIFEST, replace(read_manifest(folder), files=tuple(entries), **manifest))
    return folder


def as_it_is(table: pa.Table) -> pa.Table:
    """The same rows: in other bytes, they must be compared."""
    return table


def between(old: Path, new: Path) -> Difference:
    """What differs between two release folders."""
    return compare(local_edition(old), local_edition(new))
