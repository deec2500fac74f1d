"""What is known of every line of a page, as whole numbers by the names of features, for the model to split on.

Shares are in thousandths; -1, and below, stand for "there is none".
"""

from __future__ import annotations

import itertools
import operator
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.schema import KINDS
from corpus.transforms.html.facts import KEPT, PLACES, PROSE, Look, Shares, Tree, hints_of, look_of, own_tag, sums_in
from corpus.transforms.html.hints import load_hints
from corpus.transforms.html.neighbours import describe_neighbours
from corpus.transforms.html.shape import Columns, describe_shape

_WRAPPER: Final = 0.6
"""An element with so large a part of the page's text says nothing of a line in it."""
_MAIN: Final = 0.6
"""The smallest element with so much of the prose that the extractor kept is the article's own."""
_BOXES: Final = 3
"""So many containers of a line, from the inside, are looked at."""
_NONE: Final = -2
_FARTHEST_ELEMENT: Final = 12
_FARTHEST_HINT: Final = 15
_FARTHEST_LINE: Final = 50
_NO_LINE: Final = 60
_MOST_LINES: Final = 500
_TAGS: Final = ("p", "li", "tr", "figcaption", "div", "dt", "dd")
_RULES: Final = ("phrase", "structure", "block", "model", "url")

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """What others say of the lines of a page.

    `kept` is the share of each line that the extractor kept, `told` the share that the page's own description tells,
    `marks` kind and rule by our own text pass (empty: none).
    """

    kept: Shares
    told: Shares
    marks: Sequence[tuple[str, str]]


class _Sizes:
    """Characters of the lines by what they are, and how many of them every element holds."""

    def __init__(self, tree: Tree, kept: Sequence[bool]) -> None:
        self.kept = kept
        self.length = [len(line.text) for line in tree.lines]
        self.linked = [line.linked for line in tree.lines]
        few_links = [line.linked < KEPT * len(line.text) for line in tree.lines]
        self.prose = [count >= PROSE and few for count, few in zip(tree.words, few_links, strict=True)]
        self.kept_length = list(map(operator.mul, self.length, kept))
        self.prose_length = list(map(operator.mul, self.length, self.prose))
        self.kept_prose = list(map(operator.mul, self.kept_length, self.prose))
        self.total = max(1, sum(self.length))
        self.all_in = sums_in(tree.chains, self.length)
        self.kept_in = sums_in(tree.chains, self.kept_length)
        self.prose_in = sums_in(tree.chains, self.prose_length)
        self.linked_in = sums_in(tree.chains, self.linked)
        self.lines_in = sums_in(tree.chains, itertools.repeat(1, len(tree.lines)))
        self.kept_prose_in = sums_in(tree.chains, self.kept_prose)


def describe(tree: Tree, opinions: Opinions) -> Ints:
    """The features of every line: (lines, features), in the order of `FEATURES`."""
    columns = _columns(tree, opinions)
    return np.array(list(columns.values()), np.int32).reshape(len(columns), len(tree.lines)).T


def _columns(tree: Tree, opinions: Opinions) -> Columns:
    kept = [bool(share >= KEPT) for share in opinions.kept]
    sizes = _Sizes(tree, kept)
    columns: dict[str, Sequence[int]] = {}
    for part in (
        describe_shape(tree),
        _opinions(opinions),
        _elements(tree, sizes),
        _boxes(tree, sizes),
        _alike(tree, sizes),
        _page(tree, sizes),
        _main(tree, sizes),
        describe_neighbours(tree, opinions.kept, [kind != "" for kind, _ in opinions.marks]),
    ):
        columns.update(part)
    return columns


def _thousandths(part: float, whole: float) -> int:
    return int(1000 * part / whole) if whole else -1


def _opinions(opinions: Opinions) -> Columns:
    columns = {
        "kept": [int(1000 * share) for share in opinions.kept],
        "told": [int(1000 * share) for share in opinions.told],
    }
    for kind in KINDS:
        columns[f"mark {kind}"] = [int(mark == kind) for mark, _ in opinions.marks]
    for name in _RULES:
        columns[f"rule {name}"] = [int(rule.startswith(name)) for _, rule in opinions.marks]
    return columns


def _elements(tree: Tree, sizes: _Sizes) -> Columns:
    """The tags around a line, the hints of class and id, and how many steps away they are (tags: 0 none)."""
    hints = tuple(load_hints().kinds)
    known: dict[Any, tuple[Mapping[str, int], Mapping[str, int]]] = {}
    for line, chain in zip(tree.lines, tree.chains, strict=True):
        if line.first not in known:
            known[line.first] = _around(chain, sizes)
    around = [known[line.first] for line in tree.lines]
    columns = {f"in {tag}": [min(tags.get(tag, 0), _FARTHEST_ELEMENT) for tags, _ in around] for tag in sorted(PLACES)}
    for name in hints:
        columns[f"near {name}"] = [min(near.get(name, _FARTHEST_HINT), _FARTHEST_HINT) for _, near in around]
    tags_of = [own_tag(line) for line in tree.lines]
    for tag in _TAGS:
        columns[f"tag {tag}"] = [int(own == tag) for own in tags_of]
    return columns


def _around(chain: Sequence[Any], sizes: _Sizes) -> tuple[Mapping[str, int], Mapping[str, int]]:
    tags: dict[str, int] = {}
    near: dict[str, int] = {}
    for step, element in enumerate(chain):
        if element.tag in PLACES:
            tags.setdefault(element.tag, step + 1)
        if sizes.all_in[element] < _WRAPPER * sizes.total:
            for name in hints_of(element):
                near.setdefault(name, step)
    return tags, near


def _boxes(tree: Tree, sizes: _Sizes) -> Columns:
    """What else stands in the containers of a line: how much was kept, is prose, is linked, and how large they are."""
    rows = [list(_boxes_of(place, chain, sizes)) for place, chain in enumerate(tree.chains)]
    names = ("kept", "prose", "linked", "size", "lines")
    columns: dict[str, Sequence[int]] = {}
    for box in range(_BOXES):
        for number, name in enumerate(names):
            columns[f"box{box + 1} {name}"] = [row[box][number] if box < len(row) else _NONE for row in rows]
    return columns


def _boxes_of(place: int, chain: Sequence[Any], sizes: _Sizes) -> Iterator[tuple[int, ...]]:
    length, step = sizes.length[place], 0
    for element in chain:
        others = sizes.all_in[element] - length
        if others <= 0:
            continue
        yield (
            _thousandths(sizes.kept_in[element] - sizes.kept_length[place], others),
            _thousandths(sizes.prose_in[element] - sizes.prose_length[place], others),
            _thousandths(sizes.linked_in[element] - sizes.linked[place], others),
            _thousandths(sizes.all_in[element], sizes.total),
            min(_MOST_LINES, sizes.lines_in[element]),
        )
        step += 1
        if step == _BOXES:
            return


def _alike(tree: Tree, sizes: _Sizes) -> Columns:
    """How lines with the same kind of place in the tree fared."""
    looks = [look_of(line.block) for line in tree.lines]
    every, kept, prose = Counter[Look](), Counter[Look](), Counter[Look]()
    for place, look in enumerate(looks):
        every[look] += sizes.length[place]
        kept[look] += sizes.kept_length[place]
        prose[look] += sizes.prose_length[place]
    counts = Counter(looks)
    others = [every[look] - size for look, size in zip(looks, sizes.length, strict=True)]
    return {
        "alike kept": [
            _thousandths(kept[look] - own, other)
            for look, own, other in zip(looks, sizes.kept_length, others, strict=True)
        ],
        "alike prose": [
            _thousandths(prose[look] - own, other)
            for look, own, other in zip(looks, sizes.prose_length, others, strict=True)
        ],
        "alike lines": [min(_MOST_LINES, counts[look]) for look in looks],
        "alike size": [_thousandths(every[look], sizes.total) for look in looks],
    }


def _page(tree: Tree, sizes: _Sizes) -> Columns:
    """The page as a whole, and where a line stands in it and between the lines of prose that were kept."""
    count = len(tree.lines)
    anchors = [place for place in range(count) if sizes.kept[place] and sizes.prose[place]]
    whole = max(1, sum(sizes.kept_prose))
    before = [0, *itertools.accumulate(sizes.kept_prose)]
    largest = max((size for element, size in sizes.all_in.items() if element.tag == "article"), default=0)
    articles = [next((element for element in chain if element.tag == "article"), None) for chain in tree.chains]
    return {
        "page prose kept": [_thousandths(sum(sizes.kept_prose), sum(sizes.prose_length))] * count,
        "page kept": [_thousandths(sum(sizes.kept_length), sizes.total)] * count,
        "page lines": [min(2000, count)] * count,
        "page anchors": [min(200, len(anchors))] * count,
        "place": [_thousandths(place, count) for place in range(count)],
        "prose above": [_thousandths(size, whole) for size in before[:count]],
        "up": [_up(anchors, place) for place in range(count)],
        "down": [_down(anchors, place) for place in range(count)],
        "article size": [
            -1 if article is None else _thousandths(sizes.all_in[article], largest) for article in articles
        ],
    }


def _up(anchors: Sequence[int], place: int) -> int:
    found = bisect_right(anchors, place)
    return min(_FARTHEST_LINE, place - anchors[found - 1]) if found else _NO_LINE


def _down(anchors: Sequence[int], place: int) -> int:
    found = bisect_left(anchors, place)
    return min(_FARTHEST_LINE, anchors[found] - place) if found < len(anchors) else _NO_LINE


def _main(tree: Tree, sizes: _Sizes) -> Columns:
    """How a line stands to the smallest element with most of the kept prose, and the branch of it that it is on."""
    least = _MAIN * sum(sizes.kept_prose)
    found = [element for element, size in sizes.kept_prose_in.items() if size >= least and size > 0]
    main = min(found, key=sizes.all_in.__getitem__, default=None)
    rows = [_in_main(chain, main, sizes) for chain in tree.chains]
    names = ("main depth", "branch kept", "branch linked", "branch prose", "branch size")
    return {name: [row[number] for row in rows] for number, name in enumerate(names)}


def _in_main(chain: Sequence[Any], main: Any, sizes: _Sizes) -> tuple[int, int, int, int, int]:
    depth = next((step for step, element in enumerate(chain) if element is main), -1)
    if depth < 1:
        return (depth, -1 + depth, -1 + depth, -1 + depth, -1 + depth)
    branch = chain[depth - 1]
    size = max(1, sizes.all_in[branch])
    return (
        depth,
        _thousandths(sizes.kept_in[branch], size),
        _thousandths(sizes.linked_in[branch], size),
        _thousandths(sizes.prose_in[branch], size),
        _thousandths(size, sizes.total),
    )


FEATURES: Final = tuple(_columns(Tree((), (), ()), Opinions(kept=np.empty(0), told=np.empty(0), marks=())))
"""The names of all features."""
