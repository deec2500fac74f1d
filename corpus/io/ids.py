"""Ids: what a file and a record are called in a release, whatever a file system or a source called them."""

from __future__ import annotations

import functools
import os
import re

from corpus.transforms.unicode import nfc

KEY_SIGN = "#"
"""Stands between the id of a container and the key of a record, and nowhere else in the id of a file."""


def released_id(relative: str) -> str:
    """The id of a file: its path below the root, POSIX, NFC, with `#` and what `escaped` names as `%XX`."""
    text = os.fsencode(relative).decode("utf-8", "surrogateescape")
    return escaped(text.replace(os.sep, "/"), also=KEY_SIGN)


def escaped(text: str, *, also: str = "") -> str:
    """A name in NFC, with `%`, control characters, undecodable bytes and the characters of `also` as `%XX`."""
    return nfc(_special(also).sub(_escaped, text))


def file_of(row_id: str) -> str:
    """The id of the file that a row comes from."""
    return row_id.partition(KEY_SIGN)[0]


def row_id(file_id: str, key: str | None) -> str:
    """The id of a record of a file, or of the file itself where it is one article."""
    return file_id if key is None else f"{file_id}{KEY_SIGN}{key}"


@functools.cache
def _special(also: str) -> re.Pattern[str]:
    return re.compile(f"[%\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff{re.escape(also)}]")


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    point = ord(char)
    if 0xDC80 <= point <= 0xDCFF:
        return f"%{point - 0xDC00:02X}"
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))
