"""What well-known tools make of the labelled data: `peers.py --data DIR --out DIR`.

For every task and tool one file `<task>.<tool>.jsonl` of predictions is written, in the form that the data's scorers
read. Nothing of corpus is imported here: the tools have an environment of their own (`peers-requirements.txt`).
"""

from __future__ import annotations

import argparse
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import zstandard

PAGES = "body_dev_permissive.jsonl.zst"
SNIPPETS = "segments_dev_trafilatura.jsonl.zst"
TEXTS = "lang_dev.jsonl.zst"
PROSE_WORDS, LONG_WORDS, LONG_LINE = 8, 25, 60
SENTENCE_ENDS, CLOSERS = (".", "!", "?", "\u3002", "\u2026", ":"), "\"')]\u201d\u00bb "
JUSTEXT_NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "pl": "Polish", "ru": "Russian", "ar": "Arabic", "tr": "Turkish", "cs": "Czech", "sv": "Swedish",
    "da": "Danish", "fi": "Finnish", "el": "Greek", "hu": "Hungarian", "ro": "Romanian", "ko": "Korean",
}  # fmt: skip
"""jusText wants to be told the language; it gets the page's own, English where it has no list."""


def main() -> None:
    """Write the predictions of every tool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled data")
    parser.add_argument("--out", type=Path, required=True, help="folder for the predictions")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    pages = read(arguments.data / PAGES)
    snippets = read(arguments.data / SNIPPETS)
    for field in ("raw", "near"):
        for name, clean in TEXT_TOOLS.items():
            write(
                arguments.out / f"{field}.{name}.jsonl", ({"body": clean(page[field], page)} for page in pages), pages
            )
    for name, extract in PAGE_TOOLS.items():
        write(arguments.out / f"html.{name}.jsonl", map(extract, pages), pages)
        write(arguments.out / f"snippets.{name}.jsonl", map(extract, snippets), snippets)
    texts = read(arguments.data / TEXTS)
    for name, make in LANGUAGE_TOOLS.items():
        detect = make()
        write(arguments.out / f"language.{name}.jsonl", ({"lang": detect(text["text"])} for text in texts), texts)


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a zstd-compressed JSON lines file."""
    with zstandard.open(path, "rb") as file:
        return [json.loads(line) for line in io.TextIOWrapper(file, encoding="utf-8", newline="\n") if line.strip()]


def write(path: Path, predictions: Iterator[dict[str, Any]], gold: list[dict[str, Any]]) -> None:
    """One line a record, each with its id."""
    started = time.perf_counter()
    with path.open("w", encoding="utf-8") as file:
        for record, prediction in zip(gold, predictions, strict=True):
            file.write(json.dumps({"id": record["id"], **prediction}, ensure_ascii=False) + "\n")
    print(f"{path.name}: {time.perf_counter() - started:.0f} s", flush=True)


def as_is(text: str, page: dict[str, Any]) -> str:
    """No cleaning at all."""
    return text


def five_lines(text: str, page: dict[str, Any]) -> str:
    """Keep the lines that read like prose: some words and the end of a sentence, or many words."""
    lines = [line for line in text.split("\n") if line.strip()]
    return "\n".join(line for line in lines if is_prose(line))


def is_prose(line: str) -> bool:
    """Whether a line looks like a paragraph."""
    words = len(line.split())
    closed = line.rstrip(CLOSERS).endswith(SENTENCE_ENDS)
    return words >= LONG_WORDS or (words >= PROSE_WORDS and closed) or (len(line) >= LONG_LINE and not line.isascii())


def justext_lines(text: str, page: dict[str, Any]) -> str:
    """JusText on a page made of one paragraph a line."""
    markup = "".join(f"<p>{line.replace('&', '&amp;').replace('<', '&lt;')}</p>" for line in text.split("\n"))
    return justext_body(f"<html><body>{markup}</body></html>", page)


def justext_body(markup: str, page: dict[str, Any]) -> str:
    """The paragraphs that jusText keeps."""
    import justext

    stoplist = justext.get_stoplist(JUSTEXT_NAMES.get(page.get("lang") or "en", "English"))
    paragraphs = justext.justext(markup.encode("utf-8"), stoplist, encoding="utf-8")
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)


def by_justext(page: dict[str, Any]) -> dict[str, Any]:
    """JusText on the page."""
    return {"body": justext_body(page["html"], page)}


def by_trafilatura(page: dict[str, Any]) -> dict[str, Any]:
    """trafilatura, comments left out, with its title."""
    import trafilatura
    from trafilatura.metadata import extract_metadata

    body = trafilatura.extract(page["html"], include_comments=False, deduplicate=False) or ""
    found = extract_metadata(page["html"], date_config={"max_date": "2026-01-01", "extensive_search": False})
    return {"body": body, "title": found.title if found else None}


def by_readability(page: dict[str, Any]) -> dict[str, Any]:
    """readability-lxml, its HTML as text with a line a block."""
    import lxml.html
    from readability import Document

    document = Document(page["html"])
    try:
        tree = lxml.html.fromstring(document.summary())
    except (ValueError, lxml.etree.LxmlError):
        return {"body": "", "title": document.short_title()}
    for block in tree.iter("p", "div", "li", "br", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "pre", "td"):
        block.tail = "\n" + (block.tail or "")
    return {"body": re.sub(r"[ \t]*\n\s*", "\n", tree.text_content()).strip(), "title": document.short_title()}


def by_resiliparse(page: dict[str, Any]) -> dict[str, Any]:
    """Resiliparse with its main-content setting."""
    from resiliparse.extract.html2text import extract_plain_text

    return {"body": extract_plain_text(page["html"], main_content=True, comments=False)}


def langdetect_codes() -> Callable[[str], str | None]:
    """Langdetect with seed 0."""
    from langdetect import DetectorFactory, detect
    from langdetect.lang_detect_exception import LangDetectException

    DetectorFactory.seed = 0

    def code(text: str) -> str | None:
        try:
            return str(detect(text))
        except LangDetectException:
            return None

    return code


def lingua_codes() -> Callable[[str], str | None]:
    """Lingua with all its languages."""
    from lingua import LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().build()

    def code(text: str) -> str | None:
        found = detector.detect_language_of(text)
        return found.iso_code_639_1.name.lower() if found else None

    return code


def py3langid_codes() -> Callable[[str], str | None]:
    """py3langid as it is."""
    import py3langid

    return lambda text: str(py3langid.classify(text)[0])


def pycld2_codes() -> Callable[[str], str | None]:
    """CLD2."""
    import pycld2

    def code(text: str) -> str | None:
        printable = "".join(character for character in text if character.isprintable() or character in "\n\t")
        try:
            return str(pycld2.detect(printable, bestEffort=True)[2][0][1])
        except pycld2.error:
            return None

    return code


TEXT_TOOLS = {"none": as_is, "five-line rule": five_lines, "jusText": justext_lines}
PAGE_TOOLS = {
    "readability-lxml": by_readability,
    "trafilatura": by_trafilatura,
    "resiliparse": by_resiliparse,
    "jusText": by_justext,
}
LANGUAGE_TOOLS = {
    "langdetect": langdetect_codes,
    "lingua": lingua_codes,
    "py3langid": py3langid_codes,
    "pycld2": pycld2_codes,
}

if __name__ == "__main__":
    main()
