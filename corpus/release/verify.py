"""Hold a release against its manifest: every file hashed, every row counted, every source text restored again."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from corpus.io.documents import read_manifest, released_files, sha256_of
from corpus.io.parquet import data_files, read_batches
from corpus.layout import CARD
from corpus.model import Manifest
from corpus.release.card import verify_card
from corpus.release.ledger import digest_of_inputs, written_rejections, written_rows
from corpus.schema import feature_types
from corpus.stages.export import Recount, count_release
from corpus.transforms.stretches import restore


def differences(build: Path) -> Iterator[str]:
    """Every difference between the release folder `build` and its manifest, one sentence each; none when it is whole.

    Raises DataError when there is no manifest that can be read.
    """
    manifest = read_manifest(build)
    broken = list(_files(build, manifest))
    yield from broken
    if broken:  # what a changed file says of itself is worth nothing
        return
    yield from _statistics(build, manifest)
    yield from _ledger(build, manifest)
    yield from _texts(build)
    yield from _card(build, manifest)


def _files(build: Path, manifest: Manifest) -> Iterator[str]:
    listed = {entry.path: entry for entry in manifest.files}
    for path in released_files(build):
        name = path.relative_to(build).as_posix()
        entry = listed.pop(name, None)
        if entry is None:
            yield f"{name}: not in the manifest"
        elif path.stat().st_size != entry.size:
            yield f"{name}: {path.stat().st_size} bytes, the manifest says {entry.size}"
        elif (found := sha256_of(path)) != entry.sha256:
            yield f"{name}: sha256 {found}, the manifest says {entry.sha256}"
    for name in sorted(listed):
        yield f"{name}: missing"


def _statistics(build: Path, manifest: Manifest) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [path.relative_to(build).as_posix() for path in data_files(build)]
        recount = Recount(release=build, work=Path(folder))
        found = asdict(count_release(map(recount, paths), paths, Path(folder)))
    expected = asdict(manifest.statistics)
    for name, value in expected.items():
        if found[name] != value:
            yield f"{name}: {found[name]} in the files, the manifest says {value}"
    if found["content_digest"] != manifest.content_digest:
        yield f"content digest: {found['content_digest']} in the files, the manifest says {manifest.content_digest}"


def _ledger(build: Path, manifest: Manifest) -> Iterator[str]:
    inputs = manifest.inputs
    rows, rejected = list(written_rows(build)), list(written_rejections(build))
    excluded = sum(inputs.excluded.values())
    if len(rows) + len(rejected) + excluded != inputs.count:
        made = f"{len(rows)} rows + {len(rejected)} rejected + {excluded} excluded"
        yield f"inputs: {made} are not {inputs.count}"
    if digest_of_inputs([*rows, *((item.sha256, item.path) for item in rejected)]) != inputs.digest:
        yield "inputs: their digest differs from the manifest's"


def _texts(build: Path) -> Iterator[str]:
    for path in data_files(build):
        for batch in read_batches(path, ["id", "body", "boilerplate", "text_sha256"]):
            for row in batch.to_pylist():
                text = restore(row["body"], row["boilerplate"])
                if hashlib.sha256(text.encode()).hexdigest() != row["text_sha256"]:
                    yield f"{row['id']}: its source text is not restored"


def _card(build: Path, manifest: Manifest) -> Iterator[str]:
    card = (build / CARD).read_text("utf-8")
    if any(features != feature_types() for features in verify_card(card).features.values()):
        yield f"{CARD}: its features are not those of the schema"
    if manifest.content_digest not in card:
        yield f"{CARD}: it does not bear the content digest"
