"""Write `corpus/data/casefold.txt` from the running Python, which must know exactly Unicode 14.0 (Python 3.11)."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

HEADER = "# Simple case folding of Unicode 14.0: code point, folded code point. Made by benchmarks/make_casefold.py.\n"


def folded(char: str) -> str:
    """The simple folding of `char`: its full folding where that is one code point, else its lower case."""
    full = char.casefold()
    return full if len(full) == 1 else char.lower()


def main() -> None:
    """Write the table; refuse another Unicode version."""
    if unicodedata.unidata_version != "14.0.0":
        sys.exit(f"Unicode 14.0.0 is needed, this Python knows {unicodedata.unidata_version}: run it with Python 3.11")
    pairs = ((char, folded(char)) for char in map(chr, range(0x110000)))
    lines = [f"{ord(char):04X} {ord(to):04X}\n" for char, to in pairs if len(to) == 1 and to != char]
    target = Path(__file__).parents[1] / "corpus" / "data" / "casefold.txt"
    target.write_text(HEADER + "".join(lines), "ascii")


if __name__ == "__main__":
    main()
