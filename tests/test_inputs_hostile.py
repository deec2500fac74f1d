"""Bad containers and bad records: each ends with one reason, and costs no other record a byte."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.io.decode import RefusedError
from corpus.io.readers.json_values import json_values
from corpus.schema import REASONS
from tests.inputs import csv_bytes, json_lines, packed, parquet_bytes, read_files, records, warc_bytes

PROSE = "The river rose by two metres in the night, and the lower road was closed until the afternoon of Monday."
GOOD = [{"id": f"g{number}", "text": f"{number} boats. {PROSE}"} for number in range(3)]
FIRST, SECOND, THIRD = (json.dumps(value).encode() for value in GOOD)
ALL = ["g0", "g1", "g2"]


def between(bad: bytes) -> bytes:
    """A bad line between good ones."""
    return b"\n".join((FIRST, bad, SECOND, THIRD)) + b"\n"


BAD_LINES: dict[str, tuple[bytes, str]] = {
    "cut": (b'{"id": "x", "text": "no end', "malformed"),
    "no-json": (b"hello", "malformed"),
    "list": (b"[1, 2]", "malformed"),
    "text": (b'"text"', "malformed"),
    "number": (b"12", "malformed"),
    "two-values": (b'{"text": "a"} {"text": "b"}', "malformed"),
    "single-quotes": (b"{'text': 'a'}", "malformed"),
    "control-character": (b'{"text": "a\x00b"}', "malformed"),
    "nested-100": (b'{"text": ' + b"[" * 100 + b"]" * 100 + b"}", "malformed"),
    "nested-100000": (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "malformed"),
    "nested-objects": (b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, "malformed"),
    "not-utf8": (b'{"id": "x", "text": "caf\xe9"}', "undecodable"),
    "utf8-surrogate": (b'{"id": "x", "text": "\xed\xa0\x80"}', "undecodable"),
    "no-text": (b'{"id": "x", "title": "Only a title"}', "no_text"),
    "text-is-a-number": (b'{"id": "x", "text": 5}', "no_text"),
    "text-is-null": (b'{"id": "x", "text": null}', "no_text"),
    "empty-object": (b"{}", "no_text"),
    "empty-text": (b'{"id": "x", "text": " \\n\\t "}', "empty"),
    "marks": (b'{"id": "x", "text": "!!! ---"}', "no_text"),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_costs_itself_alone(name: str, tmp_path: Path) -> None:
    bad, reason = BAD_LINES[name]
    read = read_files(tmp_path, {"a.jsonl": between(bad)})
    assert [row_id.partition("#")[2] for row_id in read.rows] == ALL
    alone = read_files(tmp_path / "alone", {"a.jsonl": between(b"")}).rows
    for row_id, row in read.rows.items():
        assert {**row, "source_sha256": ""} == {**alone[row_id], "source_sha256": ""}
    [(path, found)] = read.rejected
    assert found == reason
    assert path.startswith("a.jsonl#")
    assert found in REASONS
    text = read.details[path]
    assert "hello" not in text
    assert "caf" not in text


@pytest.mark.parametrize("name", ["no-json", "not-utf8", "cut"])
def test_a_bad_line_is_named_by_its_bytes_and_not_by_its_place(name: str) -> None:
    bad, _ = BAD_LINES[name]
    _, [early] = records("a.jsonl", bad + b"\n" + FIRST)
    _, [late] = records("a.jsonl", FIRST + b"\n" + SECOND + b"\n" + bad)
    assert early == late
    assert len(early.key) == 16


GOOD_LINES: dict[str, tuple[bytes, dict[str, Any]]] = {
    "big-integer": (b'{"text": "a", "n": ' + b"9" * 10_000 + b"}", {"n": "9" * 10_000}),
    "integer-of-40-digits": (b'{"text": "a", "n": ' + b"9" * 40 + b"}", {"n": int("9" * 40)}),
    "huge-float": (b'{"text": "a", "n": 1e999}', {"n": "1e999"}),
    "nan": (b'{"text": "a", "n": NaN, "m": -Infinity, "o": 1}', {"o": 1}),
    "same-name-twice": (b'{"text": "a", "n": 1, "n": 2}', {"n": 2}),
    "lone-surrogate": (b'{"text": "a", "n\\ud800": "\\udfff"}', {"n\ufffd": "\ufffd"}),
    "pair-of-surrogates": (b'{"text": "a", "n": "\\ud83d\\ude00"}', {"n": "\U0001f600"}),
    "escaped-nul": (b'{"text": "a", "n": "\\u0000"}', {"n": "\0"}),
    "carriage-return": (b'{"text": "a", "n": 1}\r', {"n": 1}),
    "blanks": (b'  \t{"text": "a", "n": 1}  ', {"n": 1}),
}


@pytest.mark.parametrize("name", GOOD_LINES)
def test_an_odd_line_is_read(name: str) -> None:
    line, expected = GOOD_LINES[name]
    [record], refused = records("a.jsonl", line)
    assert not refused
    assert record.fields.other == expected
    json.dumps(record.fields.other, ensure_ascii=False).encode()


def test_a_lone_surrogate_in_the_text_becomes_a_replacement_character(tmp_path: Path) -> None:
    read = read_files(
        tmp_path, {"a.jsonl": b'{"id": "\\ud800", "text": "Half a face \\ud83d in the text of a story."}'}
    )
    [row] = read.rows.values()
    assert "Half a face \ufffd in" in row["body"]


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("utf-8-sig", b"\xef\xbb\xbf" + between(b"")),
        ("utf-16", b"\xff\xfe" + between(b"").decode().encode("utf-16-le")),
        ("utf-16", b"\xfe\xff" + between(b"").decode().encode("utf-16-be")),
        ("utf-32", between(b"").decode().encode("utf-32")),
        ("utf-16-le", between(b"").decode().encode("utf-16-le")),
    ],
)
def test_json_in_other_encodings(encoding: str, data: bytes) -> None:
    found, refused = records("a.jsonl", data)
    assert [record.key for record in found] == ALL
    assert not refused
    assert {record.encoding for record in found} == {encoding}


def test_a_wide_text_that_breaks_keeps_what_came_before(tmp_path: Path) -> None:
    data = b"\xff\xfe" + (between(b"") * 3000).decode().encode("utf-16-le")[:-3] + b"\x00\xd8\x41\x00"
    read = read_files(tmp_path, {"a.jsonl": data})
    assert set(read.rows) == {f"a.jsonl#{key}" for key in ALL}
    assert ("a.jsonl", "undecodable") in read.rejected


def test_too_long_lines_are_passed_over_in_little_memory() -> None:
    line = b'{"text": "' + b"x" * 30_000_000 + b'"}'
    data = between(line)
    tracemalloc.start()
    found, [refused] = records("a.jsonl", data, max_bytes=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [record.key for record in found] == ALL
    assert (refused.reason, len(refused.key)) == ("too_large", 16)
    assert peak < 5_000_000


FILES: dict[str, tuple[str, bytes, str]] = {
    "no-bytes": ("a.jsonl", b"", "empty"),
    "blank-lines": ("a.jsonl", b"\n\n \n", "empty"),
    "empty-list": ("a.json", b" [ ] ", "empty"),
    "empty-gzip": ("a.jsonl.gz", b"", "empty"),
    "gzip-of-nothing": ("a.jsonl.gz", gzip.compress(b""), "empty"),
    "header-only": ("a.csv", b"id,text\n", "empty"),
    "no-columns": ("a.csv", b"", "empty"),
    "same-column-twice": ("a.csv", b"id,id\n1,2\n", "malformed"),
    "column-without-a-name": ("a.csv", b"id,,text\n1,2,3\n", "malformed"),
    "binary-lines": ("a.jsonl", bytes(range(256)) * 50, "binary"),
    "binary-table": ("a.csv", bytes(1000), "binary"),
    "gzip-of-gzip": ("a.jsonl.gz", gzip.compress(gzip.compress(between(b"") * 9)), "binary"),
    "warc-packed-twice": ("a.warc.gz", gzip.compress(gzip.compress(b"WARC/1.0\r\n")), "damaged"),
    "no-gzip": ("a.jsonl.gz", between(b""), "damaged"),
    "no-zstd": ("a.jsonl.zst", between(b""), "damaged"),
    "no-warc": ("a.warc", b"hello world\n" * 9, "damaged"),
    "no-parquet": ("a.parquet", b"hello", "damaged"),
    "parquet-cut": ("a.parquet", parquet_bytes(GOOD)[:-20], "damaged"),
    "parquet-footer": ("a.parquet", parquet_bytes(GOOD)[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1", "damaged"),
    "parquet-without-rows": ("a.parquet", parquet_bytes(pa.table({"text": pa.array([], pa.string())})), "empty"),
    "packed-parquet": ("a.parquet.gz", gzip.compress(parquet_bytes(GOOD)), "unsupported"),
    "unknown-packing": ("a.jsonl.bz2", b"x", "unsupported"),
    "packed-anything": ("a.gz", gzip.compress(b"x"), "unsupported"),
    "packed-blank-text": ("a.txt.gz", gzip.compress(b" \n"), "empty"),
    "packed-binary": ("a.txt.zst", packed(bytes(500), ".zst"), "binary"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_container_that_cannot_be_read_is_one_rejected_input(name: str, tmp_path: Path) -> None:
    path, data, reason = FILES[name]
    read = read_files(tmp_path, {path: data, "good.txt": PROSE})
    assert list(read.rows) == ["good.txt"]
    assert read.rejected == [(path, reason)]


@pytest.mark.parametrize("codec", [".gz", ".zst"])
def test_records_before_the_damage_count(codec: str, tmp_path: Path) -> None:
    import random

    chance = random.Random(1)
    values = [{"id": f"n{n:04d}", "text": f"{PROSE} {chance.randbytes(300).hex()}"} for n in range(900)]
    data = packed(json_lines(values), codec)
    read = read_files(tmp_path, {f"a.jsonl{codec}": data[: len(data) * 2 // 3]})
    assert ("a.jsonl" + codec, "damaged") in read.rejected
    assert 450 < len(read.rows) < 700
    assert len(read.rejected) == 1, "the line that was cut is no record"


def test_damage_near_the_start_keeps_the_records_before_it(tmp_path: Path) -> None:
    members = gzip.compress(between(b"")) + b"garbage"
    read = read_files(tmp_path, {"a.jsonl.gz": members})
    assert [row_id.partition("#")[2] for row_id in read.rows] == ALL
    assert read.rejected == [("a.jsonl.gz", "damaged")]


def test_several_members_and_zeros_behind_them_are_one_stream() -> None:
    for data in (
        gzip.compress(FIRST + b"\n") + gzip.compress(SECOND + b"\n" + THIRD),
        gzip.compress(between(b"")) + bytes(5000),
    ):
        assert [record.key for record in records("a.jsonl.gz", data)[0]] == ALL
    frames = packed(FIRST + b"\n", ".zst") + packed(SECOND + b"\n" + THIRD, ".zst")
    assert [record.key for record in records("a.jsonl.zst", frames)[0]] == ALL


@pytest.mark.parametrize("codec", [".gz", ".zst"])
def test_a_bomb_ends_at_the_bound(codec: str, tmp_path: Path) -> None:
    (tmp_path / "corpus.toml").write_text("[inputs]\nmax_container_bytes = 2_000_000\nmax_bytes = 100_000\n")
    data = packed(between(b"") + b"x" * 300_000_000, codec)
    assert len(data) < 400_000
    tracemalloc.start()
    read = read_files(tmp_path, {f"a.jsonl{codec}": data})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert set(read.rows) == {f"a.jsonl{codec}#{key}" for key in ALL}
    assert read.rejected == [(f"a.jsonl{codec}", "too_large")]
    assert peak < 30_000_000


def test_a_packed_article_has_the_bound_of_an_article(tmp_path: Path) -> None:
    (tmp_path / "corpus.toml").write_text("[inputs]\nmax_bytes = 100_000\n")
    read = read_files(tmp_path, {"a.txt.gz": gzip.compress(b"x" * 50_000_000)})
    assert read.rejected == [("a.txt.gz", "too_large")]


DOCUMENTS = {
    "list": b"[" + b",".join((FIRST, SECOND, THIRD)) + b"]",
    "spaced": b"\n [ \n" + b" \n, ".join((FIRST, SECOND, THIRD)) + b" \n ] \n",
    "without-commas": b"[" + b" ".join((FIRST, SECOND, THIRD)) + b"]",
    "one-after-the-other": b"{\n" + b"\n{\n".join(line[1:] for line in (FIRST, SECOND, THIRD)),
    "marks-in-texts": b'[{"id": "g0", "text": "a ] } \\" \\\\", "b": "{["},' + SECOND + b"," + THIRD + b"]",
    "two-lists": b"[" + FIRST + b"]\n[" + SECOND + b"," + THIRD + b"]",
    "lines": between(b""),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_json_documents_are_cut_into_their_objects(name: str) -> None:
    found, refused = records("a.json", DOCUMENTS[name])
    assert [record.key for record in found] == ALL
    assert not refused


def test_bad_items_of_a_list_cost_themselves_alone() -> None:
    data = b"[" + b",".join((FIRST, b"12", b'"text"', b"[[1], 2]", b"{bad}", SECOND, b"null", THIRD)) + b"]"
    found, refused = records("a.json", data)
    assert [record.key for record in found] == ALL
    assert [item.reason for item in refused] == ["malformed"] * 5


@pytest.mark.parametrize("data", [b"[" + FIRST + b",", b"[" + FIRST + b', {"a": ', b"[" + FIRST + b', {"a": "x]'])
def test_a_list_that_does_not_end_keeps_what_came_before(data: bytes, tmp_path: Path) -> None:
    read = read_files(tmp_path, {"a.json": data})
    assert list(read.rows) == ["a.json#g0"]
    assert read.rejected == [("a.json", "damaged")]


@given(
    st.lists(
        st.recursive(st.none() | st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s))
    ),
    st.integers(1, 9),
    st.booleans(),
)
def test_any_list_is_cut_into_its_items_wherever_blocks_end(values: list[Any], size: int, spaced: bool) -> None:
    boxes = [value for value in values if isinstance(value, dict | list)]
    data = json.dumps(boxes, indent=1 if spaced else None, ensure_ascii=False).encode("utf-8", "surrogatepass")
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    found = [
        json.loads((line.data or b"").decode("utf-8", "surrogatepass")) for line in json_values(iter(blocks), 10**6)
    ]
    assert found == boxes


TABLES: dict[str, tuple[bytes, list[str], list[str]]] = {
    "too-many-cells": (b"id,text\ng0,a b\nx,1,2\ng1,c d\n", ["g0", "g1"], ["malformed"]),
    "too-few-cells": (b"id,text\ng0,a b\nx\ng1,c d\n", ["g0", "g1"], ["malformed"]),
    "quoted": (b'id,text\ng0,"a, ""b""\nc"\ng1,d\n', ["g0", "g1"], []),
    "open-quote-at-the-end": (b'id,text\ng0,a\nx,"b\ng1,c\n', ["g0", "g1"], ["malformed"]),
    "open-quote-closed-by-the-next": (b'id,text\ng0,a\nx,"b\ng1,"c d"\ng2,e\n', ["g0", "g1", "g2"], ["malformed"]),
    "text-after-a-quote": (b'id,text\ng0,a\nx,"b" c\ng1,d\n', ["g0", "g1"], ["malformed"]),
    "quotes-inside": (b'id,text\ng0,a 5" disk\n', ["g0"], []),
    "not-utf8": ("id,text\ng0,Größe\n".encode() + b"x,\xff\xfe\ng1,c\n", ["g0", "g1"], ["undecodable"]),
    "nul": (b"id,text\ng0,a\0b\ng1,c\n", ["g0", "g1"], []),
    "blank-lines": (b"\n\nid,text\n\ng0,a\n\r\n\ng1,b\n", ["g0", "g1"], []),
    "carriage-returns": (b'id,text\r\ng0,"a\r\nb"\r\ng1,c\r\n', ["g0", "g1"], []),
    "bom": (b"\xef\xbb\xbfid,text\ng0,a\n", ["g0"], []),
    "quoted-header": (b'"id","text, long",text\ng0,x,a\n', ["g0"], []),
    "pipes": (b"id|text|x,y\ng0|a, b|c\n", ["g0"], []),
    "spaces-in-the-header": (b" id , text \ng0,a\n", ["g0"], []),
}


@pytest.mark.parametrize("name", TABLES)
def test_rows_of_a_table(name: str) -> None:
    data, keys, reasons = TABLES[name]
    found, refused = records("a.csv", data)
    assert [record.key for record in found] == keys
    assert [item.reason for item in refused] == reasons


def test_a_huge_cell_costs_its_row_alone() -> None:
    data = b"id,text\ng0,a\nx," + b"y" * 5000 + b'\nz,"' + b"q\n" * 3000 + b'"\ng1,c\n'
    found, refused = records("a.csv", data, max_bytes=1000)
    assert [record.key for record in found][:1] == ["g0"]
    assert [item.reason for item in refused][:2] == ["too_large", "too_large"]


def test_open_quotes_everywhere_take_linear_time() -> None:
    import time

    times = []
    for count in (20_000, 80_000):
        data = b"id,text\n" + b'a,"""b\n' * count
        start = time.perf_counter()
        records("a.csv", data)
        times.append(time.perf_counter() - start)
    assert times[1] < 16 * times[0] + 1


def test_parquet_of_odd_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2, 3]),
            "text": pa.array([PROSE, f"Two. {PROSE}", f"Three. {PROSE}"]).dictionary_encode(),
            "published": pa.array([0, 1_500, 2**60], pa.timestamp("ms", tz="Europe/Berlin")),
            "day": pa.array([0, 1, 2], pa.date32()),
            "raw": pa.array([b"abc", b"\xff\x00", None]),
            "ratio": pa.array([0.5, float("nan"), float("inf")]),
            "pairs": pa.array([[("k", 1)], [], None], pa.map_(pa.string(), pa.int64())),
            "inner": pa.array([{"a": [1, None]}, {"a": []}, None]),
            "money": pa.array(["1.10", "2.20", "3.30"]).cast(pa.decimal128(5, 2)),
            "span": pa.array([1, 2, 3], pa.duration("s")),
        }
    )
    read = read_files(tmp_path, {"a.parquet": parquet_bytes(table)})
    assert set(read.rows) == {"a.parquet#1", "a.parquet#2"}
    assert [reason for _, reason in read.rejected] == ["malformed"], "a time beyond all calendars"
    one, two = (json.loads(read.rows[f"a.parquet#{n}"]["metadata"]) for n in (1, 2))
    assert one == {
        "day": "1970-01-01",
        "inner": {"a": [1, None]},
        "money": "1.10",
        "pairs": [["k", 1]],
        "ratio": 0.5,
        "raw": "abc",
        "span": 1.0,
    }
    assert two["raw"] == "/wA="
    assert "ratio" not in two
    assert read.rows["a.parquet#2"]["published"] == "1970-01-01T00:00:01.5Z"


def test_few_bytes_of_parquet_do_not_become_many(tmp_path: Path) -> None:
    text = PROSE * 20_000
    table = pa.table({"id": pa.array(range(2000)), "text": pa.DictionaryArray.from_arrays([0] * 2000, [text])})
    data = parquet_bytes(table)
    assert len(data) < len(text)
    (tmp_path / "corpus.toml").write_text("[inputs]\nmax_container_bytes = 20_000_000\n")
    read = read_files(tmp_path, {"a.parquet": data})
    assert len(read.rows) == 9
    assert read.rejected == [("a.parquet", "too_large")]


def test_an_encrypted_parquet_is_named_so(tmp_path: Path) -> None:
    data = parquet_bytes(GOOD)
    read = read_files(tmp_path, {"a.parquet": data[:-4] + b"PARE"})
    assert read.rejected == [("a.parquet", "damaged")]


def test_two_columns_of_one_name_are_malformed(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array([PROSE]), pa.array([PROSE])], names=["text", "text"])
    target = io.BytesIO()
    pq.write_table(table, target)
    assert read_files(tmp_path, {"a.parquet": target.getvalue()}).rejected == [("a.parquet", "malformed")]


TEXT = ("urn:uuid:1", PROSE.encode())


def test_what_is_no_article_of_an_archive_is_unsupported(tmp_path: Path) -> None:
    files = {
        "status.warc": warc_bytes([TEXT], status="404 Not Found"),
        "kind.warc": warc_bytes([TEXT], content_type="image/png"),
        "coding.warc": warc_bytes([TEXT], coding="br"),
        "empty.warc": warc_bytes([("urn:uuid:1", b"")]),
        "gzip.warc": warc_bytes([("urn:uuid:1", gzip.compress(PROSE.encode()))], coding="gzip"),
        "binary.warc": warc_bytes([("urn:uuid:1", bytes(900))]),
        "request.warc": warc_bytes([TEXT], kind="metadata"),
    }
    read = read_files(tmp_path, files)
    assert list(read.rows) == ["gzip.warc#urn:uuid:1"]
    assert read.reasons == {
        "status.warc#urn:uuid:1": "unsupported",
        "kind.warc#urn:uuid:1": "unsupported",
        "coding.warc#urn:uuid:1": "unsupported",
        "empty.warc#urn:uuid:1": "empty",
        "binary.warc#urn:uuid:1": "binary",
        "request.warc": "empty",
    }


@pytest.mark.parametrize("is_packed", [False, True])
def test_an_archive_that_is_cut_keeps_what_came_before(is_packed: bool, tmp_path: Path) -> None:
    name = "a.warc.gz" if is_packed else "a.warc"
    whole = [warc_bytes([(f"urn:uuid:{n}", f"{n}. {PROSE}".encode())], packed=is_packed) for n in range(3)]
    data = b"".join(whole)[: -len(whole[2]) // 2]
    read = read_files(tmp_path, {name: data})
    assert {"urn:uuid:0", "urn:uuid:1"} <= {row_id.partition("#")[2] for row_id in read.rows}
    assert (name, "damaged") in read.rejected
    assert "urn:uuid:2" not in {row_id.partition("#")[2] for row_id in read.rows}


def test_a_record_of_the_wrong_length_ends_the_archive_there(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    good = warc_bytes([TEXT])
    bad = warc_bytes([("urn:uuid:2", f"Two. {PROSE}".encode())]).replace(b"Content-Length: ", b"Content-Length: 1", 1)
    read = read_files(tmp_path, {"a.warc": good + bad + good})
    assert list(read.rows) == ["a.warc#urn:uuid:1"]
    assert ("a.warc", "damaged") in read.rejected
    assert "river" not in "".join(capfd.readouterr())


def test_a_large_record_of_an_archive_is_passed_over() -> None:
    data = warc_bytes([("urn:uuid:1", b"x" * 50_000), ("urn:uuid:2", b"Good words in a small record.")])
    found, [refused] = records("a.warc", data, max_bytes=1000)
    assert [record.key for record in found] == ["urn:uuid:2"]
    assert (refused.key, refused.reason) == ("urn:uuid:1", "too_large")


def test_memory_does_not_grow_with_a_container() -> None:
    peaks = []
    for count in (2_000, 20_000):
        data = gzip.compress(json_lines({"id": n, "text": PROSE * 5} for n in range(count)), 1)
        tracemalloc.start()
        form_count = _drained("a.jsonl.gz", data)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert form_count == count
    assert peaks[1] < 1.5 * peaks[0] + 1_000_000


def _drained(name: str, data: bytes) -> int:
    from corpus.io.content import Content
    from corpus.io.fields import FieldOptions
    from corpus.io.options import InputOptions
    from corpus.io.readers import form_of
    from corpus.io.records import ReadOptions

    form = form_of(name)
    assert form is not None
    content = Content(file=io.BytesIO(data), size=len(data), sha256="", codec=form[1])
    return sum(1 for _ in form[0].read(content, ReadOptions(inputs=InputOptions(), fields=FieldOptions())))


def test_the_bound_of_a_table_is_over_the_whole_row(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        records("a.csv", csv_bytes([{"": "x", "text": "y"}]))
