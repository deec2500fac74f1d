"""A difference as tables of plain cells, from which both the text for a terminal and Markdown are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from corpus.history.bump import least_version, level_of, reasons
from corpus.history.difference import Difference, Pair
from corpus.history.document import changed_rows
from corpus.history.edition import Edition
from corpus.history.rows import ids_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its title; the cells are anybody's text.

    The columns in `numbers` hold numbers, those in `names` ids, digests and the like. `more` rows are left out.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    names: tuple[int, ...] = ()
    more: int = 0


def verdict(difference: Difference) -> str:
    """One sentence: what the differences ask of the version."""
    if not difference:
        return "Nothing differs."
    version, level = difference.old.manifest.version, level_of(difference)
    return f"Together a {level} change: after {version} comes {least_version(version, level)} at the least."


def tables(difference: Difference, most: int) -> list[Table]:
    """All tables that have something to say; lists of rows and groups end after `most`."""
    made = [
        Table(
            title="Releases",
            header=("", "version", "rows", "content digest", "where"),
            rows=(_edition("old", difference.old), _edition("new", difference.new)),
            numbers=(2,),
            names=(3, 4),
        ),
        Table(
            title="Why a version must go up",
            header=("level", "reason"),
            rows=tuple((reason.level, reason.text) for reason in reasons(difference)),
        ),
        *_rows(difference, most),
        Table(title="Columns", header=("change", "name", "type"), rows=tuple(_columns(difference)), names=(1, 2)),
        *_groups(difference, most),
        counts_table(difference),
    ]
    return [table for table in made if table.rows]


def counts_table(difference: Difference) -> Table:
    """Every number that differs."""
    rows = [
        (table.replace("_", " "), name, f"{old:,}", f"{new:,}", f"{new - old:+,}")
        for table, numbers in difference.counts.items()
        for name, (old, new) in _by_change(numbers.items())
    ]
    return Table(
        title="Counts",
        header=("of", "value", "before", "after", "change"),
        rows=tuple(rows),
        numbers=(2, 3, 4),
        names=(1,),
    )


def _by_change(numbers: Iterable[tuple[str, Pair]]) -> list[tuple[str, Pair]]:
    """Those that differ, the greatest change first."""
    changed = [(name, pair) for name, pair in numbers if pair[0] != pair[1]]
    return sorted(changed, key=lambda item: (-abs(item[1][1] - item[1][0]), item[0]))


def _edition(name: str, edition: Edition) -> tuple[str, ...]:
    manifest = edition.manifest
    return (name, manifest.version, f"{manifest.statistics.rows:,}", manifest.content_digest, edition.where)


def _rows(difference: Difference, most: int) -> Iterator[Table]:
    rows = difference.rows
    for title, table in (("Rows that came", rows.added), ("Rows that went", rows.removed)):
        yield _listed(title, ("id",), ((name,) for name in ids_of(table)), len(table), most)
    yield _counted("Rows that went and are now rejected", ("reason",), difference.rejected_now)
    yield _counted("Rows that came and were rejected", ("reason",), difference.rejected_before)
    header = ("old id", "new id")
    yield _listed("Rows with a new id", header, iter(difference.renamed), len(difference.renamed), most)
    yield _counted("Changes by column", ("column",), rows.by_column())
    yield _counted("Rows that moved to another split", ("from", "to"), difference.moved)
    changed = ((row["id"], ", ".join(row["columns"]), _move(row["moved"])) for row in changed_rows(difference))
    yield _listed("Rows that changed", ("id", "columns", "split"), changed, len(rows.changed), most)


def _move(moved: dict[str, str] | None) -> str:
    return f"{moved['from']} to {moved['to']}" if moved else ""


def _columns(difference: Difference) -> Iterator[tuple[str, ...]]:
    schema = difference.schema
    yield from (("came", name, kind) for name, kind in schema.added.items())
    yield from (("went", name, kind) for name, kind in schema.removed.items())
    yield from (("retyped", name, f"{old}, now {new}") for name, (old, new) in schema.retyped.items())
    for name, change in schema.lists.items():
        yield from (("value came", name, value) for value in change.added)
        yield from (("value went", name, value) for value in change.removed)


def _groups(difference: Difference, most: int) -> Iterator[Table]:
    groups = difference.groups
    merged = ((item.group, ", ".join(item.others)) for item in groups.merged)
    yield _listed("Groups that merged", ("new group", "of old ones"), merged, len(groups.merged), most)
    split = ((item.group, ", ".join(item.others)) for item in groups.split)
    yield _listed("Groups that split", ("old group", "into new ones"), split, len(groups.split), most)
    yield _listed("Groups with a new name", ("old", "new"), iter(groups.renamed), len(groups.renamed), most)


def _counted(title: str, header: tuple[str, ...], counts: Mapping[str, int] | Mapping[tuple[str, str], int]) -> Table:
    """How many rows there are of each name, or of each pair of names."""
    rows = tuple((*([key] if isinstance(key, str) else key), f"{count:,}") for key, count in counts.items())
    last = len(header)
    return Table(title=title, header=(*header, "rows"), rows=rows, numbers=(last,), names=tuple(range(last)))


def _listed(title: str, header: tuple[str, ...], rows: Iterable[Sequence[str]], count: int, most: int) -> Table:
    shown = tuple(tuple(row) for row in islice(rows, most))
    return Table(title=f"{title} ({count:,})", header=header, rows=shown, names=(0, 1), more=count - len(shown))
