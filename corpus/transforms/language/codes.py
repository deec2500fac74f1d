"""Codes of languages: ISO 639-1, else 639-3, whatever a detector calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from corpus.schema import UNDETERMINED

LANGDETECT_CODES: Final = {"zh-cn": "zh", "zh-tw": "zh"}
"""What langdetect calls otherwise: its Chinese is one language in two scripts."""

LANGID_CODES: Final = {
    "ary": "ar",
    "arz": "ar",
    "fuv": "ff",
    "grc": "el",
    "gug": "gn",
    "hbo": "he",
    "kik": "ki",
    "ltg": "lv",
    "sdh": "ku",
    "uzs": "uz",
    "wuu": "zh",
    "yue": "zh",
    "zxx": UNDETERMINED,
}
"""What py3langid calls otherwise.

Members of a macrolanguage with a code of two letters, and old forms of a language that is still written, are told as
that: the other detectors cannot tell them from it. `zxx` is text in no language."""

WORD_CODES: Final[Mapping[str, str]] = {}
"""What langidentify's word lists call otherwise: nothing."""


def released_codes(own: Sequence[str], renamed: Mapping[str, str]) -> list[str]:
    """The codes that stand in releases, for a detector's own ones."""
    return [renamed.get(code, code) for code in own]
