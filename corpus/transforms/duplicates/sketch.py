"""Words, shingles and sketches of articles: what duplicate detection compares. `docs/format.md` specifies each hash."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.limits import check_least
from corpus.transforms.tokens import (
    Ints,
    Tokens,
    UInts,
    chunks,
    hash_tokens,
    mix,
    offsets_of,
    polynomials,
    sums,
)

SHINGLE_BASE: Final = 0xD1342543DE82EF95
"""Odd multiplier of the polynomial over the token hashes of a shingle, modulo 2**64."""


_MOST: Final = 1 << 32
"""The largest option: hashes and places are 64-bit numbers, and stay so after arithmetic with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchOptions:
    """The runs of words by which texts are compared (shingles), and which ones the search for copies looks at.

    A shingle is a run of `words` tokens, or of `han_kana` or `unspaced` tokens where its first one is a character of
    such a script: a run about as telling as five words. A sketch keeps the hashes below 2**64 / `sampling`, and of each
    `window` consecutive shingles without such a hash the smallest: so two texts with an equal run of `window` shingles
    always share a kept hash. A text with at most `whole` distinct shingles keeps all.
    """

    words: int = field(default=5, metadata={"doc": "Texts are compared by runs of this many words, called shingles."})
    han_kana: int = field(
        default=8, metadata={"doc": "In Chinese and Japanese a shingle is a run of this many characters instead."}
    )
    unspaced: int = field(
        default=16, metadata={"doc": "In Thai, Lao, Khmer and Burmese a shingle is a run of this many characters."}
    )
    sampling: int = field(
        default=8,
        metadata={
            "doc": "The search for copies looks at one shingle in this many; 16 halves its memory and sees less."
        },
    )
    window: int = field(
        default=24, metadata={"doc": "Of this many shingles in a row the search for copies looks at one or more."}
    )
    whole: int = field(
        default=64, metadata={"doc": "Of a text with at most this many shingles the search for copies looks at all."}
    )

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) > _MOST:
                raise ValueError(f"{name} must be at most {_MOST}")
        check_least(self, 1, "words", "han_kana", "unspaced", "sampling", "window")
        check_least(self, 0, "whole")

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

    `words` and `shingles` (n,) count tokens and distinct shingles; `keys` (n, 2) are equal where the sequences of
    folded tokens are; text i keeps the hashes `hashes[offsets[i]:offsets[i + 1]]`, ascending and distinct.
    """

    words: Ints
    shingles: Ints
    keys: UInts
    hashes: UInts
    offsets: Ints


def compared_text(title: str | None, body: str) -> str:
    """What two articles are compared by: the headline is often part of the running text of a teaser or an excerpt."""
    return body if title is None else f"{title}\n{body}"


def shingles(bodies: Sequence[str], options: SketchOptions) -> Shingles:
    """The shingle hashes of each body in text order, for verification on full texts."""
    parts = [_shingle_hashes(hash_tokens(chunk), options) for chunk in chunks(bodies)]
    return Shingles(
        hashes=np.concatenate([np.zeros(0, np.uint64), *(part.hashes for part in parts)]),
        spans=np.concatenate([np.zeros(0, np.int64), *(part.spans for part in parts)]),
        offsets=offsets_of(np.concatenate([np.zeros(0, np.int64), *(np.diff(part.offsets) for part in parts)])),
    )


def exact_keys(bodies: Sequence[str]) -> UInts:
    """The exact key of each body (n, 2): two bodies with the same words in the same order are one article."""
    keys = [_exact_keys(chunk, hash_tokens(chunk)) for chunk in chunks(bodies)]
    return np.concatenate([np.zeros((0, 2), np.uint64), *keys])


def sketch(bodies: Sequence[str], options: SketchOptions) -> Sketches:
    """The sketch of each text: FracMinHash (Irber et al. 2022, after Broder 1997), its gaps filled by winnowing.

    Winnowing (Schleimer, Wilkerson and Aiken 2003) keeps the smallest hash of each window; short texts keep every hash.
    """
    return join_sketches([_sketch_chunk(chunk, options) for chunk in chunks(bodies)])


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


def _shingle_hashes(tokens: Tokens, options: SketchOptions) -> Shingles:
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
    values = polynomials(tokens.hashes, starts[fits], ends[fits], SHINGLE_BASE)
    return Shingles(hashes=mix(values), spans=(ends - starts)[fits], offsets=offsets_of(sums(fits, tokens.offsets)))


def _sketch_chunk(bodies: Sequence[str], options: SketchOptions) -> Sketches:
    tokens = hash_tokens(bodies)
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


def _exact_keys(bodies: Sequence[str], tokens: Tokens) -> UInts:
    """SHA-256 of each text's token hashes (little-endian), or of the text if it has none, cut to 16 bytes (n, 2)."""
    stream = tokens.hashes.astype("<u8", copy=False)
    borders = tokens.offsets.tolist()
    keys = bytearray()
    for body, start, end in zip(bodies, borders[:-1], borders[1:], strict=True):
        content = stream[start:end].tobytes() if end > start else body.encode("utf-8", "surrogatepass")
        keys += hashlib.sha256(content).digest()[:16]
    return np.frombuffer(bytes(keys), dtype=">u8").astype(np.uint64).reshape(-1, 2)
