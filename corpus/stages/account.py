"""What became of the inputs of one shard: every one is a row, rejected, or excluded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final

from corpus.model import Decision, Rejection, Staged
from corpus.stages.runs import order_of

_SEEN: Final = 1000
"""So many names of fields are kept, to name the nearest one to a name that no record has."""


@dataclass(slots=True)
class Account:
    """Counts and lists that grow while a shard is read, or one file of it."""

    inputs: int = 0
    bytes: int = 0
    sha256: str | None = None
    """Of the bytes that were read, where the account is of one file."""
    rejections: list[Rejection] = field(default_factory=list)
    _excluded: dict[str, int] = field(default_factory=dict)
    _used: list[Decision] = field(default_factory=list)
    _idle: list[Decision] = field(default_factory=list)
    _of_rows: dict[str, tuple[tuple[str, ...], tuple[Decision, ...]]] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def add(self, other: Account) -> None:
        """Put the account of one file on this one."""
        self.inputs += other.inputs
        self.bytes += other.bytes
        self.rejections += other.rejections
        for reason, count in other._excluded.items():
            self._excluded[reason] = self._excluded.get(reason, 0) + count
        self._used += other._used
        self._idle += other._idle
        if other.seen:
            self.fields(other.seen | other.found, other.found)

    def reject(self, path: str, sha256: str | None, reason: str, detail: str) -> None:
        """An input that makes no row; it has been counted as one."""
        self.rejections.append(Rejection(path=path, sha256=sha256, reason=reason, detail=detail))

    def exclude(self, reason: str, decision: Decision | None = None) -> None:
        """An input that the maintainer leaves out, by an exclusion or by a decision about it."""
        self._excluded[reason] = self._excluded.get(reason, 0) + 1
        if decision:
            self._used.append(decision)

    @property
    def excludes(self) -> bool:
        """Whether an input was left out."""
        return bool(self._excluded)

    def idle(self, decisions: Sequence[Decision]) -> None:
        """Decisions about a row that a filter leaves out."""
        self._idle.extend(decisions)

    def decided(self, row: Mapping[str, Any]) -> None:
        """Decisions that found their place in a row; of rows with one id those of the first in `order_of` count."""
        if not row["used"]:
            return
        known, order = self._of_rows.get(row["id"]), order_of(row)
        if known is None or order < known[0]:
            self._of_rows[row["id"]] = order, tuple(row["used"])

    def fields(self, names: AbstractSet[str], wanted: AbstractSet[str]) -> None:
        """The fields of a record, of which the `wanted` ones are those that the settings name."""
        if not names:
            return
        self.found |= names & wanted
        if len(self.seen) < _SEEN:
            self.seen |= names

    def staged(self, pieces: Sequence[int]) -> list[Staged]:
        """What to say of the shard, of which each piece has so many rows: all that is said stands in the first one."""
        used = [*self._used, *(decision for _, decisions in self._of_rows.values() for decision in decisions)]
        first = Staged(
            number=0,
            inputs=self.inputs,
            bytes=self.bytes,
            rows=pieces[0],
            rejections=tuple(self.rejections),
            excluded=dict(sorted(self._excluded.items())),
            used=tuple(used),
            idle=tuple(self._idle),
            found=frozenset(self.found),
            seen=frozenset(self.seen),
        )
        others = [
            Staged(number=n, inputs=0, bytes=0, rows=rows, rejections=(), excluded={}, used=(), idle=())
            for n, rows in enumerate(pieces[1:], start=1)
        ]
        return [first, *others]
