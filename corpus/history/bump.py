"""The version that follows from a difference, by the rules of `docs/releases.md`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from corpus.history.difference import Difference
from corpus.naming import VERSION, version_order

Level = Literal["none", "patch", "minor", "major"]
LEVELS: Final[tuple[Level, ...]] = ("none", "patch", "minor", "major")
"""How far a version must go up, from the least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a version must go up that far, in words like `3 rows went`."""

    level: Level
    text: str


def reasons(difference: Difference) -> list[Reason]:
    """All reasons, those of the highest level first."""
    other = [Reason(level="patch", text=f"other {', '.join(difference.other)}")] if difference.other else []
    return [*data_reasons(difference), *other]


def data_reasons(difference: Difference) -> list[Reason]:
    """The reasons that lie in rows, columns and the ledger of the inputs, those of the highest level first."""
    found = [*_of_rows(difference), *_of_schema(difference), *_of_the_ledger(difference)]
    return sorted(found, key=lambda reason: -LEVELS.index(reason.level))


def level_of(difference: Difference) -> Level:
    """The highest level of all reasons."""
    return max((reason.level for reason in reasons(difference)), key=LEVELS.index, default="none")


def least_version(previous: str, level: Level) -> str:
    """The least version that may follow `previous`.

    Before 1.0.0 the second number takes the place of the first: what breaks raises it, all else raises the third. A
    pre-release is followed by its release where that goes up far enough. `least_version("0.4.1", "major")` is `0.5.0`,
    `least_version("1.2.0-rc.1", "minor")` is `1.2.0`. Raises ValueError for what is no version.
    """
    if level == "none":
        return previous
    major, minor, patch, pre = _numbers(previous)
    if major == 0:
        level = "minor" if level == "major" else "patch"
    if pre and LEVELS.index(level) <= LEVELS.index(_level_of_numbers(major, minor, patch)):
        return f"{major}.{minor}.{patch}"
    if level == "major":
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if level == "minor" else f"{major}.{minor}.{patch + 1}"


def is_enough(version: str, previous: str, level: Level) -> bool:
    """Whether `version` may follow `previous`: above it, and no lower than the least one or a pre-release of it.

    Raises ValueError for what is no version.
    """
    least = least_version(previous, level)
    above = version_order(version) > version_order(previous)
    return (above or (level == "none" and version == previous)) and _numbers(version)[:3] >= _numbers(least)[:3]


def _numbers(version: str) -> tuple[int, int, int, bool]:
    """The three numbers, and whether it is a pre-release."""
    version_order(version)
    match = VERSION.fullmatch(version)
    assert match is not None  # noqa: S101 (version_order has raised)
    return int(match[1]), int(match[2]), int(match[3]), bool(match[4])


def _level_of_numbers(major: int, minor: int, patch: int) -> Level:
    """How far a version of these numbers has gone up, as its zeros tell."""
    if patch:
        return "patch"
    return "minor" if minor or major == 0 else "major"


def _of_rows(difference: Difference) -> Iterator[Reason]:
    rows, roles = difference.rows, difference.rows.by_role()
    if len(rows.removed):
        yield Reason(level="major", text=f"{count_of_rows(len(rows.removed))} went")
    if roles["content"]:
        yield Reason(level="major", text=f"the content of {count_of_rows(roles['content'])} changed")
    if difference.moved:
        yield Reason(level="major", text=f"{count_of_rows(sum(difference.moved.values()))} moved to another split")
    if len(rows.added):
        yield Reason(level="minor", text=f"{count_of_rows(len(rows.added))} came")
    if roles["relations"]:
        yield Reason(level="minor", text=f"what is said of copies changed in {count_of_rows(roles['relations'])}")
    if roles["provenance"]:
        yield Reason(level="patch", text=f"where {count_of_rows(roles['provenance'])} came from changed")


def _of_schema(difference: Difference) -> Iterator[Reason]:
    schema = difference.schema
    if schema.removed:
        yield Reason(level="major", text=f"columns went: {', '.join(schema.removed)}")
    if schema.retyped:
        yield Reason(level="major", text=f"columns have another type: {', '.join(schema.retyped)}")
    if schema.added:
        yield Reason(level="minor", text=f"columns came: {', '.join(schema.added)}")
    for name, change in schema.lists.items():
        if change.removed:
            yield Reason(level="major", text=f"values of {name} went: {', '.join(change.removed)}")
        if change.added:
            yield Reason(level="minor", text=f"values of {name} came: {', '.join(change.added)}")
    old, new = schema.versions
    if old != new:
        yield Reason(level="minor", text=f"the row schema went from version {old} to {new}")
    if schema.reordered:
        yield Reason(level="patch", text="columns stand in another order")


def _of_the_ledger(difference: Difference) -> Iterator[Reason]:
    if difference.ledger:
        yield Reason(level="patch", text=f"other counts: {', '.join(difference.ledger)}")


def count_of_rows(count: int) -> str:
    """In words: `1 row`, `2,000 rows`."""
    return f"{count:,} row" if count == 1 else f"{count:,} rows"
