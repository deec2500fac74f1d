"""Words of article texts and their hashes, by pinned Unicode tables; `docs/format.md` specifies both."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from corpus.transforms.compiled import compiled
from corpus.transforms.unicode import OTHER, WORD, class_table, code_points, fold_table

UInts = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Points = npt.NDArray[np.uint32]
Classes = npt.NDArray[np.uint8]

TOKEN_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
"""Multiplier of the polynomial over the code points of a token, modulo 2**64."""

_CLASS_BITS: Final = 24
_FOLDED: Final = (1 << _CLASS_BITS) - 1
_CHUNK: Final = 1 << 17
"""Code points hashed at once: the working arrays stay in the processor's cache. No result depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Hash and class of every token of n texts, one after another; text i has `offsets[i]:offsets[i + 1]`."""

    hashes: UInts
    classes: Classes
    offsets: Ints


def word_counts(bodies: Sequence[str]) -> Ints:
    """The number of tokens of each body (n,): words, and every character of scripts written without spaces."""
    counts = [np.diff(hash_tokens(bodies[chunk]).offsets) for chunk in chunks(bodies)]
    return np.concatenate([np.zeros(0, np.int64), *counts])


def hash_tokens(texts: Sequence[str]) -> Tokens:
    """Every token of these texts, folded and hashed, with the class of its first code point."""
    points = code_points("\n".join([*texts, ""]))
    begins = offsets_of(np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts)))
    hashes, classes = np.empty(len(points), np.uint64), np.empty(len(points), np.uint8)
    offsets = np.zeros(len(begins), np.int64)
    count = _fill_tokens(points, begins, _table(), hashes, classes, offsets)
    return Tokens(hashes=hashes[:count], classes=classes[:count], offsets=offsets)


def chunks(texts: Sequence[str]) -> Iterator[slice]:
    """Runs of `texts` with about `_CHUNK` code points each, a longer text by itself."""
    start = size = 0
    for number, text in enumerate(texts):
        if size and size + len(text) > _CHUNK:
            yield slice(start, number)
            start, size = number, 0
        size += len(text) + 1
    if start < len(texts):
        yield slice(start, len(texts))


def offsets_of(counts: Ints) -> Ints:
    """Where each of n runs of these lengths begins, and at last where they end (n + 1,)."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def runs_of(labels: npt.NDArray[Any]) -> Iterator[tuple[int, int]]:
    """Where every run of equal neighbours begins and ends; nothing of an empty array."""
    cuts = [0, *(np.flatnonzero(labels[1:] != labels[:-1]) + 1).tolist(), len(labels)]
    yield from ((start, end) for start, end in itertools.pairwise(cuts) if end > start)


def sums(values: npt.NDArray[np.bool_] | Ints, offsets: Ints) -> Ints:
    """The sum of each run of `offsets` (n,): how many flags are set, or the total of whole numbers."""
    running = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=running[1:])
    return running[offsets[1:]] - running[offsets[:-1]]


def mix(values: UInts) -> UInts:
    """The finalizer of splitmix64 (Steele, Lea and Flood 2014), a bijection of 64-bit integers."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


mix_one: Final = cast("Callable[[np.uint64], np.uint64]", compiled(mix))
"""`mix` of a single number, for kernels."""


@functools.cache
def _table() -> Points:
    """Of every code point its folding and one, and in the highest byte its class: a single look tells both."""
    table = fold_table() + np.uint32(1) | class_table().astype(np.uint32) << np.uint32(_CLASS_BITS)
    table.setflags(write=False)
    return table


@compiled
def _fill_tokens(points: Points, begins: Ints, table: Points, hashes: UInts, classes: Classes, offsets: Ints) -> int:
    """Write every token of the texts points[begins[i]:begins[i + 1]], each with a line end behind it; how many."""
    count = 0
    for text in range(len(begins) - 1):
        place, end = begins[text], begins[text + 1]
        while place < end:
            entry = table[points[place]]
            kind = entry >> _CLASS_BITS
            place += 1
            if kind == OTHER:
                continue
            total, power = np.uint64(entry & _FOLDED), TOKEN_BASE
            if kind == WORD:
                entry = table[points[place]]
                while entry >> _CLASS_BITS == WORD:
                    total += np.uint64(entry & _FOLDED) * power
                    power *= TOKEN_BASE
                    place += 1
                    entry = table[points[place]]
            hashes[count], classes[count] = mix_one(total), kind
            count += 1
        offsets[text + 1] = count
    return count
