"""What the documentation says is true: tables, test vectors, commands and names are held against the code."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest

from corpus import cli
from corpus.config import SECTIONS
from corpus.layout import SCHEMA_VERSION
from corpus.schema import ARTICLE, COLUMNS, KINDS, REASONS
from corpus.transforms.canonical import canonical_rows, row_digests
from corpus.transforms.duplicates.sketch import SketchOptions, exact_keys, shingles
from tests.conftest import ROOT

FORMAT = (ROOT / "docs" / "format.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_the_format_names_every_column(column) -> None:  # type: ignore[no-untyped-def]
    assert f"| `{column.name}` | " in FORMAT
    assert column.meaning in FORMAT


@pytest.mark.parametrize("name", [*KINDS, *REASONS])
def test_the_format_names_every_kind_and_reason(name: str) -> None:
    assert f"\n| `{name}` | " in FORMAT


def test_the_format_bears_the_version() -> None:
    assert f"schema version {SCHEMA_VERSION}." in FORMAT


def test_the_content_vector() -> None:
    row_digest, content = re.findall(r"digest `((?:sha256:)?[0-9a-f]{64})`", FORMAT)[-2:]
    text = FORMAT.split("```json\n")[1].split("\n```")[0]
    row = json.loads(text)
    assert list(row) == [column.name for column in COLUMNS]
    batch = pa.RecordBatch.from_pylist([row], schema=ARTICLE)
    assert canonical_rows(batch).to_pylist() == [text]
    assert row_digests(batch).to_pylist() == [row_digest]
    assert "sha256:" + hashlib.sha256(f"{row_digest} {row['id']}\n".encode()).hexdigest() == content


@pytest.mark.parametrize("number", range(3))
def test_the_shingle_vectors(number: int) -> None:
    texts = ["The quick brown Fox jumps.", "東京は日本の首都である", "สวัสดีครับ ยินดีต้อนรับ"]
    found = shingles([texts[number]], SketchOptions()).hashes
    assert f"0x{int(found[0]):016X}" in FORMAT
    assert len(found) == (1, 4, 7)[number]
    if number == 0:
        key = exact_keys([texts[0]]).astype(">u8").tobytes().hex()
        assert re.sub(r"\s", "", key) in FORMAT


@pytest.mark.parametrize("name", sorted(cli.cli.commands))
def test_the_readme_shows_every_command(name: str) -> None:
    assert f"corpus {name}" in README


def test_links_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            if "{{" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_named_files_exist() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs" / "decisions").glob("*.md")]:
        for name in re.findall(
            r"`((?:tests|corpus|benchmarks|docs|schemas|validation)/[\w./-]+\.(?:py|md|json|txt|toml))`",
            page.read_text("utf-8"),
        ):
            assert (ROOT / name).exists(), f"{page.name}: {name}"


def test_every_table_of_the_settings_has_documented_fields() -> None:
    from dataclasses import fields

    for options in SECTIONS.values():
        assert all(field.metadata.get("doc", "").endswith(".") for field in fields(options)), options


def test_nothing_names_a_machine_or_an_index() -> None:
    pattern = re.compile(r"--(extra-)?index-url|/simple(/|$)|(^|[^a-zA-Z])/(work|farm|root)/", re.MULTILINE)
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts) or {"build", "__pycache__"} & set(parts)
        if path.is_file() and not hidden and path.name != Path(__file__).name:
            assert not pattern.search(path.read_text("utf-8", "replace")), path
