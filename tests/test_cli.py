"""The command as a person or CI uses it: output, exit codes, hints, and no traceback."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest

import corpus
from corpus import cli
from corpus.config import SECTIONS, load_config, sorted_json
from corpus.errors import ConfigError
from corpus.io.project_files import default_out
from corpus.project import read_project
from corpus.transforms.printable import printable
from tests.conftest import ROOT, SAMPLE, Release, Run, write_files

ARTICLES = {
    "a.txt": "Bridge opens on Friday\n\nThe new bridge over the Tollen opens on Friday, said the mayor of the town.\n",
    "b.txt": "Bakery wins a prize\n\nThe bakery in Mill Lane won the county prize for its rye bread this weekend.\n",
}


@pytest.mark.parametrize("name", sorted(cli.cli.commands))
def test_every_command_has_help_that_ends_with_examples(name: str, run: Run) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    head, _, examples = out.partition("\nExamples:\n")
    assert "Usage: corpus" in head
    assert [line for line in examples.splitlines() if line.strip()]
    assert all(line.startswith(f"  corpus {name}") for line in examples.splitlines() if line.strip())


def test_the_help_names_every_command(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert all(f"  {name} " in out for name in cli.cli.commands)
    assert "Exit codes" in out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["biuld"], "build"),
        (["build", "--job", "2"], "--jobs"),
        (["publish", "--dryrun"], "--dry-run"),
        (["show", "--flagg", "title"], "--flag"),
        (["show", "--flag", "captions", "--build", "{build}"], "caption"),
        (["show", "lido-reopens.txt", "--build", "{build}"], "ashford-gazette/2024-04-15-lido-reopens.txt"),
        (["show", "--build", "{build}"], "--flag KIND"),
        (["build", "nowhere"], "folder"),
    ],
)
def test_mistakes_get_a_hint(arguments: list[str], hint: str, run: Run, sample: Release) -> None:
    code, _, err = run(*(item.format(build=sample.path) for item in arguments))
    assert code == 2
    assert hint in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("settings", "message", "line"),
    [
        ('nmae = "x"\n', "did you mean 'name'?", 1),
        ('name = "x"\n[chekcs]\n', "did you mean 'checks'?", 2),
        ("[language]\nmin_leters = 3\n", "did you mean 'min_letters'?", 2),
        ('[language]\nmin_letters = "3"\n', "min_letters must be a whole number", 2),
        ("[splits]\ntrain = 0.5\n", "must add up to 1", 1),
        ('[boilerplate]\n\nlanguages = ["xx"]\n', "no phrase list for this language", 3),
        ('version = "one"\n', "is not like 1.2.0", 1),
        ('\nrepo = "no-organisation"\n', "is not like organisation/name", 2),
        ("name = \n", "no TOML", None),
        ('input = "nowhere"\n', "the input folder is missing", 1),
    ],
)
def test_wrong_settings_name_the_line(settings: str, message: str, line: int | None, run: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {**ARTICLES, "corpus.toml": settings})
    code, _, err = run("build", str(tmp_path))
    assert code == 2
    assert message in err
    assert line is None or f"corpus.toml:{line}\n" in err


@pytest.mark.parametrize(
    ("table", "setting", "message"),
    [
        ("inputs", "max_bytes = -5", "max_bytes must be at least 1, not -5"),
        ("inputs", "include = []", "include must name at least one glob"),
        ("inputs", 'include = "*.txt"', "include must be a list of texts"),
        ("inputs", "exclude = [1]", "exclude must be a list of texts"),
        ("boilerplate", 'languages = ["xx"]', "no phrase list for this language"),
        ("boilerplate", 'languages = ["eng"]', "did you mean 'en'?"),
        ("boilerplate", "structure = 1", "structure must be true or false"),
        ("title", "longest = 1.5", "longest must be a whole number"),
        ("language", "min_letters = -1", "min_letters must be at least 0"),
        ("language", "min_score = 1.01", "min_score must lie between 0 and 1"),
        ("language", "min_score = nan", "min_score must lie between 0 and 1"),
        ("filters", "min_words = -1", "min_words must be at least 0"),
        ("filters", "min_words = 9\nmax_words = 8", "min_words (9) is above max_words (8)"),
        ("filters", 'languages = ["English"]', "not 'English'"),
        ("shingles", "words = 0", "words must be at least 1"),
        ("shingles", "whole = -1", "whole must be at least 0"),
        ("duplicates", "partners = -1", "partners must be at least 1"),
        ("duplicates", "candidate = 7.0", "candidate must lie between 0 and 1"),
        ("duplicates", "own = inf", "own must be at least 0, not inf"),
        ("duplicates", "overlap = true", "overlap must be a number"),
        ("duplicates", "merged_total = -0.1", "merged_total must lie between 0 and 1"),
        ("splits", "train = 1.5\ntest = -0.5", "train must lie between 0 and 1"),
        ("splits", "seed = 1", "seed must be a text"),
        ("checks", "max_und = 2", "max_und must lie between 0 and 1"),
        ("checks", "min_rows = -1", "min_rows must be at least 0"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(table: str, setting: str, message: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"corpus.toml": f"[{table}]\n\n{setting}\n"})
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert message in str(caught.value)
    assert caught.value.where == f"{tmp_path / 'corpus.toml'}:3"
    assert caught.value.remedy


def test_a_negative_number_is_refused_everywhere(tmp_path: Path) -> None:
    for table, options in SECTIONS.items():
        for item in fields(options):
            if type(item.default) in (int, float):
                write_files(tmp_path, {"corpus.toml": f"[{table}]\n{item.name} = -1\n"})
                with pytest.raises(ConfigError, match=item.name):
                    load_config(tmp_path)


@pytest.mark.parametrize(
    ("files", "project"),
    [
        ({"corpus.toml": ""}, True),
        ({"pyproject.toml": "[tool.corpus]\n"}, True),
        ({"pyproject.toml": "[tool.black]\n"}, False),
        ({"pyproject.toml": "[tool\n"}, False),
        ({}, False),
    ],
)
def test_a_project_is_a_folder_with_settings(
    files: dict[str, str | bytes], project: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "articles", {**ARTICLES, **files, "dataset_card.md": "A template, or an article."})
    monkeypatch.chdir(tmp_path)
    assert default_out(load_config(Path("articles")).project) == Path("articles/build" if project else "build")


def test_the_digest_of_the_settings_depends_on_no_order_and_no_unicode_table(tmp_path: Path) -> None:
    assert sorted_json({"b": "é\U0001fae9", "a": [1, None]}) == b'{"a":[1,null],"b":"\\u00e9\\ud83e\\udee9"}'
    decision = '{"id": "a.txt", "title": "\U0001fae9"}\n'
    write_files(tmp_path, {"corpus.toml": 'name = "x"\nlicense = "y"\n', "overrides.jsonl": decision})
    before = read_project(load_config(tmp_path)).settings_digest
    write_files(tmp_path, {"corpus.toml": '\nlicense = "y"\nname = "x"\n'})
    assert read_project(load_config(tmp_path)).settings_digest == before
    write_files(tmp_path, {"overrides.jsonl": decision.replace("\U0001fae9", "e")})
    assert read_project(load_config(tmp_path)).settings_digest != before


def test_the_function_builds_what_the_command_builds(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    write_files(tmp_path / "project", {**ARTICLES, "corpus.toml": ""})
    monkeypatch.chdir(tmp_path)
    assert run("build", "project", "--quiet")[0] == 0
    croissant = (tmp_path / "project" / "build" / "croissant.json").read_bytes()
    manifest = (tmp_path / "project" / "build" / "manifest.json").read_bytes()
    assert b'"1970-01-02"' in croissant
    shutil.rmtree(tmp_path / "project" / "build")
    made = corpus.build("project")
    assert made.path == Path("project/build")
    assert (made.path / "croissant.json").read_bytes() == croissant
    assert (made.path / "manifest.json").read_bytes() == manifest


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "a.txt", "titel": "x"}', "did you mean 'title'?"),
        ('{"id": "a.txt"', "no JSON"),
        ('{"title": "x"}', "needs the id"),
        ('{"id": "a.txt", "kind": "captoin", "text": "x"}', "did you mean 'caption'?"),
        ('{"id": "nowhere.txt", "title": "x"}', "finds nothing to decide"),
        ('{"id": "a.txt", "kind": "caption", "text": "no such line"}', "finds nothing to decide"),
        ('{"id": "a.txt", "not_duplicate_of": "sub/b.txt"}', "did you mean 'b.txt'?"),
    ],
)
def test_wrong_decisions_name_the_line(line: str, message: str, run: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {**ARTICLES, "corpus.toml": "", "overrides.jsonl": f"\n{line}\n"})
    code, _, err = run("build", str(tmp_path))
    assert code == 2
    assert message in err
    assert "overrides.jsonl:2" in err


def test_a_corpus_without_a_row_is_no_release(run: Run, tmp_path: Path) -> None:
    write_files(tmp_path / "raw", {"empty.txt": "", "photo.jpg": b"\xff\xd8\xff"})
    code, _, err = run("build", str(tmp_path / "raw"), "-o", str(tmp_path / "build"))
    assert code == 1
    assert "empty, unsupported" in err
    assert not (tmp_path / "build").exists()


def test_an_output_folder_with_other_things_is_not_replaced(run: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"raw/a.txt": ARTICLES["a.txt"], "thesis/chapter.tex": "years of work"})
    code, _, err = run("build", str(tmp_path / "raw"), "-o", str(tmp_path / "thesis"))
    assert code == 2
    assert "something else" in err
    assert (tmp_path / "thesis" / "chapter.tex").read_text() == "years of work"


def test_from_raw_files_to_a_checked_release(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path / "raw", dict(ARTICLES))
    code, out, _ = run("init", "raw")
    assert code == 0
    assert "next:" in out
    assert {path.name for path in tmp_path.iterdir()} == {"raw", "corpus.toml", "dataset_card.md"}
    code, out, err = run("build")
    assert (code, "2 rows, 0 rejected, 0 excluded of 2 inputs" in out) == (0, True), err
    assert [line.split()[0] for line in err.splitlines()][:5] == ["list", "read", "compare", "write", "check"]
    assert "\x1b" not in err
    assert run("check")[0] == 0
    assert run("verify") == (0, "build is what its manifest says\n", "")
    code, out, _ = run("show", "a.txt")
    assert code == 0
    assert "Bridge opens on Friday" in out
    assert "[title by " in out


def test_what_init_saw_and_wrote_is_one_document(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path / "raw", dict(ARTICLES))
    code, out, _ = run("init", "raw", "--ci", "github", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["input"]["files"] == len(ARTICLES)
    assert [Path(name).name for name in told["written"]] == ["corpus.toml", "dataset_card.md", "corpus.yml"]
    assert all(Path(name).is_file() for name in told["written"])
    code, out, _ = run("init", "--ci", "github", "--force", "--json")
    assert (code, json.loads(out)["input"]) == (0, None)
    assert run("init", "raw", "--json")[0] == 2


def test_json_is_one_document(run: Run, sample: Release) -> None:
    _, out, _ = run("show", "ashford-gazette/2024-04-15-lido-reopens.txt", "--build", str(sample.path), "--json")
    assert json.loads(out)["language"] == "en"
    code, out, _ = run("check", str(sample.path), "--json")
    assert (code, json.loads(out)["passed"]) == (0, True)


@pytest.mark.parametrize(
    "victim", ["README.md", "checks.json", "rejected.jsonl", "data/train/unique-00000-of-00001.parquet"]
)
def test_verify_finds_a_changed_byte(victim: str, run: Run, sample: Release, tmp_path: Path) -> None:
    copy = shutil.copytree(sample.path, tmp_path / "build")
    data = bytearray((copy / victim).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / victim).write_bytes(data)
    code, out, _ = run("verify", str(copy))
    assert code == 1
    assert victim in out


def test_verify_finds_lost_and_foreign_files(run: Run, sample: Release, tmp_path: Path) -> None:
    copy = shutil.copytree(sample.path, tmp_path / "build")
    (copy / "checks.json").unlink()
    (copy / "data" / "train" / "extra.parquet").write_bytes(b"")
    code, out, _ = run("verify", str(copy))
    assert code == 1
    assert "checks.json: missing" in out
    assert "extra.parquet: not in the manifest" in out


def test_check_does_not_write_into_the_release(run: Run, sample: Release) -> None:
    before = {path: path.stat().st_mtime_ns for path in sample.path.rglob("*")}
    run("check", str(sample.path), "--project", str(SAMPLE))
    assert {path: path.stat().st_mtime_ns for path in sample.path.rglob("*")} == before


def test_a_stricter_limit_fails_the_check(run: Run, sample: Release, tmp_path: Path) -> None:
    write_files(tmp_path, {"corpus.toml": "[checks]\nmax_missing_titles = 0.01\n"})
    code, out, _ = run("check", str(sample.path), "--project", str(tmp_path))
    assert code == 1
    assert "missing titles" in out
    assert "0.01" in out


def test_a_bug_is_reported_without_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch, sample: Release) -> None:
    def broken(_: Path) -> None:
        raise RuntimeError("planted\x1b[31m")

    monkeypatch.setattr("corpus.io.documents.read_manifest", broken)
    code, _, err = run("check", str(sample.path))
    assert code == 4
    assert "planted\\x1b[31m" in err
    assert "Traceback" not in err
    code, _, err = run("--debug", "check", str(sample.path))
    assert code == 4
    assert "Traceback" in err


def test_an_interrupt_is_130(run: Run, monkeypatch: pytest.MonkeyPatch, sample: Release) -> None:
    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("corpus.io.documents.read_manifest", interrupted)
    assert run("check", str(sample.path))[0] == 130


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\u202eb", "a\\u202eb"),
        ("Straße 日本 عربي", "Straße 日本 عربي"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_terminals_are_safe(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_closed_pipes_are_no_error(sample: Release) -> None:
    script = f"{sys.executable} -m corpus show --flag title -n 50 --build {sample.path} | head -n 1"
    result = subprocess.run(["bash", "-o", "pipefail", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert "Traceback" not in result.stderr
    assert result.stdout


def test_colours_only_where_wanted(sample: Release) -> None:
    coloured = "\x1b[33m- [title by"
    assert coloured in on_terminal(sample.path, {})
    plain = on_terminal(sample.path, {"NO_COLOR": "1"})
    assert "\x1b" not in plain
    assert "- [title by" in plain


def on_terminal(build: Path, setting: Mapping[str, str]) -> str:
    """What `corpus show` writes to a real (pseudo) terminal."""
    env = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    command = [sys.executable, "-m", "corpus", "show", "--flag", "title", "-n", "1", "--build", str(build)]
    reader, writer = pty.openpty()
    with subprocess.Popen(command, cwd=ROOT, env={**env, **setting}, stdout=writer, stderr=writer) as process:
        os.close(writer)
        written = b""
        while block := _read_terminal(reader):
            written += block
    os.close(reader)
    assert process.returncode == 0
    return written.decode()


def _read_terminal(reader: int) -> bytes:
    try:
        return os.read(reader, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""
