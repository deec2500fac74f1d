"""Whether a body has changed, told from what stands beside it.

A source text, its digest `text_sha256`, and the stretches taken out of it determine the body: each stretch has its
offset into the body and its length, so its place in the source text is known, and the body is what is left. So

- equal digest and equal stretches: an equal body;
- another digest and equal stretches: another body;
- equal digest, and at every offset equally many characters taken out: an equal body;
- another number of characters or words: another body.

Only for rows beyond these rules must bodies be read, and only those of one release: put the stretches of the other one
into such a body, and if its digest comes out, it is the body there, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.transforms.stretches import restore

SAME: Final = 0
OTHER: Final = 1
UNKNOWN: Final = 2

TELLING: Final = ("text_sha256", "boilerplate", "char_count", "word_count")
"""The columns that a verdict is found from."""


def verdicts(old: pa.Table, new: pa.Table) -> npt.NDArray[np.int8]:
    """For n rows side by side (with TELLING) what is known of their bodies: SAME, OTHER or UNKNOWN (n,)."""
    pairs = zip(old.select(TELLING).to_pylist(), new.select(TELLING).to_pylist(), strict=True)
    return np.array([_verdict(before, after) for before, after in pairs], np.int8)


def is_body_of(body: str, row: Mapping[str, Any]) -> bool:
    """Whether a row with this `boilerplate` and `text_sha256` has this body."""
    text = restore(body, row["boilerplate"])
    return hashlib.sha256(text.encode()).hexdigest() == str(row["text_sha256"])


def _verdict(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    if any(before[name] != after[name] for name in ("char_count", "word_count")):
        return OTHER
    same_text = before["text_sha256"] == after["text_sha256"]
    if _taken(before["boilerplate"]) == _taken(after["boilerplate"]):
        return SAME if same_text else OTHER
    if same_text and _lengths(before["boilerplate"]) == _lengths(after["boilerplate"]):
        return SAME
    return UNKNOWN


def _taken(stretches: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """What was taken out, by offset."""
    taken: dict[int, str] = {}
    for stretch in stretches:
        taken[stretch["offset"]] = taken.get(stretch["offset"], "") + stretch["text"]
    return taken


def _lengths(stretches: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    return {offset: len(text) for offset, text in _taken(stretches).items()}
