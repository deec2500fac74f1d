"""`corpus publish`: from a release folder to a tagged commit on the Hub."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from corpus.commands.common import FOLDER, Command, document, examples, say, wait_aloud
from corpus.errors import UsageError


@click.command(
    cls=Command,
    epilog=examples(
        "corpus publish --dry-run",
        "corpus publish build/ --private",
        "corpus publish build/ --endpoint https://hub.example.org",
    ),
)
@click.argument("build", type=FOLDER, default=Path("build"))
@click.option("--repo", help="Must agree with `repo` in corpus.toml; needed where that has none.")
@click.option("--tag", help="Publish only if the release bears this tag, as v1.2.0 in CI for a pushed tag.")
@click.option("--dry-run", is_flag=True, help="List each file with its size and what would happen; write nothing.")
@click.option("--private", is_flag=True, help="Make the repository private when it is created.")
@click.option("--endpoint", help="Address of another Hub. [default: HF_ENDPOINT, or the Hugging Face Hub]")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON document.")
def publish(
    build: Path,
    repo: str | None,
    tag: str | None,
    dry_run: bool,
    private: bool,
    endpoint: str | None,
    as_json: bool,
) -> None:
    """Publish a release to the Hub as one commit, read it back, and tag it."""
    from corpus.hub.patience import Patience
    from corpus.hub.publish import publish as publish_release

    if tag is not None:
        _check_tag(build, tag)
    patience = Patience(sleep=wait_aloud)
    done = publish_release(build, repo=repo, private=private, endpoint=endpoint, dry_run=dry_run, patience=patience)
    if as_json:
        document(asdict(done))
        return
    for item in done.files:
        say(f"{item.action:<8} {item.size:>14,}  {item.path}")
    say(
        f"{done.status}: {done.repo} {done.tag} at {done.endpoint}" + (f", commit {done.commit}" if done.commit else "")
    )
    say(f"release digest {done.digest}")
    if done.unknown_licenses:
        say(f"licences that could not be compared: {', '.join(done.unknown_licenses)}")
    if any(item.action == "unknown" for item in done.files):
        say("the Hub gave no answer, so what would change there is unknown")
    hint = "without --dry-run this would be done" if dry_run else f'load_dataset("{done.repo}", revision="{done.tag}")'
    say(f"next: {hint}")


def _check_tag(build: Path, tag: str) -> None:
    """Raise UsageError unless the release bears `tag`: what a person tags and what is published must agree."""
    from corpus.io.documents import read_manifest
    from corpus.naming import tag_of

    version = read_manifest(build).version
    if tag != tag_of(version):
        what, remedy = f"the release is of version {version}", f"set version in corpus.toml, or tag {tag_of(version)}"
        raise UsageError(what, where=str(build), found=tag, remedy=remedy)
