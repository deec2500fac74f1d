"""Gather the settings of a project from `corpus.toml`; an unknown key is an error with the nearest known name."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, get_type_hints

from corpus.errors import ConfigError, UsageError, nearest
from corpus.history.previous import ReleaseOptions
from corpus.io.addresses import Address, parse_source
from corpus.io.fields import FieldOptions, Names
from corpus.io.options import InputOptions
from corpus.io.project_files import SETTINGS, settings_file
from corpus.naming import repo_problem, version_problem
from corpus.release.checks import CheckThresholds
from corpus.stages.ingest import FilterOptions, IngestOptions
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.boilerplate.phrases import languages
from corpus.transforms.duplicates.find import DuplicateOptions
from corpus.transforms.duplicates.sketch import SketchOptions
from corpus.transforms.html.tree import HtmlOptions
from corpus.transforms.language.detect import LanguageOptions
from corpus.transforms.split import SplitOptions
from corpus.transforms.title import TitleOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class TopOptions:
    """What the dataset is called, and where its articles lie."""

    name: str = field(default="corpus", metadata={"doc": "Short name of the dataset: letters, digits, - _ and dots."})
    pretty_name: str = field(default="", metadata={"doc": "Title of the dataset card; the name where it is empty."})
    version: str = field(default="0.1.0", metadata={"doc": "Version of the data; published as the tag v<version>."})
    repo: str = field(default="", metadata={"doc": "Where it is published: organisation/name on the Hub."})
    license: str = field(default="", metadata={"doc": "Licence of the dataset as an SPDX id, as on the Hub."})
    description: str = field(default="", metadata={"doc": "One sentence about the dataset."})
    input: str = field(
        default=".",
        metadata={"doc": "Folder of the raw articles, seen from this file's, or an address like s3://bucket/prefix."},
    )

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._-]*", self.name):
            raise ValueError(f"name {self.name!r} holds more than letters, digits, '-', '_' and '.'")
        problem = version_problem(self.version) or (repo_problem(self.repo) if self.repo else None)
        if problem:
            raise ValueError(problem)


_KINDS: Final[Mapping[Any, str]] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    tuple[str, ...]: "a list of texts",
    Names: "a text or a list of texts",
}
"""The types that a setting may have, in words."""

SECTIONS: Final[Mapping[str, type]] = {
    "inputs": InputOptions,
    "fields": FieldOptions,
    "html": HtmlOptions,
    "title": TitleOptions,
    "boilerplate": BoilerplateOptions,
    "language": LanguageOptions,
    "filters": FilterOptions,
    "shingles": SketchOptions,
    "duplicates": DuplicateOptions,
    "splits": SplitOptions,
    "checks": CheckThresholds,
    "release": ReleaseOptions,
}
"""The tables of `corpus.toml` and the options that they set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings of one build. `source` is the folder or address of the raw articles.

    `project` is the folder of the settings; null for articles at an address that no settings name.
    """

    project: Path | None
    source: Path | Address
    top: TopOptions
    inputs: InputOptions
    fields: FieldOptions
    html: HtmlOptions
    title: TitleOptions
    boilerplate: BoilerplateOptions
    language: LanguageOptions
    filters: FilterOptions
    shingles: SketchOptions
    duplicates: DuplicateOptions
    splits: SplitOptions
    checks: CheckThresholds
    release: ReleaseOptions

    def digest(self) -> str:
        """SHA-256 of everything here that may change a released byte: the settings, not where they lie.

        It covers them as JSON with sorted keys, so that the order of the fields in the source does not count. Where the
        articles and the previous release lie does not count either: what they are stands in the manifest by itself.
        """
        settings = {name: asdict(getattr(self, name)) for name in ("top", *SECTIONS)}
        del settings["top"]["input"], settings["release"]
        return "sha256:" + hashlib.sha256(sorted_json(settings)).hexdigest()

    def changed(self) -> dict[str, tuple[Any, Any]]:
        """Every setting that steers the build and is not the default: `table.key`, its value and the default."""
        return {
            f"{name}.{key}": (value, usual)
            for name, options in SECTIONS.items()
            for (key, value), usual in zip(asdict(getattr(self, name)).items(), asdict(options()).values(), strict=True)
            if value != usual and name != "release"
        }


def ingest_options(config: Config) -> IngestOptions:
    """The settings that steer what one file becomes."""
    return IngestOptions(
        inputs=config.inputs,
        fields=config.fields,
        boilerplate=config.boilerplate,
        title=config.title,
        html=config.html,
        language=config.language,
        filters=config.filters,
        sketch=config.shingles,
    )


def sorted_json(value: object) -> bytes:
    """Canonical JSON of settings and decisions, with sorted keys and in ASCII: what their digests cover."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def load_config(path: Path | Address, *, needs_input: bool = True) -> Config:
    """The settings of a project folder (with a `corpus.toml` or `[tool.corpus]`), or the defaults for raw articles.

    Without `needs_input` the folder of the articles may be missing. Raises UsageError when there is no such folder,
    ConfigError for anything in the settings that is not understood.
    """
    if isinstance(path, Address):
        plain = {name: options() for name, options in SECTIONS.items()}
        return Config(project=None, source=path, top=TopOptions(), **plain)
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
    named = parse_source(top.input)
    source = named if isinstance(named, Address) else path / named
    if needs_input and isinstance(source, Path) and not source.is_dir():
        place = _line(where, text, "input")
        raise ConfigError("the input folder is missing", where=place, found=str(source), remedy="correct `input`")
    for language in sections["boilerplate"].languages:
        if language not in languages():
            place, remedy = _line(where, text, "languages", "boilerplate"), nearest(language, languages())
            raise ConfigError("no phrase list for this language", where=place, found=language, remedy=remedy)
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
    hints = get_type_hints(options, include_extras=True)
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
        named = next((key for key in checked if re.search(rf"\b{key}\b", str(error))), None)
        place = _line(where, text, named, table) if named else _line(where, text, table)
        found = f"{named} = {values[named]!r}" if named else ""
        raise ConfigError(str(error), where=place, found=found, remedy="correct the value") from None


def _value(value: Any, kind: Any, key: str, place: str) -> Any:
    """`value` as the declared type: a list as a tuple, one name as a list of one, a whole number for a fraction."""
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is kind:
        return value
    if kind == Names and isinstance(value, str):
        return (value,)
    if kind in (Names, tuple[str, ...]) and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    found = f"{key} = {value!r}"
    raise ConfigError(f"{key} must be {_KINDS[kind]}", where=place, found=found, remedy="correct the value")


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
