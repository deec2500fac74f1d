"""The maintainer's own decisions, one JSON object a line in `overrides.jsonl`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from corpus.errors import ConfigError, nearest
from corpus.model import Decision
from corpus.schema import KINDS, LANGUAGE_PATTERN

ACTIONS: Final = ("exclude", "kind", "language", "not_duplicate_of", "title")
"""What a decision may say of a row, besides `id` (and `text`, the line that a `kind` is about)."""

_SHAPE: Final = 'write {"id": "...", "title": "..."} with one of: ' + ", ".join(ACTIONS)


def read_overrides(path: Path) -> list[Decision]:
    """The decisions in file order; none when there is no such file.

    Raises ConfigError with the line number for anything that is not understood.
    """
    if not path.is_file():
        return []
    decisions: list[Decision] = []
    for number, line in enumerate(path.read_text("utf-8-sig", "replace").split("\n"), start=1):
        if line.strip():
            decisions.append(_decision(line, path.name, number))
    return decisions


def _decision(line: str, name: str, number: int) -> Decision:
    where = f"{name}:{number}"
    try:
        entry = json.loads(line)
    except ValueError as error:
        what = f"this line is no JSON: {error}"
        raise ConfigError(what, where=where, found=line[:80], remedy=_SHAPE) from None
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise ConfigError("a decision needs the id of a row", where=where, found=line[:80], remedy=_SHAPE)
    for key in entry:
        if key not in (*ACTIONS, "id", "text"):
            raise ConfigError(f"unknown key {key!r}", where=where, found=line[:80], remedy=nearest(key, ACTIONS))
    actions = [key for key in entry if key in ACTIONS]
    if len(actions) != 1:
        raise ConfigError("a line holds one decision", where=where, found=line[:80], remedy=_SHAPE)
    return _checked(entry, actions[0], where, number)


def _checked(entry: Mapping[str, Any], action: str, where: str, number: int) -> Decision:
    value, text = entry[action], entry.get("text", "")
    problem = ""
    if not isinstance(text, str) or not (isinstance(value, str) or (value is None and action in ("kind", "title"))):
        problem = f"{action} and text must be strings"
    elif action == "kind" and not text:
        problem = "a kind needs the text of the line it is about"
    elif action == "kind" and value is not None and value not in KINDS:
        problem = f"unknown kind {value!r}, {nearest(value, KINDS)}"
    elif action == "language" and not _is_language(str(value)):
        problem = f"a language is a code of {LANGUAGE_PATTERN}"
    if problem:
        raise ConfigError(problem, where=where, found=json.dumps(entry, ensure_ascii=False)[:80], remedy=_SHAPE)
    return Decision(id=entry["id"], action=action, value=value, text=text, line=number)


def _is_language(code: str) -> bool:
    return len(code) in (2, 3) and code.isascii() and code.isalpha() and code.islower()
