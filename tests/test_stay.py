"""Kept rows that stay, held against the rule in plain Python, and the figures of rows whose kept one stayed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.transforms.duplicates.find import Duplicates
from corpus.transforms.duplicates.groups import Copies, Stars, everywhere, stars
from corpus.transforms.duplicates.memory import find_duplicates
from corpus.transforms.duplicates.stay import keep_again
from corpus.transforms.tokens import Ints
from tests.test_duplicates import (
    CORPORA,
    OPTIONS,
    SKETCH,
    article,
    edited,
    find,
    kinds,
    no_dates,
    plain_coverage,
    plain_share,
    text,
    texts_of,
)

Pair = tuple[int, int]


@dataclass
class Case:
    """Rows in keeper order: `same` tokens, pairs (of, text) of which the second is a copy, and what was kept before."""

    same: list[int]
    pairs: dict[Pair, float]
    were_kept: list[int]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    size = draw(st.integers(1, 9))
    same: list[int] = []
    for row in range(size):
        alone = [other for other in range(row) if same[other] == other]
        same.append(draw(st.sampled_from([row, row, *alone])))
    lone = [row for row in range(size) if same[row] == row]
    edges = [(of, text) for of in lone for text in lone if of != text]
    chosen = draw(st.lists(st.sampled_from(edges), unique=True)) if edges else []
    pairs = {edge: draw(st.sampled_from([0.3, 0.5, 0.9])) for edge in chosen}
    return Case(same=same, pairs=pairs, were_kept=sorted(draw(st.sets(st.integers(0, size - 1)))))


def copies_of(pairs: dict[Pair, float]) -> Copies:
    of, texts = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    overlap = np.array(list(pairs.values()), np.float64)
    return Copies(of=of, text=texts, overlap=overlap, shorter=overlap < 0.4)


def grouped(case: Case) -> tuple[Stars, Stars, set[Pair]]:
    """The groups without and with what was kept before, and the pairs that were compared for it."""
    rows = len(case.same)
    copies = copies_of({pair: share for pair, share in case.pairs.items() if pair[0] < pair[1]})
    ranks, same = np.arange(rows), np.array(case.same)
    usual = everywhere(stars(copies, ranks, ()), same)
    asked: set[Pair] = set()

    def verified(first: Ints, second: Ints) -> Copies:
        asked.update(zip(first.tolist(), second.tolist(), strict=True))
        met = {pair: (case.same[pair[0]], pair[1]) for pair in zip(first.tolist(), second.tolist(), strict=True)}
        return copies_of({pair: case.pairs[edge] for pair, edge in met.items() if edge in case.pairs})

    return usual, keep_again(usual, copies, ranks, same, np.array(case.were_kept, np.int64), verified), asked


def by_the_rule(case: Case, usual: list[int]) -> list[int]:
    """The kept row of every row, as the rule says it."""
    asked: dict[int, int] = {}
    for row in case.were_kept:
        if usual[row] not in case.were_kept:
            asked.setdefault(usual[row], row)
    standing = {*usual, *(case.same[row] for row in asked.values())}
    kept = list(usual)
    for group, row in asked.items():
        mine = case.same[row]
        members = {case.same[other] for other in range(len(usual)) if usual[other] == group} - {mine}
        rivals = [other for other in standing if usual[other] != group]
        met = any((min(mine, other), max(mine, other)) in case.pairs for other in rivals)
        if not met and all((mine, other) in case.pairs for other in members):
            kept = [row if usual[other] == group else kept[other] for other in range(len(usual))]
    return kept


@given(cases())
@settings(max_examples=1000)
def test_kept_rows_stay_by_the_rule(case: Case) -> None:
    usual, found, asked = grouped(case)
    assert found.kept.tolist() == by_the_rule(case, usual.kept.tolist())
    for row, (kept, share) in enumerate(zip(found.kept.tolist(), found.overlap.tolist(), strict=True)):
        mine, its = case.same[row], case.same[kept]
        assert np.isnan(share) if mine == its else share == case.pairs[its, mine]
        assert found.shorter[row] == (mine != its and share < 0.4)
    assert len(asked) <= len(case.same)


@given(cases())
def test_without_anything_kept_before_nothing_changes(case: Case) -> None:
    case.were_kept = []
    usual, found, asked = grouped(case)
    assert found is usual
    assert not asked


def find_again(texts: list[str], were_kept: list[int]) -> Duplicates:
    return find_duplicates(
        texts, no_dates(texts), were_kept=np.array(were_kept, np.int64), sketch_options=SKETCH, options=OPTIONS
    )


@given(CORPORA, st.data())
@settings(max_examples=150)
def test_every_member_is_a_copy_of_the_kept_one_that_stayed(
    corpus: list[list[tuple[int, int, int]]], data: st.DataObject
) -> None:
    texts = texts_of(corpus)
    were_kept = data.draw(st.sets(st.integers(0, len(texts) - 1)))
    usual, found = find(texts), find_again(texts, sorted(were_kept))
    assert found.founder.tolist() == usual.founder.tolist()
    for row, (kept, kind) in enumerate(zip(found.kept.tolist(), kinds(found), strict=True)):
        assert found.kept[kept] == kept
        assert kept == usual.kept[row] or (kept in were_kept and usual.kept[row] not in were_kept)
        if kept == row:
            assert kind == ("kept" if np.count_nonzero(found.kept == kept) > 1 else "unique")
            assert np.isnan(found.overlap[row])
            continue
        assert found.overlap[row] == plain_share(texts[row], texts[kept])
        if kind == "exact":
            assert texts[row] == texts[kept]
            continue
        covered, own = plain_coverage(texts[row], texts[kept], OPTIONS.reach)
        shorter = len(texts[row].split()) < OPTIONS.shorter * len(texts[kept].split())
        assert kind == ("contained" if shorter else "near")
        assert found.overlap[row] >= OPTIONS.overlap
        assert covered >= OPTIONS.covered or (shorter and covered >= OPTIONS.partial and own <= OPTIONS.own)


def test_a_longer_copy_does_not_take_the_place_of_what_was_kept() -> None:
    old = article(1)
    texts = [text(old), text(old, article(2, 20)), text(old[:120]), text(edited(old, 40))]
    assert find(texts).kept.tolist() == [1, 1, 1, 1]
    found = find_again(texts, [0])
    assert found.kept.tolist() == [0, 0, 0, 0]
    assert kinds(found) == ["kept", "near", "contained", "near"]


def test_a_text_that_holds_much_more_takes_its_place() -> None:
    old = article(1)
    texts = [text(old), text(old, article(2, 120))]
    assert find_again(texts, [0]).kept.tolist() == find(texts).kept.tolist() == [1, 1]


def test_one_member_that_is_no_copy_of_it_is_enough() -> None:
    old, more = article(1), article(2, 60)
    texts = [text(old), text(old, more), text(old[150:], more)]
    assert find(texts).kept.tolist() == [1, 1, 1]
    assert find_again(texts, [0]).kept.tolist() == [1, 1, 1]
    assert find_again(texts[:2], [0]).kept.tolist() == [0, 0]


def test_a_text_that_is_merged_by_now_keeps_none_of_its_parts() -> None:
    one, two = article(1, 100), article(2, 100)
    texts = [text(one), text(two), text(one, two), text(one, two, article(3, 40))]
    assert find(texts).kept.tolist() == [0, 1, 3, 3]
    assert find_again(texts, [2]).kept.tolist() == [0, 1, 2, 2]
    assert find_again(texts[1:], [1]).kept.tolist() == [1, 1, 1]


def test_an_exact_copy_with_a_smaller_id_does_not_take_its_place() -> None:
    texts = [text(article(1)), text(article(1)), text(article(1)[:150])]
    assert find(texts).kept.tolist() == [0, 0, 0]
    found = find_again(texts, [1])
    assert found.kept.tolist() == [1, 1, 1]
    assert kinds(found) == ["exact", "kept", "contained"]
    assert found.overlap[0] == 1.0


def test_new_numbers_make_another_record_whichever_is_longer() -> None:
    words = article(1, 60)
    record = text(words, [str(1000 + number) for number in range(12)])
    longer = text(words, [str(2000 + number) for number in range(13)])
    assert find_again([record, longer], [0]).kept.tolist() == [0, 1]
    told = text(words, [str(1000 + number) for number in range(4)])
    more = text(words, [str(1000 + number) for number in range(12)])
    assert find([told, more]).kept.tolist() == [1, 1]
    assert find_again([told, more], [0]).kept.tolist() == [1, 1]
