"""Hold a release against its manifest: every file hashed, every row counted, every source text restored again."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from corpus.errors import DataError
from corpus.io.documents import read_checks, read_manifest
from corpus.io.parquet import count_rows, data_files, read_batches
from corpus.layout import CARD, CHECKS
from corpus.model import Manifest, Statistics
from corpus.release.card import verify_card
from corpus.release.folder import check_files, strange_files
from corpus.release.ledger import Written, count_rejections
from corpus.stages.recount import Recount, count_release
from corpus.transforms.stretches import restore


def differences(build: Path) -> Iterator[str]:
    """Every difference between the release folder `build` and its manifest, one sentence each; none when it is whole.

    Raises DataError when there is no manifest that can be read.
    """
    manifest = read_manifest(build)
    broken = [f"{path}: {problem}" for path, problem in strange_files(build)] or [
        f"{path}: {problem}" for path, problem in check_files(build, manifest)
    ]
    yield from broken
    if broken:  # what a changed file says of itself is worth nothing
        return
    unreadable: set[str] = set()
    for found in (
        _rows(build, manifest),
        _counts(build, manifest),
        _checks(build, manifest),
        _texts(build),
        _card(build, manifest),
    ):
        try:
            yield from found
        except DataError as error:
            line = f"{error.where}: {error.what}" + (f" ({error.found})" if error.found else "")
            if line not in unreadable:
                yield line
            unreadable.add(line)


def _rows(build: Path, manifest: Manifest) -> Iterator[str]:
    data = {path.relative_to(build).as_posix(): path for path in data_files(build)}
    for entry in manifest.files:
        rows = count_rows(data[entry.path]) if entry.path in data else None
        if rows != entry.rows:
            yield f"{entry.path}: rows {rows}, the manifest says {entry.rows}"


def _checks(build: Path, manifest: Manifest) -> Iterator[str]:
    report = read_checks(build)
    failed = sum(not outcome["passed"] for outcome in report["outcomes"])
    found = {"expected": report["expected"], "failed": failed, "passed": report["passed"]}
    for name, value in asdict(manifest.checks).items():
        if found[name] != value:
            yield f"checks: {name} {found[name]} in {CHECKS}, the manifest says {value}"


def _counts(build: Path, manifest: Manifest) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [path.relative_to(build).as_posix() for path in data_files(build)]
        recount = Recount(release=build, work=Path(folder))
        found = count_release(map(recount, paths), paths, Path(folder))
        yield from _statistics(found, manifest)
        yield from _ledger(build, manifest, Written(rows=found.rows, paths=paths, work=Path(folder)))


def _statistics(statistics: Statistics, manifest: Manifest) -> Iterator[str]:
    found = asdict(statistics)
    for name, value in asdict(manifest.statistics).items():
        if found[name] != value:
            yield f"{name}: {found[name]} in the files, the manifest says {value}"
    if statistics.content_digest != manifest.content_digest:
        yield f"content digest: {found['content_digest']} in the files, the manifest says {manifest.content_digest}"


def _ledger(build: Path, manifest: Manifest, written: Written) -> Iterator[str]:
    inputs = manifest.inputs
    reasons, digest = count_rejections(build, written)
    rejected, excluded = sum(reasons.values()), sum(inputs.excluded.values())
    if written.rows + rejected + excluded != inputs.count:
        made = f"{written.rows} rows + {rejected} rejected + {excluded} excluded"
        yield f"inputs: {made} are not {inputs.count}"
    if inputs.rows != written.rows:
        yield f"inputs: {written.rows} rows in the files, the manifest says {inputs.rows}"
    if inputs.rejected != reasons:
        yield f"inputs: rejected {reasons} in the files, the manifest says {inputs.rejected}"
    if digest != inputs.digest:
        yield "inputs: their digest differs from the manifest's"


def _texts(build: Path) -> Iterator[str]:
    for path in data_files(build):
        for batch in read_batches(path, ["id", "body", "boilerplate", "text_sha256"]):
            for row in batch.to_pylist():
                text = restore(row["body"], row["boilerplate"])
                if hashlib.sha256(text.encode()).hexdigest() != row["text_sha256"]:
                    yield f"{row['id']}: its source text is not restored"


def _card(build: Path, manifest: Manifest) -> Iterator[str]:
    card = (build / CARD).read_text("utf-8", errors="replace")
    try:
        verify_card(card)
    except DataError as error:
        yield f"{CARD}: {error.what}" + (f" ({error.found})" if error.found else "")
    if manifest.content_digest not in card:
        yield f"{CARD}: it does not bear the content digest"
