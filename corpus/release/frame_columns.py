"""The columns of the frame that data checks look at; a suite may name no other."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from corpus.schema import COLUMNS, Column

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

FRAME: Final = pa.schema([(column.name, column.type) for column in (*SCALARS, *DERIVED)])

OF_THE_WHOLE: Final = (
    "corpus_boilerplate_share",
    "corpus_other_share",
    "group_rows",
    "group_splits",
    "group_kinds_match",
    "kept_exists",
    "related_ids_known",
)
"""The columns that follow from all rows together; the others follow from each row alone."""


def stand_in(column: Column) -> str:
    """The column of the frame that is null where `column` is: its length for long texts, its count for lists."""
    if pa.types.is_list(column.type):
        return f"{column.name}_count"
    return f"{column.name}_chars" if column.name in _LONG_TEXTS else column.name
