"""Compiled loops of the join: entries routed to their parts, pairs under each hash, equal pairs added up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpus.transforms.compiled import compiled
from corpus.transforms.tokens import Ints, UInts

Small = npt.NDArray[np.uint32]


@compiled
def route_entries(hashes: UInts, offsets: Ints, ranks: Small, part_bits: int, rank_bits: int) -> tuple[UInts, Ints]:
    """Entries by part (see `join.route`): a counting sort over the lowest `part_bits` of the hashes."""
    parts = 1 << part_bits
    mask, absent = np.uint64(parts - 1), np.uint32(0xFFFFFFFF)
    down, up = np.uint64(part_bits), np.uint64(rank_bits)
    borders = np.zeros(parts + 1, np.int64)
    for row in range(len(ranks)):
        if ranks[row] != absent:
            for place in range(offsets[row], offsets[row + 1]):
                borders[np.int64(hashes[place] & mask) + 1] += 1
    for part in range(parts):
        borders[part + 1] += borders[part]
    entries = np.empty(borders[parts], np.uint64)
    ends = borders[:-1].copy()
    for row in range(len(ranks)):
        if ranks[row] != absent:
            rank = np.uint64(ranks[row])
            for place in range(offsets[row], offsets[row + 1]):
                home = np.int64(hashes[place] & mask)
                entries[ends[home]] = ((hashes[place] >> down) << up) | rank
                ends[home] += 1
    return entries, borders


@compiled
def count_under(entries: UInts, rank_bits: int, partners: int) -> int:
    """How many pairs `pairs_under` will give."""
    up = np.uint64(rank_bits)
    count = begin = 0
    for place in range(len(entries)):
        if entries[place] >> up != entries[begin] >> up:
            begin = place
        count += min(place - begin, partners)
    return count


@compiled
def pairs_under(entries: UInts, rank_bits: int, partners: int, count: int) -> UInts:
    """Every entry packed with each of the first `partners` entries under its hash that stand before it."""
    up, high = np.uint64(rank_bits), np.uint64(32)
    mask = (np.uint64(1) << up) - np.uint64(1)
    pairs = np.empty(count, np.uint64)
    begin = filled = 0
    for place in range(len(entries)):
        if entries[place] >> up != entries[begin] >> up:
            begin = place
        for partner in range(begin, min(place, begin + partners)):
            pairs[filled] = ((entries[partner] & mask) << high) | (entries[place] & mask)
            filled += 1
    return pairs


@compiled
def add_up(pairs: UInts, counts: Small) -> int:
    """Move the distinct ones of ascending `pairs` to the front, each with the sum of its counts; how many they are."""
    last = -1
    for place in range(len(pairs)):
        if last >= 0 and pairs[place] == pairs[last]:
            counts[last] += counts[place]
        else:
            last += 1
            pairs[last], counts[last] = pairs[place], counts[place]
    return last + 1


@compiled
def count_up_to(hashes: UInts, offsets: Ints, limit: np.uint64) -> Ints:
    """How many hashes of each text are at most `limit` (n,); those of text i from offsets[i] on ascend."""
    counts = np.empty(len(offsets) - 1, np.int64)
    for text in range(len(counts)):
        place = offsets[text]
        while place < offsets[text + 1] and hashes[place] <= limit:
            place += 1
        counts[text] = place - offsets[text]
    return counts


@compiled
def shared_sorted(one: UInts, other: UInts) -> int:
    """How many values two ascending lists without repeats have in common."""
    shared = left = right = 0
    while left < len(one) and right < len(other):
        if one[left] == other[right]:
            shared += 1
            left += 1
            right += 1
        elif one[left] < other[right]:
            left += 1
        else:
            right += 1
    return shared


@compiled
def pick_kept(of: Ints, text: Ints, rows: int, foe_of: Ints, foe: Ints) -> Ints:
    """For every row the place of the copy by which it joins a kept text, or -1 (see `groups.stars`).

    The copies stand in the order in which they are tried, those of one text together, better-ranked texts first.
    `foe_of` is ascending and `foe` are the rows that each may not share a group with.
    """
    picked = np.full(rows, -1, np.int64)
    for place in range(len(of)):
        row, kept = text[place], of[place]
        if picked[row] >= 0 or picked[kept] >= 0:
            continue
        friendly = True
        for at in range(np.searchsorted(foe_of, row), np.searchsorted(foe_of, row, "right")):
            other = foe[at]
            if other == kept or (picked[other] >= 0 and of[picked[other]] == kept):
                friendly = False
        if friendly:
            picked[row] = place
    return picked
