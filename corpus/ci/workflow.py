"""The workflow that `corpus init --ci github` writes: build and check on every change, publish on a version tag."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from corpus.config import load_config
from corpus.errors import UsageError
from corpus.io.project_files import settings_file
from corpus.release.manifest import tool_version

WORKFLOW: Final = Path(".github", "workflows", "corpus.yml")

_TEMPLATES: Final = Path(__file__).resolve().parents[1] / "data" / "github"


def workflow_file(project: Path) -> tuple[Path, bytes]:
    """Where the workflow of a project goes in its repository, and its content; without `repo` it does not publish.

    Raises UsageError where the project has no settings yet, ConfigError for settings that are wrong.
    """
    if not settings_file(project):
        remedy = "run corpus init RAW first, or name the project's folder with --project"
        raise UsageError("there is no project here", where=str(project.resolve()), remedy=remedy)
    config = load_config(project, needs_input=False)
    home = _repository(project.resolve())
    given = {
        "PROJECT": json.dumps(project.resolve().relative_to(home).as_posix()),
        "PYTHON": f"{sys.version_info.major}.{sys.version_info.minor}",
        "VERSION": tool_version(),
        "REPO": config.top.repo,
    }
    names = ["build.yml", *(["publish.yml"] if config.top.repo else [])]
    text = "".join((_TEMPLATES / name).read_text("utf-8") for name in names)
    for name, value in given.items():
        text = text.replace(f"<<{name}>>", value)
    return home / WORKFLOW, text.encode()


def _repository(project: Path) -> Path:
    """The root of the git repository that a project lies in; without one, the project itself will be it."""
    return next((folder for folder in (project, *project.parents) if (folder / ".git").exists()), project)
