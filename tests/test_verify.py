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

from corpus.errors import DataError
from corpus.io.documents import file_entry, read_manifest, released_files, write_json
from corpus.io.parquet import count_rows, data_files, write_parquet
from corpus.layout import CARD, CHECKS, MANIFEST, REJECTED
from corpus.release.show import rows_with_flag
from corpus.release.verify import differences
from corpus.stages.recount import Recount, count_release
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


def test_changed_rows_of_the_inputs_are_found(build: Path) -> None:
    was = read_manifest(build).inputs.rows
    change_manifest(build, "inputs", "rows", lambda rows: rows + 1)
    assert list(differences(build)) == [f"inputs: {was} rows in the files, the manifest says {was + 1}"]


def test_changed_reason_of_rejections_is_found(build: Path) -> None:
    change_manifest(build, "inputs", "rejected", lambda rejected: {"planted": sum(rejected.values())})
    [found] = differences(build)
    assert found.startswith("inputs: rejected {")
    assert found.endswith(f"the manifest says {dict(read_manifest(build).inputs.rejected)}")


def test_changed_rows_of_a_file_are_found(build: Path) -> None:
    manifest = read_manifest(build)
    for planted in (manifest.files[-1], next(entry for entry in manifest.files if entry.rows)):
        other = replace(planted, rows=(planted.rows or 0) + 1)
        files = tuple(other if entry is planted else entry for entry in manifest.files)
        write_json(build / MANIFEST, replace(manifest, files=files))
        assert list(differences(build)) == [f"{planted.path}: rows {planted.rows}, the manifest says {other.rows}"]


@pytest.mark.parametrize(
    ("name", "change"),
    [("expected", lambda count: count + 1), ("failed", lambda count: count + 1), ("passed", lambda passed: not passed)],
)
def test_changed_outcome_of_the_checks_is_found(build: Path, name: str, change: Callable[[Any], object]) -> None:
    change_manifest(build, "checks", name, change)
    [found] = differences(build)
    assert found.startswith(f"checks: {name} ")


def test_file_that_is_listed_twice_is_found(build: Path) -> None:
    manifest = read_manifest(build)
    write_json(build / MANIFEST, replace(manifest, files=(*manifest.files, manifest.files[0])))
    assert list(differences(build)) == [f"{MANIFEST}: it lists a file twice"]


@pytest.mark.parametrize("name", [CARD, "data", "data/train", MANIFEST, "more"])
def test_symbolic_link_is_found(build: Path, name: str) -> None:
    away = build.parent / "away"
    if (build / name).exists():
        (build / name).rename(away)
    (build / name).symlink_to(away)
    assert list(differences(build)) == [f"{name}: a symbolic link"]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4 : len(content) // 2] = bytes(len(content) // 2 - 4)
    path.write_bytes(content)


def drop_column(path: Path) -> None:
    pq.write_table(pq.read_table(path, partitioning=None).drop_columns(["body"]), path)


def retype_column(path: Path) -> None:
    table = pq.read_table(path, partitioning=None)
    at = table.schema.get_field_index("body")
    pq.write_table(table.set_column(at, "body", pa.array([5] * len(table))), path)


def seal_unread(build: Path) -> None:
    """As `seal`, for files whose rows cannot be counted any more."""
    manifest = read_manifest(build)
    entries = [replace(file_entry(build, build / entry.path), rows=entry.rows) for entry in manifest.files]
    write_json(build / MANIFEST, replace(manifest, files=tuple(entries)))


@pytest.mark.parametrize("spoil", [cut, spoil_pages, drop_column, retype_column])
def test_data_file_that_cannot_be_read_is_found(build: Path, spoil: Callable[[Path], None]) -> None:
    path = data_files(build)[0]
    spoil(path)
    with pytest.raises(DataError, match="a data file cannot be read"):
        list(rows_with_flag(build, "other"))
    seal_unread(build)
    where = path.relative_to(build).as_posix()
    found = list(differences(build))
    assert any(line.startswith(f"{where}: a data file cannot be read (") for line in found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "line", [b"junk", b"[]", b"{}", b"\xff", b'{"path":1,"sha256":null,"reason":"x","detail":""}', b"[" * 100_000]
)
def test_junk_among_the_rejections_is_found(build: Path, line: bytes) -> None:
    (build / REJECTED).write_bytes(line + b"\n")
    seal(build)
    [found] = differences(build)
    assert found.startswith(f"{REJECTED}:1: the list of rejected inputs cannot be read (")


@pytest.mark.parametrize("content", [b"junk", b"[]", b"{}", b'{"passed": 1}'])
def test_junk_for_checks_is_found(build: Path, content: bytes) -> None:
    (build / CHECKS).write_bytes(content)
    seal(build)
    [found] = differences(build)
    assert found.startswith(f"{CHECKS}: the outcome of the checks cannot be read")


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("inputs", "excluded", []),
        ("inputs", "rejected", {"empty": "1"}),
        ("inputs", "count", "4"),
        ("statistics", "splits", 3),
        ("statistics", "words", None),
        ("statistics", "content_digest", 5),
        ("", "content_digest", 5),
    ],
)
def test_manifest_with_a_wrong_type_is_broken(build: Path, section: str, name: str, value: object) -> None:
    document = json.loads((build / MANIFEST).read_bytes())
    (document[section] if section else document)[name] = value
    write_json(build / MANIFEST, document)
    with pytest.raises(DataError, match="the manifest is broken"):
        list(differences(build))


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
