"""JSON: one object a line (JSON Lines), or the values of a `.json` document, cut one by one, the rest not held."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from math import isinf
from typing import Any, Final

from corpus.io.content import Content
from corpus.io.decode import RefusedError
from corpus.io.lines import Cutter, Line, is_blank, lines, utf8_blocks
from corpus.io.records import ReadOptions, Record, Refused, check_depth, digest_key, record_of
from corpus.io.values import whole_characters

SOURCE: Final = "json"
_LONGEST_NUMBER: Final = 40
_MARKS: Final = re.compile(rb'\\.|["{}\[\],]', re.DOTALL)
_STRUCTURE: Final = (b"{", b"}", b"[", b"]", b",")


def read_json_lines(content: Content, options: ReadOptions) -> Iterator[Record | Refused]:
    """One JSON object a line; blank lines are nothing."""
    blocks, encoding = utf8_blocks(content.blocks(options.inputs.max_container_bytes), legacy=False)
    for number, line in enumerate(lines(blocks, options.inputs.max_bytes), start=1):
        if line.data is None or not is_blank(line.data):
            yield _record(line, options, encoding, number)


def read_json(content: Content, options: ReadOptions) -> Iterator[Record | Refused]:
    """A JSON document: a list of objects, one object, or, as many tools write `.json`, one object a line."""
    blocks, encoding = utf8_blocks(content.blocks(options.inputs.max_container_bytes), legacy=False)
    start = next(blocks, b"")
    cut = lines if _is_one_a_line(start) else json_values
    for value in cut(chain([start], blocks), options.inputs.max_bytes):
        if value.data is None or not is_blank(value.data):
            yield _record(value, options, encoding)


def _is_one_a_line(start: bytes) -> bool:
    """Whether the first line of a text holds a whole object: then a line that is bad costs itself alone."""
    first, end, _ = start.lstrip().partition(b"\n")
    return first.startswith(b"{") and (not end or first.rstrip().endswith(b"}"))


def parse_object(data: bytes, depth: int) -> dict[str, Any]:
    """The object that bytes in UTF-8 hold; raises RefusedError with `undecodable` or `malformed`.

    NaN and infinities, which JSON does not know, are null; numbers too large for a double or of more than 40 digits are
    texts; half a character (a lone surrogate) is U+FFFD; of two equal names the last counts.
    """
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise RefusedError("undecodable", "UTF-8 with invalid bytes") from None
    except json.JSONDecodeError as error:
        raise RefusedError("malformed", f"no JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise RefusedError("malformed", f"nested deeper than {depth}") from None
    check_depth(value, depth)
    if not isinstance(value, dict):
        raise RefusedError("malformed", "no JSON object")
    return whole_characters(value) if b"\\u" in data else value


def json_values(blocks: Iterable[bytes], limit: int) -> Iterator[Line]:
    """The top-level values of a JSON text, or the items of the list that it is, each as its bytes.

    Only quotes and brackets are looked at, so what is cut may be no JSON. Raises RefusedError with `damaged` where the
    text ends inside a value or a list, or a bracket closes nothing.
    """
    cutter = _Values(limit)
    for block in _whole_escapes(blocks):
        yield from cutter.feed(block)
    yield from cutter.end()


def _record(line: Line, options: ReadOptions, encoding: str, number: int = 0) -> Record | Refused:
    limit = options.inputs.max_bytes
    if line.data is None:
        return Refused(key=line.key, reason="too_large", detail=f"{line.size} bytes, max_bytes is {limit}")
    try:
        values = parse_object(line.data, options.inputs.max_depth)
        return record_of(values, options, source=SOURCE, encoding=encoding, line=number)
    except RefusedError as error:
        return Refused(key=digest_key(line.data.strip()), reason=error.reason, detail=error.detail)


class _Values:
    """Cuts a JSON text into its values: `base` is 1 inside the list that the text is, else 0."""

    def __init__(self, limit: int) -> None:
        self._held = Cutter(limit)
        self._depth = self._base = 0
        self._quoted = False

    def feed(self, block: bytes) -> Iterator[Line]:
        """The values that end in `block`, which must not end between a backslash and what it escapes."""
        start = 0
        for match in _MARKS.finditer(block):
            mark, at = match.group(), match.start()
            if mark == b'"':
                self._quoted = not self._quoted
            elif not self._quoted and mark in _STRUCTURE:
                ends, keep, skip = self._step(mark)
                if ends:
                    yield from self._take(block[start : at + keep])
                    start = at + skip
        self._held.add(block[start:])

    def end(self) -> Iterator[Line]:
        """What stands after the last value. Raises RefusedError where the text ends inside one."""
        if self._quoted or self._depth:
            raise RefusedError("damaged", "the document ends inside a value or a list")
        yield from self._take(b"")

    def _step(self, mark: bytes) -> tuple[bool, int, int]:
        """Whether something ends at this mark, whether that takes the mark in, and whether the next begins after it."""
        at_base = self._depth == self._base
        if mark == b",":
            return at_base, 0, 1
        if mark in (b"{", b"["):
            self._depth += 1
            opens_list = at_base and mark == b"[" and self._base == 0
            self._base += opens_list
            return at_base, 0, int(opens_list)
        self._depth -= 1
        if self._depth >= self._base:
            return self._depth == self._base, 1, 1
        if mark != b"]" or self._base == 0:
            raise RefusedError("damaged", "a bracket closes nothing")
        self._base = 0
        return True, 0, 1

    def _take(self, part: bytes) -> Iterator[Line]:
        self._held.add(part)
        line = self._held.line()
        if line.data is None or not is_blank(line.data):
            yield line


def _whole_escapes(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut so that no block ends between a backslash and what it escapes."""
    carried = b""
    for block in blocks:
        joined = carried + block
        odd = (len(joined) - len(joined.rstrip(b"\\"))) % 2
        carried = joined[len(joined) - odd :]
        yield joined[: len(joined) - odd]
    yield carried


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _number(digits: str) -> float | str:
    value = float(digits)
    return digits if isinf(value) else value


_DECODER: Final = json.JSONDecoder(parse_constant=lambda _: None, parse_int=_integer, parse_float=_number)
