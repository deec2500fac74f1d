"""How many of the words of the lines above an article the article tells again: a headline's stand in its text too."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.characters import PIECE_BREAK, Points, equal
from corpus.transforms.boilerplate.kernels import compiled
from corpus.transforms.boilerplate.marks import UNMARKED, Lines

Numbers = npt.NDArray[np.int64]

WINDOW: Final = 60
"""So many lines above the article are looked at."""
LONG_PIECE: Final = 4
"""Words with so many characters tell something, and pairs of characters in scripts without blanks."""
TOLD_WITHIN: Final = 20_000
"""In so many characters of the article the words of a headline are looked for."""
GRAM_HASHES: Final = 1 << 12
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(52)


@compiled
def tell(folded: Points, traits: Points, lines: Lines, end: int, heads: Numbers, grams: Numbers) -> None:
    """Set for every candidate the share of its longer words that stand in the article too.

    In scripts without blanks pairs of characters stand for words. `heads` and `grams` are an index of the article.
    """
    for size in (LONG_PIECE, 2):
        indexed = False
        for place in range(max(0, end - WINDOW), end):
            line = lines[place]
            unspaced = line.words > 2 * line.blanks + 3
            if not line.candidate or unspaced != (size == 2):
                continue
            if not indexed:
                _index(folded, lines, end, size, heads, grams)
                indexed = True
            line.told = _told_again(line, folded, traits, size, heads, grams)


@compiled
def _index(folded: Points, lines: Lines, end: int, size: int, heads: Numbers, grams: Numbers) -> None:
    """List the places of all runs of `size` characters of the article by their hash.

    grams[0] are the places, grams[1] the next entry with the same hash.
    """
    heads[:] = -1
    count = read = 0
    for number in range(end, len(lines)):
        line = lines[number]
        if line.form != UNMARKED:
            continue
        for place in range(line.first, line.folded_last - size + 1):
            if read + place - line.first + size > TOLD_WITHIN:
                return
            head = _hash(folded, place, size)
            grams[0, count] = place
            grams[1, count] = heads[head]
            heads[head] = count
            count += 1
        read += line.folded_last - line.first + 1


@compiled
def _hash(folded: Points, first: int, size: int) -> np.int64:
    value = np.uint64(0)
    for place in range(first, first + size):
        value = (value << np.uint64(16)) ^ np.uint64(folded[place])
    return np.int64((value * _MULTIPLIER) >> _SHIFT)


@compiled
def _told_again(line: Any, folded: Points, traits: Points, size: int, heads: Numbers, grams: Numbers) -> float:
    """The share of a line's longer words (or pairs of characters) that the article has, a little less for few words."""
    pieces = found = 0
    place = line.first
    while place < line.folded_last:
        end = min(place + 2, line.folded_last)
        if size != 2:
            end = place
            while end < line.folded_last and not traits[folded[end]] & PIECE_BREAK:
                end += 1
        if end - place >= size:
            pieces += 1
            found += _stands_in(folded, place, end - place, size, heads, grams)
        place = end + (size != 2)
    return found / (pieces + 1.0)


@compiled
def _stands_in(folded: Points, first: int, length: int, size: int, heads: Numbers, grams: Numbers) -> bool:
    """Whether folded[first:first + length] stands in the article."""
    gram = heads[_hash(folded, first, size)]
    while gram >= 0:
        place = grams[0, gram]
        if place + length <= len(folded) and equal(folded, first, folded, place, length):
            return True
        gram = grams[1, gram]
    return False
