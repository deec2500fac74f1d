"""A difference as one JSON document; `schemas/diff-v1.json` describes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from corpus.history.bump import level_of, reasons
from corpus.history.difference import Difference
from corpus.history.edition import Edition
from corpus.history.rows import ids_of
from corpus.history.texts import Reworded

VERSION: Final = 1
"""Version of the document."""


def diff_document(difference: Difference, texts: Sequence[Reworded] = (), *, most: int | None = None) -> dict[str, Any]:
    """The document: plain lists and objects. Of long lists of ids it has the first `most`, and always the count."""
    rows = difference.rows
    return {
        "version": VERSION,
        "old": _edition(difference.old),
        "new": _edition(difference.new),
        "same": not difference,
        "level": level_of(difference),
        "reasons": [{"level": reason.level, "text": reason.text} for reason in reasons(difference)],
        "rows": {
            "added": {"count": len(rows.added), "ids": _first(ids_of(rows.added), most)},
            "removed": {"count": len(rows.removed), "ids": _first(ids_of(rows.removed), most)},
            "changed": {
                "count": len(rows.changed),
                "by_column": rows.by_column(),
                "by_role": rows.by_role(),
                "rows": _first(changed_rows(difference), most),
            },
            "moved": [{"from": old, "to": new, "rows": count} for (old, new), count in difference.moved.items()],
            "renamed": {
                "count": len(difference.renamed),
                "rows": _first(({"old": old, "new": new} for old, new in difference.renamed), most),
            },
            "rejected_now": dict(difference.rejected_now),
            "rejected_before": dict(difference.rejected_before),
        },
        "columns": _schema(difference),
        "groups": _groups(difference, most),
        "counts": {
            table: {name: {"old": old, "new": new} for name, (old, new) in numbers.items()}
            for table, numbers in difference.counts.items()
        },
        "other": list(difference.other),
        "texts": [
            {"id": item.id, "column": item.column, "pieces": [[piece.kind, piece.text] for piece in item.pieces]}
            for item in texts
        ],
    }


def _edition(edition: Edition) -> dict[str, Any]:
    manifest = edition.manifest
    return {
        "where": edition.where,
        "name": manifest.name,
        "version": manifest.version,
        "schema_version": manifest.schema_version,
        "rows": manifest.statistics.rows,
        "content_digest": manifest.content_digest,
        "release_digest": edition.digest,
    }


def _first(items: Iterable[Any], most: int | None) -> list[Any]:
    return list(islice(items, most))


def changed_rows(difference: Difference) -> Iterator[dict[str, Any]]:
    """Each changed row: its id, the columns that changed, and the splits `from` and `to` where it moved, else null."""
    splits = [[side.split_of(entry) for entry in side.parts] for side in (difference.old, difference.new)]
    for batch in difference.rows.changed.to_batches():
        for row in batch.to_pylist():
            old, new = splits[0][row["old_part"]], splits[1][row["new_part"]]
            moved = {"from": old, "to": new} if old != new else None
            yield {"id": row["id"], "columns": list(difference.rows.column_sets[row["columns"]]), "moved": moved}


def _schema(difference: Difference) -> dict[str, Any]:
    schema = difference.schema
    return {
        "added": dict(schema.added),
        "removed": dict(schema.removed),
        "retyped": {name: {"old": old, "new": new} for name, (old, new) in schema.retyped.items()},
        "reordered": schema.reordered,
        "lists": {
            name: {"added": list(change.added), "removed": list(change.removed)}
            for name, change in schema.lists.items()
        },
    }


def _groups(difference: Difference, most: int | None) -> dict[str, Any]:
    groups = difference.groups
    return {
        "merged": {
            "count": len(groups.merged),
            "groups": _first(({"new": item.group, "old": list(item.others)} for item in groups.merged), most),
        },
        "split": {
            "count": len(groups.split),
            "groups": _first(({"old": item.group, "new": list(item.others)} for item in groups.split), most),
        },
        "renamed": {
            "count": len(groups.renamed),
            "groups": _first(({"old": old, "new": new} for old, new in groups.renamed), most),
        },
    }
