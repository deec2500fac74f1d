"""Texts as JSON strings, written from Arrow's bytes: what Python's own writer says."""

from __future__ import annotations

import json

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.transforms.quoted import quoted

TEXTS = st.text(st.one_of(st.sampled_from('"\\\n\t\x00\x1f\x7f\x80 '), st.characters(codec="utf-8")))


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.none() | TEXTS), st.integers(0, 3))
def test_texts_are_what_json_makes_of_them(texts: list[str | None], start: int) -> None:
    array = pa.array(texts, pa.string()).slice(start)
    found = quoted(array)
    found.validate(full=True)
    assert found.to_pylist() == [json.dumps(text, ensure_ascii=False) for text in texts[start:]]
