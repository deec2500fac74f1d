"""Phrases and words in one hash table of integers, made for look-up by kernels."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.characters import DIGIT, WORD_PART, Points, equal
from corpus.transforms.boilerplate.kernels import compiled, entry

WHOLE, STARTS, ENDS, NAMES, INSIDE, WORDS, COUNTED, CUES = range(8)
"""What an entry is compared with: a whole line, the start of a line, and so on, a word, or the start of a word."""

OF_DATES: Final = 1 << 0
OF_SHARES: Final = 1 << 1
OF_COMMENTS: Final = 1 << 2
OF_NAMES: Final = 1 << 3
PARTICLE: Final = 1 << 4
"""Stands in names and between them, with a small letter."""
LINKING: Final = 1 << 5
"""Stands between the parts of a date."""
ORDINAL: Final = 1 << 6
"""Stands behind a number, without a blank."""
EMBED_HOST: Final = 1 << 7
"""Serves posts and films that are embedded by their address."""
SCHEME: Final = 1 << 8
"""Begins an address."""
OF_GIVEN: Final = 1 << 9
"""Is a given name."""
OF_AGO: Final = 1 << 10
"""Tells how long ago something was (`2 days ago`, `vor 2 Tagen`), or the day before a time (`yesterday, 18:30`)."""

ENTRY: Final = np.dtype(
    [
        ("begin", np.int32),
        ("size", np.int32),
        ("edge", np.int32),
        ("following", np.int32),
        ("reach", np.int32),
        ("groups", np.int32),
        ("rule", np.int16),
        ("table", np.uint8),
        ("kind", np.uint8),
        ("form", np.uint8),
    ],
    align=True,
)
"""A phrase: its code points are `points[begin:begin + size]`, `edge` of them (the last ones in `ENDS`) make its hash;
`following` is the next entry with the same edge, or -1. It counts in lines of at most `reach` words and marks them with
`kind`, `form` and `rule`; a word stands in `groups` instead, of a cue, `groups` is
its place among the lexicon's `cues`."""
CUE: Final = np.dtype([("topics", np.int64), ("requests", np.int64), ("languages", np.int64)])
"""What a cue stands for: a one in the lane of every kind, and a bit for every list that has it (see `cues`)."""

EDGE: Final = 4
INSIDE_EDGE: Final = EDGE
FILTER_BITS: Final = 19
INSIDE_BITS: Final = 15
"""Sizes of the filters as powers of two: small enough to stay in the processor's cache."""
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_HALF: Final = np.uint64(32)
_PACKED: Final = 4
"""So many code points are hashed at once, 16 bits of each."""
_POINT_BITS: Final = np.uint64(16)
_POINT_MASK: Final = np.uint64(0xFFFF)


class Lexicon(NamedTuple):
    """What kernels look up: code points of all entries, entries (`ENTRY`), hash table of the first entry of each edge
    (-1 where free), a filter with a bit set for the hash of every edge, another one with a byte for every edge of
    `INSIDE`, which is asked at every character, a third one for `CUES`, which are asked at every word, what these
    stand for (`CUE`), and the traits of all characters.
    """

    points: Points
    entries: npt.NDArray[Any]
    slots: npt.NDArray[np.int32]
    filter: npt.NDArray[np.uint8]
    inside: npt.NDArray[np.bool_]
    cued: npt.NDArray[np.bool_]
    cues: npt.NDArray[Any]
    traits: Points


@entry
def fill(lexicon: Lexicon) -> None:
    """Put all entries into the hash table; of one edge those that stand first are found first."""
    for number in range(len(lexicon.entries) - 1, -1, -1):
        entry = lexicon.entries[number]
        begin = entry.begin + (entry.size - entry.edge if entry.table == ENDS else 0)
        value = _hash(entry.table, lexicon.points, begin, entry.edge)
        slot = _slot(lexicon, value, entry.table, lexicon.points, begin, entry.edge)
        entry.following = lexicon.slots[slot]
        lexicon.slots[slot] = number
        place = _filter_place(value)
        lexicon.filter[place >> 3] |= 1 << (place & 7)
        if entry.table == INSIDE:
            lexicon.inside[value >> np.uint64(64 - INSIDE_BITS)] = True
        if entry.table == CUES and entry.edge == EDGE:
            lexicon.cued[edge_place(lexicon.points, begin)] = True


@compiled
def edge_place(points: Points, first: int) -> np.uint64:
    """Where an edge of `EDGE` points has its byte in the filter of cues."""
    window = np.uint64(0)
    for place in range(first, first + EDGE):
        window = _moved(window, points[place])
    return (window * _MULTIPLIER) >> np.uint64(64 - INSIDE_BITS)


@compiled
def find(lexicon: Lexicon, table: int, points: Points, first: int, size: int) -> int:
    """The first entry of a table whose edge is points[first:first + size], or -1."""
    value = _hash(table, points, first, size)
    if not _passes(lexicon, value):
        return -1
    return int(lexicon.slots[_slot(lexicon, value, table, points, first, size)])


@compiled
def groups_of(lexicon: Lexicon, points: Points, first: int, last: int) -> int:
    """The groups in which the word points[first:last] stands; 0 for a word that no list has."""
    entry = find(lexicon, WORDS, points, first, last - first)
    return int(lexicon.entries[entry].groups) if entry >= 0 else 0


@compiled
def whole_phrase(lexicon: Lexicon, folded: Points, line: Any) -> int:
    """The phrase that is a whole line but for marks around it, or -1."""
    return find(lexicon, WHOLE, folded, line.key_first, line.key_last - line.key_first)


@compiled
def phrase_at(lexicon: Lexicon, table: int, folded: Points, first: int, last: int, words: int) -> int:
    """The longest phrase with which a line of so many `words` begins (in `ENDS`: ends), at the end of a word, or -1."""
    edge = 4
    while edge:
        if edge <= last - first:
            number = find(lexicon, table, folded, last - edge if table == ENDS else first, edge)
            while number >= 0:
                entry = lexicon.entries[number]
                if words <= entry.reach and entry.size <= last - first:
                    begin = last - entry.size if table == ENDS else first
                    border = begin if table == ENDS else first + entry.size
                    if equal(lexicon.points, entry.begin, folded, begin, entry.size) and _breaks(
                        lexicon, folded, first, last, border
                    ):
                        return number
                number = entry.following
        edge //= 2
    return -1


@compiled
def phrase_inside(lexicon: Lexicon, folded: Points, first: int, last: int, words: int) -> int:
    """Of the phrases that stand anywhere in a line of so many `words` the one that comes first in the lists, or -1."""
    best = -1
    window = np.uint64(0)
    for place in range(first, last):
        window = _moved(window, folded[place])
        begin = place + 1 - INSIDE_EDGE
        value = _mixed(window ^ np.uint64(INSIDE + 1))
        if begin < first or not lexicon.inside[value >> np.uint64(64 - INSIDE_BITS)]:
            continue
        number = find(lexicon, INSIDE, folded, begin, INSIDE_EDGE)
        while number >= 0:
            entry = lexicon.entries[number]
            fits = words <= entry.reach and entry.size <= last - begin and (best < 0 or number < best)
            if fits and equal(lexicon.points, entry.begin, folded, begin, entry.size):
                best = number
            number = entry.following
    return best


@compiled
def _hash(table: int, points: Points, first: int, size: int) -> np.uint64:
    """64-bit hash of an edge of a table."""
    value = np.uint64(table + 1)
    for start in range(first, first + size, _PACKED):
        window = np.uint64(0)
        for place in range(start, min(start + _PACKED, first + size)):
            window = _moved(window, points[place])
        value = _mixed(value ^ window)
    return value


@compiled
def _moved(window: np.uint64, point: np.uint32) -> np.uint64:
    """The window of the last four code points, one further."""
    return (window << _POINT_BITS) | (np.uint64(point) & _POINT_MASK)


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    value *= _MULTIPLIER
    return value ^ (value >> _HALF)


@compiled
def _passes(lexicon: Lexicon, value: np.uint64) -> bool:
    """Whether an edge with this hash may be in the lexicon."""
    place = _filter_place(value)
    return bool((lexicon.filter[place >> 3] >> (place & 7)) & 1)


@compiled
def _filter_place(value: np.uint64) -> np.int64:
    return np.int64(value >> np.uint64(64 - FILTER_BITS))


@compiled
def _slot(lexicon: Lexicon, value: np.uint64, table: int, points: Points, first: int, size: int) -> np.int64:
    """Where an edge with its hash stands among the slots, or the free slot for it."""
    most = len(lexicon.slots) - 1
    place = np.int64(value & np.uint64(most))
    while lexicon.slots[place] >= 0:
        entry = lexicon.entries[lexicon.slots[place]]
        begin = entry.begin + (entry.size - entry.edge if entry.table == ENDS else 0)
        if entry.table == table and entry.edge == size and equal(lexicon.points, begin, points, first, size):
            break
        place = (place + 1) & most
    return place


@compiled
def _breaks(lexicon: Lexicon, folded: Points, first: int, last: int, border: int) -> bool:
    """Whether no word runs across a border; a phrase may end within a number (`Copyright 20`)."""
    if border <= first or border >= last:
        return True
    before, after = lexicon.traits[folded[border - 1]], lexicon.traits[folded[border]]
    return bool(before & DIGIT or not before & after & WORD_PART)
