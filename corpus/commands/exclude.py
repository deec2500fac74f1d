"""`corpus exclude`: take articles down so that no later build brings them back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.commands.common import FOLDER, Command, document, examples, say, wait_aloud
from corpus.errors import DataError, OutsideError, UsageError

if TYPE_CHECKING:
    from corpus.config import Config
    from corpus.history.redaction import Redaction
    from corpus.hub.holding import Search
    from corpus.io.exclusions import Exclusions
    from corpus.takedown import NearCopy, Takedown

_SHOWN = 20
_OWNER = (
    "what its owner can do: publish a version without it; then delete the tags above, squash the history of main, and",
    "delete the old data files for good (docs/releases.md, Takedown). corpus rewrites no history by itself.",
)


@click.command(
    cls=Command,
    epilog=examples(
        "corpus exclude gazette/2024-03-12-footbridge.txt --reason request",
        "corpus exclude https://example.org/news/17 domain:example.net --reason copyright",
        "corpus exclude --review",
        "corpus exclude --published",
    ),
)
@click.argument("wanted", nargs=-1, metavar="[ID|URL|SHA256|domain:HOST]...")
@click.option("--reason", metavar="CODE", help="Why: copyright, legal, other, privacy, quality or request.")
@click.option("--project", type=FOLDER, default=Path(), help="Project whose builds leave it out. [default: .]")
@click.option("--build", "out", type=FOLDER, help="Its last release. [default: build/ in the project]")
@click.option("--review", is_flag=True, help="Only list rows that are near copies of something excluded.")
@click.option("--published", is_flag=True, help="Only list published versions that hold something excluded.")
@click.option("--endpoint", help="Address of another Hub. [default: HF_ENDPOINT, or the Hugging Face Hub]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def exclude(
    wanted: tuple[str, ...],
    reason: str | None,
    project: Path,
    out: Path | None,
    review: bool,
    published: bool,
    endpoint: str | None,
    as_json: bool,
) -> None:
    """Keep articles out of every later build: by id, address, domain, or digest of the file or the text.

    Where the settings name a `repo`, its published versions are searched for them, too.
    """
    from corpus import takedown
    from corpus.config import load_config
    from corpus.io.exclusions import read_exclusions
    from corpus.io.project_files import EXCLUSIONS, default_out

    config = load_config(project, needs_input=False)
    target = out or default_out(config.project)
    if review:
        near = takedown.review(project, target)
        document({"near": [_as_dict(item) for item in near]}) if as_json else _say_near(near)
        return
    if published:
        if not config.top.repo:
            raise UsageError("there is nowhere to look", remedy="set `repo` in corpus.toml")
        _look(config, project, read_exclusions(project / EXCLUSIONS), endpoint, {} if as_json else None)
        return
    _check(wanted, reason)
    done = takedown.take_down(project, target, wanted, reason or "")
    if not as_json:
        _say_done(done, target)
        _say_near(done.near)
        say(f"next: corpus build {project}, and publish a new version; {target} and what is published still hold it")
    _look(config, project, done.exclusions, endpoint, _summary(done) if as_json else None, done.rows)


def _check(wanted: tuple[str, ...], reason: str | None) -> None:
    from corpus.io.exclusions import REASONS

    if not wanted:
        raise UsageError("there is nothing to exclude", remedy="name an id, an address, a domain or a digest")
    if reason not in REASONS:
        raise UsageError("give a reason", found=reason or "", remedy=f"--reason is one of {', '.join(REASONS)}")


def _look(
    config: Config,
    project: Path,
    exclusions: Exclusions,
    endpoint: str | None,
    summary: dict[str, object] | None,
    rows: tuple[str, ...] = (),
) -> None:
    """Search what is published, and take ids out of the changelog; tell of both, in the JSON `summary` if there is one.

    Raises OutsideError, after all else is done and told, where the Hub could not be asked.
    """
    from corpus import takedown

    search, trouble = _searched(config.top.repo, exclusions, endpoint)
    held = [name for holding in search.holdings for name in holding.rows] if search else []
    redaction = takedown.redact_changelog(project, [*rows, *held])
    if summary is not None:
        changelog = {"changed": redaction.changed, "lines": list(redaction.lines)}
        document({**summary, "changelog": changelog, "published": _as_json(search) if search else None})
    else:
        _say_redaction(redaction)
        _say_published(search) if search else None
    if trouble:
        what = "the Hub could not be asked which published versions hold what is excluded; the exclusion stands"
        remedy = "run corpus exclude --published"
        raise OutsideError(what, where=trouble.where, found=trouble.what, remedy=remedy) from trouble


def _searched(
    repo: str, exclusions: Exclusions, endpoint: str | None
) -> tuple[Search | None, OutsideError | UsageError | DataError | None]:
    """What was found in the repository, or why it could not be asked; neither where the settings name none."""
    from corpus import takedown
    from corpus.hub.patience import Patience

    if not repo:
        return None, None
    try:
        return takedown.published(repo, exclusions, endpoint=endpoint, patience=Patience(sleep=wait_aloud)), None
    except (OutsideError, UsageError, DataError) as error:
        return None, error


def _say_redaction(redaction: Redaction) -> None:
    if redaction.changed:
        places = "1 place" if redaction.changed == 1 else f"{redaction.changed} places"
        say(f"redacted  CHANGELOG.md in {places}; earlier commits of your own repository keep it")
    for line in redaction.lines:
        say(f"review    CHANGELOG.md:{line} names it in words of your own")


def _say_published(search: Search) -> None:
    if not search.asked:
        say(f"{search.repo} is not on the Hub, or hidden from this token")
    for holding in search.holdings:
        shown = ", ".join(holding.rows[:_SHOWN]) + (", …" if len(holding.rows) > _SHOWN else "")
        say(f"published {search.repo}@{holding.revision} holds {shown} (commit {holding.commit[:12]})")
    for revision, what in search.unread.items():
        say(f"unread    {search.repo}@{revision}: {what}")
    if search.holdings:
        for line in _OWNER:
            say(line)
    elif search.asked:
        read = len(search.asked) - len(search.unread)
        say(f"no published version of {search.repo} holds it ({read} of {len(search.asked)} could be read)")


def _as_json(search: Search) -> dict[str, object]:
    holdings = [
        {"revision": holding.revision, "commit": holding.commit, "rows": list(holding.rows)}
        for holding in search.holdings
    ]
    return {"repo": search.repo, "asked": list(search.asked), "holdings": holdings, "unread": dict(search.unread)}


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
