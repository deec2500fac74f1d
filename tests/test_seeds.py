"""The three real inputs of `../shared/seeds`: what the issue that this project began with asks of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

import corpus
from tests.conftest import Release, build_release


@pytest.fixture(scope="module")
def seeds(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return build_release(shared / "seeds", tmp_path_factory.mktemp("seeds") / "build")


def row(release: Release, start: str) -> dict[str, Any]:
    return next(found for row_id, found in release.rows.items() if row_id.startswith(start))


def removed(found: dict[str, Any]) -> dict[str, str]:
    """What was taken out, by kind."""
    texts: dict[str, str] = {}
    for stretch in found["boilerplate"]:
        texts[stretch["kind"]] = texts.get(stretch["kind"], "") + stretch["text"]
    return texts


def test_three_rows_and_nothing_rejected(seeds: Release) -> None:
    assert len(seeds.rows) == 3
    assert seeds.rejected == {}
    assert seeds.build.checks.passed


def test_all_are_english(seeds: Release) -> None:
    assert {found["language"] for found in seeds.rows.values()} == {"en"}


def test_odesa(seeds: Release) -> None:
    found = row(seeds, "000_")
    assert found["title"] is None
    assert removed(found)["caption"].strip() == "patriot missile system"
    assert removed(found)["image_credit"].strip() == "(Image source: DVIDS)"
    assert removed(found)["separator"].strip() == "~"
    lines = found["body"].split("\n")
    assert "patriot missile system" not in lines
    assert "~" not in lines
    for heading in (
        "Missile Attack on Odesa and its Impact",
        "Strategic Partnership and Alliance Summit",
        "Calls for More Missiles and Defense Systems",
        "Tensions Escalate in the Black Sea and Zaporizhzhia",
    ):
        assert heading in lines


def test_the_truncated_copy(seeds: Release) -> None:
    found, kept = row(seeds, "001_"), row(seeds, "000_")
    assert found["title"] is None
    tweet, author = removed(found)["social_embed"].strip().split("\n")
    assert tweet.endswith("pic.twitter.com/Era3hxgzx7")
    assert author.startswith("— Anton Gerashchenko")
    assert removed(found)["comments"].strip() == "COMMENTS"
    assert removed(found)["separator"].strip() == "~"
    assert found["duplicate_kind"] == "contained"
    assert found["duplicate_of"] == kept["id"]
    assert found["duplicate_overlap"] >= 0.95
    assert found["duplicate_group"] == kept["duplicate_group"]
    assert kept["duplicate_kind"] == "kept"


def test_the_one_with_a_comment_form(seeds: Release) -> None:
    found = row(seeds, "004_")
    assert found["title"] == "European Conflict Ramps Up, Missiles Fired From Outside Russia and Ukraine"
    assert found["field_sources"] == [{"field": "title", "source": "line"}]
    assert {"comment_form", "adjacent_links", "related_links", "title"} <= set(found["boilerplate_flags"])
    assert found["body"].endswith("what happens next.")
    texts = removed(found)
    assert [line for line in texts["comment_form"].split("\n") if line] == [
        "Leave a Reply",
        "Your email address will not be published. Required fields are marked *",
    ]
    assert texts["adjacent_links"].count("BREAKING: Sweden Jumps Into War") == 2
    assert texts["adjacent_links"].count("Nine-Year Highs") == 2
    assert texts["related_links"].strip() == "Related Posts"
    assert found["duplicate_kind"] == "unique"


def test_restore_gives_every_text_back(seeds: Release) -> None:
    for found in seeds.rows.values():
        assert hashlib.sha256(corpus.restore(found).encode()).hexdigest() == found["text_sha256"]
