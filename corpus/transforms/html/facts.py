"""What is known of every line of a page, as a set of named facts that the model weighs."""

from __future__ import annotations

import itertools
import operator
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.html.hints import groups_of
from corpus.transforms.html.lines import TreeLine
from corpus.transforms.unicode import fold, starts_lower

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
_WRAPPER: Final = 0.6
"""An element with so large a part of the page's text says nothing of a line in it."""
_ENDS: Final = tuple(".!?\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964\uff0e\uff61")
_CLOSERS: Final = "\"'\u201d\u2019\u00bb\u203a)]}\u300d\u300f\uff09\u3011\u201c*_"
_WORDS: Final = ((1, "1"), (3, "3"), (6, "6"), (10, "10"), (20, "20"), (40, "40"))
_SHARES: Final = ((0.02, "none"), (0.3, "little"), (0.7, "half"), (0.95, "most"))
_STEPS: Final = ((0, "0"), (1, "1"), (2, "2"), (5, "5"), (15, "15"))
_BOXES: Final = 2
"""So many containers of a line, from the inside, are looked at."""
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


class PageFacts:
    """The facts of the lines of one page.

    `kept` is the share of each line that the extractor kept, `marks` what our own text pass took each line for
    (empty: nothing).
    """

    def __init__(self, tree: Tree, kept: Shares, marks: Sequence[str]) -> None:
        self._lines, self._chains, self._words = tree.lines, tree.chains, tree.words
        self._share = [float(share) for share in kept]
        self._kept = [share >= KEPT for share in self._share]
        self._marks = marks
        self._length = [len(line.text) for line in tree.lines]
        self._total = max(1, sum(self._length))
        linked = [line.linked / len(line.text) for line in tree.lines]
        self._prose = [count >= PROSE and part < KEPT for count, part in zip(tree.words, linked, strict=True)]
        self._sizes = sums_in(self._chains, self._length)
        self._kept_in = sums_in(self._chains, map(operator.mul, self._length, self._kept))
        self._prose_in = sums_in(self._chains, map(operator.mul, self._length, self._prose))
        self._twins = _twins(tree.lines)
        self._looks = [look_of(line.block) for line in tree.lines]
        self._alike = Counter[Look]()
        self._kept_alike = Counter[Look]()
        for look, size, is_kept in zip(self._looks, self._length, self._kept, strict=True):
            self._alike[look] += size
            self._kept_alike[look] += size * is_kept
        prose = sum(itertools.compress(self._length, self._prose))
        kept_prose = sum(itertools.compress(map(operator.mul, self._length, self._kept), self._prose))
        self._page = f"page:{name_of(kept_prose / max(1, prose), _SHARES)}"
        self._largest = max((size for element, size in self._sizes.items() if element.tag == "article"), default=0)
        self._around_of: dict[Any, tuple[list[str], list[str], list[str]]] = {}

    def all(self) -> list[list[str]]:
        """The facts of every line, its neighbours' among them."""
        shared = [self._brief(place) for place in range(len(self._lines))]
        above = [["above:nothing"], *([f"above:{name}" for name in names] for names in shared[:-1])]
        below = [*([f"below:{name}" for name in names] for names in shared[1:]), ["below:nothing"]]
        spread = self._spread()
        return [[*self._own(place), *spread[place], *above[place], *below[place]] for place in range(len(self._lines))]

    def _own(self, place: int) -> Iterator[str]:
        line = self._lines[place]
        yield "line"
        size = f"words:{name_of(self._words[place], _WORDS)}"
        linked = f"linked:{name_of(line.linked / len(line.text), _SHARES)}"
        closed = "closed" if is_closed(line.text) else "open"
        kept = "kept" if self._kept[place] else "left"
        tag = f"tag:{own_tag(line)}"
        mark = self._marks[place]
        yield from (size, linked, closed, kept, tag, f"mark:{mark}")
        yield from (f"{size}&{linked}", f"{size}&{closed}", f"{size}&{tag}")
        yield f"share:{name_of(self._share[place], _SHARES)}"
        yield from (f"{kept}&{size}", f"{kept}&{tag}", f"{kept}&mark:{bool(mark)}")
        yield from _look(line)
        places, near, far = self._around(place)
        yield from (f"in:{name}" for name in places)
        yield from (f"near:{name}" for name in near)
        yield from (f"{kept}&near:{name}" for name in near)
        yield from (f"far:{name}" for name in far)
        yield from self._container(place)
        yield from self._alikes(place, kept)
        if self._twins[place]:
            yield "twin"

    def _brief(self, place: int) -> list[str]:
        """What matters to the neighbours of a line."""
        kept = "kept" if self._kept[place] else "left"
        prose = "prose" if self._prose[place] else "short"
        heading = own_tag(self._lines[place])[0] == "h"
        return [kept, f"{prose}&{kept}", f"mark:{bool(self._marks[place])}", f"heading:{heading}"]

    def _around(self, place: int) -> tuple[list[str], list[str], list[str]]:
        """The elements and the hints around a line: tags, hints close by, and hints farther away."""
        first = self._lines[place].first
        if first not in self._around_of:
            self._around_of[first] = self._look_around(self._chains[place])
        return self._around_of[first]

    def _look_around(self, chain: Sequence[Any]) -> tuple[list[str], list[str], list[str]]:
        places: dict[str, None] = {}
        near: dict[str, None] = {}
        far: dict[str, None] = {}
        for step, element in enumerate(chain):
            if element.tag in PLACES:
                places[element.tag] = None
            if self._sizes[element] < _WRAPPER * self._total:
                (near if step < _NEAR else far).update(dict.fromkeys(sorted(hints_of(element))))
        return list(places), list(near), [name for name in far if name not in near]

    def _container(self, place: int) -> Iterator[str]:
        """How much of what stands around a line in the same containers was kept, and is prose."""
        size = self._length[place]
        step = 0
        for element in self._chains[place]:
            others = self._sizes[element] - size
            if others <= 0:
                continue
            step += 1
            kept = (self._kept_in[element] - size * self._kept[place]) / others
            prose = (self._prose_in[element] - size * self._prose[place]) / others
            yield f"box{step}:kept:{name_of(kept, _SHARES)}"
            yield f"box{step}:prose:{name_of(prose, _SHARES)}"
            if step == _BOXES:
                return

    def _alikes(self, place: int, kept: str) -> Iterator[str]:
        """How lines with the same kind of place in the tree fared, the page as a whole, and which article this is."""
        look, size = self._looks[place], self._length[place]
        others = self._alike[look] - size
        share = (self._kept_alike[look] - size * self._kept[place]) / others if others else -1.0
        alike = f"alike:{name_of(share, _SHARES) if others else 'alone'}"
        prose = "prose" if self._prose[place] else "short"
        yield from (alike, f"{kept}&{alike}", f"{kept}&{prose}&{self._page}")
        article = next((element for element in self._chains[place] if element.tag == "article"), None)
        if article is not None:
            yield f"article:{name_of(self._sizes[article] / self._largest, _SHARES)}"

    def _spread(self) -> list[list[str]]:
        """Where each line stands between the lines of prose that the extractor kept."""
        anchors = [place for place in range(len(self._lines)) if self._kept[place] and self._prose[place]]
        if not anchors:
            return [["nothing_kept"]] * len(self._lines)
        spread = []
        for place in range(len(self._lines)):
            before = bisect_right(anchors, place) - 1
            after = bisect_left(anchors, place)
            up = "up:none" if before < 0 else f"up:{name_of(place - anchors[before], _STEPS)}"
            down = "down:none" if after == len(anchors) else f"down:{name_of(anchors[after] - place, _STEPS)}"
            spread.append([up, down, f"{up}&{down}"])
        return spread


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


def _look(line: TreeLine) -> Iterator[str]:
    text = line.text
    if line.strong * 2 > len(text):
        yield "strong"
    if any(character in "0123456789" for character in text):
        yield "digits"
    if text[-1] in ":\uff1a":
        yield "colon"
    if any(sign in text for sign in "|\u00bb\u203a\u2022\u00b7"):
        yield "bars"
    if starts_lower(text):
        yield "lower"
    if text.isupper():
        yield "upper"
    if line.first.tag == "time":
        yield "time"
    if "\t" in text:
        yield "cells"


def sums_in(chains: Iterable[Sequence[Any]], values: Iterable[int]) -> dict[Any, int]:
    """The sum of the values of all lines in each element."""
    total: dict[Any, int] = {}
    for chain, value in zip(chains, values, strict=True):
        for element in chain:
            total[element] = total.get(element, 0) + value
    return total


def _twins(lines: Sequence[TreeLine]) -> list[bool]:
    """Whether the same text stands on another line."""
    keys = [fold(line.text) for line in lines]
    counts = Counter(keys)
    return [counts[key] > 1 for key in keys]


def name_of(value: float, borders: Sequence[tuple[float, str]]) -> str:
    """The name of the range that `value` lies in: up to a border, or `all` above the last one."""
    return next((name for border, name in borders if value <= border), "all")
