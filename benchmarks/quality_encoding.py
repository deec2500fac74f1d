"""How often legacy encodings are detected: `python benchmarks/quality_encoding.py --data DIR` (see the data's README).

Real texts of 200 characters and more are encoded in the legacy encodings of their languages; what counts is whether
they come back unchanged. `charset-normalizer` is measured beside our own decoding when it is installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import zstandard

from corpus.io.decode import UndecodableError, decode

ENCODINGS = {
    "ar": ["cp1256"],
    "bg": ["cp1251"],
    "cs": ["cp1250", "iso8859_2"],
    "de": ["cp1252", "mac_roman"],
    "el": ["cp1253"],
    "en": ["cp1252"],
    "es": ["cp1252"],
    "fr": ["cp1252", "mac_roman"],
    "he": ["cp1255"],
    "hu": ["cp1250"],
    "it": ["cp1252"],
    "ja": ["shift_jis", "euc_jp"],
    "ko": ["euc_kr"],
    "nl": ["cp1252"],
    "pl": ["cp1250", "iso8859_2"],
    "pt": ["cp1252"],
    "ru": ["cp1251", "koi8_r", "iso8859_5"],
    "sv": ["cp1252"],
    "th": ["cp874"],
    "tr": ["cp1254"],
    "uk": ["cp1251"],
    "zh": ["gb18030", "big5"],
}
MOST = 8
LEAST_CHARS = 200


def cases(data: Path) -> Iterator[tuple[str, bytes]]:
    """Texts and their bytes, at most `MOST` for a language and encoding, none that is ASCII or valid UTF-8."""
    taken: Counter[tuple[str, str]] = Counter()
    with zstandard.open(data / "lang_dev.jsonl.zst", "rb") as file:
        for line in io.TextIOWrapper(file, encoding="utf-8", newline="\n"):
            record = json.loads(line)
            for encoding in ENCODINGS.get(record["lang"], []):
                text = record["text"].replace("'", "\u2019") if encoding == "cp1252" else record["text"]
                encoded = _encoded(text, encoding)
                if encoded is not None and taken[record["lang"], encoding] < MOST:
                    taken[record["lang"], encoding] += 1
                    yield text, encoded


def _encoded(text: str, encoding: str) -> bytes | None:
    try:
        encoded = text.encode(encoding)
    except UnicodeEncodeError:
        return None
    try:
        encoded.decode("utf-8")
    except UnicodeDecodeError:
        return encoded if len(text) >= LEAST_CHARS else None
    return None


def ours(data: bytes) -> str | None:
    """What `corpus.io.decode` makes of the bytes."""
    try:
        return decode(data)[0]
    except UndecodableError:
        return None


def normalizer(data: bytes) -> str | None:
    """What charset-normalizer makes of the bytes."""
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return None if best is None else str(best)


def main() -> None:
    """Print the share of texts that come back, for each detector."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled data")
    found = list(cases(parser.parse_args().data))
    detectors: dict[str, Callable[[bytes], str | None]] = {"corpus (chardet)": ours}
    if importlib.util.find_spec("charset_normalizer"):
        detectors["charset-normalizer"] = normalizer
    for name, detector in detectors.items():
        right = sum(detector(encoded) == text for text, encoded in found)
        print(f"{name:20} {right / len(found):.3f} of {len(found)} texts come back unchanged")


if __name__ == "__main__":
    main()
