"""The titles and bodies of a few rows in both releases: nothing else reads a text that nobody asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from corpus.errors import UsageError
from corpus.history.difference import Difference
from corpus.history.edition import Edition
from corpus.history.streams import part_batches
from corpus.history.words import Piece, word_diff

COLUMNS: Final = ("title", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reworded:
    """One text of a row that has changed."""

    id: str
    column: str
    pieces: tuple[Piece, ...]


def reworded(difference: Difference, most: int) -> list[Reworded]:
    """The changed texts of the first `most` rows whose title or body has changed."""
    sets = [number for number, names in enumerate(difference.rows.column_sets) if set(COLUMNS) & set(names)]
    changed = difference.rows.changed
    chosen = changed.filter(pc.is_in(changed["columns"], value_set=pa.array(sets, pa.int32()))).slice(0, most)
    return _reworded(difference, chosen)


def reworded_row(difference: Difference, row_id: str) -> list[Reworded]:
    """The changed texts of one row, none where its texts are the same; UsageError where not both releases have it."""
    rows = difference.rows
    for table, side in ((rows.added, difference.new), (rows.removed, difference.old)):
        if _with_id(table, row_id).num_rows:
            remedy = f"corpus show ID --build {side.folder} shows it"
            raise UsageError("only one of the releases has this row", where=side.where, found=row_id, remedy=remedy)
    chosen = _with_id(rows.changed, row_id)
    if not len(chosen) and not _has_row(difference.new, row_id):
        remedy = "ids are paths below the input folder; corpus diff without --row lists those that differ"
        raise UsageError("neither release has a row with this id", found=row_id, remedy=remedy)
    return _reworded(difference, chosen)


def _reworded(difference: Difference, chosen: pa.Table) -> list[Reworded]:
    changed = {row["id"]: difference.rows.column_sets[row["columns"]] for row in chosen.to_pylist()}
    columns = [column for column in COLUMNS if any(column in names for names in changed.values())]
    before = _texts(difference.old, chosen["id"], chosen["old_part"], columns)
    after = _texts(difference.new, chosen["id"], chosen["new_part"], columns)
    found = []
    for row in chosen.to_pylist():
        for column in (name for name in columns if name in changed[row["id"]]):
            old, new = (side[row["id"]][column] or "" for side in (before, after))
            found.append(Reworded(id=row["id"], column=column, pieces=tuple(word_diff(old, new))))
    return sorted(found, key=lambda item: (item.id, COLUMNS.index(item.column)))


def _texts(
    edition: Edition, ids: pa.ChunkedArray, parts: pa.ChunkedArray, columns: Sequence[str]
) -> dict[str, Mapping[str, Any]]:
    wanted = pa.array(ids.to_pylist(), pa.string())
    found = {}
    for number in sorted(set(parts.to_pylist())):
        for batch in part_batches(edition, number, ("id", *columns)):
            rows = batch.filter(pc.is_in(batch["id"], value_set=wanted)).to_pylist()
            found.update({row["id"]: row for row in rows})
    return found


def _with_id(table: pa.Table, row_id: str) -> pa.Table:
    return table.filter(pc.equal(table["id"], row_id))


def _has_row(edition: Edition, row_id: str) -> bool:
    edition.fetch([entry.path for entry in edition.parts])
    batches = (batch for number in range(len(edition.parts)) for batch in part_batches(edition, number, ("id",)))
    return any(pc.any(pc.equal(batch["id"], row_id)).as_py() for batch in batches)
