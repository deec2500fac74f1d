"""What `corpus check` tells a build server: annotations, JUnit, SARIF, a summary; each read as its reader reads it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from corpus import cli
from corpus.ci.findings import FailedRow, Finding
from corpus.ci.github import MOST, annotation_lines, harmless
from corpus.ci.junit import junit
from corpus.ci.summary import MOST_BYTES, summary
from corpus.io.documents import read_manifest
from corpus.model import CheckOutcome, CheckReport
from tests.conftest import Release, write_files

HOSTILE = "::error::taken ##[add-path]x <b>|`*_</b> \u202e]]> 100%0A"
"""A title that would be a command, an element, a table's cell or a mark, if anybody let it."""

OWN_SUITE = {
    "name": "zoo",
    "expectations": [
        {
            "type": "expect_table_row_count_to_be_between",
            "kwargs": {"max_value": 1},
            "meta": {"name": "##[add-path]y"},
        }
    ],
}
"""A suite of the maintainer's, whose check has a name that an older runner would take for a command."""

BODY = "The council of Ashford voted on Tuesday to repair the old mill bridge before winter, said the mayor."

COMMAND = re.compile(r"^::(?P<name>[a-z-]+)(?: (?P<given>[^:]*))?::(?P<message>.*)$")


def record(key: str, title: str) -> str:
    return json.dumps({"id": key, "title": title, "text": f"{BODY} The {key} boat was there {len(key)} times."})


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose release fails: its titles are too long for its settings, and it has too few rows."""
    home = tmp_path_factory.mktemp("failed")
    records = [record("ok", "Short"), "", *(record(f"k{number}", f"{HOSTILE} {number}") for number in range(15))]
    limits = "[checks]\nmax_title_chars = 20\nmin_rows = 1000\n"
    files: dict[str, str | bytes] = {
        "corpus.toml": f'name = "town"\ninput = "raw"\n{limits}',
        "validation/zoo.json": json.dumps(OWN_SUITE),
        "raw/letters.jsonl": "\n".join(records) + "\n",
        "raw/a b/plain: one, two.txt": f"{HOSTILE}\n\n{BODY}\n",
        "raw/table.csv": f'id,title,text\nq1,"Short\nin two","{BODY}"\n'
        f'q2,Another title of more characters,"{BODY} So it goes."\n',
    }
    write_files(home, files)
    return home


@pytest.fixture
def run(failed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """`run("--format", "sarif")` gives what `corpus check` prints of the failed release, in the project's folder."""
    monkeypatch.chdir(failed)

    def command(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["corpus", *arguments])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return int(stop.value.code or 0), capsys.readouterr().out

    if not (failed / "build.failed").exists():
        assert command("build", "--quiet", "--jobs", "1")[0] == 1

    def checked(*arguments: str) -> str:
        code, out = command("check", "build.failed", *arguments)
        assert code == 1
        return out

    return checked


def unescaped(text: str) -> str:
    """As a runner reads it."""
    return unquote(text)


def commands(out: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """The workflow commands in an output, as GitHub's runner finds them: behind leading blanks, and nowhere else."""
    for line in out.splitlines():
        if line.lstrip().startswith("::"):
            match = COMMAND.match(line)
            assert match, line
            given = dict(item.split("=", 1) for item in (match["given"] or "").split(","))
            yield match["name"], {name: unescaped(value) for name, value in given.items()}, unescaped(match["message"])


def test_github_gets_ten_annotations_the_worst_first_and_a_notice_of_the_rest(run: Callable[..., str]) -> None:
    found = list(commands(run("--format", "github")))
    assert [name for name, _, _ in found] == ["error"] * MOST + ["notice"]
    assert found[0][1] == {"file": "corpus.toml", "line": "1", "title": "the corpus has enough rows (standard.json)"}
    assert "limit: at least 1000" in found[0][2]
    places = {(given["file"], given["line"]) for _, given, _ in found[1:MOST]}
    assert {("raw/letters.jsonl", str(line)) for line in (3, 4, 13)} <= places
    assert ("raw/a b/plain: one, two.txt", "1") in places
    # 2 for the corpus as a whole, and 17 rows with long titles.
    assert f"{2 + 17 - MOST} more" in found[-1][2]


def test_an_article_commands_no_runner(run: Callable[..., str]) -> None:
    out = run("--format", "github")
    assert "##[" not in out
    assert "add-path" in out
    assert {name for name, _, _ in commands(out)} == {"error", "notice"}
    told = [message for _, given, message in commands(out) if given["title"].startswith("title is not too long")]
    assert told
    assert all("]]> 100%0A" in message or "Another title" in message or "Short in two" in message for message in told)
    assert all("limit: " in message for message in told)
    assert "\u202e" not in out
    assert harmless("  ::set-output name=x::y").lstrip().startswith("\\")


def test_junit_counts_every_check_and_names_the_rows(run: Callable[..., str]) -> None:
    root = ET.fromstring(run("--format", "junit"))
    suite = next(suite for suite in root if suite.get("name") == "standard.json")
    cases = list(suite)
    failures = [case for case in cases if case.find("failure") is not None]
    assert (int(suite.get("tests", "")), int(suite.get("failures", ""))) == (len(cases), len(failures))
    titles = next(case for case in failures if case.get("name") == "title is not too long").find("failure")
    assert titles is not None
    assert "raw/letters.jsonl:3: letters.jsonl#k0: " in (titles.text or "")
    assert "]]>" in (titles.text or "")


def test_sarif_points_to_every_row(run: Callable[..., str]) -> None:
    document: dict[str, Any] = json.loads(run("--format", "sarif"))
    assert document["version"] == "2.1.0"
    (made,) = document["runs"]
    rules = made["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in made["results"])
    places = [result["locations"][0]["physicalLocation"] for result in made["results"]]
    assert places[0]["artifactLocation"]["uri"] == "corpus.toml"
    uris = {place["artifactLocation"]["uri"] for place in places}
    assert uris == {"corpus.toml", "raw/letters.jsonl", "raw/table.csv", "raw/a%20b/plain:%20one%2C%20two.txt"}
    lines = {place["region"]["startLine"] for place in places if place["artifactLocation"]["uri"] == "raw/table.csv"}
    assert lines == {4}
    prints = [result["partialFingerprints"]["corpusCheckRow/v1"] for result in made["results"]]
    assert len(set(prints)) == len(prints)


def test_the_summary_is_added_to_what_is_there(run: Callable[..., str], tmp_path: Path) -> None:
    page = tmp_path / "summary.md"
    page.write_text("Before.\n", encoding="utf-8")
    printed = run("--format", "markdown", "--summary", str(page))
    assert page.read_text("utf-8") == "Before.\n" + printed
    assert printed.startswith("## ❌ town 0.1.0: 3 of ")
    assert "`raw/letters.jsonl:3`" in printed
    assert "<b>" not in printed
    assert "::error" in printed
    # A row of a table stays one: no cell breaks out of it.
    widths = {line.replace("\\|", "").count("|") for line in printed.splitlines() if "k0" in line}
    assert widths == {4}


def test_a_summary_that_cannot_be_written_is_named(
    run: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "nowhere" / "summary.md"
    monkeypatch.setattr(sys, "argv", ["corpus", "check", "build.failed", "--summary", str(page)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 3
    said = capsys.readouterr().err
    assert "the summary cannot be written" in said
    assert str(page) in said


def test_a_sound_release_says_so_in_every_form(sample: Release, capsys: Any, monkeypatch: Any) -> None:
    for form, wanted in {
        "text": "data checks passed",
        "github": "data checks passed",
        "junit": 'failures="0"',
        "sarif": '"results": []',
        "markdown": "## ✅ town-papers",
        "json": '"passed": true',
    }.items():
        monkeypatch.setattr(sys, "argv", ["corpus", "check", str(sample.path), "--format", form])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out = capsys.readouterr().out
        assert not stop.value.code
        assert wanted in out
        assert not list(commands(out))


def outcome(number: int, **changes: Any) -> CheckOutcome:
    whole = CheckOutcome(
        suite="own.json",
        check=f"check {number:05}",
        column="title",
        limit="at most 3",
        found="7",
        passed=False,
        failed_rows=20,
        sample=tuple(f"row{number}-{row}" for row in range(20)),
    )
    return replace(whole, **changes)


def findings(outcomes: list[CheckOutcome]) -> list[Finding]:
    def rows(one: CheckOutcome) -> tuple[FailedRow, ...]:
        return tuple(FailedRow(id=name, file=f"{name}.txt", line=1, excerpt="x" * 120) for name in one.sample)

    return [Finding(outcome=one, rows=rows(one)) for one in outcomes]


def report(outcomes: list[CheckOutcome]) -> CheckReport:
    return CheckReport(
        passed=False, expected=len(outcomes), evaluated=len(outcomes), thresholds={}, outcomes=tuple(outcomes)
    )


def test_a_summary_of_very_many_failures_stays_small(sample: Release) -> None:
    outcomes = [outcome(number) for number in range(2_000)]
    text = summary(read_manifest(sample.path), report(outcomes), findings(outcomes))
    assert MOST_BYTES // 2 < len(text.encode()) <= MOST_BYTES
    shown = text.count("### ❌")
    assert f"{2_000 - shown} more sections are left out" in text


def test_the_summary_shows_before_and_after(sample: Release) -> None:
    outcomes = [outcome(1), outcome(2, passed=True, found="2")]
    before = {"outcomes": [{"suite": "own.json", "check": "check 00002", "column": "title", "found": "1"}]}
    text = summary(
        read_manifest(sample.path), report(outcomes), findings(outcomes[:1]), before=before, changes="## News"
    )
    assert "| ✅ | check 00002 | at most 3 | 1 | 2 |" in text
    assert "| ❌ | check 00001 | at most 3 | not checked | 7 |" in text
    assert text.endswith("## News\n")


def test_every_failed_check_is_annotated_before_any_has_two(sample: Release) -> None:
    lines = list(annotation_lines(findings([outcome(number) for number in range(8)]), place="corpus.toml"))
    first = [name for _, given, _ in commands("\n".join(lines[:8])) for name in [given["title"]]]
    assert first == [f"check {number:05} (own.json)" for number in range(8)]
    assert len(lines) == MOST + 1


def test_rows_that_are_not_named_are_counted(sample: Release) -> None:
    failed = outcome(1, failed_rows=500)
    notice = list(commands("\n".join(annotation_lines(findings([failed]), place="corpus.toml"))))[-1]
    assert f"{500 - MOST} more findings" in notice[2]
    (explained,) = ET.fromstring(junit(report([failed]), findings([failed]))).iter("failure")
    assert (explained.text or "").endswith(f"\nand {500 - len(failed.sample)} more rows")
    text = summary(read_manifest(sample.path), report([failed]), findings([failed]))
    assert f"\nand {500 - text.count('.txt:1`')} more rows" in text


def test_what_xml_cannot_hold_is_made_visible() -> None:
    (found,) = findings([outcome(1, sample=("a",), failed_rows=1)])
    rung = replace(found, rows=(replace(found.rows[0], excerpt="a bell \x07"),))
    (explained,) = ET.fromstring(junit(report([rung.outcome]), [rung])).iter("failure")
    assert "a bell \\x07" in (explained.text or "")


def test_a_crashed_check_is_an_error_for_junit() -> None:
    crashed = outcome(1, error="TypeError: \x00 no", sample=(), failed_rows=0)
    root = ET.fromstring(junit(report([crashed]), findings([crashed])))
    assert root.get("errors") == "1"
    assert "\\x00" in (root.find(".//error").get("message") or "")  # type: ignore[union-attr]
