"""The list of inputs holds what a plain list of files would, in the order of their keys."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.io.files import Files, FilesDraft
from corpus.io.ids import released_id
from corpus.io.listing import list_inputs, list_tree, plan_shards
from corpus.io.options import InputOptions
from corpus.model import SidecarEntry, SourceFile

NAMES = st.text("abK.-%#\u00e9e\u0301\u212a", min_size=1, max_size=4)
SETTLED_NS = 1_000_000_000_000_000_000


@given(st.lists(st.tuples(NAMES, st.integers(0, 99), st.booleans()), max_size=20, unique_by=lambda item: item[0]))
def test_a_draft_gives_its_files_in_order(items: list[tuple[str, int, bool]]) -> None:
    draft, expected = FilesDraft(), {}
    for name, size, odd in items:
        key = name.encode()
        file = SourceFile(id=name, path=name, size=size, version="" if odd else f"7-8-{size + 1}")
        if odd:
            draft.add_odd(key, file)
        else:
            draft.add(key, key, (size, 7, 8, size + 1))
        expected[key] = file
    files = draft.files()
    assert list(files) == [expected[key] for key in sorted(expected)] == files[:]
    assert list(files.ids()) == sorted(expected)
    assert list(files.sizes()) == [file.size for file in files]
    assert files.total_bytes == sum(file.size for file in files)


def write_all(root: Path, names: list[str]) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
        os.utime(path, ns=(SETTLED_NS, SETTLED_NS))


HARD = ["b.txt", "b.jsonl", "b.jsonl-c.txt", "b.jsonl/c.txt", "a%b.txt", "a#b.txt", "d/K.txt", "d/\u212a.txt",
        "d/\u00e9.txt", "d/e\u0301.txt", "d/x y~!.txt", "Z.CSV", "Z.CSV0", "f.json.gz", "f.json.g"]  # fmt: skip


def test_plain_and_odd_names_stand_in_one_order(tmp_path: Path) -> None:
    """By the ids of their rows, those of containers with a sign behind; of two with one id the smaller path comes."""
    names = [name for name in HARD if name != "b.jsonl"]
    write_all(tmp_path, names)
    signs = {"Z.CSV": "#", "f.json.gz": "#"}
    ordered = sorted(names, key=lambda name: ((released_id(name) + signs.get(name, "")).encode(), os.fsencode(name)))
    files = list_inputs(tmp_path, InputOptions())
    assert [file.path for file in files] == ordered
    assert [file.id for file in files] == [released_id(name) for name in ordered]
    taken = [file.path for file in files if file.reason == "duplicate_id"]
    assert taken == ["d/\u212a.txt", "d/\u00e9.txt"]
    globbed = list_inputs(tmp_path, InputOptions(include=("**", "nothing")))
    assert list(globbed) == list(files)
    assert [file.id for shard in plan_shards(files) for file in shard.files] == [file.id for file in files]


@pytest.mark.parametrize("what", ["content", "name", "more", "sidecar"])
def test_the_state_tells_of_every_change(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.io.trees._SETTLED_NS", 0)
    write_all(tmp_path, HARD[2:])

    def state() -> str | None:
        return list_tree(tmp_path, InputOptions()).state

    before = state()
    assert before is not None
    assert state() == before
    if what == "content":
        (tmp_path / "a%b.txt").write_text("other", encoding="utf-8")
    elif what == "name":
        (tmp_path / "Z.CSV").rename(tmp_path / "Y.CSV")
    else:
        (tmp_path / ("d/more.txt" if what == "more" else "d/metadata.csv")).write_text("file,title\n", encoding="utf-8")
    assert state() != before


def test_a_file_that_changed_just_now_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("now", encoding="utf-8")
    assert list_tree(tmp_path, InputOptions()).state is None


def test_sidecars_change_the_files_that_they_name() -> None:
    draft = FilesDraft()
    for name in (b"a.txt", b"b.txt"):
        draft.add(name, name, (1, 2, 3, 4))
    entry = SidecarEntry(key=None, values={"title": "T"})
    told = draft.files().with_sidecars({"b.txt": [entry]})
    assert isinstance(told, Files)
    assert [file.sidecar for file in told] == [(), (entry,)]
    assert [file.version for file in told] == ["2-3-4", "2-3-4"]
