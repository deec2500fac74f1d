"""The release before this one, as `[release] previous` names it: an input of the build like any other.

Everything that a build takes from it starts here: `previous_release` opens it, `ancestry_of` finds the rows that it
held, `since` tells in the card what differs from it and puts its digests into the manifest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus.errors import ConfigError
from corpus.history.difference import compare
from corpus.history.edition import Edition, draft_edition, edition_of
from corpus.history.markdown import card_section
from corpus.hub.opening import open_release
from corpus.io.addresses import Address, parse_source
from corpus.model import Previous
from corpus.release.facts import CardFacts
from corpus.release.manifest import make_manifest
from corpus.stages.lineage import Ancestry, Lineage, ancestry
from corpus.transforms.tokens import Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOptions:
    """How this release follows the one before it."""

    previous: str = field(
        default="",
        metadata={
            "doc": "The release before this one: a folder, seen from this file's, an address like s3://bucket/v1.2.0, "
            "or a tag on the Hub like organisation/name@v1.2.0. Groups keep their names and kept rows, rows their "
            "splits; the card tells what has changed."
        },
    )


def address_of(options: ReleaseOptions, project: Path | None) -> str:
    """The address of the previous release; a folder of the project by its path, empty where none is named."""
    inside = project / options.previous if project and options.previous else None
    return str(inside) if inside and inside.exists() else options.previous


@contextmanager
def previous_release(options: ReleaseOptions, project: Path | None, out: Path) -> Iterator[Edition | None]:
    """The release before the one that is built at `out`, while the context lasts; None where the settings name none.

    Raises ConfigError when the build would replace the very release that it follows, and what `open_release` raises.
    """
    address = address_of(options, project)
    if not address:
        yield None
        return
    if os.path.realpath(address) == os.path.realpath(out):
        raise _replaced(options, str(out))
    with open_release(address) as opened:
        yield edition_of(opened)


def check_follows(options: ReleaseOptions, place: Address) -> None:
    """Raise ConfigError when a release put at `place` would replace the very one that it follows."""
    named = options.previous and parse_source(options.previous)
    if isinstance(named, Address) and named.url.rstrip("/") == place.url.rstrip("/"):
        raise _replaced(options, str(place))


def _replaced(options: ReleaseOptions, where: str) -> ConfigError:
    what, remedy = "the build would replace the release that it follows", "keep that one elsewhere, or name its tag"
    return ConfigError(what, where=where, found=f"previous = {options.previous!r}", remedy=remedy)


def ancestry_of(previous: Edition | None, borders: Ints, work: Path) -> Ancestry | None:
    """The rows of this build that the `previous` release held; see `stages.lineage.ancestry`."""
    if previous is None:
        return None
    previous.fetch([entry.path for entry in previous.parts])
    files = {previous.folder / entry.path: previous.split_of(entry) for entry in previous.parts}
    return ancestry(files, borders, work)


def since(previous: Edition | None, lineage: Lineage | None, facts: CardFacts, release: Path) -> CardFacts:
    """The facts, with what differs between `previous` and the build whose data files lie in `release`."""
    if previous is None or lineage is None:
        return facts
    before = previous.manifest
    noted = Previous(version=before.version, content_digest=before.content_digest, release_digest=previous.digest)
    difference = compare(previous, draft_edition(release, make_manifest(release, facts)))
    changes = card_section(difference)
    return replace(facts, previous=noted, name_changes=lineage.changes, changes=changes)
