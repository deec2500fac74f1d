"""`corpus check` and `corpus verify`: whether a release passes its data checks, and is what its manifest says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.commands.common import FOLDER, Command, document, examples, project_of, say
from corpus.errors import DataError
from corpus.layout import CHECKS

if TYPE_CHECKING:
    from corpus.model import CheckReport
    from corpus.release.checks import CheckThresholds


@click.command(
    cls=Command, epilog=examples("corpus check", "corpus check build/ --project my-corpus/", "corpus check --json")
)
@click.argument("build", type=FOLDER, default=Path("build"))
@click.option("--project", type=FOLDER, help="Project with limits and suites. [default: BUILD's, this folder's]")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON document.")
def check(build: Path, project: Path | None, as_json: bool) -> None:
    """Run the data checks again on a release; it is not changed."""
    from corpus.io.documents import read_manifest
    from corpus.project import suites_of
    from corpus.release.checks import checks_document, run_checks

    read_manifest(build)
    home = project or project_of(build)
    limits = _limits(build, home)
    report = run_checks(build, suites_of(home or build), limits)
    if as_json:
        document(checks_document(report))
    else:
        say_checks(report)
    if not report.passed:
        sys.exit(1)


@click.command(cls=Command, epilog=examples("corpus verify", "corpus verify build/"))
@click.argument("build", type=FOLDER, default=Path("build"))
def verify(build: Path) -> None:
    """Hash every file, count every row and restore every source text again."""
    from corpus.release.verify import differences

    found = list(differences(build))
    for line in found:
        say(line)
    say(f"{len(found)} differences" if found else f"{build} is what its manifest says")
    if found:
        sys.exit(1)


def say_checks(report: CheckReport) -> None:
    """Print each failed check with its rows, and the count."""
    from corpus.release.checks import summary_lines

    for line in summary_lines(report):
        say(line)


def _limits(build: Path, home: Path | None) -> CheckThresholds:
    """The limits of a project, or those that the release was checked with; says which."""
    from corpus.config import load_config
    from corpus.io.documents import read_checks
    from corpus.io.project_files import settings_file
    from corpus.release.checks import CheckThresholds

    if home is not None:
        limits = load_config(home, needs_input=False).checks
        say(f"limits from {settings_file(home) or 'the defaults'}", err=True)
        return limits
    try:
        limits = CheckThresholds(**read_checks(build)["thresholds"])
    except (TypeError, ValueError) as error:
        what, remedy = "the recorded limits cannot be used", "name a project with --project"
        raise DataError(what, where=str(build / CHECKS), found=str(error), remedy=remedy) from None
    say(f"limits from {build / CHECKS}, with the standard suite alone", err=True)
    return limits
