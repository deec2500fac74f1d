"""Read one written Parquet file back: its counts, and what follows from each of its rows alone, for the data checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.parquet import open_parquet
from corpus.layout import parse_part
from corpus.release.frame_columns import FRAME, OF_THE_WHOLE, SCALARS
from corpus.release.row_facts import Facts, children, row_facts
from corpus.schema import ARTICLE, COLUMNS, Column
from corpus.stages.recount import Counted
from corpus.transforms.stats import Tally
from corpus.transforms.tokens import offsets_of

BATCH_ROWS: Final = 1000
RELATED: Final = "related_ids"
PART: Final = pa.schema(
    [*(field for field in FRAME if field.name not in OF_THE_WHOLE), (RELATED, pa.list_(pa.string()))]
)
"""The columns of the frame that follow from each row alone, and the ids in `related`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """The task that reads one written Parquet file back, once for its counts and for the facts that checks look at."""

    release: Path
    work: Path

    def __call__(self, path: str) -> Tally:
        """Count the rows of `path`, and write their digests and their facts below `work`."""
        counted = Counted(path)
        staged = str(facts_path(self.work, path))
        with pa.OSFile(staged, "wb") as file, pa.ipc.new_file(file, PART) as writer:
            for matches, batch in _batches(self.release / path):
                counted.add(batch)
                writer.write_batch(_facts(batch, path, matches=matches))
        counted.write(self.work)
        return counted.tally


def facts_path(work: Path, path: str) -> Path:
    """Where the facts of the rows of a Parquet file are kept during a build."""
    return work / f"{path.replace('/', '-')}.facts"


def read_facts(work: Path, paths: Iterable[str]) -> Iterator[pa.RecordBatch]:
    """What `ReadBack` wrote of these Parquet files, mapped into memory."""
    for path in paths:
        reader = pa.ipc.open_file(pa.memory_map(str(facts_path(work, path))))
        yield from map(reader.get_batch, range(reader.num_record_batches))


def part_facts(release: Path, path: str) -> Iterator[pa.RecordBatch]:
    """The columns that follow from each row alone, for one Parquet file, `BATCH_ROWS` rows at a time; no long text.

    A file that lacks a column, or has it in a type that cannot be turned into the declared one, gives nulls for it and
    `schema_matches` false. Raises DataError for a file that is not Parquet.
    """
    for matches, batch in _batches(release / path):
        yield _facts(batch, path, matches=matches)


def _facts(batch: pa.RecordBatch, path: str, *, matches: bool) -> pa.RecordBatch:
    split, single = parse_part(path)
    facts: Facts = {"split": split, "in_deduplicated": single, "schema_matches": matches}
    facts = {name: pa.repeat(value, len(batch)) for name, value in facts.items()}
    facts |= {column.name: batch[column.name] for column in SCALARS}
    facts |= row_facts(batch, single=single) | {RELATED: _related_ids(batch["related"])}
    return pa.record_batch([_cast(facts[field.name], field.type) for field in PART], schema=PART)


def _related_ids(related: pa.ListArray) -> pa.ListArray:
    ids = children(related, "id")[1]
    counts = pc.fill_null(pc.list_value_length(related), 0).to_numpy()
    return pa.ListArray.from_arrays(pa.array(offsets_of(counts), pa.int32()), ids)


def _cast(values: Any, kind: pa.DataType) -> pa.Array:
    return (values if isinstance(values, pa.Array) else pa.array(values)).cast(kind)


def _batches(path: Path) -> Iterator[tuple[bool, pa.RecordBatch]]:
    """The batches of a file, with the declared columns, and with whether the file's schema is the declared one."""
    with open_parquet(path) as file:
        matches = file.schema_arrow.equals(ARTICLE)
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            batch.validate(full=True)
            yield matches, pa.record_batch([_declared(batch, column) for column in COLUMNS], names=ARTICLE.names)


def _declared(batch: pa.RecordBatch, column: Column) -> pa.Array:
    index = batch.schema.get_field_index(column.name)
    try:
        return batch.column(index).cast(column.type) if index >= 0 else pa.nulls(len(batch), column.type)
    except pa.ArrowException:
        return pa.nulls(len(batch), column.type)
