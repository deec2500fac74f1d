"""A build that takes what it can from the last one has the bytes of a build from scratch, whatever happened between."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, rule, run_state_machine_as_test

import corpus.io.listing
import corpus.stages.export
import corpus.stages.known_pairs
from corpus.config import load_config
from corpus.engines.local import LocalEngine
from corpus.io import trees
from corpus.io.cache import LIST, cache_of
from corpus.io.staging import staging_of
from corpus.model import Build
from corpus.pipeline import build_dataset
from corpus.progress import Silent
from corpus.release import last
from corpus.release.checks import checks_document
from corpus.release.last import look_again
from corpus.reuse import Reuse
from tests.test_determinism import folder_digest

T = TypeVar("T")
R = TypeVar("R")

WORDS = (
    "the", "harbour", "council", "opened", "a", "new", "bridge", "on", "monday", "after", "years", "of", "delay",
    "and", "mayor", "thanked", "all", "workers",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of four files, parts of about two shards, and few pairs a part: a history touches several of each."""
    monkeypatch.setattr(corpus.io.listing, "SHARD_FILES", 4)
    monkeypatch.setattr(corpus.stages.export, "PART_BYTES", 4000)
    monkeypatch.setattr(corpus.stages.known_pairs, "PART_PAIRS", 3)


class Said(Silent):
    """Remembers what was said of each stage."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def done(self, stage: str, what: str) -> None:
        self.lines.append(f"{stage}: {what}")


class Stopping(LocalEngine):
    """Is interrupted after so many tasks of reading."""

    def __init__(self, tasks: int) -> None:
        super().__init__()
        self._left = tasks

    def map(self, task: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        for item in items:
            if type(task).__name__ == "Ingest":
                if self._left == 0:
                    raise KeyboardInterrupt
                self._left -= 1
            yield task(item)


def article(number: int, seed: int = 0) -> str:
    """A headline and three paragraphs, different for every number and seed."""
    lines = []
    for part in range(4):
        turn = (number * 7 + part * 3 + seed * 5) % len(WORDS)
        sentence = [*WORDS[turn:], *WORDS[:turn]]
        text = " ".join([*sentence, f"number{number}", f"seed{seed}", f"part{part}", *reversed(sentence)])
        lines.append(text.capitalize() + ".")
    return f"Report {number} of the harbour\n\n" + "\n\n".join(lines) + "\n\nRelated Posts\nAnother report\n"


def write(folder: Path, name: str, number: int, seed: int = 0) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(article(number, seed), encoding="utf-8")


def build(raw: Path, out: Path, *, reuse: Reuse | None = None, said: Said | None = None) -> Build:
    return build_dataset(load_config(raw), LocalEngine(), out, said, reuse=reuse or Reuse())


def from_scratch(raw: Path, out: Path) -> str:
    shutil.rmtree(out, ignore_errors=True)
    return folder_digest(build(raw, out, reuse=Reuse(keep=False)).path)


def entries(out: Path) -> dict[str, int]:
    """The kept shards by name, with the inode of their rows: another one when they were made anew."""
    return {path.parent.name: path.stat().st_ino for path in cache_of(out).glob("*/*/rows-000000.arrow")}


def taken_parts(out: Path, before: dict[str, int]) -> tuple[int, int]:
    """How many Parquet files of a release are the ones of `before` (by inode), and how many there are."""
    now = inodes(out)
    return len(set(now.values()) & set(before.values())), len(now)


def inodes(out: Path) -> dict[str, int]:
    return {path.relative_to(out).as_posix(): path.stat().st_ino for path in out.glob("data/*/*.parquet")}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    for number in range(24):
        write(folder, f"{number % 3}/{number:03d}.txt", number)
    return folder


class History(RuleBasedStateMachine):
    """Articles come, change, move and go; after every step both builds agree."""

    names = Bundle("names")
    folder: Path

    @initialize()
    def begin(self) -> None:
        self.raw, self.out = self.folder / "raw", self.folder / "build"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.count = 0
        for number in range(6):
            write(self.raw, f"a/{number}.txt", number)
        self.agree()

    @rule(target=names, number=st.integers(0, 40), folder=st.sampled_from("abc"))
    def add(self, number: int, folder: str) -> str:
        self.count += 1
        name = f"{folder}/{number}-{self.count}.txt"
        write(self.raw, name, number)
        self.agree()
        return name

    @rule(target=names, number=st.integers(0, 40), records=st.integers(1, 4))
    def add_container(self, number: int, records: int) -> str:
        self.count += 1
        name = f"b/{number}-{self.count}.jsonl"
        lines = [json.dumps({"id": str(at % 3), "text": article(number + at)}) for at in range(records)]
        (self.raw / "b").mkdir(exist_ok=True)
        (self.raw / name).write_text("\n".join([*lines, "{broken"]), encoding="utf-8")
        self.agree()
        return name

    @rule(name=names, seed=st.integers(1, 3))
    def change(self, name: str, seed: int) -> None:
        if name.endswith(".txt"):
            write(self.raw, name, 1, seed)
            self.agree()

    @rule(name=consumes(names))
    def remove(self, name: str) -> None:
        (self.raw / name).unlink()
        self.agree()

    @rule(target=names, name=consumes(names))
    def rename(self, name: str) -> str:
        self.count += 1
        moved = f"c/moved-{self.count}{Path(name).suffix}"
        (self.raw / "c").mkdir(exist_ok=True)
        (self.raw / name).rename(self.raw / moved)
        self.agree()
        return moved

    def agree(self) -> None:
        assert folder_digest(build(self.raw, self.out).path) == from_scratch(self.raw, self.folder / "fresh")


def test_any_history(tmp_path: Path) -> None:
    machine = type("HistoryHere", (History,), {"folder": tmp_path / "history"})
    limits = settings(max_examples=6, stateful_step_count=6, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=limits)


def test_nothing_changed_is_said_and_nothing_is_written(raw: Path, tmp_path: Path) -> None:
    time.sleep(2.1)  # files younger than this prove nothing by their times
    first = build(raw, tmp_path / "build")
    before = looks(first.path)
    said = Said()
    again = build(raw, tmp_path / "build", said=said)
    assert said.lines == ["list: 24 files, and nothing changed since the last build"]
    assert (again.path, again.manifest) == (first.path, first.manifest)
    assert checks_document(again.checks) == checks_document(first.checks)
    assert looks(first.path) == before


def looks(folder: Path) -> dict[Path, tuple[int, int, int, int]]:
    """Everything below a folder, with what tells whether it was written: not when it was last read."""
    found = {path: path.stat() for path in folder.rglob("*")}
    return {path: (look.st_ino, look.st_size, look.st_mtime_ns, look.st_ctime_ns) for path, look in found.items()}


CHANGES = {
    "an input": ("raw/0/000.txt", article(99)),
    "the release": ("build/README.md", "spoilt"),
    "the manifest": ("build/manifest.json", "spoilt"),
    "a setting": ("raw/corpus.toml", "[filters]\nmin_words = 2\n"),
    "a decision": ("raw/overrides.jsonl", '{"id": "0/000.txt", "title": "Another"}\n'),
    "a decision that leaves out": ("raw/overrides.jsonl", '{"id": "1/004.txt", "exclude": "asked for"}\n'),
    "two kept apart": ("raw/overrides.jsonl", '{"id": "0/000.txt", "not_duplicate_of": "1/004.txt"}\n'),
    "a sidecar": ("raw/1/metadata.csv", "file,title\n004.txt,Another\n"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen(what: str, raw: Path, tmp_path: Path) -> None:
    time.sleep(2.1)
    out = tmp_path / "build"
    build(raw, out)
    assert look_again(raw, out, None)[1] is not None
    name, content = CHANGES[what]
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert look_again(raw, out, None)[1] is None
    if what != "the manifest":
        build(raw, out)
        assert folder_digest(out) == from_scratch(raw, tmp_path / "fresh")


def test_another_date_and_a_build_that_runs_are_seen(raw: Path, tmp_path: Path) -> None:
    time.sleep(2.1)
    out = tmp_path / "build"
    build(raw, out)
    assert look_again(raw, out, "2026-01-01")[1] is None
    staging_of(out).mkdir()
    assert look_again(raw, out, None)[1] is None


def test_workers_start_once_it_is_known_that_there_is_work(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "MANY", 1)
    monkeypatch.setattr(last, "MANY", 1)
    time.sleep(2.1)
    out = tmp_path / "build"
    started: list[int] = []

    def look() -> None:
        look_again(raw, out, None, lambda: started.append(len(started)))

    look()
    assert started == [0]
    build(raw, out)
    look()
    assert started == [0]
    (raw / "later.txt").write_text("A later article.\n", encoding="utf-8")
    look()
    assert started == [0, 1]


def test_an_unchanged_build_loads_nothing_heavy(raw: Path, tmp_path: Path) -> None:
    """It says what a build says, and looks at files alone."""
    time.sleep(2.1)
    code = "import sys, corpus.cli; corpus.cli.cli(sys.argv[1:], standalone_mode=False); print(*sys.modules)"
    command = [sys.executable, "-c", code, "build", str(raw), "-o", str(tmp_path / "build"), "-j", "1"]
    first, done = (subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(2))
    *said, modules = done.stdout.splitlines()
    assert "24 files, and nothing changed since the last build" in done.stderr
    assert said == first.stdout.splitlines()[:-1]
    assert not {"numpy", "pyarrow", "numba", "pandas", "corpus.pipeline"} & set(modules.split())


def test_only_changed_shards_are_made_anew(raw: Path, tmp_path: Path) -> None:
    build(raw, tmp_path / "build")
    before = entries(tmp_path / "build")
    assert len(before) > 3
    write(raw, "1/004.txt", 4, seed=9)
    build(raw, tmp_path / "build")
    after = entries(tmp_path / "build")
    assert len(after.keys() - before.keys()) + sum(after[name] != before[name] for name in after.keys() & before) == 1


def test_rows_of_a_file_that_went_do_not_stay(raw: Path, tmp_path: Path) -> None:
    """Not even those of a file that is never taken from the cache, as two records of it have one key."""
    lines = [json.dumps({"id": name, "text": article(number)}) for number, name in enumerate("aab", start=50)]
    (raw / "1" / "0045.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert build(raw, tmp_path / "build").manifest.inputs.rejected == {"duplicate_id": 1}
    (raw / "1" / "0045.jsonl").unlink()
    build(raw, tmp_path / "build")
    assert folder_digest(tmp_path / "build") == from_scratch(raw, tmp_path / "fresh")


def test_only_changed_parts_are_written_anew(raw: Path, tmp_path: Path) -> None:
    build(raw, tmp_path / "build")
    before = inodes(tmp_path / "build")
    assert len(before) > 2
    (raw / "2" / "023.txt").write_text("Nothing of the kind was said before.\n", encoding="utf-8")
    build(raw, tmp_path / "build")
    taken, parts = taken_parts(tmp_path / "build", before)
    assert 0 < taken < parts
    assert folder_digest(tmp_path / "build") == from_scratch(raw, tmp_path / "fresh")


def test_a_part_that_was_changed_where_it_lies_is_noticed(raw: Path, tmp_path: Path) -> None:
    """A released file and the kept one may be the same file."""
    build(raw, tmp_path / "build")
    expected = folder_digest(tmp_path / "build")
    for path in (tmp_path / "build").glob("data/*/*.parquet"):
        content = path.read_bytes()
        path.write_bytes(content[:-20] + bytes(20))
    build(raw, tmp_path / "build")
    assert folder_digest(tmp_path / "build") == expected


def test_an_interrupted_build_goes_on_where_it_was(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build_dataset(load_config(raw), Stopping(3), tmp_path / "build")
    done = entries(tmp_path / "build")
    assert len(done) == 3
    build(raw, tmp_path / "build")
    assert done.items() <= entries(tmp_path / "build").items()
    assert folder_digest(tmp_path / "build") == from_scratch(raw, tmp_path / "fresh")


def test_a_damaged_cache_is_noticed(raw: Path, tmp_path: Path) -> None:
    build(raw, tmp_path / "build")
    expected = folder_digest(tmp_path / "build")
    for number, path in enumerate(sorted(item for item in cache_of(tmp_path / "build").rglob("*") if item.is_file())):
        data = bytearray(path.read_bytes())
        if number % 3 == 2:
            path.unlink()
        elif number % 3 == 1:
            path.write_bytes(data[: len(data) // 2])
        else:
            data[len(data) // 2] ^= 0x40
            path.write_bytes(data)
    build(raw, tmp_path / "build")
    assert folder_digest(tmp_path / "build") == expected


def test_a_file_with_its_old_times_is_seen_when_it_is_read(raw: Path, tmp_path: Path) -> None:
    """The system's word is taken only where it cannot be wrong; `--rehash` takes none."""
    time.sleep(2.1)
    build(raw, tmp_path / "build")
    for path in cache_of(tmp_path / "build").glob(f"*/*/{LIST}"):
        _, _, listed = path.read_bytes().partition(b"\n")
        if path.parent.name in entries(tmp_path / "build"):
            assert all(version for _, version, *_ in json.loads(listed)["document"]["files"])
    write(raw, "1/004.txt", 4, seed=9)
    build(raw, tmp_path / "build", reuse=Reuse(rehash=True))
    assert folder_digest(tmp_path / "build") == from_scratch(raw, tmp_path / "fresh")


def test_another_cache_and_shards_that_went_are_removed(raw: Path, tmp_path: Path) -> None:
    build(raw, tmp_path / "build")
    stale = cache_of(tmp_path / "build") / "of-another-version"
    (stale / "entry").mkdir(parents=True)
    before = set(entries(tmp_path / "build"))
    shutil.rmtree(raw / "2")
    build(raw, tmp_path / "build")
    assert not stale.exists()
    assert set(entries(tmp_path / "build")) < before | set(entries(tmp_path / "build"))
    kept = b"".join(path.read_bytes() for path in cache_of(tmp_path / "build").rglob("*") if path.is_file())
    assert b"number5 " not in kept
    assert b"number4 " in kept


def test_version_control_passes_a_cache_by(raw: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    build(raw, tmp_path / "build")
    seen = subprocess.run(
        ["git", "status", "--short", "-uall"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert "build/manifest.json" in seen.stdout
    assert ".build.cache" not in seen.stdout


def test_without_a_cache_nothing_is_kept(raw: Path, tmp_path: Path) -> None:
    build(raw, tmp_path / "build", reuse=Reuse(keep=False))
    assert not cache_of(tmp_path / "build").exists()
