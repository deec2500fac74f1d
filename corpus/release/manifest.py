"""Make the manifest of a release: the digest of every other file, and what they hold."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

from corpus.io.documents import FORMAT, file_entry, released_files
from corpus.io.parquet import count_rows, data_files
from corpus.layout import SCHEMA_VERSION
from corpus.model import CheckCounts, FileEntry, Manifest
from corpus.release.facts import CardFacts
from corpus.schema import DUPLICATE_KINDS, FIELD_SOURCES, KINDS, REASONS, SPLITS
from corpus.transforms.unicode import UNICODE_VERSION

TOOL: Final = "corpus-packager"

_LIBRARIES: Final = (
    "chardet", "great-expectations", "jinja2", "langdetect", "langidentify", "numba", "numpy", "pandas", "py3langid",
    "pyarrow", "pyyaml",
)  # fmt: skip
"""The libraries whose version may show in a released byte."""

CLOSED_LISTS: Final = {
    "duplicate_kind": DUPLICATE_KINDS,
    "field_source": FIELD_SOURCES,
    "kind": KINDS,
    "reason": tuple(REASONS),
    "split": SPLITS,
}
"""The closed lists of the row schema as a manifest names them, for whoever compares it with another one."""


def tool_version() -> str:
    """The version of this package."""
    return version(TOOL)


def tools() -> dict[str, str]:
    """The versions of whatever may show in a released byte: Python, Unicode, and libraries."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python, "unicode": UNICODE_VERSION, **{name: version(name) for name in _LIBRARIES}}


def parquet_entries(release: Path) -> tuple[FileEntry, ...]:
    """One entry a Parquet file of the release, sorted by path."""
    return tuple(file_entry(release, path, rows=count_rows(path)) for path in data_files(release))


def make_manifest(release: Path, facts: CardFacts) -> Manifest:
    """The manifest of a release whose other files are all written."""
    data = {entry.path: entry for entry in facts.files}
    others = [path for path in released_files(release) if path.relative_to(release).as_posix() not in data]
    entries = [*data.values(), *(file_entry(release, path) for path in others)]
    failed = sum(not outcome.passed for outcome in facts.checks.outcomes)
    return Manifest(
        format=FORMAT,
        schema_version=SCHEMA_VERSION,
        name=facts.name,
        version=facts.version,
        repo=facts.repo,
        tool={TOOL: facts.tool_version, **tools()},
        settings_digest=facts.settings_digest,
        content_digest=facts.statistics.content_digest,
        inputs=facts.inputs,
        statistics=facts.statistics,
        checks=CheckCounts(expected=facts.checks.expected, failed=failed, passed=facts.checks.passed),
        files=tuple(sorted(entries, key=lambda entry: entry.path)),
        closed_lists=CLOSED_LISTS,
        previous=facts.previous,
        name_changes=facts.name_changes,
    )
