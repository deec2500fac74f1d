"""How much of a text belongs to the page around an article: what rules that go by place alone need before they act."""

# ruff: noqa: FBT001 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

from typing import Any, Final

from corpus.transforms.boilerplate.marks import BLOCK, UNMARKED, WITHIN, Lines, is_weak, one_of
from corpus.transforms.kernels import compiled

WHOLE_PAGE: Final = 6.0
"""With this much evidence a text is a whole saved page: then it counts for every line, however far away."""
SPACED_PAGE: Final = 20.0
"""The same for a text with blank lines: whoever saved paragraphs seldom saved a whole page."""
REACH: Final = 8
"""How many lines away a mark still says that a line belongs to the page around the article."""
_HINTED: Final = 0.4
_IN_BLOCK: Final = 0.2


@compiled
def is_whole_page(lines: Lines, spaced: bool) -> bool:
    """Whether a text is a whole saved page rather than an article with some leftovers."""
    total = 0.0
    for line in lines:
        total += weight(line)
    return total >= (SPACED_PAGE if spaced else WHOLE_PAGE)


@compiled
def sum_evidence(lines: Lines) -> None:
    """Sum up how much belongs to a page rather than to an article, for `evidence_around`."""
    total = 0.0
    for place in range(len(lines)):
        total += weight(lines[place])
        lines[place].evidence = total


@compiled
def evidence_around(lines: Lines, place: int, page: bool) -> float:
    """How much around a line belonged to a page when it was summed up; on a whole page all there is."""
    if page:
        return _evidence_until(lines, len(lines))
    until = min(len(lines), place + REACH + 1)
    return _evidence_until(lines, until) - _evidence_until(lines, max(0, place - REACH))


@compiled
def _evidence_until(lines: Lines, place: int) -> float:
    return lines[place - 1].evidence if place else 0.0


@compiled
def weight(line: Any) -> float:
    """How much a line's mark says that a text has a page around its article."""
    if line.form == UNMARKED or one_of(WITHIN, line.kind):
        return 0.0
    if line.form == BLOCK:
        return _IN_BLOCK
    return _HINTED if is_weak(line) else 1.0
