"""Inputs of every form, and what the stage that reads them makes of a folder, without the rest of a build."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from corpus.config import ingest_options, load_config
from corpus.io.addresses import Address
from corpus.io.content import Content
from corpus.io.exclusions import Exclusions
from corpus.io.fields import FieldOptions
from corpus.io.listing import list_tree, plan_shards
from corpus.io.options import InputOptions
from corpus.io.project_files import own_files
from corpus.io.readers import form_of
from corpus.io.records import ReadOptions, Record, Refused
from corpus.io.sidecar import Sidecars, read_sidecars
from corpus.model import Staged
from corpus.stages.ingest import Ingest
from corpus.stages.runs import number_pieces
from corpus.stages.staged import read_staged, staged_path
from tests.conftest import write_files


@dataclass
class Read:
    """What became of a folder: rows by id in the order of the stage, rejections, pieces, and the sidecars."""

    rows: dict[str, dict[str, Any]]
    rejected: list[tuple[str, str]]
    details: dict[str, str]
    pieces: list[Staged]
    sidecars: Sidecars
    order: list[str] = field(default_factory=list)

    @property
    def reasons(self) -> dict[str, str]:
        return dict(self.rejected)


def read_folder(source: Path | Address) -> Read:
    """Read a folder or an address as a build does, in one process, and hold it to the ledger."""
    config = load_config(source)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        listing = list_tree(config.source, config.inputs, never=own_files(config.project))
        sidecars = read_sidecars(config.source, listing, config.inputs, work)
        ingest = Ingest(
            root=config.source, work=work, options=ingest_options(config), decisions={}, exclusions=Exclusions()
        )
        pieces = list(number_pieces(map(ingest, plan_shards(sidecars.files)), work))
        tables = [read_staged(staged_path(work, "rows", piece.number)) for piece in pieces]
        rows = [row for table in tables for row in table.to_pylist()]
        assert [table.num_rows for table in tables] == [piece.rows for piece in pieces]
    rejections = [rejection for piece in pieces for rejection in piece.rejections]
    assert len(rows) + len(rejections) == sum(piece.inputs for piece in pieces)
    order = [row["id"] for row in rows]
    assert order == sorted(order, key=str.encode), "rows stand in the order of their ids"
    return Read(
        rows={row["id"]: row for row in rows},
        rejected=[(item.path, item.reason) for item in rejections],
        details={item.path: item.detail for item in rejections},
        pieces=pieces,
        sidecars=sidecars,
        order=order,
    )


def read_files(folder: Path, files: Mapping[str, str | bytes]) -> Read:
    """Write files below `folder`, and read it."""
    return read_folder(write_files(folder, dict(files)))


def records(name: str, data: bytes, **inputs: Any) -> tuple[list[Record], list[Refused]]:
    """What the reader of a file of this name makes of bytes, without a build."""
    form = form_of(name)
    assert form is not None
    content = Content(file=io.BytesIO(data), size=len(data), sha256="", codec=form[1])
    options = ReadOptions(inputs=InputOptions(**inputs), fields=FieldOptions())
    found = list(form[0].read(content, options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Refused)]


def json_lines(values: Iterable[object]) -> bytes:
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


def csv_bytes(values: Sequence[Mapping[str, Any]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    names = list(dict.fromkeys(name for value in values for name in value))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(values)
    return text.getvalue().encode(encoding)


def parquet_bytes(values: Sequence[Mapping[str, Any]] | pa.Table, **options: Any) -> bytes:
    table = values if isinstance(values, pa.Table) else pa.Table.from_pylist(list(values))
    target = io.BytesIO()
    pq.write_table(table, target, **options)
    return target.getvalue()


def warc_bytes(
    payloads: Iterable[tuple[str, bytes]], *, kind: str = "response", packed: bool = False, **http: str
) -> bytes:
    """A web archive with one record for each (key, payload): responses with HTTP headers, or conversions without."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    target = io.BytesIO()
    writer = WARCWriter(target, gzip=packed)
    content_type = http.get("content_type", "text/plain; charset=utf-8")
    for key, payload in payloads:
        named = {"WARC-Record-ID": f"<{key}>", "WARC-Date": "2024-05-06T07:08:09Z"}
        headers = None
        if kind == "response":
            lines = [("Content-Type", content_type)]
            lines += [("Content-Encoding", http["coding"])] if "coding" in http else []
            headers = StatusAndHeaders(http.get("status", "200 OK"), lines, protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                f"https://example.org/{key}",
                kind,
                payload=io.BytesIO(payload),
                length=len(payload),
                warc_content_type=content_type if kind != "response" else "application/http; msgtype=response",
                http_headers=headers,
                warc_headers_dict=named,
            )
        )
    return target.getvalue()


def packed(data: bytes, codec: str) -> bytes:
    return gzip.compress(data, mtime=0) if codec == ".gz" else zstandard.ZstdCompressor().compress(data)
