"""Words, shingles and sketches of articles: what duplicate detection compares. `docs/format.md` specifies each hash."""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.unicode import HAN_KANA, WORD, class_table, code_points, fold_table

UInts = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

TOKEN_BASE: Final = 0x9E3779B97F4A7C15
SHINGLE_BASE: Final = 0xD1342543DE82EF95
"""Odd multipliers of the two polynomials, modulo 2**64."""

_CHUNK = 1 << 17
"""Code points hashed at once: the working arrays stay in the processor's cache. No result depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchOptions:
    """What a shingle is, and which ones a sketch keeps.

    A shingle is a run of `words` tokens, or of `han_kana` or `unspaced` tokens where its first one is a character of
    such a script: a run about as telling as five words. A sketch keeps the hashes below 2**64 / `sampling`, and of each
    `window` consecutive shingles without such a hash the smallest: so two texts with an equal run of `window` shingles
    always share a kept hash. A text with at most `whole` distinct shingles keeps all.
    """

    words: int = 5
    han_kana: int = 8
    unspaced: int = 16
    sampling: int = 8
    window: int = 24
    whole: int = 64

    def __post_init__(self) -> None:
        for name in ("words", "han_kana", "unspaced", "sampling", "window"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")

    @property
    def limit(self) -> int:
        """The largest hash that is sampled."""
        return (1 << 64) // self.sampling - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shingles:
    """Shingles of n texts in text order, repeats included: text i has `hashes[offsets[i]:offsets[i + 1]]`.

    `spans` is the number of tokens in each.
    """

    hashes: UInts
    spans: Ints
    offsets: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketches:
    """What the join needs of n texts.

    `words` and `shingles` (n,) count tokens and distinct shingles; `keys` (n, 2) are equal where the sequences of folded
    tokens are; text i keeps the hashes `hashes[offsets[i]:offsets[i + 1]]`, ascending and distinct.
    """

    words: Ints
    shingles: Ints
    keys: UInts
    hashes: UInts
    offsets: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tokens:
    """Hash and class of every token of n texts, one after another; text i has `offsets[i]:offsets[i + 1]`."""

    hashes: UInts
    classes: npt.NDArray[np.uint8]
    offsets: Ints


def compared_text(title: str | None, body: str) -> str:
    """What two articles are compared by: the headline is often part of the running text of a teaser or an excerpt."""
    return body if title is None else f"{title}\n{body}"


def word_counts(bodies: Sequence[str]) -> Ints:
    """The number of tokens of each body (n,): words, and every character of scripts written without spaces."""
    counts = [np.diff(_token_borders(*_points(chunk))[2]) for chunk in _chunks(bodies)]
    return np.concatenate([np.zeros(0, np.int64), *counts])


def shingles(bodies: Sequence[str], options: SketchOptions) -> Shingles:
    """The shingle hashes of each body in text order, for verification on full texts."""
    parts = [_shingle_hashes(_tokens(chunk), options) for chunk in _chunks(bodies)]
    return Shingles(
        hashes=np.concatenate([np.zeros(0, np.uint64), *(part.hashes for part in parts)]),
        spans=np.concatenate([np.zeros(0, np.int64), *(part.spans for part in parts)]),
        offsets=offsets_of(np.concatenate([np.zeros(0, np.int64), *(np.diff(part.offsets) for part in parts)])),
    )


def sketch(bodies: Sequence[str], options: SketchOptions) -> Sketches:
    """The sketch of each text: FracMinHash (Irber et al. 2022, after Broder 1997), its gaps filled by winnowing.

    Winnowing (Schleimer, Wilkerson and Aiken 2003) keeps the smallest hash of each window; short texts keep every hash.
    """
    return join_sketches([_sketch_chunk(chunk, options) for chunk in _chunks(bodies)])


def join_sketches(parts: Sequence[Sketches]) -> Sketches:
    """The sketches of several batches as one, in their order."""
    none = np.zeros(0, np.int64)
    return Sketches(
        words=np.concatenate([none, *(part.words for part in parts)]),
        shingles=np.concatenate([none, *(part.shingles for part in parts)]),
        keys=np.concatenate([np.zeros((0, 2), np.uint64), *(part.keys for part in parts)]),
        hashes=np.concatenate([np.zeros(0, np.uint64), *(part.hashes for part in parts)]),
        offsets=offsets_of(np.concatenate([none, *(np.diff(part.offsets) for part in parts)])),
    )


def offsets_of(counts: Ints) -> Ints:
    """Where each of n runs of these lengths begins, and at last where they end (n + 1,)."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def mix(values: UInts) -> UInts:
    """The finalizer of splitmix64 (Steele, Lea and Flood 2014), a bijection of 64-bit integers."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _chunks(bodies: Sequence[str]) -> Iterator[Sequence[str]]:
    """Runs of `bodies` with about `_CHUNK` code points each, a longer body by itself."""
    start = size = 0
    for number, body in enumerate(bodies):
        if size and size + len(body) > _CHUNK:
            yield bodies[start:number]
            start, size = number, 0
        size += len(body) + 1
    if start < len(bodies):
        yield bodies[start:]


def _points(bodies: Sequence[str]) -> tuple[npt.NDArray[np.uint32], Ints]:
    """The code points of all bodies, a line feed after each, and where each body begins (n,)."""
    sizes = np.fromiter((len(body) + 1 for body in bodies), dtype=np.int64, count=len(bodies))
    return code_points("\n".join([*bodies, ""])), offsets_of(sizes)[:-1]


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


def _tokens(bodies: Sequence[str]) -> _Tokens:
    points, begins = _points(bodies)
    starts, ends, offsets, classes = _token_borders(points, begins)
    folded = fold_table()[points].astype(np.uint64) + np.uint64(1)
    return _Tokens(hashes=mix(_polynomials(folded, starts, ends, TOKEN_BASE)), classes=classes, offsets=offsets)


def _shingle_hashes(tokens: _Tokens, options: SketchOptions) -> Shingles:
    """Hashes of every run that fits into its text; a text in which none fits is one shingle as a whole."""
    lengths = np.array([0, options.words, options.han_kana, options.unspaced], np.int64)
    counts = np.diff(tokens.offsets)
    starts = np.arange(len(tokens.hashes), dtype=np.int64)
    limits = np.repeat(tokens.offsets[1:], counts)
    ends = starts + lengths[tokens.classes]
    fits = ends <= limits
    alone = tokens.offsets[:-1][(counts > 0) & (sums(fits, tokens.offsets) == 0)]
    fits[alone] = True
    ends = np.minimum(ends, limits)
    ends[alone] = limits[alone]
    values = _polynomials(tokens.hashes, starts[fits], ends[fits], SHINGLE_BASE)
    return Shingles(hashes=mix(values), spans=(ends - starts)[fits], offsets=offsets_of(sums(fits, tokens.offsets)))


def _sketch_chunk(bodies: Sequence[str], options: SketchOptions) -> Sketches:
    tokens = _tokens(bodies)
    full = _shingle_hashes(tokens, options)
    counts = np.diff(_distinct(full.hashes, full.offsets)[1])
    hashes, offsets = _distinct(*_kept_hashes(full, counts <= options.whole, options))
    return Sketches(
        words=np.diff(tokens.offsets),
        shingles=counts,
        keys=_exact_keys(bodies, tokens),
        hashes=hashes,
        offsets=offsets,
    )


def _kept_hashes(full: Shingles, whole: npt.NDArray[np.bool_], options: SketchOptions) -> tuple[UInts, Ints]:
    """The hashes that each text keeps, repeats included, and their offsets (n + 1,)."""
    sampled = full.hashes <= np.uint64(options.limit)
    texts = np.repeat(np.arange(len(whole)), np.diff(full.offsets))
    keep = sampled | whole[texts]
    starts, smallest = _bare_windows(full, sampled, options.window)
    owners = np.concatenate([texts[keep], texts[starts]])
    order = np.argsort(owners, kind="stable")
    counts = np.bincount(owners, minlength=len(whole)).astype(np.int64)
    return np.concatenate([full.hashes[keep], smallest])[order], offsets_of(counts)


def _bare_windows(full: Shingles, sampled: npt.NDArray[np.bool_], window: int) -> tuple[Ints, UInts]:
    """Where `window` consecutive shingles of a text have no sampled hash, and the smallest hash of each such window."""
    last = len(full.hashes) - window + 1
    if last <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    starts = np.arange(last, dtype=np.int64)
    running = offsets_of(sampled.astype(np.int64))
    ends = np.repeat(full.offsets[1:], np.diff(full.offsets))[:last]
    starts = starts[(running[window:] == running[:last]) & (starts + window <= ends)]
    smallest, width = full.hashes, 1
    while 2 * width <= window:
        smallest, width = np.minimum(smallest[:-width], smallest[width:]), 2 * width
    return starts, np.minimum(smallest[starts], smallest[starts + window - width])


def _distinct(values: UInts, offsets: Ints) -> tuple[UInts, Ints]:
    """The set of each text: its hashes ascending, without repeats, and their offsets (n + 1,)."""
    hashes = values.copy()
    borders = offsets.tolist()
    for start, end in itertools.pairwise(borders):
        hashes[start:end].sort()
    new = np.ones(len(hashes), np.bool_)
    new[1:] = hashes[1:] != hashes[:-1]
    new[offsets[:-1][np.diff(offsets) > 0]] = True
    return hashes[new], offsets_of(sums(new, offsets))


def _exact_keys(bodies: Sequence[str], tokens: _Tokens) -> UInts:
    """SHA-256 of each text's token hashes (little-endian), or of the text if it has none, cut to 16 bytes (n, 2)."""
    stream = tokens.hashes.astype("<u8", copy=False)
    borders = tokens.offsets.tolist()
    keys = bytearray()
    for body, start, end in zip(bodies, borders[:-1], borders[1:], strict=True):
        content = stream[start:end].tobytes() if end > start else body.encode("utf-8", "surrogatepass")
        keys += hashlib.sha256(content).digest()[:16]
    return np.frombuffer(bytes(keys), dtype=">u8").astype(np.uint64).reshape(-1, 2)


def _polynomials(values: UInts, starts: Ints, ends: Ints, base: int) -> UInts:
    """The sum of values[start + k] * base**k modulo 2**64 over each run start:end.

    By one running sum of values[i] * base**i: a run's difference divided by base**start, as an odd base has an inverse.
    """
    powers, inverses = _powers(base, 1 << len(values).bit_length())
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * powers[: len(values)], out=sums[1:])
    return (sums[ends] - sums[starts]) * inverses[starts]


@functools.lru_cache(maxsize=4)
def _powers(base: int, size: int) -> tuple[UInts, UInts]:
    """base**0 .. base**(size - 1) and their inverses, modulo 2**64."""
    tables = []
    for factor in (base, pow(base, -1, 1 << 64)):
        table = np.full(size, factor, np.uint64)
        table[0] = 1
        np.multiply.accumulate(table, out=table)
        tables.append(table)
    return tables[0], tables[1]


def sums(values: npt.NDArray[np.bool_] | Ints, offsets: Ints) -> Ints:
    """The sum of each run of `offsets` (n,): how many flags are set, or the total of whole numbers."""
    running = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=running[1:])
    return running[offsets[1:]] - running[offsets[:-1]]
