"""Publish a release folder to the Hub: one guarded commit, read back and compared, and only then tagged.

What is to be done is planned from two listings, ours and the Hub's. No answer alone decides anything: after a lost one,
a server error or somebody else's commit the Hub is read again and the plan made anew, so that a commit which did happen
is found and not repeated.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from corpus.errors import DataError, OutsideError, UsageError
from corpus.hub.client import Hub
from corpus.hub.errors import RUN_AGAIN, TryAgainError
from corpus.hub.patience import Patience
from corpus.hub.plan import ABSENT, FileAction, RemoteState, action_on, changes_of, plan_files
from corpus.layout import MANIFEST
from corpus.release.folder import LocalFile, LocalRelease, read_release

if TYPE_CHECKING:
    from pathlib import Path

Status = Literal["published", "unchanged", "tagged", "dry-run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What was done, or in a dry run would be. `commit` is where the release stands, None after a dry run.

    `unknown_licenses` could not be compared, the dataset's or those of rows.
    """

    repo: str
    version: str
    digest: str
    endpoint: str
    files: tuple[FileAction, ...]
    commit: str | None
    tag: str
    status: Status
    unknown_licenses: tuple[str, ...]


def publish(
    build: Path,
    *,
    repo: str | None = None,
    private: bool = False,
    endpoint: str | None = None,
    token: str | None = None,
    dry_run: bool = False,
    patience: Patience | None = None,
) -> Publication:
    """Publish the release folder `build`, or say what that would do; `repo` is needed where its manifest names none.

    Raises UsageError for wrong arguments and DataError for a release that may not be published, both before anything
    is written; OutsideError for whatever the network or the Hub does. The tag is made last: while it is missing,
    the release is not published, and running again goes on from where it stopped.

    A dry run only reads. Without an answer it still lists the files, as "unknown"; a repository that the token may not
    see looks like an absent one.
    """
    release = read_release(build, repo)
    patience = patience or Patience()
    with Hub(release.repo, endpoint=endpoint, token=token, answer_seconds=patience.answer_seconds) as hub:

        def outcome(plan: tuple[FileAction, ...], commit: str | None, status: Status) -> Publication:
            return Publication(
                repo=release.repo,
                version=release.version,
                digest=release.digest,
                endpoint=hub.endpoint,
                files=plan,
                commit=commit,
                tag=release.tag,
                status=status,
                unknown_licenses=release.licenses.unknown,
            )

        if dry_run:
            return outcome(_preview(release, hub, private=private), None, "dry-run")
        start = patience.again(lambda: _enter(release, hub, private=private))
        plan = plan_files(release, start)
        if start.tagged:
            return outcome(plan, start.commit, "unchanged")
        commit = _settle(release, hub, start, patience)
        _read_back(release, hub, commit, plan, patience)
        patience.again(lambda: _tag(release, hub, commit))
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
        raise TryAgainError("the new repository is not there yet", where=hub.repo, remedy=RUN_AGAIN)
    return state


def _look(release: LocalRelease, hub: Hub, *, private: bool) -> RemoteState | None:
    """What stands on the Hub, None without a repository. Raises DataError where our tag is taken: a tag never moves."""
    head = hub.head()
    if head is None:
        return None
    if private and not head.private:
        raise UsageError("the repository exists and is public", where=hub.repo, remedy="make it private there first")
    tagged = hub.tagged(release.tag)
    commit = tagged or head.commit
    files = hub.tree(commit)
    manifest = hub.read(commit, MANIFEST, files[MANIFEST]) if MANIFEST in files else None
    state = RemoteState(commit=commit, tagged=tagged is not None, files=files, manifest=manifest)
    if tagged and (manifest != release.manifest or changes_of(plan_files(release, state))):
        what, where = f"tag {release.tag} stands on another release; a tag never moves", f"{hub.repo} at {tagged}"
        raise DataError(what, where=where, remedy="publish under a new version")
    return state


def _settle(release: LocalRelease, hub: Hub, start: RemoteState, patience: Patience) -> str:
    """The commit at which the whole release stands: ours, made now or found."""
    state, certain = start, True  # whether no commit of ours can have happened
    for wait in (*patience.waits, None):
        changes = changes_of(plan_files(release, state))
        if not changes:
            break
        try:
            return _commit(release, hub, state, changes)
        except TryAgainError as error:
            if wait is None:
                raise
            certain = certain and error.status in (404, 412)
            patience.wait(wait, error)
        state = patience.again(lambda: _look(release, hub, private=False) or ABSENT)
        if state.manifest not in (start.manifest, release.manifest):
            changed = "nothing was changed" if certain else "whether ours came first is not known"
            what = f"the head moved: somebody else has published here meanwhile; {changed}"
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


def _read_back(release: LocalRelease, hub: Hub, commit: str, plan: tuple[FileAction, ...], patience: Patience) -> None:
    """Compare what stands at `commit` with the release: the listing by its hashes, then every file by its bytes."""
    files = patience.again(lambda: hub.tree(commit))
    wrong = [one.path for one in plan if one.action == "delete" and one.path in files]
    wrong += [file.path for file in release.files if action_on(file, files.get(file.path)) != "same"]
    if not wrong:
        wrong = [file.path for file in release.files if patience.again(partial(_differs, file, hub, commit))]
    if wrong:
        what = "what the Hub gives back is not what was published; no tag was made"
        remedy = "run the same command again; if it says the same, delete the file on the Hub first"
        raise OutsideError(what, where=f"{hub.repo} at {commit}", found=", ".join(sorted(wrong)), remedy=remedy)


def _differs(file: LocalFile, hub: Hub, commit: str) -> bool:
    size, digest = 0, hashlib.sha256()
    for chunk in hub.stream(commit, file.path, file.size):
        size += len(chunk)
        digest.update(chunk)
    return (size, digest.hexdigest()) != (file.size, file.sha256)


def _tag(release: LocalRelease, hub: Hub, commit: str) -> None:
    """Make the tag, if it is not there, and look: whatever was answered, it may stand or not."""
    at = hub.tagged(release.tag)
    if at is None:
        hub.tag(release.tag, commit)
        at = hub.tagged(release.tag)
    if at is None:
        raise TryAgainError(f"the new tag {release.tag} is not there yet", where=hub.repo, remedy=RUN_AGAIN)
    if at != commit:
        what = f"tag {release.tag} was made by somebody else meanwhile"
        raise OutsideError(what, where=f"{hub.repo} at {at}", remedy=RUN_AGAIN)
