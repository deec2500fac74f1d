"""What the commands have in common: how they print, and how their help ends."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

FOLDER: Final = click.Path(path_type=Path)


class Command(click.Command):
    """A command whose help ends with its examples, line by line as they are written."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        formatter.write(f"\nExamples:\n{self.epilog}\n")


def examples(*lines: str) -> str:
    """Lines for the end of a help page."""
    return "\n".join(f"  {line}" for line in lines)


def say(line: str, *, err: bool = False) -> None:
    """Print a line of results, made safe for a terminal."""
    from corpus.transforms.printable import printable

    click.echo(printable(line), err=err)


def wait_aloud(seconds: float) -> None:
    """Wait before a Hub is asked again, and say so: it may take minutes."""
    say(f"no proper answer; asking again in {seconds:.0f} s", err=True)
    time.sleep(seconds)


def document(value: Mapping[str, Any]) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=True, sort_keys=True, default=str))


@contextmanager
def folder_of(release: str) -> Iterator[Path]:
    """The folder of a release; of one at an address a copy of all its files, which goes when the context ends."""
    from corpus.hub.opening import open_release

    if "://" not in release:
        yield Path(release)
        return
    with open_release(release) as opened:
        yield opened.fetch()


def project_of(build: Path) -> Path | None:
    """The project that a release lies in, else the one that we stand in."""
    from corpus.io.project_files import settings_file

    return next((home for home in (build.resolve().parent, Path()) if settings_file(home)), None)
