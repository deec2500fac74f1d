"""Look at a folder of raw articles before anything is built: what is in it, and what would be rejected."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final

from corpus.io.addresses import Address
from corpus.io.content import Content
from corpus.io.decode import DETECTED_BYTES, RefusedError, decode
from corpus.io.decode_html import decode_html
from corpus.io.fields import FieldOptions
from corpus.io.listing import list_inputs
from corpus.io.opening import open_regular
from corpus.io.options import InputOptions
from corpus.io.project_files import own_files
from corpus.io.readers import Form, ending_of, form_of
from corpus.io.readers.articles import read_html
from corpus.io.records import ReadOptions, Record
from corpus.model import Counts, SourceFile
from corpus.release.markdown import one_line
from corpus.schema import REASONS
from corpus.transforms.normalize import normalize

SAMPLE_FILES: Final = 500
SAMPLE_BYTES: Final = DETECTED_BYTES
"""No less than what the detection of an encoding looks at, so that the survey names the encoding of the row."""

SAMPLE_RECORDS: Final = 20
"""So many records of a container are looked at."""

_SHOWN: Final = 3
_SITE: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The files with one ending: how many, how large together, and whether there is a reader for them."""

    name: str
    files: int
    bytes: int
    readable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSurvey:
    """What was seen; `encodings` and `line_ends` count the `sampled` files alone, of which only the start was read.

    `rejected` maps a reason code to the ids, in order. `sites` counts files below folders that are named like a site,
    `fields` the containers whose first records have a field of this name.
    """

    files: int
    bytes: int
    endings: tuple[Ending, ...]
    sampled: int
    encodings: Counts
    line_ends: Counts
    links: int
    sites: Counts
    fields: Counts
    rejected: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Glance:
    encoding: str
    line_ends: str
    reason: str | None
    fields: frozenset[str] = frozenset()


def describe_input(root: Path | Address, options: InputOptions | None = None) -> InputSurvey:
    """Look at every name below `root`, and into the start of at most 500 files, evenly chosen.

    Only regular files are opened, and no object of a store: of an address the names and sizes are told. A file that is
    looked into is judged by the functions that read it for a row. Raises UsageError when `root` is no folder.
    """
    options = options or InputOptions()
    local = root if isinstance(root, Path) else None
    files = list_inputs(root, options, never=own_files(local))
    reasons = {file.id: reason for file in files if (reason := _reason(file, options))}
    sample = _sample([file for file in files if file.id not in reasons]) if local else []
    glances = {file.id: _glance(local / file.path, file, options) for file in sample} if local else {}
    reasons |= {name: glance.reason for name, glance in glances.items() if glance.reason}
    read = [glance for glance in glances.values() if not glance.reason]
    return InputSurvey(
        files=len(files),
        bytes=sum(file.size for file in files),
        endings=_endings(files),
        sampled=len(read),
        encodings=_counts(glance.encoding for glance in read if glance.encoding),
        line_ends=_counts(glance.line_ends for glance in read if glance.line_ends),
        links=sum(_is_link(local / file.path) for file in files) if local else 0,
        sites=_counts(site for file in files for site in _sites(file.id)),
        fields=_counts(name for glance in read for name in glance.fields),
        rejected=_by_reason(reasons),
    )


def survey_lines(survey: InputSurvey) -> list[str]:
    """What was seen, for people; names are safe to print on a terminal."""
    return [
        f"{_number(survey.files, 'file')}, {_number(survey.bytes, 'byte')}",
        *(_ending_line(ending) for ending in survey.endings),
        *_count_lines(f"encodings of {_number(survey.sampled, 'file')} looked into", survey.encodings),
        *_count_lines("line ends", survey.line_ends),
        *_count_lines("fields of the first records, and the files that have them", survey.fields),
        *_count_lines("folders named like a site, and their files", survey.sites),
        *([f"links: {survey.links:,} (followed only inside the folder, to files)"] if survey.links else []),
        *(_rejected_line(reason, names) for reason, names in survey.rejected.items()),
    ]


def _reason(file: SourceFile, options: InputOptions) -> str | None:
    if file.reason:
        return file.reason
    form = form_of(file.id)
    if form is None:
        return "unsupported"
    if not form[0].container and not form[1] and file.size > options.max_bytes:
        return "too_large"
    return None if file.size else "empty"


def _sample(files: Sequence[SourceFile]) -> Sequence[SourceFile]:
    return files[:: max(1, -(-len(files) // SAMPLE_FILES))]


def _glance(path: Path, file: SourceFile, options: InputOptions) -> _Glance:
    """What the start of a file shows, or why it would be rejected."""
    form, codec = form_of(file.id) or (None, "")
    try:
        with os.fdopen(open_regular(path), "rb") as opened:
            content = Content(file=opened, size=file.size, sha256="", codec=codec)
            if form and form.container:
                return _container(form, content, options)
            return _article(content, is_page=form is not None and form.read is read_html)
    except OSError:
        return _Glance(encoding="", line_ends="", reason="unreadable")
    except RefusedError as error:
        return _Glance(encoding="", line_ends="", reason=error.reason)


def _article(content: Content, *, is_page: bool) -> _Glance:
    """The encoding and line ends of a file that is one article. Raises RefusedError."""
    data = b""
    for block in content.blocks(sys.maxsize):
        data += block
        if len(data) > SAMPLE_BYTES:
            break
    whole = len(data) <= SAMPLE_BYTES
    text, encoding = decode_html(data[:SAMPLE_BYTES], None) if is_page else decode(data[:SAMPLE_BYTES], whole=whole)
    if whole and not normalize(text):
        raise RefusedError("empty", "")
    return _Glance(encoding=encoding, line_ends=_line_ends(text), reason=None)


def _container(form: Form, content: Content, options: InputOptions) -> _Glance:
    """The encoding and the fields of the first records of a container. Raises RefusedError."""
    read = ReadOptions(inputs=options, fields=FieldOptions(), watched=True)
    first = list(islice(form.read(content, read), SAMPLE_RECORDS))
    if not first:
        raise RefusedError("empty", "")
    records = [record for record in first if isinstance(record, Record)]
    encoding = records[0].encoding if records else ""
    return _Glance(
        encoding=encoding,
        line_ends="",
        reason=None,
        fields=frozenset(name for record in records for name in record.names),
    )


def _line_ends(text: str) -> str:
    plain = text.removesuffix("\r")
    pairs = plain.count("\r\n")
    found = {"CR LF": pairs, "LF": plain.count("\n") - pairs, "CR": plain.count("\r") - pairs}
    styles = [style for style, count in found.items() if count]
    return "mixed" if len(styles) > 1 else next(iter(styles), "a single line")


def _endings(files: Sequence[SourceFile]) -> tuple[Ending, ...]:
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for file in files:
        ending = ending_of(file.id)
        counts[ending] += 1
        sizes[ending] += file.size
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(
        Ending(name=name, files=counts[name], bytes=sizes[name], readable=form_of(f"a{name}") is not None)
        for name in ordered
    )


def _is_link(path: Path) -> bool:
    try:
        return stat.S_ISLNK(path.lstat().st_mode)
    except OSError:
        return False


def _sites(file_id: str) -> list[str]:
    return [folder for folder in PurePosixPath(file_id).parts[:-1] if _SITE.fullmatch(folder)][:1]


def _counts(names: Iterable[str]) -> Counts:
    return dict(sorted(Counter(names).items()))


def _by_reason(reasons: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {
        reason: tuple(name for name, why in reasons.items() if why == reason)
        for reason in sorted(set(reasons.values()))
    }


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _ending_line(ending: Ending) -> str:
    name = one_line(ending.name) or "(no ending)"
    note = "" if ending.readable else "; no reader, will be rejected"
    return f"  {name}: {_number(ending.files, 'file')}, {_number(ending.bytes, 'byte')}{note}"


def _count_lines(what: str, counts: Counts) -> list[str]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{one_line(name)} {count:,}" for name, count in ordered[:10]]
    more = [f"and {len(ordered) - 10:,} more"] if len(ordered) > 10 else []
    return [f"{what}: {', '.join(parts + more)}"] if parts else []


def _rejected_line(reason: str, names: Sequence[str]) -> str:
    shown = ", ".join(one_line(name) for name in names[:_SHOWN])
    more = ", ..." if len(names) > _SHOWN else ""
    return f"will be rejected as {reason} ({REASONS[reason]}): {len(names):,}: {shown}{more}"
