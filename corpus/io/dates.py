"""Dates as sources write them, in ISO 8601 at their own precision; never by today, a locale, or a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Final

_TIME: Final = r"(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?|UTC|GMT)?"
_ISO: Final = re.compile(rf"(\d{{4}})(?:([-/.]?)(\d{{2}})(?:\2(\d{{2}})(?:(?:T|\s+){_TIME})?)?)?", re.IGNORECASE)
_NUMBERS: Final = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH: Final = r"([A-Za-z]{3,9})\.?"
_DAY_MONTH: Final = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(\d{{4}})", re.IGNORECASE)
_MONTH_DAY: Final = re.compile(rf"{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})", re.IGNORECASE)
_MAIL: Final = re.compile(
    r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{2}:\d{2}(?::\d{2})?(?:\s+([+-]\d{4}|[A-Z]{1,4}))?"
)
_ZONES: Final = frozenset({"UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"})
"""The names of time zones that RFC 2822 defines; others are no offset."""

_UNITS: Final = {"seconds": 1_000_000, "milliseconds": 1_000}
EPOCHS: Final = ("", *_UNITS)
ORDERS: Final = ("", "dmy", "mdy")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A date: `text` in ISO 8601 at the source's precision; `instant` in UTC only where the source gives an offset."""

    text: str
    instant: datetime | None = None


def parse_date(value: object, *, epoch: str = "", order: str = "") -> Published | None:
    """The date that a text or number says, None where it says none for certain.

    Read are ISO 8601 (years to fractions of seconds, basic form too), the same with slashes or dots, the dates of mail
    and HTTP (RFC 2822), and English month names. `03/04/2024` needs an `order` (one of ORDERS) unless only one reading
    is a date; a number needs an `epoch` (one of EPOCHS), its unit since 1970.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str):
        return _since_1970(value, epoch)
    text = value.strip()
    if len(text) > _LONGEST or not text.isascii():
        return None
    if epoch and re.fullmatch(r"-?\d{6,16}(\.\d+)?", text):
        return _since_1970(float(text) if "." in text else int(text), epoch)
    return _iso(text) or _mail(text) or _named_month(text) or _numbers(text, order)


def _iso(text: str) -> Published | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, sign, month, day, hour, minute, second, fraction, zone = match.groups()
    if month and not day and not sign:
        return None  # 202403 may be a number of anything
    return _published(
        [int(part) for part in (year, month, day) if part],
        [int(part) for part in (hour, minute, second) if part],
        fraction or "",
        _offset(zone),
    )


def _offset(zone: str | None) -> int | None:
    """Minutes east of Greenwich; None where nothing is said (`-00:00` says so too, in RFC 3339)."""
    if not zone:
        return None
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return None if zone[0] == "-" and minutes == 0 else minutes * (-1 if zone[0] == "-" else 1)


def _mail(text: str) -> Published | None:
    match = _MAIL.fullmatch(text)
    parts = parsedate_tz(text) if match else None
    if match is None or parts is None:
        return None
    zone = match.group(1)
    known = zone is not None and (zone[0] in "+-" or zone in _ZONES) and zone != "-0000"
    seconds = parts[9]
    clock = list(parts[3:6]) if text.count(":") > 1 else list(parts[3:5])
    return _published(list(parts[:3]), clock, "", seconds // 60 if known and seconds is not None else None)


def _named_month(text: str) -> Published | None:
    for form, at in ((_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2))):
        match = form.fullmatch(text)
        month = _month(match.group(at[1])) if match else None
        if match and month:
            return _published([int(match.group(at[0])), month, int(match.group(at[2]))], [], "", None)
    return None


def _month(name: str) -> int | None:
    """The number of an English month, whole or cut to three letters (`Sept` too)."""
    lower = name.lower()
    known = [n for n, month in enumerate(_MONTHS, start=1) if lower in (month, month[:3])]
    return known[0] if known else {"sept": 9}.get(lower)


def _numbers(text: str, order: str) -> Published | None:
    match = _NUMBERS.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match.group(1)), int(match.group(3)), int(match.group(4))
    readings = {"dmy": [year, second, first], "mdy": [year, first, second]}
    found = [_published(readings[name], [], "", None) for name in ([order] if order else readings)]
    dates = {made.text: made for made in found if made}
    return next(iter(dates.values())) if len(dates) == 1 else None


def _since_1970(number: float, epoch: str) -> Published | None:
    if epoch not in _UNITS:
        return None
    try:
        instant = _EPOCH + timedelta(microseconds=round(number * _UNITS[epoch]))
    except (OverflowError, ValueError):
        return None
    if instant.year < 1000:
        return None
    fraction = f"{instant.microsecond:06d}".rstrip("0")
    text = f"{instant:%Y-%m-%dT%H:%M:%S}" + (f".{fraction}" if fraction else "") + "Z"
    return Published(text=text, instant=instant)


def _published(date: list[int], clock: list[int], fraction: str, offset: int | None) -> Published | None:
    """The date of these numbers, None where the calendar has none: `date` is year to day, `clock` hour to second."""
    try:
        year, month, day = (*date, 1, 1)[:3]
        hour, minute, second = (*clock, 0, 0, 0)[:3]
        moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 (the offset is taken off below)
        moment += timedelta(microseconds=int(fraction.ljust(6, "0")[:6] or 0))
        instant = None if offset is None or abs(offset) > 18 * 60 else moment - timedelta(minutes=offset)
    except (ValueError, OverflowError):
        return None
    text = "-".join(f"{part:0{width}d}" for part, width in zip(date, (4, 2, 2), strict=False))
    if clock:
        text += "T" + ":".join(f"{part:02d}" for part in clock) + (f".{fraction}" if fraction else "")
    if instant is None:
        return Published(text=text)
    return Published(text=text + _zone(offset or 0), instant=instant.replace(tzinfo=UTC))


def _zone(offset: int) -> str:
    sign, minutes = ("-" if offset < 0 else "+"), abs(offset)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" if minutes else "Z"
