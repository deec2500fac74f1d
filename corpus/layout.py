"""The layout of a release folder: the name of every file in it, spelled here and nowhere else."""

from __future__ import annotations

from typing import Final

SCHEMA_VERSION: Final = 1
"""Version of the row format; `docs/format.md` keeps its history."""

MANIFEST: Final = "manifest.json"
CARD: Final = "README.md"
CHECKS: Final = "checks.json"
REJECTED: Final = "rejected.jsonl"
CROISSANT: Final = "croissant.json"

DATA: Final = "data"
"""The folder of the Parquet files; below it one folder a split."""

SPLIT_PATTERN: Final = f"{DATA}/([^/]+)/.+$"
"""A regular expression whose group is the split of a Parquet file's path, for readers of ours in other languages."""

_SUFFIX: Final = ".parquet"
_SINGLE, _COPY = "unique-", "duplicate-"


def part_path(split: str, number: int, of: int, *, single: bool) -> str:
    """The path of a Parquet file; `single` where its rows belong to both configs.

    `part_path("train", 0, 2, single=True)` is `data/train/unique-00000-of-00002.parquet`.
    """
    return f"{DATA}/{split}/{_SINGLE if single else _COPY}{number:05d}-of-{of:05d}{_SUFFIX}"


def parse_part(path: str) -> tuple[str, bool]:
    """The split of a Parquet file and whether its rows belong to both configs.

    Raises ValueError for what does not lie in the folder of a split.
    """
    folder, split, name = path.split("/")
    if folder != DATA:
        raise ValueError(f"{path} lies outside of {DATA}/")
    return split, name.startswith(_SINGLE)


def is_part(path: str) -> bool:
    """Whether a path would be loaded as rows of the release, however deep it lies."""
    return path.startswith(f"{DATA}/") and path.endswith(_SUFFIX)
