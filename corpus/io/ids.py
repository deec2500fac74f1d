"""Ids: what a file and a record are called in a release, whatever a file system or a source called them."""

from __future__ import annotations

import os

from corpus.transforms.unicode import nfc

KEY_SIGN = "#"
"""Stands between the id of a container and the key of a record, and nowhere else in the id of a file."""


def released_id(relative: str) -> str:
    """The id of a file: its path below the root, POSIX, NFC, with `#` and what `escaped` names as `%XX`."""
    text = os.fsencode(relative).decode("utf-8", "surrogateescape")
    return escaped(text.replace(os.sep, "/"), also=KEY_SIGN)


def escaped(text: str, *, also: str = "") -> str:
    """A name in NFC, with `%`, control characters, undecodable bytes and the characters of `also` as `%XX`."""
    return nfc("".join(_escaped(char) if _is_special(char, also) else char for char in text))


def file_of(row_id: str) -> str:
    """The id of the file that a row comes from."""
    return row_id.partition(KEY_SIGN)[0]


def row_id(file_id: str, key: str | None) -> str:
    """The id of a record of a file, or of the file itself where it is one article."""
    return file_id if key is None else f"{file_id}{KEY_SIGN}{key}"


def _is_special(char: str, also: str) -> bool:
    point = ord(char)
    return char == "%" or char in also or point < 0x20 or 0x7F <= point < 0xA0 or 0xD800 <= point <= 0xDFFF


def _escaped(char: str) -> str:
    point = ord(char)
    if 0xDC80 <= point <= 0xDCFF:
        return f"%{point - 0xDC00:02X}"
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))
