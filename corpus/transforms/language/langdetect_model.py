"""langdetect's profiles, its reading of characters and its chance, as arrays for the replay."""

from __future__ import annotations

import functools
import json
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import unicodedata2

from corpus.transforms.kernels import compiled, entry
from corpus.transforms.tables import Arrays, cached_arrays, digest_files

KNOWN_DIGEST: Final = "6e51d901c6a94fb7e22dcf173a4d958314de2832a08e2b86c771c431961cc246"
"""`digest_files` over the code and profiles of the one version that is replayed, langdetect 1.0.9."""

SEED: Final = 0
SPACE, UNKNOWN = 1, 2
"""Symbols: numbers of the characters that stand in profiles. All characters that stand in none are `UNKNOWN`."""
UPPER: Final = 1 << 15
"""The bit of a symbol that says that its character is upper case."""
SYMBOL_POINTS: Final = 0x20000
"""Code points from here on are UNKNOWN, and not upper case."""
WIDTH: Final = 56
"""Numbers per row of languages in the replay: as many as langdetect has and one more, so that rows fill vectors."""
MANY: Final = 8
"""N-grams of so many languages have a row of all languages: vectors are added faster than single numbers."""
CHILD_OF_NONE: Final = 0xFFFFFF
"""What stands for the parent in the cells of single symbols."""
NO_NODE: Final = 0xFFFFFE
"""The number of no node, and the parent of none."""

TRIALS: Final = 7
DRAWS: Final = 1_001
"""Of one trial, at most."""

_OTHER_UPPERCASE: Final = (
    (0x2160, 0x216F),
    (0x24B6, 0x24CF),
    (0x1F130, 0x1F149),
    (0x1F150, 0x1F169),
    (0x1F170, 0x1F189),
)
"""Unicode's Other_Uppercase: letters that are upper case without being of category Lu."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LangdetectModel:
    """Everything that langdetect's answer depends on, beside the text."""

    languages: tuple[str, ...]
    """Codes of langdetect, sorted: columns of `shares`."""
    symbols: npt.NDArray[np.uint16]
    """Symbol of every code point below SYMBOL_POINTS, with the bit UPPER."""
    cells: npt.NDArray[np.uint64]
    """A trie of all n-grams as a double array (Aoe 1989). The node of a symbol is its number; the child of a node by a
    symbol stands, if there is one, at the node's base plus the symbol, and names its parent. In each cell from the top:
    parent (32 bits), base (31), whether the node is an n-gram of a profile (1). Free cells are 0."""
    rows: npt.NDArray[np.int16]
    """The place in `table` of each node that stands there; -1 for the others."""
    table: npt.NDArray[np.float64]
    """Of n-grams with `MANY` shares or more: the shares in all languages, a row of `WIDTH` each, 0 where it is none."""
    starts: npt.NDArray[np.uint32]
    """Where the shares of each other node begin; one more than there are cells."""
    columns: npt.NDArray[np.uint8]
    """The language of each share: its number in `languages`."""
    shares: npt.NDArray[np.float64]
    """Of the n-gram among all n-grams of its length in that language; never 0."""
    words: npt.NDArray[np.uint32]
    """The 32-bit words of Python's Mersenne Twister after `seed(0)`: as many as any text can use."""
    normals: npt.NDArray[np.float64]
    """The two numbers that `random.gauss` makes of the four words from each position on."""

    def likelihoods(self) -> tuple[npt.NDArray[Any], ...]:
        """What kernels take for the shares of an n-gram, in their order."""
        return self.rows, self.table, self.starts, self.columns, self.shares

    def chance(self) -> tuple[npt.NDArray[Any], ...]:
        """What kernels take for the trials, in their order."""
        return self.words, self.normals


@functools.cache
def load_model() -> LangdetectModel | None:
    """The model of the installed langdetect, or None when that is not the version that is replayed."""
    sources = list(_sources())
    digest = digest_files(sources)
    if digest != KNOWN_DIGEST:
        return None
    key = f"{digest} {digest_files([Path(__file__)])} {unicodedata2.unidata_version}"
    arrays = cached_arrays("langdetect", key, _build)
    languages = tuple(path.name for path in profile_paths())
    return LangdetectModel(languages=languages, **arrays)


def profile_paths() -> list[Path]:
    """The files of langdetect's profiles in the order of their names, which are the codes of its languages."""
    from langdetect.detector_factory import PROFILES_DIRECTORY

    return sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if not path.name.startswith((".", "_")))


def _sources() -> Iterator[Path]:
    import langdetect

    package = Path(langdetect.__file__).parent
    yield from profile_paths()
    yield from (package / name for name in ("detector.py", "detector_factory.py"))
    yield from (package / "utils" / name for name in ("ngram.py", "unicode_block.py", "messages.properties"))


def _build() -> Arrays:
    profiles = [json.loads(path.read_bytes()) for path in profile_paths()]
    grams = sorted({gram for profile in profiles for gram in profile["freq"]})
    numbers = _symbol_numbers(grams)
    nodes, cells = _trie([tuple(numbers[character] for character in gram) for gram in grams], max(numbers.values()) + 1)
    words = _random_words()
    return {
        "symbols": _symbols(numbers),
        "cells": cells,
        **_shares(profiles, dict(zip(grams, nodes, strict=True)), len(cells)),
        "words": words,
        "normals": _normals(words),
    }


def _symbol_numbers(grams: Iterable[str]) -> dict[str, int]:
    """Symbols of all characters of the profiles, in the order of their code points."""
    characters = sorted({character for gram in grams for character in gram} - {" "})
    return {" ": SPACE} | {character: number for number, character in enumerate(characters, UNKNOWN + 1)}


def _symbols(numbers: dict[str, int]) -> npt.NDArray[np.uint16]:
    from langdetect.utils.ngram import NGram

    symbols = np.empty(SYMBOL_POINTS, np.uint16)
    for point in range(SYMBOL_POINTS):
        character = NGram.normalize(chr(point))
        symbols[point] = numbers.get(character, UNKNOWN) | (UPPER if _is_upper(character) else 0)
    return symbols


def _is_upper(character: str) -> bool:
    """`str.isupper` by the pinned tables."""
    if unicodedata2.category(character) == "Lu":
        return True
    return any(first <= ord(character) <= last for first, last in _OTHER_UPPERCASE)


def _shares(profiles: list[dict[str, Any]], nodes: dict[str, int], size: int) -> Arrays:
    """The shares of all nodes, by node and then by language."""
    entries = []
    for column, profile in enumerate(profiles):
        counts = profile["n_words"]
        entries += [(nodes[gram], column, count / counts[len(gram) - 1]) for gram, count in profile["freq"].items()]
    owners, columns, shares = map(np.array, zip(*sorted(entry for entry in entries if entry[2]), strict=True))
    many = np.flatnonzero(np.bincount(owners, minlength=size) >= MANY)
    rows = np.full(size, -1, np.int16)
    rows[many] = np.arange(len(many))
    in_rows = rows[owners] >= 0
    table = np.zeros((len(many), WIDTH))
    table[rows[owners[in_rows]], columns[in_rows]] = shares[in_rows]
    return {
        "rows": rows,
        "table": table,
        "starts": np.searchsorted(owners[~in_rows], np.arange(size + 1)).astype(np.uint32),
        "columns": columns[~in_rows].astype(np.uint8),
        "shares": shares[~in_rows],
    }


def _trie(grams: list[tuple[int, ...]], symbols: int) -> tuple[list[int], npt.NDArray[np.uint64]]:
    """The node of each n-gram, and the cells of their trie."""
    prefixes = {gram[:length] for gram in grams for length in range(1, len(gram) + 1)}
    places: dict[tuple[int, ...], int] = {(symbol,): symbol for symbol in range(symbols)}
    parents = np.zeros(symbols + 4 * len(prefixes), np.uint64)
    parents[:symbols] = CHILD_OF_NONE
    bases = np.zeros_like(parents)
    for length in (2, 3):
        children: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for prefix in sorted(prefix for prefix in prefixes if len(prefix) == length):
            children[prefix[:-1]].append(prefix[-1])
        families = sorted(children, key=lambda parent: (-len(children[parent]), parent))
        starts = np.cumsum([0, *(len(children[parent]) for parent in families)])
        together = np.array([child for parent in families for child in children[parent]])
        _place(np.array([places[parent] for parent in families]), starts, together, parents, bases)
        for parent in families:
            base = int(bases[places[parent]])
            places |= {(*parent, child): base + child for child in children[parent]}
    cells = parents << np.uint64(32) | bases << np.uint64(1)
    nodes = [places[gram] for gram in grams]
    cells[nodes] |= np.uint64(1)
    cells[SPACE] &= ~np.uint64(1)
    return nodes, cells[: int(bases.max()) + symbols]


@entry
def _place(families: Any, starts: Any, children: Any, parents: Any, bases: Any) -> None:
    """Give each family the least base at which the cells of all its children are free, and take them."""
    free = 0
    for family, parent in enumerate(families):
        own = children[starts[family] : starts[family + 1]]
        while parents[free] != 0:
            free += 1
        base = max(free - own[0], 1)
        while not _fits(own, base, parents):
            base += 1
        bases[parent] = base
        for child in own:
            parents[base + child] = parent


@compiled
def _fits(children: Any, base: int, parents: Any) -> bool:
    taken = 0
    for child in children:
        taken += parents[base + child] != 0
    return taken == 0


def _random_words() -> npt.NDArray[np.uint32]:
    """The generator's words, until no text can need more.

    A draw among n takes words until their first bits (as many as n has) are a number below n. A word that begins with a
    zero bit always is one; so all draws of all trials end with the words up to as many of those.
    """
    generator = random.Random(SEED)  # noqa: S311 (langdetect's own generator)
    gauss = 4 * ((TRIALS + 1) // 2)
    words, sure = [], 0
    while sure < TRIALS * DRAWS + gauss:
        words.append(generator.getrandbits(32))
        sure += words[-1] < 1 << 31
    return np.array(words, np.uint32)


def _normals(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
    """`random.gauss(0, 1)` and the one after it, were the generator at each position; by Python's own functions."""
    values = [int(word) for word in words]
    uniform = [((high >> 5) * 67108864.0 + (low >> 6)) * (1.0 / 9007199254740992.0) for high, low in pairwise(values)]
    normals = np.zeros((len(words), 2))
    for position, (first, second) in enumerate(zip(uniform[:-2], uniform[2:], strict=True)):
        angle, radius = first * math.tau, math.sqrt(-2.0 * math.log(1.0 - second))
        normals[position] = math.cos(angle) * radius, math.sin(angle) * radius
    return normals
