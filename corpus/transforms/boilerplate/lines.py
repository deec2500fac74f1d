"""The lines of a text with what a rule wants to know about each: how long it is, and whether it reads like prose."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from corpus.transforms.boilerplate.characters import (
    BLANK,
    CLOSER,
    COUNTED,
    ITEM,
    LANE,
    LINE_END,
    LOUD,
    LOWER,
    MARK,
    MARKDOWN,
    MOST_IN_LANE,
    SENTENCE_END,
    SLASH,
    SPACE,
    UPPER,
    Points,
    count_of,
    skip,
    skip_back,
)  # fmt: skip
from corpus.transforms.boilerplate.markdown import is_heading, without_markdown
from corpus.transforms.boilerplate.marks import Lines
from corpus.transforms.boilerplate.wrapping import Borders, Flags, join_breaks
from corpus.transforms.kernels import compiled, entry

PROSE_WORDS: Final = 10
"""A line with this many words that ends like a sentence is prose."""
LONG_WORDS: Final = 25
"""A line with this many words is prose however it ends."""
SENTENCE_WORDS: Final = 4
"""A line with this many words that ends like a sentence is one."""
LONGEST: Final = 600
"""Phrases are looked up in lines of at most this many characters."""
_LONGEST_MARKED: Final = 1000
_SHORT_WORD: Final = 3
_CLOSERS_WITHIN: Final = 4
_DOT, _COLON, _WIDE_COLON = 0x2E, 0x3A, 0xFF1A
_DOTS: Final = 3
"""A line that ends with so many trails off."""

LINE: Final = np.dtype(
    [
        ("start", np.int64),
        ("end", np.int64),
        ("first", np.int64),
        ("last", np.int64),
        ("folded_last", np.int64),
        ("key_first", np.int64),
        ("key_last", np.int64),
        ("evidence", np.float64),
        ("score", np.float64),
        ("prose_words", np.int64),
        ("words", np.int32),
        ("blanks", np.int32),
        ("letters", np.int32),
        ("uppers", np.int32),
        ("capitals", np.int32),
        ("short_words", np.int32),
        ("digits", np.int32),
        ("punctuation", np.int32),
        ("commas", np.int32),
        ("ends", np.int32),
        ("unspaced", np.int32),
        ("holds", np.uint32),
        ("rule", np.int16),
        ("kind", np.uint8),
        ("form", np.uint8),
        ("short", np.bool_),
        ("closed", np.bool_),
        ("colon", np.bool_),
        ("gap", np.bool_),
        ("heading", np.bool_),
        ("prose", np.bool_),
        ("sentence", np.bool_),
        ("lower", np.bool_),
        ("item", np.bool_),
        ("address", np.bool_),
        ("byline", np.bool_),
    ],
    align=True,
)
"""A line that is not blank, at text[start:end], or several of them where a paragraph was wrapped by hand.

| field | what |
|---|---|
| `first`, `last` | its words without Markdown are `plain[first:last]`, line ends within it blanks |
| `folded_last` | its comparable form is `folded[first:folded_last]`, blanks single (see `characters.comparable`) |
| `key_first`, `key_last` | `folded[key_first:key_last]` is that without the marks and digits around it |
| `words` | roughly: blanks and one, and in scripts without blanks a word for every two characters |
| `letters`, `uppers`, `digits`, `punctuation`, `commas`, `unspaced` | how many such characters `plain` has |
| `capitals`, `short_words` | words with a capital at their beginning; words of at most 3 characters |
| `ends` | signs that end a sentence with a blank behind them |
| `holds` | the traits of all its characters together (see `characters`) |
| `evidence` | how much of the lines up to this one belongs to a page around the article (see `evidence`) |
| `score` | how much it reads like a part of the article (see `extent`) |
| `prose_words` | words of prose in all lines up to this one |
| `kind`, `form`, `rule` | what it was taken for (see `marks`) |
| `short` | no longer than `LONGEST`: only then phrases are looked up in it |
| `closed`, `colon` | ends like a sentence; with a colon |
| `gap` | a blank line stands before it |
| `heading` | is a heading in Markdown |
| `prose` | reads like a paragraph of an article rather than a link, a label or a heading |
| `sentence` | is a statement, long or short; a question or an exclamation may as well be a headline |
| `lower`, `item` | begins with a small letter; with a sign as entries of lists do |
| `address` | holds `://` |
| `byline` | its own words say that it is a byline, whatever stands around it |
"""


@entry
def split_lines(
    points: Points, plain: Points, folded: Points, traits: Points, comparable: Points, borders: Borders, joins: Flags,
    lines: Lines,
) -> tuple[int, bool]:  # fmt: skip
    """Fill `lines` with the lines of a text that are not blank, hard-wrapped paragraphs as one.

    How many there are, and whether any has characters of scripts without blanks.

    `plain` is a copy of the text's `points`; it and `folded` are filled (see `LINE`). `borders`, `joins` (see
    `wrapping`) and `lines` have room for all lines of the text.
    """
    _find_borders(points, borders)
    join_breaks(points, borders, traits, joins)
    count, place = 0, 0
    gap = unspaced = False
    while place < len(joins):
        after = place + 1
        while joins[after - 1]:
            plain[borders[after] - 1] = BLANK
            after += 1
        end = skip_back(points, borders[place], borders[after] - 1, traits, SPACE)
        start = skip(points, borders[place], end, traits, SPACE)
        if start < end:
            line = lines[count]
            line.start, line.end, line.gap = start, end, gap
            line.heading = is_heading(points, start, end)
            line.first, line.last = start, end
            _measure(line, plain, traits)
            if line.holds & MARKDOWN and end - start <= _LONGEST_MARKED:
                _strip(line, points, plain, traits)
                _measure(line, plain, traits)
            _count_words(line)
            _judge(line, plain, traits)
            _fold(line, plain, folded, traits, comparable)
            unspaced |= line.unspaced > 0
            count += 1
        gap = start >= end
        place = after
    return count, unspaced


@compiled
def is_spaced(lines: Lines) -> bool:
    """Whether blank lines set the paragraphs of a text apart, so that what stands together belongs together."""
    gaps = 0
    for line in lines:
        gaps += line.gap
    return gaps * 8 >= len(lines)


@compiled
def _find_borders(points: Points, borders: Borders) -> None:
    """Where each line of a text begins."""
    borders[0] = number = 0
    for place in range(len(points)):
        borders[number + 1] = place + 1
        number += points[place] == LINE_END
    borders[number + 1] = len(points) + 1


@compiled
def _strip(line: Any, points: Points, plain: Points, traits: Points) -> None:
    """Take Markdown out of a line in place; a line of nothing else stays as it is."""
    first, last = without_markdown(plain, line.start, line.end, traits)
    if first < last:
        line.first, line.last = first, last
    else:
        for place in range(line.start, line.end):
            plain[place] = BLANK if points[place] == LINE_END else points[place]


@compiled
def _measure(line: Any, plain: Points, traits: Points) -> None:
    """Count the characters of a line, a lane of a sum for each class, emptied before it can overflow; and its words.

    No branch depends on a character: where words end cannot be foreseen.
    """
    letters = uppers = punctuation = commas = digits = unspaced = 0
    blanks = ends = short_words = capitals = 0
    holds, before = np.uint32(0), np.uint32(0)
    begins = 1
    place = begun = line.first
    while place < line.last:
        end = min(line.last, place + MOST_IN_LANE)
        lanes = np.uint32(0)
        while place < end:
            trait = traits[plain[place]]
            holds |= trait
            lanes += trait & np.uint32(COUNTED)
            capitals += begins & (trait & UPPER != 0)
            begins = 1 if plain[place] == BLANK else 0
            blanks += begins
            ends += begins & (before & SENTENCE_END != 0)
            short_words += begins & (place - begun <= _SHORT_WORD)
            before = trait
            place += 1
            begun = place if begins else begun
        letters += int(lanes & MOST_IN_LANE)
        uppers += int(lanes >> LANE & MOST_IN_LANE)
        punctuation += int(lanes >> 2 * LANE & MOST_IN_LANE)
        commas += int(lanes >> 3 * LANE & MOST_IN_LANE)
        digits += int(lanes >> 4 * LANE & MOST_IN_LANE)
        unspaced += int(lanes >> 5 * LANE & MOST_IN_LANE)
    line.letters, line.uppers, line.punctuation = letters, uppers, punctuation
    line.commas, line.digits, line.unspaced = commas, digits, unspaced
    line.ends, line.capitals, line.blanks = ends, capitals, blanks
    line.short_words = short_words + (line.last - begun <= _SHORT_WORD)
    line.holds = holds


@compiled
def _count_words(line: Any) -> None:
    """Roughly how many words a line has."""
    words = line.blanks + 1
    line.words = words if words > 1 and line.last - line.first < words * 8 else words + line.unspaced // 2


@compiled
def _judge(line: Any, plain: Points, traits: Points) -> None:
    """How a line begins and ends, and whether it reads like prose."""
    last = plain[line.last - 1]
    end = skip_back(plain, max(line.first, line.last - _CLOSERS_WITHIN), line.last, traits, CLOSER)
    within = end > line.first and end > line.last - _CLOSERS_WITHIN
    line.closed = traits[last] & SENTENCE_END != 0 or (within and traits[plain[end - 1]] & SENTENCE_END != 0)
    line.colon = last in (_COLON, _WIDE_COLON)
    line.prose = line.words >= (PROSE_WORDS if line.closed or line.colon else LONG_WORDS)
    line.sentence = line.words >= SENTENCE_WORDS and line.closed and (line.prose or not _is_loud(line, plain, traits))
    line.lower = traits[plain[line.first]] & LOWER != 0
    line.item = traits[plain[line.first]] & ITEM != 0
    line.address = False
    if line.holds & SLASH:
        for place in range(line.first, line.last - 2):
            if plain[place] == _COLON and traits[plain[place + 1]] & traits[plain[place + 2]] & SLASH:
                line.address = True


@compiled
def _is_loud(line: Any, plain: Points, traits: Points) -> bool:
    """Whether a line ends like a question, an exclamation, or trails off."""
    end = skip_back(plain, line.first, line.last, traits, CLOSER)
    if end > line.first and traits[plain[end - 1]] & LOUD:
        return True
    return end - line.first >= _DOTS and count_of(plain, end - _DOTS, end, _DOT) == _DOTS


@compiled
def _fold(line: Any, plain: Points, folded: Points, traits: Points, comparable: Points) -> None:
    """Write the comparable form of a line and find its key."""
    write = line.first
    before = np.uint32(0)
    for place in range(line.first, line.last):
        point = comparable[plain[place]]
        folded[write] = point
        write += point != BLANK or before != BLANK
        before = point
    line.folded_last = write
    line.short = line.last - line.first <= LONGEST
    line.key_last = line.key_first = line.first
    if line.short:
        line.key_last = skip_back(folded, line.first, write, traits, MARK)
        line.key_first = skip(folded, line.first, line.key_last, traits, MARK)
