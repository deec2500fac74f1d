"""Lines before and after the article that nothing names: taken out only where what stands around them is a page's."""

from __future__ import annotations

from typing import Final

from corpus.transforms.boilerplate.evidence import WITHIN, Marks, is_weak, page_evidence
from corpus.transforms.boilerplate.lines import Line
from corpus.transforms.boilerplate.phrases import Hit

ENOUGH: Final = 2.0
"""So much evidence (see `evidence.page_evidence`) makes a short line before the article part of the page."""
ENOUGH_AFTER: Final = 1.0
ENOUGH_SENTENCE: Final = 4.0
"""A sentence outside the article needs more."""


def mark_outside(lines: list[Line], marks: Marks, extent: tuple[int, int], *, page: bool) -> None:
    """Mark what stands outside the article's `extent` and has enough evidence around it on its own side."""
    first, last = extent
    if first >= last:
        return
    before = page_evidence(marks if page else marks[:first], page=page)
    after = page_evidence(marks if page else marks[last:], page=page)
    for place in range(first):
        if marks[place] is None and before[place] >= (ENOUGH_SENTENCE if lines[place].sentence else ENOUGH):
            marks[place] = Hit("navigation", "outside", "structure:before_article")
    kind = ""
    for place in range(last, len(lines)):
        kind = _block_kind(marks[place], kind)
        least = ENOUGH_SENTENCE if lines[place].sentence and kind != "comments" else ENOUGH_AFTER
        if kind and marks[place] is None and after[place if page else place - last] >= least:
            marks[place] = Hit(kind, "outside", "structure:after_article")


def _block_kind(hit: Hit | None, kind: str) -> str:
    """What unnamed lines below `hit` are, when they were `kind` above it; empty as long as the article may go on."""
    if hit is None or is_weak(hit) or hit.kind in WITHIN:
        return kind
    return hit.kind if hit.form == "head" else kind or "related_links"
