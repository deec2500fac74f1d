"""The normalised source text: what every row is measured and restored by."""

from __future__ import annotations

import re

import pytest
import unicodedata2
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.transforms.normalize import WHITE_SPACE, normalize

CASES = {
    "plain": ("One.\n\nTwo.", "One.\n\nTwo."),
    "empty": ("", ""),
    "only white space": (" \n\t\u3000\u2028 ", ""),
    "Windows": ("a\r\nb\r\n\r\nc\r\n", "a\nb\n\nc"),
    "old Mac": ("a\rb", "a\nb"),
    "line and paragraph separators": ("a\u2028b\u2029c", "a\nb\nc"),
    "next line, vertical tab, form feed": ("a\x85b\vc\fd", "a\nb\nc\nd"),
    "runs of blank lines": ("a\n\n\n\n\nb\n \n\t\nc", "a\n\nb\n\nc"),
    "blanks at line ends": ("a  \nb\t \nc", "a\nb\nc"),
    "blanks inside a line stay": ("a  b\n  c\n\td", "a  b\n  c\n\td"),
    "outer white space": ("\n\n  a\n ", "a"),
    "other spaces": ("a\u00a0b\u2009c\u3000d\u202fe", "a b c d e"),
    "decomposed": ("e\u0301", "\u00e9"),
    "Hangul": ("\u1112\u1161\u11ab", "\ud55c"),
    "singleton": ("\u212b", "\u00c5"),
    "compatibility forms stay": ("\ufb01 \u2460", "\ufb01 \u2460"),
    "byte order mark": ("\ufeffa\ufeffb", "ab"),
    "soft hyphen": ("foot\u00adball", "football"),
    "controls": ("a\x00b\x07c\x1b[31md\x7f\x9b", "abc[31md"),
    "joiners stay": ("\u0646\u200c\u0645 \u0915\u094d\u200d\u0937", "\u0646\u200c\u0645 \u0915\u094d\u200d\u0937"),
    "soft hyphen between letter and accent": ("e\u00ad\u0301", "\u00e9"),
    "blank line of controls": ("a\n\x00\n\x07\n\nb", "a\n\nb"),
    "beyond the basic plane": ("\U0001f600 \U00020000", "\U0001f600 \U00020000"),
}


@pytest.mark.parametrize("name", CASES)
def test_normalize(name: str) -> None:
    text, expected = CASES[name]
    assert normalize(text) == expected


ALPHABET = "ab \t\n\r\v\f\x00\x1b\x85\u00a0\u00ad\u2028\u3000\ufeff\u0301\u0323e\u1112\u1161\u200d😀"
TEXTS = st.one_of(st.text(max_size=200), st.text(alphabet=ALPHABET, max_size=80))


@given(TEXTS)
@settings(max_examples=500)
def test_twice_is_once(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once


@given(st.one_of(TEXTS, st.text(alphabet=ALPHABET.replace("\u0301", "").replace("\u0323", ""), max_size=80)))
@settings(max_examples=1000)
def test_a_text_gets_the_same_whether_the_tables_are_asked_or_not(text: str) -> None:
    """Of what a mark makes unclear the tables tell (`e` and an accent), of the rest one look at the characters."""
    assert normalize(f"{text}\ne")[:-1] == normalize(f"{text}\ne\u0301")[:-1]


@given(TEXTS)
@settings(max_examples=500)
def test_the_result_keeps_its_promises(text: str) -> None:
    text = normalize(text)
    categories = {unicodedata2.category(point) for point in text if point not in "\n\t"}
    assert not categories & {"Cc", "Zl", "Zp"}
    assert all(point == " " for point in text if unicodedata2.category(point) == "Zs")
    assert text == text.strip(WHITE_SPACE)
    assert not re.search("[ \t]\n|\n\n\n", text)
    assert unicodedata2.normalize("NFC", text) == text


@given(st.text(alphabet="abc .,\u00e9\u4e00", max_size=80).map(str.strip))
def test_clean_lines_stay_as_they_are(text: str) -> None:
    assert normalize(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * 1_000_000, "x" * 1_000_000),
        ("\n" * 1_000_000 + "a" + " " * 1_000_000, "a"),
        ("a\n" * 100_000, "\n".join("a" * 100_000)),
        (" \n" * 100_000 + "a", "a"),
        ("a" + "\u0301" * 50_000, "\u00e1" + "\u0301" * 49_999),
        ("a" + "\u0323\u0301" * 25_000, "\u1ea1" + "\u0323" * 24_999 + "\u0301" * 25_000),
    ],
    ids=["one line", "white space", "short lines", "blank lines", "marks", "marks out of order"],
)
def test_hostile_texts(text: str, expected: str) -> None:
    assert normalize(text) == expected
