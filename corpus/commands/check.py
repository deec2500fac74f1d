"""`corpus check` and `corpus verify`: whether a release passes its data checks, and is what its manifest says."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.commands.common import FOLDER, Command, document, examples, project_of, say, wait_aloud
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


@click.command(
    cls=Command,
    epilog=examples("corpus verify", "corpus verify build/", "corpus verify org/name@v1.2.0 --expect sha256:52a1…"),
)
@click.argument("release", default="build")
@click.option(
    "--expect", metavar="DIGEST", help="The release digest that it must have, as `corpus publish` printed it."
)
@click.option("--endpoint", help="Address of another Hub. [default: HF_ENDPOINT, or the Hugging Face Hub]")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as one JSON document.")
def verify(release: str, expect: str | None, endpoint: str | None, as_json: bool) -> None:
    """Hold a release, in a folder or on the Hub (org/name@v1.2.0), against its manifest.

    Every file is hashed, every row counted, every source text restored; on the Hub the tag must stand, too.
    """
    from corpus.hub.patience import Patience
    from corpus.hub.verify import verify as verify_release

    found = verify_release(release, expect=expect, endpoint=endpoint, patience=Patience(sleep=wait_aloud))
    if as_json:
        document({**asdict(found), "passed": found.passed})
    else:
        for line in found.differences:
            say(line)
        count = len(found.differences)
        say(f"{count} differences" if count else f"{found.address} is what its manifest says")
        if found.commit:
            say(f"version {found.version}, commit {found.commit}, release digest {found.digest}")
    if not found.passed:
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
