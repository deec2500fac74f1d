"""Pairs that the last build compared are not compared again; what is kept of them is used, and checked before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.config import load_config
from corpus.engines.local import LocalEngine
from corpus.io.cache import Cache, cache_of
from corpus.pipeline import build_dataset
from corpus.reuse import Reuse
from corpus.stages import known_pairs
from corpus.stages.columns import row_table, sketch_table
from corpus.stages.known_pairs import ENTRY, KEPT
from corpus.stages.staged import ROWS, read_staged, write_table
from corpus.transforms.duplicates.sketch import SketchOptions, sketch
from corpus.transforms.stretches import Label, cut
from tests.test_determinism import folder_digest
from tests.test_duplicates import article

T = TypeVar("T")
R = TypeVar("R")

COPIES = 6


class Counting(LocalEngine):
    """Counts the pairs that are compared."""

    pairs = 0

    def map(self, task: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        if type(task).__name__ == "Compare":
            self.pairs += sum(len(item[1][0]) for item in cast("Sequence[Any]", items))
        return super().map(task, items)


def words(seed: int, *, without: int = 0) -> str:
    """An article with the last words left out."""
    return " ".join(article(seed, 200)[: 200 - without])


def write(folder: Path, name: str, text: str, title: str = "A report of the harbour") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps({"id": "a", "title": title, "text": text}), encoding="utf-8")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Six families of three: an article and two excerpts of it."""
    for seed in range(COPIES):
        for place in range(3):
            write(tmp_path / "raw", f"{seed}-{place}.json", words(seed, without=40 * place))
    return tmp_path / "raw"


def build(raw: Path, out: Path, *, keep: bool = True) -> tuple[str, int]:
    """The digest of the release, and how many pairs were compared."""
    engine = Counting()
    built = build_dataset(load_config(raw), engine, out, reuse=Reuse(keep=keep))
    return folder_digest(built.path), engine.pairs


def agree(raw: Path, tmp_path: Path) -> tuple[int, int]:
    """How many pairs a build compares that can take some from the last one, and how many one from scratch."""
    digest, pairs = build(raw, tmp_path / "build")
    expected, all_pairs = build(raw, tmp_path / "fresh", keep=False)
    assert digest == expected
    return pairs, all_pairs


def cache_at(out: Path) -> Cache:
    return Cache(folder=next(path for path in cache_of(out).iterdir() if path.is_dir()))


def kept(out: Path) -> list[pa.Table]:
    entry = cache_at(out).find(ENTRY)
    assert entry is not None
    return [read_staged(entry.files[name]) for name in sorted(entry.files)]


@pytest.mark.parametrize("part_pairs", [1, 5, 1 << 18])
def test_only_pairs_with_a_new_text_are_compared(
    part_pairs: int, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_pairs, "PART_PAIRS", part_pairs)
    assert agree(raw, tmp_path) == (18, 18)
    write(raw, "2-9.json", words(2, without=100))
    assert agree(raw, tmp_path) == (3, 21)
    write(raw, "2-9.json", words(2, without=100), title="Of the harbour another report")
    assert agree(raw, tmp_path) == (3, 21)
    (raw / "2-9.json").rename(raw / "9-9.json")
    assert agree(raw, tmp_path) == (0, 21)


def test_pairs_that_are_gone_are_not_kept(raw: Path, tmp_path: Path) -> None:
    build(raw, tmp_path / "build")
    before = sum(map(len, kept(tmp_path / "build")))
    (raw / "0-1.json").unlink()
    assert agree(raw, tmp_path) == (0, 16)
    assert (before, sum(map(len, kept(tmp_path / "build")))) == (18, 16)


def test_pairs_are_found_when_there_are_more_or_fewer_parts(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(raw, tmp_path / "build")
    for part_pairs, parts in ((18, 2), (10, 2), (9, 4), (6, 4), (3, 8), (18, 2), (19, 1)):
        monkeypatch.setattr(known_pairs, "PART_PAIRS", part_pairs)
        write(raw, "noise.json", words(100 + part_pairs))
        assert agree(raw, tmp_path) == (0, 18)
        assert len(kept(tmp_path / "build")) == parts


def test_two_texts_that_change_places_are_compared_anew(raw: Path, tmp_path: Path) -> None:
    """Of two texts with equally many words that of the smaller id is the better one."""
    write(raw, "a.json", words(7))
    write(raw, "b.json", " ".join([*words(7).split()[:50], "another", *words(7).split()[51:]]))
    assert agree(raw, tmp_path) == (19, 19)
    (raw / "a.json").rename(raw / "c.json")
    assert agree(raw, tmp_path) == (1, 19)


class Interrupted(LocalEngine):
    """Is interrupted when groups are to be formed."""

    def map(self, task: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        if type(task).__name__ == "Group":
            raise KeyboardInterrupt
        return super().map(task, items)


def test_an_interrupted_build_leaves_its_pairs(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build_dataset(load_config(raw), Interrupted(), tmp_path / "build")
    assert agree(raw, tmp_path) == (0, 18)


def test_texts_compared_by_another_rule_are_compared_anew(raw: Path, tmp_path: Path) -> None:
    build(raw, tmp_path / "build")
    (raw / "corpus.toml").write_text("[duplicates]\nreach = 2\n", encoding="utf-8")
    assert agree(raw, tmp_path) == (18, 18)


def test_equal_texts_that_are_kept_apart(raw: Path, tmp_path: Path) -> None:
    """Two rows then have one key, and each its own pairs."""
    write(raw, "same.json", words(0))
    decision = {"id": "same.json#a", "not_duplicate_of": "0-0.json#a"}
    (raw / "overrides.jsonl").write_text(json.dumps(decision) + "\n", encoding="utf-8")
    pairs, all_pairs = agree(raw, tmp_path)
    assert pairs == all_pairs > 18
    write(raw, "noise.json", words(100))
    assert agree(raw, tmp_path) == (0, all_pairs)


def test_a_wrong_outcome_that_is_kept_is_seen_in_the_bytes(raw: Path, tmp_path: Path) -> None:
    """So the tests of histories would see it, too."""
    build(raw, tmp_path / "build")
    write(raw, "noise.json", words(100))

    def nothing_told(table: pa.Table) -> pa.Table:
        return pa.table({"pair": table["pair"]} | {name: [None] * len(table) for name in KEPT.names[1:]}, schema=KEPT)

    spoil(tmp_path, nothing_told)
    with pytest.raises(AssertionError):
        agree(raw, tmp_path)


@pytest.mark.parametrize("column", ["shared", "second_share", "second_covered", "strange"])
def test_every_figure_that_decides_is_kept(column: str, raw: Path, tmp_path: Path) -> None:
    build(raw, tmp_path / "build")
    write(raw, "noise.json", words(100))

    def wrong(table: pa.Table) -> pa.Table:
        at = table.schema.get_field_index(column)
        value = 50 if column == "strange" else 0
        return table.set_column(at, table.schema.field(at), pa.array([value] * len(table), table[column].type))

    spoil(tmp_path, wrong)
    with pytest.raises(AssertionError):
        agree(raw, tmp_path)


def spoil(tmp_path: Path, wrong: Callable[[pa.Table], pa.Table]) -> None:
    """Keep something else in place of the pairs, whole."""
    cache = cache_at(tmp_path / "build")
    entry = cache.find(ENTRY)
    assert entry is not None
    files = {}
    for name, path in entry.files.items():
        files[name] = tmp_path / name
        write_table(files[name], wrong(read_staged(path)))
    assert cache.store(ENTRY, entry.document, files, tmp_path)


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_a_damaged_entry_is_passed_by(damage: str, raw: Path, tmp_path: Path) -> None:
    build(raw, tmp_path / "build")
    write(raw, "noise.json", words(100))
    path = cache_at(tmp_path / "build").folder / ENTRY / "000000.arrow"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    path.unlink()
    if damage != "gone":
        path.write_bytes(content if damage == "flip" else content[: len(content) // 2])
    assert agree(raw, tmp_path) == (18, 18)


ALPHABET = st.text("ab \n", min_size=1, max_size=6)


@given(st.lists(st.tuples(ALPHABET, st.integers(0, 5), st.integers(0, 5), st.sampled_from([None, "", "a", "ab"]))))
@settings(max_examples=200, deadline=None)
def test_equal_keys_have_equal_titles_and_bodies(articles: list[tuple[str, int, int, str | None]]) -> None:
    rows = []
    for text, start, length, title in articles:
        end = min(start + length, len(text))
        body, stretches = cut(text, [Label(start, end, "other", "")] if start < end else [])
        rows.append(row(body, stretches, title, digest=text.encode().hex()))
    table = row_table(rows)
    keys = sketch_table(table, sketch([each["body"] for each in rows], SketchOptions()))["text_key"].to_pylist()
    by_key: dict[bytes, tuple[str | None, str]] = {}
    for key, each in zip(keys, rows, strict=True):
        assert by_key.setdefault(key, (each["title"], each["body"])) == (each["title"], each["body"])
    assert len(keys) == len(articles)


def row(body: str, boilerplate: Sequence[Any], title: str | None, digest: str) -> dict[str, Any]:
    blank: dict[str, Any] = {field.name: [] if pa.types.is_list(field.type) else None for field in ROWS}
    given_columns = {"id": "a", "body": body, "boilerplate": boilerplate, "title": title, "text_sha256": digest}
    return blank | {"word_count": 0} | given_columns


def test_keys_are_those_of_each_row_alone() -> None:
    texts = ["ab ab", "ab", "ba ab"]
    rows = [row(*cut(text, [Label(0, 2, "other", "")]), None, digest=text) for text in texts]

    def keys(some: list[dict[str, Any]]) -> list[bytes]:
        found = sketch_table(row_table(some), sketch([each["body"] for each in some], SketchOptions()))
        return list(found["text_key"].to_pylist())

    assert keys(rows) == [keys([each])[0] for each in rows]
    assert len(np.unique(keys(rows))) == len(rows)
