"""`corpus verify`: one planted defect for each of its checks, sealed so well that no other check can find it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.io.documents import file_entry, read_manifest, released_files, write_json
from corpus.io.parquet import count_rows, data_files, write_parquet
from corpus.layout import CARD, MANIFEST
from corpus.release.verify import differences
from corpus.stages.export import Recount, count_release
from tests.conftest import Release

OTHER = "sha256:" + "0" * 64


@pytest.fixture
def build(sample: Release, tmp_path: Path) -> Path:
    """A release that may be spoiled."""
    return shutil.copytree(sample.path, tmp_path / "build")


def change_manifest(build: Path, section: str, name: str, change: Callable[[Any], object]) -> None:
    document = json.loads((build / MANIFEST).read_bytes())
    document[section][name] = change(document[section][name])
    write_json(build / MANIFEST, document)


def change_card(build: Path, change: Callable[[str], str]) -> None:
    card = (build / CARD).read_text("utf-8")
    changed = change(card)
    assert changed != card
    (build / CARD).write_text(changed, "utf-8")
    seal(build)


def change_row(build: Path, name: str, change: Callable[[Any], object]) -> str:
    """Change a column of the first row, and whatever counts rows or bears their digest; gives the row's id."""
    path = data_files(build)[0]
    table = pq.read_table(path, partitioning=None)
    rows = table.to_pylist()
    rows[0][name] = change(rows[0][name])
    write_parquet(path, [pa.Table.from_pylist(rows, schema=table.schema)])
    before = read_manifest(build).content_digest
    work = build.parent / "work"
    work.mkdir()
    paths = [file.relative_to(build).as_posix() for file in data_files(build)]
    counted = count_release(map(Recount(release=build, work=work), paths), paths, work)
    assert counted.content_digest != before
    manifest = replace(read_manifest(build), statistics=counted, content_digest=counted.content_digest)
    write_json(build / MANIFEST, manifest)
    change_card(build, lambda card: card.replace(before, counted.content_digest))
    return str(rows[0]["id"])


def seal(build: Path) -> None:
    """Write the digests of all files into the manifest, as somebody would who hides a change."""
    data = set(data_files(build))
    entries = [file_entry(build, path, count_rows(path) if path in data else None) for path in released_files(build)]
    write_json(build / MANIFEST, replace(read_manifest(build), files=tuple(entries)))


def test_sound_release_has_no_difference(build: Path) -> None:
    assert list(differences(build)) == []
    before = (build / MANIFEST).read_bytes()
    seal(build)
    assert (build / MANIFEST).read_bytes() == before


def test_broken_seal_is_found_before_anything_else(build: Path) -> None:
    change_manifest(build, "statistics", "words", lambda words: words + 1)
    (build / CARD).write_bytes(b"# ")
    [found] = differences(build)
    assert found.startswith(f"{CARD}: 2 bytes, the manifest says ")


def statistics_names() -> list[str]:
    from corpus.model import Statistics

    return [name for name in Statistics.__dataclass_fields__ if name != "content_digest"]


@pytest.mark.parametrize("name", statistics_names())
def test_changed_statistic_is_found(build: Path, name: str) -> None:
    was = asdict(read_manifest(build).statistics)[name]
    planted = was + 1 if isinstance(was, int) else {**was, "planted": 1}
    change_manifest(build, "statistics", name, lambda _: planted)
    [found] = differences(build)
    assert found.startswith(f"{name}: ")
    assert found.endswith(f"the manifest says {asdict(read_manifest(build).statistics)[name]}")


def test_changed_content_digest_is_found(build: Path) -> None:
    was = read_manifest(build).content_digest
    change_manifest(build, "statistics", "content_digest", lambda _: OTHER)
    assert list(differences(build)) == [f"content_digest: {was} in the files, the manifest says {OTHER}"]
    write_json(build / MANIFEST, replace(read_manifest(build), content_digest=OTHER))
    change_card(build, lambda card: card.replace(was, OTHER))
    assert f"content digest: {was} in the files, the manifest says {OTHER}" in list(differences(build))


def test_changed_digest_of_the_inputs_is_found(build: Path) -> None:
    change_manifest(build, "inputs", "digest", lambda _: OTHER)
    assert list(differences(build)) == ["inputs: their digest differs from the manifest's"]


@pytest.mark.parametrize(("name", "change"), [("count", lambda count: count + 1), ("excluded", lambda _: {"lost": 2})])
def test_input_that_became_nothing_is_found(build: Path, name: str, change: Callable[[Any], object]) -> None:
    change_manifest(build, "inputs", name, change)
    [found] = differences(build)
    assert found.startswith("inputs: ")
    assert " are not " in found


@pytest.mark.parametrize(
    ("name", "change"),
    [("text_sha256", lambda digest: digest[::-1]), ("body", lambda body: body.swapcase())],
    ids=["digest", "body"],
)
def test_row_whose_source_text_is_not_restored_is_found(
    build: Path, name: str, change: Callable[[Any], object]
) -> None:
    row_id = change_row(build, name, change)
    assert list(differences(build)) == [f"{row_id}: its source text is not restored"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda card: card.replace("dtype: float64", "dtype: float32"), "the card's features differ from the schema"),
        (lambda card: card.replace("default: true", "default: false"), "does not declare the configs of a release"),
        (lambda card: card.replace("configs:", "confix:"), "front matter is missing or broken"),
        (lambda card: card.replace("configs:", "configs: ["), "front matter is missing or broken"),
        (lambda card: card.replace("---\n", "+++\n"), "front matter is missing or broken"),
    ],
    ids=["features", "default", "key", "yaml", "none"],
)
def test_card_that_loads_something_else_is_found(build: Path, change: Callable[[str], str], message: str) -> None:
    change_card(build, change)
    [found] = differences(build)
    assert found.startswith(f"{CARD}: ")
    assert message in found


def test_card_of_other_rows_is_found(build: Path) -> None:
    digest = read_manifest(build).content_digest
    change_card(build, lambda card: card.replace(digest, OTHER))
    assert list(differences(build)) == [f"{CARD}: it does not bear the content digest"]


def test_release_without_its_card_is_found(build: Path) -> None:
    (build / CARD).unlink()
    seal(build)
    assert list(differences(build)) == [f"{CARD}: missing"]
