"""WARC and WET files of web archives: one record a page or text that was fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import redirect_stderr
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from corpus.io.content import BlockFile, Content
from corpus.io.decode import RefusedError, decode
from corpus.io.decode_html import decode_html
from corpus.io.fields import Fields
from corpus.io.ids import escaped
from corpus.io.records import ReadOptions, Record, Refused, digest_key
from corpus.io.values import address, language_tag

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord
    from warcio.statusandheaders import StatusAndHeaders

SOURCE: Final = "warc"
_WANTED: Final = ("conversion", "resource", "response")
"""Types of records that hold what was fetched; the others (requests, revisits, notes) are no inputs."""

_PAGES: Final = ("text/html", "application/xhtml+xml")
_CODINGS: Final = ("", "identity", "gzip", "x-gzip", "deflate")
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_KEPT: Final = ("WARC-Date", "WARC-Identified-Content-Language", "WARC-Refers-To", "WARC-Truncated")
_NEEDED: Final = ("WARC-Type", "Content-Length")
_GZIP: Final = b"\x1f\x8b"


def read_warc(content: Content, options: ReadOptions) -> Iterator[Record | Refused]:
    """The responses, resources and conversions of an archive; a record is named by its WARC-Record-ID.

    Raises RefusedError with `damaged` where the archive, or what is left of it, cannot be read.
    """
    blocks = content.blocks(options.inputs.max_container_bytes)
    start = next(blocks, b"")
    if start.startswith(_GZIP):
        raise RefusedError("damaged", "it is compressed twice")
    for record in _archive_records(BlockFile(chain([start], blocks))):
        if record.rec_type in _WANTED:
            yield _entry(record, options)


def _archive_records(file: BlockFile) -> Iterator[ArcWarcRecord]:
    """Every record, whole: one that is cut, or longer or shorter than it says, ends the archive with `damaged`."""
    from warcio.archiveiterator import ArchiveIterator

    archive, last = ArchiveIterator(file, no_record_parse=True), None
    while True:
        try:
            with redirect_stderr(io.StringIO()):  # it warns there, with words of the record
                record = next(archive, None)
        except RefusedError:
            raise
        except Exception:  # noqa: BLE001 (a broken header brings about anything, AttributeError too)
            raise RefusedError("damaged", "no WARC record follows the last one") from None
        cut = last and getattr(last.raw_stream, "limit", 0) > 0
        headless = record and not all(record.rec_headers.get_header(name) for name in _NEEDED)
        if archive.err_count or cut or headless:
            raise RefusedError("damaged", "a record is not as long as it says, or has no header")
        if record is None:
            return
        last = record
        yield record


def _entry(record: ArcWarcRecord, options: ReadOptions) -> Record | Refused:
    """The article of an archive's record; raises RefusedError where the archive ends inside it."""
    key = escaped((record.rec_headers.get_header("WARC-Record-ID") or "").strip().strip("<>"))
    data = b""
    try:
        record.http_headers = _http_headers(record)
        _check_article(record)
        data = _payload(record, options.inputs.max_bytes)
        entry: Record | Refused = _record(record, key or digest_key(data), data)
    except RefusedError as error:
        entry = Refused(key=key or digest_key(data), reason=error.reason, detail=error.detail)
    if getattr(record.raw_stream, "limit", 0) > 0 and not record.raw_stream.read(1):
        raise RefusedError("damaged", "the archive ends inside a record")
    return entry


def _http_headers(record: ArcWarcRecord) -> StatusAndHeaders | None:
    """The HTTP headers that a response begins with. Raises RefusedError."""
    if record.rec_type != "response":
        return None
    from warcio.statusandheaders import StatusAndHeadersParser

    try:
        return StatusAndHeadersParser([], verify=False).parse(record.raw_stream)
    except Exception:  # noqa: BLE001 (of a broken header anything may come)
        raise RefusedError("malformed", "no HTTP headers") from None


def _check_article(record: ArcWarcRecord) -> None:
    """Raise RefusedError with `unsupported` for a record that holds no page and no text."""
    headers = record.http_headers
    status = str(headers.get_statuscode() or "") if headers else "200"
    coding = str(headers.get_header("Content-Encoding") or "").strip().lower() if headers else ""
    kind = _media_type(record)
    if status != "200":
        raise RefusedError("unsupported", f"status {escaped(status)[:3]}")
    if coding not in _CODINGS:
        raise RefusedError("unsupported", f"content coding {escaped(coding)[:20]}")
    if kind not in (*_PAGES, "text/plain"):
        raise RefusedError("unsupported", f"media type {escaped(kind)[:60] or 'unknown'}")


def _media_type(record: ArcWarcRecord) -> str:
    return _content_type(record).partition(";")[0].strip().lower()


def _content_type(record: ArcWarcRecord) -> str:
    headers = record.http_headers or record.rec_headers
    return str(headers.get_header("Content-Type") or "")


def _payload(record: ArcWarcRecord, limit: int) -> bytes:
    """The fetched bytes without their transfer and content coding. Raises RefusedError."""
    from warcio.bufferedreaders import ChunkedDataException

    stream = record.content_stream()
    parts, size = [], 0
    try:
        while size <= limit and (part := stream.read(min(limit + 1 - size, 64 * 1024))):
            parts.append(part)
            size += len(part)
    except ChunkedDataException:
        raise RefusedError("malformed", "the chunks of the transfer are broken") from None
    if size > limit:
        raise RefusedError("too_large", f"max_bytes is {limit}")
    data = b"".join(parts)
    if not data.strip():
        raise RefusedError("empty", f"{size} bytes")
    return data


def _record(record: ArcWarcRecord, key: str, data: bytes) -> Record:
    form = "html" if _media_type(record) in _PAGES else "text"
    declared = _CHARSET.search(_content_type(record))
    if form == "html":
        text, encoding = decode_html(data, declared[1] if declared else None)
    else:
        text, encoding = decode(data)
    return Record(key=key, text=text, encoding=encoding, form=form, fields=_fields(record))


def _fields(record: ArcWarcRecord) -> Fields:
    headers = record.rec_headers
    values: dict[str, str] = {}
    if url := address(headers.get_header("WARC-Target-URI")):
        values["url"] = url
    said = record.http_headers.get_header("Content-Language") if record.http_headers else None
    if tag := language_tag(said):
        values["language_declared"] = tag
    other: dict[str, Any] = {name: value for name in _KEPT if (value := headers.get_header(name))}
    return Fields(values=values, sources=dict.fromkeys(values, SOURCE), other=other)
