"""The normalised source text: what a row can be restored to, whatever the file's line ends or Unicode form."""

from __future__ import annotations

import re
from typing import Final

from corpus.transforms.unicode import nfc

WHITE_SPACE: Final = " \t\n"
"""The only white space that a normalised text holds."""

_LINE_ENDS = "\r\v\f\x85\u2028\u2029"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_DROPPED = "\u00ad\ufeff" + "".join(
    chr(point) for point in (*range(0x20), *range(0x7F, 0xA0)) if chr(point) not in "\t\n" + _LINE_ENDS
)
_TABLE: Final = str.maketrans(
    {**dict.fromkeys(_LINE_ENDS, "\n"), **dict.fromkeys(_SPACES, " "), **dict.fromkeys(_DROPPED, "")}
)
_FOREIGN: Final = re.compile(f"[{re.escape(_LINE_ENDS + _SPACES + _DROPPED)}]")
_BLANK_LINES: Final = re.compile("\n{3,}")
CHANGED: Final = {int(point): str(other) for point, other in _TABLE.items()}
"""The code points that never stay, and what becomes of each: a line end, a blank, or nothing."""


def normalize(text: str) -> str:
    """`text` in Unicode NFC with `\\n` line ends; linear in time on any input, and idempotent.

    Every line end (CR LF, CR, VT, FF, NEL, LS, PS) becomes `\\n`, every space separator a plain space. Other
    control characters, byte order marks and soft hyphens go; so do blanks at the end of a line, and all but one of a
    run of blank lines. Nothing else changes: runs of blanks inside a line and indentation stay.
    """
    from corpus.transforms.plain import tidied  # numba takes half a second to import

    text = text.strip(WHITE_SPACE)
    known = tidied(text)
    return _normalized(text) if known is None else known


def _normalized(text: str) -> str:
    if _FOREIGN.search(text):
        text = text.replace("\r\n", "\n").translate(_TABLE)
    text = nfc(text)
    if " \n" in text or "\t\n" in text:
        text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip(WHITE_SPACE)
