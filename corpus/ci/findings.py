"""Failed data checks as findings: the worst first, each with its first failing rows, and where those stand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

import pyarrow as pa
import pyarrow.compute as pc

from corpus.config import Config
from corpus.errors import CorpusError
from corpus.io.addresses import Address
from corpus.io.content import CODECS
from corpus.io.decode import RefusedError
from corpus.io.ids import KEY_SIGN, file_of
from corpus.io.opening import opened
from corpus.io.parquet import data_files, read_batches
from corpus.io.readers import form_of
from corpus.io.records import ReadOptions, Record
from corpus.model import CheckOutcome, CheckReport, SourceFile

_EXCERPT: Final = 120
"""Characters of a row that are shown: its title, or how its body begins."""

_SEARCHED_BYTES: Final = 256 * 1024 * 1024
"""A container that is larger is not read again only to find the line of a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRow:
    """A row that failed: the file that it comes from as seen from here, the line it begins in, and how it reads."""

    id: str
    file: str
    line: int
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A check that did not pass, with the first rows that failed it; none where it looks at the corpus as a whole."""

    outcome: CheckOutcome
    rows: tuple[FailedRow, ...]

    @property
    def message(self) -> str:
        """What was found, against which limit, and what to do."""
        outcome = self.outcome
        said = f"the check crashed: {outcome.error}" if outcome.error is not None else f"found {outcome.found}"
        return f"{said}; limit: {outcome.limit}" + (f"; {outcome.remedy}" if outcome.remedy else "")

    @property
    def unseen(self) -> int:
        """How many rows failed beside those that are named here."""
        return max(0, self.outcome.failed_rows - len(self.rows))


def key_of(outcome: CheckOutcome) -> tuple[str, str, str]:
    """What tells a check from all others: its suite, its name, its column."""
    return outcome.suite, outcome.check, outcome.column


def findings_of(report: CheckReport, build: Path, config: Config | None) -> list[Finding]:
    """What failed, the worst first: crashed checks, what is wrong with the corpus as a whole, then by failed rows.

    The files of the rows are named as seen from the working folder, where the settings say where the articles lie.
    """
    failed = sorted((outcome for outcome in report.outcomes if not outcome.passed), key=_badness)
    wanted = {name for outcome in failed for name in outcome.sample}
    rows = _rows(build, wanted, config) if wanted else {}
    return [
        Finding(outcome=outcome, rows=tuple(rows[name] for name in outcome.sample if name in rows))
        for outcome in failed
    ]


def _badness(outcome: CheckOutcome) -> tuple[bool, bool, int, str, str, str]:
    whole = outcome.failed_rows == 0
    return outcome.error is None, not whole, -outcome.failed_rows, *key_of(outcome)


def _rows(build: Path, wanted: set[str], config: Config | None) -> dict[str, FailedRow]:
    excerpts = _excerpts(build, wanted)
    lines = _lines(sorted(excerpts), config) if config else {}
    return {
        name: FailedRow(id=name, file=_seen_file(file_of(name), config), line=lines.get(name, 1), excerpt=text)
        for name, text in sorted(excerpts.items())
    }


def _excerpts(build: Path, wanted: set[str]) -> dict[str, str]:
    """The titles of these rows, or how their bodies begin."""
    found: dict[str, str] = {}
    value_set = pa.array(sorted(wanted), pa.string())
    for path in data_files(build):
        for batch in read_batches(path, ["id", "title", "body"]):
            for row in batch.filter(pc.is_in(batch["id"], value_set=value_set)).to_pylist():
                found.setdefault(row["id"], " ".join((row["title"] or row["body"][: 2 * _EXCERPT]).split())[:_EXCERPT])
    return found


def _system_path(file_id: str) -> str:
    """What the system calls the file of that id, as far as its name was in NFC."""
    return os.fsdecode(unquote_to_bytes(file_id))


def _seen_file(file_id: str, config: Config | None) -> str:
    """A file as seen from the working folder; where the articles cannot be reached from it, by its id."""
    if config is None:
        return file_id
    if isinstance(config.source, Address):
        return f"{config.source.url.rstrip('/')}/{file_id}"
    path = config.source.resolve() / _system_path(file_id)
    home = Path.cwd()
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else file_id


def _lines(names: Sequence[str], config: Config) -> dict[str, int]:
    """The lines in which records of containers begin, where the file is at hand and its form has lines."""
    keys: dict[str, set[str]] = {}
    for name in names:
        file_id, sign, key = name.partition(KEY_SIGN)
        if sign:
            keys.setdefault(file_id, set()).add(key)
    return {
        f"{file_id}{KEY_SIGN}{key}": line
        for file_id, wanted in keys.items()
        for key, line in _lines_in(file_id, wanted, config)
    }


def _lines_in(file_id: str, wanted: set[str], config: Config) -> Iterable[tuple[str, int]]:
    form = form_of(file_id)
    if form is None or isinstance(config.source, Address) or form[1] in CODECS:
        return []
    path = config.source / _system_path(file_id)
    if not path.is_file() or path.stat().st_size > _SEARCHED_BYTES:
        return []
    file = SourceFile(id=file_id, path=_system_path(file_id), size=path.stat().st_size)
    found: Mapping[str, int] = {}
    try:
        with opened(config.source, file, Path()) as content:
            options = ReadOptions(inputs=config.inputs, fields=config.fields)
            records = (record for record in form[0].read(content, options) if isinstance(record, Record))
            found = {record.key: record.line for record in records if record.key in wanted and record.line}
    except (RefusedError, CorpusError):  # the file is another one by now: its rows are named without a line
        return []
    return found.items()
