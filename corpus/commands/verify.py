"""`corpus verify`: whether a release, here, in a store or on the Hub, is what its manifest says."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from corpus.commands.common import Command, document, examples, say, wait_aloud


@click.command(
    cls=Command,
    epilog=examples("corpus verify", "corpus verify build/", "corpus verify org/name@v1.2.0 --expect sha256:52a1…"),
)
@click.argument("release", default="build")
@click.option(
    "--expect", metavar="DIGEST", help="The release digest that it must have, as `corpus publish` printed it."
)
@click.option("--endpoint", help="Address of another Hub. [default: HF_ENDPOINT, or the Hugging Face Hub]")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as one JSON document.")
def verify(release: str, expect: str | None, endpoint: str | None, as_json: bool) -> None:
    """Hold a release, in a folder, at an address or on the Hub (org/name@v1.2.0), against its manifest.

    Every file is hashed, every row counted, every source text restored; on the Hub the tag must stand, too.
    """
    from corpus.hub.patience import Patience
    from corpus.hub.verify import verify as verify_release

    found = verify_release(release, expect=expect, endpoint=endpoint, patience=Patience(sleep=wait_aloud))
    if as_json:
        document({**asdict(found), "passed": found.passed})
    else:
        for line in found.differences:
            say(line)
        count = len(found.differences)
        say(f"{count} differences" if count else f"{found.address} is what its manifest says")
        if found.commit:
            say(f"version {found.version}, commit {found.commit}, release digest {found.digest}")
    if not found.passed:
        sys.exit(1)
