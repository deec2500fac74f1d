"""The wheel, installed alone in a new environment, builds the sample: schemas, suites and template come along."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, SAMPLE


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_what_is_needed_and_no_more(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in ("dataset_card.md", "schemas/article-v1.json", "validation/standard.json"):
        assert f"corpus/_data/{name}" in names
    assert {"corpus/py.typed", "corpus/data/casefold.txt", "corpus/data/phrases/en.toml"} <= names
    assert not [name for name in names if name.startswith(("tests", "examples", "benchmarks"))]


def test_installed_alone_it_builds_the_sample(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    python = str(home / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    constraints = _constraints(tmp_path)
    subprocess.run([*pip, "--constraint", str(constraints), str(wheel)], check=True, capture_output=True, text=True)
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(home / "bin" / "corpus"), "build", str(SAMPLE), "-o", str(tmp_path / "build"), "-j", "1"]
    result = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "of 85 inputs" in result.stdout
    listed = subprocess.run([python, "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True).stdout
    installed = {line.split("==")[0].lower() for line in listed.split()}
    assert not {"ray", "mlcroissant", "pytest", "hypothesis", "lxml", "torch"} & installed


def _constraints(folder: Path) -> Path:
    """The exact versions of the lock file, without the hashes that a wheel of our own has none of."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = [line.rstrip(" \\") for line in lines if "==" in line and not line.startswith((" ", "#"))]
    path = folder / "constraints.txt"
    path.write_text("\n".join(pins) + "\n")
    return path
