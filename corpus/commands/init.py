"""`corpus init`: from a folder of raw articles to a project."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.commands.common import FOLDER, Command, document, examples, say
from corpus.errors import UsageError

if TYPE_CHECKING:
    from corpus.survey import InputSurvey


@click.command(
    cls=Command,
    epilog=examples("corpus init raw/", "corpus init raw/ --project my-corpus/", "corpus init --ci github"),
)
@click.argument("raw", required=False)
@click.option("--project", type=FOLDER, default=Path(), help="Folder for corpus.toml and dataset_card.md. [default: .]")
@click.option("--ci", type=click.Choice(["github"]), help="Write a workflow that builds, checks and publishes.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was seen and written as one JSON document.")
def init(raw: str | None, project: Path, ci: str | None, force: bool, as_json: bool) -> None:
    """Look at the files in RAW, a folder or an address, and write settings and a card to fill in."""
    if raw is None and ci is None:
        raise UsageError("there is nothing to look at", remedy="name a folder of raw articles, or give --ci github")
    survey, written = _write_project(raw, project, force=force, quiet=as_json) if raw is not None else (None, [])
    if ci is not None:
        written += _write_workflow(project, force=force, quiet=as_json)
    if as_json:
        document({"input": asdict(survey) if survey else None, "written": [path.as_posix() for path in written]})


def _write_project(raw: str, project: Path, *, force: bool, quiet: bool) -> tuple[InputSurvey, list[Path]]:
    """Write the settings and the card; gives what was seen in the input, and the files."""
    from corpus.init import write_project
    from corpus.io.addresses import parse_source
    from corpus.survey import describe_input, survey_lines

    root = parse_source(raw)
    survey = describe_input(root)
    if not quiet:
        for line in survey_lines(survey):
            say(line)
    written = write_project(root, project, survey, force=force)
    if not quiet:
        for path in written:
            say(f"wrote     {path}")
        say(f"next: fill in name, version and license in {project / 'corpus.toml'}, then: corpus build {project}")
    return survey, written


def _write_workflow(project: Path, *, force: bool, quiet: bool) -> list[Path]:
    """Write the workflow; gives its file."""
    from corpus.ci.workflow import workflow_file
    from corpus.init import write_new

    path, content = workflow_file(project)
    written = write_new({path: content}, force=force)
    if not quiet:
        publishes = b"\n  publish:\n" in content
        say(f"wrote     {path}")
        say(
            "next: commit it; add this repository as a trusted publisher in the dataset's settings on the Hub"
            if publishes
            else "next: commit it; with repo in corpus.toml, --force writes it anew with a job that publishes"
        )
    return written
