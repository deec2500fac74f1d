"""Code written for one version of the release format loads the next: with the oldest and the newest `datasets`.

The kept releases in `tests/data/releases` were written by the version that they are named after, and are never written
anew. The oldest `datasets` lives in an environment of its own: make one with
`pip install --require-hashes -r tests/consumers/oldest-requirements.txt` and set CORPUS_OLDEST_DATASETS to its python.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.hub.publish import publish
from corpus.io.documents import read_manifest
from corpus.io.parquet import data_files
from corpus.release.verify import differences
from tests.clients import LEAVE
from tests.conftest import ROOT, build_release
from tests.hub.accounts import WRITE_TOKEN
from tests.hub.fixtures import LOOPBACK_ONLY, Hub, client_environment, running_hub

CONSUMER = ROOT / "tests" / "consumers" / "consumer.py"
KEPT = ROOT / "tests" / "data" / "releases" / "0.1.0"
NOTES = ROOT / "examples" / "harbour-notes"

Read = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module", params=["oldest", "newest"])
def python(request: pytest.FixtureRequest) -> str:
    """A Python with the oldest `datasets` that is supported, and ours with the newest."""
    if request.param == "newest":
        return sys.executable
    named = os.environ.get("CORPUS_OLDEST_DATASETS", "")
    if named:
        assert Path(named).is_file(), "CORPUS_OLDEST_DATASETS names no file"
        return named
    if os.environ.get("CI") == "true":
        pytest.fail("CORPUS_OLDEST_DATASETS is not set: CI must load releases with the oldest datasets", pytrace=False)
    pytest.skip("CORPUS_OLDEST_DATASETS is not set: it names a python with what oldest-requirements.txt pins")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The kept release, one of today of the same input, and that one with a column more, as a minor version has."""
    folder = tmp_path_factory.mktemp("releases")
    today = build_release(NOTES, folder / "today").path
    wider = folder / "wider"
    shutil.copytree(today, wider)
    for path in data_files(wider):
        table = pq.read_table(path)
        pq.write_table(table.append_column("word_list", pa.array([["a"]] * len(table))), path)
    _declare_column(wider / "README.md")
    return {"kept": KEPT, "today": today, "wider": wider}


def _declare_column(card: Path) -> None:
    """Name the new column in the front matter, as a card of that version would."""
    text = card.read_text("utf-8")
    mark = "  - name: word_count\n    dtype: int64\n"
    assert mark in text
    card.write_text(text.replace(mark, mark + "  - name: word_list\n    list: string\n"), encoding="utf-8")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture(scope="module")
def consume(python: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Read]:
    """`consume(where)` gives what a consumer reads, in a process that may contact nothing but loopback."""

    def load(where: str, revision: str = "", endpoint: str = "http://127.0.0.1:9") -> Read:
        environment = client_environment(endpoint, tmp_path_factory.mktemp("home"))
        code = LOOPBACK_ONLY + f"import runpy; runpy.run_path({str(CONSUMER)!r}, run_name='__main__')" + LEAVE
        command = [python, "-c", code, where, revision]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        assert result.returncode == 0, result.stderr[-3000:]
        rows: Read = json.loads(result.stdout.splitlines()[-1])["rows"]
        return rows

    return load


@pytest.mark.parametrize("name", ["kept", "today", "wider"])
def test_a_consumer_reads_every_version_from_a_folder(
    name: str, releases: dict[str, Path], consume: Callable[..., Read]
) -> None:
    found = consume(str(releases[name]))
    assert len({json.dumps(found[config], sort_keys=True) for config in ("default", "default streamed")}) == 1
    assert len({json.dumps(found[config], sort_keys=True) for config in ("all", "all streamed")}) == 1
    assert [row["id"] for row in found["default"]] == ids_of(releases[name], "unique-")
    assert found["default"][0]["title"] == "Lamp keeper retires"


@pytest.mark.parametrize("name", ["kept", "today"])
def test_a_consumer_reads_every_version_from_the_hub(
    name: str, releases: dict[str, Path], consume: Callable[..., Read], hub: Hub, python: str
) -> None:
    repo = f"org/{name}-{'newest' if python == sys.executable else 'oldest'}"
    publish(releases[name], repo=repo, endpoint=hub.endpoint, token=WRITE_TOKEN)
    version = read_manifest(releases[name]).version
    assert consume(repo, f"v{version}", hub.endpoint) == consume(str(releases[name]))


def test_a_kept_release_is_still_what_its_manifest_says() -> None:
    assert list(differences(KEPT)) == []


def ids_of(build: Path, kind: str) -> list[str]:
    files = [path for path in data_files(build) if path.name.startswith(kind)]
    return [name for path in files for name in pq.read_table(path, columns=["id"])["id"].to_pylist()]
