"""Dates in lines: numbers, years, whole dates in digits, and dates whose month is a word."""

# ruff: noqa: SIM110 (kernels know no generators)
from __future__ import annotations

from typing import Final

from corpus.transforms.boilerplate.characters import BLANK, BREAK, DIGIT, Points, skip
from corpus.transforms.boilerplate.lexicon import LINKING, OF_DATES, ORDINAL, Lexicon, groups_of
from corpus.transforms.kernels import compiled

_COMMA: Final = 0x2C
_ZERO, _ONE, _THREE = 0x30, 0x31, 0x33
_T, _H, _Z = 0x74, 0x68, 0x7A
_CENTURIES: Final = (19, 20, 13, 14)
_DOT, _SLASH, _HYPHEN = 0x2E, 0x2F, 0x2D
_YEAR_SIGN, _MONTH_SIGN, _DAY_SIGN = 0x5E74, 0x6708, 0x65E5
_ERAS: Final = ((0x4EE4, 0x548C), (0x5E73, 0x6210), (0x662D, 0x548C))
_BEFORE_DAY: Final = (0x2C, 0x3001, 0x3011, 0x3015, 0x5D, 0x29)
"""Stand between a place and a day: commas and closing brackets."""
_DAY_DIGITS, _YEAR_DIGITS = 2, 4
_FAR: Final = 99
MOST_BETWEEN: Final = 3
"""So many words may stand between a date's day and its year, the month among them."""
_SHORTEST_MONTH: Final = 3


@compiled
def next_token(folded: Points, place: int, last: int, traits: Points) -> tuple[int, int]:
    """The next word between signs, dots and blanks, at [first, end); empty where none follows."""
    first = skip(folded, place, last, traits, BREAK)
    end = first
    while end < last and not traits[folded[end]] & BREAK:
        end += 1
    return first, end


@compiled
def is_number(lexicon: Lexicon, folded: Points, first: int, last: int) -> bool:
    """Whether a token is a number, a day with its ending (`3rd`), or a time (`10h15`, `t101500z`)."""
    begin = first + (folded[first] == _T)
    end = skip(folded, begin, last, lexicon.traits, DIGIT)
    if end in (begin, last):
        return bool(end > begin)
    if end + 1 == last and folded[end] == _Z:
        return True
    if begin != first:
        return False
    minutes = bool(folded[end] == _H) and skip(folded, end + 1, last, lexicon.traits, DIGIT) == last
    return bool(minutes or groups_of(lexicon, folded, end, last) & ORDINAL)


@compiled
def _is_day(lexicon: Lexicon, folded: Points, first: int, last: int) -> bool:
    """Whether a token is a number of one or two digits, with or without an ending."""
    digits = skip(folded, first, last, lexicon.traits, DIGIT) - first
    return digits <= _DAY_DIGITS and is_number(lexicon, folded, first, last)


@compiled
def is_year(folded: Points, first: int, last: int, traits: Points) -> bool:
    """Whether a token is a year from 1900 to 2099, or from 1300 to 1499 as other calendars count today."""
    if last - first != _YEAR_DIGITS or skip(folded, first, last, traits, DIGIT) < last:
        return False
    century = (folded[first] - _ZERO) * 10 + folded[first + 1] - _ZERO
    return century in _CENTURIES


@compiled
def holds_full_date(folded: Points, first: int, last: int, traits: Points) -> bool:
    """Whether a line holds a whole date in digits: `12.03.2024`, `2024-03-12`, `令和6年3月12日`."""
    place = first
    while place < last:
        end = skip(folded, place, last, traits, DIGIT)
        if is_year(folded, place, end, traits):
            if _goes_on(folded, end, last, traits) or _goes_on_in_signs(folded, end, last, traits):
                return True
        elif _is_era(folded, first, place) and _goes_on_in_signs(folded, end, last, traits):
            return True
        elif _part_end(folded, place, last, traits, _THREE) == end:
            month = _part_end(folded, _separator_end(folded, end, last, 1), last, traits, _ONE)
            year = _separator_end(folded, month, last, 1)
            if year > 0 and is_year(folded, year, skip(folded, year, last, traits, DIGIT), traits):
                return True
        place = max(end, place + 1)
    return False


@compiled
def holds_named_date(lexicon: Lexicon, folded: Points, first: int, last: int) -> bool:
    """Whether a line holds a day, a month by its name, and a year: `3 May 2024`, `May 3rd, 2024`."""
    number, day, month = 0, -_FAR, -_FAR
    place = first
    while place < last:
        begin, place = next_token(folded, place, last, lexicon.traits)
        groups = groups_of(lexicon, folded, begin, place)
        if groups & LINKING:
            continue
        near = number - min(day, month) <= 1 + MOST_BETWEEN and day != month
        if near and is_year(folded, begin, place, lexicon.traits):
            return True
        if groups & OF_DATES and place - begin >= _SHORTEST_MONTH:
            month = number
        elif _is_day(lexicon, folded, begin, place) and not _goes_on_in_digits(folded, place, last, lexicon.traits):
            day = number
        number += 1
    return False


@compiled
def _goes_on_in_digits(folded: Points, place: int, last: int, traits: Points) -> bool:
    """Whether a dot or comma parts a number from more digits right behind it, as in `2.400` and `3,5`."""
    parted = place + 1 < last and (folded[place] == _DOT or folded[place] == _COMMA)
    return bool(parted and traits[folded[place + 1]] & DIGIT)


@compiled
def ends_with_day(lexicon: Lexicon, folded: Points, first: int, last: int) -> bool:
    """Whether a line is a place, a comma, a day and a month by its name, in either order: `Old Quay, 3 May`."""
    place = first
    while place < last and folded[place] != _COMMA:
        place += 1
    if place in (first, last):
        return False
    days = months = others = 0
    begin, place = next_token(folded, place, last, lexicon.traits)
    while begin < place:
        groups = groups_of(lexicon, folded, begin, place)
        if groups & OF_DATES and place - begin >= _SHORTEST_MONTH:
            months += 1
        elif _is_day(lexicon, folded, begin, place):
            days += 1
        else:
            others += groups & LINKING == 0
        begin, place = next_token(folded, place, last, lexicon.traits)
    return days == 1 and months == 1 and others == 0


@compiled
def ends_with_signed_day(folded: Points, first: int, last: int, traits: Points) -> bool:
    """Whether a line is a place, a comma or a bracket, a month and a day: `鹤湾，6月2日`, `【南浦町】3月8日`."""
    place = first
    while place < last and not traits[folded[place]] & DIGIT:
        place += 1
    if place in (first, last) or folded[place - 1] not in _BEFORE_DAY:
        return False
    month = _part_end(folded, place, last, traits, _ONE)
    day = _part_end(folded, _sign_end(folded, month, last, _MONTH_SIGN), last, traits, _THREE)
    return _sign_end(folded, day, last, _DAY_SIGN) == last


@compiled
def _is_era(folded: Points, first: int, place: int) -> bool:
    """Whether the name of a Japanese era stands right before a place."""
    for one, other in _ERAS:
        if place - first >= 2 and folded[place - 2] == one and folded[place - 1] == other:
            return True
    return False


@compiled
def _goes_on(folded: Points, year: int, last: int, traits: Points) -> bool:
    """Whether month and day follow a year that ends at `year`: `-03-12`."""
    month = _part_end(folded, _separator_end(folded, year, last, 0), last, traits, _ONE)
    return _part_end(folded, _separator_end(folded, month, last, 0), last, traits, _THREE) > 0


@compiled
def _goes_on_in_signs(folded: Points, year: int, last: int, traits: Points) -> bool:
    """Whether month and day follow a year as in Chinese and Japanese."""
    month = _part_end(folded, _sign_end(folded, year, last, _YEAR_SIGN), last, traits, _ONE)
    day = _part_end(folded, _sign_end(folded, month, last, _MONTH_SIGN), last, traits, _THREE)
    end = _sign_end(folded, day, last, _DAY_SIGN)
    return end > 0 and skip(folded, end, last, traits, DIGIT) == end


@compiled
def _part_end(folded: Points, place: int, last: int, traits: Points, most: int) -> int:
    """Where a number of one digit ends, or one of two whose first digit is at most `most`; -1 if there is none."""
    if place < 0:
        return -1
    end = skip(folded, place, last, traits, DIGIT)
    return end if end - place == 1 or (end - place == 2 and folded[place] <= most) else -1


@compiled
def _separator_end(folded: Points, place: int, last: int, most: int) -> int:
    """Where a dot, slash or hyphen at `place` ends, with at `most` so many blanks behind it; -1 without."""
    if place < 0 or place >= last or (folded[place] != _DOT and folded[place] != _SLASH and folded[place] != _HYPHEN):
        return -1
    return place + (2 if most and place + 1 < last and folded[place + 1] == BLANK else 1)


@compiled
def _sign_end(folded: Points, place: int, last: int, sign: int) -> int:
    """Where a sign at `place` ends, with a blank before and behind it where there is one; -1 without the sign."""
    if place < 0:
        return -1
    place += place < last and folded[place] == BLANK
    if place >= last or folded[place] != sign:
        return -1
    return place + (2 if place + 1 < last and folded[place + 1] == BLANK else 1)
