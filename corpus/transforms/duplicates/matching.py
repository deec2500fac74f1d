"""Compiled comparison of two texts: which shingles of either stand in the other, and how much of it they cover."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpus.transforms.compiled import compiled
from corpus.transforms.tokens import Ints, UInts

UNIT = 720720
"""One shingle length in the whole numbers that coverage is counted in; every span up to 16 divides it."""

_SPARSE = 16
"""Matched places are sorted, and not looked for one by one, where less than one in this many is matched."""


@compiled
def match_pairs(
    hashes: UInts, spans: npt.NDArray[np.uint32], offsets: Ints, first: Ints, second: Ints, reach: int
) -> Ints:
    """Shared distinct shingles, covered weight of `first` and of `second`, and total weight of both (p, 5).

    Text i has `hashes[offsets[i]:offsets[i + 1]]`. Pairs with one `first` that stand together cost one table of its
    shingles, and from then on only what `second` holds; so a long text with many partners is read once.
    """
    result = np.zeros((len(first), 5), np.int64)
    longest = 0
    for text in first:
        longest = max(longest, offsets[text + 1] - offsets[text])
    heads = np.empty(_table_size(longest), np.int64)
    stamps = np.empty(len(heads), np.int64)
    chain, matched, running = np.empty(longest, np.int64), np.empty(longest, np.int64), np.zeros(longest + 1, np.int64)
    size = 0
    for pair in range(len(first)):
        start, end = offsets[first[pair]], offsets[first[pair] + 1]
        if pair == 0 or first[pair] != first[pair - 1]:
            size = _table_size(end - start)
            _fill(hashes[start:end], heads[:size], chain)
            stamps[:size] = -1
            for place in range(end - start):
                running[place + 1] = running[place] + UNIT // np.int64(spans[start + place])
        begin, stop = offsets[second[pair]], offsets[second[pair] + 1]
        table = (hashes[start:end], heads[:size], stamps[:size], chain)
        shared, count, covered, total = _walk(hashes[begin:stop], spans[begin:stop], table, matched, pair, reach)
        result[pair, 0] = shared
        result[pair, 1] = _covered(matched[:count], spans[start:end], running, reach)
        result[pair, 2] = covered
        result[pair, 3] = running[end - start]
        result[pair, 4] = total
    return result


@compiled
def _table_size(count: int) -> int:
    """A power of two, at least twice `count`."""
    size = 2
    while size < 2 * count:
        size *= 2
    return size


@compiled
def _slot_of(value: np.uint64, hashes: UInts, heads: Ints) -> int:
    """The slot in which `value` stands, or the empty one where it would."""
    mask = np.uint64(len(heads) - 1)
    slot = value & mask
    while heads[np.int64(slot)] >= 0 and hashes[heads[np.int64(slot)]] != value:
        slot = (slot + np.uint64(1)) & mask
    return int(np.int64(slot))


@compiled
def _fill(hashes: UInts, heads: Ints, chain: Ints) -> None:
    """Put a text's shingles into a table: the last place of each distinct one, and before it the place before."""
    heads[:] = -1
    for place in range(len(hashes)):
        slot = _slot_of(hashes[place], hashes, heads)
        chain[place] = heads[slot]
        heads[slot] = place


@compiled
def _walk(
    text: UInts,
    spans: npt.NDArray[np.uint32],
    table: tuple[UInts, Ints, Ints, Ints],
    matched: Ints,
    pair: int,
    reach: int,
) -> tuple[int, int, int, int]:
    """Go through the second text of a pair: distinct shingles shared, the number of places `matched` in the first,
    weight covered in the second, and its total weight.
    """
    hashes, heads, stamps, chain = table
    shared = count = covered = total = 0
    before, passed = -1, 0
    for place in range(len(text)):
        weight = UNIT // int(np.int64(spans[place]))
        slot = _slot_of(text[place], hashes, heads)
        if heads[slot] >= 0:
            if before >= 0 and place - before <= reach * int(np.int64(spans[before])):
                covered += total - passed
            covered += weight
            before, passed = place, total + weight
            if stamps[slot] != pair:
                stamps[slot] = pair
                shared += 1
                at = heads[slot]
                while at >= 0:
                    matched[count] = at
                    count += 1
                    at = chain[at]
        total += weight
    return shared, count, covered, total


@compiled
def _covered(matched: Ints, spans: npt.NDArray[np.uint32], running: Ints, reach: int) -> int:
    """Weight of the matched places of a text, and of the gaps that are bridged; `running` sums its weights."""
    if len(matched) == 0:
        return 0
    low, high = matched.min(), matched.max()
    if len(matched) * _SPARSE > high - low:
        marks = np.zeros(high - low + 1, np.bool_)
        for place in matched:
            marks[place - low] = True
        ordered = np.flatnonzero(marks) + low
    else:
        ordered = np.sort(matched)
    covered = 0
    for number in range(len(ordered)):
        place = int(ordered[number])
        covered += int(running[place + 1] - running[place])
        if number:
            before = int(ordered[number - 1])
            if place - before <= reach * int(np.int64(spans[before])):
                covered += int(running[place] - running[before + 1])
    return covered
