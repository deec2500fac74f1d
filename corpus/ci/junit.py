"""The outcome of all data checks as JUnit XML: a suite each, a test case a check, as Jenkins and GitLab read it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from corpus.ci.findings import Finding, key_of
from corpus.model import CheckOutcome, CheckReport
from corpus.transforms.printable import printable


def junit(report: CheckReport, findings: Sequence[Finding]) -> str:
    """An XML document: failed checks with their rows, crashed ones as errors. It bears no times."""
    by_check = {key_of(finding.outcome): finding for finding in findings}
    outcomes = sorted(report.outcomes, key=key_of)
    root = ET.Element("testsuites", {"name": "corpus check", **_counts(outcomes)})
    for name, group in groupby(outcomes, key=lambda outcome: outcome.suite):
        held = list(group)
        suite = ET.SubElement(root, "testsuite", {"name": printable(name), **_counts(held)})
        for outcome in held:
            case = ET.SubElement(suite, "testcase", classname=printable(name), name=printable(outcome.check))
            if not outcome.passed:
                _explain(case, by_check[key_of(outcome)])
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _counts(outcomes: Sequence[CheckOutcome]) -> dict[str, str]:
    crashed = sum(outcome.error is not None for outcome in outcomes)
    failed = sum(not outcome.passed for outcome in outcomes) - crashed
    return {"tests": str(len(outcomes)), "failures": str(failed), "errors": str(crashed)}


def _explain(case: ET.Element, finding: Finding) -> None:
    """Say why a case did not pass; `printable` also makes the characters visible that XML cannot hold."""
    tag = "failure" if finding.outcome.error is None else "error"
    reason = ET.SubElement(case, tag, message=printable(finding.message))
    lines = [f"{row.file}:{row.line}: {row.id}: {row.excerpt}" for row in finding.rows]
    lines += [f"and {finding.unseen} more rows"] if finding.unseen else []
    reason.text = printable("\n".join(lines), line_ends=True)
