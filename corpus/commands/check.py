"""`corpus check`: whether a release passes its data checks, told to people, programs and build servers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from corpus.commands.common import FOLDER, Command, document, examples, folder_of, project_of, say
from corpus.errors import DataError, OutsideError
from corpus.layout import CHECKS

if TYPE_CHECKING:
    from corpus.ci.findings import Finding
    from corpus.config import Config
    from corpus.model import CheckReport
    from corpus.release.checks import CheckThresholds


_REWORDED: Final = 3
"""Rows whose changed words a page shows."""

_LISTED: Final = 20
"""Rows and groups that a table of changes lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A release whose checks have run: where it lies, what came of them, what failed, and the settings if known.

    `before` is the content of the last release's `checks.json` and `changes` Markdown about what differs from it, where
    a page is wanted.
    """

    build: Path
    report: CheckReport
    findings: list[Finding]
    config: Config | None
    before: Mapping[str, Any] | None = None
    changes: str = ""

    @property
    def place(self) -> str:
        """The file that a finding about the whole corpus points to."""
        from corpus.io.project_files import settings_file

        home = self.config.project if self.config else None
        path = ((settings_file(home) if home else None) or self.build / CHECKS).resolve()
        return (path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path).as_posix()


def _as_text(checked: Checked) -> None:
    say_checks(checked.report)


def _as_json(checked: Checked) -> None:
    from corpus.release.checks import checks_document

    document(checks_document(checked.report))


def _as_github(checked: Checked) -> None:
    from corpus.ci.github import annotation_lines, harmless
    from corpus.release.checks import summary_lines

    for line in annotation_lines(checked.findings, place=checked.place):
        click.echo(line)
    for line in summary_lines(checked.report):
        click.echo(harmless(line))


def _as_junit(checked: Checked) -> None:
    from corpus.ci.junit import junit

    click.echo(junit(checked.report, checked.findings), nl=False)


def _as_sarif(checked: Checked) -> None:
    from corpus.ci.sarif import sarif
    from corpus.release.manifest import tool_version

    document(sarif(checked.report, checked.findings, place=checked.place, version=tool_version()))


def _as_markdown(checked: Checked) -> None:
    click.echo(_markdown(checked), nl=False)


FORMATS: Final[dict[str, Callable[[Checked], None]]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_github,
    "junit": _as_junit,
    "sarif": _as_sarif,
    "markdown": _as_markdown,
}
"""How the outcome is printed, by name: for people, programs, annotations, test reports, code scanning, a page."""


@click.command(
    cls=Command,
    epilog=examples(
        "corpus check",
        "corpus check build/ --project my-corpus/",
        "corpus check --json",
        'corpus check --format github --summary "$GITHUB_STEP_SUMMARY"',
        "corpus check --format junit > checks.xml",
    ),
)
@click.argument("release", metavar="BUILD", default="build")
@click.option("--project", type=FOLDER, help="Project with limits and suites. [default: BUILD's, this folder's]")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", help="How to print the outcome.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--summary", type=click.Path(path_type=Path, dir_okay=False), help="Add a page of Markdown to this file.")
def check(release: str, project: Path | None, form: str, as_json: bool, summary: Path | None) -> None:
    """Run the data checks again on a release, in a folder or at an address; it is not changed."""
    with folder_of(release) as build:
        checked = _checked(build, project, changes=bool(summary) or form == "markdown")
        FORMATS["json" if as_json else form](checked)
        if summary:
            from corpus.ci.summary import append

            append(summary, _markdown(checked))
    if not checked.report.passed:
        sys.exit(1)


def _checked(build: Path, project: Path | None, *, changes: bool) -> Checked:
    """Run the checks; with `changes` also what differs from the last release, where settings name one."""
    from corpus.ci.findings import findings_of
    from corpus.io.documents import read_manifest
    from corpus.project import suites_of
    from corpus.release.checks import run_checks

    read_manifest(build)
    home = project or project_of(build)
    config = _settings(home) if home else None
    limits = config.checks if config else _recorded_limits(build)
    report = run_checks(build, suites_of(home or build), limits)
    checked = Checked(build=build, report=report, findings=findings_of(report, build, config), config=config)
    return _since_last_release(checked, config) if config and changes else checked


def say_checks(report: CheckReport) -> None:
    """Print each failed check with its rows, and the count."""
    from corpus.release.checks import summary_lines

    for line in summary_lines(report):
        say(line)


def _markdown(checked: Checked) -> str:
    from corpus.ci.summary import summary
    from corpus.io.documents import read_manifest

    manifest = read_manifest(checked.build)
    return summary(manifest, checked.report, checked.findings, before=checked.before, changes=checked.changes)


def _since_last_release(checked: Checked, config: Config) -> Checked:
    """The same, held against the last release, in the settings or on the Hub; without an answer the page says so."""
    from corpus.commands.diff import release_before
    from corpus.history.difference import compare
    from corpus.history.edition import local_edition
    from corpus.history.markdown import markdown
    from corpus.history.texts import reworded
    from corpus.io.documents import read_checks
    from corpus.release.markdown import escape

    try:
        with release_before(config, None, None) as last:
            if last is None:
                return checked
            last.fetch([CHECKS])
            found = compare(last, local_edition(checked.build))
            text = markdown(found, reworded(found, _REWORDED), most=_LISTED)
            title = f"## What has changed since version {escape(last.manifest.version)}"
            return replace(checked, before=read_checks(last.folder), changes=f"{title}\n\n{text}")
    except (OutsideError, DataError) as error:
        return replace(checked, changes=f"Not compared with the last release: {escape(error.what)}")


def _settings(home: Path) -> Config:
    """The settings of a project; says that its limits hold."""
    from corpus.config import load_config
    from corpus.io.project_files import settings_file

    config = load_config(home, needs_input=False)
    say(f"limits from {settings_file(home) or 'the defaults'}", err=True)
    return config


def _recorded_limits(build: Path) -> CheckThresholds:
    """The limits that a release was checked with; says that they hold."""
    from corpus.io.documents import read_checks
    from corpus.release.checks import CheckThresholds

    try:
        limits = CheckThresholds(**read_checks(build)["thresholds"])
    except (TypeError, ValueError) as error:
        what, remedy = "the recorded limits cannot be used", "name a project with --project"
        raise DataError(what, where=str(build / CHECKS), found=str(error), remedy=remedy) from None
    say(f"limits from {build / CHECKS}, with the standard suite alone", err=True)
    return limits
