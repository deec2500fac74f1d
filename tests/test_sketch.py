"""Words, shingles and sketches: a plain reading of the specification must give the same numbers."""

from __future__ import annotations

import hashlib
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.transforms.duplicates.find import sketch_sizes
from corpus.transforms.duplicates.sketch import SketchOptions, compared_text, join_sketches, shingles, sketch
from corpus.transforms.tokens import Ints, UInts, offsets_of, word_counts
from corpus.transforms.unicode import HAN_KANA, UNSPACED, WORD, class_table, fold

OPTIONS = SketchOptions()
SMALL = SketchOptions(words=2, han_kana=3, unspaced=4, sampling=3, window=3, whole=4)
MASK = (1 << 64) - 1

ALPHABET = "abAB \n.,-éßΣσİ日本語カなชมไทยກຂမက한국ابت1२\u0301\U00020000😀"
TEXTS = st.lists(st.text(alphabet=ALPHABET, max_size=60), max_size=8)
WORDS = st.lists(st.sampled_from(["one", "two", "three", "four", "five", "six"]), max_size=80).map(" ".join)


def mixed(value: int) -> int:
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
    return value ^ value >> 31


def plain_tokens(text: str) -> list[tuple[str, int]]:
    """Folded tokens with their class, one code point at a time."""
    tokens: list[tuple[str, int]] = []
    inside = False
    for point in text:
        kind = int(class_table()[ord(point)])
        if kind == WORD and inside:
            tokens[-1] = (tokens[-1][0] + fold(point), WORD)
        elif kind:
            tokens.append((fold(point), kind))
        inside = kind == WORD
    return tokens


def plain_hash(token: str) -> int:
    return mixed(
        sum((ord(point) + 1) * pow(0x9E3779B97F4A7C15, place, 1 << 64) for place, point in enumerate(token)) & MASK
    )


def plain_shingles(text: str, options: SketchOptions) -> list[int]:
    lengths = {WORD: options.words, HAN_KANA: options.han_kana, UNSPACED: options.unspaced}
    tokens = plain_tokens(text)
    hashes = [plain_hash(token) for token, _ in tokens]
    runs = [
        hashes[start : start + lengths[kind]]
        for start, (_, kind) in enumerate(tokens)
        if start + lengths[kind] <= len(tokens)
    ]
    if tokens and not runs:
        runs = [hashes]
    return [
        mixed(sum(value * pow(0xD1342543DE82EF95, place, 1 << 64) for place, value in enumerate(run)) & MASK)
        for run in runs
    ]


def plain_sketch(text: str, options: SketchOptions) -> set[int]:
    found = plain_shingles(text, options)
    if len(set(found)) <= options.whole:
        return set(found)
    kept = {value for value in found if value <= options.limit}
    for start in range(len(found) - options.window + 1):
        window = found[start : start + options.window]
        if all(value > options.limit for value in window):
            kept.add(min(window))
    return kept


def lists(values: UInts, offsets: Ints) -> list[list[int]]:
    return [values[start:end].tolist() for start, end in pairwise(offsets.tolist())]


@given(TEXTS, st.sampled_from([OPTIONS, SMALL]))
def test_shingles_equal_a_plain_reading(texts: list[str], options: SketchOptions) -> None:
    found = shingles(texts, options)
    assert lists(found.hashes, found.offsets) == [plain_shingles(text, options) for text in texts]
    assert len(found.spans) == len(found.hashes)


@given(
    st.lists(st.one_of(WORDS, st.text(alphabet=ALPHABET, max_size=60)), max_size=6), st.sampled_from([OPTIONS, SMALL])
)
def test_sketches_equal_a_plain_reading(texts: list[str], options: SketchOptions) -> None:
    found = sketch(texts, options)
    assert lists(found.hashes, found.offsets) == [sorted(plain_sketch(text, options)) for text in texts]
    assert found.shingles.tolist() == [len(set(plain_shingles(text, options))) for text in texts]
    assert found.words.tolist() == word_counts(texts).tolist() == [len(plain_tokens(text)) for text in texts]


@pytest.mark.parametrize("options", [OPTIONS, SMALL], ids=["standard", "small"])
def test_long_sketches_equal_a_plain_reading(options: SketchOptions) -> None:
    """Texts of many windows, also bare ones at their ends."""
    draw = random.Random(1)
    texts = [" ".join(f"w{draw.randrange(9999)}" for _ in range(draw.randrange(300))) for _ in range(60)]
    found = sketch(texts, options)
    assert lists(found.hashes, found.offsets) == [sorted(plain_sketch(text, options)) for text in texts]


@given(st.lists(st.text(alphabet=ALPHABET, max_size=6), min_size=2, max_size=6))
def test_keys_are_equal_where_the_tokens_are(texts: list[str]) -> None:
    keys = [tuple(key) for key in sketch(texts, OPTIONS).keys.tolist()]
    for one, first in zip(texts, keys, strict=True):
        for other, second in zip(texts, keys, strict=True):
            same = (
                plain_tokens(one) == plain_tokens(other) if plain_tokens(one) or plain_tokens(other) else one == other
            )
            assert (first == second) == same


@given(TEXTS, TEXTS)
def test_batches_do_not_matter(one: list[str], other: list[str]) -> None:
    whole, joined = sketch(one + other, SMALL), join_sketches([sketch(one, SMALL), sketch(other, SMALL)])
    for name in ("words", "shingles", "keys", "hashes", "offsets"):
        assert np.array_equal(getattr(whole, name), getattr(joined, name)), name


@given(WORDS, WORDS, st.lists(st.integers(0, 500), min_size=28, max_size=60))
def test_a_long_equal_run_always_shares_a_kept_hash(before: str, after: str, run: list[int]) -> None:
    shared = " ".join(f"word{number}" for number in run)
    found = sketch([f"{before} {shared}", f"{shared} {after}"], OPTIONS)
    one, other = lists(found.hashes, found.offsets)
    assert set(one) & set(other)


def test_long_texts_are_hashed_like_short_ones() -> None:
    """A text longer than the working chunk, and one after it, have the hashes of the specification."""
    long = " ".join(f"w{number}" for number in range(40_000))
    found = shingles(["a b c d e", long, "v w x y z"], OPTIONS)
    rows = lists(found.hashes, found.offsets)
    assert rows[0] == plain_shingles("a b c d e", OPTIONS)
    assert rows[1][-1] == plain_shingles("w39995 w39996 w39997 w39998 w39999", OPTIONS)[0]
    assert rows[2] == plain_shingles("v w x y z", OPTIONS)


def test_vector_of_the_format() -> None:
    """The test vector of `docs/format.md`."""
    found = sketch(["The quick brown Fox jumps."], OPTIONS)
    assert found.words.tolist() == [5]
    assert plain_hash("the") == 0xF0E0F33BA7A705CD
    assert found.hashes.tolist() == [0x9506F5C87B9AD215]
    assert found.keys.tolist() == [[0x7781B84BAFACF8C1, 0xEFE5F4A16CBA58F3]]


def test_vectors_of_scripts_without_spaces() -> None:
    """The further test vectors of `docs/format.md`."""
    found = shingles(["東京は日本の首都である", "สวัสดีครับ ยินดีต้อนรับ"], OPTIONS)
    assert found.spans.tolist() == [8] * 4 + [16] * 7
    assert found.hashes[[0, 4]].tolist() == [0xC15523AA885E8F14, 0x0E615394A5EBFE93]


def test_a_key_without_tokens_is_that_of_the_text() -> None:
    digest = hashlib.sha256("…".encode()).digest()
    assert sketch(["…"], OPTIONS).keys[0].astype(">u8").tobytes() == digest[:16]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("!? …", 0),
        ("Don't stop", 3),
        ("naïve café", 2),
        ("日本語", 3),
        ("カタカナ go", 5),
        ("ภาษาไทย", 7),
        ("2024-05-01", 3),
        ("한국어 글", 2),
    ],
)
def test_word_counts(text: str, count: int) -> None:
    assert word_counts([text]).tolist() == [count]


def test_case_and_punctuation_do_not_matter() -> None:
    one, other = sketch(["Ein GROSSER, alter Baum", "ein grosser alter\n\nbaum!"], OPTIONS).keys.tolist()
    assert one == other


def test_short_texts_are_one_shingle() -> None:
    found = shingles(["one two", "one", "", "日本"], OPTIONS)
    assert np.diff(found.offsets).tolist() == [1, 1, 0, 1]
    assert found.spans.tolist() == [2, 1, 2]


def test_no_texts() -> None:
    assert word_counts([]).tolist() == []
    assert sketch([], OPTIONS).offsets.tolist() == [0]
    assert shingles([], OPTIONS).offsets.tolist() == [0]


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="sampling"):
        SketchOptions(sampling=0)


def test_a_title_is_compared_with_its_body() -> None:
    assert compared_text("A title", "The text.") == "A title\nThe text."
    assert compared_text(None, "The text.") == "The text."


@given(st.lists(st.sets(st.integers(0, 20), max_size=6), max_size=5), st.integers(0, 20))
def test_sizes_count_the_hashes_up_to_the_limit(texts: list[set[int]], limit: int) -> None:
    kept = [sorted(text) for text in texts]
    hashes = np.array([value for text in kept for value in text], np.uint64)
    offsets = offsets_of(np.array([len(text) for text in kept], np.int64))
    sizes = sketch_sizes(hashes, offsets, np.full(len(kept), 3), limit)
    assert sizes.kept.tolist() == [len(text) for text in kept]
    assert sizes.sampled.tolist() == [sum(value <= limit for value in text) for text in kept]
    assert sizes.whole.tolist() == [len(text) == 3 for text in kept]
