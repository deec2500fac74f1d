"""Lines without the signs of Markdown: emphasis, headings, and links by their words alone."""

# ruff: noqa: FBT001, FBT003 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

from typing import Final

from corpus.transforms.boilerplate.characters import BLANK, SPACE, Points, skip, skip_back
from corpus.transforms.kernels import compiled

HASH: Final = 0x23
STAR: Final = 0x2A
UNDERSCORE: Final = 0x5F
_EXCLAMATION: Final = 0x21
_OPEN, _CLOSE = 0x5B, 0x5D
_OPEN_ROUND, _CLOSE_ROUND = 0x28, 0x29
_DEEPEST: Final = 6


@compiled
def is_heading(points: Points, first: int, last: int) -> bool:
    """Whether a line is a heading in Markdown: up to six signs and a blank."""
    place = first
    while place < last and place - first <= _DEEPEST and points[place] == HASH:
        place += 1
    return first < place < last and place - first <= _DEEPEST and points[place] == BLANK


@compiled
def without_markdown(plain: Points, first: int, last: int, traits: Points) -> tuple[int, int]:
    """Take the signs of Markdown out of plain[first:last], in place; what is left is plain[a:b], perhaps nothing."""
    last = _without_links(plain, first, last)
    last = _without_pairs(plain, first, last, STAR)
    last = _without_pairs(plain, first, last, UNDERSCORE)
    if is_heading(plain, first, last):
        while last > first and plain[last - 1] == HASH:
            last -= 1
        while first < last and plain[first] == HASH:
            first += 1
    first, last = _bare(plain, first, last, traits)
    for sign in (STAR, UNDERSCORE):
        if last - first > 2 and plain[first] == sign and plain[last - 1] == sign and plain[first + 1] != BLANK:
            first, last = first + 1, last - 1
    return _bare(plain, first, last, traits)


@compiled
def _bare(plain: Points, first: int, last: int, traits: Points) -> tuple[int, int]:
    last = skip_back(plain, first, last, traits, SPACE)
    return skip(plain, first, last, traits, SPACE), last


@compiled
def _without_links(plain: Points, first: int, last: int) -> int:
    """Links `[words](address)` and pictures `![words](address)` become their words; the new end."""
    place = write = kept = first
    while place < last:
        closing = ending = place
        if plain[place] == _OPEN:
            closing = _run_end(plain, place + 1, last, False)
            if closing + 1 < last and plain[closing] == _CLOSE and plain[closing + 1] == _OPEN_ROUND:
                ending = _run_end(plain, closing + 2, last, True)
        if ending > place and ending < last and plain[ending] == _CLOSE_ROUND:
            if write > kept and plain[write - 1] == _EXCLAMATION:
                write -= 1
            for inner in range(place + 1, closing):
                plain[write] = plain[inner]
                write += 1
            kept = write
            place = ending + 1
        else:
            plain[write] = plain[place]
            write += 1
            place += 1
    return write


@compiled
def _run_end(plain: Points, place: int, last: int, address: bool) -> int:
    """Where the words of a link, or its address, end: at the next bracket, an address at white space as well."""
    while place < last:
        point = plain[place]
        if address and (point <= BLANK or point in (_OPEN_ROUND, _CLOSE_ROUND)):
            break
        if not address and point in (_OPEN, _CLOSE):
            break
        place += 1
    return place


@compiled
def _without_pairs(plain: Points, first: int, last: int, sign: int) -> int:
    """Take every pair of a sign out; the new end."""
    place = write = first
    while place < last:
        if plain[place] == sign and place + 1 < last and plain[place + 1] == sign:
            place += 2
        else:
            plain[write] = plain[place]
            write += 1
            place += 1
    return write
