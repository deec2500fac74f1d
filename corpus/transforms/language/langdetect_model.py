"""langdetect's profiles, its reading of characters and its chance, as arrays for the replay."""

from __future__ import annotations

import functools
import json
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import unicodedata2

from corpus.transforms.language.tables import Arrays, cached_arrays, digest_files

KNOWN_DIGEST: Final = "6e51d901c6a94fb7e22dcf173a4d958314de2832a08e2b86c771c431961cc246"
"""`digest_files` over the code and profiles of the one version that is replayed, langdetect 1.0.9."""

SEED: Final = 0
SPACE, UNKNOWN = 0, 1
"""Symbols: numbers of the characters that stand in profiles. All characters that stand in none are `UNKNOWN`."""
UPPER: Final = 1 << 15
"""The bit of a symbol that says that its character is upper case."""
SYMBOL_POINTS: Final = 0x20000
"""Code points from here on are UNKNOWN, and not upper case."""
COMMON_BITS: Final = 6
"""Symbols of so many bits are common: the n-grams of such alone stand in a table without search."""
NO_SYMBOL: Final = (1 << COMMON_BITS) - 1
"""What stands in front of n-grams of less than three common symbols: the symbol of no character."""
HASH_BITS: Final = 19
GOLDEN: Final = 0x9E3779B97F4A7C15
"""Multiplier of Fibonacci hashing: 2^64 divided by the golden ratio."""

TRIALS: Final = 7
DRAWS: Final = 1_001
"""Of one trial, at most."""

_OTHER_UPPERCASE: Final = (
    (0x2160, 0x216F),
    (0x24B6, 0x24CF),
    (0x1F130, 0x1F149),
    (0x1F150, 0x1F169),
    (0x1F170, 0x1F189),
)
"""Unicode's Other_Uppercase: letters that are upper case without being of category Lu."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LangdetectModel:
    """Everything that langdetect's answer depends on, beside the text."""

    languages: tuple[str, ...]
    """Codes of langdetect, sorted: columns of `shares`."""
    symbols: npt.NDArray[np.uint16]
    """Symbol of every code point below SYMBOL_POINTS, with the bit UPPER."""
    shares: npt.NDArray[np.float64]
    """A row per n-gram: its share among the n-grams of its length in each language."""
    common: npt.NDArray[np.int32]
    """Row of an n-gram of common symbols, by `common_key`; -1 for none."""
    keys: npt.NDArray[np.uint64]
    """Hash table of all n-grams, open addressing: `gram_key`, 0 where the slot is free."""
    rows: npt.NDArray[np.int32]
    """Row of the n-gram of each slot."""
    words: npt.NDArray[np.uint32]
    """The 32-bit words of Python's Mersenne Twister after `seed(0)`: as many as any text can use."""
    normals: npt.NDArray[np.float64]
    """The two numbers that `random.gauss` makes of the four words from each position on."""

    def grams(self) -> tuple[npt.NDArray[Any], ...]:
        """What kernels take to find n-grams, in their order."""
        return self.symbols, self.common, self.keys, self.rows

    def chance(self) -> tuple[npt.NDArray[Any], ...]:
        """What kernels take for the trials, in their order."""
        return self.shares, self.words, self.normals


def gram_key(symbols: Iterable[int]) -> int:
    """A number that no other n-gram has: 15 bits a symbol, a one in front."""
    key = 1
    for symbol in symbols:
        key = key << 15 | symbol
    return key


def common_key(symbols: Iterable[int]) -> int:
    """The same for common symbols: the place in a table of all."""
    key = 0
    for symbol in [NO_SYMBOL, NO_SYMBOL, *symbols][-3:]:
        key = key << COMMON_BITS | symbol
    return key


@functools.cache
def load_model() -> LangdetectModel | None:
    """The model of the installed langdetect, or None when that is not the version that is replayed."""
    sources = list(_sources())
    digest = digest_files(sources)
    if digest != KNOWN_DIGEST:
        return None
    key = f"{digest} {digest_files([Path(__file__)])} {unicodedata2.unidata_version}"
    arrays = cached_arrays("langdetect", key, _build)
    languages = tuple(path.name for path in profile_paths())
    return LangdetectModel(languages=languages, **arrays)


def profile_paths() -> list[Path]:
    """The files of langdetect's profiles in the order of their names, which are the codes of its languages."""
    from langdetect.detector_factory import PROFILES_DIRECTORY

    return sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if not path.name.startswith((".", "_")))


def _sources() -> Iterator[Path]:
    import langdetect

    package = Path(langdetect.__file__).parent
    yield from profile_paths()
    yield from (package / name for name in ("detector.py", "detector_factory.py"))
    yield from (package / "utils" / name for name in ("ngram.py", "unicode_block.py", "messages.properties"))


def _build() -> Arrays:
    profiles = [json.loads(path.read_bytes()) for path in profile_paths()]
    grams = {
        gram: row for row, gram in enumerate(dict.fromkeys(gram for profile in profiles for gram in profile["freq"]))
    }
    numbers = _symbol_numbers(grams)
    words = _random_words()
    return {
        "symbols": _symbols(numbers),
        "shares": _shares(profiles, grams),
        **_gram_tables([[numbers[character] for character in gram] for gram in grams]),
        "words": words,
        "normals": _normals(words),
    }


def _symbol_numbers(grams: Iterable[str]) -> dict[str, int]:
    """Symbols of all characters of the profiles; those of ASCII letters are common."""
    characters = sorted({character for gram in grams for character in gram} - {" "})
    letters = [character for character in characters if character.isascii()]
    numbers = {" ": SPACE} | {character: number for number, character in enumerate(letters, UNKNOWN + 1)}
    return numbers | {
        character: number for number, character in enumerate(characters[len(letters) :], 1 << COMMON_BITS)
    }


def _symbols(numbers: dict[str, int]) -> npt.NDArray[np.uint16]:
    from langdetect.utils.ngram import NGram

    symbols = np.empty(SYMBOL_POINTS, np.uint16)
    for point in range(SYMBOL_POINTS):
        character = NGram.normalize(chr(point))
        symbols[point] = numbers.get(character, UNKNOWN) | (UPPER if _is_upper(character) else 0)
    return symbols


def _is_upper(character: str) -> bool:
    """`str.isupper` by the pinned tables."""
    if unicodedata2.category(character) == "Lu":
        return True
    return any(first <= ord(character) <= last for first, last in _OTHER_UPPERCASE)


def _shares(profiles: list[dict[str, Any]], grams: dict[str, int]) -> npt.NDArray[np.float64]:
    shares = np.zeros((len(grams), len(profiles)))
    for column, profile in enumerate(profiles):
        counts = profile["n_words"]
        rows = [grams[gram] for gram in profile["freq"]]
        shares[rows, column] = [count / counts[len(gram) - 1] for gram, count in profile["freq"].items()]
    return shares


def _gram_tables(grams: list[list[int]]) -> dict[str, npt.NDArray[Any]]:
    """Where the row of an n-gram is found."""
    common = np.full(1 << 3 * COMMON_BITS, -1, np.int32)
    keys = np.zeros(1 << HASH_BITS, np.uint64)
    rows = np.zeros(1 << HASH_BITS, np.int32)
    for row, gram in enumerate(grams):
        key = gram_key(gram)
        slot = (key * GOLDEN & 0xFFFFFFFFFFFFFFFF) >> 64 - HASH_BITS
        while keys[slot]:
            slot = (slot + 1) % len(keys)
        keys[slot], rows[slot] = key, row
        if max(gram) < 1 << COMMON_BITS:
            common[common_key(gram)] = row
    return {"common": common, "keys": keys, "rows": rows}


def _random_words() -> npt.NDArray[np.uint32]:
    """The generator's words, until no text can need more.

    A draw among n takes words until their first bits (as many as n has) are a number below n. A word that begins with a
    zero bit always is one; so all draws of all trials end with the words up to as many of those.
    """
    generator = random.Random(SEED)  # noqa: S311 (langdetect's own generator)
    gauss = 4 * ((TRIALS + 1) // 2)
    words, sure = [], 0
    while sure < TRIALS * DRAWS + gauss:
        words.append(generator.getrandbits(32))
        sure += words[-1] < 1 << 31
    return np.array(words, np.uint32)


def _normals(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
    """`random.gauss(0, 1)` and the one after it, were the generator at each position; by Python's own functions."""
    values = [int(word) for word in words]
    uniform = [((high >> 5) * 67108864.0 + (low >> 6)) * (1.0 / 9007199254740992.0) for high, low in pairwise(values)]
    normals = np.zeros((len(words), 2))
    for position, (first, second) in enumerate(zip(uniform[:-2], uniform[2:], strict=True)):
        angle, radius = first * math.tau, math.sqrt(-2.0 * math.log(1.0 - second))
        normals[position] = math.cos(angle) * radius, math.sin(angle) * radius
    return normals
