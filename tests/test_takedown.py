"""A takedown holds: what is excluded never comes back, and leaves no byte of text, name or address behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import ConfigError, UsageError
from corpus.history.changelog import BEGIN, END
from corpus.history.redaction import redact
from corpus.hub.publish import publish
from corpus.io.cache import cache_of
from corpus.io.exclusions import Exclusion, Exclusions, add_exclusions, domain_of, hash_of, plain_url, read_exclusions
from corpus.io.parquet import data_files
from corpus.io.staging import staging_folder
from corpus.layout import MANIFEST
from corpus.release.markdown import code
from corpus.takedown import take_down, target_of
from tests.conftest import Run, write_files
from tests.hub.accounts import WRITE_TOKEN
from tests.hub.fixtures import Hub, running_hub
from tests.hub.store import MAIN

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


@pytest.fixture(autouse=True)
def _in_the_project(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)


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


def test_while_a_build_runs_nothing_is_taken_from_under_it(home: Path, run: Run) -> None:
    run("build", "-q", "-j", "1")
    with staging_folder(home / "build"):
        code, _, err = run("exclude", "ferry.txt", "--reason", "other")
    assert code == 3
    assert "another build of this release is running" in err
    assert run("exclude", "ferry.txt", "--reason", "other")[0] == 0
    assert not cache_of(home / "build").exists()


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


REPO = "org/harbour"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with running_hub(tmp_path / "hub") as running:
        yield running


def release_version(home: Path, run: Run, hub: Hub, version: str) -> None:
    """Build the project as this version, and publish it."""
    write_files(home, {"corpus.toml": f'name = "harbour"\ninput = "raw"\nrepo = "{REPO}"\nversion = "{version}"\n'})
    assert run("build", "-q", "-j", "1")[0] == 0
    publish(home / "build", endpoint=hub.endpoint, token=WRITE_TOKEN)


@pytest.fixture
def history(home: Path, run: Run, hub: Hub) -> Hub:
    """Four versions on the Hub: with the article, the same again, with it twice in other forms, and without it."""
    affair = home / "raw" / f"{SECRET[1]}.txt"
    release_version(home, run, hub, "0.1.0")
    release_version(home, run, hub, "0.1.1")
    content = affair.read_bytes()
    affair.unlink()
    wrapped = b"Share this article\n\n" + content + b"\nRelated Posts\n\nTweet\n"
    write_files(home / "raw", {"crlf.txt": content.replace(b"\n", b"\r\n"), "wrapped.txt": wrapped})
    release_version(home, run, hub, "0.2.0")
    (home / "raw" / "crlf.txt").unlink()
    (home / "raw" / "wrapped.txt").unlink()
    release_version(home, run, hub, "0.3.0")
    affair.write_bytes(content)
    assert run("build", "-q", "-j", "1")[0] == 0
    return hub


def test_published_versions_that_hold_it_are_named(home: Path, run: Run, history: Hub) -> None:
    mark = history.mark()
    wanted = ("exclude", f"{SECRET[1]}.txt", "--reason", "privacy", "--endpoint", history.endpoint)
    code, out, _ = run(*wanted)
    assert code == 0
    found = [line.split(" (")[0] for line in out.splitlines() if line.startswith("published")]
    assert found == [
        f"published {REPO}@v0.1.0 holds {SECRET[1]}.txt",
        f"published {REPO}@v0.1.1 holds {SECRET[1]}.txt",
        f"published {REPO}@v0.2.0 holds crlf.txt, wrapped.txt",
    ]
    assert "what its owner can do" in out
    assert len(history.writes(mark)) == 0
    fetched = [one["path"].partition("/resolve/")[2] for one in history.requests("GET /datasets/", since=mark)]
    parts = [path for path in fetched if path.endswith(".parquet")]
    files = {entry["sha256"] for entry in data_entries(history)}
    assert len(parts) == len(files)


def data_entries(hub: Hub) -> Iterator[dict[str, str]]:
    """The Parquet files of all published versions, as their manifests list them."""
    repo = hub.repo(REPO)
    for tag in ("v0.1.0", "v0.1.1", "v0.2.0", "v0.3.0"):
        commit = repo.resolve(tag)
        assert commit is not None
        for entry in json.loads(repo.read(commit.files[MANIFEST]))["files"]:
            if entry["path"].endswith(".parquet"):
                yield entry


def test_what_is_published_is_searched_for_the_whole_list(home: Path, run: Run, history: Hub) -> None:
    ask = ("exclude", "--published", "--endpoint", history.endpoint, "--json")
    assert json.loads(run(*ask)[1])["published"]["holdings"] == []
    lines = [
        Exclusion(match=match, hash=hash_of(value), reason="legal").line()
        for match, value in (("id", "wrapped.txt"), ("domain", f"{SECRET[1]}.example"))
    ]
    write_files(home, {"exclusions.jsonl": "\n".join(lines)})
    code, out, _ = run(*ask)
    found = json.loads(out)["published"]
    assert code == 0
    assert found["asked"] == ["v0.1.0", "v0.1.1", "v0.2.0", "v0.3.0"]
    of_the_domain = f"letters.jsonl#{SECRET[1]}-2"
    assert {item["revision"]: item["rows"] for item in found["holdings"]} == {
        "v0.1.0": [of_the_domain],
        "v0.1.1": [of_the_domain],
        "v0.2.0": [of_the_domain, "wrapped.txt"],
        "v0.3.0": [of_the_domain],
    }


def test_a_head_without_a_tag_and_a_tag_without_a_release_are_told(home: Path, run: Run, history: Hub) -> None:
    repo = history.repo(REPO)
    first = repo.resolve("v0.1.0")
    assert first is not None
    repo.commit(dict(first.files), branch=MAIN, title="By hand", message="")
    odd = repo.commit({}, branch="other", title="By hand", message="")
    repo.add_tag("draft", odd)
    code, out, _ = run("exclude", f"{SECRET[1]}.txt", "--reason", "legal", "--endpoint", history.endpoint)
    assert code == 0
    assert f"published {REPO}@main holds {SECRET[1]}.txt" in out
    assert f"unread    {REPO}@draft: " in out


@pytest.mark.parametrize("as_json", [False, True])
def test_a_hub_that_cannot_be_asked_undoes_nothing(home: Path, run: Run, hub: Hub, *, as_json: bool) -> None:
    release_version(home, run, hub, "0.1.0")
    hub.provoke("once:refs:before:422")
    arguments = ["exclude", f"{SECRET[1]}.txt", "--reason", "privacy", "--endpoint", hub.endpoint]
    code, out, err = run(*arguments, *(["--json"] if as_json else []))
    assert code == 3
    assert "the exclusion stands" in err
    assert "run corpus exclude --published" in err
    assert f"{SECRET[1]}.txt" in (json.loads(out)["rows"] if as_json else out)
    assert read_exclusions(home / "exclusions.jsonl").of_id(f"{SECRET[1]}.txt") == "privacy"
    assert not (home / ".build.cache").exists()
    code, out, _ = run("exclude", "--published", "--endpoint", hub.endpoint)
    assert code == 0
    assert f"published {REPO}@v0.1.0 holds {SECRET[1]}.txt" in out


def test_a_repository_that_is_not_there_yet_is_no_trouble(home: Path, run: Run, hub: Hub) -> None:
    write_files(home, {"corpus.toml": f'name = "harbour"\ninput = "raw"\nrepo = "{REPO}"\n'})
    code, out, _ = run("exclude", "domain:example.org", "--reason", "legal", "--endpoint", hub.endpoint)
    assert code == 0
    assert f"{REPO} is not on the Hub" in out
    write_files(home, {"corpus.toml": 'name = "harbour"\ninput = "raw"\n'})
    assert run("exclude", "--published")[0] == 2


def test_the_changelog_names_it_no_longer(home: Path, run: Run) -> None:
    run("build", "-q", "-j", "1")
    listed = f"{BEGIN}\n### Added\n\n- 2 rows: {code(f'{SECRET[1]}.txt')}, {code('ferry.txt')}\n{END}\n"
    write_files(home, {"CHANGELOG.md": f"# Changelog\n\n## [0.1.0]\n\n{listed}\nBest: {SECRET[1]}.txt!\n"})
    _, out, _ = run("exclude", f"{SECRET[1]}.txt", "--reason", "privacy")
    assert "redacted  CHANGELOG.md in 1 place;" in out
    assert "review    CHANGELOG.md:11 names it" in out
    after = (home / "CHANGELOG.md").read_text("utf-8")
    assert f"- 2 rows: `(excluded)`, {code('ferry.txt')}\n" in after
    assert f"Best: {SECRET[1]}.txt!" in after


NAMES = st.text(alphabet="ab./#`<&é ", min_size=1, max_size=6).filter(lambda name: name.strip() == name)


@given(st.lists(NAMES, min_size=1, unique=True), st.data())
def test_only_whole_ids_leave_the_changelog(names: list[str], data: st.DataObject) -> None:
    gone = data.draw(st.lists(st.sampled_from(names), unique=True))
    own = "What we think of `a`.\r\n"
    text = own + "\r\n".join([BEGIN, *(f"- {code(name)}" for name in names), END, ""])
    after = redact(text, gone)
    kept = [name for name in names if code(name) not in map(code, gone)]
    assert after.changed == len(names) - len(kept)
    lines = after.text.removeprefix(own).split("\r\n")[1:-2]
    assert lines == [f"- {code('(excluded)' if name not in kept else name)}" for name in names]
