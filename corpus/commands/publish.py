"""`corpus publish`: from a release folder to a tagged commit on the Hub."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from corpus.commands.common import FOLDER, Command, document, examples, say, wait_aloud


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
    from corpus.hub.patience import Patience
    from corpus.hub.publish import publish as publish_release

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
