"""`corpus build`: from a project, or a folder of raw articles, to a release."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.commands.check import say_checks
from corpus.commands.common import FOLDER, Command, document, examples, say
from corpus.errors import UsageError
from corpus.layout import CARD, DATA, REJECTED

if TYPE_CHECKING:
    from corpus.engines.base import Engine
    from corpus.engines.local import LocalEngine
    from corpus.engines.ray import RayEngine
    from corpus.io.addresses import Address
    from corpus.model import Build


@click.command(
    cls=Command,
    epilog=examples(
        "corpus build",
        "corpus build raw/ -o build/ -j 4",
        "corpus build s3://bucket/raw -o s3://bucket/release",
        "corpus build --engine ray --address 10.0.0.1:6379",
    ),
)
@click.argument("source", default=".")
@click.option("-o", "--out", help="Release to make: a folder, or an address. [default: build/ in the project, or here]")
@click.option(
    "--local", type=FOLDER, help="Folder for a release before it goes to an address. [default: as without -o]"
)
@click.option("-j", "--jobs", type=click.IntRange(1, 1024), help="Worker processes. [default: one a core]")
@click.option(
    "--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True, help="Where tasks run."
)
@click.option(
    "--address",
    help="Ray cluster to join, or `local` for a new one. [default: RAY_ADDRESS, this machine's, or a new one on it]",
)
@click.option("--work", help="Address through which tasks' files go on a cluster whose nodes share no folder.")
@click.option("--no-cache", is_flag=True, help="Take nothing from the last build, and keep nothing for the next.")
@click.option("--rehash", is_flag=True, help="Read every input again, whatever its size and times say.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while it runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as one JSON document.")
def build(
    source: str,
    out: str | None,
    local: Path | None,
    jobs: int | None,
    engine: str,
    address: str | None,
    work: str | None,
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
    depot = _depot(work, engine, root) if work else None
    project = root if isinstance(root, Path) else None
    place = parse_source(out) if out else default_out(project)
    if local and isinstance(place, Path):
        raise UsageError("--local is for a release that goes to an address", found=f"--local {local}", remedy="give -o")
    folder = place if isinstance(place, Path) else local or default_out(project)
    on_many = partial(_expect_work, jobs) if engine == "local" else None
    tree, made = look_again(project, folder, published, on_many) if project else (None, None)
    if tree and made and place is folder and not (no_cache or rehash):
        show.done("list", nothing_new(len(tree)))
    else:
        with _engine(engine, jobs, address) as inner, _meeting(inner, depot) as chosen:
            from corpus.config import load_config
            from corpus.pipeline import build_dataset, build_into_store
            from corpus.reuse import Reuse

            # what a node keeps for the next build would not be there for another
            reuse = Reuse(keep=not no_cache and depot is None, rehash=rehash, tree=tree)
            config = load_config(root)
            if isinstance(place, Path):
                made = build_dataset(config, chosen, place, show, published=published, reuse=reuse)
            else:
                made = build_into_store(config, chosen, folder, place, show, published=published, reuse=reuse)
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


def _expect_work(jobs: int | None) -> None:
    """Begin to start the processes of the local engine."""
    from corpus.engines.local import available_workers, expect_work

    expect_work(jobs or available_workers())


def _engine(name: str, jobs: int | None, address: str | None) -> LocalEngine | RayEngine:
    """The engine of that name."""
    from corpus.engines.local import LocalEngine, available_workers
    from corpus.engines.ray import RayEngine

    return RayEngine(address) if name == "ray" else LocalEngine(jobs or available_workers())


def _depot(work: str, engine: str, root: Path | Address) -> Address:
    """The address in which tasks meet; raises UsageError where they cannot, or need not."""
    from corpus.config import load_config
    from corpus.io.addresses import Address, parse_source

    place = parse_source(work)
    if engine != "ray":
        raise UsageError("processes of one machine share its folders", found=f"--work {work}", remedy="leave it out")
    if not isinstance(place, Address):
        remedy = "give an address like s3://bucket/work; a folder that all nodes share is named with -o or --local"
        raise UsageError("--work is an address", found=f"--work {work}", remedy=remedy)
    source = load_config(root).source
    if not isinstance(source, Address):
        remedy = "put the articles at an address, or give -o a folder on storage that all nodes share, without --work"
        raise UsageError("nodes that share no folder cannot read one", where=str(source), remedy=remedy)
    return place


def _meeting(engine: Engine, depot: Address | None) -> AbstractContextManager[Engine]:
    """The engine, whose tasks meet in the depot, if there is one."""
    from corpus.io.depot import DepotEngine

    return DepotEngine(engine, depot) if depot else nullcontext(engine)


def _summary(made: Build) -> None:
    inputs, path = made.manifest.inputs, made.path
    place = f"{made.address or made.path}/"
    rejected, excluded = sum(inputs.rejected.values()), sum(inputs.excluded.values())
    say(f"{inputs.rows:,} rows, {rejected:,} rejected, {excluded:,} excluded of {inputs.count:,} inputs")
    for name, file in (("data", DATA), ("card", CARD), ("rejected", REJECTED)):
        say(f"{name:<9} {place}{file}")
    say(f"content   {made.manifest.content_digest}")
    if made.checks.passed:
        then = f"corpus publish {path} --dry-run" if made.manifest.repo else "set repo in corpus.toml to publish it"
        say(f"next: corpus show --flag title --build {path}, or: {then}")
        return
    say_checks(made.checks)
    say("next: correct the inputs or the limits in corpus.toml, and build again")
