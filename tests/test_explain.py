"""`corpus explain` tells of every line of a row's source text what was done with it, and why."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from corpus.cli import cli
from corpus.errors import UsageError
from corpus.release.explain import explain_row
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.stretches import restore
from tests.conftest import Release, build_release

MENU = [
    "Home",
    "News",
    "Sports",
    "Subscribe",
    "Log in",
    "Search",
    "Share on Facebook",
    "Share on Twitter",
    "Market Day Moves Uphill",
]
ARTICLE = [
    "Mill Bridge Closes for Repairs",
    "By Ada Example",
    "The council of Ashford voted on Tuesday to close the old mill bridge, which carries the road to the station.",
    "Work will begin in May, said the mayor, and the road stays open for walkers in both directions until winter.",
]
BELOW = ["Related Posts", "Choir sings in the rain", "Leave a Reply", "Your email address will not be published."]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    root = tmp_path_factory.mktemp("explain")
    raw = root / "raw"
    raw.mkdir()
    (raw / "page.txt").write_text("\n".join([*MENU, *ARTICLE, *BELOW]) + "\n", encoding="utf-8")
    (raw / "clean.txt").write_text("\n\n".join(ARTICLE) + "\n", encoding="utf-8")
    return build_release(raw, root / "build")


@pytest.mark.parametrize("name", ["page.txt", "clean.txt"])
def test_every_line_is_told_with_what_the_row_says_of_it(release: Release, name: str) -> None:
    row = release.rows[name]
    lines = list(explain_row(row, BoilerplateOptions()))
    text = restore(row["body"], row["boilerplate"])
    assert [line.text for line in lines] == [line.strip() for line in text.split("\n") if line.strip()]
    assert [text.split("\n")[line.number - 1].strip() for line in lines] == [line.text for line in lines]
    assert {line.text for line in lines if line.kind is None} == {line for line in row["body"].split("\n") if line}
    rules = {stretch["rule"] for stretch in row["boilerplate"]}
    assert {line.rule for line in lines if line.kind is not None} == rules


def test_what_the_model_weighed_is_told(release: Release) -> None:
    weighed = [line for line in explain_row(release.rows["page.txt"], BoilerplateOptions()) if line.score is not None]
    assert weighed
    assert all(line.reasons for line in weighed)
    assert any(line.kind is None and line.score is not None and line.score > 0 for line in weighed)


def test_the_lines_that_competed_for_the_title_are_told(release: Release) -> None:
    weighed = [
        line for line in explain_row(release.rows["page.txt"], BoilerplateOptions()) if line.title_score is not None
    ]
    best = max(weighed, key=lambda line: line.title_score or 0)
    assert len(weighed) > 1
    assert best.text == release.rows["page.txt"]["title"]
    assert all(line.title_reasons for line in weighed)
    assert best.title_reasons[0][1] > 0


def test_no_line_competed_where_the_article_stands_alone(release: Release) -> None:
    lines = explain_row(release.rows["clean.txt"], BoilerplateOptions())
    assert {line.title_score for line in lines} == {None}


def test_a_row_made_with_other_settings_is_told_by_its_own_rules(release: Release) -> None:
    row = release.rows["page.txt"]
    lines = list(explain_row(row, BoilerplateOptions(languages=("ja",))))
    assert [(line.kind, line.rule) for line in lines] == [
        (line.kind, line.rule) for line in explain_row(row, BoilerplateOptions())
    ]


def test_the_command(release: Release) -> None:
    shown = CliRunner().invoke(cli, ["explain", "page.txt", "--build", str(release.path)])
    assert shown.exit_code == 0, shown.output
    assert "related_links by phrase:en:related_links" in shown.output
    assert "model " in shown.output
    found = CliRunner().invoke(cli, ["explain", "page.txt", "--build", str(release.path), "--json"])
    document = json.loads(found.output)
    assert document["id"] == "page.txt"
    assert len(document["lines"]) == len(MENU + ARTICLE + BELOW)


def test_an_unknown_row_is_told_with_the_nearest(release: Release) -> None:
    found = CliRunner().invoke(cli, ["explain", "pages.txt", "--build", str(release.path)])
    assert isinstance(found.exception, UsageError)
    assert "page.txt" in str(found.exception)
