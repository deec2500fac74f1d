"""`corpus provenance`: where a release comes from, in the form that supply-chain tools read."""

from __future__ import annotations

from pathlib import Path

import click

from corpus.commands.common import FOLDER, Command, document, examples


@click.command(cls=Command, epilog=examples("corpus provenance", "corpus provenance build/ > release.intoto.json"))
@click.argument("build", type=FOLDER, default=Path("build"))
def provenance(build: Path) -> None:
    """Print an in-toto statement with SLSA provenance about all files of a release, unsigned."""
    from corpus.release.provenance import statement

    document(statement(build))
