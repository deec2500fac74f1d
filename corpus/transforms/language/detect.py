"""Language of an article by langdetect, seeded; `und` where it cannot be told."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from corpus.limits import check_least, check_shares
from corpus.schema import UNDETERMINED
from corpus.transforms.unicode import HAN_KANA, class_table, code_points

SEED: Final = 0
DETECTED_CHARS: Final = 10_000
"""langdetect looks at no more than this."""

_LETTERS_A_HAN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageOptions:
    """When a language is told."""

    min_letters: int = field(
        default=20, metadata={"doc": "Texts with fewer letters are und; a Han or Kana character counts as three."}
    )
    min_score: float = field(default=0.7, metadata={"doc": "Answers below this probability are und."})

    def __post_init__(self) -> None:
        check_least(self, 0, "min_letters")
        check_shares(self, "min_score")


def detect(bodies: Sequence[str], options: LanguageOptions) -> list[tuple[str, float | None]]:
    """Language code and probability (3 places) of every body; `("und", None)` where it cannot be told.

    The answer is langdetect's (Shuyo 2010, seeded, profiles in sorted order) for the first 10,000 characters; its two
    codes for Chinese are merged. It depends on the text alone, not on what was asked before.
    """
    return [_detect(body[:DETECTED_CHARS], options) for body in bodies]


def _detect(text: str, options: LanguageOptions) -> tuple[str, float | None]:
    from langdetect.lang_detect_exception import LangDetectException

    if _letters(text) < options.min_letters:
        return UNDETERMINED, None
    detector = _factory().create()
    detector.append(text)
    try:
        found = detector.get_probabilities()
    except LangDetectException:
        return UNDETERMINED, None
    scores: dict[str, float] = {}
    for language in found:
        code = language.lang.split("-")[0]
        scores[code] = scores.get(code, 0.0) + language.prob
    code, score = max(scores.items(), key=lambda item: (item[1], item[0]))
    score = round(min(score, 1.0), 3)
    return (code, score) if score >= options.min_score else (UNDETERMINED, None)


def _letters(text: str) -> int:
    classes = class_table()[code_points(text)]
    return int(np.count_nonzero(classes)) + (_LETTERS_A_HAN - 1) * int(np.count_nonzero(classes == HAN_KANA))


@functools.cache
def _factory() -> Any:
    """A factory of our own: its seed and the order of its languages are fixed, and nobody else's use is touched."""
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    profiles = sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if not path.name.startswith((".", "_")))
    factory = DetectorFactory()
    factory.seed = SEED
    factory.load_json_profile([path.read_text("utf-8") for path in profiles])
    return factory
