"""Start a project beside raw articles: a commented `corpus.toml` and a card template, and nothing overwritten."""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from corpus.config import SECTIONS, TopOptions
from corpus.errors import BugError, OutsideError, UsageError
from corpus.io.addresses import Address
from corpus.io.project_files import SETTINGS, TEMPLATE
from corpus.release.markdown import one_line
from corpus.resources import data_file
from corpus.survey import InputSurvey, survey_lines

FILL_IN: Final = ("name", "version", "license", "repo")
"""The settings that stand in the file without a `#`: only the maintainer knows them."""

SELDOM: Final = ("shingles", "duplicates")
"""The tables that few people ever need to change."""

_HEAD: Final = """\
Settings of the dataset. A line that begins with # and a blank is a note. A line like #key = value shows a default: take
its # away to change it. An unknown key is an error. Nothing here is needed: without this file the defaults hold."""

_SELDOM_NOTE: Final = "Few people need this table."


def write_project(root: Path | Address, project: Path, survey: InputSurvey, *, force: bool = False) -> list[Path]:
    """Write `corpus.toml` and `dataset_card.md` into `project` for the raw articles below `root`; gives their paths.

    Raises UsageError when one of the files is there already and `force` is not set (then nothing is written),
    OutsideError when the disk refuses.
    """
    values = {"name": _short_name(root), "input": _relative(root, project)}
    documents = {
        project / SETTINGS: settings_text(values, notes=survey_lines(survey)).encode(),
        project / TEMPLATE: data_file(TEMPLATE).read_bytes(),
    }
    return write_new(documents, force=force)


def write_new(documents: Mapping[Path, bytes], *, force: bool = False) -> list[Path]:
    """Write files that a person will go on with, all or none; gives their paths.

    Raises UsageError when one of them is there already and `force` is not set, OutsideError when the disk refuses.
    """
    present = [path for path in documents if os.path.lexists(path)]
    if present and not force:
        raise _present(present)
    try:
        for path, data in documents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, data, force=force)
    except FileExistsError as error:
        raise _present([Path(str(error.filename))]) from error
    except OSError as error:
        remedy = "choose a folder that you may write to, or free space"
        where = str(next(iter(documents)).parent)
        raise OutsideError("files cannot be written", where=where, found=str(error), remedy=remedy) from error
    return list(documents)


def settings_text(values: Mapping[str, str], *, notes: Sequence[str] = ()) -> str:
    """A `corpus.toml` in which every setting stands with its sentence and its default.

    Uncommented are the settings of FILL_IN and an `input` other than `.`; `values` go before the defaults.
    """
    blocks = [_note(_HEAD)]
    if notes:
        blocks.append("\n".join(f"# {one_line(line)}" for line in ("What `corpus init` saw in the input:", *notes)))
    blocks += _settings(TopOptions, values)
    for name, options in SECTIONS.items():
        summary = (options.__doc__ or "").strip().split("\n\n")[0]
        about = f"{summary} {_SELDOM_NOTE}" if name in SELDOM else summary
        blocks.append(f"{_note(about)}\n[{name}]")
        blocks += _settings(options, {})
    return "\n\n".join(blocks) + "\n"


def _settings(options: type, values: Mapping[str, str]) -> list[str]:
    blocks = []
    for item in fields(options):
        value = values.get(item.name, item.default)
        mark = "" if options is TopOptions and _is_active(item.name, value) else "#"
        blocks.append(f"{_note(item.metadata['doc'])}\n{mark}{item.name} = {_toml(value)}")
    return blocks


def _is_active(name: str, value: object) -> bool:
    return name in FILL_IN or (name == "input" and value != ".")


def _note(text: str) -> str:
    return "\n".join(f"# {line}" for line in textwrap.wrap(" ".join(text.split()), 118, break_on_hyphens=False))


def _toml(value: Any) -> str:
    """A TOML literal. Raises BugError for a kind of value that no setting has."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
    raise BugError(f"no TOML for a setting of type {type(value).__name__}", remedy="report this")


def _short_name(root: Path | Address) -> str:
    """The name of the folder as far as a dataset may bear it."""
    name = str(root).rstrip("/").rpartition("/")[2] if isinstance(root, Address) else root.resolve().name
    return re.sub(r"[^0-9A-Za-z._-]+", "-", name).strip("-._") or TopOptions().name


def _relative(root: Path | Address, project: Path) -> str:
    """`root` as seen from `project`. Raises UsageError when it cannot stand in a settings file."""
    if isinstance(root, Address):
        return root.url
    try:
        relative = Path(os.path.relpath(root.resolve(), project.resolve())).as_posix()
    except ValueError:  # two drives of Windows
        relative = root.resolve().as_posix()
    try:
        relative.encode()
    except UnicodeEncodeError as error:
        remedy = "rename the folder, or start the project inside it"
        raise UsageError("the folder's path is not Unicode", found=ascii(str(root)), remedy=remedy) from error
    return relative


def _present(paths: Sequence[Path]) -> UsageError:
    found = ", ".join(path.name for path in paths)
    where = str(paths[0].parent)
    return UsageError("files are there already", where=where, found=found, remedy="--force writes them anew")


def _write(path: Path, data: bytes, *, force: bool) -> None:
    if not force:
        with path.open("xb") as file:
            file.write(data)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(data)
    temporary.replace(path)
