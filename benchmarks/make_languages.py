"""Write the table of `docs/languages.md` anew from the detectors: `python -m benchmarks.make_languages`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from corpus.transforms.language import langid, replay, words
from corpus.transforms.language.codes import LANGDETECT_CODES, LANGID_CODES, WORD_CODES, released_codes
from corpus.transforms.language.evidence import all_codes

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "languages.md"
BEGIN: Final = "<!-- table: written by `python -m benchmarks.make_languages` -->\n"


def main() -> None:
    """Replace what follows the mark."""
    DOCUMENT.write_text(with_table(DOCUMENT.read_text("utf-8")), encoding="utf-8")


def with_table(document: str) -> str:
    """The document with a fresh table at its end."""
    return document.partition(BEGIN)[0] + BEGIN + table()


def table() -> str:
    """A line per released code: what each detector calls the language."""
    columns = (
        by_code(replay.languages(), LANGDETECT_CODES),
        by_code(langid.languages(), LANGID_CODES),
        by_code(words.languages(), WORD_CODES),
    )
    lines = ["| code | langdetect | py3langid | word list |", "|---|---|---|---|"]
    lines += [f"| {code} | " + " | ".join(column.get(code, "") for column in columns) + " |" for code in all_codes()]
    return "\n".join(lines) + "\n"


def by_code(own: Sequence[str], renamed: Mapping[str, str]) -> dict[str, str]:
    """A detector's own codes by the released code."""
    found: dict[str, str] = {}
    for code, original in zip(released_codes(own, renamed), own, strict=True):
        found[code] = f"{found[code]}, {original}" if code in found else original
    return found


if __name__ == "__main__":
    main()
