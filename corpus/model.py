"""The frozen nouns that travel between the stages. Rows are never objects: they live in Arrow columns.

What is made for every file is a NamedTuple, here and elsewhere: a frozen dataclass takes five times as long to make.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

Counts = Mapping[str, int]
"""Counts by name, keys in sorted order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarEntry:
    """What one row of a `metadata.csv` or `metadata.jsonl` says of a file, or of the record `key` in it."""

    key: str | None
    values: Mapping[str, Any]


class SourceFile(NamedTuple):
    """One file below the input folder: `id` is its released name, `path` what the system calls it, `size` in bytes.

    `reason` is set when the listing alone rejects it (a link out of the folder, a device, a glob of the settings).
    `version` tells the states of an object in a store apart; `sidecar` is what sidecars say of it, the nearest last.
    """

    id: str
    path: str
    size: int
    reason: str | None = None
    detail: str = ""
    version: str = ""
    sidecar: tuple[SidecarEntry, ...] = ()


class Rejection(NamedTuple):
    """One input that made no row; `sha256` is null where its bytes were never read."""

    path: str
    sha256: str | None
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision of the maintainer about one row, from `overrides.jsonl`.

    `action` is `title`, `kind` (then `text` is the lines it is about), `language`, `not_duplicate_of` or `exclude`;
    `value` is what it sets, `line` where it stands.
    """

    id: str
    action: str
    value: str | None
    text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChanges:
    """What became of the groups of the previous release, as pairs in sorted order.

    `merged`: a name that is gone, and the one that took it in. `parted`: a name, and another group that now holds some
    of its rows. `moved`: a group, and a split from which rows of it went to train, because it came from several.
    """

    merged: tuple[tuple[str, str], ...] = ()
    parted: tuple[tuple[str, str], ...] = ()
    moved: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A run of source files that one task ingests; its borders depend on the list of files alone.

    `look` is a digest of what the system says of the files, null where that proves nothing or is not all there is.
    """

    number: int
    files: Sequence[SourceFile]
    look: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What a task says of an ingested shard: where its rows lie, how many, and which inputs made none.

    A shard with large containers is staged in several runs of rows, numbered on; what is said of its inputs stands in
    the first. `found` are the fields that the settings name and that some record has, `seen` names of some fields.
    `digest` is that of the staged rows, empty where nobody took it.
    """

    number: int
    inputs: int
    bytes: int
    rows: int
    rejections: tuple[Rejection, ...]
    excluded: Counts
    used: tuple[Decision, ...]
    idle: tuple[Decision, ...]
    found: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One Parquet file of the release: its path, and the shards whose rows of this split and file kind it holds.

    `size` is the bytes of text in it; `key` is a digest of all that decides its bytes, empty where nobody took it.
    """

    path: str
    split: str
    single: bool
    shards: tuple[int, ...]
    size: int
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One released file: POSIX path below the release folder, size in bytes, SHA-256 in hex; rows for Parquet."""

    path: str
    size: int
    sha256: str
    rows: int | None = None


NOTHING: Final = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The digest where there are none; manifests that say nothing of sidecars or exclusions were made without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The ledger of the inputs: rows + rejected + excluded = count, always.

    `digest` covers sorted `sha256 id` lines of rows and rejected; of excluded inputs only a count by reason is kept.
    `sidecars` covers the `metadata.csv` and `metadata.jsonl` files, which are no inputs and change rows; `exclusions`
    covers the list of what must not come back.
    """

    count: int
    bytes: int
    digest: str
    sidecars: str = NOTHING
    exclusions: str = NOTHING
    rows: int
    rejected: Counts
    excluded: Counts
    overrides: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What stands in the written Parquet files, counted again from them.

    `splits` maps a split to its rows, `singles` to its rows in the `deduplicated` config; `arrow_bytes` and
    `single_arrow_bytes` give the same rows' size in Arrow memory. `flags` counts rows by kind of boilerplate,
    `removed_chars` the removed code points by kind.
    """

    rows: int
    splits: Counts
    singles: Counts
    arrow_bytes: Counts
    single_arrow_bytes: Counts
    duplicate_kinds: Counts
    languages: Counts
    encodings: Counts
    flags: Counts
    removed_chars: Counts
    groups: int
    titles: int
    chars: int
    words: int
    content_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """One data check: its name, what it looks at, the limit, what was found, and up to 20 ids of rows that failed.

    `remedy` says what to do when it fails; `error` is set where the check itself crashed.
    """

    suite: str
    check: str
    column: str
    limit: str
    found: str
    passed: bool
    failed_rows: int
    sample: tuple[str, ...]
    remedy: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """The outcome of every data check; `expected` is the number of expectations that stand in the suite files.

    `thresholds` holds the limits of the settings that were in force, by name.
    """

    passed: bool
    expected: int
    evaluated: int
    thresholds: Mapping[str, float | None]
    outcomes: tuple[CheckOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCounts:
    """The outcome of all data checks in numbers: how many stand in the suites, how many failed, whether all passed."""

    expected: int
    failed: int
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The release that a build was given as the one before it: an input of the build like any other."""

    version: str
    content_digest: str
    release_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The last file of a release: digests of inputs, settings, content and every other file, and the counts.

    `closed_lists` are the values that kinds, reasons and the like may have, by name; `previous` is null where the
    settings name no release before this one. `name_changes` are held against that one.
    """

    format: int
    schema_version: int
    name: str
    version: str
    repo: str | None
    tool: Mapping[str, str]
    settings_digest: str
    content_digest: str
    inputs: Inputs
    statistics: Statistics
    checks: CheckCounts
    files: tuple[FileEntry, ...]
    closed_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    previous: Previous | None = None
    name_changes: NameChanges | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A finished build: where it lies (`<out>.failed` when a data check failed), its manifest and its checks.

    `address` is where it was put, if that is no folder.
    """

    path: Path
    manifest: Manifest
    checks: CheckReport
    address: str | None = None
