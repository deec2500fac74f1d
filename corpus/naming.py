"""The rules of names that others must be able to read: of a version, of its tag, of a repository on the Hub."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = r"(?:0|[1-9][0-9]*)"
_WORD: Final = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
VERSION: Final = re.compile(rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_WORD}(?:\.{_WORD})*))?")
"""A version by semver.org, without build metadata: two versions must never be equal and yet have two tags."""

_PART: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?"
REPO: Final = re.compile(rf"(?!.*(?:--|\.\.))(?!.*\.git$){_PART}/{_PART}")
"""A repository as the Hub allows it: two parts of at most 96 characters; no `--`, no `..`, no `.git` at the end."""


DIGEST: Final = re.compile("(?:sha256:)?([0-9a-f]{64})")
"""A SHA-256 as people give it; the group holds its digits."""


def version_problem(version: str) -> str | None:
    """What is wrong with a version, null where nothing is: `version_problem("1.2")` is a sentence."""
    if VERSION.fullmatch(version):
        return None
    if VERSION.fullmatch(version.partition("+")[0]):
        return f"version {version!r} has build metadata: leave out what stands after the +"
    return f"version {version!r} is not like 1.2.0 (MAJOR.MINOR.PATCH, as semver.org says)"


def repo_problem(repo: str) -> str | None:
    """What is wrong with the name of a repository, null where nothing is."""
    if REPO.fullmatch(repo):
        return None
    return f"repo {repo!r} is not like organisation/name (letters, digits, single - and ., _; no .git at the end)"


def tag_of(version: str) -> str:
    """The tag that a version is published under: `tag_of("1.2.0")` is `v1.2.0`."""
    return f"v{version}"


def version_order(version: str) -> tuple[object, ...]:
    """A key that sorts versions as semver.org does: numbers by size, a pre-release before its release.

    Raises ValueError for what is no version.
    """
    match = VERSION.fullmatch(version)
    if match is None:
        raise ValueError(version_problem(version))
    *numbers, words = match.groups()
    before = [(0, int(word), "") if word.isdigit() else (1, 0, word) for word in words.split(".")] if words else []
    return (*map(int, numbers), not words, *before)
