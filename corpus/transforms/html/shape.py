"""The form of a page's lines by themselves: their length, signs, type, links, and pictures before them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from corpus.transforms.html.facts import Tree, is_closed, own_tag
from corpus.transforms.html.hints import groups_of
from corpus.transforms.html.lines import BLOCKS, TreeLine
from corpus.transforms.unicode import code_points, fold, fold_table, starts_lower

Columns = Mapping[str, Sequence[int]]
"""Features by name, a value a line."""

_LOOK: Final = 400
"""So many characters of a line are looked at one by one."""
_MOST_WORDS: Final = 300
_MOST_CHARACTERS: Final = 2000
_MOST_SIGNS: Final = 20
_LEVELS: Final = {f"h{level}": level for level in range(1, 7)}
_TARGETS: Final = ("share", "newsletter", "paywall", "tags", "author", "comments")
"""What the address of a link in a line may hint at."""
_PICTURES: Final = frozenset(("img", "picture", "video", "iframe", "figure"))
_SIGNS: Final = {
    "commas": ",\u060c\u3001\uff0c",
    "ends": ".!?\u3002\uff01\uff1f",
    "questions": "?\uff1f\u061f",
    "exclamations": "!\uff01",
    "bars": "|\u00bb\u203a\u2022\u00b7",
    "digits": "0123456789",
}
_FIRST: Final = {
    "quoted": "\"'\u2018\u201c\u201e\u00ab\u00bb",
    "bracketed": "([*",
    "dashed": "-\u2013\u2014\u2022",
    "numbered": "0123456789",
}


def describe_shape(tree: Tree) -> Columns:
    """The features of all lines that they show by themselves."""
    rows = [_shape(line, words) for line, words in zip(tree.lines, tree.words, strict=True)]
    keys = [fold(line.text) for line in tree.lines]
    counts = Counter(keys)
    columns: dict[str, Sequence[int]] = {name: [row[name] for row in rows] for name in _shape_names()}
    columns["twin"] = [int(counts[key] > 1) for key in keys]
    columns["level"] = [level_of(line) for line in tree.lines]
    columns.update(_surroundings(tree))
    return columns


def level_of(line: TreeLine) -> int:
    """The level of the heading that a line is, 0 for none."""
    return _LEVELS.get(own_tag(line), 0)


def _shape_names() -> tuple[str, ...]:
    return (
        *("words", "characters", "linked", "strong", "capitals", "letters a word", "closed", "colon", "lower"),
        *("cells", "time", "open end", *_SIGNS, *_FIRST),
    )


def _shape(line: TreeLine, words: int) -> dict[str, int]:
    text = line.text
    size, head = len(text), text[:_LOOK]
    points = code_points(head)
    shape = {
        "words": min(_MOST_WORDS, words),
        "characters": min(_MOST_CHARACTERS, size),
        "linked": 1000 * line.linked // size,
        "strong": 1000 * line.strong // size,
        "capitals": 1000 * int(np.count_nonzero(fold_table()[points] != points)) // len(head),
        "letters a word": 10 * size // words if words else 0,
        "closed": int(is_closed(text)),
        "colon": int(text[-1] in ":\uff1a"),
        "lower": int(starts_lower(text)),
        "cells": int("\t" in text),
        "time": int(line.first.tag == "time"),
        "open end": int(text.endswith(("...", "\u2026"))),
    }
    counts = Counter(head)
    for name, signs in _SIGNS.items():
        shape[name] = min(_MOST_SIGNS, sum(counts[sign] for sign in signs))
    first = text.lstrip(" \t")[0]
    for name, signs in _FIRST.items():
        shape[name] = int(first in signs)
    return shape


def _surroundings(tree: Tree) -> Columns:
    """What only the whole tree tells: links in the block of a line, what they lead to, and a picture right before."""
    places = {line.first: place for place, line in reversed(list(enumerate(tree.lines)))}
    pictured = [0] * len(tree.lines)
    targets: dict[Any, list[str]] = {}
    seen = 0
    for element in tree.lines[0].block.getroottree().iter() if tree.lines else ():
        if element.tag in _PICTURES:
            seen = 1
        elif element in places:
            pictured[places[element]], seen = seen, 0
        if element.tag == "a" and element.get("href"):
            targets.setdefault(_block(element), []).append(element.get("href"))
    links = [targets.get(line.block, []) for line in tree.lines]
    hints = {
        block: frozenset(name for target in found for name in groups_of(target)) for block, found in targets.items()
    }
    columns: dict[str, Sequence[int]] = {
        "pictured": pictured,
        "links": [min(_MOST_SIGNS, len(found)) for found in links],
        "links inside": [
            min(_MOST_SIGNS, sum(not target.startswith(("http", "//", "mailto")) for target in found))
            for found in links
        ],
    }
    for name in _TARGETS:
        columns[f"to {name}"] = [int(name in hints.get(line.block, ())) for line in tree.lines]
    return columns


def _block(element: Any) -> Any:
    """The block that an element stands in."""
    while element is not None and element.tag not in BLOCKS:
        element = element.getparent()
    return element
