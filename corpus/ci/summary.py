"""The outcome as Markdown for a job summary: verdict, every check with before and after, first failing rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from corpus.ci.findings import Finding, key_of
from corpus.errors import OutsideError
from corpus.model import CheckOutcome, CheckReport, Manifest
from corpus.release.markdown import code, escape, table

MOST_BYTES: Final = 900_000
"""A summary of GitHub Actions may have 1 MiB a step; other steps of a job write into it too."""

_ROWS_SHOWN: Final = 10
"""Failing rows of one check."""


def summary(
    manifest: Manifest,
    report: CheckReport,
    findings: Sequence[Finding],
    *,
    before: Mapping[str, Any] | None = None,
    changes: str = "",
) -> str:
    """The Markdown, of at most `MOST_BYTES`.

    `before` is the content of the last release's `checks.json`, `changes` a section of Markdown about what has changed
    since then.
    """
    sections = [_verdict(manifest, report), _check_table(report, before), *_failing_rows(findings)]
    return _within(sections + ([changes] if changes else []))


def append(path: Path, text: str) -> None:
    """Add a summary to a file that other steps write to as well. Raises OutsideError when the disk refuses."""
    try:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        remedy = "name a file that may be written"
        raise OutsideError("the summary cannot be written", where=str(path), found=str(error), remedy=remedy) from error


def _verdict(manifest: Manifest, report: CheckReport) -> str:
    failed = sum(not outcome.passed for outcome in report.outcomes)
    verdict = f"all {report.expected} data checks passed" if report.passed else f"{failed} of {report.expected} failed"
    mark = "✅" if report.passed else "❌"
    inputs = manifest.inputs
    numbers = [
        ("rows", inputs.rows),
        ("rejected inputs", sum(inputs.rejected.values())),
        ("excluded inputs", sum(inputs.excluded.values())),
        ("articles in `deduplicated`", sum(manifest.statistics.singles.values())),
    ]
    reasons = ", ".join(f"{escape(reason)} {count:,}" for reason, count in sorted(inputs.rejected.items()))
    lines = [f"## {mark} {escape(manifest.name)} {escape(manifest.version)}: {verdict}", ""]
    lines.append(table(["", "count"], [(name, f"{count:,}") for name, count in numbers], numbers=[1]))
    lines += ["", f"Rejected: {reasons}."] if reasons else []
    return "\n".join([*lines, "", f"Content digest {code(manifest.content_digest)}"])


def _check_table(report: CheckReport, before: Mapping[str, Any] | None) -> str:
    """Every check, those that passed folded away; with `before` a column for what was found in the last release."""
    last = {_key(item): item for item in before["outcomes"]} if before else None
    outcomes = sorted(report.outcomes, key=key_of)
    failed, passed = ([item for item in outcomes if item.passed is wanted] for wanted in (False, True))
    parts = ["### Data checks"]
    parts += [_table(failed, last)] if failed else []
    parts += [f"<details><summary>{len(passed)} passed</summary>", _table(passed, last), "</details>"] if passed else []
    return "\n\n".join(parts)


def _table(outcomes: Sequence[CheckOutcome], last: Mapping[tuple[str, str, str], Any] | None) -> str:
    header = ["", "check", "limit", *([] if last is None else ["before"]), "found" if last is None else "after"]
    rows = []
    for outcome in outcomes:
        known = (last or {}).get((outcome.suite, outcome.check, outcome.column))
        cells = ["✅" if outcome.passed else "❌", escape(outcome.check), escape(outcome.limit)]
        cells += [] if last is None else [escape(str(known["found"])) if known else "not checked"]
        rows.append([*cells, escape(_found(outcome))])
    return table(header, rows)


def _key(item: Mapping[str, Any]) -> tuple[str, str, str]:
    return item["suite"], item["check"], item["column"]


def _found(outcome: CheckOutcome) -> str:
    return f"crashed: {outcome.error}" if outcome.error is not None else outcome.found or "as it should be"


def _failing_rows(findings: Sequence[Finding]) -> Iterator[str]:
    """A section a failed check, the worst first: what to do, and its first rows with file, line and excerpt."""
    for finding in findings:
        lines = [f"### ❌ {escape(finding.outcome.check)}", "", escape(finding.message)]
        if finding.rows:
            shown = finding.rows[:_ROWS_SHOWN]
            rows = [(code(f"{row.file}:{row.line}"), code(row.id), escape(row.excerpt)) for row in shown]
            lines += ["", table(["file and line", "row", "how it reads"], rows)]
            more = finding.outcome.failed_rows - len(shown)
            lines += ["", f"and {more:,} more rows"] if more > 0 else []
        yield "\n".join(lines)


def _within(sections: Sequence[str]) -> str:
    """The sections, as many as fit; a section that does not is named as left out."""
    left_out = "\n\n{} more sections are left out: the summary would be too large.\n"
    room = MOST_BYTES - len(left_out) - 10
    kept: list[str] = []
    for section in sections:
        room -= len(section.encode()) + 2
        if room < 0:
            break
        kept.append(section)
    missing = len(sections) - len(kept)
    return "\n\n".join(kept) + (left_out.format(missing) if missing else "\n")
