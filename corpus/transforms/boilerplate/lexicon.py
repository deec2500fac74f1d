"""Phrases and words in one hash table of integers, made for look-up by kernels."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.characters import DIGIT, WORD_PART, Points, equal
from corpus.transforms.kernels import compiled, entry

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
        ("hash", np.uint32),
        ("far", np.uint32),
        ("rule", np.int16),
        ("table", np.uint8),
        ("kind", np.uint8),
        ("form", np.uint8),
    ],
    align=True,
)
"""A phrase: its code points are `points[begin:begin + size]`, `edge` of them (the last ones in `ENDS`) make its `hash`,
`far` is the one furthest from these; `following` is the next entry with the same edge, or -1. It counts in lines of at
most `reach` words and marks them with `kind`, `form` and `rule`; a word stands in `groups` instead, of a cue, `groups`
is its place among the lexicon's `cues`."""
CUE: Final = np.dtype([("topics", np.int64), ("requests", np.int64), ("languages", np.int64)])
"""What a cue stands for: a one in the lane of every kind, and a bit for every list that has it (see `cues`)."""

EDGE: Final = 4
FILTER_BITS: Final = 15
"""Size of the filter as a power of two: small enough to stay in the processor's cache."""
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_HALF: Final = np.uint64(32)
_FILTER_SHIFT: Final = np.uint64(64 - FILTER_BITS)
_SLOT_SHIFT: Final = np.uint64(40)
_HASH_MASK: Final = np.uint64(0xFFFFFFFF)
_TAGS: Final = 31
"""So many different tags has a table."""
_TAG_MASK: Final = np.uint64(0xFF)
_PACKED: Final = 4
"""So many code points are hashed at once, 16 bits of each."""
_POINT_BITS: Final = np.uint64(16)
_POINT_MASK: Final = np.uint64(0xFFFF)


class Lexicon(NamedTuple):
    """What kernels look up: code points of all entries, entries (`ENTRY`), and a hash table of the first entry of each
    edge.

    A slot of the table is free where its tag is 0; the tag tells most edges apart, and all tables. What one text asks
    of several tables stands together. `filter` has a bit for every table in which an edge may be: most are in none.
    `cues` is what these stand for (`CUE`). `limits` has the size of the longest whole line, and of every other table
    the furthest reach: in longer lines nothing of it is found. `traits` are those of all characters.
    """

    points: Points
    entries: npt.NDArray[Any]
    slots: npt.NDArray[np.int32]
    tags: npt.NDArray[np.uint8]
    filter: npt.NDArray[np.uint8]
    cues: npt.NDArray[Any]
    limits: npt.NDArray[np.int32]
    traits: Points


@entry
def fill(lexicon: Lexicon) -> None:
    """Put all entries into the hash table; of one edge those that stand first are found first."""
    for number in range(len(lexicon.entries) - 1, -1, -1):
        entry = lexicon.entries[number]
        begin = entry.begin + (entry.size - entry.edge if entry.table == ENDS else 0)
        value = _hash(lexicon.points, begin, entry.edge)
        slot = _slot(lexicon, entry.table, value)
        entry.hash = value & _HASH_MASK
        entry.far = lexicon.points[entry.begin + (0 if entry.table == ENDS else entry.size - 1)]
        entry.following = lexicon.slots[slot]
        lexicon.slots[slot] = number
        lexicon.tags[slot] = _tag(entry.table, value)
        limit = entry.size if entry.table == WHOLE else entry.reach
        lexicon.limits[entry.table] = max(lexicon.limits[entry.table], limit)
        lexicon.filter[value >> _FILTER_SHIFT] |= 1 << entry.table


@compiled
def may_be_cue(lexicon: Lexicon, points: Points, first: int) -> bool:
    """Whether a cue may begin with the `EDGE` points from `first` on."""
    return _may_be_in(lexicon, CUES, _hash_of_edge(points, first, EDGE))


@compiled
def find(lexicon: Lexicon, table: int, points: Points, first: int, size: int) -> int:
    """The first entry of a table that is points[first:first + size], or -1."""
    number = _first(lexicon, table, _hash(points, first, size))
    while number >= 0:
        entry = lexicon.entries[number]
        if entry.size == size and equal(lexicon.points, entry.begin, points, first, size):
            break
        number = entry.following
    return number


@compiled
def find_edge(lexicon: Lexicon, table: int, points: Points, first: int, size: int) -> int:
    """The first entry of a table whose edge has the hash of points[first:first + size], at most `EDGE`; or -1."""
    return _first(lexicon, table, _hash_of_edge(points, first, size))


@compiled
def stands_at(lexicon: Lexicon, entry: Any, folded: Points, begin: int, far: int) -> bool:
    """Whether a phrase stands in a line at `begin`, its code point that is furthest from its edge at `far`.

    That one, which the entry holds, tells most phrases with one edge apart.
    """
    return folded[far] == entry.far and equal(lexicon.points, entry.begin, folded, begin, entry.size)


@compiled
def groups_of(lexicon: Lexicon, points: Points, first: int, last: int) -> int:
    """The groups in which the word points[first:last] stands; 0 for a word that no list has."""
    entry = find(lexicon, WORDS, points, first, last - first)
    return int(lexicon.entries[entry].groups) if entry >= 0 else 0


@compiled
def whole_phrase(lexicon: Lexicon, folded: Points, line: Any) -> int:
    """The phrase that is a whole line but for marks around it, or -1."""
    size = line.key_last - line.key_first
    return find(lexicon, WHOLE, folded, line.key_first, size) if size <= lexicon.limits[WHOLE] else -1


@compiled
def phrase_at(lexicon: Lexicon, table: int, folded: Points, first: int, last: int, words: int) -> int:
    """The longest phrase with which a line of so many `words` begins (in `ENDS`: ends), at the end of a word, or -1."""
    edge = EDGE if words <= lexicon.limits[table] else 0
    while edge:
        number = -1
        if edge <= last - first:
            number = find_edge(lexicon, table, folded, last - edge if table == ENDS else first, edge)
        while number >= 0:
            entry = lexicon.entries[number]
            if words <= entry.reach and entry.size <= last - first:
                begin = last - entry.size if table == ENDS else first
                far, border = (begin, begin) if table == ENDS else (begin + entry.size - 1, begin + entry.size)
                if stands_at(lexicon, entry, folded, begin, far) and _breaks(lexicon, folded, first, last, border):
                    return number
            number = entry.following
        edge //= 2
    return -1


@compiled
def phrase_inside(lexicon: Lexicon, folded: Points, first: int, last: int, words: int) -> int:
    """Of the phrases that stand anywhere in a line of so many `words` the one that comes first in the lists, or -1."""
    best = -1
    if words > lexicon.limits[INSIDE]:
        return best
    window = _window(folded, first, min(EDGE - 1, last - first))
    for begin in range(first, last + 1 - EDGE):
        window = _moved(window, folded[begin + EDGE - 1])
        value = _mixed(window)
        if not _may_be_in(lexicon, INSIDE, value):
            continue
        number = _first(lexicon, INSIDE, value)
        while number >= 0:
            entry = lexicon.entries[number]
            fits = words <= entry.reach and entry.size <= last - begin and (best < 0 or number < best)
            if fits and stands_at(lexicon, entry, folded, begin, begin + entry.size - 1):
                best = number
            number = entry.following
    return best


@compiled
def _hash(points: Points, first: int, size: int) -> np.uint64:
    """64-bit hash of some code points."""
    value = np.uint64(0)
    for start in range(first, first + size, _PACKED):
        value = _mixed(value ^ _window(points, start, min(_PACKED, first + size - start)))
    return value


@compiled
def _hash_of_edge(points: Points, first: int, size: int) -> np.uint64:
    """The same, of at most `EDGE` code points."""
    return _mixed(_window(points, first, size))


@compiled
def _window(points: Points, first: int, size: int) -> np.uint64:
    window = np.uint64(0)
    for place in range(first, first + size):
        window = _moved(window, points[place])
    return window


@compiled
def _moved(window: np.uint64, point: np.uint32) -> np.uint64:
    """The window of the last four code points, one further."""
    return (window << _POINT_BITS) | (np.uint64(point) & _POINT_MASK)


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _HALF)) * _MULTIPLIER
    return value ^ (value >> _HALF)


@compiled
def _tag(table: int, value: np.uint64) -> int:
    """The tag of an edge, never 0."""
    return 1 + table * _TAGS + int(((value & _TAG_MASK) * np.uint64(_TAGS)) >> np.uint64(8))


@compiled
def _first(lexicon: Lexicon, table: int, value: np.uint64) -> int:
    """The first entry of a table with an edge of this hash, or -1; another edge may have the same."""
    if not _may_be_in(lexicon, table, value):
        return -1
    slot = _slot(lexicon, table, value)
    return int(lexicon.slots[slot]) if lexicon.tags[slot] else -1


@compiled
def _may_be_in(lexicon: Lexicon, table: int, value: np.uint64) -> bool:
    """Whether a table may have an edge of this hash."""
    return bool(lexicon.filter[value >> _FILTER_SHIFT] & (1 << table))


@compiled
def _slot(lexicon: Lexicon, table: int, value: np.uint64) -> np.int64:
    """Where an edge with its hash stands among the slots, or the free slot for it."""
    most = len(lexicon.slots) - 1
    tag = _tag(table, value)
    place = np.int64(value >> _SLOT_SHIFT) & most
    while lexicon.tags[place]:
        if lexicon.tags[place] == tag and lexicon.entries[lexicon.slots[place]].hash == value & _HASH_MASK:
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
