"""What a card and a Croissant file are made of: numbers counted from the written files, names from the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from corpus.errors import BugError
from corpus.layout import parse_part
from corpus.model import CheckReport, Counts, FileEntry, Inputs, NameChanges, Previous, Statistics
from corpus.naming import tag_of
from corpus.schema import SPLITS, UNDETERMINED

ALL: Final = "all"
DEDUPLICATED: Final = "deduplicated"
CONFIGS: Final = (ALL, DEDUPLICATED)
"""The configs, in the order in which `datasets` writes them: by name."""

HUB: Final = "https://huggingface.co/datasets"


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFacts:
    """One split of one config: its files, the rows in them, and the size of these rows in Arrow memory."""

    name: str
    files: tuple[FileEntry, ...]
    rows: int
    arrow_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """Everything that may stand in a card or a Croissant file; `files` are the released Parquet files alone.

    `published` is an ISO date (see `io.epoch`), `license` an SPDX id, `repo` a name like `org/corpus`. An empty
    string says the same as null. `changes` tells what differs from the release `previous`, as Markdown. `tools` are
    versions by name, `changed_settings` maps `table.key` to its value and the default, `example` is a row.
    """

    name: str
    pretty_name: str
    version: str
    repo: str | None
    license: str | None
    statistics: Statistics
    inputs: Inputs
    checks: CheckReport
    files: tuple[FileEntry, ...]
    tool_version: str
    settings_digest: str
    description: str | None = None
    published: str | None = None
    previous: Previous | None = None
    name_changes: NameChanges | None = None
    changes: str = ""
    tools: Mapping[str, str] = field(default_factory=dict)
    changed_settings: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    example: Mapping[str, Any] | None = None

    @property
    def title(self) -> str:
        """The name for people; the short name where there is none."""
        return self.pretty_name or self.name

    @property
    def revision(self) -> str:
        """The tag that the release is published under."""
        return tag_of(self.version)

    @property
    def languages(self) -> tuple[str, ...]:
        """Sorted codes of the languages that rows have; `und` is none."""
        return tuple(sorted(code for code, rows in self.statistics.languages.items() if rows and code != UNDETERMINED))

    def splits(self, config: str) -> tuple[SplitFacts, ...]:
        """The splits of `config` that hold a row, in the order train, validation, test.

        Raises BugError when the files and the statistics do not tell of the same rows.
        """
        numbers = self.statistics
        rows, sizes = (
            (numbers.singles, numbers.single_arrow_bytes)
            if config == DEDUPLICATED
            else (numbers.splits, numbers.arrow_bytes)
        )
        wanted = [file for file in self.files if config == ALL or parse_part(file.path)[1]]
        return tuple(_split_facts(split, wanted, rows, sizes) for split in SPLITS if rows.get(split))


def _split_facts(split: str, files: Sequence[FileEntry], rows: Counts, sizes: Counts) -> SplitFacts:
    own = tuple(sorted((file for file in files if parse_part(file.path)[0] == split), key=lambda file: file.path))
    found = sum(file.rows or 0 for file in own)
    if found != rows[split]:
        what = f"split {split}: the files hold {found} rows, the statistics say {rows[split]}"
        raise BugError(what, remedy="report it, with the settings")
    return SplitFacts(name=split, files=own, rows=found, arrow_bytes=sizes[split])
