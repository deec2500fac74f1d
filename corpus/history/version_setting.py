"""The one line of the settings that says the version: written anew in its place, every other byte as it was."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from corpus.errors import ConfigError
from corpus.io.project_files import SETTINGS

_LINE: Final = re.compile(
    r"""^([ \t]*(?:version|"version"|'version')[ \t]*=[ \t]*)("[^"\r\n]*"|'[^'\r\n]*')""", re.MULTILINE
)
_NAME: Final = re.compile(r"^name[ \t]*=.*(?:\n|\Z)", re.MULTILINE)
_TABLE: Final = re.compile(r"""^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*"?corpus"?[ \t]*\][^\n]*(?:\n|\Z)""", re.MULTILINE)


def with_version(text: str, path: Path, version: str) -> str:
    """The settings `text` of the file `path` (`corpus.toml`, or `pyproject.toml` with `[tool.corpus]`) with `version`.

    Raises ConfigError where no one line of the file sets it, as in an inline table.
    """
    shared = path.name != SETTINGS
    wanted = _wanted(tomllib.loads(text.removeprefix("\ufeff")), version, shared=shared)
    for changed in (*_replaced(text, version), *_inserted(text, version, shared=shared)):
        if _reads_as(changed, wanted):
            return changed
    found, remedy = 'no line like version = "1.2.0"', f'write version = "{version}" there yourself'
    raise ConfigError("the version cannot be written into the settings", where=str(path), found=found, remedy=remedy)


def _wanted(document: dict[str, Any], version: str, *, shared: bool) -> dict[str, Any]:
    """What the file should say."""
    if not shared:
        return {**document, "version": version}
    tool = document["tool"]
    return {**document, "tool": {**tool, "corpus": {**tool["corpus"], "version": version}}}


def _replaced(text: str, version: str) -> Iterator[str]:
    """The text with another version in each line that may be the one."""
    for match in _LINE.finditer(text):
        yield f'{text[: match.end(1)]}"{version}"{text[match.end() :]}'


def _inserted(text: str, version: str, *, shared: bool) -> Iterator[str]:
    """The text with a new line where one may be missing: after the name, at the beginning of the table."""
    ends = "\r\n" if "\r\n" in text else "\n"
    line = f'version = "{version}"{ends}'
    start = len(text) - len(text.removeprefix("\ufeff"))
    places = [match.end() for pattern in (_NAME, _TABLE) for match in pattern.finditer(text)]
    for place in [*places, *([] if shared else [start])]:
        before = text[:place] if place == start or text[:place].endswith("\n") else text[:place] + ends
        yield before + line + text[place:]


def _reads_as(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text.removeprefix("\ufeff")) == wanted
    except tomllib.TOMLDecodeError:
        return False
