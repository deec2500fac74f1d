"""The next version of a dataset: decided from what differs, and written into settings and changelog."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corpus.errors import ConfigError, UsageError
from corpus.history.bump import Level, Reason, is_enough, least_version, level_of, reasons
from corpus.history.changelog import entry, first_entry, with_entry
from corpus.history.difference import Difference
from corpus.history.version_setting import with_version
from corpus.io.project_files import CHANGELOG, replace_file, settings_file
from corpus.model import Manifest
from corpus.naming import version_problem


@dataclass(frozen=True, slots=True, kw_only=True)
class NextVersion:
    """A version, the one before it (null for the first), and why it goes up so far; `least` would have been enough."""

    version: str
    previous: str | None
    level: Level
    least: str
    reasons: tuple[Reason, ...]

    @property
    def is_new(self) -> bool:
        """Whether there is anything to release."""
        return self.version != self.previous


def next_version(difference: Difference | None, configured: str, wanted: str | None) -> NextVersion:
    """The version that follows: the one that is `wanted`, else the `configured` one if it is enough, else the least.

    Without a `difference` it is the first. Raises UsageError when `wanted` is no version, or not enough.
    """
    problem = version_problem(wanted) if wanted else None
    if wanted and problem:
        raise UsageError(problem, found=wanted, remedy="give a version like 1.2.0")
    if difference is None:
        version = wanted or configured
        return NextVersion(version=version, previous=None, level="none", least=version, reasons=())
    previous, level, found = difference.old.manifest.version, level_of(difference), reasons(difference)
    least = least_version(previous, level)
    if wanted and not is_enough(wanted, previous, level):
        why = "; ".join(reason.text for reason in found if reason.level == level) or "nothing differs"
        what = f"version {wanted} does not go up far enough after {previous}"
        remedy = f"give {least} or a higher one" if level != "none" else f"give a version above {previous}"
        raise UsageError(what, where=difference.old.where, found=f"{level}: {why}", remedy=remedy)
    version = wanted or (configured if is_enough(configured, previous, level) else least)
    return NextVersion(version=version, previous=previous, level=level, least=least, reasons=tuple(found))


def write_release(
    project: Path, build: Manifest, difference: Difference | None, chosen: NextVersion, date: str | None
) -> list[Path]:
    """Write the version into the settings and an entry into the changelog of a project; gives the files that changed.

    The changelog goes first: whatever interrupts this, doing it again ends the same. Raises ConfigError when the
    settings cannot be changed (then nothing is written).
    """
    settings = settings_file(project)
    if settings is None:
        remedy = "run corpus init, or write a corpus.toml there"
        raise ConfigError("there are no settings to write the version into", where=str(project), remedy=remedy)
    changelog = project / CHANGELOG
    told = entry(difference) if difference else first_entry(build)
    before = {settings: _text_of(settings), changelog: _text_of(changelog) if changelog.exists() else ""}
    after = {
        changelog: with_entry(before[changelog], chosen.version, date, told, after=chosen.previous),
        settings: with_version(before[settings], settings, chosen.version),
    }
    changed = [path for path in after if after[path] != before[path]]
    for path in changed:
        replace_file(path, after[path].encode())
    return changed


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ConfigError(
            "the file is not UTF-8", where=str(path), found=str(error), remedy="save it as UTF-8"
        ) from None
