"""CSV and TSV: a header, then one record a row; a row that is broken costs itself alone, an open quote too."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final

from corpus.io.content import Content
from corpus.io.decode import RefusedError
from corpus.io.lines import Line, is_blank, lines, utf8_blocks
from corpus.io.records import ReadOptions, Record, Refused, digest_key, record_of

SOURCE: Final = "csv"
DELIMITERS: Final = (",", ";", "\t", "|")
_SPARE: Final = 64 * 1024 * 1024
"""Bytes that may be looked at twice, and three times what was read on top: the work stays linear on any input."""


def read_table(content: Content, options: ReadOptions) -> Iterator[Record | Refused]:
    """The rows of a table; the delimiter is the one of DELIMITERS that cuts the header into most columns.

    Raises RefusedError with `malformed` for a header with an empty name or the same name twice.
    """
    blocks, encoding = utf8_blocks(content.blocks(options.inputs.max_container_bytes), legacy=True)
    rows = Rows(lines(blocks, options.inputs.max_bytes), options.inputs.max_bytes)
    for row in rows:
        if isinstance(row, Refused):
            yield row
            continue
        values = dict(zip(rows.header, row, strict=True))
        yield record_of(values, options, source=SOURCE, encoding=encoding, line=rows.number)


class Rows:
    """The rows below a header, each as wide as the header, or why a row is refused.

    `number` is the line that the last row began in. A row that is no row by itself, because a quote stays open,
    swallows lines that belong to others: then its first line alone is refused, and reading goes on with the second.
    """

    def __init__(self, source: Iterator[Line], limit: int) -> None:
        self._source = source
        self._limit = limit
        self._again: deque[Line] = deque()
        self._taken: list[Line] = []
        self._spare = _SPARE
        self.number = self._next = 1
        csv.field_size_limit(min(limit, 2**31 - 1))
        self.header: list[str] = []
        self._delimiter = ","
        self._read_header()

    def __iter__(self) -> Iterator[list[str] | Refused]:
        """Every row that is not blank."""
        while (line := self._pull()) is not None:
            self.number = self._next - 1
            if line.data is None or not is_blank(line.data):
                yield self._row(line)

    def _read_header(self) -> None:
        for line in iter(self._pull, None):
            if line.data is None or not is_blank(line.data):
                self._again.append(line)
                self._next -= 1
                break
        else:
            return
        widest: list[str] = []
        first = self._again[0].data
        for delimiter in DELIMITERS if first is not None else ():
            found = next(csv.reader([_text(first or b"")], delimiter=delimiter), [])
            if len(found) > len(widest):
                widest, self._delimiter = found, delimiter
        row = next(iter(self), None)
        if not isinstance(row, list):
            raise RefusedError("malformed", "the header is no row")
        names = [name.strip() for name in row]
        if "" in names or len(set(names)) < len(names):
            raise RefusedError("malformed", "the header has an empty name, or one twice")
        self.header = names

    def _pull(self) -> Line | None:
        self._next += 1
        if self._again:
            return self._again.popleft()
        line = next(self._source, None)
        self._spare += 3 * line.size if line else 0
        return line

    def _row(self, first: Line) -> list[str] | Refused:
        self._taken = []
        try:
            cells = next(csv.reader(self._texts(first), delimiter=self._delimiter, strict=True), [])
        except RefusedError as error:
            return self._refused(first, error.reason, error.detail)
        except csv.Error:
            return self._refused(first, "malformed", "quotes are not closed, or more follows after them")
        if self.header and len(cells) != len(self.header):
            return self._refused(first, "malformed", f"{len(cells)} cells, the header has {len(self.header)}")
        return cells

    def _texts(self, first: Line) -> Iterator[str]:
        """The lines of one row, as long as the parser asks for more."""
        size = 0
        line: Line | None = first
        while line is not None:
            self._taken.append(line)
            size += line.size + 1
            if line.data is None or size > self._limit + 1:
                raise RefusedError("too_large", f"more than {self._limit} bytes in a row")
            yield _text(line.data) + "\n"
            line = self._pull()

    def _refused(self, first: Line, reason: str, detail: str) -> Refused:
        """Refuse the first line alone, and give the others back, where the work of that stays bounded."""
        others = self._taken[1:]
        cost = sum(line.size + 1 for line in others)
        if cost <= self._spare:
            self._spare -= cost
            self._again.extendleft(reversed(others))
            self._next -= len(others)
        key = first.key or digest_key((first.data or b"").strip())
        return Refused(key=key, reason=reason, detail=detail)


def _text(data: bytes) -> str:
    try:
        return data.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError("undecodable", "UTF-8 with invalid bytes") from None
