"""Lines before and after the article that nothing names: taken out only where what stands around them is a page's."""

from __future__ import annotations

from typing import Final

from corpus.transforms.blocks import Marks, is_weak
from corpus.transforms.lines import Line
from corpus.transforms.phrases import Hit

ENOUGH: Final = 2.0
"""So much evidence (see `extent.page_evidence`) makes a short line before the article part of the page."""
ENOUGH_AFTER: Final = 1.0
ENOUGH_SENTENCE: Final = 4.0
"""A sentence outside the article needs more."""
_ENDING: Final = ("comment_form", "comments", "related_links", "adjacent_links", "newsletter", "share_links", "copyright", "navigation", "cookie_notice", "tags", "paywall")


def mark_outside(lines: list[Line], marks: Marks, extent: tuple[int, int], evidence: list[float]) -> None:
    """Mark what stands outside the article's `extent` and has enough evidence around it."""
    first, last = extent
    if first >= last:
        return
    _mark_before(lines, marks, first, evidence)
    _mark_after(lines, marks, last, evidence)


def _mark_before(lines: list[Line], marks: Marks, first: int, evidence: list[float]) -> None:
    for place in range(first):
        if marks[place] is None and evidence[place] >= (ENOUGH_SENTENCE if lines[place].sentence else ENOUGH):
            marks[place] = Hit("navigation", "outside", "structure:before_article")


def _mark_after(lines: list[Line], marks: Marks, last: int, evidence: list[float]) -> None:
    start = next((place for place in range(last, len(lines)) if _ends(marks[place])), len(lines))
    kind = "related_links"
    for place in range(start, len(lines)):
        hit = marks[place]
        if hit is not None:
            kind = hit.kind if hit.form == "head" else kind
        elif evidence[place] >= (ENOUGH_SENTENCE if lines[place].sentence and kind != "comments" else ENOUGH_AFTER):
            marks[place] = Hit(kind, "outside", "structure:after_article")


def _ends(hit: Hit | None) -> bool:
    return hit is not None and not is_weak(hit) and hit.kind in _ENDING
