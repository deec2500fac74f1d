"""Findings as SARIF 2.1.0 (OASIS), as code scanning reads it: a rule a check, a result a failing row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from corpus.ci.findings import FailedRow, Finding, key_of
from corpus.model import CheckOutcome, CheckReport

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(report: CheckReport, findings: Sequence[Finding], *, place: str, version: str) -> dict[str, Any]:
    """The document; `place` is the file that a finding about the whole corpus points to, `version` that of corpus."""
    outcomes = sorted(report.outcomes, key=key_of)
    rules = {_rule_id(outcome): number for number, outcome in enumerate(outcomes)}
    driver = {"name": "corpus", "semanticVersion": version, "rules": [_rule(outcome) for outcome in outcomes]}
    results = [
        _result(finding, row, rules[_rule_id(finding.outcome)], place)
        for finding in findings
        for row in finding.rows or (None,)
    ]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _rule_id(outcome: CheckOutcome) -> str:
    return "/".join(part for part in key_of(outcome) if part)


def _rule(outcome: CheckOutcome) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": _rule_id(outcome), "shortDescription": {"text": outcome.check}}
    rule["fullDescription"] = {"text": f"Limit: {outcome.limit or 'none'}"}
    return {**rule, "help": {"text": outcome.remedy}} if outcome.remedy else rule


def _result(finding: Finding, row: FailedRow | None, rule: int, place: str) -> dict[str, Any]:
    rule_id = _rule_id(finding.outcome)
    said = finding.message if row is None else f"{row.id}: {finding.message}"
    where = {
        "artifactLocation": {"uri": quote(row.file if row else place, safe="/:")},
        "region": {"startLine": row.line if row else 1},
    }
    known_by = hashlib.sha256(f"{rule_id}\0{row.id if row else ''}".encode()).hexdigest()[:32]
    return {
        "ruleId": rule_id,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": said},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {"corpusCheckRow/v1": known_by},
    }
