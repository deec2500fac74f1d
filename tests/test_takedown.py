"""A takedown holds: what is excluded never comes back, and leaves no byte of text, name or address behind."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from corpus import cli
from corpus.errors import ConfigError, UsageError
from corpus.io.exclusions import Exclusion, Exclusions, add_exclusions, domain_of, hash_of, plain_url, read_exclusions
from corpus.io.parquet import data_files
from corpus.takedown import take_down, target_of
from tests.conftest import write_files

Run = Callable[..., tuple[int, str, str]]

SECRET = ("Wilhelmina Quastenflosse", "quastenflosse-affair", "zanzibarium")
"""A name, a part of an address and of an id, and a word of a text: none of them may be left anywhere."""

STORY = (
    f"The {SECRET[2]} of {SECRET[0]} was sold on Tuesday to the harbour museum, which will show it from the spring.\n\n"
    "Its owner had kept it for forty years in a shed behind the ropewalk, and nobody had asked to see it until the day "
    "when two students from the college came by and wrote an essay about the winch that drives it.\n\n"
    "The museum paid nothing for it, the director said, but took on the cost of moving it through the narrow streets."
)
OTHER = (
    "The ferry to Holm leaves ten minutes earlier from June, because the tide table had been wrong all winter.\n\n"
    "Passengers with bicycles are asked to come to the second gate, where a new ramp was built by the harbour office."
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path) -> Run:
    """`run("build")` gives exit code, stdout and stderr of the command, run in the project."""
    monkeypatch.chdir(home)

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["corpus", *arguments])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        written = capsys.readouterr()
        return int(stop.value.code or 0), written.out, written.err

    return command


def letter(key: str, url: str, text: str) -> str:
    return json.dumps({"id": key, "url": url, "author": SECRET[0] if "affair" in key else None, "text": text}) + "\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project: an article that will go, in a file of its own; a record that will go; and two articles that stay."""
    affair = f"https://www.{SECRET[1]}.example/{SECRET[1]}?id=7"
    letters = letter(f"{SECRET[1]}-2", affair, STORY.replace("Tuesday", "Monday")) + letter("ferry", "", OTHER)
    files: dict[str, str | bytes] = {
        "corpus.toml": 'name = "harbour"\ninput = "raw"\n',
        f"raw/{SECRET[1]}.txt": f"{SECRET[0]} sells\n\n{STORY}\n",
        "raw/letters.jsonl": letters,
        "raw/teaser.txt": f"{STORY.split(chr(10))[2]}\n\n{STORY.split(chr(10))[4]}\n",
        "raw/ferry.txt": f"Ferry\n\n{OTHER} The office thanks all.\n",
    }
    return write_files(tmp_path / "project", files)


def texts_of(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every byte that a build has left, as text: Parquet and Arrow files with all their values, and all names."""
    for path in sorted(folder.rglob("*")):
        yield path, path.relative_to(folder).as_posix()
        if path.is_file():
            yield path, path.read_bytes().decode("latin-1")
            yield path, path.read_bytes().decode("utf-16-le", "ignore")
        if path.suffix == ".parquet":
            yield path, str(pq.read_table(path).to_pylist())


def traces(home: Path) -> list[tuple[str, str]]:
    """Where something of the excluded article still stands, outside the input."""
    return [
        (path.relative_to(home).as_posix(), word)
        for path, text in texts_of(home)
        if not path.is_relative_to(home / "raw")
        for word in SECRET
        if word.lower() in text.lower()
    ]


def ids(home: Path) -> set[str]:
    return {name for path in data_files(home / "build") for name in pq.read_table(path)["id"].to_pylist()}


def test_nothing_of_an_excluded_article_is_left(home: Path, run: Run) -> None:
    assert run("build", "-q", "-j", "1")[0] == 0
    assert traces(home)  # the search finds what is there
    code, out, _ = run("exclude", f"{SECRET[1]}.txt", f"letters.jsonl#{SECRET[1]}-2", "--reason", "privacy")
    assert code == 0
    assert "review    teaser.txt" in out
    assert "removed   .build.cache" in out
    assert not [found for found in traces(home) if not found[0].startswith("build/")]
    run("exclude", "teaser.txt", "--reason", "privacy")
    assert run("build", "-q", "-j", "1")[0] == 0
    assert run("build", "-q", "-j", "1")[0] == 0
    assert traces(home) == []
    assert ids(home) == {"ferry.txt", "letters.jsonl#ferry"}
    manifest = json.loads((home / "build" / "manifest.json").read_bytes())
    assert manifest["inputs"]["excluded"] == {"privacy": 3}
    assert manifest["inputs"]["exclusions"] == read_exclusions(home / "exclusions.jsonl").digest
    assert run("check", "build")[0] == run("verify", "build")[0] == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("renamed.txt", f"{SECRET[0]} sells\n\n{STORY}\n"),
        ("crlf.txt", f"{SECRET[0]} sells\n\n{STORY}\n".replace("\n", "\r\n")),
        ("wrapped.txt", f"Share this article\n\n{SECRET[0]} sells\n\n{STORY}\n\nRelated Posts\n\nTweet\n"),
        ("louder.jsonl", json.dumps({"id": "x", "title": f"{SECRET[0]} sells", "text": STORY}) + "\n"),
    ],
)
def test_it_does_not_come_back_under_another_name(home: Path, run: Run, name: str, content: str) -> None:
    run("build", "-q", "-j", "1")
    run("exclude", f"{SECRET[1]}.txt", "--reason", "request")
    (home / "raw" / f"{SECRET[1]}.txt").unlink()
    write_files(home / "raw", {name: content})
    assert run("build", "-q", "-j", "1")[0] == 0
    assert not {row for row in ids(home) if row.startswith(name)}


@pytest.mark.parametrize(
    "wanted",
    [
        f"https://{SECRET[1]}.example/{SECRET[1]}?id=7",
        f"HTTP://WWW.{SECRET[1]}.EXAMPLE:80/{SECRET[1]}/?id=7#comments",
        f"domain:{SECRET[1]}.example",
        "domain:example",
    ],
)
def test_an_address_or_a_domain_keeps_out_what_comes_later(home: Path, run: Run, wanted: str) -> None:
    assert run("exclude", wanted, "--reason", "copyright")[0] == 0
    assert run("build", "-q", "-j", "1")[0] == 0
    assert f"letters.jsonl#{SECRET[1]}-2" not in ids(home)
    assert "letters.jsonl#ferry" in ids(home)


@pytest.mark.parametrize("column", ["source_sha256", "text_sha256"])
def test_a_digest_alone_keeps_a_file_out(home: Path, run: Run, column: str) -> None:
    run("build", "-q", "-j", "1")
    rows = [row for path in data_files(home / "build") for row in pq.read_table(path).to_pylist()]
    digest = next(row[column] for row in rows if row["id"] == "teaser.txt")
    kind = column.partition("_")[0]
    write_files(home, {"exclusions.jsonl": json.dumps({"match": kind, "hash": digest, "reason": "quality"})})
    run("build", "-q", "-j", "1")
    assert ids(home) == {row["id"] for row in rows} - {"teaser.txt"}


def test_a_digest_on_the_command_line_means_the_file(home: Path, run: Run) -> None:
    run("build", "-q", "-j", "1")
    digest = hashlib.sha256((home / "raw" / "teaser.txt").read_bytes()).hexdigest()
    code, out, _ = run("exclude", f"sha256:{digest}", "--reason", "quality")
    assert code == 0
    assert "excluded  teaser.txt" in out


def test_a_near_copy_that_comes_later_is_listed(home: Path, run: Run) -> None:
    run("build", "-q", "-j", "1")
    run("exclude", f"{SECRET[1]}.txt", "--reason", "request")
    write_files(home / "raw", {"later.txt": "A museum\n\n" + STORY.replace("forty", "fifty")})
    run("build", "-q", "-j", "1")
    code, out, _ = run("exclude", "--review")
    assert code == 0
    assert "review    later.txt shares" in out
    assert "ferry" not in out


def test_the_list_is_an_input_of_the_build(home: Path, run: Run) -> None:
    run("build", "-q", "-j", "1")
    before = (home / "build" / "manifest.json").read_bytes()
    run("exclude", "domain:nowhere.example", "--reason", "other")
    run("build", "-q", "-j", "1")
    after = (home / "build" / "manifest.json").read_bytes()
    assert before != after
    assert json.loads(before)["content_digest"] == json.loads(after)["content_digest"]


def test_mistakes_are_told(home: Path, run: Run) -> None:
    run("build", "-q", "-j", "1")
    for arguments, hint in (
        (("exclude",), "name an id"),
        (("exclude", "ferry.txt"), "--reason is one of"),
        (("exclude", "ferry.txt", "--reason", "because"), "--reason is one of"),
        (("exclude", "fery.txt", "--reason", "other"), "ferry.txt"),
    ):
        code, _, err = run(*arguments)
        assert code == 2
        assert hint in err
    assert not (home / "exclusions.jsonl").exists()
    assert run("exclude", "id:fery.txt", "--reason", "other")[0] == 0


def test_decisions_about_what_is_excluded_do_no_harm(home: Path, run: Run) -> None:
    run("build", "-q", "-j", "1")
    write_files(home, {"overrides.jsonl": json.dumps({"id": f"{SECRET[1]}.txt", "title": "Sold"}) + "\n"})
    run("exclude", f"{SECRET[1]}.txt", "--reason", "request")
    assert run("build", "-q", "-j", "1")[0] == 0


def test_excluding_twice_adds_nothing(home: Path) -> None:
    first = take_down(home, home / "build", ["domain:example.org"], "other")
    assert len(first.added) == 1
    assert take_down(home, home / "build", ["domain:www.Example.org."], "other").added == ()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "no JSON"),
        ('{"match": "id"}', "needs match, hash and reason"),
        ('{"match": "name", "hash": "", "reason": "other"}', "unknown match"),
        ('{"match": "id", "hash": "", "reason": "because"}', "unknown reason"),
        ('{"match": "id", "hash": "ab", "reason": "other"}', "no hash"),
        ('{"match": "id", "hash": "%s", "reason": "other", "text": "x"}' % ("0" * 64), "unknown key"),
        ('{"match": "body", "hash": "%s", "reason": "other", "sketch": "xx"}' % ("0" * 32), "sketch"),
    ],
)
def test_a_broken_list_is_an_error_with_its_line(tmp_path: Path, line: str, what: str) -> None:
    path = tmp_path / "exclusions.jsonl"
    path.write_text("\n" + line, encoding="utf-8")
    with pytest.raises(ConfigError, match=what) as error:
        read_exclusions(path)
    assert error.value.where == "exclusions.jsonl:2"


def test_the_digest_knows_neither_order_nor_repeats(tmp_path: Path) -> None:
    one, two = (Exclusion(match="id", hash=hash_of(name), reason="other") for name in "ab")
    assert Exclusions((one, two)).digest == Exclusions((two, one, two)).digest != Exclusions((one,)).digest
    path = tmp_path / "list.jsonl"
    path.write_bytes(one.line().encode())  # without an end of line, as an editor may leave it
    assert add_exclusions(path, [two, one]) == [two]
    assert read_exclusions(path).entries == (one, two)


def test_addresses_are_compared_without_what_tells_nothing() -> None:
    assert plain_url("HTTPS://www.Example.org:443/a/#top") == plain_url("http://example.org/a") == "example.org/a"
    assert plain_url("http://example.org/a?b=1") != plain_url("http://example.org/a?b=2")
    assert domain_of("http://[broken") == domain_of("") == ""
    with pytest.raises(UsageError):
        target_of("domain: ")
