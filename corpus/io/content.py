"""The bytes of one input, as they lie or decompressed block by block: nothing here grows with the size of a file."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import IO, Final, NamedTuple

from corpus.io.decode import RefusedError

CODECS: Final = (".gz", ".zst")
"""File endings of compressed inputs."""

BLOCK: Final = 256 * 1024
_ZSTD_BLOCK: Final = 16 * 1024
"""Of a damaged stream Arrow withholds the block that it was asked for; so ask for small ones."""


class Content(NamedTuple):
    """One opened input: a seekable `file` at its start, its `size` in bytes, its SHA-256, and one of CODECS or none.

    `held` are all its bytes as they lie, where memory holds them anyway.
    """

    file: IO[bytes]
    size: int
    sha256: str
    codec: str = ""
    held: bytes | None = None

    def blocks(self, limit: int) -> Iterator[bytes]:
        """The bytes in order, decompressed, in blocks of bounded size.

        Raises RefusedError, after everything that could be read: `damaged` for a compressed stream that is cut or
        broken, `too_large` when more than `limit` bytes come out of it.
        """
        made = 0
        for block in self._decompressed():
            made += len(block)
            if made > limit:
                yield block[: limit - (made - len(block))]
                raise RefusedError("too_large", f"more than {limit} bytes in it")
            yield block

    def _decompressed(self) -> Iterator[bytes]:
        if self.codec == ".gz":
            return _gunzip(_plain(self.file))
        return _unzstd(self.file) if self.codec == ".zst" else _plain(self.file)


class BlockFile:
    """Blocks as a file that can only be read on, for libraries that want one."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, at least one before the end; what the blocks raise goes through."""
        if not self._held:
            self._held = next((block for block in self._blocks if block), b"")
        size = len(self._held) if size < 0 else size
        given, self._held = self._held[:size], self._held[size:]
        return given

    def close(self) -> None:
        """Nothing to close: the blocks belong to somebody else."""


class _Borrowed(io.RawIOBase):
    """A file that whoever got it may close: the one behind it stays open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes."""
        return self._file.read(size)


def _plain(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _gunzip(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Every member of a gzip stream; zero bytes may follow one, as tapes and pads leave them."""
    member = None
    ended = False
    for block in blocks:
        data = block
        while data := data.lstrip(b"\0") if ended and member is None else data:
            member = member or zlib.decompressobj(wbits=31)
            try:
                yield member.decompress(data, BLOCK)
            except zlib.error:
                raise RefusedError("damaged", "the gzip stream is broken") from None
            data = member.unused_data if member.eof else member.unconsumed_tail
            if member.eof:
                member, ended = None, True
    if member:
        raise RefusedError("damaged", "the gzip stream ends too early")


def _unzstd(file: IO[bytes]) -> Iterator[bytes]:
    """Every frame of a Zstandard stream."""
    import pyarrow as pa

    try:
        with pa.CompressedInputStream(pa.PythonFile(_Borrowed(file), mode="r"), "zstd") as stream:
            while block := stream.read(_ZSTD_BLOCK):
                yield block
    except OSError:
        raise RefusedError("damaged", "the zstd stream is broken or ends too early") from None
