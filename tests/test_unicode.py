"""Unicode facts come from pinned tables: when one of these digests moves, text decisions move with it."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unicodedata2 import category

from corpus.transforms.unicode import (
    CATEGORIES,
    HAN_KANA,
    OTHER,
    UNICODE_VERSION,
    UNSPACED,
    WORD,
    category_table,
    class_table,
    code_points,
    fold,
    fold_table,
    nfc,
    starts_lower,
)

CLASSES_DIGEST = "5f6826e232fbb842a68d40bc0e34f5b7e8a8c77073eeed31b88fb3f517fca416"
FOLDS_DIGEST = "2e8d1a459a5825ef0e0f9e4ec63fcc3f1c6b54898918fdc337438e4fc40826e0"


def test_the_tables_are_pinned() -> None:
    assert UNICODE_VERSION == "18.0.0"
    assert hashlib.sha256(class_table().tobytes()).hexdigest() == CLASSES_DIGEST
    assert hashlib.sha256(fold_table().astype("<u4").tobytes()).hexdigest() == FOLDS_DIGEST


@given(st.characters())
def test_categories_are_those_of_the_pinned_tables(character: str) -> None:
    assert CATEGORIES[category_table()[ord(character)]] == category(character)


def test_the_tables_cannot_be_changed() -> None:
    for table in (category_table(), class_table(), fold_table()):
        assert len(table) == 0x110000
        with pytest.raises(ValueError, match="read-only"):
            table[0] = 1


CLASSES = {
    "letters": ("aZßéΩЖאبक한", WORD),
    "digits": ("0٣५", WORD),
    "marks": ("\u0301\u093f", WORD),
    "Han and Kana": ("日本々かナー", HAN_KANA),
    "beyond the basic plane": ("\U00020000", HAN_KANA),
    "unspaced": ("กລမក", UNSPACED),
    "marks and spaces": (" .-—、。「」_😀\u200d\ue000", OTHER),
    "Thai currency sign": ("฿", OTHER),
    "lone surrogate": ("\ud800", OTHER),
}


@pytest.mark.parametrize("name", CLASSES)
def test_classes(name: str) -> None:
    characters, expected = CLASSES[name]
    assert [int(class_table()[ord(character)]) for character in characters] == [expected] * len(characters)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ABC", "abc"),
        ("ÄÉ", "äé"),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
        ("ς", "σ"),
        ("ẞ", "ß"),
        ("ß", "ß"),
        ("ЖЁ", "жё"),
        ("İ", "İ"),
        ("Ꭰ", "Ꭰ"),
        ("日本 𐐀", "日本 𐐨"),
        ("", ""),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


@given(st.text())
def test_folding_keeps_the_length_and_happens_once(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F)))
def test_folding_ascii_is_the_table_too(text: str) -> None:
    assert [int(fold_table()[ord(point)]) for point in text] == [ord(point) for point in fold(text)]


@given(st.text())
def test_code_points(text: str) -> None:
    assert code_points(text).tolist() == [ord(point) for point in text]


def test_lone_surrogates_are_kept() -> None:
    assert code_points("a\udc80").tolist() == [0x61, 0xDC80]
    assert fold("A\udc80") == "a\udc80"


def test_nfc() -> None:
    assert nfc("e\u0301") == "\u00e9"
    assert nfc("a" + "\u0323\u0301" * 25_000) == "\u1ea1" + "\u0323" * 24_999 + "\u0301" * 25_000


@pytest.mark.parametrize(
    ("text", "expected"), [("a", True), ("ж", True), ("A", False), ("日", False), ("1", False), ("", False)]
)
def test_starts_lower(text: str, expected: bool) -> None:
    assert starts_lower(text) is expected
