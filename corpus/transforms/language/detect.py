"""Language of an article: langdetect's answer, with the second opinions that its score depends on; `und` otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.limits import check_least, check_shares
from corpus.schema import UNDETERMINED
from corpus.transforms.language.evidence import all_codes, opinions, probabilities
from corpus.transforms.unicode import class_table, code_points

READ_CHARS: Final = 10_000
"""langdetect looks at no more than this, so no detector does."""

_LETTERS: Final = np.array([0, 1, 3, 1], np.uint8)
"""As how many letters a character counts, by its class: a Han or Kana character as three."""
_OPENING: Final = 100
"""Letters are first counted so far, which nearly always is enough."""
LONG: Final = 200
"""In texts of so many characters langdetect's own answer, where it is sure, needs no more than an even chance."""
EVEN: Final = 0.5
VIETNAMESE: Final = "vi"
CHU_NOM_SHARE: Final = 0.05
"""From this share of supplementary ideographs on, what detectors take for Chinese is Vietnamese in Chữ Nôm, whose own
characters stand there. Chinese in either script, Cantonese and Japanese hardly ever use them."""
_CHINESE: Final = "zh"
_SUPPLEMENTARY_IDEOGRAPHS: Final = (0x20000, 0x3FFFF)
"""The planes that Unicode keeps for them."""
_BATCH: Final = 2048
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
    answers: list[tuple[str, float | None]] = []
    for start in range(0, len(bodies), _BATCH):
        answers += _answers([body[:READ_CHARS] for body in bodies[start : start + _BATCH]], options)
    return answers


def _answers(texts: Sequence[str], options: LanguageOptions) -> list[tuple[str, float | None]]:
    found = opinions(texts)
    shares, sure = probabilities(found)
    best = shares.argmax(axis=1)
    confirmed = (best == sure) & (np.array([len(text) for text in texts]) >= LONG)
    scores = [round(score, 3) for score in shares[np.arange(len(texts)), best].tolist()]
    least = np.where(confirmed, min(EVEN, options.min_score), options.min_score)
    told = found.heard & (np.array(scores) >= least) & _have_letters(texts, options.min_letters)
    codes = all_codes()
    return [
        (_by_script(codes[column], text), score) if is_told else (UNDETERMINED, None)
        for text, column, score, is_told in zip(texts, best.tolist(), scores, told.tolist(), strict=True)
    ]


def _by_script(code: str, text: str) -> str:
    """The language that `code` is told for, where a script that no detector knows tells another."""
    if code != _CHINESE:
        return code
    first, last = _SUPPLEMENTARY_IDEOGRAPHS
    points = code_points(text)
    share = float(np.mean((points >= first) & (points <= last)))
    return VIETNAMESE if share >= CHU_NOM_SHARE else code


def _have_letters(texts: Sequence[str], least: int) -> npt.NDArray[np.bool_]:
    """Whether each text has so many letters."""
    openings = [text[:_OPENING] for text in texts]
    letters = np.concatenate([[0], np.cumsum(_letters("".join(openings)))])
    ends = np.cumsum([0, *(len(opening) for opening in openings)])
    counts = np.diff(letters[ends])
    for number in np.flatnonzero(counts < least).tolist():
        counts[number] = _letters(texts[number]).sum()
    enough: npt.NDArray[np.bool_] = counts >= least
    return enough


def _letters(text: str) -> npt.NDArray[np.uint8]:
    """As how many letters each character counts."""
    letters: npt.NDArray[np.uint8] = _LETTERS[class_table()[code_points(text)]]
    return letters
