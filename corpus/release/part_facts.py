"""Write a Parquet file and read it back: its counts, and what follows from each row alone, for the data checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.cache import Cache, link_or_copy
from corpus.io.parquet import open_parquet
from corpus.layout import parse_part
from corpus.model import Part
from corpus.release.counting import Question, Told, told_of_part
from corpus.release.frame_columns import FRAME, OF_THE_WHOLE, SCALARS
from corpus.release.part_before import BATCH_ROWS, Before, rows_before
from corpus.release.row_facts import Facts, children, row_facts
from corpus.schema import ARTICLE, COLUMNS, Column
from corpus.stages.export import Export
from corpus.stages.recount import Counted, content_run, input_run
from corpus.stages.staged import read_staged, write_table
from corpus.transforms.canonical import row_digests
from corpus.transforms.stats import Tally, document_of, tally_of
from corpus.transforms.tokens import offsets_of

_DATA: Final = "data"
_FACTS: Final = "facts"
_CONTENT: Final = "content"
_DIGEST: Final = "row_sha256"
_SHA256_DIGITS: Final = 64
RELATED: Final = "related_ids"
PART: Final = pa.schema(
    [*(field for field in FRAME if field.name not in OF_THE_WHOLE), (RELATED, pa.list_(pa.string()))]
)
"""The columns of the frame that follow from each row alone, and the ids in `related`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in one Parquet file: the counts of its rows, and what they tell of each question."""

    path: str
    tally: Tally
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePart:
    """The task for one Parquet file: write it, and read it back for its counts and the facts that checks look at.

    With a `cache` a file that the last build made of the same rows is taken, with what was found in it; of another one,
    what was found of rows that are as they were.
    """

    work: Path
    release: Path
    questions: tuple[Question, ...]
    cache: Cache | None = None

    def __call__(self, part: Part) -> Found:
        """Write the file, and the digests and the facts of its rows below `work`."""
        places = self._places(part.path)
        entry = self.cache.find(part_name(part)) if self.cache and part.key else None
        if entry is not None and entry.document["key"] == part.key:
            places[_DATA].parent.mkdir(parents=True, exist_ok=True)
            for name, place in places.items():
                link_or_copy(entry.files[name], place)
            return self._found(part.path, tally_of(entry.document["tally"]))
        Export(work=self.work, release=self.release)(part)
        tally = self._read_back(part.path, _before(entry.files) if entry else None)
        if self.cache and part.key:
            self.cache.store(part_name(part), {"key": part.key, "tally": document_of(tally)}, places, self.work)
        return self._found(part.path, tally)

    def _places(self, path: str) -> dict[str, Path]:
        """Where all files of a part go, by the names under which they are kept."""
        return {
            _DATA: self.release / path,
            _FACTS: facts_path(self.work, path),
            _CONTENT: content_run(self.work, path),
            "inputs": input_run(self.work, path),
        }

    def _read_back(self, path: str, before: Before | None) -> Tally:
        counted, facts = Counted(path), []
        for matches, batch in _batches(self.release / path):
            look = partial(_look, path=path, matches=matches)
            found = before.found_in(batch, look) if before and matches else look(batch)
            counted.add(batch, found[_DIGEST].combine_chunks())
            facts.append(found.select(PART.names))
        counted.write(self.work)
        write_table(facts_path(self.work, path), pa.concat_tables(facts).combine_chunks())
        return counted.tally

    def _found(self, path: str, tally: Tally) -> Found:
        return Found(path=path, tally=tally, told=told_of_part(self.questions, read_facts(self.work, [path])))


def part_name(part: Part) -> str:
    """The name under which a part is kept: that of its place in the release, whatever rows it holds."""
    return hashlib.sha256(part.path.rpartition("-of-")[0].encode()).hexdigest()[:32]


def facts_path(work: Path, path: str) -> Path:
    """Where the facts of the rows of a Parquet file are kept during a build."""
    return work / f"{path.replace('/', '-')}.facts"


def read_facts(work: Path, paths: Iterable[str], columns: Sequence[str] = PART.names) -> pa.Table:
    """These columns of what `WritePart` wrote of some Parquet files, mapped into memory."""
    return pa.concat_tables([read_staged(facts_path(work, path), columns) for path in paths])


def part_facts(release: Path, path: str) -> Iterator[pa.RecordBatch]:
    """The columns that follow from each row alone, for one Parquet file, `BATCH_ROWS` rows at a time; no long text.

    A file that lacks a column, or has it in a type that cannot be turned into the declared one, gives nulls for it and
    `schema_matches` false. Raises DataError for a file that is not Parquet.
    """
    for matches, batch in _batches(release / path):
        yield _facts(batch, path, matches=matches)


def _before(files: Mapping[str, Path]) -> Before:
    """A file of the last build by what is kept of it, with what was found of its rows."""
    rows, facts, lines = rows_before(files[_DATA]), read_staged(files[_FACTS]), read_staged(files[_CONTENT])
    places = pc.index_in(rows["id"].combine_chunks(), value_set=lines["key"].combine_chunks())
    digests = pc.utf8_slice_codeunits(lines["line"].combine_chunks(), 0, _SHA256_DIGITS).take(places)
    return Before(rows=rows, found=facts.append_column(_DIGEST, digests))


def _look(batch: pa.RecordBatch, path: str, *, matches: bool) -> pa.Table:
    """The facts of some rows, and the digest of each."""
    facts = pa.Table.from_batches([_facts(batch, path, matches=matches)])
    return facts.append_column(_DIGEST, row_digests(batch))


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
