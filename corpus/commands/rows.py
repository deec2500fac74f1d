"""`corpus show` and `corpus explain`: one row of a release, and why it is as it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.commands.common import Command, document, examples, folder_of, project_of, say
from corpus.errors import UsageError

if TYPE_CHECKING:
    from corpus.release.explain import Explanation


@click.command(
    cls=Command,
    epilog=examples(
        "corpus show gazette/2024-03-12-footbridge.txt", "corpus show --flag caption -n 3", "corpus show ID --json"
    ),
)
@click.argument("row_id", metavar="ID", required=False)
@click.option("--flag", metavar="KIND", help="Show rows from which a stretch of this kind was taken out.")
@click.option("--build", "release", default="build", show_default=True, help="Release: a folder, or an address.")
@click.option("-n", "--most", type=click.IntRange(1), default=5, show_default=True, help="Show at most so many rows.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document a row.")
def show(row_id: str | None, flag: str | None, release: str, most: int, as_json: bool) -> None:
    """Show a row: its fields, its body, and what was taken out, labelled."""
    from itertools import islice

    from corpus.release.show import row_with_id, rows_with_flag

    if (row_id is None) == (flag is None):
        raise UsageError("give either an ID or --flag KIND", remedy="corpus show --help has examples")
    with folder_of(release) as folder:
        found = [row_with_id(folder, row_id)] if row_id is not None else rows_with_flag(folder, flag or "")
        rows = list(islice(found, most))
    if not rows:
        say(f"no row has the flag {flag}")
    for row in rows:
        document(row) if as_json else _say_row(row)


@click.command(cls=Command, epilog=examples("corpus explain essays/bridge.txt", "corpus explain news.jsonl#a17"))
@click.argument("row_id", metavar="ID")
@click.option("--build", "release", default="build", show_default=True, help="Release: a folder, or an address.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def explain(row_id: str, release: str, as_json: bool) -> None:
    """Tell why each line of a row's source text stayed or was taken out, and what it shares with other rows."""
    from corpus.config import load_config
    from corpus.release.explain import explain_row
    from corpus.release.pair_evidence import pair_evidence
    from corpus.release.show import row_with_id

    with folder_of(release) as folder:
        config = load_config(project_of(folder) or Path(), needs_input=False)
        row = row_with_id(folder, row_id)
        lines = list(explain_row(row, config.boilerplate))
        pairs = pair_evidence(folder, row, config.shingles, config.duplicates)
    if as_json:
        found = {"lines": [asdict(line) for line in lines], "pairs": [asdict(pair) for pair in pairs]}
        document({"id": row_id, **found})
        return
    for line in lines:
        _say_line(line)
    for pair in pairs:
        say(f"{pair.rule}: {pair.id}")
        say(f"{'':>7}{pair.shared} shared shingles: {pair.share:.1%} of this row's, {pair.share_of_other:.1%} of its")
        say(f"{'':>7}shared passages cover {pair.covered:.1%} of this row and {pair.other_covered:.1%} of the other")
        say(f"{'':>7}longest: “{pair.passage}”")


def _say_line(line: Explanation) -> None:
    mark = f"{line.kind} by {line.rule}" if line.kind else "kept"
    say(f"{line.number:>5}  {mark:<44} {line.text[:80]}")
    if line.reasons:
        parts = ", ".join(f"{reason.weight:+d} {reason.feature} {reason.value}" for reason in line.reasons)
        say(f"{'':>7}model {line.score:+d}: {parts}")
    if line.title_score is not None:
        parts = ", ".join(f"{weight:+d} {fact}" for fact, weight in line.title_reasons)
        say(f"{'':>7}as a title {line.title_score:+d}: {parts}")


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
