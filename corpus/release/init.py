"""Start a project beside raw articles: a commented `corpus.toml` and a card template, and nothing overwritten."""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import os
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, Final

from corpus.errors import BugError, OutsideError, UsageError
from corpus.release.card import TEMPLATE
from corpus.release.markdown import one_line
from corpus.release.survey import InputSurvey, describe_input, survey_lines
from corpus.resources import data_file

__all__ = ["InputSurvey", "describe_input", "settings_text", "survey_lines", "write_project"]

SETTINGS: Final = "corpus.toml"

FILL_IN: Final = ("name", "version", "license", "repo")
"""The settings that stand in the file without a `#`: only the maintainer knows them."""

_HEAD: Final = """\
Settings of the dataset. A line that begins with # and a blank is a note. A line like #key = value shows a default: take
its # away to change it. An unknown key is an error. Nothing here is needed: without this file the defaults hold."""


def write_project(
    root: Path,
    project: Path,
    survey: InputSurvey,
    *,
    sections: Mapping[str, type],
    top: type,
    force: bool = False,
) -> list[Path]:
    """Write `corpus.toml` and `dataset_card.md` into `project` for the raw articles below `root`; gives their paths.

    `top` is the dataclass of the settings without a table, `sections` those of the tables. Raises UsageError when one
    of the files is there already and `force` is not set (then nothing is written), OutsideError when the disk refuses.
    """
    values = {"name": _short_name(root), "input": _relative(root, project)}
    documents = {
        project / SETTINGS: settings_text(sections, top, values, notes=survey_lines(survey)).encode(),
        project / TEMPLATE: data_file(TEMPLATE).read_bytes(),
    }
    present = [path for path in documents if os.path.lexists(path)]
    if present and not force:
        raise _present(present)
    try:
        project.mkdir(parents=True, exist_ok=True)
        for path, data in documents.items():
            _write(path, data, force=force)
    except FileExistsError as error:
        raise _present([Path(str(error.filename))]) from error
    except OSError as error:
        raise OutsideError("the project cannot be written", where=str(project), found=str(error)) from error
    return list(documents)


def settings_text(
    sections: Mapping[str, type], top: type, values: Mapping[str, Any], *, notes: Sequence[str] = ()
) -> str:
    """A `corpus.toml` in which every setting stands with its sentence and its default.

    The sentence is a field's metadata `doc`, else the string below it in the source.
    Uncommented are the settings of FILL_IN and an `input` other than `.`; `values` go before the defaults.
    """
    blocks = [_note(_HEAD)]
    if notes:
        blocks.append("\n".join(f"# {one_line(line)}" for line in ("What `corpus init` saw in the input:", *notes)))
    blocks += _settings(top, values)
    for name, options in sections.items():
        summary = _note((options.__doc__ or "").strip().split("\n\n")[0])
        blocks.append(f"{summary}\n[{name}]")
        blocks += _settings(options, {})
    return "\n\n".join(blocks) + "\n"


def _is_active(name: str, values: Mapping[str, Any]) -> bool:
    return name in FILL_IN or (name == "input" and values.get(name, ".") != ".")


def _settings(options: type, values: Mapping[str, Any]) -> list[str]:
    below = _sentences(options)
    blocks = []
    for item in fields(options):
        note = _note(item.metadata.get("doc") or below.get(item.name, ""))
        value = values.get(item.name, _default(item))
        mark = "" if values and _is_active(item.name, values) else "#"
        line = f"{mark}{item.name} = {_toml(value)}" if value is not None else f"#{item.name} =  # not set by default"
        blocks.append(f"{note}\n{line}" if note else line)
    return blocks


def _sentences(options: type) -> dict[str, str]:
    """The strings that stand below the fields in the source of an options class: only the source holds them."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(options)))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found = {}
    for above, below in itertools.pairwise(body):
        if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name) and isinstance(below, ast.Expr):
            text = below.value.value if isinstance(below.value, ast.Constant) else ""
            found[above.target.id] = str(text).split("\n\n")[0]
    return found


def _default(item: Field[Any]) -> Any:
    if item.default_factory is not MISSING:
        return item.default_factory()
    return None if item.default is MISSING else item.default


def _note(text: str) -> str:
    return "\n".join(f"# {line}" for line in textwrap.wrap(" ".join(text.split()), 118, break_on_hyphens=False))


def _toml(value: Any) -> str:
    """A TOML literal. Raises BugError for a kind of value that no setting has."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str() | Path():
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case set() | frozenset():
            return _toml(sorted(value))
        case Mapping():
            return "{" + ", ".join(f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items()) + "}"
    raise BugError(f"no TOML for a setting of type {type(value).__name__}")


def _short_name(root: Path) -> str:
    """The folder's name as far as a dataset may bear it."""
    return re.sub(r"[^0-9A-Za-z._-]+", "-", root.resolve().name).strip("-._") or "corpus"


def _relative(root: Path, project: Path) -> str:
    """`root` as seen from `project`. Raises UsageError when it cannot stand in a settings file."""
    try:
        relative = Path(os.path.relpath(root.resolve(), project.resolve())).as_posix()
    except ValueError:
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
    return UsageError("there is a project already", where=where, found=found, remedy="--force writes it anew")


def _write(path: Path, data: bytes, *, force: bool) -> None:
    if not force:
        with path.open("xb") as file:
            file.write(data)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(data)
    temporary.replace(path)
