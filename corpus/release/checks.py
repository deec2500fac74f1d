"""Data checks: run the suites over the written rows, say what was found, and put it into words and `checks.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from corpus.errors import ConfigError
from corpus.limits import check_least, check_shares
from corpus.model import CheckOutcome, CheckReport
from corpus.release.counting import Question, answers, questions_of, told_of_whole
from corpus.release.expectations import Answer, check_names, evaluate, is_parameter
from corpus.release.frame import DECIDING_WHOLE, check_frame, frame_of, with_whole
from corpus.release.frame_columns import FRAME_COLUMNS
from corpus.release.part_facts import PART, Found, read_facts
from corpus.release.suite import Suite, read_suite
from corpus.transforms.printable import printable

if TYPE_CHECKING:
    import pandas as pd

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a build found in its Parquet files while it read them back; facts of their rows lie below `work`."""

    work: Path
    parts: Sequence[Found]

    def facts(self, columns: Sequence[str] = PART.names) -> pa.Table:
        """These columns of the facts of all rows."""
        return read_facts(self.work, [part.path for part in self.parts], columns)


def questions_in(suites: Sequence[Path], thresholds: CheckThresholds) -> tuple[Question, ...]:
    """What a build asks while it reads a Parquet file back: the expectations in the files `suites`."""
    return questions_of([read_suite(path) for path in suites], asdict(thresholds))


def run_checks(
    build: Path, suites: Sequence[Path], thresholds: CheckThresholds, counted: Counted | None = None
) -> CheckReport:
    """The outcome of every expectation in the files `suites` over the rows written below `build`.

    Great Expectations answers from a frame of all rows. What the build has `counted` stands in for it where that shows
    that an expectation holds; the outcome is the same.
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
    known = _known(read, limits, counted)
    rest = [_unknown(suite, given) for suite, given in zip(read, known, strict=True)]
    frame: pd.DataFrame | None = None
    found: Iterator[Answer] = iter(())
    if any(suite.expectations for suite in rest):
        frame = check_frame(build) if counted is None else frame_of(counted.facts())
        found = (answer for given in evaluate(frame, rest, limits) for answer in given)
    outcomes = [
        _outcome(suite, entry, answer or next(found), frame, limits)
        for suite, given in zip(read, known, strict=True)
        for entry, answer in zip(suite.expectations, given, strict=True)
    ]
    evaluated = sum(outcome.error is None for outcome in outcomes)
    passed = all(outcome.passed for outcome in outcomes)
    return CheckReport(
        passed=passed, expected=len(outcomes), evaluated=evaluated, thresholds=limits, outcomes=tuple(outcomes)
    )


def _known(
    suites: Sequence[Suite], limits: Mapping[str, Any], counted: Counted | None
) -> list[Sequence[Answer | None]]:
    """The answers that need no frame, for each expectation of each suite; None where one is needed."""
    if counted is None:
        return [[None] * len(suite.expectations) for suite in suites]
    questions = questions_of(suites, limits)
    about = [*DECIDING_WHOLE, *(question.column for question in questions if question.of_the_whole)]
    table = counted.facts([name for name in PART.names if name in about])
    whole = told_of_whole(questions, with_whole(table)) if len(table) else [None] * len(questions)
    given = answers(questions, [part.told for part in counted.parts], whole, len(table))
    return [list(islice(given, len(suite.expectations))) for suite in suites]


def _unknown(suite: Suite, given: Sequence[Answer | None]) -> Suite:
    """The suite with those of its expectations that have no answer."""
    entries = zip(suite.expectations, given, strict=True)
    return replace(suite, expectations=tuple(entry for entry, answer in entries if answer is None))


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
    suite: Suite, entry: Mapping[str, Any], answer: Answer, frame: pd.DataFrame | None, limits: Mapping[str, Any]
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
        sample=() if answer.success or frame is None else _sample(answer.details, frame),
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
