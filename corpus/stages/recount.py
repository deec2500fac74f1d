"""Read the written Parquet files back: the counts of a release, and the lines that its digests are taken over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.parquet import read_batches
from corpus.io.sorted_lines import digest_of_runs, write_run
from corpus.layout import parse_part
from corpus.model import Statistics
from corpus.transforms.canonical import row_digests
from corpus.transforms.stats import Tally, statistics, tally_batch


class Counted:
    """What is counted of the rows of one Parquet file, batch by batch."""

    def __init__(self, path: str) -> None:
        self.tally = Tally()
        self._path = path
        self._split, self._single = parse_part(path)
        self._ids: list[pa.Array] = []
        self._rows: list[pa.Array] = []
        self._inputs: list[pa.Array] = []

    def add(self, batch: pa.RecordBatch, digests: pa.Array) -> None:
        """Count the rows of `batch` (schema ARTICLE), which have these digests."""
        self.tally.update(tally_batch(batch, split=self._split, single=self._single))
        self._ids.append(batch["id"])
        self._rows.append(digest_lines(digests, batch["id"]))
        self._inputs.append(digest_lines(batch["source_sha256"], batch["id"]))

    def write(self, work: Path) -> None:
        """Write the lines of the content digest and of the input digest below `work`."""
        write_run(content_run(work, self._path), self._ids, self._rows)
        write_run(input_run(work, self._path), self._inputs, self._inputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """The task that reads one written Parquet file back: its counts, and the digests of every row and its source."""

    release: Path
    work: Path

    def __call__(self, path: str) -> Tally:
        """Count the rows of `path`; raises DataError for a file without the columns of the schema."""
        counted = Counted(path)
        for batch in read_batches(self.release / path):
            counted.add(batch, row_digests(batch))
        counted.write(self.work)
        return counted.tally


def count_release(tallies: Iterable[Tally], paths: Sequence[str], work: Path) -> Statistics:
    """Add up the tallies of all files, and take the content digest over their rows in the order of the ids."""
    total = Tally()
    for tally in tallies:
        total.update(tally)
    return statistics(total, content_digest=digest_of_runs([content_run(work, path) for path in paths]))


def content_run(work: Path, path: str) -> Path:
    """Where the `<sha256 of the row> <id>` lines of a Parquet file are kept, by id."""
    return _run(work, path, "content")


def input_run(work: Path, path: str) -> Path:
    """Where the `<source_sha256> <id>` lines of a Parquet file are kept, sorted."""
    return _run(work, path, "inputs")


def _run(work: Path, path: str, name: str) -> Path:
    return work / f"{path.replace('/', '-')}.{name}"


def digest_lines(digests: pa.Array, ids: pa.Array) -> pa.StringArray:
    """The lines `<digest> <id>` that a digest over rows or inputs is taken over, each with its line end."""
    return pc.binary_join_element_wise(digests, " ", ids, "\n", "")
