"""Our own labelled texts (`tests/data/kinds`, see its README): every line is body or has one of `schema.KINDS`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parents[1] / "tests" / "data" / "kinds"
BODY: Final = "-"
"""The label of a line that belongs to the article."""
_HEAD: Final = "=== "


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text: `lines` are its lines with their labels, (label, line), a blank line having the label ``""``."""

    id: str
    language: str
    lines: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The text as a file holds it; normalised."""
        return "\n".join(line for _, line in self.lines)

    @property
    def held_out(self) -> bool:
        """Whether it belongs to the half whose errors nobody looks at: by the parity of its id's SHA-256."""
        return hashlib.sha256(self.id.encode("utf-8")).digest()[-1] % 2 == 1

    @property
    def title(self) -> str | None:
        """The headline, where the text has one."""
        return next((line for label, line in self.lines if label == "title"), None)

    def stretches(self) -> Iterator[tuple[str, list[str]]]:
        """Every run of lines of one kind with no body in between, blank lines aside: the kind and the lines."""
        filled = (pair for pair in self.lines if pair[0])
        for label, run in groupby(filled, key=lambda pair: pair[0]):
            if label != BODY:
                yield label, [line for _, line in run]


def read_documents(folder: Path = DATA) -> list[Document]:
    """All documents, in the order of the files' names and lines; the file's name is the language."""
    return [
        document
        for path in sorted(folder.glob("*.txt"))
        for document in parse(path.read_text(encoding="utf-8"), path.stem)
    ]


def parse(text: str, language: str) -> Iterator[Document]:
    """The documents of one file. Raises ValueError for a line without a label or before the first document."""
    name, lines = "", list[tuple[str, str]]()
    for number, line in enumerate(text.split("\n"), 1):
        label, tab, content = line.partition("\t")
        if line.startswith(_HEAD):
            if name:
                yield _document(name, language, lines)
            name, lines = line.removeprefix(_HEAD), []
        elif not name or (line and not (tab and label and content)):
            raise ValueError(f"{language}.txt, line {number}: expected LABEL, a tab and a line of text")
        else:
            lines.append((label, content))
    if name:
        yield _document(name, language, lines)


def serialize(documents: list[Document]) -> str:
    """The documents in the form that `parse` reads, each followed by a blank line but the last."""
    blocks = []
    for document in documents:
        lines = [f"{label}\t{line}" if label else "" for label, line in document.lines]
        blocks.append("\n".join([f"{_HEAD}{document.id}", *lines, ""]))
    return "\n".join(blocks)


def digest(folder: Path = DATA) -> str:
    """SHA-256 of all files, in the order of their names."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.txt")):
        whole.update(path.name.encode("utf-8") + b"\n" + path.read_bytes())
    return "sha256:" + whole.hexdigest()


def _document(name: str, language: str, lines: list[tuple[str, str]]) -> Document:
    while lines and not lines[-1][0]:
        lines.pop()
    return Document(id=name, language=language, lines=tuple(lines))
