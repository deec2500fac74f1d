"""The maintainer's own decisions, one JSON object a line in `overrides.jsonl`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from corpus.errors import ConfigError, nearest
from corpus.model import Decision
from corpus.schema import KINDS, LANGUAGE_PATTERN

ACTIONS: Final = ("exclude", "kind", "language", "not_duplicate_of", "title")
"""What a decision may say of a row, besides `id` (and `text`, the line that a `kind` is about)."""

_UNCLEAN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters and ends of lines: none of them stands in a title or a reason."""

_SHAPE: Final = 'write {"id": "...", "title": "..."} with one of: ' + ", ".join(ACTIONS)


def read_overrides(path: Path) -> list[Decision]:
    """The decisions in file order; none when there is no such file.

    Raises ConfigError with the line number for anything that is not understood.
    """
    if not path.is_file():
        return []
    decisions: dict[tuple[object, ...], Decision] = {}
    for number, line in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        made = _decision(_decoded(line, path.name, number), path.name, number)
        first = decisions.setdefault(_question(made), made)
        if first is not made:
            raise ConfigError(
                f"the same is decided already in line {first.line}",
                where=f"{path.name}:{number}",
                found=_decoded(line, path.name, number)[:80],
                remedy="keep one of the two lines",
            )
    return list(decisions.values())


def _decoded(line: bytes, name: str, number: int) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        where, found = f"{name}:{number}", repr(line[max(0, error.start - 20) : error.end + 20])[2:-1]
        raise ConfigError("this line is not UTF-8", where=where, found=found, remedy="save the file as UTF-8") from None


def _question(decision: Decision) -> tuple[object, ...]:
    """What two decisions must not both answer: rows may have many stretches of text, and many others they are not."""
    if decision.action == "not_duplicate_of":
        return decision.action, frozenset((decision.id, decision.value))
    return decision.action, decision.id, decision.text


def _decision(line: str, name: str, number: int) -> Decision:
    where = f"{name}:{number}"
    try:
        entry = json.loads(line)
    except ValueError as error:
        what = f"this line is no JSON: {error}"
        raise ConfigError(what, where=where, found=line[:80], remedy=_SHAPE) from None
    except RecursionError:
        what = "this line is nested too deeply"
        raise ConfigError(what, where=where, found=line[:80], remedy=_SHAPE) from None
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise ConfigError("a decision needs the id of a row", where=where, found=line[:80], remedy=_SHAPE)
    for key in entry:
        if key not in (*ACTIONS, "id", "text"):
            raise ConfigError(f"unknown key {key!r}", where=where, found=line[:80], remedy=nearest(key, ACTIONS))
    actions = [key for key in entry if key in ACTIONS]
    if len(actions) != 1:
        raise ConfigError("a line holds one decision", where=where, found=line[:80], remedy=_SHAPE)
    if problem := _problem(entry, actions[0]):
        raise ConfigError(problem, where=where, found=line[:80], remedy=_SHAPE)
    value, text = entry[actions[0]], entry.get("text", "")
    return Decision(id=entry["id"], action=actions[0], value=value, text=text, line=number)


def _problem(entry: Mapping[str, Any], action: str) -> str:
    """What is wrong with the values of a decision, in one sentence; empty for nothing."""
    value, text = entry[action], entry.get("text", "")
    problem = ""
    if not isinstance(text, str) or not (isinstance(value, str) or (value is None and action in ("kind", "title"))):
        problem = f"{action} and text must be strings"
    elif not all(map(_is_encodable, (entry["id"], value or "", text))):
        problem = "half a character: a \\ud800 to \\udfff without its other half is no text"
    elif "text" in entry and action != "kind":
        problem = f"text goes with kind only, not with {action}"
    elif action in ("title", "exclude") and value is not None and not _is_clean(value):
        what = "a title, or null for none," if action == "title" else "the reason to exclude a row"
        problem = f"{what} is one line with something in it, no control character, and no white space at its ends"
    elif action == "not_duplicate_of" and value == entry["id"]:
        problem = "a row cannot be kept apart from itself"
    elif action == "kind" and not text.strip():
        problem = "a kind needs the text of the line it is about"
    elif action == "kind" and value is not None and value not in KINDS:
        problem = f"unknown kind {value!r}, {nearest(value, KINDS)}"
    elif action == "language" and not _is_language(str(value)):
        problem = f"a language is a code of {LANGUAGE_PATTERN}"
    return problem


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _is_clean(line: str) -> bool:
    return bool(line) and line == line.strip() and not _UNCLEAN.search(line)


def _is_language(code: str) -> bool:
    return len(code) in (2, 3) and code.isascii() and code.isalpha() and code.islower()
