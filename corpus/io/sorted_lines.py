"""Lines in the order of their keys, however many: sorted runs on disk, merged block by block."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.depot import present
from corpus.transforms.utf8 import utf8_of

_BLOCK_ROWS: Final = 16_384
_SCHEMA: Final = pa.schema(
    [pa.field("key", pa.string(), nullable=False), pa.field("line", pa.string(), nullable=False)]
)


def write_run(path: Path, keys: Sequence[pa.Array], lines: Sequence[pa.Array]) -> None:
    """Write one run: the lines, each with its line end, in the order of the UTF-8 bytes of their keys."""
    table = pa.table([pa.chunked_array(chunks, pa.string()) for chunks in (keys, lines)], schema=_SCHEMA)
    ordered = table.take(pc.sort_indices(table, sort_keys=[("key", "ascending")])).combine_chunks()
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, _SCHEMA) as writer:
        writer.write_table(ordered, max_chunksize=_BLOCK_ROWS)


def digest_of_runs(paths: Sequence[Path]) -> str:
    """SHA-256 over the lines of all runs in the order of their keys."""
    digest = hashlib.sha256()
    for lines in merged_lines(paths):
        digest.update(utf8_of(lines).data)
    return "sha256:" + digest.hexdigest()


def merged_lines(paths: Sequence[Path]) -> Iterator[pa.StringArray]:
    """The lines of all runs in the order of their keys, at most a block of each run at a time."""
    heads = [head for path in paths if (head := _Head.open(path))]
    while heads:
        # All lines up to here are at hand: the rest of every run comes later.
        bound = min(head.last for head in heads)
        pieces = [piece for head in heads if (piece := head.take(bound)).num_rows]
        heads = [head for head in heads if head.block.num_rows]
        table = pa.Table.from_batches(pieces)
        if len(pieces) > 1:
            table = table.take(pc.sort_indices(table, sort_keys=[("key", "ascending")]))
        yield table["line"].combine_chunks()


@dataclass(slots=True)
class _Head:
    """Where a run is being read: what is left of its current block, and the key that ends the block."""

    reader: pa.RecordBatchFileReader
    number: int
    block: pa.RecordBatch
    last: str

    @classmethod
    def open(cls, path: Path) -> _Head | None:
        """The head of a run, mapped into memory; None for a run without lines."""
        reader = pa.ipc.open_file(pa.memory_map(str(present(path))))
        if not reader.num_record_batches:
            return None
        head = cls(reader, 0, reader.get_batch(0), "")
        head.last = head.block["key"][-1].as_py()
        return head

    def take(self, bound: str) -> pa.RecordBatch:
        """Take the lines of the block up to the key `bound`; the block becomes the rest, or the next one."""
        keys = self.block["key"]
        count = bisect_right(range(len(keys)), bound, key=lambda at: keys[at].as_py())
        taken, self.block = self.block.slice(0, count), self.block.slice(count)
        if not self.block.num_rows and self.number + 1 < self.reader.num_record_batches:
            self.number += 1
            self.block = self.reader.get_batch(self.number)
            self.last = self.block["key"][-1].as_py()
        return taken
