"""Take the ids of excluded rows out of a changelog: those that come from the data, in the form that they have there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from corpus.history.changelog import BEGIN, END
from corpus.release.markdown import code

EXCLUDED: Final = code("(excluded)")
_BLOCK: Final = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
_WITHIN_NAMES: Final = r"[\w./#%-]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """A changelog without certain ids: its text, how many places were changed, and the lines (from 1) that people
    wrote which still name one.
    """

    text: str
    changed: int
    lines: tuple[int, ...]


def redact(text: str, ids: Sequence[str]) -> Redaction:
    """Write `(excluded)` for every one of `ids` between the marks of `corpus release`, and look for them elsewhere.

    What people wrote is left alone: a name in a sentence needs one who can write another sentence.
    """
    if not text or not ids:
        return Redaction(text=text, changed=0, lines=())
    listed = re.compile("|".join(re.escape(code(name)) for name in ids))
    places = [listed.findall(block) for block in _BLOCK.findall(text)]
    changed = _BLOCK.sub(lambda block: listed.sub(lambda _: EXCLUDED, block[0]), text)
    named = re.compile(f"(?<!{_WITHIN_NAMES})(?:{'|'.join(map(re.escape, ids))})(?!{_WITHIN_NAMES})")
    lines = [number for number, line in enumerate(changed.split("\n"), start=1) if named.search(line)]
    return Redaction(text=changed, changed=sum(map(len, places)), lines=tuple(lines))
