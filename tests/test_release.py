"""`corpus release`: the version that follows from a difference, settings, changelog, and what a build takes over."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.config import load_config
from corpus.errors import ConfigError, UsageError
from corpus.history.bump import LEVELS, Level, is_enough, least_version
from corpus.history.changelog import BEGIN, END, entry, first_entry, with_entry
from corpus.history.edition import local_edition
from corpus.history.releasing import next_version
from corpus.history.version_setting import with_version
from corpus.hub.patience import Patience
from corpus.hub.publish import publish
from corpus.io.documents import read_manifest
from corpus.naming import version_order
from tests.conftest import ROOT, Run, build_release, write_files
from tests.hub.accounts import WRITE_TOKEN
from tests.hub.fixtures import running_hub
from tests.small_history import article, between, lay
from tests.test_diff import page

TOWNS: dict[str, str | bytes] = {f"{town.lower()}.txt": page(town) for town in ("Ashford", "Beckton", "Clifton")}
SETTINGS = '# Ours.\nname = "towns"  # short\nversion = "1.0.0"   # of the data\n\n[release]\nprevious = "{}"\n'


@pytest.fixture(autouse=True)
def _no_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose release 1.0.0 lies in `releases/1.0.0`, built from the same files; tests copy it."""
    home = write_files(tmp_path_factory.mktemp("first") / "home", {**TOWNS, "corpus.toml": SETTINGS.format("")})
    build_release(home, home / "build")
    shutil.copytree(home / "build", home / "releases" / "1.0.0")
    write_files(home, {"corpus.toml": SETTINGS.format("releases/1.0.0")})
    return home


@pytest.fixture
def home(first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(first, tmp_path / "home", ignore=shutil.ignore_patterns(".build*"))
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


# Versions


@pytest.mark.parametrize(
    ("previous", "level", "expected"),
    [
        ("1.4.2", "none", "1.4.2"),
        ("1.4.2", "patch", "1.4.3"),
        ("1.4.2", "minor", "1.5.0"),
        ("1.4.2", "major", "2.0.0"),
        ("0.4.2", "patch", "0.4.3"),
        ("0.4.2", "minor", "0.4.3"),
        ("0.4.2", "major", "0.5.0"),
        ("1.5.0-rc.1", "patch", "1.5.0"),
        ("1.5.0-rc.1", "minor", "1.5.0"),
        ("1.5.0-rc.1", "major", "2.0.0"),
        ("1.5.1-rc.1", "minor", "1.6.0"),
        ("2.0.0-rc.1", "major", "2.0.0"),
        ("0.5.0-rc.1", "major", "0.5.0"),
        ("0.5.1-rc.1", "major", "0.6.0"),
    ],
)
def test_the_least_version(previous: str, level: Level, expected: str) -> None:
    assert least_version(previous, level) == expected


@pytest.mark.parametrize(
    ("version", "previous", "level", "enough"),
    [
        ("1.5.0", "1.4.2", "minor", True),
        ("1.4.3", "1.4.2", "minor", False),
        ("2.0.0", "1.4.2", "patch", True),
        ("1.5.0-rc.1", "1.4.2", "minor", True),
        ("1.5.0-rc.1", "1.4.2", "major", False),
        ("1.4.2", "1.4.2", "patch", False),
        ("1.4.2", "1.4.2", "none", True),
        ("1.4.1", "1.4.2", "none", False),
        ("1.5.0-rc.2", "1.5.0-rc.1", "minor", True),
        ("1.0.0", "0.9.9", "major", True),
    ],
)
def test_whether_a_version_is_enough(version: str, previous: str, level: Level, enough: bool) -> None:
    assert is_enough(version, previous, level) is enough


numbers = st.integers(0, 3)
versions = st.builds("{}.{}.{}{}".format, numbers, numbers, numbers, st.sampled_from(["", "", "-rc.1", "-2"]))


@given(versions, versions)
def test_a_higher_level_never_asks_for_less(previous: str, version: str) -> None:
    least = [version_order(least_version(previous, level)) for level in LEVELS]
    assert least == sorted(least)
    enough = [is_enough(version, previous, level) for level in LEVELS]
    assert enough == sorted(enough, reverse=True)
    for level in LEVELS:
        assert is_enough(least_version(previous, level), previous, level)


# The settings


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (
            "corpus.toml",
            'name = "x"\nversion = "1.0.0"  # ours\n[splits]\n',
            'name = "x"\nversion = "2.0.0"  # ours\n[splits]\n',
        ),
        ("corpus.toml", "version='1.0.0'\r\nname='x'\r\n", "version=\"2.0.0\"\r\nname='x'\r\n"),
        (
            "corpus.toml",
            '\ufeff# a\nname = "x"\n\n[inputs]\n',
            '\ufeff# a\nname = "x"\nversion = "2.0.0"\n\n[inputs]\n',
        ),
        ("corpus.toml", "", 'version = "2.0.0"\n'),
        ("corpus.toml", "[inputs]\n", 'version = "2.0.0"\n[inputs]\n'),
        ("corpus.toml", 'name = "x"', 'name = "x"\nversion = "2.0.0"\n'),
        (
            "corpus.toml",
            'description = """\nversion = "1.0.0"\n"""\nversion = "1.0.0"\n',
            'description = """\nversion = "1.0.0"\n"""\nversion = "2.0.0"\n',
        ),
        (
            "pyproject.toml",
            '[project]\nversion = "1.0.0"\n\n[tool.corpus]\nversion = "1.0.0"\n',
            '[project]\nversion = "1.0.0"\n\n[tool.corpus]\nversion = "2.0.0"\n',
        ),
        (
            "pyproject.toml",
            '[project]\nversion = "1.0.0"\n\n[tool.corpus] # ours\nname = "x"\n',
            '[project]\nversion = "1.0.0"\n\n[tool.corpus] # ours\nname = "x"\nversion = "2.0.0"\n',
        ),
        (
            "pyproject.toml",
            '[tool.corpus]\nlicense = "x"\n[tool.other]\nname = "y"\n',
            '[tool.corpus]\nversion = "2.0.0"\nlicense = "x"\n[tool.other]\nname = "y"\n',
        ),
    ],
)
def test_one_line_of_the_settings_changes(name: str, before: str, after: str) -> None:
    assert with_version(before, Path(name), "2.0.0") == after
    assert with_version(after, Path(name), "2.0.0") == after


def test_settings_on_one_line_are_left_to_people() -> None:
    with pytest.raises(ConfigError, match="cannot be written") as caught:
        with_version('[tool]\ncorpus = {version = "1.0.0"}\n', Path("pyproject.toml"), "2.0.0")
    assert 'version = "2.0.0"' in caught.value.remedy


# The changelog


def test_an_entry_tells_counts_and_ids_and_no_text(tmp_path: Path) -> None:
    old = lay(tmp_path / "old", [article("a.txt", "Secret words."), article("b.txt"), article("gone.txt", "Gone.")])
    new = lay(tmp_path / "new", [article("a.txt", "Other words."), article("b.txt", language="de"), article("c.txt")])
    told = entry(between(old, new))
    assert "### Added\n\n- 1 row: `c.txt`" in told
    assert "- content of 2 rows (`body`, `language`, `text_sha256`, `char_count`): `a.txt`, `b.txt`" in told
    assert "### Removed\n\n- 1 row\n" in told
    assert "gone.txt" not in told
    assert "words" not in told
    assert f"A major change since 1.0.0 (release digest `{local_edition(old).digest}`)" in told


def test_an_entry_lists_few_ids(tmp_path: Path) -> None:
    rows = [article(f"{number:02}.txt") for number in range(30)]
    told = entry(between(lay(tmp_path / "old", rows[:1]), lay(tmp_path / "new", rows)))
    assert "- 29 rows: `01.txt`" in told
    assert told.endswith(END)
    assert "and 9 more" in told
    assert "21.txt" not in told


def block(text: str) -> str:
    return f"{BEGIN}\n{text}\n{END}"


def test_what_people_wrote_stays_word_for_word() -> None:
    empty = with_entry("", "1.0.0", None, block("first"), after=None)
    assert empty.startswith("# Changelog\n")
    assert empty.endswith(f"## [1.0.0]\n\n{block('first')}\n")
    noted = empty.replace("first version", "x") + "\nThanks to *everybody*.\n"
    two = with_entry(noted, "1.1.0", "2026-01-02", block("second"), after="1.0.0")
    assert two.endswith(noted[noted.index("## [1.0.0]") :])
    assert f"## [1.1.0] - 2026-01-02\n\n{block('second')}\n\n## [1.0.0]" in two


def test_an_entry_is_written_once() -> None:
    once = with_entry("", "1.1.0", "2026-01-02", block("a"), after="1.0.0")
    assert with_entry(once, "1.1.0", None, block("a"), after="1.0.0") == once
    noted = once.replace(END, f"{END}\n\nOur note.")
    again = with_entry(noted, "2.0.0", None, block("b"), after="1.0.0")
    assert again == noted.replace("## [1.1.0] - 2026-01-02", "## [2.0.0]").replace("\na\n", "\nb\n")
    kept = with_entry(noted, "1.2.0", None, block("b"), after="1.1.0")
    assert kept.endswith(noted[noted.index("## [1.1.0]") :])
    assert "## [1.2.0]" in kept


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_notes_for_the_next_version_become_its_notes(ends: str) -> None:
    before = ends.join(
        ["# Changelog", "", "## [Unreleased]", "", "- by hand", "", "## 1.0.0 - 2025-01-01", "", "old", ""]
    )
    after = with_entry(before, "1.1.0", None, block("new"), after="1.0.0")
    assert after.replace("\r\n", "\n") == (
        f"# Changelog\n\n## [1.1.0]\n\n{block('new')}\n\n- by hand\n\n## 1.0.0 - 2025-01-01\n\nold\n"
    )
    assert ("\r" in after) == (ends == "\r\n")
    assert not re.search(r"(?<!\r)\n", after) or ends == "\n"


# The command


def test_the_first_version_is_the_configured_one(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = write_files(tmp_path / "home", {**TOWNS, "corpus.toml": 'name = "towns"\nversion = "0.3.0"\n'})
    build_release(home, home / "build")
    monkeypatch.chdir(home)
    code, out, _ = run("release", "--date", "2026-02-03")
    assert code == 0
    assert "version 0.3.0: the first one" in out
    assert (home / "corpus.toml").read_text() == 'name = "towns"\nversion = "0.3.0"\n'
    changelog = (home / "CHANGELOG.md").read_text()
    assert "## [0.3.0] - 2026-02-03" in changelog
    assert first_entry(read_manifest(home / "build")) in changelog
    assert "3 rows, 3 of them articles" in changelog


def test_a_release_goes_from_build_to_version_and_changelog(run: Run, home: Path) -> None:
    write_files(home, {"dunmore.txt": page("Dunmore")})
    build_release(home, home / "build")
    code, out, _ = run("release", "--dry-run")
    assert (code, "version 1.1.0 after 1.0.0" in out) == (0, True)
    assert not (home / "CHANGELOG.md").exists()
    assert load_config(home).top.version == "1.0.0"

    code, out, _ = run("release")
    assert code == 0
    assert "minor  1 row came" in out
    settings = (home / "corpus.toml").read_text()
    assert settings == SETTINGS.format("releases/1.0.0").replace('"1.0.0"   #', '"1.1.0"   #')
    changelog = (home / "CHANGELOG.md").read_text()
    assert "## [1.1.0]\n" in changelog
    assert "- 1 row: `dunmore.txt`" in changelog

    for _ in range(2):
        again = build_release(home, home / "build")
        assert run("release")[0] == 0
        assert (home / "corpus.toml").read_text() == settings
        assert (home / "CHANGELOG.md").read_text() == changelog
    assert read_manifest(home / "build").version == "1.1.0"
    assert set(again.rows) == {*TOWNS, "dunmore.txt"}, "the changelog and the release before are no articles"


def test_a_smaller_version_is_refused_and_a_higher_one_taken(run: Run, home: Path) -> None:
    (home / "ashford.txt").unlink()
    build_release(home, home / "build")
    code, _, err = run("release", "1.9.0")
    assert code == 2
    assert "does not go up far enough after 1.0.0" in err
    assert "major: 1 row went" in err
    assert "give 2.0.0 or a higher one" in err
    assert not (home / "CHANGELOG.md").exists()
    assert run("release", "not-a-version")[0] == 2
    assert run("release", "3.0.0")[0] == 0
    assert load_config(home).top.version == "3.0.0"
    changelog = (home / "CHANGELOG.md").read_text()
    assert "## [3.0.0]" in changelog
    assert "ashford" not in changelog
    assert run("release")[0] == 0
    assert load_config(home).top.version == "3.0.0", "what was set before and is enough stays"


def test_nothing_new_needs_no_version(run: Run, home: Path) -> None:
    before = (home / "corpus.toml").read_text()
    code, out, _ = run("release")
    assert (code, "no other version is needed" in out) == (0, True)
    assert not (home / "CHANGELOG.md").exists()
    assert (home / "corpus.toml").read_text() == before


def test_a_build_that_failed_its_checks_gets_no_version(run: Run, home: Path) -> None:
    write_files(home, {"corpus.toml": SETTINGS.format("releases/1.0.0") + "[checks]\nmin_rows = 99\n"})
    assert run("build")[0] == 1
    code, _, err = run("release", "--build", "build.failed")
    assert (code, "did not pass its checks" in err) == (1, True)
    assert not (home / "CHANGELOG.md").exists()


def test_the_date_is_that_of_the_environment_and_decisions_come_as_a_document(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    write_files(home, {"dunmore.txt": page("Dunmore")})
    build_release(home, home / "build")
    (home / "corpus.toml").chmod(0o640)
    code, out, _ = run("release", "--json")
    assert code == 0
    told = json.loads(out)
    assert {name: told[name] for name in ("version", "previous", "level", "least", "dry_run")} == {
        "version": "1.1.0",
        "previous": "1.0.0",
        "level": "minor",
        "least": "1.1.0",
        "dry_run": False,
    }
    assert told["written"] == ["CHANGELOG.md", "corpus.toml"]
    assert "## [1.1.0] - 2026-01-01\n" in (home / "CHANGELOG.md").read_text()
    assert (home / "corpus.toml").stat().st_mode & 0o777 == 0o640
    assert not [path.name for path in home.iterdir() if path.name.startswith((".corpus", ".CHANGELOG"))]


def test_settings_that_cannot_be_written_leave_the_changelog_as_it_was(run: Run, home: Path) -> None:
    (home / "corpus.toml").unlink()
    write_files(home, {"pyproject.toml": 'tool = {corpus = {version = "1.0.0"}}\n', "dunmore.txt": page("Dunmore")})
    build_release(home, home / "build")
    code, _, err = run("release", "--against", "releases/1.0.0")
    assert (code, "cannot be written into the settings" in err) == (2, True)
    assert not (home / "CHANGELOG.md").exists()


def test_a_first_version_may_be_declared(run: Run, home: Path) -> None:
    code, out, _ = run("release", "--first", "1.0.0-rc.1")
    assert (code, "version 1.0.0-rc.1: the first one" in out) == (0, True)
    assert load_config(home).top.version == "1.0.0-rc.1"


def test_settings_in_pyproject_are_written_there(run: Run, home: Path) -> None:
    (home / "corpus.toml").unlink()
    shared = '[project]\nversion = "9.9.9"\n\n[tool.corpus]\nname = "towns"\nversion = "1.0.0"\n'
    shared += '\n[tool.corpus.release]\nprevious = "releases/1.0.0"\n'
    write_files(home, {"pyproject.toml": shared, "dunmore.txt": page("Dunmore")})
    build_release(home, home / "build")
    assert run("release")[0] == 0
    assert (home / "pyproject.toml").read_text() == shared.replace(
        '"1.0.0"\n\n[tool.corpus.r', '"1.1.0"\n\n[tool.corpus.r'
    )
    assert tomllib.loads((home / "pyproject.toml").read_text())["tool"]["corpus"]["version"] == "1.1.0"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["release", "--date", "tomorrow"], "no date"),
        (["release", "--first", "--against", "releases/1.0.0"], "compared with nothing"),
        (["diff", "nowhere"], "no such folder"),
        (["diff", "--row", "nowhere.txt"], "neither release"),
        (["diff", "--project", "nowhere"], "no such folder"),
    ],
)
def test_mistakes_say_what_to_do(arguments: list[str], message: str, run: Run, home: Path) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert message in err
    assert "do: " in err


def test_without_anything_to_compare_with_the_error_says_what_to_give(run: Run, home: Path) -> None:
    write_files(home, {"corpus.toml": 'name = "towns"\n'})
    code, _, err = run("diff")
    assert code == 2
    assert "corpus diff OLD" in err


def test_the_exit_code_of_diff_tells_when_asked(run: Run, home: Path) -> None:
    assert run("diff", "--exit-code")[0] == 0
    write_files(home, {"dunmore.txt": page("Dunmore")})
    build_release(home, home / "build")
    code, out, _ = run("diff")
    assert code == 0
    assert "Rows that came (1)" in out
    assert run("diff", "--exit-code")[0] == 1
    assert run("diff", "build", "releases/1.0.0", "--exit-code")[0] == 1
    code, out, _ = run("diff", "--row", "beckton.txt")
    assert (code, out) == (0, "beckton.txt: title and body are the same in both\n")


# What a build takes from the release before


def test_the_card_and_the_manifest_tell_of_the_release_before(home: Path) -> None:
    write_files(home, {"dunmore.txt": page("Dunmore")})
    (home / "ashford.txt").unlink()
    made = build_release(home, home / "build")
    before = local_edition(home / "releases" / "1.0.0")
    previous = made.build.manifest.previous
    assert previous is not None
    assert (previous.version, previous.release_digest) == ("1.0.0", before.digest)
    assert previous.content_digest == before.manifest.content_digest
    assert read_manifest(home / "build").previous == previous
    card = (home / "build" / "README.md").read_text("utf-8")
    section = card.split("### Changes since the last version")[1].split("\n## ")[0]
    assert "Compared with version 1.0.0" in section
    assert "- major: 1 row went" in section
    assert "- minor: 1 row came" in section
    assert "ashford" not in section
    assert str(home) not in card


def test_the_same_release_before_gives_the_same_bytes_wherever_it_lies(home: Path, tmp_path: Path) -> None:
    write_files(home, {"dunmore.txt": page("Dunmore")})
    digests = {build_release(home, home / "build").path.joinpath("manifest.json").read_bytes()}
    shutil.move(home / "releases" / "1.0.0", tmp_path / "elsewhere")
    write_files(home, {"corpus.toml": SETTINGS.format(tmp_path / "elsewhere")})
    digests.add(build_release(home, home / "build").path.joinpath("manifest.json").read_bytes())
    assert len(digests) == 1


def test_without_one_the_rows_are_the_same_and_the_card_says_so(home: Path) -> None:
    with_one = build_release(home, home / "build").build.manifest
    write_files(home, {"corpus.toml": SETTINGS.format("")})
    without = build_release(home, home / "build").build.manifest
    assert without.previous is None
    assert without.content_digest == with_one.content_digest
    assert without.settings_digest == with_one.settings_digest
    assert "No version before this one was named" in (home / "build" / "README.md").read_text("utf-8")


def test_another_release_before_is_noticed_by_the_next_build(run: Run, home: Path) -> None:
    time.sleep(2.1)  # files younger than this prove nothing by their times
    assert run("build")[0] == 0
    assert "nothing changed" in run("build")[2]
    manifest = home / "releases" / "1.0.0" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"version": "1.0.0"', '"version": "0.9.0"'))
    code, _, err = run("build")
    assert code == 0
    assert "nothing changed" not in err
    previous = read_manifest(home / "build").previous
    assert previous
    assert previous.version == "0.9.0"


@pytest.mark.parametrize(
    ("previous", "message"),
    [
        ("build", "would replace the release that it follows"),
        ("corpus.toml", "no release"),
        ("no where", "no such folder"),
    ],
)
def test_a_release_before_that_is_none_is_refused(previous: str, message: str, run: Run, home: Path) -> None:
    write_files(home, {"corpus.toml": SETTINGS.format(previous)})
    code, _, err = run("build")
    assert code in (1, 2)
    assert message in err


# On the Hub


def test_a_published_release_is_compared_and_only_what_differs_is_fetched(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [article("a.txt"), article("b.txt"), article("c.txt")]
    old = lay(tmp_path / "old", rows)
    write_files(tmp_path / "home", {"corpus.toml": 'version = "1.0.0"\nrepo = "org/valley-news"\n'})
    lay(tmp_path / "home" / "build", [*rows[:2], article("c.txt", "Shut.")])
    monkeypatch.chdir(tmp_path / "home")
    monkeypatch.setenv("HF_TOKEN", WRITE_TOKEN)
    with running_hub(tmp_path / "hub") as hub:
        code, out, err = run("release", "--dry-run", "--endpoint", hub.endpoint)
        assert (code, "the first one, as nothing before it was found" in out) == (0, True), err
        publish(old, endpoint=hub.endpoint, token=WRITE_TOKEN, patience=Patience(sleep=lambda _: None))
        since = hub.mark()
        code, out, err = run("release", "--endpoint", hub.endpoint)
        assert (code, "version 2.0.0 after 1.0.0" in out) == (0, True), err
        fetched = {
            one["path"].rpartition("/")[2] for one in hub.requests("GET", since=since) if "/resolve/" in one["path"]
        }
        assert fetched == {"manifest.json", "unique-00001-of-00002.parquet"}
        for address in ("org/valley-news@v1.0.0", "v1.0.0", "org/valley-news"):
            code, out, err = run("diff", address, "--endpoint", hub.endpoint)
            assert (code, "Rows that changed (1)" in out) == (0, True), err
        code, _, err = run("diff", "v9.9.9", "--endpoint", hub.endpoint)
        assert (code, "v9.9.9" in err) == (2, True)
    code, _, err = run("release", "--endpoint", hub.endpoint)
    assert code == 3


def test_a_tag_on_the_hub_and_a_folder_as_release_before_give_the_same_bytes(home: Path, tmp_path: Path) -> None:
    write_files(home, {"dunmore.txt": page("Dunmore")})
    here = build_release(home, home / "build").path.joinpath("manifest.json").read_bytes()
    write_files(home, {"corpus.toml": SETTINGS.format("org/towns@v1.0.0")})
    with running_hub(tmp_path / "hub") as hub:
        patience = Patience(sleep=lambda _: None)
        publish(
            home / "releases" / "1.0.0", repo="org/towns", endpoint=hub.endpoint, token=WRITE_TOKEN, patience=patience
        )
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_ENDPOINT": hub.endpoint, "HF_TOKEN": WRITE_TOKEN}
        command = [sys.executable, "-m", "corpus", "build", "--quiet"]
        subprocess.run(command, cwd=home, env=environment, check=True, capture_output=True)
        assert (home / "build" / "manifest.json").read_bytes() == here
        shutil.rmtree(home / "releases")
        write_files(home, {"corpus.toml": SETTINGS.format("org/towns@v1.0.1")})
        failed = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)
        assert (failed.returncode, "org/towns@v1.0.1" in failed.stderr) == (2, True)
    assert (home / "build" / "manifest.json").read_bytes() == here


def test_what_is_wanted_must_be_a_version() -> None:
    with pytest.raises(UsageError, match="is not like"):
        next_version(None, "1.0.0", "1.0")
