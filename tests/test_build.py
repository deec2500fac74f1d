"""What a maintainer can decide: overrides, globs, filters, splits, own suites and cards; and the same from Python."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import corpus
from corpus.errors import ConfigError
from tests.conftest import Maker, write_files

TOWNS = ("Ashford", "Millbrook", "Tollen", "Valmont", "Lindenau", "Ribera")


def article(town: str, number: int = 1) -> str:
    return (
        f"{town} opens library number {number}\n\n"
        f"The library of {town} opened its doors on Monday, and {number * 40} people came to see the {number} new "
        f"rooms before noon. The mayor of {town} read a poem of {number + 3} lines to the youngest visitors.\n\n"
        f"It is open on {number} days of the week, and {town} has wanted one for {number * 7} years.\n"
    )


ARTICLES: dict[str, str | bytes] = {f"{town.lower()}.txt": article(town, n) for n, town in enumerate(TOWNS, 1)}


def decided(*decisions: dict[str, Any]) -> dict[str, str | bytes]:
    lines = "".join(json.dumps(decision) + "\n" for decision in decisions)
    return {**ARTICLES, "corpus.toml": 'name = "libraries"\n', "overrides.jsonl": lines}


def test_a_title_is_set(make_release: Maker) -> None:
    release = make_release(decided({"id": "tollen.txt", "title": "A room for books"}))
    row = release.rows["tollen.txt"]
    assert row["title"] == "A room for books"
    assert {"field": "title", "source": "override"} in row["field_sources"]
    assert release.build.manifest.inputs.overrides == {"title": 1}


def test_a_title_that_is_none_goes_back_to_the_body(make_release: Maker) -> None:
    row = make_release(decided({"id": "tollen.txt", "title": None})).rows["tollen.txt"]
    assert row["title"] is None
    assert row["body"].startswith("Tollen opens library number 3\n\nThe library")


def test_a_line_gets_a_kind_and_another_comes_back(make_release: Maker) -> None:
    line = "It is open on 3 days of the week, and Tollen has wanted one for 21 years."
    files = decided(
        {"id": "tollen.txt", "kind": "advertisement", "text": line},
        {"id": "ribera.txt", "kind": None, "text": "Leave a Reply"},
    )
    files["ribera.txt"] = article("Ribera", 6) + "\nLeave a Reply\n"
    rows = make_release(files).rows
    stretch = rows["tollen.txt"]["boilerplate"][-1]
    assert (stretch["kind"], stretch["rule"], stretch["text"].strip()) == ("advertisement", "override", line)
    assert line not in rows["tollen.txt"]["body"]
    assert rows["ribera.txt"]["body"].endswith("Leave a Reply")


def test_a_language_is_set(make_release: Maker) -> None:
    row = make_release(decided({"id": "tollen.txt", "language": "sco"})).rows["tollen.txt"]
    assert (row["language"], row["language_score"]) == ("sco", 1.0)


def test_two_rows_are_kept_apart(make_release: Maker) -> None:
    files = decided()
    files["copy.txt"] = article("Tollen", 3).replace("youngest", "oldest")
    assert {row["duplicate_kind"] for row in make_release(files).rows.values()} == {"unique", "kept", "near"}
    files |= decided({"id": "tollen.txt", "not_duplicate_of": "copy.txt"})
    release = make_release({**files, "copy.txt": files["copy.txt"]})
    assert {row["duplicate_kind"] for row in release.rows.values()} == {"unique"}
    assert release.build.manifest.inputs.overrides == {"not_duplicate_of": 1}


def test_an_excluded_article_leaves_only_a_count(make_release: Maker) -> None:
    release = make_release(decided({"id": "tollen.txt", "exclude": "asked for by the family"}))
    inputs = release.build.manifest.inputs
    assert inputs.excluded == {"asked for by the family": 1}
    assert (inputs.count, inputs.rows) == (6, 5)
    for path in release.path.rglob("*"):
        if path.is_file():
            assert b"tollen" not in path.read_bytes().lower(), path


def test_the_card_tells_of_decisions(make_release: Maker) -> None:
    release = make_release(
        decided({"id": "tollen.txt", "exclude": "take-down"}, {"id": "ribera.txt", "title": "Books"})
    )
    card = (release.path / "README.md").read_text("utf-8")
    assert "take-down" in card
    assert "exclude" in card


def test_globs_choose_the_inputs(make_release: Maker) -> None:
    settings = '[inputs]\ninclude = ["*.txt", "notes/**"]\nexclude = ["notes/old/*"]\n'
    files = {
        **ARTICLES,
        "corpus.toml": settings,
        "notes/a.md": article("Nether", 9),
        "notes/old/b.md": article("Old", 8),
    }
    release = make_release({**files, "other.md": article("Other", 7)})
    assert set(release.rows) == {*ARTICLES, "notes/a.md"}
    assert {path: entry["detail"] for path, entry in release.rejected.items()} == {
        "notes/old/b.md": "exclude notes/old/*",
        "other.md": "matches no include glob",
    }


@pytest.mark.parametrize(
    ("settings", "left_out"),
    [
        ("min_words = 30", {"short.txt"}),
        ("max_words = 30", set(ARTICLES) | {"german.txt"}),
        ('languages = ["en"]', {"german.txt"}),
    ],
)
def test_filters_reject(settings: str, left_out: set[str], make_release: Maker) -> None:
    german = "Die Bücherei der Stadt wurde am Montag eröffnet, und viele Leute kamen, um die neuen Räume zu sehen. " * 2
    files = {**ARTICLES, "short.txt": "The library of the town is closed on Mondays.\n", "german.txt": german}
    release = make_release({**files, "corpus.toml": f"[filters]\n{settings}\n"})
    assert set(release.rejected) == left_out
    assert {entry["reason"] for entry in release.rejected.values()} == {"filtered"}


def test_splits_follow_the_groups(make_release: Maker) -> None:
    files: dict[str, str | bytes] = {
        f"{n:03d}.txt": article(f"Town{'abcdefghij'[n % 10] * (n // 10 + 2)}", n) for n in range(60)
    }
    files |= {f"copy-{n:03d}.txt": files[f"{n:03d}.txt"] for n in range(0, 60, 3)}
    release = make_release({**files, "corpus.toml": "[splits]\ntrain = 0.6\nvalidation = 0.2\ntest = 0.2\n"})
    splits: dict[str, set[str]] = {}
    sizes: Counter[str] = Counter()
    for path in release.path.glob("data/*/*.parquet"):
        import pyarrow.parquet as pq

        for group in pq.read_table(path, columns=["duplicate_group"], partitioning=None)["duplicate_group"].to_pylist():
            splits.setdefault(group, set()).add(path.parent.name)
            sizes[path.parent.name] += 1
    assert all(len(found) == 1 for found in splits.values())
    assert set(sizes) == {"train", "validation", "test"}
    assert sizes["train"] > sizes["validation"] + sizes["test"]


def test_own_suites_and_cards_are_used(make_release: Maker) -> None:
    suite = {
        "name": "ours",
        "expectations": [
            {
                "type": "expect_column_values_to_match_regex",
                "kwargs": {"column": "id", "regex": "^[a-z]+\\.txt$"},
                "meta": {"name": "our names"},
            }
        ],
    }
    files = {
        **ARTICLES,
        "corpus.toml": "",
        "validation/ours.json": json.dumps(suite),
        "dataset_card.md": "# Ours\n\n{{ rows }} rows\n",
    }
    release = make_release(files)
    assert any(outcome.suite.startswith("ours") and outcome.passed for outcome in release.build.checks.outcomes)
    assert "\n6 rows\n" in (release.path / "README.md").read_text("utf-8")
    failing = make_release({**files, "UPPER.txt": article("Upper", 12)})
    assert failing.path.name == "build.failed"
    assert not failing.build.checks.passed


def test_an_unknown_blank_of_a_card_is_an_error(make_release: Maker) -> None:
    with pytest.raises(ConfigError, match="rwos"):
        make_release({**ARTICLES, "corpus.toml": "", "dataset_card.md": "# Ours\n\n{{ rwos }} rows\n"})


def test_settings_may_stand_in_pyproject(make_release: Maker) -> None:
    release = make_release(
        {**ARTICLES, "pyproject.toml": '[tool.corpus]\nname = "in-pyproject"\n[tool.corpus.filters]\nmin_words = 1\n'}
    )
    assert release.build.manifest.name == "in-pyproject"
    assert "pyproject.toml" not in release.rejected


def test_the_settings_show_in_their_digest(make_release: Maker, tmp_path: Path) -> None:
    digests = set()
    for number, extra in enumerate(("", "[language]\nmin_letters = 10\n", 'version = "0.2.0"\n')):
        files = {**ARTICLES, "corpus.toml": extra}
        release = make_release(write_files(tmp_path / f"raw{number}", files), out=tmp_path / f"b{number}")
        digests.add((release.build.manifest.settings_digest, release.build.manifest.content_digest))
    assert len({settings for settings, _ in digests}) == 3
    assert len({content for _, content in digests}) == 1


def test_another_release_is_no_input(make_release: Maker, tmp_path: Path) -> None:
    source = write_files(tmp_path / "raw", dict(ARTICLES))
    first = make_release(source, out=source / "first")
    second = make_release(source, out=source / "second")
    assert set(second.rows) == set(first.rows)
    assert second.rejected == {}


@pytest.mark.parametrize("settings", [{}, {"corpus.toml": ""}])
def test_own_files_are_never_articles(settings: dict[str, str], make_release: Maker) -> None:
    own = {
        "dataset_card.md": "# Ours\n\nA card, not an article.\n",
        "overrides.jsonl": "",
        "schemas/x.txt": article("X"),
    }
    release = make_release({**ARTICLES, **settings, **own})
    assert set(release.rows) == set(ARTICLES)
    assert release.rejected == {}


def test_a_project_inside_its_input_is_no_article(make_release: Maker, tmp_path: Path) -> None:
    project = {"proj/corpus.toml": 'input = ".."\n', "proj/dataset_card.md": "# Ours\n"}
    write_files(tmp_path / "raw", {**ARTICLES, **project})
    release = make_release(tmp_path / "raw" / "proj")
    assert set(release.rows) == set(ARTICLES)
    assert release.rejected == {}


def test_from_python(tmp_path: Path) -> None:
    build = corpus.build(write_files(tmp_path / "raw", dict(ARTICLES)), out=tmp_path / "build")
    assert build.checks.passed
    assert build.path == tmp_path / "build"
    assert build.manifest.statistics.rows == 6


def test_one_row(make_release: Maker) -> None:
    release = make_release({"one.md": "# Rain\n\nIt rained in Tollen all day, and nobody minded it at all.\n"})
    assert release.rows["one.md"]["title"] == "Rain"
    assert release.build.checks.passed
