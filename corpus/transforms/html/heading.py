"""A heading without what its own markup sets apart: the line above it, words for screen readers, a second line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from corpus.transforms.html.facts import hints_of
from corpus.transforms.html.lines import is_invisible
from corpus.transforms.html.wording import wording
from corpus.transforms.normalize import normalize

_KICKERS: Final = frozenset(("tags", "popup"))
"""Groups of hints (`html_hints.toml`) of a part that is not the headline: a section or topic, or hidden text."""
_SUBTITLES: Final = ("subtitle", "subheadline", "subhead", "supertitle", "topline")
_EDGES: Final = " \t:;,|\u2013\u2014-\u00b7\u2022/"
_LEAST: Final = 8
"""What is left must be a headline still: so many characters without marks and blanks."""


@dataclass(slots=True)
class _Part:
    text: str
    aside: bool


def bare_heading(heading: Any) -> str | None:
    """The words of a heading that are the headline, or None where its markup sets nothing apart.

    Where a hidden mark stands between two parts, the longer one is the headline: the other is the line above it.
    """
    parts = [part for part in _parts(heading) if part.text.strip()]
    if not any(part.aside for part in parts):
        return None
    runs: list[str] = [""]
    for part in parts:
        if not part.aside:
            runs[-1] += part.text
        elif not wording(part.text):
            runs.append("")
    text = normalize(" ".join(max(runs, key=len).split())).strip(_EDGES)
    return text if len(wording(text)) >= _LEAST else None


def _parts(heading: Any) -> Iterator[_Part]:
    yield _Part(heading.text or "", aside=False)
    for child in heading:
        if isinstance(child.tag, str) and not is_invisible(child):
            yield _Part("".join(child.itertext()), aside=_is_aside(child))
        yield _Part(child.tail or "", aside=False)


def _is_aside(element: Any) -> bool:
    name = (element.get("class") or "").lower()
    hidden = element.get("aria-hidden") == "true"
    return hidden or bool(_KICKERS & hints_of(element)) or any(word in name for word in _SUBTITLES)
