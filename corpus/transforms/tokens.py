"""Words of article texts and their hashes, by pinned Unicode tables; `docs/format.md` specifies both."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.unicode import HAN_KANA, WORD, class_table, code_points, fold_table

UInts = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

TOKEN_BASE: Final = 0x9E3779B97F4A7C15
"""Odd multiplier of the polynomial over the code points of a token, modulo 2**64."""

_CHUNK: Final = 1 << 17
"""Code points hashed at once: the working arrays stay in the processor's cache. No result depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Hash and class of every token of n texts, one after another; text i has `offsets[i]:offsets[i + 1]`."""

    hashes: UInts
    classes: npt.NDArray[np.uint8]
    offsets: Ints


def word_counts(bodies: Sequence[str]) -> Ints:
    """The number of tokens of each body (n,): words, and every character of scripts written without spaces."""
    counts = [np.diff(_token_borders(*_points(chunk))[2]) for chunk in chunks(bodies)]
    return np.concatenate([np.zeros(0, np.int64), *counts])


def hash_tokens(bodies: Sequence[str]) -> Tokens:
    """Every token of these texts, folded and hashed, with the class of its first code point."""
    points, begins = _points(bodies)
    starts, ends, offsets, classes = _token_borders(points, begins)
    folded = fold_table()[points].astype(np.uint64) + np.uint64(1)
    return Tokens(hashes=mix(polynomials(folded, starts, ends, TOKEN_BASE)), classes=classes, offsets=offsets)


def chunks(bodies: Sequence[str]) -> Iterator[Sequence[str]]:
    """Runs of `bodies` with about `_CHUNK` code points each, a longer body by itself."""
    start = size = 0
    for number, body in enumerate(bodies):
        if size and size + len(body) > _CHUNK:
            yield bodies[start:number]
            start, size = number, 0
        size += len(body) + 1
    if start < len(bodies):
        yield bodies[start:]


def offsets_of(counts: Ints) -> Ints:
    """Where each of n runs of these lengths begins, and at last where they end (n + 1,)."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def sums(values: npt.NDArray[np.bool_] | Ints, offsets: Ints) -> Ints:
    """The sum of each run of `offsets` (n,): how many flags are set, or the total of whole numbers."""
    running = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=running[1:])
    return running[offsets[1:]] - running[offsets[:-1]]


def polynomials(values: UInts, starts: Ints, ends: Ints, base: int) -> UInts:
    """The sum of values[start + k] * base**k modulo 2**64 over each run start:end.

    By one running sum of values[i] * base**i: a run's difference divided by base**start, as an odd base has an inverse.
    """
    if len(values) < 2 * _CHUNK:
        powers, inverses = _usual_powers(base)
    else:
        powers, inverses = _powers(base, len(values) + 1)
    running = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * powers[: len(values)], out=running[1:])
    return (running[ends] - running[starts]) * inverses[starts]


def mix(values: UInts) -> UInts:
    """The finalizer of splitmix64 (Steele, Lea and Flood 2014), a bijection of 64-bit integers."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@functools.cache
def _usual_powers(base: int) -> tuple[UInts, UInts]:
    return _powers(base, 2 * _CHUNK)


def _powers(base: int, size: int) -> tuple[UInts, UInts]:
    """base**0 .. base**(size - 1) and their inverses, modulo 2**64."""
    tables = []
    for factor in (base, pow(base, -1, 1 << 64)):
        table = np.full(size, factor, np.uint64)
        table[0] = 1
        np.multiply.accumulate(table, out=table)
        tables.append(table)
    return tables[0], tables[1]


def _token_borders(points: npt.NDArray[np.uint32], begins: Ints) -> tuple[Ints, Ints, Ints, npt.NDArray[np.uint8]]:
    """First and last + 1 code point of every token, where each text's tokens begin (n + 1,), and their classes."""
    classes = class_table()[points]
    word = classes == WORD
    single = classes >= HAN_KANA
    first = single | word
    last = first.copy()
    first[1:] &= single[1:] | ~word[:-1]
    last[:-1] &= single[:-1] | ~word[1:]
    starts = np.flatnonzero(first)
    offsets = np.append(np.searchsorted(starts, begins), len(starts)).astype(np.int64)
    return starts, np.flatnonzero(last) + 1, offsets, classes[starts]


def _points(bodies: Sequence[str]) -> tuple[npt.NDArray[np.uint32], Ints]:
    """The code points of all bodies, a line feed after each, and where each body begins (n,)."""
    sizes = np.fromiter((len(body) + 1 for body in bodies), dtype=np.int64, count=len(bodies))
    return code_points("\n".join([*bodies, ""])), offsets_of(sizes)[:-1]
