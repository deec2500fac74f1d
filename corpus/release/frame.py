"""The frame that data checks look at: one row per article, scalar columns only, made from the written Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.parquet import data_files
from corpus.release.frame_columns import FRAME, FRAME_COLUMNS
from corpus.release.part_facts import PART, RELATED, part_facts
from corpus.release.row_facts import Facts, Ints, none_in_row

if TYPE_CHECKING:
    import pandas as pd

DECIDING_WHOLE: Final = (
    "id",
    "split",
    "duplicate_group",
    "duplicate_kind",
    "duplicate_of",
    "boilerplate_chars",
    "other_chars",
    "body_chars",
    RELATED,
)
"""The columns that tell what follows from all rows together."""


def check_frame(build: Path) -> pd.DataFrame:
    """The columns `FRAME_COLUMNS` of every row below `build`/data, in the order of their ids; raises DataError."""
    paths = [path.relative_to(build).as_posix() for path in data_files(build)]
    parts = [facts for path in paths for facts in part_facts(build, path)]
    return frame_of(pa.Table.from_batches(parts, schema=PART))


def frame_of(table: pa.Table) -> pd.DataFrame:
    """The frame of all rows from the facts of their files: with what follows from all rows together, in order of id."""
    if not len(table):
        return _in_order(FRAME.empty_table())
    return _in_order(with_whole(table).select(FRAME_COLUMNS).cast(FRAME))


def with_whole(table: pa.Table) -> pa.Table:
    """Rows, one at least, that have the columns `DECIDING_WHOLE`, with the columns that follow from all together."""
    for facts in (_corpus_facts(table), _group_facts(table), _link_facts(table)):
        for name, values in facts.items():
            table = table.append_column(name, values if isinstance(values, pa.ChunkedArray) else pa.array(values))
    return table


def _in_order(table: pa.Table) -> pd.DataFrame:
    """The rows in the order of the UTF-8 bytes of their ids, so that the first failed rows are the smallest."""
    frame: pd.DataFrame = table.take(pc.sort_indices(table, sort_keys=[("id", "ascending")])).to_pandas()
    return frame


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


def _link_facts(table: pa.Table) -> Facts:
    kept = table.filter(pc.equal(table["duplicate_kind"], "kept"))
    position = pc.index_in(table["duplicate_of"], value_set=kept["id"])
    same_group = pc.equal(kept["duplicate_group"].take(position), table["duplicate_group"])
    return {
        "kept_exists": pc.or_(table["duplicate_of"].is_null(), pc.fill_null(same_group, fill_value=False)),
        "related_ids_known": none_in_row(*_strange_relations(table), len(table)),
    }


def _strange_relations(table: pa.Table) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """For every related id the number of its row, and whether it is that row's own or no row's."""
    related = table[RELATED].combine_chunks()
    parents, ids = pc.list_parent_indices(related), related.flatten()
    itself = pc.fill_null(pc.equal(ids, table["id"].take(parents).combine_chunks()), fill_value=False)
    known = pc.is_in(ids, value_set=table["id"]) if len(ids) else pa.array([], pa.bool_())
    return parents.to_numpy(), pc.or_(pc.invert(known), itself).to_numpy(zero_copy_only=False)


def _codes(values: pa.ChunkedArray) -> Ints:
    encoded = values.dictionary_encode(null_encoding="encode").combine_chunks()
    return np.asarray(encoded.indices, np.int64)


def _equals(values: pa.ChunkedArray, value: str) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(pc.equal(values, value), fill_value=False))
