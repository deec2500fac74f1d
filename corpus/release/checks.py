"""Data checks: run the suites over the written rows, say what was found, and put it into words and `checks.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import ConfigError
from corpus.limits import check_least, check_shares
from corpus.model import CheckOutcome, CheckReport
from corpus.release.expectations import Answer, check_names, evaluate, is_parameter
from corpus.release.frame import check_frame, frame_of
from corpus.release.frame_columns import FRAME_COLUMNS
from corpus.release.suite import Suite, read_suite
from corpus.transforms.printable import printable

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_SHOWN_ROWS: Final = 5
_SHOWN_VALUES: Final = 3
_PHRASES: Final = {
    "expect_column_values_to_not_be_null": "never null",
    "expect_column_values_to_be_null": "always null",
    "expect_column_values_to_be_unique": "never twice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckThresholds:
    """The limits of the standard suite that a maintainer may move; shares lie between 0 and 1.

    They are generous: they catch a build that went wrong, not a corpus that is merely unusual. Other suites may use
    them as suite parameters too. Raises ValueError for a limit that makes no sense.
    """

    max_missing_titles: float = field(default=1.0, metadata={"doc": "Largest share of rows without a title."})
    max_und: float = field(default=0.2, metadata={"doc": "Largest share of rows whose language cannot be told."})
    max_boilerplate: float = field(default=0.9, metadata={"doc": "Largest share of all text taken out as boilerplate."})
    max_other: float = field(default=0.25, metadata={"doc": "Largest share of kind `other` in the boilerplate."})
    min_rows: int = field(default=1, metadata={"doc": "Smallest number of rows in the corpus."})
    min_body_words: int = field(default=1, metadata={"doc": "Smallest number of words in a body."})
    max_body_words: int = field(default=500_000, metadata={"doc": "Largest number of words in a body."})
    max_title_chars: int = field(default=500, metadata={"doc": "Largest number of characters in a title."})

    def __post_init__(self) -> None:
        check_shares(self, "max_missing_titles", "max_und", "max_boilerplate", "max_other")
        check_least(self, 0, "min_rows", "min_body_words", "max_title_chars")
        if self.max_body_words < self.min_body_words:
            raise ValueError(f"max_body_words ({self.max_body_words}) is below min_body_words ({self.min_body_words})")


def run_checks(
    build: Path, suites: Sequence[Path], thresholds: CheckThresholds, facts: Iterable[pa.RecordBatch] | None = None
) -> CheckReport:
    """The outcome of every expectation in the files `suites` over the rows written below `build`.

    `facts` are those of its Parquet files where they are at hand (`read_facts`); else the files are read here.
    Nothing is written, printed or sent. Expectations of any severity must hold. One that crashes has not passed, and
    its outcome carries the error. Raises ConfigError when there is no suite, or one cannot be run as it stands (broken
    JSON, no expectations, an unknown type, column, parameter or argument), and DataError for unreadable rows.
    """
    if not suites:
        raise ConfigError("there is no suite, so nothing would be checked", remedy="give at least the standard suite")
    read = [read_suite(path) for path in suites]
    limits = asdict(thresholds)
    for suite in read:
        check_names(suite, FRAME_COLUMNS, list(limits))
    frame = check_frame(build) if facts is None else frame_of(facts)
    answers = evaluate(frame, read, limits)
    outcomes = [
        _outcome(suite, entry, answer, frame, limits)
        for suite, given in zip(read, answers, strict=True)
        for entry, answer in zip(suite.expectations, given, strict=True)
    ]
    expected = sum(len(suite.expectations) for suite in read)
    evaluated = sum(outcome.error is None for outcome in outcomes)
    passed = all(outcome.passed for outcome in outcomes)
    return CheckReport(
        passed=passed, expected=expected, evaluated=evaluated, thresholds=limits, outcomes=tuple(outcomes)
    )


def checks_document(report: CheckReport) -> dict[str, Any]:
    """The content of `checks.json`: the same for the same rows, suites and thresholds; no clock, no random id."""
    outcomes = sorted(report.outcomes, key=lambda outcome: (outcome.suite, outcome.check, outcome.column))
    return {
        "passed": report.passed,
        "expected": report.expected,
        "evaluated": report.evaluated,
        "thresholds": dict(sorted(report.thresholds.items())),
        "outcomes": [{**asdict(outcome), "sample": list(outcome.sample)} for outcome in outcomes],
    }


def summary_lines(report: CheckReport) -> list[str]:
    """For the terminal: what failed, against which limit, in which rows, and what to do; then one line in total."""
    failed = [outcome for outcome in report.outcomes if not outcome.passed]
    lines = [printable(line) for outcome in failed for line in _failure_lines(outcome)]
    if report.passed:
        return [f"all {report.expected} data checks passed"]
    crashed = report.expected - report.evaluated
    return [
        *lines,
        f"{len(failed)} of {report.expected} data checks failed" + f", {crashed} of them crashed" * bool(crashed),
    ]


def _failure_lines(outcome: CheckOutcome) -> list[str]:
    lines = [f"failed: {outcome.check} ({outcome.suite})", f"  limit:  {outcome.limit}", f"  found:  {outcome.found}"]
    if outcome.error is not None:
        lines[-1] = f"  error:  {outcome.error}"
    if outcome.sample:
        more = outcome.failed_rows - len(outcome.sample[:_SHOWN_ROWS])
        lines.append(f"  rows:   {', '.join(outcome.sample[:_SHOWN_ROWS])}" + f" and {more} more" * (more > 0))
    return [*lines, f"  do:     {outcome.remedy}"] if outcome.remedy else lines


def _outcome(
    suite: Suite, entry: Mapping[str, Any], answer: Answer, frame: pd.DataFrame, limits: Mapping[str, Any]
) -> CheckOutcome:
    given = entry.get("kwargs", {}).items()
    kwargs = {key: limits[value["$PARAMETER"]] if is_parameter(value) else value for key, value in given}
    column = ", ".join(str(kwargs[key]) for key in ("column", "column_A", "column_B") if key in kwargs)
    notes = entry.get("notes") or ""
    return CheckOutcome(
        suite=suite.name,
        check=_name(entry, column),
        column=column,
        limit=_limit(entry["type"], kwargs),
        found=_found(answer.details),
        passed=answer.success,
        failed_rows=0 if answer.success else int(answer.details.get("unexpected_count") or 0),
        sample=() if answer.success else _sample(answer.details, frame),
        remedy=notes if isinstance(notes, str) else " ".join(map(str, notes)),
        error=answer.error,
    )


def _name(entry: Mapping[str, Any], column: str) -> str:
    """The name that the suite gives the check, else one made from its type and column."""
    spoken = str(entry["type"]).removeprefix("expect_").replace("_", " ")
    return str(entry.get("meta", {}).get("name") or (f"{column}: {spoken}" if column else spoken))


def _limit(kind: str, kwargs: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in kwargs.items() if key not in ("column", "column_A", "column_B")}
    low, high, mostly = (rest.pop(key, None) for key in ("min_value", "max_value", "mostly"))
    words = [_PHRASES[kind]] if kind in _PHRASES else []
    if low is not None and high is not None:
        words.append(f"between {low} and {high}")
    elif low is not None or high is not None:
        words.append(f"at most {high}" if low is None else f"at least {low}")
    if isinstance(values := rest.pop("value_set", None), list):
        words.append(f"one of {', '.join(map(_value, values))}" if len(values) != 1 else _value(values[0]))
    if "regex" in rest:
        words.append(f"fits {rest.pop('regex')}")
    if kind == "expect_column_pair_values_to_be_equal":
        words.append("equal")
    words += [f"{key} {json.dumps(value, ensure_ascii=False, sort_keys=True)}" for key, value in sorted(rest.items())]
    return ", ".join(words) + (f", in at least {mostly} of the rows" if mostly is not None else "")


def _found(details: Mapping[str, Any]) -> str:
    if "observed_value" in details:
        return _value(details["observed_value"])
    if "unexpected_count" not in details:
        return ""
    rows = f"{details['unexpected_count']} of {details['element_count']} rows"
    values = [value for value in details.get("partial_unexpected_list", ()) if value not in (None, True, False)]
    shown = list(dict.fromkeys(map(_value, values)))[:_SHOWN_VALUES]
    return f"{rows}: {', '.join(shown)}" if shown else rows


def _value(value: object) -> str:
    number = round(value, 6) if isinstance(value, float) else value
    return json.dumps(number, ensure_ascii=False, sort_keys=True)[:80]


def _sample(details: Mapping[str, Any], frame: pd.DataFrame) -> tuple[str, ...]:
    """Ids of failed rows: the smallest ones, because the frame is in the order of its ids."""
    positions = [int(position) for position in details.get("partial_unexpected_index_list") or ()]
    ids = frame["id"].iloc[positions].dropna()
    return tuple(dict.fromkeys(str(name) for name in ids))
