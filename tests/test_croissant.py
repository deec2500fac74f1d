"""The Croissant file validates, and mlcroissant reads the release's rows by it, without a network."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.release.croissant import croissant
from corpus.release.facts import ALL, CONFIGS, DEDUPLICATED, CardFacts
from corpus.schema import COLUMN_NAMES
from tests.small_release import make_row, rows_of_all_kinds, write_release


@pytest.fixture
def facts(tmp_path: Path) -> CardFacts:
    return write_release(tmp_path, {"train": rows_of_all_kinds(), "test": [make_row("t.txt")]})


def write(folder: Path, document: dict[str, Any]) -> Path:
    path = folder / "croissant.json"
    path.write_text(json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False), encoding="utf-8")
    return path


def records(path: Path, record_set: str, **options: Any) -> list[dict[str, Any]]:
    import mlcroissant

    found = mlcroissant.Dataset(str(path), **options).records(record_set)
    return [{key.split("/", 1)[1]: value for key, value in record.items()} for record in found]


def ids(rows: list[dict[str, Any]]) -> list[tuple[bytes, bytes]]:
    return sorted((row["split"], row["id"]) for row in rows)


def test_it_validates_with_no_more_than_a_known_warning(tmp_path: Path, facts: CardFacts) -> None:
    path = write(tmp_path, croissant(replace(facts, published="2024-03-01", description="Local news.")))
    assert json.loads(path.read_bytes())["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    command = [sys.executable, "-m", "mlcroissant.scripts.validate", "--jsonld", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    warnings = [line for line in done.stderr.splitlines() if "  -  " in line]
    assert len(warnings) == 1, warnings
    assert "citeAs" in warnings[0]
    assert "not standard" not in done.stderr


def test_a_broken_document_does_not_validate(tmp_path: Path, facts: CardFacts) -> None:
    import mlcroissant

    document = croissant(facts)
    document["recordSet"][1]["field"][1]["dataType"] = "sc:Nonsense"
    with pytest.raises(mlcroissant.ValidationError):
        mlcroissant.Dataset(str(write(tmp_path, document)))


def test_rows_load_from_a_local_build(tmp_path: Path, facts: CardFacts) -> None:
    path = write(tmp_path, croissant(replace(facts, repo=None)))
    rows = records(path, DEDUPLICATED)
    assert ids(rows) == [(b"test", b"t.txt"), (b"train", b"a.txt"), (b"train", b"b.txt"), (b"train", b"d.txt")]
    assert ids(records(path, ALL)) == sorted([*ids(rows), (b"train", b"c.txt")])
    full = next(row for row in rows if row["id"] == b"a.txt")
    assert set(full) == {"split", *COLUMN_NAMES}
    stretches = [
        {key.rsplit("/", 1)[1]: item.decode() if isinstance(item, bytes) else int(item) for key, item in part.items()}
        for part in full["boilerplate"]
    ]
    assert stretches == rows_of_all_kinds()[0]["boilerplate"]
    assert full["boilerplate_flags"] == [b"byline", b"share_links"]
    assert full["published_at"].isoformat() == "2024-02-29T10:30:00+00:00"
    assert (full["char_count"], full["language_score"], full["duplicate_of"]) == (50, 0.999, None)


def test_with_a_repo_the_same_rows_load_from_a_copy_of_it(tmp_path: Path, facts: CardFacts) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    rows = records(write(alone, croissant(facts)), DEDUPLICATED, mapping={"repo": str(tmp_path)})
    assert [name for _, name in ids(rows)] == [b"t.txt", b"a.txt", b"b.txt", b"d.txt"]


def test_every_file_stands_there_with_its_digest(tmp_path: Path, facts: CardFacts) -> None:
    document = croissant(facts)
    files = {entry["@id"]: entry for entry in document["distribution"] if entry["@id"].startswith("data/")}
    paths = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.parquet")}
    assert set(files) == set(paths)
    for name, path in paths.items():
        assert files[name]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert files[name]["contentSize"] == f"{path.stat().st_size} B"


def test_both_configs_have_every_column_and_only_their_own_files(facts: CardFacts) -> None:
    document = croissant(facts)
    sets = {entry["@id"]: entry for entry in document["recordSet"]}
    includes = {entry["@id"]: entry["includes"] for entry in document["distribution"] if "includes" in entry}
    for config in CONFIGS:
        assert [field["name"] for field in sets[config]["field"]] == ["split", *COLUMN_NAMES]
        assert [row[f"{config}_splits/split_name"] for row in sets[f"{config}_splits"]["data"]] == ["train", "test"]
    assert len(includes["all-files"]) == 4
    assert includes["deduplicated-files"] == [name for name in includes["all-files"] if "/unique-" in name]


def test_no_clock_and_no_place_reaches_it(facts: CardFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    document = croissant(facts)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example")
    assert croissant(facts) == document
    assert "datePublished" not in document
    assert croissant(replace(facts, published="2024-03-01"))["datePublished"] == "2024-03-01"


def test_what_is_not_stated_is_left_out(facts: CardFacts) -> None:
    bare = croissant(replace(facts, repo="", license="", description=""))
    assert not {"url", "license", "description", "keywords"} & set(bare)
    assert "repo" not in [entry["@id"] for entry in bare["distribution"]]
    assert croissant(facts)["license"] == "https://spdx.org/licenses/CC-BY-4.0"
    assert croissant(replace(facts, license="all rights reserved"))["license"] == "all rights reserved"
