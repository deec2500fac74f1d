"""`corpus exclude`: take articles down so that no later build brings them back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.commands.common import FOLDER, Command, document, examples, say
from corpus.errors import UsageError

if TYPE_CHECKING:
    from corpus.takedown import NearCopy, Takedown

_SHOWN = 20


@click.command(
    cls=Command,
    epilog=examples(
        "corpus exclude gazette/2024-03-12-footbridge.txt --reason request",
        "corpus exclude https://example.org/news/17 domain:example.net --reason copyright",
        "corpus exclude --review",
    ),
)
@click.argument("wanted", nargs=-1, metavar="[ID|URL|SHA256|domain:HOST]...")
@click.option("--reason", metavar="CODE", help="Why: copyright, legal, other, privacy, quality or request.")
@click.option("--project", type=FOLDER, default=Path(), help="Project whose builds leave it out. [default: .]")
@click.option("--build", "out", type=FOLDER, help="Its last release. [default: build/ in the project]")
@click.option("--review", is_flag=True, help="Only list rows that are near copies of something excluded.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def exclude(
    wanted: tuple[str, ...], reason: str | None, project: Path, out: Path | None, review: bool, as_json: bool
) -> None:
    """Keep articles out of every later build: by id, address, domain, or digest of the file or the text."""
    from corpus import takedown
    from corpus.config import load_config
    from corpus.io.exclusions import REASONS
    from corpus.project import default_out

    config = load_config(project, needs_input=False)
    target = out or default_out(config)
    if review:
        near = takedown.review(project, target)
        document({"near": [_as_dict(item) for item in near]}) if as_json else _say_near(near)
        return
    if not wanted:
        raise UsageError("there is nothing to exclude", remedy="name an id, an address, a domain or a digest")
    if reason not in REASONS:
        raise UsageError("give a reason", found=reason or "", remedy=f"--reason is one of {', '.join(REASONS)}")
    done = takedown.take_down(project, target, wanted, reason)
    if as_json:
        document(_summary(done))
        return
    _say_done(done, target)
    _say_near(done.near)
    say(f"next: corpus build {project}, and publish a new version; {target} and what is published still hold it")


def _say_done(done: Takedown, target: Path) -> None:
    say(f"{len(done.added)} lines added to exclusions.jsonl (hashes and reasons, no text)")
    for name in done.rows[:_SHOWN]:
        say(f"excluded  {name}")
    if len(done.rows) > _SHOWN:
        say(f"          and {len(done.rows) - _SHOWN} more rows")
    if not done.rows:
        say(f"no row of {target} is meant; what comes later will be held against the list")
    for path in done.removed:
        say(f"removed   {path} (it may hold the texts)")


def _say_near(near: Iterable[NearCopy]) -> None:
    listed = list(near)
    if not listed:
        say("no row that stays is a near copy of something excluded")
    for item in listed:
        say(f"review    {item.id}" + (f" shares {item.share:.0%}" if item.share is not None else " is in its group"))


def _summary(done: Takedown) -> dict[str, object]:
    return {
        "added": [{"match": entry.match, "hash": entry.hash, "reason": entry.reason} for entry in done.added],
        "rows": list(done.rows),
        "near": [_as_dict(item) for item in done.near],
        "removed": [str(path) for path in done.removed],
    }


def _as_dict(item: NearCopy) -> dict[str, object]:
    return {"id": item.id, "share": item.share}
