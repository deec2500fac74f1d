"""`corpus init` and `corpus build`: from a folder of raw articles to a project, and to a release."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.commands.check import say_checks
from corpus.commands.common import FOLDER, Command, document, examples, say
from corpus.errors import UsageError
from corpus.layout import CARD, DATA, REJECTED

_MANY = 1000
"""So many inputs are more than one task: workers will be needed."""

if TYPE_CHECKING:
    from corpus.engines.local import LocalEngine
    from corpus.engines.ray import RayEngine
    from corpus.model import Build


@click.command(
    cls=Command,
    epilog=examples("corpus init raw/", "corpus init raw/ --project my-corpus/", "corpus init --ci github"),
)
@click.argument("raw", required=False)
@click.option("--project", type=FOLDER, default=Path(), help="Folder for corpus.toml and dataset_card.md. [default: .]")
@click.option("--ci", type=click.Choice(["github"]), help="Write a workflow that builds, checks and publishes.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def init(raw: str | None, project: Path, ci: str | None, force: bool) -> None:
    """Look at the files in RAW, a folder or an address, and write settings and a card to fill in."""
    if raw is None and ci is None:
        raise UsageError("there is nothing to look at", remedy="name a folder of raw articles, or give --ci github")
    if raw is not None:
        _write_project(raw, project, force=force)
    if ci is not None:
        _write_workflow(project, force=force)


def _write_project(raw: str, project: Path, *, force: bool) -> None:
    from corpus.init import write_project
    from corpus.io.addresses import parse_source
    from corpus.survey import describe_input, survey_lines

    root = parse_source(raw)
    survey = describe_input(root)
    for line in survey_lines(survey):
        say(line)
    for path in write_project(root, project, survey, force=force):
        say(f"wrote     {path}")
    say(f"next: fill in name, version and license in {project / 'corpus.toml'}, then: corpus build {project}")


def _write_workflow(project: Path, *, force: bool) -> None:
    from corpus.ci.workflow import workflow_file
    from corpus.init import write_new

    path, content = workflow_file(project)
    for written in write_new({path: content}, force=force):
        say(f"wrote     {written}")
    publishes = b"\n  publish:\n" in content
    say(
        "next: commit it; add this repository as a trusted publisher in the dataset's settings on the Hub"
        if publishes
        else "next: commit it; with repo in corpus.toml, --force writes it anew with a job that publishes"
    )


@click.command(
    cls=Command,
    epilog=examples(
        "corpus build",
        "corpus build raw/ -o build/ -j 4",
        "corpus build s3://bucket/raw -o build/",
        "corpus build --engine ray --address 10.0.0.1:6379",
    ),
)
@click.argument("source", default=".")
@click.option("-o", "--out", type=FOLDER, help="Release folder to make. [default: build/ in the project, or here]")
@click.option("-j", "--jobs", type=click.IntRange(1, 1024), help="Worker processes. [default: one a core]")
@click.option(
    "--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True, help="Where tasks run."
)
@click.option("--address", help="Ray cluster to join. [default: RAY_ADDRESS, this machine's, or a new one on it]")
@click.option("--no-cache", is_flag=True, help="Take nothing from the last build, and keep nothing for the next.")
@click.option("--rehash", is_flag=True, help="Read every input again, whatever its size and times say.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while it runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as one JSON document.")
def build(
    source: str,
    out: Path | None,
    jobs: int | None,
    engine: str,
    address: str | None,
    no_cache: bool,
    rehash: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Make a release folder from a project (with corpus.toml), or a folder or an address of raw articles."""
    from corpus.io.addresses import parse_source
    from corpus.io.epoch import build_date
    from corpus.io.project_files import default_out
    from corpus.release.last import look_again, nothing_new
    from corpus.terminal import Terminal

    _check_engine(engine, jobs, address)
    root, published, show = parse_source(source), build_date(), Terminal(quiet=quiet)
    local = root if isinstance(root, Path) else None
    target = out or default_out(local)
    tree, made = look_again(local, target, published) if local else (None, None)
    if tree and made and not (no_cache or rehash):
        show.done("list", nothing_new(len(tree)))
    else:
        with _engine(engine, jobs, address, files=len(tree or ())) as chosen:
            from corpus.config import load_config
            from corpus.pipeline import build_dataset
            from corpus.reuse import Reuse

            reuse = Reuse(keep=not no_cache, rehash=rehash, tree=tree)
            made = build_dataset(load_config(root), chosen, target, show, published=published, reuse=reuse)
    if as_json:
        document(asdict(made.manifest))
    else:
        _summary(made)
    if not made.checks.passed:
        sys.exit(1)


def _check_engine(name: str, jobs: int | None, address: str | None) -> None:
    """Raise UsageError for an option that the engine of that name has no use for."""
    if name == "ray" and jobs is not None:
        raise UsageError("a Ray cluster has its own workers", found=f"--jobs {jobs}", remedy="leave --jobs out")
    if name != "ray" and address is not None:
        remedy = "add --engine ray, or leave --address out"
        raise UsageError("only Ray has an address", found=f"--address {address}", remedy=remedy)


def _engine(name: str, jobs: int | None, address: str | None, *, files: int) -> LocalEngine | RayEngine:
    """The engine of that name, for so many inputs at least."""
    from corpus.engines.local import LocalEngine, available_workers
    from corpus.engines.ray import RayEngine

    return RayEngine(address) if name == "ray" else LocalEngine(jobs or available_workers(), ahead=files > _MANY)


def _summary(made: Build) -> None:
    inputs, path = made.manifest.inputs, made.path
    rejected, excluded = sum(inputs.rejected.values()), sum(inputs.excluded.values())
    say(f"{inputs.rows:,} rows, {rejected:,} rejected, {excluded:,} excluded of {inputs.count:,} inputs")
    say(f"data      {path / DATA}")
    say(f"card      {path / CARD}")
    say(f"rejected  {path / REJECTED}")
    say(f"content   {made.manifest.content_digest}")
    if made.checks.passed:
        then = f"corpus publish {path} --dry-run" if made.manifest.repo else "set repo in corpus.toml to publish it"
        say(f"next: corpus show --flag title --build {path}, or: {then}")
        return
    say_checks(made.checks)
    say("next: correct the inputs or the limits in corpus.toml, and build again")
