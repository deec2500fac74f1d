"""How often words stand in a text: those of a headline stand in its article too, and whole lines are printed again."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.characters import BLANK, PIECE_BREAK, Points
from corpus.transforms.kernels import compiled
from corpus.transforms.rooms import per_thread

Numbers = npt.NDArray[np.int32]

STEM: Final = 6
"""Words are counted by so many characters at their beginning, whatever ending they have."""
LONG_PIECE: Final = 4
"""Words with so many characters tell something; in scripts without blanks pairs of characters do."""
MOST_POINTS: Final = 1 << 18
"""Only the words of so many characters are counted, and of a line so many."""
MOST_IN_LINE: Final = 200
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_STEM_BITS: Final = np.uint64(11)
_PAIR_BITS: Final = np.uint64(21)
_PACKED: Final = 4
_PACKED_BITS: Final = np.uint64(16)
_HALF: Final = np.uint64(32)
_KEPT_BITS: Final = 14
"""Rooms of up to so many words (as a power of two) are used again and again."""
_FILTER_BITS: Final = 12
_FILTER_SHIFT: Final = np.uint64(64 - _FILTER_BITS)

COUNT: Final = np.dtype(
    [("value", np.uint64), ("seen", np.int32), ("told", np.int32), ("line", np.int32), ("below", np.int32)],
    align=True,
)
"""A word by its 64-bit hash: how many lines have it (`seen`), how many of them are the article's (`told`), the last
line that was counted, and for `headline_facts` a line further down that has it (`below`)."""


class Tally(NamedTuple):
    """A hash table of words that are asked for: `slots` are -1 or places in `counts` (`COUNT`); `used[0]` are taken.

    `filter` has a byte set for the hash of every word that is asked for: most words of a text are none of them. The
    words of line `number` that are asked for are `words[begins[number]:begins[number + 1]]`: places in `counts`, each
    once; `used[1]` of them are taken. See `room_for`.
    """

    slots: Numbers
    counts: npt.NDArray[Any]
    filter: npt.NDArray[np.bool_]
    words: Numbers
    begins: Numbers
    used: Numbers


def room_for(lines: int, points: int, *, unspaced: bool) -> Tally:
    """A tally for a text of so many lines and code points, to be emptied by `clear`, and for one text at a time.

    A word takes at least `LONG_PIECE` characters and one behind it, but in scripts without blanks one.
    """
    most = min(points, MOST_POINTS) // (1 if unspaced else LONG_PIECE + 1) + 3 * lines + 2
    bits = most.bit_length()
    return _kept_room(bits) if bits <= _KEPT_BITS else _room(bits)


def _room(bits: int) -> Tally:
    most = (1 << bits) - 1
    return Tally(
        slots=np.empty(most + 1, np.int32),
        counts=np.empty(most, COUNT),
        filter=np.empty(1 << _FILTER_BITS, np.bool_),
        words=np.empty(most, np.int32),
        begins=np.empty(most, np.int32),
        used=np.empty(2, np.int32),
    )


_kept_room: Final = per_thread(_room)


@compiled
def clear(tally: Tally) -> None:
    """Empty a tally."""
    tally.slots[:] = -1
    tally.filter[:] = False
    tally.used[:] = 0


@compiled
def ask_words(tally: Tally, folded: Points, traits: Points, line: Any) -> None:
    """Ask for the words of a line: only words that were asked for are counted."""
    _read_words(tally, folded, traits, line, -1, 0)


@compiled
def count_words(tally: Tally, folded: Points, traits: Points, line: Any, number: int, told: int) -> None:
    """Count the words of line `number`, each once, as `told` (1) by the article or not (0)."""
    tally.begins[number] = tally.used[1]
    _read_words(tally, folded, traits, line, number, told)
    tally.begins[number + 1] = tally.used[1]


@compiled
def _read_words(tally: Tally, folded: Points, traits: Points, line: Any, number: int, told: int) -> None:
    """Ask for (line -1) or count the beginnings of a line's longer words; in scripts without blanks its pairs.

    Calls that pass a tally are dear: most words end at the filter.
    """
    last = min(line.folded_last, line.first + MOST_IN_LINE, MOST_POINTS)
    asked = tally.filter
    if line.words > 2 * line.blanks + 3:
        for place in range(line.first, last - 1):
            value = (np.uint64(folded[place]) << _PAIR_BITS) | np.uint64(folded[place + 1])
            if number < 0 or may_be_asked(asked, value):
                _read_word(tally, value, number, told)
        return
    size, value = 0, np.uint64(0)
    for place in range(line.first, last + 1):
        point = folded[place] if place < last else np.uint32(BLANK)
        if traits[point] & PIECE_BREAK:
            if size >= LONG_PIECE and (number < 0 or may_be_asked(asked, value)):
                _read_word(tally, value, number, told)
            size, value = 0, np.uint64(0)
        else:
            value = (value << _STEM_BITS) ^ np.uint64(point) if size < STEM else value
            size += 1


@compiled
def _read_word(tally: Tally, value: np.uint64, number: int, told: int) -> None:
    """Ask for a word (line -1), or count it if it was asked for and is the first such word in its line."""
    if number < 0:
        ask_value(tally, value)
        return
    word = tally.slots[_slot_of(tally, value)]
    if word >= 0 and tally.counts[word].line != number and tally.used[1] < len(tally.words):
        count = tally.counts[word]
        count.line = number
        count.seen += 1
        count.told += told
        tally.words[tally.used[1]] = word
        tally.used[1] += 1


@compiled
def ask_value(tally: Tally, value: np.uint64) -> None:
    """Ask for something by its hash."""
    slot = _slot_of(tally, value)
    word = tally.used[0]
    if tally.slots[slot] < 0 and word < len(tally.counts):
        tally.slots[slot] = word
        tally.used[0] += 1
        tally.filter[_mixed(value) >> _FILTER_SHIFT] = True
        count = tally.counts[word]
        count.value, count.seen, count.told, count.line, count.below = value, 0, 0, -1, -1


@compiled
def count_value(tally: Tally, value: np.uint64) -> None:
    """Count something by its hash if it was asked for (see `may_be_asked`)."""
    word = tally.slots[_slot_of(tally, value)]
    if word >= 0:
        tally.counts[word].seen += 1


@compiled
def may_be_asked(asked: npt.NDArray[np.bool_], value: np.uint64) -> bool:
    """Whether something may have been asked for, by the filter of a tally."""
    return bool(asked[_mixed(value) >> _FILTER_SHIFT])


@compiled
def seen(tally: Tally, value: np.uint64) -> int:
    """How often something was counted."""
    word = tally.slots[_slot_of(tally, value)]
    return int(tally.counts[word].seen) if word >= 0 else 0


@compiled
def _slot_of(tally: Tally, value: np.uint64) -> np.int64:
    """Where a value stands among the slots, or the free slot for it."""
    most = np.int64(len(tally.slots) - 1)
    slot = np.int64(_mixed(value)) & most
    while tally.slots[slot] >= 0 and tally.counts[tally.slots[slot]].value != value:
        slot = (slot + 1) & most
    return slot


@compiled
def hash_of(points: Points, first: int, last: int) -> np.uint64:
    """64-bit hash of points[first:last]."""
    value = np.uint64(last - first)
    for start in range(first, last, _PACKED):
        window = np.uint64(0)
        for place in range(start, min(start + _PACKED, last)):
            window = (window << _PACKED_BITS) ^ np.uint64(points[place])
        value = _mixed(value ^ window)
    return value


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    value *= _MULTIPLIER
    return value ^ (value >> _HALF)
