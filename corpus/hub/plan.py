"""The plan of a publication: what becomes of each file on the Hub, from two listings and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from corpus.errors import DataError
from corpus.layout import MANIFEST, is_part
from corpus.naming import version_order, version_problem
from corpus.release.folder import LocalFile, LocalRelease

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.hub.client import RemoteFile

Action = Literal["add", "change", "same", "delete", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAction:
    """What becomes of one file on the Hub; "unknown" where the Hub could not be asked."""

    path: str
    size: int
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteState:
    """What stands on the Hub at `commit`: the tagged one if our tag exists, else the head of main."""

    commit: str
    tagged: bool
    files: Mapping[str, RemoteFile]
    manifest: bytes | None


ABSENT = RemoteState(commit="", tagged=False, files={}, manifest=None)


def plan_files(release: LocalRelease, state: RemoteState) -> tuple[FileAction, ...]:
    """What becomes of each file, by path: of ours, and of those which only the manifest on the Hub lists.

    Files that no manifest lists are not in the plan: they stay. Raises DataError where one of them would be loaded
    along with the release, where the manifest on the Hub is beyond reading, or where a newer version stands there.
    """
    ours = {file.path: file for file in release.files}
    listed, version = _there(state)
    _refuse_older(release, version)
    gone = sorted((listed & state.files.keys()) - ours.keys() - {".gitattributes"})
    strays = sorted(p for p in state.files.keys() - ours.keys() - set(gone) if is_part(p))
    if strays:
        remedy = "delete it there: whoever loads the release would get its rows too"
        what = "the repository has a data file which neither this release lists nor the one before"
        raise DataError(what, found=strays[0], remedy=remedy)
    kept = [FileAction(path=f.path, size=f.size, action=action_on(f, state.files.get(f.path))) for f in release.files]
    deleted = [FileAction(path=path, size=state.files[path].size, action="delete") for path in gone]
    return tuple(sorted((*kept, *deleted), key=lambda one: one.path))


def _refuse_older(release: LocalRelease, version: str) -> None:
    """Raise DataError where the Hub's main branch would go back; what is no version of ours has no say."""
    if version_problem(version) is None and version_order(version) > version_order(release.version):
        what = f"the repository already holds version {version}: an older one does not replace it"
        raise DataError(what, found=f"version {release.version}", remedy=f"publish under a version above {version}")


def _there(state: RemoteState) -> tuple[set[str], str]:
    """The paths which the manifest on the Hub lists, and its version, which is empty where it has none."""
    if state.manifest is None:
        return set(), ""
    try:
        facts = json.loads(state.manifest)
        return {str(entry["path"]) for entry in facts["files"]}, str(facts.get("version", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = f"the {MANIFEST} on the Hub cannot be read: nobody can say which files are out of date"
        raise DataError(what, found=str(error), remedy="restore or delete it there") from error


def action_on(file: LocalFile, there: RemoteFile | None) -> Action:
    """What has to be done so that `file` stands where `there` does; None is no file."""
    if there is None:
        return "add"
    return "same" if there.holds(size=file.size, blob=file.blob, sha256=file.sha256) else "change"


def changes_of(plan: tuple[FileAction, ...]) -> tuple[FileAction, ...]:
    """What of a plan there is to do."""
    return tuple(one for one in plan if one.action != "same")
