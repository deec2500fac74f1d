"""Bytes to text: byte order marks, then strict UTF-8, then detection by a library; never a guess that loses a byte."""

from __future__ import annotations

import codecs
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_MARKS: Final = tuple(mark for mark, _ in _BOMS)

_CONTROLS: Final = bytes(byte for byte in range(0x20) if byte not in b"\t\n\v\f\r\x1b")
_MOST_CONTROLS: Final = 20
"""Text in an eight-bit encoding has less than one control character in this many bytes."""

DETECTED_BYTES: Final = 200_000
"""Detection looks at no more than this."""


class RefusedError(ValueError):
    """Why an input makes no row: a reason code of `schema.REASONS` and a detail that holds none of its bytes."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class UndecodableError(RefusedError):
    """Why bytes are no text: `binary` or `undecodable`."""


def decode(data: bytes, *, whole: bool = True) -> tuple[str, str]:
    """The text of `data` and the name of its encoding.

    A byte order mark decides; then strict UTF-8 (a last character that is cut off becomes U+FFFD); then detection.
    Where `data` is not the `whole` file but its start, a character that is cut off at its end is no error in any
    encoding. Raises UndecodableError with `binary` or `undecodable`.
    """
    if data.startswith(_MARKS):
        encoding = next(name for mark, name in _BOMS if data.startswith(mark))
        return _strict(data, encoding, f"the byte order mark says {encoding}", whole=whole), encoding
    is_text = not looks_binary(data)
    if is_text:
        try:
            return _utf8(data), "utf-8"
        except UnicodeDecodeError:
            pass
    return _detected(data, is_text=is_text, whole=whole)


def _utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start > 0:
            return data[: error.start].decode("utf-8") + "\ufffd"
        raise


def looks_binary(data: bytes) -> bool:
    """Whether more control characters stand in bytes than in any text that is not UTF-16 or UTF-32."""
    return (len(data) - len(data.translate(None, _CONTROLS))) * _MOST_CONTROLS > len(data)


def _detected(data: bytes, *, is_text: bool, whole: bool) -> tuple[str, str]:
    """Decode by detection; of bytes full of control characters only UTF-16 and UTF-32 are believed."""
    import chardet

    name = chardet.detect(data[:DETECTED_BYTES])["encoding"]
    encoding = name.lower() if name else ""
    if not encoding or not (is_text or _is_wide_text(data, encoding, whole=whole)):
        raise UndecodableError("binary", "the bytes are not text")
    if encoding.startswith("utf-8"):
        raise UndecodableError("undecodable", "UTF-8 with invalid bytes")
    return _strict(data, encoding, f"the bytes look like {encoding}", whole=whole), encoding


def _is_wide_text(data: bytes, encoding: str, *, whole: bool) -> bool:
    """Whether bytes full of control characters are UTF-16 or UTF-32 without a mark, which is full of zero bytes."""
    if not encoding.startswith(("utf-16", "utf-32")):
        return False
    try:
        text = _decoded(data, encoding, whole=whole)
    except UnicodeDecodeError:
        return False
    return not looks_binary(text.encode())


def _strict(data: bytes, encoding: str, why: str, *, whole: bool) -> str:
    try:
        return _decoded(data, encoding, whole=whole)
    except (UnicodeDecodeError, LookupError):
        raise UndecodableError("undecodable", f"{why}, but do not decode as it") from None


def _decoded(data: bytes, encoding: str, *, whole: bool) -> str:
    return data.decode(encoding) if whole else codecs.getincrementaldecoder(encoding)().decode(data)
