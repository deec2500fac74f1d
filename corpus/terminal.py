"""What a person sees: stages with counts and seconds, bars on a terminal only, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

T = TypeVar("T")

_BAR = 24


class Terminal:
    """Progress on stderr: a line a stage, and while a stage runs a bar where stderr is a terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet or sys.stderr is None
        self._bars = not self._quiet and sys.stderr.isatty()
        self._start = time.monotonic()

    def track(self, stage: str, items: Iterable[T], total: int) -> Iterator[T]:
        """Give `items` on and draw how far they are."""
        for number, item in enumerate(items, start=1):
            if self._bars:
                self._draw(stage, number, total)
            yield item

    def begin(self, stage: str, what: str) -> None:
        """Print what a long stage does while nothing else is seen of it."""
        if not self._quiet:
            self._write(f"{stage:<9} {what}\n")

    def done(self, stage: str, what: str) -> None:
        """Print the line of a stage: its name, what came of it, and its seconds."""
        seconds = time.monotonic() - self._start
        self._start = time.monotonic()
        if self._bars:
            self._write("\r\x1b[K")
        if not self._quiet:
            self._write(f"{stage:<9} {what:<62} {seconds:6.1f} s\n")

    def _draw(self, stage: str, number: int, total: int) -> None:
        filled = _BAR * number // max(1, total)
        bar = "#" * filled + "." * (_BAR - filled)
        self._write(f"\r\x1b[K{stage:<9} [{bar}] {number}/{total}")

    def _write(self, text: str) -> None:
        """Write to stderr; when nobody reads it any more the build goes on in silence."""
        try:
            click.echo(text, err=True, nl=False)
        except OSError:
            self._quiet, self._bars = True, False
