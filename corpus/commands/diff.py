"""`corpus diff`: what differs between two releases."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.commands.common import FOLDER, Command, document, examples
from corpus.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.config import Config
    from corpus.history.difference import Difference
    from corpus.history.edition import Edition
    from corpus.history.texts import Reworded

LISTED = 20


@click.command(
    cls=Command,
    epilog=examples(
        "corpus diff",
        "corpus diff organisation/name@v1.2.0",
        "corpus diff releases/1.2.0 build/ --row gazette/2024-03-12-footbridge.txt",
        "corpus diff v1.1.0 v1.2.0 --format markdown",
    ),
)
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--row", metavar="ID", help="Show only what changed in the title and body of this row, word by word.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option(
    "-n", "--most", type=click.IntRange(0), help=f"List so many rows and groups. [default: {LISTED}; JSON: all]"
)
@click.option(
    "--texts", type=click.IntRange(0), default=3, show_default=True, help="Show changed words of so many rows."
)
@click.option("--exit-code", is_flag=True, help="End with exit code 1 when the releases differ.")
@click.option("--project", type=FOLDER, default=Path(), help="Folder of corpus.toml. [default: .]")
@click.option("--endpoint", help="Address of another Hub. [default: HF_ENDPOINT, or the Hugging Face Hub]")
def diff(
    old: str | None,
    new: str | None,
    row: str | None,
    form: str,
    most: int | None,
    texts: int,
    exit_code: bool,
    project: Path,
    endpoint: str | None,
) -> None:
    """Compare two releases: folders, tags like v1.2.0, or organisation/name@REVISION on the Hub.

    NEW is the build of the project unless it is named; OLD is `[release] previous` of its settings, or else what is
    published in its `repo`.
    """
    from corpus.config import load_config
    from corpus.history.difference import compare
    from corpus.history.texts import reworded, reworded_row

    config = load_config(project, needs_input=False)
    with release_before(config, old, endpoint) as before, _release_after(config, new, endpoint) as after:
        if before is None:
            what, remedy = (
                "there is nothing to compare with",
                "name a release: corpus diff OLD, or set [release] previous",
            )
            raise UsageError(what, where=str(config.project), found=f"repo = {config.top.repo!r}", remedy=remedy)
        found = compare(before, after)
        shown = reworded(found, texts) if row is None else reworded_row(found, row)
    if row is not None and form != "json":
        _print_row(row, shown, form)
    else:
        _print(found, shown, form, most)
    if exit_code and found:
        sys.exit(1)


@contextmanager
def release_before(config: Config, old: str | None, endpoint: str | None) -> Iterator[Edition | None]:
    """The release that others are compared with: the one named, that of the settings, or what is published.

    None where none is named and nothing is published. Raises what `open_release` raises.
    """
    from corpus.history.edition import edition_of
    from corpus.history.previous import address_of
    from corpus.hub.opening import NotPublishedError, open_release

    repo = config.top.repo
    address = old or address_of(config.release, config.project)
    if not address and not repo:
        yield None
        return
    with ExitStack() as stack:
        opening = open_release(address or f"hf://datasets/{repo}", repo=repo or None, endpoint=endpoint)
        try:
            opened = stack.enter_context(opening)
        except NotPublishedError:
            if address:
                raise
            yield None
            return
        yield edition_of(opened)


@contextmanager
def _release_after(config: Config, new: str | None, endpoint: str | None) -> Iterator[Edition]:
    from corpus.history.edition import edition_of, local_edition
    from corpus.hub.opening import open_release
    from corpus.io.project_files import default_out

    if new is None:
        yield local_edition(default_out(config.project))
        return
    with open_release(new, repo=config.top.repo or None, endpoint=endpoint) as opened:
        yield edition_of(opened)


def _print(found: Difference, shown: Sequence[Reworded], form: str, most: int | None) -> None:
    from corpus.history.document import diff_document
    from corpus.history.markdown import markdown
    from corpus.history.terminal import terminal_lines

    if form == "json":
        document(diff_document(found, shown, most=most))
    elif form == "markdown":
        click.echo(markdown(found, shown, most=LISTED if most is None else most), nl=False)
    else:
        for line in terminal_lines(found, shown, most=LISTED if most is None else most):
            click.echo(line)


def _print_row(row: str, shown: Sequence[Reworded], form: str) -> None:
    from corpus.history.markdown import texts_markdown
    from corpus.history.terminal import text_lines
    from corpus.transforms.printable import printable

    if not shown:
        click.echo(f"{printable(row)}: title and body are the same in both")
    elif form == "markdown":
        click.echo(texts_markdown(shown), nl=False)
    else:
        for line in text_lines(shown):
            click.echo(line)
