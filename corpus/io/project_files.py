"""What makes a folder a project, and the names of the files that a maintainer keeps in one."""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path
from typing import Final

SETTINGS: Final = "corpus.toml"
PYPROJECT: Final = "pyproject.toml"
OVERRIDES: Final = "overrides.jsonl"
EXCLUSIONS: Final = "exclusions.jsonl"
TEMPLATE: Final = "dataset_card.md"
SUITES: Final = "validation"
CHANGELOG: Final = "CHANGELOG.md"

PROJECT_FILES: Final = frozenset({SETTINGS, PYPROJECT, OVERRIDES, EXCLUSIONS, TEMPLATE, SUITES, CHANGELOG, "schemas"})
"""Names at the top of a project that are never inputs."""


def own_files(project: Path | None) -> list[Path]:
    """Where the files of a project would stand that are never inputs."""
    return [project / name for name in sorted(PROJECT_FILES)] if project else []


def settings_file(folder: Path) -> Path | None:
    """The file with the settings of a project: `corpus.toml`, or a `pyproject.toml` with `[tool.corpus]`; else None.

    A folder is a project when it has such a file, be it empty or broken. Raises OSError when it cannot be read.
    """
    own, shared = folder / SETTINGS, folder / PYPROJECT
    if own.is_file():
        return own
    return shared if shared.is_file() and _names_corpus(shared.read_bytes().decode("utf-8", "replace")) else None


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file, or of what a link there points to, whole or not at all. Raises OSError."""
    target = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def input_folder(project: Path) -> Path | None:
    """The folder of the raw articles of a project; None where the settings name an address, or cannot be read."""
    path = settings_file(project)
    if path is None:
        return project
    try:
        settings = tomllib.loads(path.read_text("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    table = settings if path.name == SETTINGS else settings["tool"]["corpus"]
    named = table.get("input", ".") if isinstance(table, dict) else None
    return project / named if isinstance(named, str) and "://" not in named else None


def default_out(project: Path | None) -> Path:
    """Where a release goes when nobody says: `build` in the project, or in the working folder for raw articles."""
    return project / "build" if project and settings_file(project) else Path("build")


def _names_corpus(text: str) -> bool:
    try:
        tool = tomllib.loads(text).get("tool")
    except tomllib.TOMLDecodeError:
        return "[tool.corpus" in text
    return isinstance(tool, dict) and "corpus" in tool
