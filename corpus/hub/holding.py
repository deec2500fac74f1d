"""Which published revisions hold certain rows: all tags are asked, and every distinct data file is read once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from corpus.errors import DataError
from corpus.hub.client import Hub
from corpus.hub.opening import NotPublishedError, OpenRelease, open_release
from corpus.hub.patience import Patience
from corpus.io.parquet import read_batches
from corpus.layout import is_part

MAIN: Final = "main"

Find = Callable[[Sequence[dict[str, Any]]], Sequence[str]]
"""The ids of those rows that are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A tag, or `main`, that holds rows that are looked for: its commit and their ids, sorted."""

    revision: str
    commit: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was found in a repository: the revisions asked, those with such rows, and those that nobody could read.

    `unread` maps a revision to what is wrong with it. Where none was asked there is no such repository, or it hides.
    """

    repo: str
    asked: tuple[str, ...] = ()
    holdings: tuple[Holding, ...] = ()
    unread: dict[str, str] = field(default_factory=dict)


def search_tags(
    repo: str,
    find: Find,
    columns: Sequence[str],
    *,
    endpoint: str | None = None,
    token: str | None = None,
    patience: Patience | None = None,
) -> Search:
    """Look for rows in every tag of `repo`, and in `main` where no tag stands on it; `find` sees these `columns`.

    A file that several revisions share, by its SHA-256 in their manifests, is fetched and read once. Raises
    OutsideError for whatever the network or the Hub does.
    """
    patience = patience or Patience()
    with Hub(repo, endpoint=endpoint, token=token, answer_seconds=patience.answer_seconds) as hub:
        head = patience.again(hub.head)
        commits = patience.again(hub.tags) if head else {}
    if head and head.commit not in commits.values():
        commits[MAIN] = head.commit
    known: dict[str, Sequence[str]] = {}
    holdings, unread = [], {}
    for revision, commit in sorted(commits.items()):
        try:
            with open_release(
                f"hf://datasets/{repo}@{commit}", endpoint=endpoint, token=token, patience=patience
            ) as opened:
                rows = _rows(opened, find, columns, known)
        except (DataError, NotPublishedError) as error:
            unread[revision] = error.what
            continue
        if rows:
            holdings.append(Holding(revision=revision, commit=commit, rows=tuple(rows)))
    return Search(repo=repo, asked=tuple(sorted(commits)), holdings=tuple(holdings), unread=unread)


def _rows(opened: OpenRelease, find: Find, columns: Sequence[str], known: dict[str, Sequence[str]]) -> list[str]:
    """The ids of the rows looked for in a release; `known` has them by file, and gets those of new files."""
    found: set[str] = set()
    for entry in opened.manifest.files:
        if not is_part(entry.path):
            continue
        if entry.sha256 not in known:
            path = opened.fetch([entry.path]) / entry.path
            known[entry.sha256] = _read(path, find, columns)
            path.unlink()
        found.update(known[entry.sha256])
    return sorted(found)


def _read(path: Path, find: Find, columns: Sequence[str]) -> list[str]:
    return [name for batch in read_batches(path, columns) for name in find(batch.to_pylist())]
