"""What two prints of one headline have in common."""

from __future__ import annotations

import re
from typing import Final

from corpus.transforms.unicode import fold

MARKS: Final = re.compile(
    "[][ \t.,;:!?'\"|/()<>*_#\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2013\u2014\u2026\u2212`\u00b4-]+"
)


def wording(text: str) -> str:
    """`text` without marks, blanks and case: `The "Mayor" -- again` and `The Mayor, again` are one headline."""
    return MARKS.sub("", fold(text))
