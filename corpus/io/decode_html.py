"""Bytes of a page to markup: what marks, the server and the page itself say of the encoding, then detection."""

from __future__ import annotations

import codecs
import re
from typing import Final

from corpus.io.decode import decode, looks_binary

_BOMS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PRESCAN: Final = 4096
"""A page names its encoding within so many bytes (the HTML standard says 1024; many pages need more)."""
_META: Final = re.compile(
    rb"""<meta[^>]{0,500}?charset\s{0,10}=\s{0,10}["']?\s{0,10}([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE
)
_XML: Final = re.compile(rb"""^\s{0,100}<\?xml[^>]{0,200}?encoding\s{0,10}=\s{0,10}["']([A-Za-z0-9._:-]{2,40})["']""")
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_WIDER: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
    "utf-32": "utf-8",
}
"""What browsers take a name for (the Encoding standard): the wider set, and UTF-8 where a page that was read as ASCII
says that it is UTF-16. Keys are Python's names."""
_NO_TEXT: Final = frozenset(("base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "idna", "punycode", "undefined"))
_MOST_LOST: Final = 1000
"""A declared encoding is believed when less than one byte in so many does not fit it."""


def decode_html(data: bytes, declared: str | None) -> tuple[str, str]:
    """The markup of a page and the name of its encoding.

    A byte order mark decides; then what the server `declared`, then what the page says of itself, each where the bytes
    bear it out: all of them, or all but a stray few that become U+FFFD. Valid UTF-8 wins over another declared name.
    Otherwise as for any text (`decode.decode`). Raises UndecodableError with `binary` or `undecodable`.
    """
    if data.startswith(_BOMS) or looks_binary(data):
        return decode(data)
    names = [name for name in map(_python_name, (declared, _stated(data[:_PRESCAN]))) if name is not None]
    if not data.isascii() and "utf-8" not in names:
        names = ["utf-8", *names]
    for strict in (True, False):
        for name in names:
            markup = _tried(data, name, strict=strict)
            if markup is not None:
                return markup, name
    return decode(data)


def _tried(data: bytes, name: str, *, strict: bool) -> str | None:
    """`data` in an encoding; null where it does not fit, or more than a few bytes do not."""
    try:
        markup = data.decode(name, "strict" if strict else "replace")
    except (UnicodeDecodeError, LookupError):
        return None
    return markup if strict or markup.count("\ufffd") * _MOST_LOST < len(data) else None


def _stated(start: bytes) -> str | None:
    """The encoding that a page names at its start, outside comments."""
    found = _XML.match(start) or _META.search(_COMMENT.sub(b"", start))
    return found[1].decode("ascii") if found else None


def _python_name(name: str | None) -> str | None:
    """Python's name of a text encoding as browsers understand it; null for one that it does not have."""
    try:
        known = codecs.lookup((name or "").strip().strip("\"'").lower().replace("x-sjis", "shift_jis"))
    except (LookupError, ValueError):
        return None
    return None if known.name in _NO_TEXT else _WIDER.get(known.name, known.name)
