"""Inputs behind an address: the same rows as from a folder, never of two states, and errors in one sentence.

The S3 tests run against `moto`, see `tests/s3/server.py`.
"""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from corpus.config import load_config
from corpus.errors import CorpusError, OutsideError, UsageError
from corpus.io.addresses import Address, StoredObject, fetch, list_objects, parse_source
from corpus.io.fields import FieldOptions
from corpus.io.opening import opened
from corpus.io.options import InputOptions
from corpus.io.readers import form_of
from corpus.io.records import ReadOptions
from corpus.model import SourceFile
from corpus.survey import describe_input
from tests.conftest import ROOT, build_release, write_files
from tests.inputs import csv_bytes, json_lines, packed, parquet_bytes, read_folder
from tests.s3.server import SECRET
from tests.servers import free_port

PROSE = (
    "The mayor opened a new bridge over the river on Monday, and all the people of the town looked on from the hill."
)
RECORDS = [{"id": f"n{number}", "text": f"{number} bridges. {PROSE}"} for number in range(4)]
TREE: dict[str, str | bytes] = {
    "one.txt": PROSE,
    "deep/er/two words.txt": f"Two. {PROSE}",
    "deep/100%.txt": f"Percent. {PROSE}",
    "deep/caf\u00e9 #1.md": f"---\ntitle: Caf\u00e9\n---\nThree. {PROSE}",
    "all.jsonl.gz": packed(json_lines(RECORDS), ".gz"),
    "all.parquet": parquet_bytes(RECORDS),
    "bad.jsonl": b"{no\n",
    "paper.pdf": b"%PDF",
    "empty.txt": b"",
    "metadata.csv": "file,site\none.txt,Gazette\n",
    "corpus.toml": "",
    ".hidden/no.txt": PROSE,
    "deep/.no.txt": PROSE,
    "old/manifest.json": "{}",
    "old/checks.json": "{}",
    "old/rejected.jsonl": "{}",
    "old/no.txt": PROSE,
}


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def unpacked(tmp_path: Path) -> Path:
    return write_files(tmp_path / "raw", TREE)


def test_a_tree_in_a_bucket_makes_the_same_release(s3: Any, tmp_path: Path) -> None:
    bucket = s3("same-tree", {f"pre fix/{name}": data for name, data in TREE.items()})
    local = build_release(unpacked(tmp_path), tmp_path / "local")
    command = [
        sys.executable,
        "-m",
        "corpus",
        "build",
        f"s3://{bucket}/pre fix",
        "-o",
        str(tmp_path / "remote"),
        "-j",
        "2",
    ]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    assert content(tmp_path / "remote") == content(local.path)
    assert set(local.rows) == {
        "one.txt",
        "deep/er/two words.txt",
        "deep/100%25.txt",
        "deep/caf\u00e9 %231.md",
        *(f"all.{form}#n{n}" for form in ("jsonl.gz", "parquet") for n in range(4)),
    }
    assert local.rows["one.txt"]["site"] == "Gazette"


def test_settings_may_name_an_address(s3: Any, tmp_path: Path) -> None:
    bucket = s3("in-settings", {"a/one.txt": PROSE})
    write_files(tmp_path, {"corpus.toml": f'name = "mine"\ninput = "s3://{bucket}/a/"\n'})
    config = load_config(tmp_path)
    assert config.source == Address(f"s3://{bucket}/a/")
    assert set(read_folder(tmp_path).rows) == {"one.txt"}
    survey = describe_input(Address(f"s3://{bucket}"))
    assert (survey.files, survey.sampled) == (1, 0)


def test_an_object_that_changed_or_went_is_never_read(s3: Any) -> None:
    bucket = s3("changing", {"a.txt": PROSE, "b.txt": PROSE})
    address = Address(f"s3://{bucket}")
    listed = {entry.path: entry for entry in list_objects(address)}
    assert set(listed) == {"a.txt", "b.txt"}
    time.sleep(1.1)  # a state is told by size and time of change, to the second
    s3(bucket, {"a.txt": PROSE[::-1]})
    with pytest.raises(OutsideError, match="changed while it was read"):
        fetch(address, listed["a.txt"], list)
    assert b"".join(fetch(address, listed["b.txt"], list)) == PROSE.encode()
    with pytest.raises(OutsideError, match="changed while it was read"):
        fetch(address, StoredObject(path="gone.txt", size=1, version=""), list)


def complaint(address: str, tmp_path: Path, **environment: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "corpus", "build", address, "-o", str(tmp_path / "build")]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}
    )
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr
    assert not (tmp_path / "build").exists()
    return done.returncode, done.stderr


def test_what_is_wrong_with_a_bucket_is_one_sentence(s3: Any, tmp_path: Path) -> None:
    bucket = s3("present", {"a.txt": PROSE})
    assert complaint("s3://absent-bucket/a", tmp_path)[0] == 2
    code, text = complaint(f"s3://{bucket}/nothing", tmp_path)
    assert (code, text.splitlines()[0]) == (2, "error: there is nothing at this address")
    port = free_port()
    code, text = complaint(f"s3://{bucket}", tmp_path, AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}")
    assert code == 3
    assert text.splitlines()[0] == "error: the store does not answer"


def test_a_zip_behind_an_address_makes_the_same_rows(tmp_path: Path) -> None:
    source = unpacked(tmp_path)
    with zipfile.ZipFile(tmp_path / "tree.zip", "w") as archive:
        for path in sorted(source.rglob("*")):
            archive.write(path, path.relative_to(source.parent).as_posix())
    remote = read_folder(parse_source_address(f"zip://raw::{tmp_path}/tree.zip"))
    local = read_folder(source)
    assert remote.rows == local.rows
    assert sorted(remote.rejected) == sorted(local.rejected)
    assert remote.sidecars.digest == local.sidecars.digest


def parse_source_address(text: str) -> Address:
    found = parse_source(text)
    assert isinstance(found, Address)
    return found


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.zst", "a.jsonl.gz", "a.parquet", "a.json", "a.csv"])
def test_files_too_large_for_memory_are_read_where_they_lie(name: str, tmp_path: Path) -> None:
    import random

    chance = random.Random(5)
    values = [{"id": f"n{n}", "text": chance.randbytes(5_000_000).hex()} for n in range(2)]
    files = {
        "a.jsonl": json_lines(values),
        "a.jsonl.zst": packed(json_lines(values), ".zst"),
        "a.jsonl.gz": packed(json_lines(values), ".gz"),
        "a.parquet": parquet_bytes(values),
        "a.json": json.dumps(values, indent=1).encode(),
        "a.csv": csv_bytes(values),
    }
    (tmp_path / name).write_bytes(files[name])
    size = len(files[name])
    assert size > 9_000_000
    form = form_of(name)
    assert form is not None
    with opened(tmp_path, SourceFile(id=name, path=name, size=size), tmp_path, codec=form[1]) as content:
        found = list(form[0].read(content, ReadOptions(inputs=InputOptions(), fields=FieldOptions())))
    assert [record.key for record in found] == ["n0", "n1"]


def test_a_file_that_changes_while_it_is_read_ends_the_build(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    path.write_bytes(json_lines(RECORDS) * 100_000)
    file = SourceFile(id=path.name, path=path.name, size=path.stat().st_size)
    with opened(tmp_path, file, tmp_path) as content:
        assert content.size == file.size
    with pytest.raises(OutsideError, match="changed while it was read"), opened(tmp_path, file, tmp_path):
        path.write_bytes(b"{}")


def test_memory_is_an_address_too() -> None:
    import fsspec

    system = fsspec.filesystem("memory")
    for name, data in TREE.items():
        system.pipe_file(f"/tree/{name}", data.encode() if isinstance(data, str) else data)
    try:
        read = read_folder(Address("memory://tree"))
        assert len(read.rows) == 12
        listed = {entry.path: entry for entry in list_objects(Address("memory://tree"))}
        system.pipe_file("/tree/one.txt", b"x" * len(PROSE))
        with pytest.raises(OutsideError, match="changed while it was read"):
            fetch(Address("memory://tree"), listed["one.txt"], list)
    finally:
        system.rm("/tree", recursive=True)


@contextmanager
def answering(status: int) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "code", "what"),
    [(403, 3, "denies access"), (404, 2, "nothing at this address"), (500, 3, "does not answer")],
)
def test_a_server_that_refuses_is_one_sentence(status: int, code: int, what: str, tmp_path: Path) -> None:
    with answering(status) as url:
        keys = {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_EC2_METADATA_DISABLED": "true"}
        found, text = complaint("s3://bucket/tree", tmp_path, AWS_ENDPOINT_URL=url, **keys)
    assert found == code, text
    assert what in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://anonymous@bucket/a", "s3://bucket/a"),
        ("https://host/a?sig=secret", "https://host/a"),
        ("zip://a::s3://bucket/b.zip", "zip://a::s3://bucket/b.zip"),
    ],
)
def test_an_address_is_shown_without_secrets(text: str, shown: str) -> None:
    assert str(parse_source(text)) == shown


def test_what_names_no_store_is_a_path_or_an_error() -> None:
    assert parse_source("raw/") == Path("raw")
    assert parse_source("file:///raw") == Path("/raw")
    with pytest.raises(UsageError, match="password in the address") as caught:
        parse_source("ftp://me:secret@host/a")
    assert "secret" not in str(caught.value)
    with pytest.raises(UsageError, match="no such kind of address") as wrong:
        list_objects(Address("s33://bucket/a"))
    assert "did you mean 's3'?" in wrong.value.remedy


def test_a_kind_of_address_whose_package_is_missing_says_so() -> None:
    with pytest.raises(CorpusError) as caught:
        list_objects(Address("smb://host/share"))
    assert caught.value.exit_code in (2, 3)
    assert caught.value.what == "this kind of address needs a package"
