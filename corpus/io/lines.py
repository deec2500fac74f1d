"""Lines of a container, cut lazily: memory holds one block and one line, and a line that is bad costs itself alone."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from corpus.io.decode import DETECTED_BYTES, RefusedError, UndecodableError, decode, looks_binary

_BLANKS: Final = b" \t\n\r\v\f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line without its end: its `size` in bytes and, where that is no more than allowed, the bytes as UTF-8.

    `key` is 16 hex digits of the SHA-256 of a line that is too long to be held, else empty.
    """

    data: bytes | None
    size: int
    key: str = ""


def utf8_blocks(blocks: Iterator[bytes], *, legacy: bool) -> tuple[Iterator[bytes], str]:
    """The same text in UTF-8, and the name of the encoding that it came in; no byte order mark is left.

    A mark decides; then detection, as for a file that is one article, but `legacy` encodings count only where they are
    asked for and no line of the first 200 KB that is not ASCII is valid UTF-8: else the file is UTF-8, and a line that
    is not will be refused by itself. Raises UndecodableError where nothing fits, or, while blocks are taken, at the
    first byte that does not.
    """
    start, rest = _start(blocks)
    encoding = _encoding(start, legacy=legacy)
    if encoding == "utf-8":
        return chain([start], rest), encoding
    if encoding == "utf-8-sig":
        return chain([start.removeprefix(codecs.BOM_UTF8)], rest), encoding
    return _recoded(chain([start], rest), encoding), encoding


def lines(blocks: Iterable[bytes], limit: int) -> Iterator[Line]:
    """The lines of a text in UTF-8; of one with more than `limit` bytes only the size and a digest are held."""
    cutter = Cutter(limit)
    for block in blocks:
        *whole, tail = block.split(b"\n")
        for part in whole:
            cutter.add(part)
            yield cutter.line()
        cutter.add(tail)
    if cutter.size:
        yield cutter.line()


def is_blank(data: bytes) -> bool:
    """Whether a line holds nothing but white space."""
    return not data.strip(_BLANKS)


class Cutter:
    """A line that grows; of more than `limit` bytes it holds only the size and a digest."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._start()

    def _start(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []
        self._digest = hashlib.sha256()

    def add(self, part: bytes) -> None:
        """Let it grow by `part`."""
        self.size += len(part)
        if self.size <= self._limit:
            self._parts.append(part)
            return
        for held in (*self._parts, part):
            self._digest.update(held)
        self._parts.clear()

    def line(self) -> Line:
        """The line as it is now; a new one begins."""
        if self.size <= self._limit:
            made = Line(data=b"".join(self._parts), size=self.size)
        else:
            made = Line(data=None, size=self.size, key=self._digest.hexdigest()[:16])
        self._start()
        return made


def _start(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first 200 KB and the rest; damage within them is met again where the rest begins."""
    start: list[bytes] = []
    size = 0
    try:
        while size < DETECTED_BYTES and (block := next(blocks, None)) is not None:
            start.append(block)
            size += len(block)
    except RefusedError as error:
        return b"".join(start), _raising(error)
    return b"".join(start), blocks


def _raising(error: RefusedError) -> Iterator[bytes]:
    raise error
    yield b""


def _encoding(start: bytes, *, legacy: bool) -> str:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    marked = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not (marked or looks_binary(start)) and not (legacy and _is_legacy(start)):
        return "utf-8"
    return decode(start, whole=False)[1]


def _is_legacy(start: bytes) -> bool:
    """Whether there are lines that are not ASCII, and none of them is UTF-8; the last one may be cut."""
    whole = start.split(b"\n")[: -1 if len(start) >= DETECTED_BYTES else None]
    foreign = [line for line in whole if not line.isascii()]
    return bool(foreign) and not any(map(_is_utf8, foreign))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _recoded(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in blocks:
            yield decoder.decode(block).encode("utf-8")
        decoder.decode(b"", final=True)
    except (UnicodeDecodeError, UnicodeEncodeError):
        raise UndecodableError("undecodable", f"the bytes look like {encoding}, but do not decode as it") from None
