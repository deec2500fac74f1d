"""Splits are drawn by group: copies of one article never stand in two splits."""

from __future__ import annotations

import hashlib
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from corpus.limits import check_shares
from corpus.schema import SPLITS

_PARTS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOptions:
    """Shares of the splits; they add up to 1."""

    train: float = field(default=1.0, metadata={"doc": "Share of the groups in train."})
    validation: float = field(default=0.0, metadata={"doc": "Share of the groups in validation."})
    test: float = field(default=0.0, metadata={"doc": "Share of the groups in test."})
    seed: str = field(default="corpus", metadata={"doc": "Another word draws other splits."})

    def __post_init__(self) -> None:
        check_shares(self, "train", "validation", "test")
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the shares of the splits must add up to 1, these give {total:g}")


def group_name(founder: str) -> str:
    """The name of the group founded by the article with this id."""
    return "g" + hashlib.sha256(founder.encode()).hexdigest()[:16]


def fresh_name(founder: str, taken: Set[str]) -> str:
    """The name of a new group beside `taken` ones: an id that founded another group once takes a number along."""
    name, number = group_name(founder), 0
    while name in taken:
        number += 1
        name = group_name(f"{founder}\n{number}")
    return name


def split_of(group: str, options: SplitOptions) -> str:
    """The split of a group: a hash of seed and name, in millionths, against the cumulated shares."""
    if options.train == 1:
        return SPLITS[0]
    digest = hashlib.sha256(f"{options.seed}:{group}".encode()).digest()
    drawn = int.from_bytes(digest[:8], "big") % _PARTS
    limit = 0.0
    for split, share in zip(SPLITS, (options.train, options.validation, options.test), strict=True):
        limit += share
        if drawn < round(limit * _PARTS):
            return split
    return SPLITS[0]
