"""The command as a person or CI uses it: output, exit codes, hints, and no traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus import cli
from corpus.transforms.printable import printable
from tests.conftest import ROOT, SAMPLE, Release, write_files

Run = Callable[..., tuple[int, str, str]]

ARTICLES = {
    "a.txt": "Bridge opens on Friday\n\nThe new bridge over the Tollen opens on Friday, said the mayor of the town.\n",
    "b.txt": "Bakery wins a prize\n\nThe bakery in Mill Lane won the county prize for its rye bread this weekend.\n",
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("build", "raw")` gives exit code, stdout and stderr of the command in this process."""

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["corpus", *arguments])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        written = capsys.readouterr()
        return int(stop.value.code or 0), written.out, written.err

    return command


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
        ('[language]\nmin_letters = "3"\n', "min_letters must be a int", 2),
        ("[splits]\ntrain = 0.5\n", "must add up to 1", 1),
        ('version = "one"\n', "is not like 1.2.0", None),
        ('repo = "no-organisation"\n', "is not like organisation/name", None),
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
    ("line", "message"),
    [
        ('{"id": "a.txt", "titel": "x"}', "did you mean 'title'?"),
        ('{"id": "a.txt"', "no JSON"),
        ('{"title": "x"}', "needs the id"),
        ('{"id": "a.txt", "kind": "captoin", "text": "x"}', "did you mean 'caption'?"),
        ('{"id": "nowhere.txt", "title": "x"}', "finds nothing to decide"),
        ('{"id": "a.txt", "kind": "caption", "text": "no such line"}', "finds nothing to decide"),
        ('{"id": "a.txt", "not_duplicate_of": "c.txt"}', "does not exist"),
    ],
)
def test_wrong_decisions_name_the_line(line: str, message: str, run: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {**ARTICLES, "corpus.toml": "", "overrides.jsonl": f"\n{line}\n"})
    code, _, err = run("build", str(tmp_path))
    assert code == 2
    assert message in err
    assert "overrides.jsonl" in err


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
    monkeypatch.setattr(sys, "argv", ["corpus", "--debug", "check", str(sample.path)])
    with pytest.raises(RuntimeError, match="planted"):
        cli.main()


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
    command = [sys.executable, "-m", "corpus", "show", "--flag", "title", "--build", str(sample.path)]
    plain = subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True)
    assert "\x1b" not in plain.stdout
