"""`corpus release`: the next version of a dataset, from what differs since the last one."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.commands.common import FOLDER, Command, document, examples, say
from corpus.commands.diff import release_before
from corpus.errors import DataError, UsageError

if TYPE_CHECKING:
    from corpus.config import Config
    from corpus.history.releasing import NextVersion


@click.command(
    cls=Command,
    epilog=examples(
        "corpus release --dry-run",
        "corpus release",
        "corpus release 2.0.0 --date 2026-03-01",
        "corpus release --against organisation/name@v1.2.0",
    ),
)
@click.argument("version", required=False)
@click.option("--build", "folder", type=FOLDER, help="Release folder. [default: build/ in the project]")
@click.option("--against", metavar="OLD", help="The release before. [default: as for corpus diff]")
@click.option("--first", is_flag=True, help="Compare with nothing: this is the first version.")
@click.option("--date", metavar="YYYY-MM-DD", help="Date in the changelog. [default: SOURCE_DATE_EPOCH, or none]")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@click.option("--project", type=FOLDER, default=Path(), help="Folder of corpus.toml. [default: .]")
@click.option("--endpoint", help="Address of another Hub. [default: HF_ENDPOINT, or the Hugging Face Hub]")
@click.option("--json", "as_json", is_flag=True, help="Print what was decided as one JSON document.")
def release(
    version: str | None,
    folder: Path | None,
    against: str | None,
    first: bool,
    date: str | None,
    dry_run: bool,
    project: Path,
    endpoint: str | None,
    as_json: bool,
) -> None:
    """Set the version that the build asks for, and tell in CHANGELOG.md what has changed.

    VERSION is the least that the rules allow unless it is given, or the one of the settings if that goes up far enough.
    """
    from corpus.config import load_config
    from corpus.history.difference import compare
    from corpus.history.edition import local_edition
    from corpus.history.releasing import next_version, write_release
    from corpus.io.project_files import default_out

    if first and against:
        remedy = "leave one of them out"
        raise UsageError("a first version is compared with nothing", found=f"--against {against}", remedy=remedy)
    config = load_config(project, needs_input=False)
    day = _date(date)
    build = local_edition(folder or default_out(config.project))
    if not build.manifest.checks.passed:
        remedy = "mend what corpus check shows, then build again"
        raise DataError("this build did not pass its checks", where=build.where, remedy=remedy)
    with nullcontext() if first else release_before(config, against, endpoint) as before:
        found = compare(before, build) if before else None
    chosen = next_version(found, config.top.version, version)
    written = []
    if not dry_run and (found is None or chosen.is_new):
        written = write_release(project, build.manifest, found, chosen, day)
    if as_json:
        document({**asdict(chosen), "written": [path.name for path in written], "dry_run": dry_run})
    else:
        _say(config, chosen, written, dry_run=dry_run)


def _date(date: str | None) -> str | None:
    """The day for the changelog: the one given, else that of SOURCE_DATE_EPOCH; raises UsageError for no date."""
    from datetime import date as calendar

    from corpus.io.epoch import build_date

    if date is None:
        return build_date()
    try:
        return calendar.fromisoformat(date).isoformat()
    except ValueError:
        raise UsageError("this is no date", found=date, remedy="write it like 2026-03-01") from None


def _say(config: Config, chosen: NextVersion, written: list[Path], *, dry_run: bool) -> None:
    for reason in chosen.reasons:
        say(f"{reason.level:<6} {reason.text}")
    if not chosen.is_new:
        say(f"nothing differs from {chosen.previous}: no other version is needed")
        return
    if chosen.previous is None:
        hidden = f"; a private {config.top.repo} looks the same without a login" if config.top.repo else ""
        say(f"version {chosen.version}: the first one, as nothing before it was found{hidden}")
    else:
        say(f"version {chosen.version} after {chosen.previous}; the least is {chosen.least}")
    for path in written:
        say(f"wrote {path}")
    if dry_run:
        say("next: without --dry-run the version goes into the settings, and an entry into CHANGELOG.md")
    elif config.top.repo:
        say("next: corpus build, then: corpus publish")
    else:
        say("next: corpus build; set repo in corpus.toml to publish it")
