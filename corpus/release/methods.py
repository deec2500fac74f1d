"""What a card says of how a release was made: a paragraph to cite, the settings, the checks, and the limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from corpus.layout import SCHEMA_VERSION
from corpus.model import CheckOutcome
from corpus.release.facts import CardFacts
from corpus.release.markdown import code, escape, table
from corpus.schema import UNDETERMINED

_NAMED: Final = {
    "python": "Python",
    "unicode": "Unicode",
    **{name: name for name in ("pyarrow", "langdetect", "langidentify", "py3langid")},
}
"""What reads, detects and writes; all others stand in the manifest."""

_UNTOLD: Final = ("inputs.include", "inputs.exclude")
"""Settings that are only counted: a pattern may name an article that was taken down."""

_WITH_ROWS: Final = " rows"


def methods(facts: CardFacts) -> str:
    """A paragraph for people who cite or review: tool and versions, numbers, steps, settings, checks, digest."""
    inputs, statistics = facts.inputs, facts.statistics
    tools = ", ".join(f"{shown} {facts.tools[name]}" for name, shown in _NAMED.items() if name in facts.tools)
    rejected, excluded = sum(inputs.rejected.values()), sum(inputs.excluded.values())
    changed = len(facts.changed_settings)
    return " ".join(
        [
            f"The corpus was made with corpus-packager {escape(facts.tool_version)}, row schema {SCHEMA_VERSION}"
            + (f" ({escape(tools)})." if tools else "."),
            f"Of {inputs.count:,} inputs ({inputs.bytes:,} bytes) {statistics.rows:,} became rows, {rejected:,} were "
            f"rejected, and {f'{excluded:,}' if excluded else 'none'} excluded by the maintainer.",
            "Each input was decoded and its text normalised (Unicode NFC, line ends, control characters, runs of blank "
            "lines); of a web page all visible text was taken.",
            "A title was lifted where the source has one, and never guessed.",
            "What is not the article (bylines, share links, comment forms and the like) was recognised by rules for "
            "phrases, form and place, and moved into `boilerplate`, from which the source text can be put together "
            "again exactly.",
            "The language of each body was detected by langdetect, together with two further opinions.",
            "Copies were found by comparing samples of the word 5-grams of all texts (in scripts without spaces, of "
            "runs of characters), and each was verified on the full text against the kept article of its group; "
            "all copies of an article are in the same split.",
            "All settings were the defaults of this version."
            if not changed
            else f"The settings were the defaults of this version but for {changed:,}, listed below.",
            f"Every row was counted again from the written files, and {checks(facts)} of the data checks passed.",
            f"Content digest of the rows: {code(statistics.content_digest)}.",
        ]
    )


def checks(facts: CardFacts) -> str:
    """How many checks passed: `69 of 69`."""
    report = facts.checks
    passed = sum(outcome.passed for outcome in report.outcomes)
    return f"{passed:,} of {max(report.expected, len(report.outcomes)):,}"


def settings_table(facts: CardFacts) -> str:
    """Every setting that is not the default."""
    rows = [
        (code(name), _setting(name, now), _setting(name, usual))
        for name, (now, usual) in sorted(facts.changed_settings.items())
    ]
    return table(("Setting", "Here", "Default"), rows) if rows else "All settings are the defaults."


def checks_table(facts: CardFacts) -> str:
    """Checks that failed, and those that measure the corpus as a whole; the others hold of every row."""
    told = [outcome for outcome in facts.checks.outcomes if not outcome.passed or not _is_of_rows(outcome)]
    others = len(facts.checks.outcomes) - len(told)
    rows = [
        (escape(outcome.check), escape(outcome.limit), escape(outcome.found), "passed" if outcome.passed else "FAILED")
        for outcome in sorted(told, key=lambda outcome: (outcome.passed, outcome.check))
    ]
    rest = f"{others:,} checks look at every row or group, and none found one that is not as it should be."
    parts = [table(("Check", "Limit", "Found", "Outcome"), rows)] if rows else []
    return "\n\n".join([*parts, rest] if others else parts)


def known_limits(facts: CardFacts) -> str:
    """What the numbers and the methods say of their own limits."""
    return "\n".join(f"- {line}" for line in _limits(facts))


def _limits(facts: CardFacts) -> Iterator[str]:
    statistics = facts.statistics
    untitled = statistics.rows - statistics.titles
    if untitled:
        yield f"{_rows(untitled)} without a title: the source has none, or none that was recognised."
    unknown = statistics.languages.get(UNDETERMINED, 0)
    if unknown:
        yield f"{_rows(unknown)} whose language cannot be told (`{UNDETERMINED}`)."
    yield "A text in several languages gets one code at most, mostly that of its greater part."
    yield (
        "Boilerplate is recognised by rules: some stays in bodies, and some lines of articles may have been taken for "
        "it. What was taken out is never lost (`boilerplate`)."
    )
    yield "Translations and free retellings are not found as copies; `related` lists articles that share long passages."
    yield "`author`, `url`, `published` and `license` are what the source states; nobody has verified them."


def _rows(number: int) -> str:
    return f"{number:,} row" if number == 1 else f"{number:,} rows"


def _setting(name: str, value: Any) -> str:
    if name in _UNTOLD:
        return "1 pattern" if len(value) == 1 else f"{len(value):,} patterns"
    if isinstance(value, (list, tuple)):
        return ", ".join(code(str(item)) for item in value) or "none"
    return code(str(value).lower() if isinstance(value, bool) else str(value)) if value != "" else "none"


def _is_of_rows(outcome: CheckOutcome) -> bool:
    """Whether a check counts rows that are wrong, instead of measuring a share."""
    return outcome.found.endswith(_WITH_ROWS)
