"""Where the lines of a page stand in its tree, and what the elements around them tell."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.html.hints import groups_of
from corpus.transforms.html.lines import TreeLine

Shares = npt.NDArray[np.float64]
Look = tuple[tuple[str, str | None], ...]

_PLACES: Final = (
    "article main aside footer nav header figure figcaption blockquote form table ul ol dl pre button section address "
    "details time cite label"
)
PLACES: Final = frozenset(_PLACES.split())
"""Elements in which it matters that a line stands."""
_OWN: Final = frozenset(("p", "li", "div", "td", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "dd", "dt"))
_NEAR: Final = 3
"""An element so many steps above the text is near."""
_ENDS: Final = tuple(".!?\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964\uff0e\uff61")
_CLOSERS: Final = "\"'\u201d\u2019\u00bb\u203a)]}\u300d\u300f\uff09\u3011\u201c*_"
KEPT: Final = 0.5
"""A line of which the extractor kept so much was kept."""
PROSE: Final = 10
"""A line of so many words, few of them in links, is taken for prose."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Where the lines of a page stand: for every line the elements around it, from the inside, and its words."""

    lines: Sequence[TreeLine]
    chains: Sequence[Sequence[Any]]
    words: Sequence[int]

    @staticmethod
    def of(lines: Sequence[TreeLine], words: Sequence[int]) -> Tree:
        """The tree of these lines, with the number of words of each."""
        return Tree(lines, [list(ancestors(line.first)) for line in lines], words)


def ancestors(element: Any) -> Iterator[Any]:
    """`element` and those around it, without the page's root and body."""
    while element is not None and element.tag not in ("body", "html"):
        yield element
        element = element.getparent()


def hints_of(element: Any) -> frozenset[str]:
    """What the class, id and role of an element tell."""
    name = " ".join(value for value in (element.get("class"), element.get("id"), element.get("role")) if value)
    return groups_of(name) if name else frozenset()


def look_of(block: Any) -> Look:
    """Tag and class of a block and of the elements right around it: what lines of one sort have in common."""
    return tuple((element.tag, element.get("class")) for element in itertools.islice(ancestors(block), _NEAR))


def own_tag(line: TreeLine) -> str:
    """The tag of the block that the line stands in, `div` for those that say nothing."""
    tag = line.block.tag
    return str(tag) if tag in _OWN else "div"


def is_closed(text: str) -> bool:
    """Whether `text` ends like a sentence."""
    return text.endswith(_ENDS) or text[-4:].rstrip(_CLOSERS).endswith(_ENDS)


def sums_in(chains: Iterable[Sequence[Any]], values: Iterable[int]) -> dict[Any, int]:
    """The sum of the values of all lines in each element."""
    total: dict[Any, int] = {}
    for chain, value in zip(chains, values, strict=True):
        for element in chain:
            total[element] = total.get(element, 0) + value
    return total
