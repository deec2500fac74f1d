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
from corpus.transforms.compiled import compiled
from corpus.transforms.tokens import Classes, Ints, Tokens, UInts, chunks, hash_tokens, mix_one, offsets_of, sums

SHINGLE_BASE: Final = np.uint64(0xD1342543DE82EF95)
"""Odd multiplier of the polynomial over the token hashes of a shingle, modulo 2**64."""

_INVERSE: Final = np.uint64(pow(int(SHINGLE_BASE), -1, 1 << 64))
_ONE: Final = np.uint64(1)
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
    """What the join needs of n articles.

    Of their bodies: `words` (n,) counts the tokens, and `keys` (n, 2) are equal where the sequences of folded tokens
    are. Of title and body together: `shingles` (n,) counts the distinct ones, and article i keeps the hashes
    `hashes[offsets[i]:offsets[i + 1]]`, ascending and distinct.
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
    parts = [_shingles_of(hash_tokens(bodies[chunk]), options) for chunk in chunks(bodies)]
    none = np.zeros(0, np.int64)
    return Shingles(
        hashes=np.concatenate([np.zeros(0, np.uint64), *(part.hashes for part in parts)]),
        spans=np.concatenate([none, *(part.spans for part in parts)]),
        offsets=offsets_of(np.concatenate([none, *(np.diff(part.offsets) for part in parts)])),
    )


def exact_keys(bodies: Sequence[str]) -> UInts:
    """The exact key of each body (n, 2): two bodies with the same words in the same order are one article."""
    keys = []
    for chunk in chunks(bodies):
        tokens = hash_tokens(bodies[chunk])
        keys.append(_exact_keys(bodies[chunk], tokens.hashes, tokens.offsets[:-1], tokens.offsets[1:]))
    return np.concatenate([np.zeros((0, 2), np.uint64), *keys])


def body_key(key: Sequence[int]) -> str:
    """An exact key in hex, 32 digits: it names the words of a body and holds none of them."""
    return "".join(f"{part:016x}" for part in key)


def sketch(bodies: Sequence[str], options: SketchOptions, titles: Sequence[str | None] | None = None) -> Sketches:
    """The sketch of each article: FracMinHash (Irber et al. 2022, after Broder 1997), its gaps filled by winnowing.

    Winnowing (Schleimer, Wilkerson and Aiken 2003) keeps the smallest hash of each window; short texts keep every hash.
    `titles` is for bodies whose titles stand apart; with one an article is compared by `compared_text`.
    """
    apart = [None] * len(bodies) if titles is None else titles
    return join_sketches([_sketch_chunk(apart[chunk], bodies[chunk], options) for chunk in chunks(bodies)])


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


def _sketch_chunk(titles: Sequence[str | None], bodies: Sequence[str], options: SketchOptions) -> Sketches:
    """Every token is hashed once: those of a body stand behind those of its title."""
    tokens = hash_tokens([text for pair in zip(titles, bodies, strict=True) for text in (pair[0] or "", pair[1])])
    starts, ends = tokens.offsets[1::2], tokens.offsets[2::2]
    articles = Tokens(hashes=tokens.hashes, classes=tokens.classes, offsets=tokens.offsets[::2].copy())
    full = _shingles_of(articles, options)
    counts = np.diff(_distinct(full.hashes, full.offsets)[1])
    kept, borders = np.empty(len(full.hashes), np.uint64), np.zeros(len(full.offsets), np.int64)
    limit, window = np.uint64(options.limit), options.window
    count = _keep_hashes(full.hashes, full.offsets, counts <= options.whole, limit, window, kept, borders)
    hashes, offsets = _distinct(kept[:count], borders)
    return Sketches(
        words=ends - starts,
        shingles=counts,
        keys=_exact_keys(bodies, tokens.hashes, starts, ends),
        hashes=hashes,
        offsets=offsets,
    )


def _shingles_of(tokens: Tokens, options: SketchOptions) -> Shingles:
    """Hashes of every run that fits into its text; a text in which none fits is one shingle as a whole."""
    lengths = np.array([0, options.words, options.han_kana, options.unspaced], np.int64)
    size = len(tokens.hashes)
    hashes, spans = np.empty(size, np.uint64), np.empty(size, np.int64)
    running, offsets = np.empty(size + 1, np.uint64), np.zeros(len(tokens.offsets), np.int64)
    count = _fill_shingles(tokens.hashes, tokens.classes, tokens.offsets, lengths, running, hashes, spans, offsets)
    return Shingles(hashes=hashes[:count], spans=spans[:count], offsets=offsets)


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


def _exact_keys(bodies: Sequence[str], hashes: UInts, starts: Ints, ends: Ints) -> UInts:
    """SHA-256 of each body's token hashes (little-endian), or of the body if it has none, cut to 16 bytes (n, 2)."""
    stream = hashes.astype("<u8", copy=False).tobytes()
    view = memoryview(stream)
    keys = [
        hashlib.sha256(view[8 * start : 8 * end] if end > start else body.encode("utf-8", "surrogatepass")).digest()
        for body, start, end in zip(bodies, starts.tolist(), ends.tolist(), strict=True)
    ]
    digests = np.frombuffer(b"".join(keys), dtype=">u8").reshape(-1, 4)
    return digests[:, :2].astype(np.uint64)


@compiled
def _fill_shingles(
    tokens: UInts, classes: Classes, texts: Ints, lengths: Ints, running: UInts, hashes: UInts, spans: Ints,
    offsets: Ints,
) -> int:  # fmt: skip
    """Write the shingles of the texts tokens[texts[i]:texts[i + 1]]; how many there are.

    A polynomial over a run is the difference of two running sums, divided by a power of the base: it is odd, so it has
    an inverse modulo 2**64, and the cost of a shingle does not depend on its length.
    """
    count = 0
    for text in range(len(texts) - 1):
        first, last = texts[text], texts[text + 1]
        total, power, begun = np.uint64(0), _ONE, count
        for place in range(first, last):
            running[place] = total
            total += tokens[place] * power
            power *= SHINGLE_BASE
        running[last] = total
        power = _ONE
        for place in range(first, last):
            end = place + lengths[classes[place]]
            if end <= last:
                hashes[count] = mix_one((running[end] - running[place]) * power)
                spans[count] = end - place
                count += 1
            power *= _INVERSE
        if count == begun and first < last:
            hashes[count], spans[count] = mix_one(total), last - first
            count += 1
        offsets[text + 1] = count
    return count


@compiled
def _keep_hashes(
    hashes: UInts, texts: Ints, whole: npt.NDArray[np.bool_], limit: np.uint64, window: int, kept: UInts, offsets: Ints
) -> int:
    """Write the hashes that each text keeps, some more than once; how many they are."""
    count = 0
    for text in range(len(texts) - 1):
        bare, smallest = 0, -1
        for place in range(texts[text], texts[text + 1]):
            if whole[text] or hashes[place] <= limit:
                kept[count] = hashes[place]
                count += 1
                bare = 0
                continue
            bare += 1
            if bare < window:
                continue
            if bare == window or smallest <= place - window:
                smallest = _smallest(hashes, place - window + 1, place + 1)
            elif hashes[place] <= hashes[smallest]:
                smallest = place
            else:
                continue
            kept[count] = hashes[smallest]
            count += 1
        offsets[text + 1] = count
    return count


@compiled
def _smallest(hashes: UInts, start: int, end: int) -> int:
    """The place of the smallest of hashes[start:end], the last one of equal ones."""
    found = start
    for place in range(start, end):
        if hashes[place] <= hashes[found]:
            found = place
    return found
