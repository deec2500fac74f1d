"""The command `corpus`: commands become function calls, errors become exit codes. Nothing heavy is imported up here."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import CorpusError, DataError, UsageError, nearest
from corpus.layout import CARD, CHECKS, DATA, REJECTED

if TYPE_CHECKING:
    from corpus.model import CheckReport
    from corpus.pipeline import Build
    from corpus.release.checks import CheckThresholds

FOLDER = click.Path(path_type=Path)


class Commands(click.Group):
    """A group that answers an unknown command with the nearest one, and lists the seldom ones under "More"."""

    more = ("show", "explain", "verify")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise UsageError("no such command", found=args[0], remedy=nearest(args[0], self.commands))
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the work."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Two lists: the main road, and what is needed now and then."""
        for title, wanted in (("Commands", False), ("More", True)):
            with formatter.section(title):
                rows = [(n, c.get_short_help_str(80)) for n, c in self.commands.items() if (n in self.more) is wanted]
                formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples as they are, line by line."""
        formatter.write(self.epilog or "")


class Command(click.Command):
    """A command whose help ends with its examples, line by line as they are written."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        formatter.write(f"\nExamples:\n{self.epilog}\n")


def examples(*lines: str) -> str:
    """Lines for the end of a help page."""
    return "\n".join(f"  {line}" for line in lines)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\nExamples:\n"
    + examples("corpus init raw/", "corpus build", "corpus publish --dry-run")
    + "\n\nExit codes: 0 fine, 1 the data did not pass, 2 wrong command or settings, 3 network, Hub or disk,\n"
    "4 a bug in corpus, 130 interrupted.\n",
)
@click.version_option(package_name="corpus-packager", prog_name="corpus")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Package raw article files as a checked, versioned dataset, and publish it to the Hugging Face Hub."""


@cli.command(cls=Command, epilog=examples("corpus init raw/", "corpus init raw/ --project my-corpus/"))
@click.argument("raw")
@click.option("--project", type=FOLDER, default=Path(), help="Folder for corpus.toml and dataset_card.md. [default: .]")
@click.option("--force", is_flag=True, help="Replace settings and card that are there.")
def init(raw: str, project: Path, force: bool) -> None:
    """Look at the files in RAW, a folder or an address, and write settings and a card to fill in."""
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


@cli.command(
    cls=Command,
    epilog=examples("corpus build", "corpus build raw/ -o build/ -j 4", "corpus build s3://bucket/raw -o build/"),
)
@click.argument("source", default=".")
@click.option("-o", "--out", type=FOLDER, help="Release folder to make. [default: build/ in the project, or here]")
@click.option("-j", "--jobs", type=click.IntRange(1, 1024), help="Worker processes. [default: one a core]")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while it runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as one JSON document.")
def build(source: str, out: Path | None, jobs: int | None, quiet: bool, as_json: bool) -> None:
    """Make a release folder from a project (with corpus.toml), or a folder or an address of raw articles."""
    from corpus.config import load_config
    from corpus.engines.local import LocalEngine, available_workers
    from corpus.io.addresses import parse_source
    from corpus.pipeline import build_dataset
    from corpus.project import build_date, default_out
    from corpus.terminal import Terminal

    config = load_config(parse_source(source))
    target, published = out or default_out(config), build_date()
    with LocalEngine(jobs or available_workers()) as engine:
        made = build_dataset(config, engine, target, Terminal(quiet=quiet), published=published)
    if as_json:
        document(asdict(made.manifest))
    else:
        _summary(made)
    if not made.checks.passed:
        sys.exit(1)


@cli.command(
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
    home = project or _project_of(build)
    limits = _limits(build, home)
    report = run_checks(build, suites_of(home or build), limits)
    if as_json:
        document(checks_document(report))
    else:
        _say_checks(report)
    if not report.passed:
        sys.exit(1)


@cli.command(
    cls=Command,
    epilog=examples(
        "corpus publish --dry-run",
        "corpus publish build/ --private",
        "corpus publish build/ --endpoint https://hub.example.org",
    ),
)
@click.argument("build", type=FOLDER, default=Path("build"))
@click.option("--repo", help="Must agree with `repo` in corpus.toml; needed where that has none.")
@click.option("--dry-run", is_flag=True, help="List each file with its size and what would happen; write nothing.")
@click.option("--private", is_flag=True, help="Make the repository private when it is created.")
@click.option("--endpoint", help="Address of another Hub. [default: HF_ENDPOINT, or the Hugging Face Hub]")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON document.")
def publish(
    build: Path,
    repo: str | None,
    dry_run: bool,
    private: bool,
    endpoint: str | None,
    as_json: bool,
) -> None:
    """Publish a release to the Hub as one commit, read it back, and tag it."""
    from corpus.release.publish import publish as publish_release

    done = publish_release(build, repo=repo, private=private, endpoint=endpoint, dry_run=dry_run)
    if as_json:
        document(asdict(done))
        return
    for item in done.files:
        say(f"{item.action:<8} {item.size:>14,}  {item.path}")
    say(
        f"{done.status}: {done.repo} {done.tag} at {done.endpoint}" + (f", commit {done.commit}" if done.commit else "")
    )
    if any(item.action == "unknown" for item in done.files):
        say("the Hub gave no answer, so what would change there is unknown")
    hint = "without --dry-run this would be done" if dry_run else f'load_dataset("{done.repo}", revision="{done.tag}")'
    say(f"next: {hint}")


@cli.command(
    cls=Command,
    epilog=examples(
        "corpus show gazette/2024-03-12-footbridge.txt", "corpus show --flag caption -n 3", "corpus show ID --json"
    ),
)
@click.argument("row_id", metavar="ID", required=False)
@click.option("--flag", metavar="KIND", help="Show rows from which a stretch of this kind was taken out.")
@click.option("--build", "folder", type=FOLDER, default=Path("build"), show_default=True, help="Release folder.")
@click.option("-n", "--most", type=click.IntRange(1), default=5, show_default=True, help="Show at most so many rows.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document a row.")
def show(row_id: str | None, flag: str | None, folder: Path, most: int, as_json: bool) -> None:
    """Show a row: its fields, its body, and what was taken out, labelled."""
    from itertools import islice

    from corpus.release.show import row_with_id, rows_with_flag

    if (row_id is None) == (flag is None):
        raise UsageError("give either an ID or --flag KIND", remedy="corpus show --help has examples")
    rows = (
        [row_with_id(folder, row_id)] if row_id is not None else list(islice(rows_with_flag(folder, flag or ""), most))
    )
    if not rows:
        say(f"no row has the flag {flag}")
    for row in rows:
        document(row) if as_json else _say_row(row)


@cli.command(cls=Command, epilog=examples("corpus explain essays/bridge.txt", "corpus explain news.jsonl#a17"))
@click.argument("row_id", metavar="ID")
@click.option("--build", "folder", type=FOLDER, default=Path("build"), show_default=True, help="Release folder.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def explain(row_id: str, folder: Path, as_json: bool) -> None:
    """Tell why each line of a row's source text stayed or was taken out."""
    from corpus.config import load_config
    from corpus.release.explain import explain_row
    from corpus.release.show import row_with_id

    project = _project_of(folder)
    options = load_config(project or Path(), needs_input=False).boilerplate
    lines = list(explain_row(row_with_id(folder, row_id), options))
    if as_json:
        document({"id": row_id, "lines": [asdict(line) for line in lines]})
        return
    for line in lines:
        mark = f"{line.kind} by {line.rule}" if line.kind else "kept"
        say(f"{line.number:>5}  {mark:<44} {line.text[:80]}")
        if line.reasons:
            parts = ", ".join(f"{reason.weight:+d} {reason.feature} {reason.value}" for reason in line.reasons)
            say(f"{'':>7}model {line.score:+d}: {parts}")


@cli.command(cls=Command, epilog=examples("corpus verify", "corpus verify build/"))
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


def main() -> None:
    """Run the command; a user never sees a traceback without --debug."""
    debug = "--debug" in sys.argv[1:]
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    sys.exit(_guarded(lambda: cli.main(prog_name="corpus", standalone_mode=False), debug=debug))


def _interrupt(number: int, frame: object) -> None:
    """End like an interrupt does: in order, with nothing left behind."""
    raise KeyboardInterrupt


def _guarded(run: Callable[[], Any], *, debug: bool) -> int:
    """Run a command and turn what it raises into a message and an exit code."""
    try:
        run()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except CorpusError as error:
        return _complain(error, str(error), error.exit_code, debug=debug)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\ninterrupted; the last release is as it was", err=True)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"\n  where:  {error.filename}" if error.filename else ""
        return _complain(
            error, f"{error.strerror or error}{where}\n  do:     free space or fix access, run again", 3, debug=debug
        )
    except Exception as error:  # noqa: BLE001 (the last net: a bug is reported as one)
        text = (
            f"a bug in corpus: {type(error).__name__}: {error}\n  do:     run again with --debug and report the output"
        )
        return _complain(error, text, 4, debug=debug)
    return 0


def _complain(error: BaseException, text: str, code: int, *, debug: bool) -> int:
    from corpus.transforms.printable import printable

    if debug:
        traceback.print_exception(error)
    click.echo(f"error: {printable(text, line_ends=True)}", err=True)
    return code


def say(line: str, *, err: bool = False) -> None:
    """Print a line of results, made safe for a terminal."""
    from corpus.transforms.printable import printable

    click.echo(printable(line), err=err)


def document(value: Mapping[str, Any]) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=True, sort_keys=True, default=str))


def _project_of(build: Path) -> Path | None:
    """The project that a release lies in, else the one that we stand in."""
    from corpus.io.project_files import settings_file

    return next((home for home in (build.resolve().parent, Path()) if settings_file(home)), None)


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
    _say_checks(made.checks)
    say("next: correct the inputs or the limits in corpus.toml, and build again")


def _say_checks(report: CheckReport) -> None:
    from corpus.release.checks import summary_lines

    for line in summary_lines(report):
        say(line)


def _say_row(row: Mapping[str, Any]) -> None:
    from corpus.release.show import fields_of, passages_of
    from corpus.transforms.printable import printable

    for name, value in fields_of(row):
        say(f"{name:<18} {value}")
    click.echo()
    for kind, rule, text in passages_of(row):
        lines = printable(text.strip("\n"), line_ends=True).split("\n")
        mark = click.style(f"- [{kind} by {rule}] ", fg="yellow") if kind else "  "
        for line in lines:
            click.echo(mark + line, color=None if os.environ.get("NO_COLOR") is None else False)
    click.echo()
