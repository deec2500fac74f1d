"""The columns of two releases side by side, what each column tells of an article, and which can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa

from corpus.history.bodies import TELLING
from corpus.history.edition import Edition
from corpus.io.parquet import open_parquet
from corpus.schema import ARTICLE, DUPLICATE_COLUMNS

Role = Literal["content", "relations", "provenance"]

PROVENANCE: Final = ("field_sources", "source_path", "source_sha256", "encoding")
"""Columns that say where a row came from and nothing about the article."""


def role_of(column: str) -> Role:
    """What a column tells: a relation to other rows, where the row came from, or (like all others) the article."""
    if column in DUPLICATE_COLUMNS:
        return "relations"
    return "provenance" if column in PROVENANCE else "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """What went into a closed list of values, and what went out of it."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChanges:
    """How the columns differ: types by name, before and after; `lists` are the closed lists that differ.

    `reordered` tells that the columns which both have stand in another order; `versions` are those of the row schema.
    """

    added: Mapping[str, str]
    removed: Mapping[str, str]
    retyped: Mapping[str, tuple[str, str]]
    reordered: bool
    versions: tuple[int, int]
    lists: Mapping[str, ListChange]

    def __bool__(self) -> bool:
        changed = self.added or self.removed or self.retyped or self.lists or self.reordered
        return bool(changed) or self.versions[0] != self.versions[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """The columns that stand in both releases with one type, in the order of the new one.

    `by_text` tells that bodies need not be read to know whether a row has changed.
    """

    names: tuple[str, ...]
    by_text: bool

    @property
    def narrow(self) -> tuple[str, ...]:
        """The columns that are read of every row that may differ; without `id`."""
        return tuple(name for name in self.names if not (self.by_text and name == "body"))


def schema_of(edition: Edition, part: int) -> pa.Schema:
    """The Arrow schema of one Parquet file of a release."""
    entry = edition.parts[part]
    edition.fetch([entry.path])
    with open_parquet(edition.folder / entry.path) as file:
        return file.schema_arrow


def schema_changes(old: pa.Schema, new: pa.Schema, editions: tuple[Edition, Edition]) -> SchemaChanges:
    """How `new` differs from `old`, and what the manifests say of closed lists and of the schema's version."""
    before, after = _types(old), _types(new)
    shared = [name for name in before if name in after]
    first, second = (edition.manifest for edition in editions)
    return SchemaChanges(
        added={name: kind for name, kind in after.items() if name not in before},
        removed={name: kind for name, kind in before.items() if name not in after},
        retyped={name: (before[name], after[name]) for name in shared if before[name] != after[name]},
        reordered=shared != [name for name in after if name in before],
        versions=(first.schema_version, second.schema_version),
        lists=_lists(first.closed_lists, second.closed_lists),
    )


def comparable(old: pa.Schema, new: pa.Schema) -> Comparable:
    """Which columns can be held against each other row by row."""
    before, after = _types(old), _types(new)
    names = tuple(name for name, kind in after.items() if name != "id" and before.get(name) == kind)
    ours = _types(ARTICLE)
    known = all(name in names and after[name] == ours[name] for name in (*TELLING, "body"))
    return Comparable(names=names, by_text=known)


def _types(schema: pa.Schema) -> dict[str, str]:
    return {field.name: f"{field.type}{'' if field.nullable else ' not null'}" for field in schema}


def _lists(old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]) -> dict[str, ListChange]:
    """The closed lists that both manifests name and that differ."""
    found = {}
    for name in sorted(set(old) & set(new)):
        added = tuple(value for value in new[name] if value not in old[name])
        removed = tuple(value for value in old[name] if value not in new[name])
        if added or removed:
            found[name] = ListChange(added=added, removed=removed)
    return found
