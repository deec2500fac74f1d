"""`corpus explain` tells what a row shares with the rows it is grouped with, or is not."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from corpus.cli import cli
from corpus.release.pair_evidence import PASSAGE, PairEvidence, longest_passage, pair_evidence
from corpus.transforms.duplicates.find import DuplicateOptions
from corpus.transforms.duplicates.sketch import SketchOptions
from tests.conftest import Release, build_release, write_files
from tests.test_duplicates import article, edited, in_script
from tests.test_duplicates_cases import weather

HEAD = "Harbour board meets again\n\n"


def prose(seed: int, count: int = 300) -> str:
    """Sentences of invented words, in paragraphs."""
    words = article(seed, count)
    sentences = [" ".join(words[start : start + 12]).capitalize() + "." for start in range(0, count, 12)]
    return "\n\n".join(" ".join(sentences[start : start + 4]) for start in range(0, len(sentences), 4))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    root = tmp_path_factory.mktemp("pairs")
    first, second = prose(1), prose(2)
    changed = " ".join(edited(first.split(" "), 40))
    files: dict[str, str | bytes] = {
        "whole.txt": first + "\n\nAnd that is all there was to say about it.\n",
        "same.txt": (first + "\n\nAnd that is all there was to say about it.\n").upper(),
        "near.txt": changed,
        "part.txt": first[:900],
        "one.txt": second,
        "other.txt": prose(3, 280),
        "both.txt": second + "\n\n" + prose(3, 280),
        "quoting.txt": prose(4) + "\n\n" + prose(5, 200),
        "quoted.txt": prose(6, 250) + "\n\n" + prose(5, 200),
        "monday.txt": weather(1),
        "tuesday.txt": weather(9),
    }
    return build_release(write_files(root / "raw", files), root / "build")


def evidence(release: Release, name: str) -> dict[str, PairEvidence]:
    found = pair_evidence(release.path, release.rows[name], SketchOptions(), DuplicateOptions())
    return {pair.id: pair for pair in found}


@pytest.mark.parametrize(
    ("name", "other", "rule"),
    [
        ("near.txt", "same.txt", "near"),
        ("part.txt", "same.txt", "contained"),
        ("whole.txt", "same.txt", "exact"),
        ("one.txt", "both.txt", "merged"),
        ("both.txt", "one.txt", "merged"),
        ("quoting.txt", "quoted.txt", "related"),
        ("monday.txt", "tuesday.txt", "record"),
    ],
)
def test_the_rule_is_told(release: Release, name: str, other: str, rule: str) -> None:
    assert evidence(release, name)[other].rule == rule


def test_figures_are_those_of_the_release(release: Release) -> None:
    for name, row in release.rows.items():
        found = evidence(release, name)
        if row["duplicate_of"]:
            assert found[row["duplicate_of"]].share == row["duplicate_overlap"]
        for entry in row["related"]:
            pair = found[entry["id"]]
            assert (pair.share, pair.share_of_other) == (entry["share"], entry["share_of_other"])


def test_a_passage_is_quoted_as_it_stands(release: Release) -> None:
    pair = evidence(release, "quoting.txt")["quoted.txt"]
    assert len(pair.passage) == PASSAGE
    assert pair.passage[:-1] in release.rows["quoting.txt"]["body"]


def test_the_longest_passage() -> None:
    options = SketchOptions()
    assert longest_passage("a b c d e f g", "x: B, c d; e F y", options) == "b c d e f"
    assert longest_passage("one two three", "four five", options) == ""
    assert longest_passage("Only three words!", "only THREE words", options) == "Only three words"
    repeated = "to be or not to be or not to be or not to be"
    assert longest_passage(repeated, f"he said {repeated} and left", options) == repeated
    thai = in_script(0x0E01, 0x0E2E, 80, 1)
    assert longest_passage(thai, thai[20:60], options) == thai[20:60]


def test_the_command(release: Release) -> None:
    shown = CliRunner().invoke(cli, ["explain", "part.txt", "--build", str(release.path)])
    assert shown.exit_code == 0, shown.output
    assert "contained: same.txt" in shown.output
    assert "100.0% of this row's" in shown.output
    found = CliRunner().invoke(cli, ["explain", "part.txt", "--build", str(release.path), "--json"])
    assert [pair["rule"] for pair in json.loads(found.output)["pairs"]] == ["contained"]
