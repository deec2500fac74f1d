"""`corpus verify org/name@v1.2.0`: what is on the Hub is what was released; one planted defect for each question."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from corpus import cli
from corpus.errors import DataError, OutsideError, UsageError
from corpus.hub.patience import Patience
from corpus.hub.publish import publish
from corpus.hub.verify import Verification, verify
from corpus.io.documents import read_manifest, write_json
from corpus.io.parquet import data_files
from corpus.layout import CARD, CHECKS, MANIFEST
from tests.conftest import Release
from tests.hub.accounts import WRITE_TOKEN
from tests.hub.fixtures import Hub, running_hub
from tests.hub.store import MAIN, Commit, Entry, Repo
from tests.test_verify import change_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Files = dict[str, Entry]


@pytest.fixture
def build(sample: Release, tmp_path: Path) -> Path:
    """A release that may be spoiled, of a repository in which somebody may write."""
    build = shutil.copytree(sample.path, tmp_path / "build")
    write_json(build / MANIFEST, replace(read_manifest(build), repo="org/papers"))
    return build


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with running_hub(tmp_path / "hub") as running:
        yield running


class Published:
    """A release on the Hub, which may be spoiled there."""

    def __init__(self, hub: Hub, build: Path) -> None:
        done = publish(build, endpoint=hub.endpoint, token=WRITE_TOKEN)
        self.hub, self.build, self.tag, self.digest = hub, build, done.tag, done.digest
        self.name = done.repo

    @property
    def repo(self) -> Repo:
        return self.hub.repo(self.name)

    def head(self) -> Commit:
        commit = self.repo.resolve(MAIN)
        assert commit is not None
        return commit

    def verify(self, revision: str | None = None, expect: str | None = None) -> Verification:
        """What `corpus verify` finds at a revision, by default the tag."""
        patience = Patience(sleep=lambda _: None)
        address = f"{self.name}@{revision or self.tag}"
        return verify(address, expect=expect, endpoint=self.hub.endpoint, patience=patience)

    def change(self, change: Callable[[Files], object]) -> None:
        """Make a commit by hand, and let the tag stand on it as if it had always been there."""
        files = dict(self.head().files)
        change(files)
        made = self.repo.commit(files, branch=MAIN, title="By hand", message="")
        self.move_tag(made.id)

    def move_tag(self, commit: str | None) -> None:
        path = self.hub.root / "repos" / self.name / "refs.json"
        refs = json.loads(path.read_bytes())
        refs["tags"] = {self.tag: commit} if commit else {}
        path.write_text(json.dumps(refs), encoding="utf-8")


@pytest.fixture
def published(hub: Hub, build: Path) -> Published:
    return Published(hub, build)


def test_what_was_published_is_what_was_released(published: Published) -> None:
    for revision in (published.tag, MAIN, published.head().id):
        found = published.verify(revision, expect=published.digest)
        assert (found.passed, found.differences) == (True, ())
        assert (found.commit, found.digest, found.version) == (published.head().id, published.digest, published.tag[1:])


def test_other_digest_is_found_without_a_download(published: Published) -> None:
    mark = published.hub.mark()
    wanted = f"sha256:{'0' * 64}"
    [line] = published.verify(expect="0" * 64).differences
    assert line == f"{MANIFEST}: release digest {published.digest}, expected {wanted}"
    asked = [one["path"] for one in published.hub.requests("GET /datasets/", since=mark)]
    assert [path.rpartition("/")[2] for path in asked] == [MANIFEST]


@pytest.mark.parametrize("digest", ["", "52a1", "sha512:" + "0" * 64, "0" * 63, "G" * 64, "0" * 64 + "\n"])
def test_digest_must_be_one(published: Published, digest: str) -> None:
    with pytest.raises(UsageError, match="no release digest"):
        published.verify(expect=digest)


def test_tag_that_is_missing_is_found(published: Published) -> None:
    published.move_tag(None)
    [line] = published.verify(MAIN).differences
    assert f"there is no tag {published.tag}" in line
    with pytest.raises(DataError, match="no such revision"):
        published.verify(published.tag)


def test_tag_on_another_release_is_found(published: Published) -> None:
    first = published.head().id
    other = published.repo.add_blob(b"{}")
    made = published.repo.commit({**published.head().files, MANIFEST: other}, branch="side", title="x", message="")
    published.move_tag(made.id)
    [line] = published.verify(first).differences
    assert line.endswith(f"the tag {published.tag} stands on another release")


def test_tag_of_another_version_is_found(published: Published) -> None:
    published.repo.add_tag("v9.9.9", published.head())
    [line] = published.verify("v9.9.9").differences
    assert line == f"{published.name}@v9.9.9: its manifest is that of {published.tag}"


def test_file_that_is_missing_is_found(published: Published) -> None:
    published.change(lambda files: files.pop(CARD))
    assert published.verify().differences == (f"{CARD}: missing on the Hub",)


def test_file_of_another_size_is_found(published: Published) -> None:
    published.change(lambda files: files.update({CARD: published.repo.add_blob(b"# ")}))
    [line] = published.verify().differences
    assert line.startswith(f"{CARD}: 2 bytes on the Hub, the manifest says ")


def test_small_file_of_the_same_size_is_found(published: Published) -> None:
    content = (published.build / CHECKS).read_bytes().replace(b'"passed": true', b'"passed": null')
    published.change(lambda files: files.update({CHECKS: published.repo.add_blob(content)}))
    [line] = published.verify().differences
    assert line.startswith(f"{CHECKS} on the Hub is not what the manifest says ({len(content)} bytes, sha256 ")


def test_large_file_of_another_digest_is_found_without_its_download(published: Published) -> None:
    path = data_files(published.build)[0].relative_to(published.build).as_posix()
    published.change(lambda files: files.update({path: replace(files[path], sha256="0" * 64)}))
    [line] = published.verify().differences
    assert line.startswith(f"{path}: sha256 {'0' * 64} on the Hub, the manifest says ")


def test_rows_that_no_manifest_lists_are_found(published: Published) -> None:
    stray = published.repo.add_blob(b"rows of somebody")
    published.change(lambda files: files.update({"data/train/more.parquet": stray, "LICENSE": stray}))
    assert published.verify().differences == ("data/train/more.parquet: on the Hub, but not in the manifest",)


def test_bytes_that_the_listing_does_not_show_are_found(published: Published) -> None:
    published.hub.provoke("corrupt-lfs", published.name)
    lines = published.verify().differences
    assert len(lines) == len(data_files(published.build))
    assert all(" on the Hub is not what the manifest says (" in line for line in lines)


def test_release_that_was_wrong_from_the_start_is_found(hub: Hub, build: Path) -> None:
    row = change_row(build, "text_sha256", lambda digest: digest[::-1])
    assert Published(hub, build).verify().differences == (f"{row}: its source text is not restored",)


def test_repository_without_a_release_does_not_pass(published: Published) -> None:
    with pytest.raises(UsageError, match="no such dataset"):
        verify("org/nothing", endpoint=published.hub.endpoint)
    published.change(lambda files: files.pop(MANIFEST))
    with pytest.raises(DataError, match="no release"):
        published.verify()


@pytest.mark.parametrize("kind", ["info", "refs", "tree", "manifest", "data"])
@pytest.mark.parametrize("what", ["503", "truncated"])
def test_hub_that_fails_is_the_network(published: Published, kind: str, what: str) -> None:
    published.hub.provoke(f"always:{kind}:after:{what}")
    with pytest.raises(OutsideError) as stopped:
        published.verify()
    assert stopped.value.exit_code == 3
    published.hub.behave()
    published.hub.provoke(f"once:{kind}:after:{what}")
    assert published.verify().passed


def test_command_says_it_and_exits_by_it(
    published: Published, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["corpus", "verify", *arguments, "--endpoint", published.hub.endpoint])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        written = capsys.readouterr()
        return int(stop.value.code or 0), written.out, written.err

    address = f"{published.name}@{published.tag}"
    code, out, _ = run(address, "--expect", published.digest)
    assert (code, out.splitlines()[0]) == (0, f"{address} is what its manifest says")
    assert published.digest in out
    code, out, _ = run(address, "--expect", "0" * 64, "--json")
    shown = json.loads(out)
    assert (code, shown["passed"], len(shown["differences"])) == (1, False, 1)
    code, _, err = run("nothing")
    assert (code, "Traceback" in err) == (2, False)
    assert run("org/nothing")[0] == 2
    assert run(f"{published.name}@v9.9.9")[0] == 1
    published.hub.provoke("once:info:before:503")
    code, _, err = run(address)
    assert (code, err) == (0, "no proper answer; asking again in 1 s\n")
    published.hub.provoke("always:info:before:403")
    assert run(address)[0] == 3


def test_folder_is_held_against_a_digest_too(build: Path) -> None:
    digest = verify(str(build)).digest
    assert verify(str(build), expect=digest).passed
    write_json(build / MANIFEST, replace(read_manifest(build), name="other"))
    [line] = verify(str(build), expect=digest).differences
    assert line.startswith(f"{MANIFEST}: release digest ")
