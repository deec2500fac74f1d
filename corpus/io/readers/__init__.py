"""One reader per input form: from the bytes of a file to records. A new form: one function, one line in `FORMS`."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final, Protocol

from corpus.errors import UsageError
from corpus.io.content import CODECS, Content
from corpus.io.readers.articles import read_html, read_markdown, read_text
from corpus.io.readers.json_values import read_json, read_json_lines
from corpus.io.readers.parquet import read_parquet
from corpus.io.readers.tables import read_table
from corpus.io.readers.warc import read_warc
from corpus.io.records import ReadOptions, Record, Refused


class Reader(Protocol):
    """Turns the bytes of one file into its records."""

    def __call__(self, content: Content, options: ReadOptions) -> Iterator[Record | Refused]:
        """The records in `content`, one after the other.

        A record that is bad by itself is a Refused. Raises RefusedError where the file as a whole, or all that comes
        after the last record, cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """An input form: its reader, whether a file holds many records, and the extra and the modules that it needs.

    `packed` says whether a compressed file of this form is read.
    """

    read: Reader
    container: bool = False
    packed: bool = True
    extra: str = ""
    modules: tuple[str, ...] = ()


HTML_MODULES: Final = ("lxml", "lxml_html_clean", "trafilatura")
_HTML: Final = Form(read=read_html, extra="html", modules=HTML_MODULES)
_JSON_LINES: Final = Form(read=read_json_lines, container=True)
_TABLE: Final = Form(read=read_table, container=True)
_WARC: Final = Form(read=read_warc, container=True, extra="warc", modules=("warcio", *HTML_MODULES))

FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        ".csv": _TABLE,
        ".htm": _HTML,
        ".html": _HTML,
        ".json": Form(read=read_json, container=True),
        ".jsonl": _JSON_LINES,
        ".md": Form(read=read_markdown),
        ".ndjson": _JSON_LINES,
        ".parquet": Form(read=read_parquet, container=True, packed=False),
        ".tsv": _TABLE,
        ".txt": Form(read=read_text),
        ".warc": _WARC,
        ".wet": Form(read=read_warc, container=True, extra="warc", modules=("warcio",)),
    }
)
"""Input forms by file ending, in lower case; most may be compressed, with one of CODECS after the ending."""


def ending_of(file_id: str) -> str:
    """The ending of a file's name, ASCII letters in lower case, with that of the compression: `.jsonl.gz`."""
    stem, last = _cut(file_id)
    return (_cut(stem)[1] if last in CODECS else "") + last


def form_of(file_id: str) -> tuple[Form, str] | None:
    """The form of a file by its name, and the ending of its compression or an empty text; None without a reader."""
    return _form_of(ending_of(file_id))


@functools.lru_cache
def _form_of(ending: str) -> tuple[Form, str] | None:
    codec = next((codec for codec in CODECS if ending.endswith(codec)), "")
    form = FORMS.get(ending.removesuffix(codec))
    return None if form is None or (codec and not form.packed) else (form, codec)


def check_extras(file_ids: Iterable[str]) -> None:
    """Raise UsageError when files are of a form whose modules are not installed: they must never read otherwise."""
    lacking = [form for form in (_HTML, *FORMS.values()) if any(find_spec(name) is None for name in form.modules)]
    counts = Counter(map(ending_of, file_ids)) if lacking else Counter()
    for form in lacking:
        count = sum(counts[ending] for ending in counts if (found := form_of(f"x{ending}")) and found[0] is form)
        if count:
            endings = ", ".join(ending for ending, other in FORMS.items() if other is form)
            what = f"{count:,} {endings} file{'s need' if count > 1 else ' needs'} an extra that is not installed"
            remedy = f'pip install "corpus-packager[{form.extra}]", or leave them out with [inputs] exclude'
            raise UsageError(what, remedy=remedy)


def _cut(name: str) -> tuple[str, str]:
    """A name in front of its last ending, and that ending; a dot that begins or ends the name makes none."""
    stem, dot, ending = name.rpartition(".")
    if not stem or not ending or "/" in ending or stem.endswith("/"):
        return name, ""
    return stem, dot + (ending.lower() if ending.isascii() else ending)
