"""Duplicate groups: laws on generated corpora, and one example for each kind of copy and of look-alike."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import combinations, pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import DataError
from corpus.schema import DUPLICATE_KINDS
from corpus.transforms.duplicates import find as duplicates
from corpus.transforms.duplicates import join
from corpus.transforms.duplicates.compare import Compared, Texts, compare, pair_chunks
from corpus.transforms.duplicates.find import DuplicateOptions, Duplicates
from corpus.transforms.duplicates.join import (
    ABSENT,
    cut_ranges,
    keeper_order,
    layout_of,
    merge_pairs,
    route,
    shared_hashes,
    unpacked,
    within,
)
from corpus.transforms.duplicates.memory import find_duplicates, full_texts
from corpus.transforms.duplicates.sketch import SketchOptions, shingles, sketch
from corpus.transforms.tokens import Ints, offsets_of

OPTIONS = DuplicateOptions()
SKETCH = SketchOptions()


def article(seed: int, words: int = 200) -> list[str]:
    """Words of an invented article; two seeds share no run of five words."""
    draw = random.Random(seed)
    return [f"{draw.choice('bdfgklmnprstvz')}{draw.choice('aeiou')}{draw.randrange(400)}" for _ in range(words)]


def text(*parts: Sequence[str]) -> str:
    return "\n".join(" ".join(part) for part in parts)


def edited(words: Sequence[str], every: int) -> list[str]:
    """The words with each `every`-th one replaced."""
    return [f"changed{place}" if place % every == 0 else word for place, word in enumerate(words)]


def find(
    texts: Sequence[str],
    dates: Sequence[str] | None = None,
    apart: Collection[tuple[int, int]] = (),
    options: DuplicateOptions = OPTIONS,
) -> Duplicates:
    known = np.array(dates or ["NaT"] * len(texts), "datetime64[us]")
    return find_duplicates(texts, known, apart=apart, sketch_options=SKETCH, options=options)


def compared(texts: Sequence[str], first: Sequence[int], second: Sequence[int]) -> Compared:
    distinct = sketch(texts, SKETCH).shingles

    def full(rows: Ints) -> Texts:
        return full_texts([texts[row] for row in rows.tolist()], distinct[rows], SKETCH)

    return compare(np.array(first, np.int64), np.array(second, np.int64), full, reach=3)


def kinds(found: Duplicates) -> list[str]:
    return [DUPLICATE_KINDS[kind] for kind in found.kinds.tolist()]


def related(found: Duplicates) -> set[tuple[int, int]]:
    return set(zip(found.related.row.tolist(), found.related.other.tolist(), strict=True))


def hash_list(words: str) -> list[int]:
    return [int(value) for value in shingles([words], SKETCH).hashes]


def plain_share(one: str, other: str) -> float:
    mine = set(hash_list(one))
    return len(mine & set(hash_list(other))) / len(mine)


def plain_coverage(one: str, other: str, reach: int) -> tuple[float, float]:
    """Covered share and own shingle lengths of `one`, for texts in which all shingles have five words."""
    mine, theirs = hash_list(one), set(hash_list(other))
    places = [place for place, value in enumerate(mine) if value in theirs]
    covered = set(places)
    for before, after in pairwise(places):
        if after - before <= 5 * reach:
            covered |= set(range(before, after))
    return len(covered) / len(mine), (len(mine) - len(covered)) / 5


PIECES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=3)
CORPORA = st.lists(PIECES, min_size=1, max_size=12)
"""Each text is some pieces, each a run of paragraphs of one of six invented articles; so all kinds of overlap occur."""


def texts_of(corpus: Sequence[Sequence[tuple[int, int, int]]]) -> list[str]:
    return [
        " ".join(" ".join(article(seed, 160)[40 * first : 40 * (first + count)]) for seed, first, count in pieces)
        for pieces in corpus
    ]


@given(CORPORA)
@settings(max_examples=150)
def test_every_member_is_a_copy_of_the_kept_one(corpus: list[list[tuple[int, int, int]]]) -> None:
    texts = texts_of(corpus)
    found = find(texts)
    rank = {row: place for place, row in enumerate(keeper_order(sketch(texts, SKETCH).words, no_dates(texts)).tolist())}
    for row, (kept, kind) in enumerate(zip(found.kept.tolist(), kinds(found), strict=True)):
        group = np.flatnonzero(found.kept == kept)
        assert found.founder[row] == group.min()
        assert found.kept[kept] == kept
        if kept == row:
            assert kind == ("kept" if len(group) > 1 else "unique")
            assert np.isnan(found.overlap[row])
            continue
        assert rank[kept] < rank[row]
        assert found.overlap[row] == plain_share(texts[row], texts[kept])
        if kind == "exact":
            assert texts[row] == texts[kept]
            continue
        assert found.overlap[row] >= OPTIONS.overlap
        covered, own = plain_coverage(texts[row], texts[kept], OPTIONS.reach)
        shorter = len(texts[row].split()) < OPTIONS.shorter * len(texts[kept].split())
        assert kind == ("contained" if shorter else "near")
        assert covered >= OPTIONS.covered or (shorter and covered >= OPTIONS.partial and own <= OPTIONS.own)


@given(CORPORA)
@settings(max_examples=100)
def test_related_rows_are_of_other_groups_and_true(corpus: list[list[tuple[int, int, int]]]) -> None:
    texts = texts_of(corpus)
    found = find(texts)
    seen: dict[int, list[tuple[float, int]]] = {}
    for row, other, share, back in zip(
        found.related.row.tolist(),
        found.related.other.tolist(),
        found.related.share.tolist(),
        found.related.share_of_other.tolist(),
        strict=True,
    ):
        assert found.kept[row] != found.kept[other]
        assert (share, back) == (plain_share(texts[row], texts[other]), plain_share(texts[other], texts[row]))
        assert max(share, back) >= OPTIONS.related
        seen.setdefault(row, []).append((-share, other))
    assert list(seen) == sorted(seen)
    assert all(listed == sorted(listed) for listed in seen.values())


@given(CORPORA, st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_the_order_of_rows_does_not_matter(corpus: list[list[tuple[int, int, int]]], draw: random.Random) -> None:
    """Dates make the keeper order total, so that the rows' numbers decide nothing but the founder."""
    texts = texts_of(corpus)
    dates = [f"2020-01-{day + 1:02}" for day in range(len(texts))]
    order = list(range(len(texts)))
    draw.shuffle(order)
    straight = find(texts, dates)
    shuffled = find([texts[row] for row in order], [dates[row] for row in order])
    assert [order[kept] for kept in shuffled.kept.tolist()] == straight.kept[order].tolist()
    assert shuffled.kinds.tolist() == straight.kinds[order].tolist()
    assert np.array_equal(shuffled.overlap, straight.overlap[order], equal_nan=True)
    assert {(order[one], order[other]) for one, other in related(shuffled)} == related(straight)


@given(CORPORA)
@settings(max_examples=50)
def test_chunks_do_not_matter(corpus: list[list[tuple[int, int, int]]]) -> None:
    texts = texts_of(corpus)
    whole = find(texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates, "_CHUNK", 50)
        patch.setattr(join, "PART_ENTRIES", 7)
        cut = find(texts)
    assert np.array_equal(cut.kept, whole.kept)
    assert np.array_equal(cut.overlap, whole.overlap, equal_nan=True)
    assert related(cut) == related(whole)


@given(CORPORA, st.data())
@settings(max_examples=100)
def test_pairs_held_apart_are_in_no_group(corpus: list[list[tuple[int, int, int]]], data: st.DataObject) -> None:
    texts = texts_of(corpus)
    pairs = list(combinations(range(len(texts)), 2))
    apart = data.draw(st.sets(st.sampled_from(pairs), max_size=3)) if pairs else set()
    found = find(texts, apart=apart)
    assert all(found.kept[one] != found.kept[other] for one, other in apart)


@given(CORPORA)
@settings(max_examples=50)
def test_comparison_equals_plain_arithmetic(corpus: list[list[tuple[int, int, int]]]) -> None:
    texts = texts_of(corpus)
    pairs = list(permutations(range(len(texts)), 2))
    found = compared(texts, [one for one, _ in pairs], [other for _, other in pairs])
    for place, (one, other) in enumerate(pairs):
        assert found.shared[place] == len(set(hash_list(texts[one])) & set(hash_list(texts[other])))
        for side, first, second in ((found.of_first, one, other), (found.of_second, other, one)):
            covered, own = plain_coverage(texts[first], texts[second], 3)
            assert side.share[place] == plain_share(texts[first], texts[second])
            assert side.covered[place] == pytest.approx(covered)
            assert side.own[place] == pytest.approx(own)


@pytest.mark.parametrize(("changed", "covered"), [(10, 196), (11, 196 - 15)])
def test_gaps_up_to_the_reach_are_bridged(changed: int, covered: int) -> None:
    """A run of changed words spoils four more shingles; bridged are gaps of at most three shingle lengths."""
    words = article(1)
    other = [*words[:100], *article(2, changed), *words[100 + changed :]]
    texts = [text(words), text(other)]
    found = compared(texts, [0], [1])
    assert found.of_first.covered[0] == covered / 196


def test_no_gap_is_bridged_between_two_pairs() -> None:
    """One text ends, and the next begins, with a few words of its own."""
    words = article(1)
    texts = [text(words), text(words[:100], article(2, 3)), text(article(3, 3), words[100:])]
    found = compared(texts, [1, 2], [0, 0])
    assert found.of_first.own.tolist() == [3 / 5, 3 / 5]


@given(st.sets(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=60), st.integers(1, 5), st.integers(1, 9))
def test_the_join_equals_plain_counting(entries: set[tuple[int, int]], partners: int, most: int) -> None:
    """Text 9 is absent; hashes differ in their lowest bits or in their highest ones."""
    expected: dict[tuple[int, int], int] = {}
    for value in range(41):
        ranks = sorted(rank for key, rank in entries if key == value and rank != 9)
        for place, rank in enumerate(ranks):
            for other in ranks[: min(place, partners)]:
                expected[other, rank] = expected.get((other, rank), 0) + 1
    texts = [sorted(key << 52 if key % 2 else key for key, rank in entries if rank == text) for text in range(10)]
    hashes = np.array([value for text in texts for value in text], np.uint64)
    ranks_of = np.array([*range(9), ABSENT], np.uint32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(join, "PART_ENTRIES", most)
        patch.setattr(join, "RANGE_ENTRIES", most)
        patch.setattr(join, "SAMPLE", 1)
        layout = layout_of(len(hashes), 9)
        entries_of, borders = route(hashes, offsets_of(np.array([len(text) for text in texts])), ranks_of, layout)
        parts = [shared_hashes(entries_of[a:b], layout, partners=partners) for a, b in pairwise(borders.tolist())]
        cuts = [0, *cut_ranges([part.pairs for part in parts]).tolist(), None]
    found = [merge_pairs([within(part, start or 0, end) for part in parts]) for start, end in pairwise(cuts)]
    counts: dict[tuple[int, int], int] = {}
    for one in found:
        first, second = unpacked(one.pairs)
        counts |= dict(zip(zip(first.tolist(), second.tolist(), strict=True), one.counts.tolist(), strict=True))
    assert list(counts.items()) == sorted(expected.items())


def test_a_join_that_cannot_be_numbered_fails_loudly() -> None:
    assert layout_of(6 << 30, 100_000_000).rank_bits == 27
    with pytest.raises(DataError, match="too many texts"):
        layout_of(1 << 20, (1 << 32) + 1)


def no_dates(texts: Sequence[str]) -> np.ndarray:
    return np.full(len(texts), "NaT", "datetime64[us]")


def test_keeper_order_is_words_then_date_then_row() -> None:
    words = np.array([5, 9, 9, 9, 5])
    dates = np.array(["2020-01-01", "NaT", "2021-01-01", "2021-01-01", "2019-01-01"], "datetime64[us]")
    assert keeper_order(words, dates).tolist() == [2, 3, 1, 4, 0]


def test_pair_chunks_hold_every_pair_once() -> None:
    first, second = np.array([0, 0, 1, 2, 2]), np.array([1, 2, 3, 3, 4])
    chunks = list(pair_chunks(first, second, np.array([10, 20, 30, 40, 50]), limit=60))
    assert len(chunks) > 1
    assert [row for chunk in chunks for row in first[chunk].tolist()] == first.tolist()


def test_exact_copies_differ_in_case_and_punctuation_only() -> None:
    words = article(1)
    found = find([text(words), text(words).upper() + "!", text(article(2))])
    assert kinds(found) == ["kept", "exact", "unique"]
    assert found.overlap[1] == 1.0


def test_the_earliest_of_equals_is_kept() -> None:
    found = find([text(article(1))] * 3, ["2021-05-01", "NaT", "2020-05-01"])
    assert found.kept.tolist() == [2, 2, 2]
    assert found.founder.tolist() == [0, 0, 0]


@pytest.mark.parametrize("every", [8, 12, 40])
def test_edited_copies_are_near(every: int) -> None:
    words = article(1)
    found = find([text([*words, "end"]), text(edited(words, every))])
    assert kinds(found) == ["kept", "near"]
    assert found.overlap[1] < 0.95


@pytest.mark.parametrize(("start", "end"), [(0, 60), (0, 140), (70, 130), (140, 200), (0, 30)], ids=str)
def test_parts_of_an_article_are_contained(start: int, end: int) -> None:
    words = article(1)
    found = find([text(words), text(words[start:end]), text(article(2))])
    assert kinds(found) == ["kept", "contained", "unique"]
    assert found.overlap[1] == 1.0


def test_a_text_rewritten_throughout_is_no_copy() -> None:
    """A sixth of the words changed, evenly: covered from end to end, but hardly any shingle is left."""
    words = article(1)
    found = find([text([*words, "end"]), text(edited(words, 6))])
    assert kinds(found) == ["unique", "unique"]


def test_an_excerpt_in_a_page_is_contained() -> None:
    words = article(1, 300)
    page = text(["Via", "our", "partners"], words[80:180], article(9, 30))
    assert kinds(find([text(words), page])) == ["kept", "contained"]


def test_a_teaser_with_a_link_is_contained() -> None:
    words = article(1, 400)
    assert kinds(find([text(words), text(words[:35], ["Continue", "reading"])])) == ["kept", "contained"]


def test_reordered_paragraphs_are_near() -> None:
    parts = [article(seed, 60) for seed in range(5)]
    assert kinds(find([text(*parts, ["end"]), text(*parts[::-1])])) == ["kept", "near"]


def test_pages_with_one_site_block_stay_apart() -> None:
    block = article(100, 150)
    found = find([text(article(seed), block) for seed in range(20)])
    assert set(kinds(found)) == {"unique"}
    assert related(found)


def test_texts_that_quote_a_third_stay_apart() -> None:
    quoted = article(1, 120)
    texts = [text(quoted), *(text(article(seed, 100), quoted[:60], article(seed + 50, 100)) for seed in (2, 3))]
    assert kinds(find(texts)) == ["unique"] * 3


def test_groups_do_not_chain() -> None:
    """The second is a copy of the first and the third of the second, but the third is none of the first."""
    words = article(1, 300)
    texts = [text(words[:200], article(5, 100)), text(words[50:250]), text(words[130:250], article(6, 20))]
    assert find(texts[:2]).kept.tolist() == [0, 0]
    assert find(texts[1:]).kept.tolist() == [0, 0]
    assert find(texts).kept.tolist() == [0, 0, 2]


def test_a_merged_text_keeps_none_of_its_parts() -> None:
    parts = [text(article(seed, 150 + seed)) for seed in (1, 2)]
    found = find([parts[0], "\n".join(parts), parts[1]])
    assert kinds(found) == ["unique"] * 3
    assert {(0, 1), (1, 0), (2, 1), (1, 2)} == related(found)
    assert found.related.share_of_other.tolist()[:1] == [plain_share("\n".join(parts), parts[0])]


def test_copies_of_a_merged_text_are_one_group_without_its_parts() -> None:
    parts = [text(article(seed, 150)) for seed in (1, 2)]
    merged = "\n".join(parts)
    found = find([parts[0], parts[1], merged, merged, merged + " and more"])
    assert kinds(found) == ["unique", "unique", "near", "near", "kept"]


def test_a_page_with_one_known_article_keeps_it() -> None:
    """Nothing in the corpus says that the rest of the page is another article."""
    part = article(1, 150)
    assert kinds(find([text(part), text(part, article(2, 150))])) == ["contained", "kept"]


def in_script(first: int, last: int, length: int, seed: int) -> str:
    draw = random.Random(seed)
    return "".join(chr(draw.randrange(first, last)) for _ in range(length))


@pytest.mark.parametrize(
    ("first", "last"), [(0x4E00, 0x5000), (0x3041, 0x3096), (0x0E01, 0x0E2E), (0x1000, 0x1020)], ids=hex
)
def test_scripts_without_spaces(first: int, last: int) -> None:
    """A cut copy and a copy with one character in forty replaced are found, another text is not."""
    whole = in_script(first, last, 600, 1)
    changed = "".join(chr(first) if place % 60 == 30 else point for place, point in enumerate(whole))
    found = find([whole + "end", whole[100:400], changed, in_script(first, last, 500, 2)])
    assert kinds(found) == ["kept", "contained", "near", "unique"]


def test_very_short_texts() -> None:
    found = find(["yes", "no", "Yes!", "", "", "…", "yes no", text(article(1)) + " yes no"])
    assert kinds(found) == ["kept", "unique", "exact", "kept", "exact", "unique", "unique", "unique"]


def test_a_stray_sentence_is_no_copy() -> None:
    words = article(1)
    assert kinds(find([text(words), text(words[20:32])])) == ["unique", "unique"]


def test_no_rows_and_one_row() -> None:
    assert find([]).kept.tolist() == []
    one = find([text(article(1))])
    assert (one.kept.tolist(), kinds(one)) == ([0], ["unique"])


def test_a_thousand_equal_rows() -> None:
    start = time.perf_counter()
    found = find([text(article(1))] * 1000)
    assert kinds(found) == ["kept"] + ["exact"] * 999
    assert time.perf_counter() - start < 5


def test_a_block_in_all_of_two_thousand_rows() -> None:
    """Each page has a block of 60 words; two of them are copies, and the block hides them not."""
    block = article(100, 60)
    texts = [text(article(seed, 100), block) for seed in range(2000)]
    texts[1500] = text(edited(article(700, 100), 30), block)
    start = time.perf_counter()
    found = find(texts)
    assert np.flatnonzero(found.kept != np.arange(2000)).tolist() == [1500]
    assert found.kept[1500] == 700
    assert time.perf_counter() - start < 20


def test_a_family_of_many_near_copies_is_one_group() -> None:
    words = article(1, 300)
    texts = [
        text(words, ["long", "end"]),
        *(text([*words[: seed % 280], f"x{seed}", *words[seed % 280 :]]) for seed in range(200)),
    ]
    found = find(texts)
    assert set(found.kept.tolist()) == {0}


def test_exact_copies_held_apart_are_two_groups() -> None:
    found = find([text(article(1))] * 3, apart=[(0, 1)])
    assert found.kept.tolist() == [0, 1, 0]


def test_related_rows_are_capped_by_the_closest() -> None:
    block = article(100, 150)
    texts = [text(article(seed, 150 + seed), block) for seed in range(12)]
    found = find(texts, options=replace(OPTIONS, related_most=3, related=0.2))
    assert np.bincount(found.related.row).max() == 3
    closest = found.related.other[found.related.row == 5].tolist()
    assert closest == [0, 1, 2]


def test_an_exact_copy_lists_what_its_twin_lists() -> None:
    block = article(100, 150)
    found = find([text(article(1), block), text(article(1), block), text(article(2), block)])
    assert {(0, 2), (1, 2), (2, 0)} == related(found)
