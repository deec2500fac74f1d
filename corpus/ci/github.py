"""Findings as annotations of GitHub Actions: workflow commands on lines of their own.

Source: GitHub, "Workflow commands for GitHub Actions". A step shows ten errors at most, so ten are written, and then
how many more there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from corpus.ci.findings import FailedRow, Finding
from corpus.transforms.printable import printable

MOST: Final = 10
"""Annotations of a run; GitHub drops what a step says beyond ten errors."""

_COMMAND_MARK: Final = "##["
"""Begins a command of the older form wherever it stands in a line."""


def annotation_lines(findings: Sequence[Finding], *, place: str) -> Iterator[str]:
    """The lines to print: the worst findings first, one row of each, then further rows; then what is left out.

    `place` is the file that a finding about the whole corpus points to.
    """
    shown = _in_turn(findings)
    for finding, row in shown[:MOST]:
        yield _command("error", _text(finding, row), _properties(finding, row, place))
    rows = sum(max(1, finding.outcome.failed_rows) for finding in findings)
    if (more := rows - len(shown[:MOST])) > 0:
        said = f"{more:,} more findings of {len(findings)} failed checks are not annotated; the summary lists them"
        yield _command("notice", said, {"title": "Data checks"})


def harmless(line: str) -> str:
    """A line of plain output that no runner takes for a command."""
    safe = _visible(line)
    return f"\\{safe}" if safe.lstrip().startswith("::") else safe


def _in_turn(findings: Sequence[Finding]) -> list[tuple[Finding, FailedRow | None]]:
    """Every finding once before any of them a second time."""
    lists = [[(finding, row) for row in finding.rows or (None,)] for finding in findings]
    return [pair for step in zip_longest(*lists) for pair in step if pair]


def _text(finding: Finding, row: FailedRow | None) -> str:
    return finding.message if row is None else f"{row.id}: {row.excerpt}\n{finding.message}"


def _properties(finding: Finding, row: FailedRow | None, place: str) -> dict[str, str]:
    where = {"file": row.file, "line": str(row.line)} if row else {"file": place, "line": "1"}
    return {**where, "title": f"{finding.outcome.check} ({finding.outcome.suite})"}


def _command(name: str, message: str, properties: dict[str, str]) -> str:
    given = ",".join(f"{key}={_escaped(value, also=':,')}" for key, value in properties.items())
    return f"::{name} {given}::{_escaped(message)}"


def _escaped(value: str, also: str = "") -> str:
    """As the runner unescapes it."""
    text = _visible(value, line_ends=True).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for char in also:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _visible(text: str, *, line_ends: bool = False) -> str:
    """What could steer a terminal or an older runner, made visible."""
    return printable(text, line_ends=line_ends).replace(_COMMAND_MARK, "##\\[")
