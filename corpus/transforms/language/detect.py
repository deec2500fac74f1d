"""Language of an article: langdetect's answer, with the second opinions that its score depends on; `und` otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from corpus.limits import check_least, check_shares
from corpus.schema import UNDETERMINED
from corpus.transforms.language.evidence import all_codes, features, probabilities
from corpus.transforms.unicode import HAN_KANA, class_table, code_points

READ_CHARS: Final = 10_000
"""langdetect looks at no more than this, so no detector does."""

_LETTERS_A_HAN: Final = 3
_OPENING: Final = 100
"""Letters are first counted so far, which nearly always is enough."""
LONG: Final = 200
"""In texts of so many characters langdetect's own answer, where it is sure, needs no more than an even chance."""
EVEN: Final = 0.5
_BATCH: Final = 512
"""Texts that are weighed at once; it bounds memory and decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageOptions:
    """When a language is told."""

    min_letters: int = field(
        default=5, metadata={"doc": "Texts with fewer letters are und; a Han or Kana character counts as three."}
    )
    min_score: float = field(
        default=0.6,
        metadata={
            "doc": "Answers below this probability are und (below 0.5 where langdetect alone is sure of a long text)."
        },
    )

    def __post_init__(self) -> None:
        check_least(self, 0, "min_letters")
        check_shares(self, "min_score")


def detect(bodies: Sequence[str], options: LanguageOptions) -> list[tuple[str, float | None]]:
    """Language code and probability (3 places) of every body; `("und", None)` where it cannot be told.

    Only the first 10,000 characters count. The answer depends on the text alone, not on what was asked before.
    """
    texts = [body[:READ_CHARS] for body in bodies]
    answers: list[tuple[str, float | None]] = [(UNDETERMINED, None)] * len(texts)
    asked = [number for number, text in enumerate(texts) if _has_letters(text, options.min_letters)]
    for start in range(0, len(asked), _BATCH):
        batch = asked[start : start + _BATCH]
        found = features([texts[number] for number in batch])
        for number, row, heard, sure in zip(batch, probabilities(found), found.heard, found.sure, strict=True):
            best = int(row.argmax())
            score = round(float(row[best]), 3)
            confirmed = best == sure and len(texts[number]) >= LONG
            if heard and score >= (min(EVEN, options.min_score) if confirmed else options.min_score):
                answers[number] = all_codes()[best], score
    return answers


def _has_letters(text: str, least: int) -> bool:
    return _letters(text[:_OPENING]) >= least or _letters(text) >= least


def _letters(text: str) -> int:
    classes = class_table()[code_points(text)]
    return int(np.count_nonzero(classes)) + (_LETTERS_A_HAN - 1) * int(np.count_nonzero(classes == HAN_KANA))
