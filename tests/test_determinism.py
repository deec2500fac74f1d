"""Same input, settings and lock file: the same bytes, whatever the workers, clock, seed, order, locale or folder.

Each law is one build under other circumstances; each circumstance has a planted leak that the comparison must catch.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.conftest import ROOT, SAMPLE

FAR_FUTURE = 4_000_000_000


def folder_digest(folder: Path) -> str:
    """One digest of every path and every byte below `folder`."""
    digest = hashlib.sha256()
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        digest.update(
            f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode()
        )
    return digest.hexdigest()


def build(
    source: Path,
    out: Path,
    *,
    workers: int = 1,
    leak: Sequence[str] = (),
    folder: Path = ROOT,
    setting: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Build in a new process; gives the digest of the release folder."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", **setting}
    command = [sys.executable, "-m", "tests.build_driver", str(source), str(out), str(workers), *leak]
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True)
    return folder_digest(out)


def copies(target: Path, *, times: int = 1, backwards: bool = False) -> Path:
    """The sample's articles under `times` folders, written in another order and with another time when `backwards`."""
    files = list(enumerate(sorted(path for path in (SAMPLE / "raw").rglob("*") if path.is_file())))
    for written, path in reversed(files) if backwards else files:
        for number in range(times):
            copy = target / f"{number:02d}" / path.relative_to(SAMPLE / "raw")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            moment = FAR_FUTURE - written if backwards else written
            os.utime(copy, (moment, moment))
    return target


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copies(tmp_path_factory.mktemp("articles"))


@pytest.fixture(scope="module")
def expected(source: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return build(source, tmp_path_factory.mktemp("first") / "build")


CIRCUMSTANCES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "another moment": ({}, "clock"),
    "another hash seed": ({"PYTHONHASHSEED": "7"}, "hash"),
    "another time zone": ({"TZ": "Asia/Kathmandu"}, "zone"),
    "another locale": ({"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}, "locale"),
}


@pytest.mark.parametrize("name", CIRCUMSTANCES)
def test_circumstances_do_not_show(name: str, source: Path, expected: str, tmp_path: Path) -> None:
    setting, leak = CIRCUMSTANCES[name]
    assert build(source, tmp_path / "build", setting=setting) == expected
    leaked = build(source, tmp_path / "leaked", leak=[leak])
    assert leaked != expected
    assert build(source, tmp_path / "again", leak=[leak], setting=setting) != leaked


def test_the_working_folder_does_not_show(source: Path, expected: str, tmp_path: Path) -> None:
    elsewhere = shutil.copytree(source, tmp_path / "else where" / "ärticles")
    assert build(elsewhere, tmp_path / "b", folder=tmp_path) == expected
    leaked = {build(source, tmp_path / f"b{n}", leak=["folder"], folder=f) for n, f in enumerate((tmp_path, ROOT))}
    assert len(leaked) == 2


def test_order_and_time_of_the_files_do_not_show(expected: str, tmp_path: Path) -> None:
    assert build(copies(tmp_path / "raw", backwards=True), tmp_path / "build") == expected


def test_several_shards_in_any_order_by_any_workers(tmp_path: Path) -> None:
    forth, back = copies(tmp_path / "forth", times=24), copies(tmp_path / "back", times=24, backwards=True)
    one = build(forth, tmp_path / "one", workers=1)
    assert build(back, tmp_path / "two", workers=2) == one
    assert build(forth, tmp_path / "leaked", workers=2, leak=["workers"]) != one
    assert build(back, tmp_path / "unsorted", workers=2, leak=["order"]) != one


def test_a_build_over_an_old_release_gives_the_same(source: Path, expected: str, tmp_path: Path) -> None:
    build(copies(tmp_path / "other", times=2), tmp_path / "build")
    assert build(source, tmp_path / "build") == expected
