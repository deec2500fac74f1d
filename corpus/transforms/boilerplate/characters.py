"""What rules want to know of a character, from the pinned Unicode tables, and the form in which texts are compared."""

# ruff: noqa: SIM110 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

import functools
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.kernels import compiled
from corpus.transforms.unicode import CATEGORIES, HAN_KANA, WORD, category_table, class_table, code_points, fold_table

Points = npt.NDArray[np.uint32]
"""Code points of a text, one a character."""

BLANK: Final = 0x20
TAB: Final = 0x09
LINE_END: Final = 0x0A

LANE: Final = 5
"""Every fifth bit is one that is counted: in sums of up to `MOST_IN_LANE` traits each has a lane of its own."""
MOST_IN_LANE: Final = (1 << LANE) - 1
LETTER: Final = 1 << 0 * LANE
UPPER: Final = 1 << 1 * LANE
PUNCTUATION: Final = 1 << 2 * LANE
COMMA: Final = 1 << 3 * LANE
DIGIT: Final = 1 << 4 * LANE
"""0 to 9, and what is compared as one of them."""
UNSPACED: Final = 1 << 5 * LANE
"""A word by itself, in scripts written without blanks."""
COUNTED: Final = LETTER | UPPER | PUNCTUATION | COMMA | DIGIT | UNSPACED
LOWER: Final = 1 << 1
WORD_PART: Final = 1 << 2
"""Letters, marks and numbers of all other scripts: no phrase may end between two of them."""
SENTENCE_END: Final = 1 << 4
LOUD: Final = 1 << 6
"""Ends a question or an exclamation, which may as well be a headline."""
CLOSER: Final = 1 << 7
"""Stands after the end of a sentence: quotes, brackets, signs of emphasis."""
MARK: Final = 1 << 8
"""Stands around a phrase without changing it: `» Print`, `Share:`, `12 Comments`."""
BREAK: Final = 1 << 9
"""Parts the words of a date or of a row of buttons."""
RULER: Final = 1 << 11
DOT: Final = 1 << 12
WRAPPED_END: Final = 1 << 13
"""Seldom ends a line in the middle of a wrapped paragraph."""
ITEM: Final = 1 << 14
"""Begins an entry of a list."""
TRAIL: Final = 1 << 16
"""Stands between section names."""
MARKDOWN: Final = 1 << 17
QUOTE: Final = 1 << 18
BAR: Final = 1 << 19
AT: Final = 1 << 21
SLASH: Final = 1 << 22
SPACE: Final = 1 << 23
"""Blank and tab."""
PIECE_BREAK: Final = 1 << 24
"""Parts the words of a headline."""
SECTION: Final = 1 << 26
"""With blanks around it, parts a headline from a section's or the site's name; of colons it takes two."""
OPEN_END: Final = 1 << 27
"""Ends no headline."""
LIST_SIGN: Final = 1 << 28
"""Begins no headline."""

_ENDS: Final = ".!?\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964\uff0e\uff61"
_MARKS: Final = (
    " \t0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»‹›“”„‘’–—―…·•●▪►▶▸◄◀→←↓↑↩⇒×✕✖✓✔★☆|¦§¶†‡¿¡"
    "、。・：；，！？（）［］【】「」『』〈〉《》＞＜،؛؟"
    "■□◆◇▲△▼▽◎○◉※〜〔〕≪≫≡"
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069"
)
_ALIKE: Final = {
    **dict.fromkeys("’‘ʼ", "'"),
    "\t": " ",
    **{chr(0xFEE0 + point): chr(point) for point in range(0x21, 0x7F)},
    **{chr(zero + digit): str(digit) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50) for digit in range(10)},
    **dict.fromkeys("أإآٱ", "ا"),
    "ى": "ي",
    "ё": "е",
    **dict.fromkeys("İı", "i"),
}
"""What is compared as another character, because sites write either: apostrophes, full-width signs, digits, letters."""
_SETS: Final = {
    DIGIT: "0123456789" + "".join(other for other, digit in _ALIKE.items() if digit.isdigit()),
    COMMA: ",،、，､",
    SENTENCE_END: _ENDS,
    LOUD: "?!\u2026\uff1f\uff01\u061f",
    CLOSER: "\"'\u201d\u2019\u00bb\u203a)]}\u300d\u300f\uff09\u3011\u201c*_",
    MARK: _MARKS,
    BREAK: (
        "][ \t,.:;/|()\u2013\u2014\u2022\u00b7\u2027<>\u00bb\u00ab\u203a@+&*!?'\""
        "\u60a8\u5e74\u6708\u65e5\u6642\u65f6\u5206\u79d2\uff0c\u3001\uff5c\uff1a\u060c\u061b-【】・년월일시분초"
    ),
    RULER: (
        "~*-_=#+\uff0a\u2022\u00b7\u2014\u2013\u2026.\u2042\u2217\u25a0\u25a1\u25c6\u25c7\u25cf\u25cb\u2605\u2606"
        "\u2733\u2500\u2501\u2619\u2766 \t"
    ),
    DOT: ". \u2026",
    WRAPPED_END: ".!?:\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964",
    ITEM: "-*+>|#\u2022\u00b7\u2013\u2014",
    TRAIL: ">\u203a\u00bb/\u2192<",
    MARKDOWN: "*_#[",
    QUOTE: '"“”„«»‹›「」『』',
    BAR: "|｜",
    AT: "@",
    SLASH: "/",
    SPACE: " \t",
    PIECE_BREAK: "][ \t,.:;!?/|()<>\"'–—•»«›‹“”„、。，：？！「」…-",
    SECTION: "|»›>/·•→<:",
    OPEN_END: ",;:-/(&|–—、，：،؛",
    LIST_SIGN: "-*+•·>|←@",
}
_CATEGORIES: Final = {"Lu": LETTER | UPPER, "Lt": LETTER | UPPER, "Ll": LETTER | LOWER, "Lm": LETTER, "Lo": LETTER}


@functools.cache
def trait_table() -> npt.NDArray[np.uint32]:
    """The bits above for every code point."""
    bits = {"P" + second: PUNCTUATION for second in "cdefios"} | _CATEGORIES
    table = np.array([bits.get(category, 0) for category in CATEGORIES], np.uint32)[category_table()]
    classes = class_table()
    table[classes == WORD] |= WORD_PART
    table[classes >= HAN_KANA] |= UNSPACED
    for bit, characters in _SETS.items():
        table[code_points("".join(sorted(set(characters))))] |= bit
    table.setflags(write=False)
    return table


@functools.cache
def comparable_table() -> Points:
    """How phrases are compared, code point for code point: folded, and what is written either way as one."""
    table = fold_table().copy()
    for other, character in _ALIKE.items():
        table[ord(other)] = ord(character)
    table = table[fold_table()]
    table.setflags(write=False)
    return table


def comparable(text: str) -> str:
    """`text` in the form in which phrases are compared."""
    return as_text(comparable_table()[code_points(text)])


def key(folded: str) -> str:
    """A comparable line without the marks and digits around it: what whole-line phrases are found by."""
    return folded.strip(_MARKS)


def as_text(points: Points) -> str:
    """The text of these code points."""
    return points.tobytes().decode("utf-32-le", "surrogatepass")


@compiled
def equal(left: Points, at_left: int, right: Points, at_right: int, size: int) -> bool:
    """Whether `size` code points of two texts are the same."""
    for step in range(size):
        if left[at_left + step] != right[at_right + step]:
            return False
    return True


@compiled
def skip(points: Points, place: int, last: int, traits: Points, bits: int) -> int:
    """The first place from `place` on whose character has none of the `bits`."""
    while place < last and traits[points[place]] & bits:
        place += 1
    return place


@compiled
def skip_back(points: Points, first: int, last: int, traits: Points, bits: int) -> int:
    """Where points[first:last] ends when characters with one of the `bits` are taken from its end."""
    while last > first and traits[points[last - 1]] & bits:
        last -= 1
    return last


@compiled
def count_of(points: Points, first: int, last: int, wanted: int) -> int:
    """How often a character stands in points[first:last]."""
    count = 0
    for place in range(first, last):
        count += points[place] == wanted
    return count
