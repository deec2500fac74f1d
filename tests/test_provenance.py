"""The statement about a release names every file of it, and says the same twice."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from corpus import cli
from corpus.release.provenance import statement
from tests.conftest import Release


def files_of(build: Path) -> dict[str, str]:
    """The SHA-256 of every file in a folder, hashed here."""
    files = (path for path in sorted(build.rglob("*")) if path.is_file())
    return {path.relative_to(build).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_its_subjects_are_all_released_files(sample: Release) -> None:
    made = statement(sample.path)
    assert {item["name"]: item["digest"]["sha256"] for item in made["subject"]} == files_of(sample.path)
    assert (made["_type"], made["predicateType"]) == (
        "https://in-toto.io/Statement/v1",
        "https://slsa.dev/provenance/v1",
    )


def test_it_says_what_went_in_and_nothing_of_the_machine(sample: Release, tmp_path: Path) -> None:
    made = statement(sample.path)
    definition: dict[str, Any] = made["predicate"]["buildDefinition"]
    manifest = json.loads((sample.path / "manifest.json").read_bytes())
    inputs = next(item for item in definition["resolvedDependencies"] if item.get("name") == "inputs")
    assert f"sha256:{inputs['digest']['sha256']}" == manifest["inputs"]["digest"]
    assert {"uri": f"pkg:pypi/langdetect@{manifest['tool']['langdetect']}"} in definition["resolvedDependencies"]
    assert definition["externalParameters"] == {
        "name": manifest["name"],
        "version": manifest["version"],
        "settings": manifest["settings_digest"],
    }
    assert definition["internalParameters"] == {name: manifest["tool"][name] for name in ("python", "unicode")}
    builder = made["predicate"]["runDetails"]["builder"]
    assert builder["id"] == f"pkg:pypi/corpus-packager@{manifest['tool']['corpus-packager']}"
    shutil.copytree(sample.path, tmp_path / "elsewhere")
    assert statement(tmp_path / "elsewhere") == made


def test_all_that_the_build_took_in_are_dependencies_by_their_digests(sample: Release, tmp_path: Path) -> None:
    assert [item["name"] for item in dependencies(sample.path)] == ["inputs"]
    shutil.copytree(sample.path, tmp_path / "copy")
    document = json.loads((sample.path / "manifest.json").read_bytes())
    taken = {name: f"{number}" * 64 for number, name in enumerate(("inputs", "sidecars", "exclusions", "previous"))}
    document["inputs"] |= {"digest": f"sha256:{taken['inputs']}", "sidecars": f"sha256:{taken['sidecars']}"}
    document["inputs"]["exclusions"] = f"sha256:{taken['exclusions']}"
    document["previous"] = {"version": "0.0.9", "content_digest": f"sha256:{'9' * 64}"}
    document["previous"]["release_digest"] = f"sha256:{taken['previous']}"
    (tmp_path / "copy" / "manifest.json").write_text(json.dumps(document), encoding="utf-8")
    found = {item["name"]: item["digest"]["sha256"] for item in dependencies(tmp_path / "copy")}
    assert found == {name if name != "previous" else "previous release": digest for name, digest in taken.items()}


def dependencies(build: Path) -> list[dict[str, Any]]:
    """The dependencies that are no libraries."""
    found = statement(build)["predicate"]["buildDefinition"]["resolvedDependencies"]
    return [item for item in found if "name" in item]


def test_the_command_prints_it(
    sample: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["corpus", "provenance", str(sample.path)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert not stop.value.code
    assert json.loads(capsys.readouterr().out) == statement(sample.path)
    monkeypatch.setattr(sys, "argv", ["corpus", "provenance", str(tmp_path)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 1
