"""Gather the settings of a project from `corpus.toml`; an unknown key is an error with the nearest known name."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from corpus.errors import ConfigError, UsageError, nearest
from corpus.io.documents import canonical_json
from corpus.io.listing import InputOptions
from corpus.io.project_files import SETTINGS, settings_file
from corpus.release.checks import CheckThresholds
from corpus.stages.ingest import FilterOptions
from corpus.transforms.boilerplate import BoilerplateOptions
from corpus.transforms.duplicates import DuplicateOptions
from corpus.transforms.language import LanguageOptions
from corpus.transforms.sketch import SketchOptions
from corpus.transforms.split import SplitOptions
from corpus.transforms.title import TitleOptions

_VERSION: Final = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?")
_REPO: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*/[0-9A-Za-z][0-9A-Za-z._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopOptions:
    """What the dataset is called, and where its articles lie."""

    name: str = field(default="corpus", metadata={"doc": "Short name of the dataset: letters, digits, - _ and dots."})
    pretty_name: str = field(default="", metadata={"doc": "Title of the dataset card; the name where it is empty."})
    version: str = field(default="0.1.0", metadata={"doc": "Version of the data; published as the tag v<version>."})
    repo: str = field(default="", metadata={"doc": "Where it is published: organisation/name on the Hub."})
    license: str = field(default="", metadata={"doc": "Licence of the dataset as an SPDX id, as on the Hub."})
    description: str = field(default="", metadata={"doc": "One sentence about the dataset."})
    input: str = field(default=".", metadata={"doc": "Folder of the raw articles, below this file's folder."})

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._-]*", self.name):
            raise ValueError(f"name {self.name!r} holds more than letters, digits, '-', '_' and '.'")
        if not _VERSION.fullmatch(self.version):
            raise ValueError(f"version {self.version!r} is not like 1.2.0")
        if self.repo and not _REPO.fullmatch(self.repo):
            raise ValueError(f"repo {self.repo!r} is not like organisation/name")


SECTIONS: Final[Mapping[str, type]] = {
    "inputs": InputOptions,
    "title": TitleOptions,
    "boilerplate": BoilerplateOptions,
    "language": LanguageOptions,
    "filters": FilterOptions,
    "shingles": SketchOptions,
    "duplicates": DuplicateOptions,
    "splits": SplitOptions,
    "checks": CheckThresholds,
}
"""The tables of `corpus.toml` and the options that they set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings of one build. `project` is the folder of the settings, `source` that of the raw articles."""

    project: Path
    source: Path
    top: TopOptions
    inputs: InputOptions
    title: TitleOptions
    boilerplate: BoilerplateOptions
    language: LanguageOptions
    filters: FilterOptions
    shingles: SketchOptions
    duplicates: DuplicateOptions
    splits: SplitOptions
    checks: CheckThresholds

    def digest(self) -> str:
        """SHA-256 of everything here that may change a released byte: the settings, not where they lie."""
        settings = {name: asdict(getattr(self, name)) for name in ("top", *SECTIONS)}
        del settings["top"]["input"]
        return "sha256:" + hashlib.sha256(canonical_json(settings).encode()).hexdigest()


def load_config(path: Path) -> Config:
    """The settings of a project folder (with a `corpus.toml` or `[tool.corpus]`), or the defaults for raw articles.

    Raises UsageError when there is no such folder, ConfigError for anything in the settings that is not understood.
    """
    if not path.is_dir():
        remedy = "name a folder of raw articles, or one with a corpus.toml"
        raise UsageError("there is no such folder", found=str(path), remedy=remedy)
    settings, where, text = _settings(path)
    tables = {key: value for key, value in settings.items() if isinstance(value, dict)}
    plain = {key: value for key, value in settings.items() if not isinstance(value, dict)}
    for name in tables:
        if name not in SECTIONS:
            raise ConfigError(f"unknown table [{name}]", where=_line(where, text, name), remedy=nearest(name, SECTIONS))
    top = _options(TopOptions, plain, where, text, "")
    sections = {name: _options(options, tables.get(name, {}), where, text, name) for name, options in SECTIONS.items()}
    source = path / top.input
    if not source.is_dir():
        place = _line(where, text, "input")
        raise ConfigError("the input folder is missing", where=place, found=str(source), remedy="correct `input`")
    return Config(project=path, source=source, top=top, **sections)


def _settings(project: Path) -> tuple[dict[str, Any], Path, str]:
    """The settings as TOML gives them, the file they stand in, and its text."""
    path = settings_file(project)
    if path is None:
        return {}, project / SETTINGS, ""
    try:
        text = path.read_text("utf-8-sig")
        document = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        remedy = "correct the file there"
        raise ConfigError("the settings are no TOML", where=str(path), found=str(error), remedy=remedy) from None
    settings = document if path.name == SETTINGS else document["tool"]["corpus"]
    if not isinstance(settings, dict):
        remedy = "write a table: [tool.corpus]"
        raise ConfigError("tool.corpus is no table", where=str(path), found=f"corpus = {settings!r}", remedy=remedy)
    return settings, path, text


def _options(options: type, values: Mapping[str, Any], where: Path, text: str, table: str) -> Any:
    """An options dataclass from one table; every key known, every value of the declared type."""
    hints = get_type_hints(options)
    known = {item.name: hints[item.name] for item in fields(options)}
    checked = {}
    for key, value in values.items():
        place = _line(where, text, key, table)
        if key not in known:
            remedy = nearest(key, known if table else [*known, *(f"[{name}]" for name in SECTIONS)])
            raise ConfigError(f"unknown setting {key!r}", where=place, found=f"{key} = {value!r}", remedy=remedy)
        checked[key] = _value(value, known[key], key, place)
    try:
        return options(**checked)
    except ValueError as error:
        place = _line(where, text, table) if table else str(where)
        raise ConfigError(str(error), where=place, remedy="correct the value") from None


def _value(value: Any, kind: Any, key: str, place: str) -> Any:
    """`value` as the declared type: a list as a tuple, a whole number where a fraction is expected."""
    expected, items = kind, get_args(kind)
    if items and items[-1] is Ellipsis and isinstance(value, list):
        return tuple(_value(item, items[0], key, place) for item in value)
    if items and type(None) in items:
        expected = next(item for item in items if item is not type(None))
    if expected is float and type(value) is int:
        return float(value)
    if type(value) is not expected:
        name = "list of strings" if items and items[-1] is Ellipsis else getattr(expected, "__name__", str(expected))
        raise ConfigError(
            f"{key} must be a {name}", where=place, found=f"{key} = {value!r}", remedy="correct the value"
        )
    return value


def _line(where: Path, text: str, key: str, table: str = "") -> str:
    """`file:line` of a key or table, as near as it can be told."""
    current = ""
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            current = stripped.strip("[] ").removeprefix("tool.corpus").removeprefix(".").strip('"')
            if current == key and not table:
                return f"{where}:{number}"
        elif current == table and re.match(rf'"?{re.escape(key)}"?\s*=', stripped):
            return f"{where}:{number}"
    return str(where)
