"""The facts that a card template may name, each as finished Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

import pyarrow as pa

from corpus.layout import SCHEMA_VERSION
from corpus.model import Counts
from corpus.release.citation import citation, removal
from corpus.release.example import example_json
from corpus.release.facts import ALL, DEDUPLICATED, CardFacts
from corpus.release.markdown import code, escape, one_line, table
from corpus.release.methods import checks, checks_table, known_limits, methods, settings_table
from corpus.schema import COLUMNS, DUPLICATE_KINDS, REASONS, Column

NOT_STATED: Final = "*Not stated by the maintainer.*"
NO_EXAMPLE: Final = "No row is shown."
NOT_COMPARED: Final = "No version before this one was named when it was built."

_DUPLICATES: Final = {
    "unique": "no other row is a copy of it",
    "kept": "the row of its group that is kept in `deduplicated`",
    "exact": "the same text as the kept row",
    "near": "nearly the same text as the kept row",
    "contained": "a shortened or excerpted copy of the kept row",
}


def card_blanks(facts: CardFacts) -> Mapping[str, str]:
    """Every blank by name. All values are Markdown; whatever came from data or settings is escaped in them."""
    return {**_names(facts), **_numbers(facts), **_tables(facts), **_code(facts), **_prose(facts)}


def _names(facts: CardFacts) -> dict[str, str]:
    return {
        "name": escape(facts.name),
        "pretty_name": escape(facts.title),
        "version": escape(facts.version),
        "repo": _or_not_stated(facts.repo, code),
        "license": _or_not_stated(facts.license, code),
        "description": _or_not_stated(facts.description, escape),
        "tool_version": escape(facts.tool_version),
        "settings_digest": code(facts.settings_digest),
        "content_digest": code(facts.statistics.content_digest),
        "inputs_digest": code(facts.inputs.digest),
    }


def _prose(facts: CardFacts) -> dict[str, str]:
    return {
        "example": example_json(facts.example) if facts.example else NO_EXAMPLE,
        "methods": methods(facts),
        "known_limits": known_limits(facts),
        "changes": facts.changes or NOT_COMPARED,
        "removal": removal(facts),
        "citation": citation(facts),
        "not_stated": NOT_STATED,
    }


def _numbers(facts: CardFacts) -> dict[str, str]:
    statistics, inputs = facts.statistics, facts.inputs
    numbers = {
        "rows": statistics.rows,
        "articles": sum(statistics.singles.values()),
        "duplicates": statistics.rows - sum(statistics.singles.values()),
        "groups": statistics.groups,
        "titles": statistics.titles,
        "words": statistics.words,
        "chars": statistics.chars,
        "inputs": inputs.count,
        "input_bytes": inputs.bytes,
        "rejected": sum(inputs.rejected.values()),
        "excluded": sum(inputs.excluded.values()),
        "bytes": sum(file.size for file in facts.files),
        "files": len(facts.files),
        "schema_version": SCHEMA_VERSION,
    }
    return {name: _count(number) for name, number in numbers.items()} | {
        "checks": f"{checks(facts)} passed",
    }


def _tables(facts: CardFacts) -> dict[str, str]:
    statistics, inputs = facts.statistics, facts.inputs
    return {
        "fields_table": table(("Field", "Type", "Null", "Meaning"), [_field_row(column) for column in COLUMNS]),
        "splits_table": _splits_table(facts),
        "duplicates_table": _duplicates_table(statistics.duplicate_kinds),
        "languages_table": _counts_table("Language", statistics.languages),
        "encodings_table": _counts_table("Encoding", statistics.encodings),
        "boilerplate_table": _boilerplate_table(statistics.flags, statistics.removed_chars),
        "rejected_table": _reasons_table(inputs.rejected),
        "excluded_table": _counts_table("Reason", inputs.excluded, "Inputs", style=escape),
        "settings_table": settings_table(facts),
        "checks_table": checks_table(facts),
        "overrides_table": _counts_table("Decision", inputs.overrides, "Times"),
    }


def _code(facts: CardFacts) -> dict[str, str]:
    """Python lines that load the release: from the Hub at its own tag, or from the folder where no repo is set."""
    source = json.dumps(one_line(facts.repo or "path/to/this/folder"), ensure_ascii=False)
    pin = f", revision={json.dumps(one_line(facts.revision))}" if facts.repo else ""
    first = facts.splits(DEDUPLICATED)[0].name
    load = f"load_dataset({source}{pin})"
    load_all = f'load_dataset({source}, "{ALL}"{pin})'
    start = "from datasets import load_dataset"
    return {
        "load_example": _python(
            start, "", f"articles = {load}  # one row per article", f"everything = {load_all}  # with all copies"
        ),
        "restore_example": _python(
            "import corpus", start, "", f'row = {load}["{first}"][0]', "source_text = corpus.restore(row)"
        ),
    }


def _python(*lines: str) -> str:
    return "\n".join(["```python", *lines, "```"])


def _or_not_stated(value: str | None, style: Callable[[str], str]) -> str:
    return style(value) if value else NOT_STATED


def _count(number: int) -> str:
    return f"{number:,}"


def _splits_table(facts: CardFacts) -> str:
    singles = facts.statistics.singles
    rows = [
        (code(split.name), _count(singles.get(split.name, 0)), _count(split.rows), _count(len(split.files)))
        for split in facts.splits(ALL)
    ]
    header = ("Split", f"Rows in `{DEDUPLICATED}`", f"Rows in `{ALL}`", f"Files in `{ALL}`")
    return table(header, rows, numbers=(1, 2, 3))


def _duplicates_table(counts: Counts) -> str:
    rows = [(code(kind), _DUPLICATES[kind], _count(counts[kind])) for kind in DUPLICATE_KINDS if counts.get(kind)]
    return table(("Kind", "Meaning", "Rows"), rows, numbers=(2,))


def _counts_table(what: str, counts: Counts, number: str = "Rows", *, style: Callable[[str], str] = code) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [(style(name), _count(count)) for name, count in ordered if count]
    return table((what, number), rows, numbers=(1,))


def _boilerplate_table(flags: Counts, removed: Counts) -> str:
    ordered = sorted(flags.items(), key=lambda item: (-item[1], item[0]))
    rows = [(code(kind), _count(count), _count(removed.get(kind, 0))) for kind, count in ordered if count]
    return table(("Kind", "Rows", "Characters taken out"), rows, numbers=(1, 2))


def _reasons_table(counts: Counts) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [(code(reason), escape(REASONS.get(reason, "")), _count(count)) for reason, count in ordered if count]
    return table(("Reason", "Meaning", "Inputs"), rows, numbers=(2,))


def _field_row(column: Column) -> tuple[str, str, str, str]:
    meaning = column.meaning
    if column.values:
        meaning += " One of " + ", ".join(code(value) for value in column.values) + "."
    return code(column.name), _type_name(column.type), "yes" if column.nullable else "no", meaning


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type_name(kind.value_type)}"
    if pa.types.is_struct(kind):
        return "{" + ", ".join(f"`{field.name}`: {_type_name(field.type)}" for field in kind) + "}"
    return "float64" if pa.types.is_float64(kind) else str(kind)
