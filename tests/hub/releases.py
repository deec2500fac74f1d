"""Small real release folders: Parquet parts, a card that names them, and a manifest with every digest."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.io.documents import FORMAT, canonical_json, file_entry, write_json
from corpus.layout import MANIFEST, SCHEMA_VERSION
from corpus.model import CheckCounts, FileEntry, Inputs, Manifest, Statistics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

T = TypeVar("T", Inputs, Statistics)

REPO = "org/letters"
UNIQUE = "data/train/unique-00000-of-00001.parquet"
DUPLICATE = "data/train/duplicate-00000-of-00001.parquet"
LETTERS = {UNIQUE: ("a.txt", "b.txt", "c.txt"), DUPLICATE: ("d.txt",)}

CARD = """---
configs:
- config_name: deduplicated
  default: true
  data_files:
  - split: train
    path: data/train/unique-*.parquet
- config_name: all
  data_files:
  - split: train
    path: data/train/*.parquet
---

# Letters
"""

OTHERS = {"README.md": CARD.encode(), "checks.json": b"{}\n", "croissant.json": b"{}\n", "rejected.jsonl": b""}


def make_release(
    folder: Path,
    *,
    version: str = "0.1.0",
    parts: Mapping[str, Sequence[str]] | None = None,
    repo: str | None = REPO,
    passed: bool = True,
    card: str = CARD,
) -> Path:
    """Write a release with one row for each id of `parts` (path of a Parquet file to its ids) and give its folder."""
    parts = LETTERS if parts is None else parts
    contents = {**OTHERS, "README.md": card.encode()}
    for path, ids in parts.items():
        table = pa.table({"id": list(ids), "body": [f"The text of {name}." for name in ids]})
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / path)
        contents[path] = (folder / path).read_bytes()
    for path, content in contents.items():
        (folder / path).write_bytes(content)
    files = [file_entry(folder, folder / path) for path in sorted(contents)]
    write_json(folder / MANIFEST, manifest_of(files, version=version, repo=repo, passed=passed))
    return folder


def manifest_of(files: Sequence[FileEntry], *, version: str, repo: str | None, passed: bool) -> Manifest:
    """A manifest that lists `files` and counts nothing: publishing does not look at numbers."""
    digest = hashlib.sha256(canonical_json([entry.sha256 for entry in files]).encode()).hexdigest()
    return Manifest(
        format=FORMAT,
        schema_version=SCHEMA_VERSION,
        name="letters",
        version=version,
        repo=repo,
        tool={},
        settings_digest="",
        content_digest=f"sha256:{digest}",
        inputs=nothing_in(Inputs),
        statistics=nothing_in(Statistics),
        checks=CheckCounts(expected=1, failed=0 if passed else 1, passed=passed),
        files=tuple(files),
    )


def nothing_in(kind: type[T]) -> T:
    """An instance whose every number is 0, every text empty and every table without an entry."""
    zero: dict[str, Any] = {"int": 0, "str": "", "Counts": {}}
    return kind(**{field.name: zero[str(field.type)] for field in fields(kind)})
