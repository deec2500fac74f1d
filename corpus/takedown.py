"""Take articles down for good: find what is meant, list it by its hashes, and remove what earlier builds keep of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from corpus.errors import OutsideError, UsageError, nearest
from corpus.history.redaction import Redaction, redact
from corpus.hub.holding import Search, search_tags
from corpus.hub.patience import Patience
from corpus.io.exclusions import (
    Exclusion,
    Exclusions,
    add_exclusions,
    domain_of,
    hash_of,
    plain_url,
    read_exclusions,
)
from corpus.io.ids import KEY_SIGN
from corpus.io.parquet import data_files, read_batches
from corpus.io.project_files import CHANGELOG, EXCLUSIONS, replace_file
from corpus.io.staging import remove_traces
from corpus.naming import DIGEST
from corpus.transforms.duplicates.sketch import SketchOptions, body_key, exact_keys, sketch
from corpus.transforms.tokens import UInts

NEAR: Final = 0.5
"""Articles that share so much of the smaller sketch are near copies, and listed for a person to look at."""

_NAMED: Final = re.compile("(id|url|domain):(.+)")
_COLUMNS: Final = (
    *("id", "title", "body", "url", "site", "source_path", "source_sha256", "text_sha256"),
    *("duplicate_group", "related"),
)
_KNOWN_BY: Final = ("id", "body", "url", "site", "source_sha256", "text_sha256")
_KNOWN_IDS: Final = 10_000

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What somebody asks to take down: `match` is `id`, `url`, `domain` or `digest`, `value` the plain form of it."""

    match: str
    value: str

    def exclusions(self, reason: str) -> Iterator[Exclusion]:
        """The lines that keep it out, whatever is known of it."""
        if self.match != "digest":
            yield Exclusion(match=self.match, hash=hash_of(self.value), reason=reason)
            return
        for match in ("source", "text"):
            yield Exclusion(match=match, hash=self.value, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCopy:
    """A row that stays and is near one that goes: their share of the smaller sketch; null if told by the release."""

    id: str
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedown:
    """What was done: lines added, ids of rows of the last build that they mean, near copies, and removed folders.

    `exclusions` are all lines of what was asked for, those that were there before included.
    """

    exclusions: Exclusions
    added: tuple[Exclusion, ...]
    rows: tuple[str, ...]
    near: tuple[NearCopy, ...]
    removed: tuple[Path, ...]


def take_down(project: Path, out: Path, wanted: Sequence[str], reason: str) -> Takedown:
    """Exclude what `wanted` names from every later build of `project`, whose last release lies at `out`.

    Each is an id (of a row or a file), an address, a SHA-256 (of a file or of a row's source text), or one with
    `id:`, `url:` or `domain:` before it. Of a row that is meant its address, texts and bytes are excluded too, so that
    it does not come back under another name; of a domain the domain. Everything that builds keep beside the release is
    removed: it may hold the texts. The release itself stays until the next build.

    Raises UsageError for a name that means nothing, ConfigError for a broken list, OutsideError for the disk, or while
    a build runs: then the list holds already, and asking again removes the rest.
    """
    targets = [target_of(item) for item in wanted]
    meant = _meant(out, [Exclusions(tuple(target.exclusions(reason))) for target in targets], targets)
    for item, target, rows in zip(wanted, targets, meant, strict=True):
        if not rows and target.match == "id" and not _NAMED.fullmatch(item):
            raise _unknown(item, out)
    entries = [
        entry
        for target, rows in zip(targets, meant, strict=True)
        for entry in (*target.exclusions(reason), *_contents(target, rows, reason))
    ]
    try:
        added = add_exclusions(project / EXCLUSIONS, entries)
    except OSError as error:
        remedy = "choose a project that you may write to, or free space"
        raise OutsideError("the list cannot be written", where=str(project), found=str(error), remedy=remedy) from error
    gone = {row["id"]: row["duplicate_group"] for rows in meant for row in rows}
    return Takedown(
        exclusions=Exclusions(tuple(entries)),
        added=tuple(added),
        rows=tuple(sorted(gone)),
        near=tuple(_near(out, Exclusions(tuple(entries)), gone)),
        removed=tuple(remove_traces(out)),
    )


def review(project: Path, out: Path) -> list[NearCopy]:
    """The rows of the release at `out` that are near copies of something excluded."""
    return list(_near(out, read_exclusions(project / EXCLUSIONS), {}))


def published(
    repo: str, exclusions: Exclusions, *, endpoint: str | None = None, patience: Patience | None = None
) -> Search:
    """The revisions of `repo` on the Hub that hold a row which one of these exclusions means, under whatever id.

    Raises OutsideError for whatever the network or the Hub does.
    """

    def find(rows: Sequence[Row]) -> list[str]:
        return list(_excluded(rows, exclusions))

    return search_tags(repo, find, _KNOWN_BY, endpoint=endpoint, patience=patience)


def redact_changelog(project: Path, ids: Iterable[str]) -> Redaction:
    """Take ids that the changelog of the data lists out of it; tells of the lines that people wrote, too.

    Raises OutsideError for the disk.
    """
    path = project / CHANGELOG
    try:
        text = path.read_bytes().decode("utf-8") if path.is_file() else ""
        done = redact(text, sorted(set(ids)))
        if done.text != text:
            replace_file(path, done.text.encode())
    except (OSError, UnicodeDecodeError) as error:
        remedy = "look by hand whether it names what was excluded"
        raise OutsideError(
            "the changelog cannot be changed", where=str(path), found=str(error), remedy=remedy
        ) from error
    return done


def target_of(item: str) -> Target:
    """What a person names: `target_of("https://example.org/a")` is the address `example.org/a`."""
    if digest := DIGEST.fullmatch(item):
        return Target(match="digest", value=digest[1])
    named = _NAMED.fullmatch(item)
    match, value = (named[1], named[2]) if named else ("url" if "://" in item else "id", item)
    plain: Mapping[str, Callable[[str], str]] = {"url": plain_url, "domain": domain_of, "id": str}
    if not plain[match](value):
        raise UsageError(f"this is no {match}", found=item, remedy="corpus exclude --help has examples")
    return Target(match=match, value=plain[match](value))


def _meant(out: Path, exclusions: Sequence[Exclusions], targets: Sequence[Target]) -> list[list[Row]]:
    """The rows of a release that each target means, by the lines that it asks for; no texts of a whole domain."""
    found: list[list[Row]] = [[] for _ in targets]
    for row in _rows(out):
        for asked, target, rows in zip(exclusions, targets, found, strict=True):
            if asked.of_any(row):
                rows.append(
                    row if target.match != "domain" else {name: row[name] for name in ("id", "duplicate_group")}
                )
    return found


def _contents(target: Target, rows: Sequence[Row], reason: str) -> Iterator[Exclusion]:
    """The lines that know articles again by what they hold; a domain is known by its name alone."""
    if target.match == "domain":
        return
    for row in rows:
        parts = sketch([row["body"]], SketchOptions(), [row["title"]])
        key, kept = body_key(parts.keys[0].tolist()), tuple(parts.hashes.tolist())
        yield Exclusion(match="id", hash=hash_of(row["id"]), reason=reason)
        yield Exclusion(match="text", hash=row["text_sha256"], reason=reason)
        yield Exclusion(match="body", hash=key, reason=reason, sketch=kept)
        if row["url"]:
            yield Exclusion(match="url", hash=hash_of(plain_url(row["url"])), reason=reason)
        if KEY_SIGN not in row["id"]:
            yield Exclusion(match="source", hash=row["source_sha256"], reason=reason)


def _excluded(rows: Sequence[Row], exclusions: Exclusions) -> Iterator[str]:
    """The ids of the rows that a build would leave out: by id, address, file, text or words."""
    words = exact_keys([row["body"] for row in rows]).tolist()
    for row, key in zip(rows, words, strict=True):
        if exclusions.of_any(row) or exclusions.of_body(body_key(key)):
            yield row["id"]


def _near(out: Path, exclusions: Exclusions, gone: Mapping[str, str]) -> Iterator[NearCopy]:
    """Rows that stay and are near what goes: by their sketch, or because the release says so.

    `gone` maps the ids of rows that go to their groups. Sketches are compared by containment in the smaller one (Broder
    1997), with the shingles of `SketchOptions()` whatever the settings are: the list must outlast them.
    """
    known = [np.array(entry.sketch, np.uint64) for entry in exclusions.entries if entry.sketch]
    every = np.unique(np.concatenate([np.zeros(0, np.uint64), *known]))
    groups = set(gone.values())
    for rows in _batches(out):
        sketches = sketch([row["body"] for row in rows], SketchOptions(), [row["title"] for row in rows])
        for number, row in enumerate(rows):
            if row["id"] in gone:
                continue
            own = sketches.hashes[sketches.offsets[number] : sketches.offsets[number + 1]]
            share = _share(own, known, every)
            if share >= NEAR:
                yield NearCopy(id=row["id"], share=round(share, 3))
            elif row["duplicate_group"] in groups or any(other["id"] in gone for other in row["related"]):
                yield NearCopy(id=row["id"], share=None)


def _share(own: UInts, known: Sequence[UInts], every: UInts) -> float:
    """The largest share of the smaller sketch that a row has in common with a `known` one; `every` is their union."""
    if not len(own) or not np.isin(own, every, assume_unique=True).any():
        return 0.0
    return max(len(np.intersect1d(own, one, assume_unique=True)) / min(len(own), len(one)) for one in known)


def _batches(out: Path) -> Iterator[list[Row]]:
    for path in data_files(out):
        for batch in read_batches(path, _COLUMNS):
            yield batch.to_pylist()


def _rows(out: Path) -> Iterator[Row]:
    return chain.from_iterable(_batches(out))


def _unknown(item: str, out: Path) -> UsageError:
    known = [row["id"] for row in islice(_rows(out), _KNOWN_IDS)]
    same = [name for name in known if name.endswith(item)]
    hint = f"did you mean {same[0]!r}?" if same else nearest(item, known) if known else "there is no release to look in"
    remedy = f"write id:{item} to exclude it all the same; {hint}"
    return UsageError("no row of the last build has this id", where=str(out), found=item, remedy=remedy)
