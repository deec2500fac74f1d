"""Expectation suites as plain data: the standard one, generated from the schema, and the files that maintainers add.

`python -m corpus.release.suite` writes `validation/standard.json` anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from corpus.errors import ConfigError
from corpus.release.frame_columns import SCALARS, stand_in
from corpus.schema import COLUMNS, SPLITS, Column

STANDARD: Final = "validation/standard.json"

Expectation = dict[str, Any]
"""One expectation as Great Expectations stores it: type, kwargs, meta with our `name`, notes with the remedy."""

_REBUILD: Final = "The files differ from what corpus writes: build again; if the check still fails, report a bug."
_EDITED: Final = "A data file was changed after the build, or its text was cut wrongly: build again, else report a bug."


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One suite file: its file name, its text (for line numbers), and its expectations in the order of the file."""

    name: str
    text: str
    expectations: tuple[Mapping[str, Any], ...]

    def where(self, word: str) -> str:
        """File and line of the first string `word` in the file."""
        before, found, _ = self.text.partition(json.dumps(word, ensure_ascii=False))
        return f"{self.name}:{before.count(chr(10)) + 1}" if found else self.name


def read_suite(path: Path) -> Suite:
    """The suite file at `path`. Raises ConfigError when it is not a JSON object with a list of expectations."""
    name = path.name
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text)
        json.dumps(document, ensure_ascii=False).encode()
    except (OSError, UnicodeError) as error:
        raise ConfigError(
            "a suite cannot be read", where=str(path), found=str(error), remedy="save it as UTF-8 text"
        ) from error
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}"
        raise ConfigError("a suite is not JSON", where=where, found=error.msg, remedy="mend that line") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            "a suite is not JSON of a usual size", where=str(path), found=str(error)[:80], remedy="make it simpler"
        ) from error
    entries = document.get("expectations") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        remedy = 'write at least one expectation under "expectations", or delete the file'
        raise ConfigError("a suite has no expectations, so it would check nothing", where=str(path), remedy=remedy)
    for number, entry in enumerate(entries, 1):
        _check_entry(entry, f"expectation {number}", path)
    return Suite(name=name, text=text, expectations=tuple(entries))


def _check_entry(entry: object, which: str, path: Path) -> None:
    """Raise ConfigError unless `entry` has a type, and objects for its arguments and its meta."""
    found = json.dumps(entry)[:80]
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
        raise ConfigError(f"{which} has no type", where=str(path), found=found, remedy='add a "type"')
    for key in ("kwargs", "meta"):
        if not isinstance(entry.get(key, {}), dict):
            raise ConfigError(f"{key} of {which} is no object", where=str(path), found=found, remedy="write {...}")


def standard_suite() -> dict[str, Any]:
    """The standard suite, as `ExpectationSuite.to_json_dict()` gives it but without ids and version.

    Limits that a maintainer may set are suite parameters; their names are the fields of `CheckThresholds`.
    """
    expectations = [check for column in COLUMNS for check in _column_checks(column)]
    expectations += [*_row_checks(), *_rule_checks(), *_share_checks()]
    return {"name": "standard", "expectations": expectations, "meta": {}, "notes": None}


def suite_text(suite: Mapping[str, Any]) -> str:
    """The bytes of a suite file, as text."""
    return json.dumps(suite, indent=2, sort_keys=True) + "\n"


def _column_checks(column: Column) -> Iterator[Expectation]:
    name, seen = column.name, stand_in(column)
    if not column.nullable:
        yield _check(f"{name} is never null", "column_values_to_not_be_null", _REBUILD, column=seen)
    if pa.types.is_string(column.type) and not column.values and not column.pattern:
        yield _never_empty(column)
    if column.values and pa.types.is_list(column.type):
        yield _true(f"{name}_known", f"{name} holds known values only", _REBUILD)
    elif column.values:
        values = list(column.values)
        yield _in_set(f"{name} is a known value", _REBUILD, column=name, value_set=values)
    if column.pattern:
        yield _check(
            f"{name} fits its pattern", "column_values_to_match_regex", _REBUILD, column=name, regex=column.pattern
        )
    if column.minimum is not None or column.maximum is not None:
        limits = _limits(column.minimum, column.maximum)
        yield _between(f"{name} lies in its range", _REBUILD, column=name, **limits)


def _never_empty(column: Column) -> Expectation:
    name = f"{column.name} is never empty"
    if column not in SCALARS:
        return _between(name, _REBUILD, column=stand_in(column), min_value=1)
    return _check(name, "column_value_lengths_to_be_between", _REBUILD, column=column.name, min_value=1)


def _row_checks() -> Iterator[Expectation]:
    yield _check("ids are unique", "column_values_to_be_unique", _REBUILD, column="id")
    yield _true("id_matches_source_path", "id follows from source_path", _REBUILD)
    yield _true("schema_matches", "files have the columns of the schema", _REBUILD)
    yield _in_set("split is a known split", _REBUILD, column="split", value_set=list(SPLITS))
    yield _equal("char_count", "body_chars")
    yield _equal("word_count", "body_words")
    yield _between(
        "body has a fitting number of words",
        "Leave these inputs out by `exclude` under [inputs], or change min_body_words or max_body_words under "
        "[checks].",
        column="body_words",
        min_value=_parameter("min_body_words"),
        max_value=_parameter("max_body_words"),
    )
    yield _false("body_control_chars", "body has no control characters", _EDITED)
    yield _true("body_trimmed", "body has no white space at its ends", _EDITED)
    yield _true("title_clean", "title is one clean line", _EDITED)
    yield _between(
        "title is not too long",
        "Correct these titles in overrides.jsonl, or raise max_title_chars under [checks].",
        column="title_chars",
        max_value=_parameter("max_title_chars"),
    )


def _rule_checks() -> Iterator[Expectation]:
    yield _true("flags_match", "boilerplate_flags are the kinds in boilerplate", _EDITED)
    yield _true("offsets_ordered", "boilerplate offsets never fall", _EDITED)
    yield _true("offsets_in_range", "boilerplate offsets lie in the body", _EDITED)
    yield _true("restore_ok", "body and boilerplate give back the source text", _EDITED)
    yield _true("field_sources_known", "field_sources names known sources only", _REBUILD)
    yield _true("score_null_matches", "language_score is null exactly where und", _REBUILD)
    yield _true("file_kind_matches", "copies stand in duplicate files only", _REBUILD)
    yield _true("duplicate_of_null_matches", "duplicate_of is set exactly for copies", _REBUILD)
    yield _true("overlap_null_matches", "duplicate_overlap is set exactly for copies", _REBUILD)
    yield _true("kept_exists", "duplicate_of names the kept row of the group", _REBUILD)
    yield _true("group_kinds_match", "every group has one kept row or one unique row", _REBUILD)
    yield _between("no group stands in two splits", _REBUILD, column="group_splits", max_value=1)
    yield _check(
        "no two bodies in deduplicated are equal",
        "column_values_to_be_unique",
        "Take back the decision in overrides.jsonl that keeps these rows apart; if there is none, report a bug.",
        column="single_body_sha256",
    )
    yield _true("related_ids_known", "related names other rows of the corpus", _REBUILD)
    yield _true("related_in_range", "shares in related lie between 0 and 1", _REBUILD)


def _share_checks() -> Iterator[Expectation]:
    yield _check(
        "the corpus has enough rows",
        "table_row_count_to_be_between",
        "See rejected.jsonl for why inputs made no row, or lower min_rows under [checks].",
        min_value=_parameter("min_rows"),
    )
    yield _check(
        "share of missing titles",
        "column_mean_to_be_between",
        "Give titles in overrides.jsonl, or raise max_missing_titles under [checks].",
        column="title_missing",
        max_value=_parameter("max_missing_titles"),
    )
    yield _check(
        "share of undetermined languages",
        "column_mean_to_be_between",
        "Give languages in overrides.jsonl, leave out what is no text by `exclude` under [inputs], or raise max_und "
        "under [checks].",
        column="undetermined",
        max_value=_parameter("max_und"),
    )
    yield _check(
        "share of boilerplate in the corpus",
        "column_max_to_be_between",
        "Look at what was taken out with `corpus show`; where it is right, raise max_boilerplate under [checks].",
        column="corpus_boilerplate_share",
        max_value=_parameter("max_boilerplate"),
    )
    yield _check(
        "share of kind other in the boilerplate",
        "column_max_to_be_between",
        "Look at stretches of this kind with `corpus show --flag other`; where they are right, raise max_other under "
        "[checks].",
        column="corpus_other_share",
        max_value=_parameter("max_other"),
    )


def _check(name: str, kind: str, remedy: str, **kwargs: Any) -> Expectation:
    return {"type": f"expect_{kind}", "kwargs": kwargs, "meta": {"name": name}, "notes": remedy, "severity": "critical"}


def _between(name: str, remedy: str, **kwargs: Any) -> Expectation:
    return _check(name, "column_values_to_be_between", remedy, **kwargs)


def _in_set(name: str, remedy: str, **kwargs: Any) -> Expectation:
    return _check(name, "column_values_to_be_in_set", remedy, **kwargs)


def _true(column: str, name: str, remedy: str) -> Expectation:
    return _in_set(name, remedy, column=column, value_set=[True])


def _false(column: str, name: str, remedy: str) -> Expectation:
    return _in_set(name, remedy, column=column, value_set=[False])


def _equal(stored: str, counted: str) -> Expectation:
    name = f"{stored} is right"
    return _check(name, "column_pair_values_to_be_equal", _EDITED, column_A=stored, column_B=counted)


def _limits(minimum: float | None, maximum: float | None) -> dict[str, float]:
    return {key: limit for key, limit in (("min_value", minimum), ("max_value", maximum)) if limit is not None}


def _parameter(name: str) -> dict[str, str]:
    return {"$PARAMETER": name}


def main() -> None:
    """Write the standard suite into this checkout."""
    (Path(__file__).parents[2] / STANDARD).write_text(suite_text(standard_suite()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
