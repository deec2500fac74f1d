"""The whole road through the command line: raw files, a release, the Hub, and back through `load_dataset`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.conftest import SAMPLE
from tests.hub.accounts import WRITE_TOKEN
from tests.hub.fixtures import client_environment, run_client, running_hub

REPO = "org/papers"
PATIENCE_SECONDS = 300

LOAD = """
import json
import sys
from datasets import load_dataset
found = {
    config: {split: rows.to_list() for split, rows in load_dataset(sys.argv[1], config, revision=sys.argv[2]).items()}
    for config in ("deduplicated", "all")
}
found["default"] = {split: rows.to_list() for split, rows in load_dataset(sys.argv[1], revision=sys.argv[2]).items()}
print(json.dumps(found, default=str, sort_keys=True))
"""


def corpus(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    """What `python -m corpus` says in `folder`; it must end well and keep the token to itself."""
    command = [sys.executable, "-m", "corpus", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert done.returncode == 0, done.stderr
    assert WRITE_TOKEN not in done.stdout + done.stderr
    return done.stdout


def on_disk(build: Path, pattern: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of the Parquet files by split, in the order of their ids."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in build.glob(f"data/*/{pattern}.parquet"):
        found.setdefault(path.parent.name, []).extend(pq.read_table(path, partitioning=None).to_pylist())
    return json.loads(json.dumps(by_id(found), default=str))  # type: ignore[no-any-return]


def by_id(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {split: sorted(found, key=lambda row: str(row["id"])) for split, found in rows.items()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with raw articles and nothing else."""
    folder = tmp_path / "project"
    shutil.copytree(SAMPLE / "raw", folder / "raw")
    return folder


def test_release_that_the_command_builds_is_published_and_loads_as_it_was_written(
    project: Path, tmp_path: Path
) -> None:
    with running_hub(tmp_path / "hub") as hub:
        environment = client_environment(hub.endpoint, tmp_path / "home", WRITE_TOKEN)
        corpus(project, environment, "init", "raw")
        settings = (project / "corpus.toml").read_text("utf-8")
        assert 'repo = ""\n' in settings
        (project / "corpus.toml").write_text(settings.replace('repo = ""\n', f'repo = "{REPO}"\n'), "utf-8")
        corpus(project, environment, "build", "--quiet")
        files = {path.relative_to(project / "build").as_posix() for path in (project / "build").rglob("*.*")}

        shown = json.loads(corpus(project, environment, "publish", "--dry-run", "--json"))
        assert {one["path"]: one["action"] for one in shown["files"]} == dict.fromkeys(files, "add")
        assert hub.writes() == []
        said = corpus(project, environment, "publish")
        assert f"published: {REPO} v0.1.0 at {hub.endpoint}, commit " in said
        assert f'next: load_dataset("{REPO}", revision="v0.1.0")' in said
        written = hub.writes()
        assert f"unchanged: {REPO} v0.1.0" in corpus(project, environment, "publish")
        assert hub.writes() == written

        loaded = run_client(LOAD, client_environment(hub.endpoint, tmp_path / "elsewhere"), REPO, "v0.1.0")
        assert loaded.returncode == 0, loaded.stderr
        assert "OUTSIDE" not in loaded.stderr
    found = {config: by_id(splits) for config, splits in json.loads(loaded.stdout).items()}
    singles, everything = on_disk(project / "build", "unique-*"), on_disk(project / "build", "*")
    assert found == {"default": singles, "deduplicated": singles, "all": everything}
    assert sum(map(len, singles.values())) < sum(map(len, everything.values()))
