"""`corpus init` tells what is in a folder without waiting on it, and writes a project without losing one."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from corpus import survey as survey_module
from corpus.config import SECTIONS, TopOptions, load_config
from corpus.errors import OutsideError, UsageError
from corpus.init import SELDOM, settings_text, write_project
from corpus.resources import data_file
from corpus.survey import describe_input, survey_lines
from tests.conftest import Maker


def raw_folder(root: Path) -> Path:
    site = root / "news.example.org"
    site.mkdir(parents=True)
    (site / "one.txt").write_text("Ein Artikel über Brücken.\n", encoding="utf-8")
    (site / "two.txt").write_bytes(b"first\r\nsecond\r\n")
    (site / "three.TXT").write_bytes("\ufeffmarked\n".encode())
    (root / "latin.md").write_bytes("Die Straße führt über den Fluß.\rDie Brücke öffnet später.".encode("latin-1"))
    (root / "mixed.txt").write_bytes(b"a\nb\r\nc")
    (root / "empty.txt").write_bytes(b"")
    (root / "blank.txt").write_bytes(b" \n\t\n")
    (root / "binary.txt").write_bytes(b"PK\x03\x04\0\0")
    (root / "paper.pdf").write_bytes(b"%PDF")
    (root / "noending").write_bytes(b"text")
    (root / "outside.txt").symlink_to("/etc/hosts")
    (root / "inside.txt").symlink_to(root / "mixed.txt")
    os.mkfifo(root / "pipe.txt")
    return root


def test_it_tells_what_is_there_and_opens_no_fifo(tmp_path: Path) -> None:
    survey = describe_input(raw_folder(tmp_path / "raw"))
    assert survey.files == 13
    assert [(e.name, e.files, e.readable) for e in survey.endings] == [
        (".txt", 10, True),
        ("", 1, False),
        (".md", 1, True),
        (".pdf", 1, False),
    ]
    assert survey.encodings == {"utf-8": 4, "utf-8-sig": 1, "windows-1252": 1}
    assert survey.line_ends == {"CR": 1, "CR LF": 1, "LF": 2, "mixed": 2}
    assert survey.rejected == {
        "binary": ("binary.txt",),
        "empty": ("empty.txt", "blank.txt"),
        "unreadable": ("outside.txt", "pipe.txt"),
        "unsupported": ("noending", "paper.pdf"),
    }
    assert (survey.links, survey.sites, survey.sampled) == (2, {"news.example.org": 3}, 6)


def test_the_lines_say_it_all_and_are_safe_to_print(tmp_path: Path) -> None:
    root = raw_folder(tmp_path / "raw")
    (root / "bell\x07\x1b[31m\u202e.exe").write_bytes(b"x")
    text = "\n".join(survey_lines(describe_input(root)))
    assert "14 files, " in text.splitlines()[0]
    assert "  .pdf: 1 file, 4 bytes; no reader, will be rejected" in text.splitlines()
    assert "will be rejected as empty (nothing but white space): 2: empty.txt, blank.txt" in text.splitlines()
    assert "folders named like a site, and their files: news.example.org 3" in text.splitlines()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_only_a_bounded_even_sample_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(25):
        (tmp_path / f"{number:02}.txt").write_text("x" * 100, encoding="utf-8")
    (tmp_path / "99.txt").write_bytes(b"a" * 9 + "é".encode() + b"b\xff")
    monkeypatch.setattr(survey_module, "SAMPLE_FILES", 10)
    monkeypatch.setattr(survey_module, "SAMPLE_BYTES", 10)
    survey = describe_input(tmp_path)
    assert (survey.files, survey.sampled) == (26, 9)
    monkeypatch.setattr(survey_module, "SAMPLE_FILES", 100)
    assert describe_input(tmp_path).encodings == {"utf-8": 26}, "a character cut by the limit is no error"


def test_a_folder_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        describe_input(tmp_path / "nowhere")


def test_the_survey_agrees_with_the_build_about_every_file(tmp_path: Path, make_release: Maker) -> None:
    root = raw_folder(tmp_path / "raw")
    article = "Die Brücke über den Fluss öffnet am Freitag wieder, sagte der Bürgermeister der Stadt.\n"
    for encoding in ("utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "latin-1"):
        (root / f"{encoding}.txt").write_bytes(article.encode(encoding))
    (root / "marked.txt").write_bytes("\ufeff \n".encode())
    (root / "odd.txt").write_bytes(b"\xff\xfea")
    (root / "cut.txt").write_bytes("Brücke é".encode()[:-1])
    survey, release = describe_input(root), make_release(root)
    refused = {name: reason for reason, names in survey.rejected.items() for name in names}
    assert refused == {name: entry["reason"] for name, entry in release.rejected.items()}
    read = [row["encoding"] for row in release.rows.values()]
    assert survey.encodings == {encoding: read.count(encoding) for encoding in sorted(set(read))}
    assert "utf-16-le.txt" in release.rows, "UTF-16 without a mark makes a row"


def test_settings_show_every_default_behind_a_hash() -> None:
    text = settings_text({"name": "valley"}, notes=["a\nb = 1"])
    active = {"name": "valley", "version": "0.1.0", "license": "", "repo": ""}
    assert tomllib.loads(text) == {**active, **{name: {} for name in SECTIONS}}
    assert "\n# a b = 1\n" in text
    read = tomllib.loads(re.sub("^#(?! )", "", text, flags=re.MULTILINE))
    for name, options in SECTIONS.items():
        expected = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(options()).items()}
        assert read[name] == expected
    assert read["input"] == "."
    assert max(map(len, text.splitlines())) <= 120
    for name in SELDOM:
        assert f"Few people need this table.\n[{name}]" in text.replace("\n# ", " ")


def test_every_setting_has_its_sentence_and_the_file_loads_as_the_defaults(tmp_path: Path) -> None:
    root = raw_folder(tmp_path / "raw files")
    project = tmp_path / "project"
    write_project(root, project, describe_input(root))
    loaded = load_config(project)
    assert isinstance(loaded.source, Path)
    assert loaded.source.resolve() == root.resolve()
    assert loaded.top == TopOptions(name="raw-files", input="../raw files")
    for name, options in SECTIONS.items():
        assert getattr(loaded, name) == options()
    lines = (project / "corpus.toml").read_text(encoding="utf-8").splitlines()
    for options in (TopOptions, *SECTIONS.values()):
        for item in fields(options):
            place = next(at for at, line in enumerate(lines) if re.match(rf"#?{item.name} =", line))
            assert re.match("# .*[.]$", lines[place - 1]), f"{options.__name__}.{item.name} has no sentence"


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".toml", ".md")}


def test_a_project_is_written_once_and_anew_only_by_force(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text", encoding="utf-8")
    survey = describe_input(tmp_path)

    assert [path.name for path in write_project(tmp_path, tmp_path, survey)] == ["corpus.toml", "dataset_card.md"]
    assert (tmp_path / "dataset_card.md").read_bytes() == data_file("dataset_card.md").read_bytes()
    first = files_of(tmp_path)
    (tmp_path / "dataset_card.md").write_text("mine", encoding="utf-8")
    (tmp_path / "corpus.toml").unlink()
    with pytest.raises(UsageError) as caught:
        write_project(tmp_path, tmp_path, survey)
    assert caught.value.found == "dataset_card.md"
    assert files_of(tmp_path) == {"dataset_card.md": b"mine"}, "nothing at all is written"
    write_project(tmp_path, tmp_path, survey, force=True)
    assert files_of(tmp_path) == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "corpus.toml", "dataset_card.md"]


def test_a_link_is_neither_followed_nor_lost(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    project = tmp_path / "project"
    project.mkdir()
    (project / "corpus.toml").symlink_to(target)
    with pytest.raises(UsageError):
        write_project(tmp_path, project, describe_input(tmp_path))
    write_project(tmp_path, project, describe_input(tmp_path), force=True)
    assert not target.exists()
    assert not (project / "corpus.toml").is_symlink()


def test_a_disk_that_refuses_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutsideError):
        write_project(tmp_path, tmp_path / "file" / "project", describe_input(tmp_path))


def test_a_path_that_is_not_unicode_is_told(tmp_path: Path) -> None:
    root = Path(os.fsdecode(os.fsencode(tmp_path) + b"/raw\xff"))
    root.mkdir()
    with pytest.raises(UsageError, match="not Unicode"):
        write_project(root, tmp_path / "project", describe_input(root))
