"""Small real release folders: Parquet parts, a card that names them, and a manifest with every digest."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

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


def make_release(
    folder: Path,
    *,
    version: str = "0.1.0",
    parts: Mapping[str, Sequence[str]] | None = None,
    repo: str | None = REPO,
    passed: bool = True,
) -> Path:
    """Write a release with one row for each id of `parts` (path of a Parquet file to its ids) and give its folder."""
    parts = LETTERS if parts is None else parts
    contents = {"README.md": CARD.encode(), "rejected.jsonl": b"", "report.html": b"<p>Letters</p>\n"}
    for path, ids in parts.items():
        table = pa.table({"id": list(ids), "body": [f"The text of {name}." for name in ids]})
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / path)
        contents[path] = (folder / path).read_bytes()
    for path, content in contents.items():
        (folder / path).write_bytes(content)
    listed = [
        {"path": path, "size": len(contents[path]), "sha256": hashlib.sha256(contents[path]).hexdigest()}
        for path in sorted(contents)
    ]
    write_manifest(folder, version=version, repo=repo, checks={"passed": passed}, files=listed)
    return folder


def write_manifest(folder: Path, **facts: Any) -> None:
    rows = json.dumps(facts["files"], sort_keys=True).encode()
    manifest = {
        "format": 1,
        "schema_version": 1,
        "name": "letters",
        "content_digest": f"sha256:{hashlib.sha256(rows).hexdigest()}",
        **facts,
    }
    text = json.dumps(manifest, sort_keys=True, indent=1) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
