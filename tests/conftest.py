"""Fixtures that several test modules share: real builds of the sample corpus and of small folders."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, settings

from corpus import cli
from corpus.config import load_config
from corpus.engines.local import LocalEngine
from corpus.model import Build
from corpus.pipeline import build_dataset
from tests.s3.server import moto_command, s3, s3_endpoint

__all__ = ["moto_command", "s3", "s3_endpoint"]

# No example has to be made or run within any time: machines differ.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "examples" / "town-papers"
SHARED = ROOT.parent / "shared"

ARTICLE_TEXT = (
    "The council of Ashford voted on Tuesday to repair the old mill bridge before winter.\n\n"
    "Work will begin in {month}, said the mayor, and the road stays open for {count} weeks in both directions."
)


@dataclass(frozen=True, slots=True)
class Release:
    """A release folder that a test made, with its rows."""

    path: Path
    build: Build

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Every row by id, read from the Parquet files."""
        tables = [pq.read_table(path, partitioning=None) for path in sorted(self.path.glob("data/*/*.parquet"))]
        return {row["id"]: row for row in pa.concat_tables(tables).to_pylist()}

    @property
    def rejected(self) -> dict[str, dict[str, Any]]:
        """Every line of `rejected.jsonl` by path."""
        lines = (self.path / "rejected.jsonl").read_text("utf-8").splitlines()
        return {entry["path"]: entry for entry in map(json.loads, lines)}


def conserved(release: Release) -> None:
    """rows + rejected + excluded = inputs, counted again from the written files."""
    inputs = release.build.manifest.inputs
    rejected = [json.loads(line) for line in (release.path / "rejected.jsonl").read_text("utf-8").splitlines()]
    assert len(release.rows) == inputs.rows
    assert Counter(entry["reason"] for entry in rejected) == inputs.rejected
    assert inputs.rows + len(rejected) + sum(inputs.excluded.values()) == inputs.count


def build_release(source: Path, out: Path, *, workers: int = 1) -> Release:
    """Build the folder `source`; every build that a test makes this way is held to the ledger."""
    with LocalEngine(workers) as engine:
        build = build_dataset(load_config(source), engine, out)
    release = Release(build.path, build)
    conserved(release)
    return release


Maker = Callable[..., Release]
Run = Callable[..., tuple[int, str, str]]


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


@pytest.fixture
def make_release(tmp_path: Path) -> Maker:
    """Build a folder, or a folder of the given files, `{path: text or bytes}`."""

    def make(files: dict[str, str | bytes] | Path, *, workers: int = 1, out: Path | None = None) -> Release:
        source = files if isinstance(files, Path) else write_files(tmp_path / "raw", files)
        return build_release(source, out or tmp_path / "build", workers=workers)

    return make


def write_files(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write `{path: text or bytes}` below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The sample corpus, built once; tests must not change it."""
    return build_release(SAMPLE, tmp_path_factory.mktemp("sample") / "build")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside a checkout of ours; a public clone has none and says so, our CI must have it."""
    if not SHARED.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{SHARED} is missing; in CI the tests on real data must run")
        pytest.skip("left out: the folder ../shared with real data is not here")
    return SHARED
