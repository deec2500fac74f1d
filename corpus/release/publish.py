"""Publish a release folder to the Hub: one guarded commit, read back and compared, and only then tagged.

What is to be done is planned from two listings, ours and the Hub's. No answer alone decides anything: after a lost one,
a server error or somebody else's commit the Hub is read again and the plan made anew, so that a commit which did happen
is found and not repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

from corpus.errors import DataError, OutsideError, UsageError
from corpus.layout import MANIFEST
from corpus.release.folder import LocalFile, LocalRelease, read_release
from corpus.release.hub import Hub
from corpus.release.hub_errors import RUN_AGAIN, TryAgainError
from corpus.release.upload_plan import ABSENT, FileAction, RemoteState, action_on, changes_of, plan_files

if TYPE_CHECKING:
    from pathlib import Path

WAITS = (1.0, 4.0)

Status = Literal["published", "unchanged", "tagged", "dry-run"]
Sleep = Callable[[float], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What was done, or in a dry run would be. `commit` is where the release stands, None after a dry run."""

    repo: str
    version: str
    endpoint: str
    files: tuple[FileAction, ...]
    commit: str | None
    tag: str
    status: Status


def publish(
    build: Path,
    *,
    repo: str | None = None,
    private: bool = False,
    endpoint: str | None = None,
    token: str | None = None,
    dry_run: bool = False,
    sleep: Sleep = time.sleep,
) -> Publication:
    """Publish the release folder `build`, or say what that would do; `repo` is needed where its manifest names none.

    Raises UsageError for wrong arguments and DataError for a release that may not be published, both before anything
    is written; OutsideError for whatever the network or the Hub does. The tag is made last: while it is missing,
    the release is not published, and running again goes on from where it stopped.

    A dry run only reads. Without an answer it still lists the files, as "unknown"; a repository that the token may not
    see looks like an absent one.
    """
    release = read_release(build, repo)
    hub = Hub(release.repo, endpoint=endpoint, token=token)

    def outcome(plan: tuple[FileAction, ...], commit: str | None, status: Status) -> Publication:
        return Publication(
            repo=release.repo,
            version=release.version,
            endpoint=hub.endpoint,
            files=plan,
            commit=commit,
            tag=release.tag,
            status=status,
        )

    if dry_run:
        return outcome(_preview(release, hub, private=private), None, "dry-run")
    start = _patiently(lambda: _enter(release, hub, private=private), sleep)
    plan = plan_files(release, start)
    if start.tagged:
        return outcome(plan, start.commit, "unchanged")
    commit = _settle(release, hub, start, sleep)
    _read_back(release, hub, commit, plan, sleep)
    _patiently(lambda: _tag(release, hub, commit), sleep)
    return outcome(plan, commit, "published" if changes_of(plan) else "tagged")


def _preview(release: LocalRelease, hub: Hub, *, private: bool) -> tuple[FileAction, ...]:
    try:
        return plan_files(release, _look(release, hub, private=private) or ABSENT)
    except TryAgainError:
        return tuple(FileAction(path=file.path, size=file.size, action="unknown") for file in release.files)


def _enter(release: LocalRelease, hub: Hub, *, private: bool) -> RemoteState:
    """What stands in the repository, which is made if need be."""
    state = _look(release, hub, private=private)
    if state is None:
        hub.create(private=private)
        state = _look(release, hub, private=private)
    if state is None:
        raise TryAgainError("The new repository is not there yet.", where=hub.repo, remedy=RUN_AGAIN)
    return state


def _look(release: LocalRelease, hub: Hub, *, private: bool) -> RemoteState | None:
    """What stands on the Hub, None without a repository. Raises DataError where our tag is taken: a tag never moves."""
    head = hub.head()
    if head is None:
        return None
    if private and not head.private:
        raise UsageError("The repository exists and is public.", where=hub.repo, remedy="make it private there first")
    tagged = hub.tagged(release.tag)
    commit = tagged or head.commit
    files = hub.tree(commit)
    manifest = hub.read(commit, MANIFEST, files[MANIFEST]) if MANIFEST in files else None
    state = RemoteState(commit=commit, tagged=tagged is not None, files=files, manifest=manifest)
    if tagged and (manifest != release.manifest or changes_of(plan_files(release, state))):
        what, where = f"Tag {release.tag} stands on another release; a tag never moves.", f"{hub.repo} at {tagged}"
        raise DataError(what, where=where, remedy="publish under a new version")
    return state


def _settle(release: LocalRelease, hub: Hub, start: RemoteState, sleep: Sleep) -> str:
    """The commit at which the whole release stands: ours, made now or found."""
    state = start
    for wait in (*WAITS, None):
        changes = changes_of(plan_files(release, state))
        if not changes:
            break
        try:
            return _commit(release, hub, state, changes)
        except TryAgainError:
            if wait is None:
                raise
            sleep(wait)
        state = _patiently(lambda: _look(release, hub, private=False) or ABSENT, sleep)
        if state.manifest not in (start.manifest, release.manifest):
            what = "Somebody else has published here meanwhile."
            raise OutsideError(what, where=f"{hub.repo} at {state.commit}", remedy=RUN_AGAIN)
    return state.commit


def _commit(release: LocalRelease, hub: Hub, state: RemoteState, changes: tuple[FileAction, ...]) -> str:
    return hub.commit(
        parent=state.commit,
        add={one.path: release.folder / one.path for one in changes if one.action in ("add", "change")},
        delete=[one.path for one in changes if one.action == "delete"],
        title=f"Release {release.tag}",
        description=f"release digest {release.digest}\ncontent digest {release.content_digest}",
    )


def _read_back(release: LocalRelease, hub: Hub, commit: str, plan: tuple[FileAction, ...], sleep: Sleep) -> None:
    """Compare what stands at `commit` with the release: the listing by its hashes, then every file by its bytes."""
    files = _patiently(lambda: hub.tree(commit), sleep)
    wrong = [one.path for one in plan if one.action == "delete" and one.path in files]
    wrong += [file.path for file in release.files if action_on(file, files.get(file.path)) != "same"]
    if not wrong:
        wrong = [file.path for file in release.files if _patiently(partial(_differs, file, hub, commit), sleep)]
    if wrong:
        what = "What the Hub gives back is not what was published; no tag was made."
        remedy = "run the same command again; if it says the same, delete the file on the Hub first"
        raise OutsideError(what, where=f"{hub.repo} at {commit}", found=", ".join(sorted(wrong)), remedy=remedy)


def _differs(file: LocalFile, hub: Hub, commit: str) -> bool:
    return hub.digest(commit, file.path) != (file.size, file.sha256)


def _tag(release: LocalRelease, hub: Hub, commit: str) -> None:
    at = hub.tagged(release.tag)
    if at is None:
        hub.tag(release.tag, commit)
    elif at != commit:
        what = f"Tag {release.tag} was made by somebody else meanwhile."
        raise OutsideError(what, where=f"{hub.repo} at {at}", remedy=RUN_AGAIN)


def _patiently(step: Callable[[], T], sleep: Sleep) -> T:
    """Take a step that may be taken twice, three times at most."""
    for wait in WAITS:
        try:
            return step()
        except TryAgainError:
            sleep(wait)
    return step()
