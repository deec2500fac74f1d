"""The sample corpus against what a careful human says of every file, and through `datasets.load_dataset`."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import corpus
from corpus.schema import KINDS
from corpus.transforms.normalize import normalize
from tests.clients import LEAVE
from tests.conftest import ROOT, Release

GOLD = [json.loads(line) for line in (ROOT / "tests" / "data" / "town_papers.jsonl").read_text("utf-8").splitlines()]
ROWS = [entry for entry in GOLD if entry["outcome"] == "row"]


def by_path(entries: list[dict[str, Any]], field: str) -> dict[str, Any]:
    return {entry["path"]: entry[field] for entry in entries}


def labelled_lines(stretches: list[dict[str, str]]) -> Counter[tuple[str, str]]:
    """Every line of the stretches with its kind."""
    pairs = [(item["kind"], line.strip()) for item in stretches for line in normalize(item["text"]).split("\n")]
    return Counter(pair for pair in pairs if pair[1])


def test_every_input_has_its_outcome(sample: Release) -> None:
    found = {**dict.fromkeys(sample.rows, "row"), **{path: item["reason"] for path, item in sample.rejected.items()}}
    assert found == by_path(GOLD, "outcome")


def test_titles(sample: Release) -> None:
    assert {path: sample.rows[path]["title"] for path in by_path(ROWS, "title")} == by_path(ROWS, "title")


def test_languages(sample: Release) -> None:
    assert {path: sample.rows[path]["language"] for path in by_path(ROWS, "path")} == by_path(ROWS, "language")


@pytest.mark.parametrize("field", ["duplicate_kind", "duplicate_of"])
def test_duplicates(field: str, sample: Release) -> None:
    assert {path: sample.rows[path][field] for path in by_path(ROWS, field)} == by_path(ROWS, field)


def test_copies_share_a_group_and_others_do_not(sample: Release) -> None:
    groups = {path: row["duplicate_group"] for path, row in sample.rows.items()}
    for entry in ROWS:
        if entry["duplicate_of"]:
            assert groups[entry["path"]] == groups[entry["duplicate_of"]]
    assert len(set(groups.values())) == sum(entry["duplicate_of"] is None for entry in ROWS)


@pytest.mark.parametrize("kind", KINDS)
def test_leftovers_of_each_kind(kind: str, sample: Release) -> None:
    """Of each kind, at most one line in ten is missed, and at most one in ten is none (lines, as a reader counts)."""
    wanted: Counter[tuple[str, str, str]] = Counter()
    found: Counter[tuple[str, str, str]] = Counter()
    for entry in ROWS:
        for name, text in labelled_lines(entry["removed"]):
            wanted[entry["path"], name, text] += name == kind
        for name, text in labelled_lines(sample.rows[entry["path"]]["boilerplate"]):
            found[entry["path"], name, text] += name == kind
    hits, every, taken = (wanted & found).total(), wanted.total(), found.total()
    assert every
    assert hits >= 0.9 * every, sorted((wanted - found).elements())
    assert hits >= 0.9 * taken, sorted((found - wanted).elements())


def test_hardly_a_word_of_an_article_is_lost(sample: Release) -> None:
    lost = []
    for entry in ROWS:
        gold = {line for _, line in labelled_lines(entry["removed"])}
        taken = labelled_lines(sample.rows[entry["path"]]["boilerplate"])
        lost += [(entry["path"], line) for _, line in taken if line not in gold]
    words = sum(len(line.split()) for _, line in lost)
    assert words <= 0.001 * sample.build.manifest.statistics.words, lost


def test_every_source_text_comes_back(sample: Release) -> None:
    for row in sample.rows.values():
        assert hashlib.sha256(corpus.restore(row).encode()).hexdigest() == row["text_sha256"]


def test_the_encodings_are_recorded(sample: Release) -> None:
    found = {row["encoding"] for row in sample.rows.values()}
    assert found == {"utf-8", "utf-8-sig", "utf-16", "windows-1252"}


LOAD = """
import sys
from datasets import load_dataset
import corpus
build = sys.argv[1]
single = load_dataset(build, split="train")
every = load_dataset(build, "all", split="train", streaming=True)
rows = list(every)
print(len(single), len(rows), len({row["id"] for row in rows}))
print(all(row["duplicate_kind"] in ("unique", "kept") for row in single))
print(len(corpus.restore(rows[0])) >= len(rows[0]["body"]))
"""


def test_it_loads_with_datasets(sample: Release, tmp_path: Path) -> None:
    env = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    command = [sys.executable, "-c", LOAD + LEAVE, str(sample.path)]
    result = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True)
    statistics = sample.build.manifest.statistics
    single = statistics.duplicate_kinds["unique"] + statistics.duplicate_kinds["kept"]
    assert result.stdout.split() == [str(single), str(statistics.rows), str(statistics.rows), "True", "True"], (
        result.stderr
    )
