"""A release by its address: what an address means, and what is fetched from the Hub for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from corpus.errors import DataError, OutsideError, UsageError
from corpus.hub.opening import HubAddress, NotPublishedError, open_release, parse_address
from corpus.hub.patience import Patience
from corpus.hub.publish import publish
from corpus.io.documents import write_json
from corpus.layout import MANIFEST
from tests.hub.accounts import READ_TOKEN, UNKNOWN_TOKEN, WRITE_TOKEN
from tests.hub.fixtures import Hub, running_hub
from tests.hub.releases import DUPLICATE, LETTERS, REPO, UNIQUE, make_release

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK: dict[str, Any] = {"token": READ_TOKEN}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A Hub with two versions of a release."""
    with running_hub(tmp_path / "hub") as running:
        for version, ids in (("0.1.0", ["d.txt"]), ("0.2.0", ["d.txt", "e.txt"])):
            build = make_release(tmp_path / version, version=version, parts={**LETTERS, DUPLICATE: ids})
            publish(build, endpoint=running.endpoint, token=WRITE_TOKEN)
        yield running


def patience() -> Patience:
    return Patience(sleep=lambda _: None)


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("org/letters", HubAddress(repo="org/letters", revision="main")),
        ("org/letters@v1.2.0", HubAddress(repo="org/letters", revision="v1.2.0")),
        ("hf://datasets/org/letters@main", HubAddress(repo="org/letters", revision="main")),
        ("hf://datasets/here/build", HubAddress(repo="here/build", revision="main")),
        ("@v1.2.0", HubAddress(repo="our/own", revision="v1.2.0")),
        ("v1.2.0-rc.1", HubAddress(repo="our/own", revision="v1.2.0-rc.1")),
        ("@main", HubAddress(repo="our/own", revision="main")),
        ("here", Path("here")),
        ("here/build", Path("here/build")),
        ("here/", Path("here")),
    ],
)
def test_address_is_a_folder_or_a_revision(
    address: str, meant: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here" / "build").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert parse_address(address, repo="our/own") == meant


@pytest.mark.parametrize(
    "address", ["nothing", "", "./org/letters", "/no/folder", "org/a/b", "org/letters@", "../x", "a b/c"]
)
def test_address_of_nothing_is_refused(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_address(address)
    assert refused.value.found == address


@pytest.mark.parametrize("address", ["v1.2.0", "@v1.2.0"])
def test_tag_alone_needs_a_repository(address: str) -> None:
    with pytest.raises(UsageError, match="which repository"):
        parse_address(address)


def test_folder_is_opened_as_it_is(tmp_path: Path) -> None:
    build = make_release(tmp_path / "build")
    with open_release(str(build)) as release:
        assert (release.folder, release.where, release.commit) == (build, str(build), None)
        assert release.fetch() == build
        assert release.manifest.version == "0.1.0"


@pytest.mark.parametrize("revision", ["main", "v0.2.0", "commit"])
def test_manifest_comes_first_and_files_when_they_are_asked_for(hub: Hub, revision: str, tmp_path: Path) -> None:
    commit = hub.repo(REPO).resolve("v0.2.0")
    assert commit is not None
    mark = hub.mark()
    address = f"{REPO}@{commit.id if revision == 'commit' else revision}"
    with open_release(address, endpoint=hub.endpoint, **QUICK) as release:
        assert (release.where, release.commit, release.manifest.version) == (address, commit.id, "0.2.0")
        assert [path.name for path in release.folder.rglob("*")] == [MANIFEST]
        assert release.fetch([DUPLICATE]) == release.folder
        assert (release.folder / DUPLICATE).read_bytes() == (tmp_path / "0.2.0" / DUPLICATE).read_bytes()
        release.fetch([DUPLICATE])
        asked = [one["path"].partition(commit.id)[2] for one in hub.requests("GET /datasets/", since=mark)]
        assert asked == [f"/{MANIFEST}", f"/{DUPLICATE}"]
        folder = release.folder
        release.fetch()
        assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == sorted(
            [MANIFEST, *(entry.path for entry in release.manifest.files)]
        )
    assert not folder.exists()


def test_two_are_open_at_once(hub: Hub) -> None:
    with (
        open_release("v0.1.0", repo=REPO, endpoint=hub.endpoint, **QUICK) as old,
        open_release(REPO, endpoint=hub.endpoint, **QUICK) as new,
    ):
        same = {entry.sha256 for entry in old.manifest.files}
        changed = [entry.path for entry in new.manifest.files if entry.sha256 not in same]
        assert changed == [DUPLICATE]
        assert new.fetch(changed) != old.fetch([UNIQUE])
        assert old.digest != new.digest


@pytest.mark.parametrize("address", ["org/nothing", f"{REPO}@v9.9.9", f"{REPO}@{'0' * 40}"])
def test_address_where_nothing_stands_is_told_from_a_network(hub: Hub, address: str) -> None:
    with pytest.raises(NotPublishedError), open_release(address, endpoint=hub.endpoint, **QUICK):
        pass


def test_commit_without_a_manifest_is_no_release(hub: Hub) -> None:
    head = hub.repo(REPO).resolve("main")
    assert head is not None
    [*_, first] = hub.repo(REPO).history(head)
    address = f"{REPO}@{first.id}"
    with pytest.raises(NotPublishedError, match="no release"), open_release(address, endpoint=hub.endpoint, **QUICK):
        pass


def test_hub_that_does_not_answer_is_the_network(hub: Hub) -> None:
    hub.provoke("always:info:before:503")
    with pytest.raises(OutsideError), open_release(REPO, endpoint=hub.endpoint, patience=patience(), **QUICK):
        pass


def test_wrong_token_is_not_taken_for_an_absent_release(hub: Hub) -> None:
    wrong = open_release(REPO, endpoint=hub.endpoint, token=UNKNOWN_TOKEN)
    with pytest.raises(OutsideError, match="refused the token"), wrong:
        pass


@pytest.mark.parametrize("fault", ["once:data:before:503", "once:data:after:truncated", "once:data:before:silence"])
def test_download_is_tried_again(hub: Hub, fault: str) -> None:
    hub.provoke(fault)
    quick = Patience(sleep=lambda _: None, answer_seconds=1)
    with open_release(REPO, endpoint=hub.endpoint, patience=quick, **QUICK) as release:
        assert (release.fetch([UNIQUE]) / UNIQUE).stat().st_size > 0


@pytest.mark.parametrize("fault", ["corrupt-lfs", "always:data:before:html"])
def test_file_that_differs_is_not_handed_out(hub: Hub, fault: str) -> None:
    hub.provoke(fault)
    with open_release(REPO, endpoint=hub.endpoint, **QUICK) as release:
        with pytest.raises(DataError, match="not what the manifest says"):
            release.fetch([UNIQUE])
        assert not (release.folder / UNIQUE).exists()


@pytest.mark.parametrize("path", ["../outside", "/outside", "data/../../outside", "a\\..\\b"])
def test_manifest_cannot_write_elsewhere(hub: Hub, tmp_path: Path, path: str) -> None:
    build = make_release(tmp_path / "forged")
    facts = {"path": path, "size": 1, "sha256": "0" * 64, "rows": None}
    document = json.loads((build / MANIFEST).read_bytes())
    write_json(build / MANIFEST, {**document, "files": [facts]})
    repo = hub.repo(REPO)
    entry = repo.add_blob((build / MANIFEST).read_bytes())
    repo.commit({MANIFEST: entry, path: repo.add_blob(b"x")}, branch="main", title="Forge", message="")
    with open_release(REPO, endpoint=hub.endpoint, **QUICK) as release:
        with pytest.raises(DataError, match="outside of its release"):
            release.fetch()
        assert [each.name for each in release.folder.rglob("*")] == [MANIFEST]
