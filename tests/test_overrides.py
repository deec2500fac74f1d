"""What a maintainer writes beside the settings is read strictly, and before any article."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from corpus.config import load_config
from corpus.errors import ConfigError
from corpus.io.exclusions import Exclusions
from corpus.io.overrides import read_overrides
from corpus.model import SourceFile
from corpus.project import Project, read_project, suites_of
from corpus.release.expectations import check_names
from corpus.release.suite import read_suite
from corpus.transforms.duplicates.join import ABSENT, layout_of, route, shared_hashes, unpacked
from corpus.transforms.duplicates.sketch import SketchOptions


def write(folder: Path, content: str | bytes, name: str = "overrides.jsonl") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_decisions_are_read_with_their_lines(tmp_path: Path) -> None:
    lines = (
        '\ufeff{"id": "a.txt", "title": "Café"}\r',
        "",
        '{"id": "a.txt", "language": "und"}',
        '{"id": "a.txt", "kind": "caption", "text": "One\\nTwo"}',
        '{"id": "a.txt", "kind": null, "text": "Three"}',
        '{"id": "a.txt", "not_duplicate_of": "b.txt"}',
        '{"id": "a.txt", "not_duplicate_of": "c.txt"}',
        '{"id": "b.txt", "title": null}',
        '{"id": "c.txt", "exclude": "asked for by its author"}',
    )
    found = read_overrides(write(tmp_path, "\n".join(lines)))
    assert [(item.line, item.action) for item in found] == [
        (1, "title"),
        (3, "language"),
        (4, "kind"),
        (5, "kind"),
        (6, "not_duplicate_of"),
        (7, "not_duplicate_of"),
        (8, "title"),
        (9, "exclude"),
    ]
    assert found[0].value == "Café"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "a.txt", "title": "Café"}'.encode("latin-1"), "not UTF-8"),
        (b'{"id": "a.txt", "title": "a\\ud800"}', "half a character"),
        (b'{"id": "a\\udfff.txt", "title": "a"}', "half a character"),
        (b'{"id": "a.txt", "kind": "caption", "text": "\\ud83d"}', "half a character"),
        (b'{"id": "a.txt", "title": ""}', "a title, or null"),
        (b'{"id": "a.txt", "title": " a"}', "a title, or null"),
        (b'{"id": "a.txt", "title": "a\\u00a0"}', "a title, or null"),
        (b'{"id": "a.txt", "title": "a\\nb"}', "a title, or null"),
        (b'{"id": "a.txt", "title": "a\\u2028b"}', "a title, or null"),
        (b'{"id": "a.txt", "title": "a\\u0007b"}', "a title, or null"),
        (b'{"id": "a.txt", "title": "a\\u0085b"}', "a title, or null"),
        (b'{"id": "a.txt", "exclude": ""}', "the reason"),
        (b'{"id": "a.txt", "exclude": "  "}', "the reason"),
        (b'{"id": "a.txt", "exclude": "a\\nb"}', "the reason"),
        (b'{"id": "a.txt", "title": "a", "text": "b"}', "text goes with kind only"),
        (b'{"id": "a.txt", "kind": "caption", "text": " "}', "needs the text"),
        (b'{"id": "a.txt", "not_duplicate_of": "a.txt"}', "apart from itself"),
        (b'{"id": "a.txt", "title": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"id": "z.txt", "title": "other"}', "decided already in line 1"),
        (b'{"id": "z.txt", "kind": "caption", "text": "x"}', "decided already in line 2"),
        (b'{"id": "y.txt", "not_duplicate_of": "z.txt"}', "decided already in line 3"),
    ],
)
def test_a_wrong_decision_is_an_error_with_its_line(line: bytes, message: str, tmp_path: Path) -> None:
    before = (
        b'{"id": "z.txt", "title": "Z"}\n{"id": "z.txt", "kind": null, "text": "x"}\n'
        b'{"id": "z.txt", "not_duplicate_of": "y.txt"}\n'
    )
    with pytest.raises(ConfigError, match=message) as caught:
        read_overrides(write(tmp_path, before + line))
    assert caught.value.where == "overrides.jsonl:4"
    str(caught.value).encode()


def test_a_decision_about_an_unknown_file_names_the_nearest_one(tmp_path: Path) -> None:
    decisions = read_overrides(write(tmp_path, '\n{"id": "nws/b.txt", "title": "x"}'))
    project = Project(decisions=tuple(decisions), exclusions=Exclusions(), template="", suites=(), settings_digest="")
    files = [SourceFile(id=name, path=name, size=1) for name in ("news/a.txt", "news/b.txt", "other.txt")]
    with pytest.raises(ConfigError, match="finds nothing to decide") as caught:
        project.by_file(files)
    assert caught.value.where == "overrides.jsonl:2"
    assert "did you mean 'news/b.txt'?" in caught.value.remedy


def test_a_decision_about_a_row_of_a_file_is_known_by_the_file(tmp_path: Path) -> None:
    decisions = read_overrides(write(tmp_path, '{"id": "all.jsonl#2", "title": "x"}'))
    project = Project(decisions=tuple(decisions), exclusions=Exclusions(), template="", suites=(), settings_digest="")
    assert list(project.by_file([SourceFile(id="all.jsonl", path="all.jsonl", size=1)])) == ["all.jsonl"]


SUITE = '{"expectations": [{"type": "expect_column_values_to_not_be_null", "kwargs": %s}]}'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dataset_card.md", "# {{ rwos }}\n"),
        ("dataset_card.md", "{% for %}\n"),
        ("dataset_card.md", "---\nconfigs: []\n---\n"),
        ("validation/own.json", "{"),
        ("validation/own.json", '{"expectations": []}'),
        ("validation/own.json", "[" * 100_000),
        ("validation/own.json", "1" * 5000),
        ("validation/own.json", SUITE % '{"column": "id", "x": "\\ud800"}'),
        ("validation/own.json", SUITE % '{"column": "idd"}'),
        ("validation/own.json", SUITE % '{"column_list": 5}'),
        ("validation/own.json", SUITE % '{"column": "id", "mostly": {"$PARAMETER": "max_unf"}}'),
    ],
)
def test_a_mistake_in_a_template_or_a_suite_is_found_before_the_articles(
    name: str, content: str, tmp_path: Path
) -> None:
    write(tmp_path, "", "corpus.toml")
    write(tmp_path, SUITE % '{"column": "id"}', "validation/fine.json")
    read_project(load_config(tmp_path))
    write(tmp_path, content, name)
    with pytest.raises(ConfigError):
        read_project(load_config(tmp_path))


def test_a_folder_is_no_suite(tmp_path: Path) -> None:
    (tmp_path / "validation" / "old.json").mkdir(parents=True)
    own = write(tmp_path, SUITE % '{"column": "id"}', "validation/own.json")
    assert suites_of(tmp_path)[1:] == [own]
    check_names(read_suite(own), ["id"], [])


def test_partners_beyond_the_texts_cost_nothing() -> None:
    ranks = np.array([0, 1, 2, ABSENT], np.uint32)
    layout = layout_of(4, len(ranks))
    entries, _ = route(np.array([7, 7, 7, 7], np.uint64), np.arange(5), ranks, layout)
    first, second = unpacked(shared_hashes(entries, layout, partners=10**15).pairs)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2)]


@pytest.mark.parametrize("name", ["words", "han_kana", "unspaced", "sampling", "window", "whole"])
@pytest.mark.parametrize("value", [10**23, 10**400])
def test_a_setting_of_shingles_has_an_upper_bound(name: str, value: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at most"):
        SketchOptions(**{name: value})
    write(tmp_path, f"[shingles]\n{name} = {10**23}\n", "corpus.toml")
    with pytest.raises(ConfigError):
        load_config(tmp_path)


def test_the_settings_digest_is_over_what_was_read(tmp_path: Path) -> None:
    write(tmp_path, "", "corpus.toml")
    digests = set()
    for title in ("a", "b"):
        write(tmp_path, json.dumps({"id": "a.txt", "title": title}))
        digests.add(read_project(load_config(tmp_path)).settings_digest)
    assert len(digests) == 2
