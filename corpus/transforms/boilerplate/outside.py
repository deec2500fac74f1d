"""Lines before and after the article that nothing names: taken out only where what stands around them is a page's."""

# ruff: noqa: FBT001 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

from typing import Any, Final

from corpus.transforms.boilerplate.evidence import evidence_around, sum_evidence
from corpus.transforms.boilerplate.features import Steps
from corpus.transforms.boilerplate.marks import (
    BY_MODEL_AFTER,
    BY_MODEL_AMID,
    BY_MODEL_BEFORE,
    BY_PLACE_AFTER,
    BY_PLACE_BEFORE,
    COMMENTS,
    HEAD,
    NAVIGATION,
    OUTSIDE,
    RELATED_LINKS,
    UNMARKED,
    WITHIN,
    Lines,
    is_foreign,
    mark,
    one_of,
)  # fmt: skip
from corpus.transforms.kernels import compiled

ENOUGH: Final = 2.0
"""So much evidence (see `evidence.page_evidence`) makes a short line before the article part of the page."""
ENOUGH_AFTER: Final = 1.0
ENOUGH_SENTENCE: Final = 4.0
"""A sentence outside the article needs more."""
MOST_BETWEEN: Final = 3
"""So many lines of kinds that stand within articles are passed over on the way up to a first paragraph."""
_NONE: Final = -1


@compiled
def mark_outside(lines: Lines, first: int, last: int, page: bool) -> None:
    """Mark what stands outside the article lines[first:last] and has enough evidence around it on its own side."""
    above, below = (lines, lines) if page else (lines[:first], lines[last:])
    sum_evidence(above)
    if not page:
        sum_evidence(below)
    for place in range(first):
        line = lines[place]
        if line.form == UNMARKED and evidence_around(above, place, page) >= (
            ENOUGH_SENTENCE if line.sentence else ENOUGH
        ):
            mark(line, NAVIGATION, OUTSIDE, BY_PLACE_BEFORE)
    kind = _NONE
    for place in range(last, len(lines)):
        line = lines[place]
        kind = _block_kind(line, kind)
        least = ENOUGH_SENTENCE if line.sentence and kind != COMMENTS else ENOUGH_AFTER
        if kind != _NONE and line.form == UNMARKED and evidence_around(below, place - last, page) >= least:
            mark(line, kind, OUTSIDE, BY_PLACE_AFTER)


@compiled
def follow_model(lines: Lines, steps: Steps) -> None:
    """Keep and take out what the chain has chosen; lines that have a mark of their own keep its kind and rule."""
    _keep_opening(lines, steps)
    begun, last = False, -1
    for place in range(len(lines)):
        if steps[place].stays and not steps[place].fixed:
            last = place
    kind = NAVIGATION
    for place in range(len(lines)):
        line, step = lines[place], steps[place]
        if step.fixed:
            kind = _block_kind(line, kind) if begun else kind
        elif step.stays:
            mark(line, 0, UNMARKED, 0)
            begun, kind = True, RELATED_LINKS
        elif step.form != UNMARKED:
            mark(line, step.kind, step.form, step.rule)
        else:
            rule = BY_MODEL_AMID if place < last else BY_MODEL_AFTER
            mark(line, kind, OUTSIDE, rule if begun else BY_MODEL_BEFORE)


@compiled
def _keep_opening(lines: Lines, steps: Steps) -> None:
    """Keep the paragraphs right above the first kept line; a few bylines, captions and the like may stand between.

    Links, captions and lone summaries are single sentences, paragraphs are several. The chain has learned from pages
    on which little tells a first paragraph from what stands above it.
    """
    first = 0
    while first < len(lines) and (steps[first].fixed or not steps[first].stays):
        first += 1
    if first == len(lines):
        return
    between = 0
    for place in range(first - 1, -1, -1):
        step = steps[place]
        if _is_paragraph(lines[place], step):
            step.stays, between = True, 0
        elif step.fixed and one_of(WITHIN, step.kind) and between < MOST_BETWEEN:
            between += 1
        else:
            return


@compiled
def _is_paragraph(line: Any, step: Any) -> bool:
    """Whether a line that no rule has marked is prose of several sentences, the last one closed."""
    return bool(step.form == UNMARKED and not step.fixed and line.prose and line.closed and line.ends > 0)


@compiled
def _block_kind(line: Any, kind: int) -> int:
    """What unnamed lines below a line are, when they were `kind` above it; `_NONE` as long as the article may go on."""
    if not is_foreign(line):
        return kind
    if line.form == HEAD:
        return int(line.kind)
    return RELATED_LINKS if kind == _NONE else kind
