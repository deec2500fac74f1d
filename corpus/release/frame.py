"""The frame that data checks look at: one row per article, scalar columns only, made from the written Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.parquet import data_files, open_parquet
from corpus.layout import parse_part
from corpus.release.row_facts import Facts, Ints, children, none_in_row, row_facts
from corpus.schema import ARTICLE, COLUMNS, Column

if TYPE_CHECKING:
    import pandas as pd

BATCH_ROWS: Final = 1024
_LONG_TEXTS = ("body", "metadata")


def _flag(name: str, meaning: str) -> Column:
    return Column(name=name, type=pa.bool_(), nullable=False, meaning=meaning)


def _number(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(name=name, type=pa.int64(), nullable=nullable, meaning=meaning)


def _share(name: str, meaning: str) -> Column:
    return Column(name=name, type=pa.float64(), nullable=False, meaning=meaning)


DERIVED: Final = (
    Column(name="split", type=pa.string(), nullable=False, meaning="The folder that the row stands in."),
    _flag("in_deduplicated", "The row stands in a `unique-*` file."),
    _flag("schema_matches", "The row's file has exactly the columns of the schema, in order."),
    _number("body_chars", "Code points in `body`, counted again; null without a body.", nullable=True),
    _number("body_words", "Words in `body`, counted again; null without a body.", nullable=True),
    _flag("body_trimmed", "No white space at the ends of `body`."),
    _flag("body_control_chars", "`body` has control characters other than tab and line end."),
    Column(
        name="single_body_sha256",
        type=pa.string(),
        nullable=True,
        meaning="SHA-256 of `body`; null for rows that are not in the `deduplicated` config.",
    ),
    _number("title_chars", "Code points in `title`; null without one.", nullable=True),
    _number("title_missing", "1 where `title` is null, else 0."),
    _flag("title_clean", "`title` is one line without control characters and white space at its ends, or null."),
    _number("metadata_chars", "Code points in `metadata`; null without any.", nullable=True),
    _number("undetermined", "1 where `language` is `und`, else 0."),
    _number("boilerplate_count", "Stretches taken out.", nullable=True),
    _number("boilerplate_chars", "Code points of all stretches taken out."),
    _share("boilerplate_share", "`boilerplate_chars` as a share of the row's source text."),
    _number("other_chars", "Code points of stretches of kind `other`."),
    _share("corpus_boilerplate_share", "Share of stretches in all source texts of the corpus; equal in all rows."),
    _share("corpus_other_share", "Share of `other` in all stretches of the corpus; equal in all rows."),
    _number("boilerplate_flags_count", "Number of flags.", nullable=True),
    _flag("boilerplate_flags_known", "Every flag is a kind of the closed list."),
    _flag("flags_match", "The flags are the sorted distinct kinds of `boilerplate`."),
    _flag("offsets_ordered", "Offsets of `boilerplate` never fall."),
    _flag("offsets_in_range", "Every offset of `boilerplate` lies in `body`."),
    _flag("restore_ok", "`body` with its boilerplate put back has the digest `text_sha256`."),
    _number("field_sources_count", "Number of field sources.", nullable=True),
    _flag("field_sources_known", "Every source is one of the closed list."),
    _flag("id_matches_source_path", "`id` is `source_path`, or that and `#` and a key."),
    _flag("score_null_matches", "`language_score` is null exactly where `language` is `und`."),
    _flag("file_kind_matches", "`unique` and `kept` rows stand in `unique-*` files, all others in `duplicate-*`."),
    _flag("duplicate_of_null_matches", "`duplicate_of` is null exactly where the row is `unique` or `kept`."),
    _flag("overlap_null_matches", "`duplicate_overlap` is null exactly where the row is `unique` or `kept`."),
    _flag("kept_exists", "`duplicate_of` is the id of a `kept` row of the same group, or null."),
    _number("group_rows", "Rows in this row's group."),
    _number("group_splits", "Splits that rows of this row's group stand in."),
    _flag("group_kinds_match", "A group of one row is `unique`; a larger one has one `kept` row and no `unique` one."),
    _number("related_count", "Number of related articles.", nullable=True),
    _flag("related_ids_known", "Every related id is that of another row."),
    _flag("related_in_range", "Every share in `related` lies between 0 and 1."),
)
"""The columns of the frame that are no columns of a release."""

SCALARS: Final = tuple(
    column for column in COLUMNS if column.name not in _LONG_TEXTS and not pa.types.is_list(column.type)
)
"""The columns of a release that stand in the frame as they are."""

FRAME_COLUMNS: Final = tuple(column.name for column in (*SCALARS, *DERIVED))
"""Every column that a suite may name."""

_SCHEMA: Final = pa.schema([(column.name, column.type) for column in (*SCALARS, *DERIVED)])


def stand_in(column: Column) -> str:
    """The column of the frame that is null where `column` is: its length for long texts, its count for lists."""
    if pa.types.is_list(column.type):
        return f"{column.name}_count"
    return f"{column.name}_chars" if column.name in _LONG_TEXTS else column.name


def check_frame(build: Path) -> pd.DataFrame:
    """The columns `FRAME_COLUMNS` of every row below `build`/data, in the order of their ids.

    Texts are read `BATCH_ROWS` rows at a time and not kept. A file that lacks a column, or has it in a type that
    cannot be turned into the declared one, gives nulls for it and `schema_matches` false.

    Raises DataError for a file that is not Parquet.
    """
    parts: list[pa.RecordBatch] = []
    related: list[tuple[Ints, pa.Array]] = []
    rows = 0
    for part, (parents, ids) in _read(build):
        parts.append(part)
        related.append((parents + rows, ids))
        rows += len(part)
    if not parts:
        return _in_order(_SCHEMA.empty_table())
    table = pa.Table.from_batches(parts)
    for facts in (_corpus_facts(table), _group_facts(table), _link_facts(table, related)):
        for name, values in facts.items():
            table = table.append_column(name, values if isinstance(values, pa.ChunkedArray) else pa.array(values))
    return _in_order(table.select(FRAME_COLUMNS).cast(_SCHEMA))


def _in_order(table: pa.Table) -> pd.DataFrame:
    """The rows in the order of the UTF-8 bytes of their ids, so that the first failed rows are the smallest."""
    frame: pd.DataFrame = table.take(pc.sort_indices(table, sort_keys=[("id", "ascending")])).to_pandas()
    return frame


def _read(build: Path) -> Iterator[tuple[pa.RecordBatch, tuple[Ints, pa.Array]]]:
    """For every batch of rows its facts, and its related ids with the number of the row that each belongs to."""
    for path in data_files(build):
        where = path.relative_to(build).as_posix()
        split, single = parse_part(where)
        for matches, raw in _batches(path):
            batch = pa.record_batch([_declared(raw, column) for column in COLUMNS], names=ARTICLE.names)
            yield _facts_of(batch, (split, single, matches)), children(batch["related"], "id")


def _batches(path: Path) -> Iterator[tuple[bool, pa.RecordBatch]]:
    """The batches of a file, each with whether the file's schema is the declared one."""
    with open_parquet(path) as file:
        matches = file.schema_arrow.equals(ARTICLE)
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            batch.validate(full=True)
            yield matches, batch


def _declared(batch: pa.RecordBatch, column: Column) -> pa.Array:
    index = batch.schema.get_field_index(column.name)
    try:
        return batch.column(index).cast(column.type) if index >= 0 else pa.nulls(len(batch), column.type)
    except pa.ArrowException:
        return pa.nulls(len(batch), column.type)


def _facts_of(batch: pa.RecordBatch, constant: tuple[str, bool, bool]) -> pa.RecordBatch:
    names = ("split", "in_deduplicated", "schema_matches")
    facts: Facts = {name: pa.repeat(value, len(batch)) for name, value in zip(names, constant, strict=True)}
    facts |= {column.name: batch[column.name] for column in SCALARS}
    return pa.record_batch(facts | row_facts(batch, single=constant[1]))


def _corpus_facts(table: pa.Table) -> Facts:
    removed, other, kept = (
        pc.sum(table[name]).as_py() or 0 for name in ("boilerplate_chars", "other_chars", "body_chars")
    )
    return {
        "corpus_boilerplate_share": np.full(len(table), removed / max(removed + kept, 1)),
        "corpus_other_share": np.full(len(table), other / max(removed, 1)),
    }


def _group_facts(table: pa.Table) -> Facts:
    group = _codes(table["duplicate_group"])
    size = np.bincount(group)
    kept, unique = (
        np.bincount(group[_equals(table["duplicate_kind"], kind)], minlength=len(size)) for kind in ("kept", "unique")
    )
    split = _codes(table["split"])
    in_split = np.unique(group * (int(split.max()) + 1) + split) // (int(split.max()) + 1)
    matches = np.where(size == 1, unique == 1, (kept == 1) & (unique == 0))
    return {
        "group_rows": size[group],
        "group_splits": np.bincount(in_split, minlength=len(size))[group],
        "group_kinds_match": matches[group],
    }


def _link_facts(table: pa.Table, related: list[tuple[Ints, pa.Array]]) -> Facts:
    kept = table.filter(pc.equal(table["duplicate_kind"], "kept"))
    position = pc.index_in(table["duplicate_of"], value_set=kept["id"])
    same_group = pc.equal(kept["duplicate_group"].take(position), table["duplicate_group"])
    parents = np.concatenate([parents for parents, _ in related])
    ids = pa.chunked_array([ids for _, ids in related], pa.string())
    itself = pc.equal(ids, table["id"].take(pa.array(parents)))
    strange = pc.or_(pc.invert(pc.is_in(ids, value_set=table["id"])), pc.fill_null(itself, fill_value=False))
    return {
        "kept_exists": pc.or_(table["duplicate_of"].is_null(), pc.fill_null(same_group, fill_value=False)),
        "related_ids_known": none_in_row(parents, strange.to_numpy(), len(table)),
    }


def _codes(values: pa.ChunkedArray) -> Ints:
    encoded = values.dictionary_encode(null_encoding="encode").combine_chunks()
    return np.asarray(encoded.indices, np.int64)


def _equals(values: pa.ChunkedArray, value: str) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(pc.equal(values, value), fill_value=False))
