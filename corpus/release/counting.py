"""Expectations that hold, told from Arrow columns part by part, just as Great Expectations would count them.

Only a clean answer is given here. Where a row fails, and for every expectation, argument or type of column that is not
in the tables below, there is no answer, and Great Expectations looks at the frame of all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from corpus.release.expectations import Answer, is_parameter
from corpus.release.frame_columns import OF_THE_WHOLE
from corpus.release.suite import Suite
from corpus.schema import COLUMNS

Told: TypeAlias = "float | None"
"""What a table says of an expectation: the sum or maximum that is asked for, else 0; None where it cannot tell."""

_PATTERNS: Final = frozenset(column.pattern for column in COLUMNS if column.pattern)
"""The patterns that Arrow's regular expressions and Python's understand alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An expectation of a suite with the limits of the settings put in; `mostly` is left out: all rows hold here."""

    kind: str
    arguments: Mapping[str, Any]

    @property
    def of_the_whole(self) -> bool:
        """Whether it is about all rows together."""
        return self.arguments.get("column") in OF_THE_WHOLE or self.kind == _UNIQUE

    @property
    def column(self) -> str:
        """The column that it is about; empty where it is about none, or several."""
        return str(self.arguments.get("column", ""))


def questions_of(suites: Sequence[Suite], limits: Mapping[str, Any]) -> tuple[Question, ...]:
    """The expectations of all suites, one after the other."""
    return tuple(_question(entry, limits) for suite in suites for entry in suite.expectations)


def told_of_part(questions: Sequence[Question], table: pa.Table) -> tuple[Told, ...]:
    """What some rows tell of each question; nothing of those about the whole. `table` has the columns of a part."""
    return tuple(None if question.of_the_whole else _told(question, table) for question in questions)


def told_of_whole(questions: Sequence[Question], table: pa.Table) -> tuple[Told, ...]:
    """What all rows tell of the questions about the whole, and nothing of the others."""
    return tuple(_told(question, table) if question.of_the_whole else None for question in questions)


def answers(
    questions: Sequence[Question], parts: Sequence[Sequence[Told]], whole: Sequence[Told], rows: int
) -> Iterator[Answer | None]:
    """The answer to each question that is known to be met by all `rows`; None where Great Expectations must look."""
    for number, question in enumerate(questions):
        told = [whole[number]] if question.of_the_whole else [part[number] for part in parts]
        known = [value for value in told if value is not None]
        yield _answer(question, known, rows) if rows and len(known) == len(told) else None


def _question(entry: Mapping[str, Any], limits: Mapping[str, Any]) -> Question:
    given = entry.get("kwargs", {})
    arguments = {key: limits[value["$PARAMETER"]] if is_parameter(value) else value for key, value in given.items()}
    mostly = arguments.get("mostly")
    if isinstance(mostly, float) and 0 < mostly <= 1:
        del arguments["mostly"]
    return Question(kind=entry["type"], arguments=arguments)


def _answer(question: Question, told: Sequence[float], rows: int) -> Answer | None:
    if question.kind in _HOLDS:
        return Answer(success=True, details={"element_count": rows, "unexpected_count": 0})
    observed = _OBSERVED[question.kind](told, rows)
    limits = {key: value for key, value in question.arguments.items() if key != "column"}
    if not _are_limits(limits) or not _within(observed, **limits):
        return None
    return Answer(success=True, details={"observed_value": observed})


def _told(question: Question, table: pa.Table) -> Told:
    """The answer of one table to one question."""
    kind = question.kind
    if kind == _ROWS:
        return 0
    names = [question.arguments.get(name) for name in _COLUMNS.get(kind, ("column",))]
    if any(name not in table.column_names for name in names):
        return None
    columns = [table[name] for name in names]
    if kind in _HOLDS:
        rest = {key: value for key, value in question.arguments.items() if not key.startswith("column")}
        return 0 if _HOLDS[kind](*columns, rest) else None
    return _AGGREGATES[kind](columns[0]) if kind in _AGGREGATES and not columns[0].null_count else None


def _not_null(values: pa.ChunkedArray, arguments: Mapping[str, Any]) -> bool:
    return not arguments and not _missing(values)


def _missing(values: pa.ChunkedArray) -> int:
    """How many values pandas calls missing: nulls, and floats that are no number."""
    return int(pc.sum(pc.is_null(values, nan_is_null=True)).as_py() or 0)


def _in_set(values: pa.ChunkedArray, arguments: Mapping[str, Any]) -> bool:
    kinds = {pa.bool_(): bool, pa.string(): str}
    known = arguments.get("value_set")
    if arguments.keys() != {"value_set"} or not isinstance(known, list) or not known or values.type not in kinds:
        return False
    if any(type(value) is not kinds[values.type] for value in known):
        return False
    return _all(pc.is_in(values.drop_null(), value_set=pa.array(known, values.type)))


def _between(values: pa.ChunkedArray, arguments: Mapping[str, Any]) -> bool:
    is_number = pa.types.is_int64(values.type) or pa.types.is_float64(values.type)
    if not is_number or not _are_limits(arguments):
        return False
    kept = values.filter(pc.invert(pc.is_null(values, nan_is_null=True)))
    return not len(kept) or all(_within(bound(kept).as_py(), **arguments) for bound in (pc.min, pc.max))


def _lengths_between(values: pa.ChunkedArray, arguments: Mapping[str, Any]) -> bool:
    if not pa.types.is_string(values.type) or not all(type(limit) is int for limit in arguments.values()):
        return False
    return _between(pc.utf8_length(values).cast(pa.int64()), arguments)


def _matches(values: pa.ChunkedArray, arguments: Mapping[str, Any]) -> bool:
    pattern = arguments.get("regex")
    if arguments.keys() != {"regex"} or pattern not in _PATTERNS or not pa.types.is_string(values.type):
        return False
    return _all(pc.match_substring_regex(values.drop_null(), str(pattern)))


def _equal(one: pa.ChunkedArray, other: pa.ChunkedArray, arguments: Mapping[str, Any]) -> bool:
    whole = pa.types.is_int64(one.type) and pa.types.is_int64(other.type)
    return whole and not arguments and not one.null_count and not other.null_count and _all(pc.equal(one, other))


def _unique(values: pa.ChunkedArray, arguments: Mapping[str, Any]) -> bool:
    if arguments or not pa.types.is_string(values.type):
        return False
    return bool(pc.count_distinct(values).as_py() == len(values) - values.null_count)


def _all(flags: pa.ChunkedArray) -> bool:
    return bool(pc.all(flags, min_count=0).as_py())


def _sum(values: pa.ChunkedArray) -> Told:
    """Of whole numbers alone: the sum of floats depends on their order."""
    return int(pc.sum(values).as_py()) if pa.types.is_int64(values.type) else None


def _max(values: pa.ChunkedArray) -> Told:
    found = pc.max(values).as_py() if pa.types.is_int64(values.type) or pa.types.is_float64(values.type) else None
    return found if found == found else None


def _are_limits(arguments: Mapping[str, Any]) -> bool:
    """Whether these are a lower limit, an upper one, or both in order."""
    numbers = {key: value for key, value in arguments.items() if type(value) in (int, float)}
    low, high = numbers.get("min_value"), numbers.get("max_value")
    known = bool(arguments) and arguments.keys() <= {"min_value", "max_value"} and numbers == arguments
    return known and (low is None or high is None or low <= high)


def _within(value: float, min_value: float = float("-inf"), max_value: float = float("inf")) -> bool:
    return min_value <= value <= max_value


_UNIQUE: Final = "expect_column_values_to_be_unique"
_ROWS: Final = "expect_table_row_count_to_be_between"
_COLUMNS: Final = {"expect_column_pair_values_to_be_equal": ("column_A", "column_B")}
_HOLDS: Final[Mapping[str, Callable[..., bool]]] = MappingProxyType(
    {
        "expect_column_values_to_not_be_null": _not_null,
        "expect_column_values_to_be_in_set": _in_set,
        "expect_column_values_to_be_between": _between,
        "expect_column_value_lengths_to_be_between": _lengths_between,
        "expect_column_values_to_match_regex": _matches,
        "expect_column_pair_values_to_be_equal": _equal,
        _UNIQUE: _unique,
    }
)
"""Expectations that every row meets or not, with what says whether all do."""

_AGGREGATES: Final[Mapping[str, Callable[[pa.ChunkedArray], Told]]] = MappingProxyType(
    {"expect_column_mean_to_be_between": _sum, "expect_column_max_to_be_between": _max}
)
_OBSERVED: Final[Mapping[str, Callable[[Sequence[float], int], float]]] = MappingProxyType(
    {
        _ROWS: lambda _, rows: rows,
        "expect_column_mean_to_be_between": lambda sums, rows: sum(sums) / rows,
        "expect_column_max_to_be_between": lambda found, _: max(found),
    }
)
"""Expectations of one number, with how it follows from what the parts told, and the number of all rows."""
