"""What a build takes from the one before: the staged rows of what has not changed, or the release as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.config import Config, ingest_options, sorted_json
from corpus.history.edition import Edition
from corpus.io.cache import Cache, cache_of
from corpus.io.listing import Listing
from corpus.io.trees import Tree
from corpus.model import Part, Shard
from corpus.project import Project
from corpus.release.last import Origin, is_unchanged, note_build
from corpus.release.part_facts import part_name
from corpus.resources import code_digest, installed
from corpus.stages.known import entry_name
from corpus.stages.known_pairs import ENTRY


@dataclass(frozen=True, slots=True, kw_only=True)
class Reuse:
    """What a build may take from the one before; the release is the same in any case.

    `keep` keeps the staged rows beside the release, `rehash` reads every input whatever the system says of it. `tree`
    is what lies below the input, where somebody has just looked.
    """

    keep: bool = True
    rehash: bool = False
    tree: Tree | None = None


class LastBuild:
    """What is kept of the build before: the cache of staged shards, and whether anything has changed since."""

    def __init__(
        self,
        out: Path,
        config: Config,
        project: Project,
        listing: Listing,
        published: str | None,
        previous: Edition | None = None,
    ) -> None:
        key = _cache_key(config, project)
        self.cache = Cache(folder=cache_of(out) / key)
        self._out = out
        self._origin = Origin(
            project=config.project,
            published=published,
            inputs=listing.state,
            previous=previous.digest if previous else None,
            settings=f"{key} {project.settings_digest}",
        )

    def still_stands(self) -> bool:
        """Whether the release is there as it was left, and was made of just the same."""
        return is_unchanged(self.cache, self._origin, self._out)

    def note(self, shards: Sequence[Shard], parts: Sequence[Part], work: Path) -> None:
        """Note that the release now is made of the present state, and keep nothing but its shards, parts and pairs.

        `work` is a folder of this run.
        """
        self.cache.keep_only([ENTRY, *map(entry_name, shards), *map(part_name, parts)])
        note_build(self.cache, self._origin, self._out, work)


def _cache_key(config: Config, project: Project) -> str:
    """The digest of all that decides what a file's rows are, beside the file: settings, exclusions, code, libraries."""
    settings = sorted_json(asdict(ingest_options(config)))
    parts = [settings.decode("ascii"), project.exclusions.digest, code_digest(), *installed()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
