"""What a person sees: stages with counts and seconds, bars on a terminal only, and text made safe to print."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click
import unicodedata2

T = TypeVar("T")

_BAR = 24
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def printable(text: str, *, line_ends: bool = False) -> str:
    """`text` with everything that could steer a terminal (controls, bidirectional marks) as a visible escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _is_safe(char) or (line_ends and char == "\n") else _escape(char) for char in text)


def _is_safe(char: str) -> bool:
    return char in "\u200c\u200d" or unicodedata2.category(char) not in _UNSAFE


def _escape(char: str) -> str:
    point = ord(char)
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


class Terminal:
    """Progress on stderr: a line a stage, and while a stage runs a bar where stderr is a terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bars = sys.stderr.isatty() and not quiet
        self._start = time.monotonic()

    def track(self, stage: str, items: Iterable[T], total: int) -> Iterator[T]:
        """Give `items` on and draw how far they are."""
        for number, item in enumerate(items, start=1):
            if self._bars:
                self._draw(stage, number, total)
            yield item

    def done(self, stage: str, what: str) -> None:
        """Print the line of a stage: its name, what came of it, and its seconds."""
        seconds = time.monotonic() - self._start
        self._start = time.monotonic()
        if self._bars:
            click.echo("\r\x1b[K", err=True, nl=False)
        if not self._quiet:
            click.echo(f"{stage:<9} {what:<62} {seconds:6.1f} s", err=True)

    def _draw(self, stage: str, number: int, total: int) -> None:
        filled = _BAR * number // max(1, total)
        bar = "#" * filled + "." * (_BAR - filled)
        click.echo(f"\r\x1b[K{stage:<9} [{bar}] {number}/{total}", err=True, nl=False)
