"""A published release, served by a Hub that others wrote: `olah` reads git repositories and speaks the Hub's read API.

It runs from an environment of its own: make one with `pip install --require-hashes -r tests/hub/olah-requirements.txt`
and set CORPUS_OLAH to its `olah-cli`. It needs no network.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from corpus.hub.opening import open_release
from corpus.hub.publish import publish
from tests.hub.accounts import WRITE_TOKEN
from tests.hub.fixtures import Hub, client_environment, run_client, running_hub
from tests.hub.releases import DUPLICATE, LETTERS, REPO, UNIQUE, make_release
from tests.hub.store import pointer
from tests.servers import free_port, running_server
from tests.test_publish import LOAD

if TYPE_CHECKING:
    from collections.abc import Iterator

ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}


@pytest.fixture(scope="module")
def olah_command() -> Path:
    named = os.environ.get("CORPUS_OLAH", "")
    if named:
        assert Path(named).is_file(), "CORPUS_OLAH names no file"
        return Path(named)
    if os.environ.get("CI") == "true":
        pytest.fail("CORPUS_OLAH is not set: CI must hold the release against olah", pytrace=False)
    pytest.skip("CORPUS_OLAH is not set: it names the olah-cli of an environment made from olah-requirements.txt")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Our own test Hub with a release on it."""
    folder = tmp_path_factory.mktemp("published")
    with running_hub(folder / "hub") as running:
        build = make_release(folder / "build")
        publish(build, endpoint=running.endpoint, token=WRITE_TOKEN)
        yield running


@pytest.fixture(scope="module")
def olah(olah_command: Path, hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an olah that serves the same release from a git repository."""
    folder = tmp_path_factory.mktemp("olah")
    copy_to_git(hub, folder / "mirrors" / "datasets" / REPO)
    with running_olah(olah_command, folder) as endpoint:
        yield endpoint


def copy_to_git(hub: Hub, folder: Path) -> None:
    """The tagged tree as a git repository, its large files as pointers with the objects where git-lfs keeps them."""
    repo = hub.repo(REPO)
    commit = repo.resolve("v0.1.0")
    assert commit is not None
    git(folder, "init", "--quiet", "--initial-branch=main")
    for path, entry in commit.files.items():
        content = repo.read(entry)
        if entry.sha256:
            large = folder / ".git" / "lfs" / "objects" / entry.sha256[:2] / entry.sha256[2:4] / entry.sha256
            large.parent.mkdir(parents=True, exist_ok=True)
            large.write_bytes(content)
            content = pointer(entry.sha256, entry.size)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Release v0.1.0")
    git(folder, "tag", "v0.1.0")


def git(folder: Path, *arguments: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    command = shutil.which("git")
    assert command is not None
    someone = ("-c", "user.name=someone", "-c", "user.email=someone@example.org")
    subprocess.run([command, *someone, *arguments], cwd=folder, env={**os.environ, **ALONE}, check=True)


@contextmanager
def running_olah(command: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    settings = {"host": "127.0.0.1", "port": port, "repos-path": str(folder / "cache")}
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    mirrors = f"mirrors-path = {json.dumps([str(folder / 'mirrors')])}"
    config = folder / "olah.toml"
    config.write_text(
        "\n".join(["[basic]", *lines, mirrors, "[accessibility]", "offline = true", ""]), encoding="utf-8"
    )
    run = [str(command), "--config", str(config), "--log-path", str(folder / "logs")]
    with running_server(run, port, folder, {**os.environ, **ALONE}) as address:
        yield address


def loaded(endpoint: str, home: Path) -> dict[str, Any]:
    done = run_client(LOAD, client_environment(endpoint, home), REPO, "v0.1.0")
    assert done.returncode == 0, done.stderr
    assert "OUTSIDE" not in done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def test_release_loads_from_a_server_of_others(olah: str, hub: Hub, tmp_path: Path) -> None:
    theirs = loaded(olah, tmp_path / "theirs")
    assert theirs["default"] == theirs["streamed"] == list(LETTERS[UNIQUE])
    assert sorted(theirs["all"]) == sorted((*LETTERS[UNIQUE], *LETTERS[DUPLICATE]))
    assert theirs == loaded(hub.endpoint, tmp_path / "ours")


def test_release_is_opened_from_a_server_of_others(olah: str, hub: Hub) -> None:
    address = f"{REPO}@v0.1.0"
    with open_release(address, endpoint=olah) as theirs, open_release(address, endpoint=hub.endpoint) as ours:
        assert theirs.digest == ours.digest
        paths = [entry.path for entry in ours.manifest.files]
        for path in paths:
            assert (theirs.fetch([path]) / path).read_bytes() == (ours.fetch([path]) / path).read_bytes()


def test_both_servers_list_the_same_files_with_the_same_hashes(olah: str, hub: Hub) -> None:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import RepoFile

    def listed(endpoint: str) -> dict[str, tuple[int, str, str | None]]:
        found = HfApi(endpoint=endpoint, token=False).list_repo_tree(
            REPO, recursive=True, revision="v0.1.0", repo_type="dataset"
        )
        files = [entry for entry in found if isinstance(entry, RepoFile)]
        return {file.path: (file.size, file.blob_id, file.lfs.sha256 if file.lfs else None) for file in files}

    theirs = listed(olah)
    assert theirs[UNIQUE][2] is not None
    assert theirs == listed(hub.endpoint)


def test_both_servers_describe_a_file_alike(olah: str, hub: Hub) -> None:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    def described(endpoint: str, path: str) -> tuple[str | None, int | None]:
        url = hf_hub_url(REPO, path, repo_type="dataset", revision="v0.1.0", endpoint=endpoint)
        metadata = get_hf_file_metadata(url, token=False)
        return metadata.etag, metadata.size

    for path in (UNIQUE, "README.md", "manifest.json"):
        assert described(olah, path) == described(hub.endpoint, path)


def test_both_servers_know_the_tag(olah: str, hub: Hub) -> None:
    from huggingface_hub import HfApi

    for endpoint in (olah, hub.endpoint):
        api = HfApi(endpoint=endpoint, token=False)
        [tag] = api.list_repo_refs(REPO, repo_type="dataset").tags
        assert (tag.name, tag.ref) == ("v0.1.0", "refs/tags/v0.1.0")
        assert tag.target_commit == api.dataset_info(REPO, revision="v0.1.0").sha
