"""Which languages' frequent words a text has: what tells short texts, and languages that few detectors know.

The word lists are those of langidentify (64 languages, from Wikipedia, with the logarithm of each word's share).
Nothing else of that package is used.
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.kernels import compiled, entry
from corpus.transforms.tables import Arrays, cached_arrays, digest_files
from corpus.transforms.unicode import WORD, class_table, code_points, fold, fold_table

LISTS_DIGEST: Final = "45e1cd987fa324496a9611e023697330ea431c1e0ccda5838a1e210f3b84ad70"
"""`digest_files` of the lists of langidentify 1.0.2."""

_FLOOR: Final = -12.0
"""The lists hold the words whose share has at least this logarithm; a word that is not there counts as this."""
_HASH_BITS: Final = 20
_HASH_SHIFT: Final = np.uint64(64 - _HASH_BITS)
_HASH_MASK: Final = np.uint64((1 << _HASH_BITS) - 1)
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_APOSTROPHES: Final = (0x27, 0x2019)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordModel:
    """All lists in one hash table."""

    keys: npt.NDArray[np.uint64]
    """Key of the word in each slot, open addressing; 0 where the slot is free."""
    numbers: npt.NDArray[np.int32]
    """Number of the word in each slot."""
    starts: npt.NDArray[np.uint32]
    """Where the entries of each word begin; one more than there are words."""
    columns: npt.NDArray[np.uint8]
    """Language of each entry."""
    gains: npt.NDArray[np.float32]
    """Logarithm of the word's share in that language above the floor of all lists."""

    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """What kernels take, in their order."""
        return self.keys, self.numbers, self.starts, self.columns, self.gains


@functools.cache
def load_model() -> WordModel:
    """The lists of the installed langidentify.

    Raises ValueError when they are not those of the version that this project knows.
    """
    digest = digest_files(lists())
    if digest != LISTS_DIGEST:
        raise ValueError(f"{_folder()} does not hold the word lists of langidentify 1.0.2; install that version")
    return WordModel(**cached_arrays("words", f"{digest} {digest_files([Path(__file__)])}", _build))


@functools.cache
def languages() -> tuple[str, ...]:
    """The codes of langidentify in the order of the columns of `word_gains`."""
    return tuple(path.name.removeprefix("topwords-").removesuffix(".txt.gz") for path in lists())


def word_gains(texts: Sequence[str]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """For every text, the sum over its words of their gain in every language, and the number of its words."""
    points = code_points("".join(texts))
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    gains = np.zeros((len(texts), len(languages())), np.float32)
    counts = np.zeros(len(texts), np.int32)
    _read_all(points, ends, class_table(), fold_table(), load_model().arrays(), gains, counts)
    return gains, counts


def _folder() -> Path:
    import langidentify

    return Path(langidentify.__file__).parent / "models" / "lite"


def lists() -> list[Path]:
    """The files of the word lists in the order of their names."""
    return sorted(_folder().glob("topwords-*.txt.gz"), key=lambda path: path.name)


def _build() -> Arrays:
    words: list[str] = []
    shares: list[str] = []
    columns: list[int] = []
    for column, path in enumerate(lists()):
        _, _, lines = gzip.decompress(path.read_bytes()).decode().partition("\n")
        items = fold(lines).split()
        words += items[::2]
        shares += items[1::2]
        columns += [column] * (len(items) // 2)
    keys = np.empty(len(words), np.uint64)
    _reckon_keys(code_points("".join(words)), np.cumsum([len(word) for word in words], dtype=np.int64), keys)
    order = np.argsort(keys, kind="stable")
    distinct, starts = np.unique(keys[order], return_index=True)
    slots = np.zeros(1 << _HASH_BITS, np.uint64)
    numbers = np.zeros(1 << _HASH_BITS, np.int32)
    _fill(distinct, slots, numbers)
    return {
        "keys": slots,
        "numbers": numbers,
        "starts": np.append(starts, len(keys)).astype(np.uint32),
        "columns": np.array(columns, np.uint8)[order],
        "gains": (np.array(shares, np.float64) - _FLOOR).astype(np.float32)[order],
    }


@entry
def _reckon_keys(points: Any, ends: Any, keys: Any) -> None:
    start = 0
    for word in range(len(ends)):
        key = np.uint64(0)
        for point in points[start : ends[word]]:
            key = _extend(key, np.uint64(point))
        keys[word] = key
        start = ends[word]


@entry
def _fill(keys: Any, slots: Any, numbers: Any) -> None:
    """Put every key and its number into the hash table."""
    for number, key in enumerate(keys):
        slot = key * _FACTOR >> _HASH_SHIFT
        while slots[slot] != 0:
            slot = (slot + np.uint64(1)) & _HASH_MASK
        slots[slot], numbers[slot] = key, number


@entry
def _read_all(points: Any, ends: Any, classes: Any, folded: Any, model: Any, gains: Any, counts: Any) -> None:
    """Fill a row of `gains` and a place of `counts` per text; texts stand one after the other in `points`."""
    start = 0
    for text in range(len(ends)):
        counts[text] = _read(points[start : ends[text]], classes, folded, model, gains[text])
        start = ends[text]


@compiled
def _read(points: Any, classes: Any, folded: Any, model: Any, gains: Any) -> int:
    """Add the gains of all words; return how many there are.

    A word is a run of letters, apostrophes inside it included; one that no list has is taken for two at its first
    apostrophe (l'homme: l' and homme). Single ASCII letters, digits and scripts without spaces are no words.
    """
    count = 0
    whole, head, tail = np.uint64(0), np.uint64(0), np.uint64(0)
    length = 0
    for place in range(len(points) + 1):
        point = np.int64(points[place]) if place < len(points) else np.int64(32)
        if classes[point] == WORD and not 48 <= point <= 57:
            letter = np.uint64(folded[point])
            whole, tail = _extend(whole, letter), _extend(tail, letter)
            length += 1
        elif length and point in _APOSTROPHES and place + 1 < len(points) and classes[points[place + 1]] == WORD:
            whole = _extend(whole, np.uint64(0x27))
            if head == 0:
                head, tail = whole, np.uint64(0)
            length += 1
        elif length:
            if length > 1 or points[place - 1] >= 0x80:
                count += _add_word(whole, head, tail, model, gains)
            whole, head, tail = np.uint64(0), np.uint64(0), np.uint64(0)
            length = 0
    return count


@compiled
def _extend(key: Any, letter: Any) -> Any:
    """The key of a word that is one letter longer."""
    key = (key ^ letter) * _FACTOR
    return key ^ key >> np.uint64(32)


@compiled
def _add_word(whole: Any, head: Any, tail: Any, model: Any, gains: Any) -> int:
    if _add_gains(whole, model, gains) or head == 0:
        return 1
    _add_gains(head, model, gains)
    _add_gains(tail, model, gains)
    return 2


@compiled
def _add_gains(key: Any, model: Any, gains: Any) -> bool:
    """Add the gains of one word; say whether any list has it."""
    keys, numbers, starts, columns, amounts = model
    slot = key * _FACTOR >> _HASH_SHIFT
    while keys[slot] != key:
        if keys[slot] == 0:
            return False
        slot = (slot + np.uint64(1)) & _HASH_MASK
    number = numbers[slot]
    for place in range(starts[number], starts[number + 1]):
        gains[columns[place]] += amounts[place]
    return True
