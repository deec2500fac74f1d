"""Taking stretches out of a text and putting them back, exactly."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.transforms.normalize import WHITE_SPACE, normalize
from corpus.transforms.stretches import Label, Stretch, cut, restore

CASES = {
    "nothing": ("a\n\nb", [], "a\n\nb", []),
    "first": ("x\n\na", [("x", "k")], "a", [(0, "x\n\n")]),
    "last": ("a\n\nx", [("x", "k")], "a", [(1, "\n\nx")]),
    "whole": ("x", [("x", "k")], "", [(0, "x")]),
    "wider gap below": ("a\nx\n\nb", [("x", "k")], "a\n\nb", [(1, "\nx")]),
    "wider gap above": ("a\n\nx\nb", [("x", "k")], "a\n\nb", [(3, "x\n")]),
    "equal gaps": ("a\n\nx\n\nb", [("x", "k")], "a\n\nb", [(3, "x\n\n")]),
    "inside a line": ("a x b", [("x", "k")], "a b", [(2, "x ")]),
    "neighbours of one kind": ("a\n\nx\ny\n\nb", [("x", "k"), ("y", "k")], "a\n\nb", [(3, "x\ny\n\n")]),
    "neighbours of two kinds": ("a\n\nx\ny\n\nb", [("x", "k"), ("y", "m")], "a\n\nb", [(3, "x\n"), (3, "y\n\n")]),
    "two kinds at the end": ("a\n\nx\n\ny", [("x", "k"), ("y", "m")], "a", [(1, "\n\nx"), (1, "\n\ny")]),
    "two places": ("x\na\ny\nb", [("x", "k"), ("y", "k")], "a\nb", [(0, "x\n"), (2, "y\n")]),
    "beyond the basic plane": ("😀😀\nx\nb", [("x", "k")], "😀😀\nb", [(3, "x\n")]),
}
"""Text, what is labelled in it, the body, and offset and text of every stretch."""


def labels_of(text: str, parts: list[tuple[str, str]]) -> list[Label]:
    starts = [(text.index(part), part, kind) for part, kind in parts]
    return [Label(start=start, end=start + len(part), kind=kind, rule="r") for start, part, kind in starts]


def put_back(body: str, stretches: list[Stretch]) -> str:
    return restore(body, [{"offset": item.offset, "text": item.text} for item in stretches])


@pytest.mark.parametrize("name", CASES)
def test_cut(name: str) -> None:
    text, parts, body, expected = CASES[name]
    found, stretches = cut(text, labels_of(text, parts))
    assert found == body
    assert [(item.offset, item.text) for item in stretches] == expected
    assert put_back(found, stretches) == text


def test_kind_and_rule_are_kept() -> None:
    _, stretches = cut("x\na", [Label(start=0, end=1, kind="byline", rule="phrase:en:byline")])
    assert stretches == [Stretch(kind="byline", offset=0, text="x\n", rule="phrase:en:byline")]


def test_restore_applies_equal_offsets_in_order() -> None:
    assert restore("ad", [{"offset": 1, "text": "b"}, {"offset": 1, "text": "c"}]) == "abcd"


@st.composite
def labelled(draw: st.DrawFn) -> tuple[str, list[Label]]:
    """A normalised text with sorted labels that do not overlap and have no white space at their ends."""
    text = normalize(draw(st.text(alphabet="ab \t\n\u00e9😀", max_size=60)))
    points = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10)))
    labels = []
    for start, end in zip(points[::2], points[1::2], strict=False):
        part = text[start:end].strip(WHITE_SPACE)
        if part:
            first = start + text[start:end].index(part)
            kind = draw(st.sampled_from(["byline", "tags"]))
            labels.append(Label(start=first, end=first + len(part), kind=kind, rule="r"))
    return text, labels


@given(labelled())
@settings(max_examples=400)
def test_any_labels_of_any_text_come_back(case: tuple[str, list[Label]]) -> None:
    text, labels = case
    body, stretches = cut(text, labels)
    assert put_back(body, stretches) == text
    assert body == body.strip(WHITE_SPACE)
    assert [item.offset for item in stretches] == sorted(item.offset for item in stretches)
    kept = text
    for label in reversed(labels):
        kept = kept[: label.start] + kept[label.end :]
    assert "".join(body.split()) == "".join(kept.split())


def test_a_hundred_thousand_labels() -> None:
    text = "x\na\n" * 100_000 + "a"
    labels = [Label(start=start, end=start + 1, kind="tags", rule="r") for start in range(0, 400_000, 4)]
    body, stretches = cut(text, labels)
    assert body == "a\n" * 100_000 + "a"
    assert len(stretches) == 100_000
    assert put_back(body, stretches) == text
