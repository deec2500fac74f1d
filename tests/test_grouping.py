"""Groups by components, as tasks: what one process that holds all pairs would decide, whatever the graph."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.engines.local import LocalEngine
from corpus.errors import DataError
from corpus.stages import grouping
from corpus.stages.comparison import COMPARED, columns_of, compared_of
from corpus.stages.grouping import Group, group_pairs
from corpus.stages.join import RANKS
from corpus.stages.staged import SKETCHES, staged_path, write_staged
from corpus.transforms.duplicates.compare import Compared, Side
from corpus.transforms.duplicates.components import ALONE, bins_of, settle, unite
from corpus.transforms.duplicates.find import DuplicateOptions, Grouped, decide, touching_by
from corpus.transforms.duplicates.groups import Copies
from corpus.transforms.tokens import Ints, UInts
from tests.test_engines import Shuffled

LIMIT = 1 << 60
OPTIONS = DuplicateOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Verified pairs among n rows of two shards, in files as comparing tasks might leave them."""

    pairs: Compared
    cuts: list[int]
    ranks: Ints
    words: Ints
    hashes: list[UInts]
    apart: tuple[tuple[int, int], ...]


def random_graph(seed: int, rows: int, pairs: int) -> Graph:
    """Shares and coverage around the limits of all rules, so that copies, merged texts and related rows are common."""
    draw = np.random.default_rng(seed)
    ranks = draw.permutation(rows)
    ends = draw.integers(0, rows, (pairs, 2))
    ends = np.unique(np.sort(ranks[ends[ends[:, 0] != ends[:, 1]]], axis=1), axis=0)
    first, second = np.argsort(ranks)[ends].reshape(-1, 2).T
    count = len(first)

    def side() -> Side:
        share, covered = (draw.choice([0.1, 0.4, 0.6, 0.95, 1.0], count) for _ in range(2))
        return Side(share=share, covered=covered, own=draw.choice([0.0, 30.0], count))

    order = draw.permutation(count)
    return Graph(
        pairs=Compared(
            first=first[order],
            second=second[order],
            shared=draw.choice([5, 50], count),
            numbers=draw.integers(0, 4, count),
            strange=draw.integers(0, 4, count),
            of_first=side(),
            of_second=side(),
        ),
        cuts=sorted(draw.integers(0, count + 1, 3).tolist()),
        ranks=ranks,
        words=draw.integers(50, 200, rows),
        hashes=[np.unique(draw.integers(0, 12, 6).astype(np.uint64)) for _ in range(rows)],
        apart=tuple((int(one), int(other)) for one, other in draw.integers(0, rows, (2, 2)) if one != other),
    )


def whole(graph: Graph) -> Grouped:
    """What one process decides."""

    def hashes_of(rows: Ints) -> list[UInts]:
        return [graph.hashes[row] for row in rows.tolist()]

    touching = touching_by(hashes_of, LIMIT, OPTIONS.merged_part)
    return decide(graph.pairs, graph.ranks, graph.words, touching, apart=graph.apart, options=OPTIONS)


def in_tasks(graph: Graph, work: Path, engine: LocalEngine | None = None) -> Grouped:
    """What tasks over files decide; the files are gone then."""
    rows, border = len(graph.ranks), len(graph.ranks) // 2
    columns = columns_of(graph.pairs)
    cuts = [0, *graph.cuts, len(graph.pairs.first)]
    for number, (start, end) in enumerate(pairwise(cuts)):
        part = {name: values[start:end] for name, values in columns.items()}
        write_staged(staged_path(work, "compared", number), part, COMPARED)
    write_staged(staged_path(work, "ranks", 0), {"rank": graph.ranks.astype(np.uint32)}, RANKS)
    for shard, hashes in enumerate((graph.hashes[:border], graph.hashes[border:])):
        plain = {"id": "", "published": None, "words": 0, "bytes": 0, "shingles": 0, "exact_key": bytes(16)}
        plain["text_key"] = bytes(16)
        filled = {name: [value] * len(hashes) for name, value in plain.items()}
        write_staged(staged_path(work, "sketches", shard), {**filled, "hashes": hashes}, SKETCHES)
    borders = np.array([0, border, rows])
    group = Group(work=work, files=len(cuts) - 1, borders=borders, apart=graph.apart, limit=LIMIT, options=OPTIONS)
    found = group_pairs(group, graph.words, engine or LocalEngine())
    assert {path.name.partition("-")[0] for path in work.iterdir()} == {"places", "ranks", "sketches"}
    return found


def assert_same(one: Grouped, other: Grouped) -> None:
    parts = (one.stars, other.stars), (one.related, other.related), (in_order(one.copies), in_order(other.copies))
    for left, right in parts:
        for field in fields(left):
            np.testing.assert_array_equal(getattr(left, field.name), getattr(right, field.name), err_msg=field.name)


def in_order(copies: Copies) -> Copies:
    """The same copies, whichever component was decided first."""
    order = np.lexsort((copies.of, copies.text))
    return Copies(**{field.name: getattr(copies, field.name)[order] for field in fields(copies)})


@given(st.integers(0, 1 << 32), st.integers(2, 40), st.integers(0, 120), st.integers(1, 30))
@settings(max_examples=150)
def test_components_decide_as_the_whole_does(seed: int, rows: int, pairs: int, bin_pairs: int) -> None:
    graph = random_graph(seed, rows, pairs)
    order = np.random.default_rng(seed).permutation(len(graph.pairs.first))
    mixed = compared_of(pa.table({name: values[order] for name, values in columns_of(graph.pairs).items()}))
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "BIN_PAIRS", bin_pairs)
        assert_same(in_tasks(replace(graph, pairs=mixed), Path(folder)), whole(graph))


def test_many_components_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "BIN_PAIRS", 100)
    graph = random_graph(1, 20_000, 8_000)
    expected = whole(graph)
    assert len(np.unique(expected.stars.kept)) < 19_000
    assert len(expected.related.row) > 1_000
    assert_same(in_tasks(graph, tmp_path), expected)
    other = tmp_path / "other"
    other.mkdir()
    assert_same(in_tasks(graph, other, Shuffled(7)), expected)


def test_a_component_too_large_for_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = random_graph(3, 40, 60)
    roots = components(graph.pairs.first, graph.pairs.second, 40)
    largest = int(np.bincount(roots[graph.pairs.first]).max())
    monkeypatch.setattr(grouping, "MOST_PAIRS", largest)
    assert_same(in_tasks(graph, tmp_path), whole(graph))
    monkeypatch.setattr(grouping, "MOST_PAIRS", largest - 1)
    with pytest.raises(DataError, match="too many pairs of similar texts hang together") as caught:
        in_tasks(graph, tmp_path)
    assert caught.value.found.startswith(f"{largest:,} pairs")


def components(first: Ints, second: Ints, rows: int) -> Ints:
    roots = np.arange(rows)
    unite(roots, first.copy(), second.copy())
    settle(roots)
    return roots


def slow_components(pairs: Collection[tuple[int, int]], rows: int) -> list[int]:
    """The least row that each can be reached from, by smallest labels passed on until nothing changes."""
    labels = list(range(rows))
    changed = True
    while changed:
        changed = False
        for one, other in pairs:
            least = min(labels[one], labels[other])
            changed = changed or (labels[one], labels[other]) != (least, least)
            labels[one] = labels[other] = least
    return labels


@given(st.integers(1, 30), st.data())
def test_components_are_named_by_their_smallest_row(rows: int, data: st.DataObject) -> None:
    row = st.integers(0, rows - 1)
    pairs = data.draw(st.lists(st.tuples(row, row), max_size=40))
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    assert components(ends[:, 0], ends[:, 1], rows).tolist() == slow_components(pairs, rows)


def test_bins_hold_whole_components() -> None:
    roots, counts = np.array([0, 0, 2, 2, 4, 5, 2]), np.array([1, 0, 5, 0, 0, 2, 0])
    bins, count = bins_of(roots, counts, 3)
    assert (bins.tolist(), count) == ([0, 0, 0, 0, ALONE, 1, 0], 2)
    assert bins_of(np.arange(2), np.zeros(2, np.int64), 3)[1] == 0


def test_a_long_path_is_one_component() -> None:
    rows = 200_000
    order = np.random.default_rng(1).permutation(rows - 1)
    assert not components(order, order + 1, rows).any()
    assert not components(np.arange(rows - 1)[::-1], np.arange(1, rows)[::-1], rows).any()
