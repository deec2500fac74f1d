"""What the class and id of an element tell of what stands in it, by the word lists of `corpus/data/html_hints.toml`."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

_WORD: Final = re.compile("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MOST_NAME: Final = 300
"""Longer class attributes are cut: tools that write one class a style make them."""


@dataclass(frozen=True, slots=True)
class Hints:
    """The groups of words in their order, the kind of text that each names, and the words themselves."""

    kinds: dict[str, str]
    wholes: dict[str, tuple[str, ...]]
    starts: tuple[tuple[str, str], ...]


@functools.cache
def load_hints() -> Hints:
    """The word lists."""
    groups = tomllib.loads((files("corpus") / "data" / "html_hints.toml").read_text("utf-8"))
    wholes: dict[str, tuple[str, ...]] = {}
    starts: list[tuple[str, str]] = []
    for group, content in groups.items():
        for word in content["words"]:
            if word.endswith("*"):
                starts.append((word[:-1], group))
            else:
                wholes[word] = (*wholes.get(word, ()), group)
    return Hints({group: content["kind"] for group, content in groups.items()}, wholes, tuple(starts))


@functools.lru_cache(maxsize=4096)
def groups_of(name: str) -> frozenset[str]:
    """The groups of which a word stands in `name`, the class and id of an element."""
    hints = load_hints()
    found: set[str] = set()
    for word in _WORD.findall(name[:_MOST_NAME]):
        folded = word.lower()
        found.update(hints.wholes.get(folded, ()))
        found.update(group for start, group in hints.starts if folded.startswith(start))
    return frozenset(found)
