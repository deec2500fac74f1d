"""How much of a text belongs to the page around an article: what rules that go by place alone need before they act."""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from corpus.transforms.boilerplate.phrases import Hit

Marks = list[Hit | None]
"""What each line is, one entry a line; None for a line of the article."""

WHOLE_PAGE: Final = 6.0
"""With this much evidence a text is a whole saved page: then it counts for every line, however far away."""
SPACED_PAGE: Final = 20.0
"""The same for a text with blank lines: whoever saved paragraphs seldom saved a whole page."""
REACH: Final = 8
"""How many lines away a mark still says that a line belongs to the page around the article."""
WITHIN: Final = (
    "title", "byline", "dateline", "caption", "image_credit", "social_embed", "advertisement", "separator", "other",
)  # fmt: skip
"""Kinds that stand within articles as well: they say nothing about the lines around them."""
_HINTED: Final = 0.4
_IN_BLOCK: Final = 0.2
_WEAK: Final = ("hint", "name", "date", "trail")


def is_weak(hit: Hit | None) -> bool:
    """Whether a line may be taken for something else: it has no mark, or one that depends on where it stands."""
    return hit is None or hit.form in _WEAK


def is_whole_page(marks: Marks, *, spaced: bool) -> bool:
    """Whether a text is a whole saved page rather than an article with some leftovers."""
    return sum(map(_weight, marks)) >= (SPACED_PAGE if spaced else WHOLE_PAGE)


def page_evidence(marks: Marks, *, page: bool) -> list[float]:
    """For every line, how much around it belongs to a page rather than to an article; on a whole page all there is."""
    sums = list(accumulate(map(_weight, marks), initial=0.0))
    count = len(marks)
    if page:
        return [sums[-1]] * count
    return [sums[min(count, place + REACH + 1)] - sums[max(0, place - REACH)] for place in range(count)]


def _weight(hit: Hit | None) -> float:
    if hit is None or hit.kind in WITHIN:
        return 0.0
    if hit.form == "block":
        return _IN_BLOCK
    return _HINTED if is_weak(hit) else 1.0
