"""The last build of a release: whether anything that it depends on has changed since.

A build asks this before anything else, so nothing heavy is imported here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from corpus.io.cache import Cache, cache_of
from corpus.io.documents import read_checks, read_manifest, released_files, sha256_of
from corpus.io.project_files import (
    EXCLUSIONS,
    OVERRIDES,
    PYPROJECT,
    SETTINGS,
    SUITES,
    TEMPLATE,
    input_folder,
    own_files,
)
from corpus.io.staging import failed_of, staging_of
from corpus.io.trees import MANY, Tree, read_tree
from corpus.layout import MANIFEST
from corpus.model import Build, CheckOutcome, CheckReport
from corpus.resources import code_digest, installed

_NAME: Final = "last-build"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a build is made of: the files of its `project` and, in digests, the rest.

    `inputs` is the state of what lies below the input, null where that proves nothing. `settings` covers what the files
    of the project come to; it is null for somebody who has not read them.
    """

    project: Path | None
    published: str | None
    inputs: str | None
    previous: str | None = None
    settings: str | None = None

    def noted(self) -> dict[str, Any]:
        """The note that is left of a build."""
        return {"state": self._state(), "settings": self.settings}

    def is_of(self, noted: Mapping[str, Any]) -> bool:
        """Whether a note was left by a build of the same."""
        settings = self.settings or noted["settings"]
        return self.inputs is not None and (noted["state"], noted["settings"]) == (self._state(), settings)

    def _state(self) -> str:
        files = {path.name: sha256_of(path) for path in _steering(self.project) if path.is_file()}
        parts = [code_digest(), installed(), files, self.inputs, self.published, self.previous]
        return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()


def note_build(cache: Cache, origin: Origin, out: Path, work: Path) -> None:
    """Note that the release at `out` was made of `origin`; `work` is a folder of this run."""
    if origin.inputs is not None:
        cache.store(_NAME, {**origin.noted(), "release": _look_of(out)}, {}, work)


def is_unchanged(cache: Cache, origin: Origin, out: Path) -> bool:
    """Whether the release at `out` was made of the same, and lies there as it was left."""
    last = cache.find(_NAME)
    return last is not None and origin.is_of(last.document) and last.document["release"] == _look_of(out)


def look_again(
    project: Path, out: Path, published: str | None, on_many: Callable[[], None] | None = None
) -> tuple[Tree | None, Build | None]:
    """What lies below the input now, and the last build of `project` at `out` if nothing has changed since.

    No build is given that follows an earlier release: whether that one has changed takes more than a look.
    `on_many` is called as soon as it is known that many inputs must be read, see `read_tree`.
    """
    root = input_folder(project)
    if root is None or not root.is_dir():
        return None, None
    caches = [Cache(folder=folder) for folder in sorted(cache_of(out).glob("*"))]
    tree = read_tree(root, never=passed_over(project, out), on_many=None if caches else on_many)
    origin = Origin(project=project, published=published, inputs=tree.state())
    stands = not staging_of(out).exists() and any(is_unchanged(cache, origin, out) for cache in caches)
    if caches and not stands and on_many and len(tree) > MANY:
        on_many()
    return tree, last_build(out) if stands else None


def passed_over(project: Path | None, out: Path) -> list[Path]:
    """What is no input wherever it lies: releases that this build replaces, and the files of the project."""
    return [out, failed_of(out), *own_files(project)]


def last_build(out: Path) -> Build:
    """The build that lies at `out`."""
    return Build(path=out, manifest=read_manifest(out), checks=report_of(out))


def nothing_new(files: int) -> str:
    """What to say of so many inputs."""
    return f"{files} files, and nothing changed since the last build"


def report_of(release: Path) -> CheckReport:
    """What the data checks said of a release, from its `checks.json`."""
    document = read_checks(release)
    outcomes = tuple(
        CheckOutcome(**{**outcome, "sample": tuple(outcome["sample"])}) for outcome in document["outcomes"]
    )
    return CheckReport(
        passed=document["passed"],
        expected=document["expected"],
        evaluated=document["evaluated"],
        thresholds=document["thresholds"],
        outcomes=outcomes,
    )


def _steering(project: Path | None) -> list[Path]:
    """The files of a project that may steer its build."""
    if project is None:
        return []
    own = [project / name for name in (SETTINGS, PYPROJECT, OVERRIDES, EXCLUSIONS, TEMPLATE)]
    return [*own, *sorted((project / SUITES).glob("*.json"))]


def _look_of(out: Path) -> dict[str, list[int]]:
    """What the system says of every file of a release."""
    paths = [path for path in (out / MANIFEST, *released_files(out)) if path.is_file()]
    looks = {path.relative_to(out).as_posix(): path.stat() for path in paths}
    return {name: [look.st_size, look.st_mtime_ns, look.st_ino] for name, look in looks.items()}
