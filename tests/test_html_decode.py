"""The encoding of a page: marks, the server, the page itself, then detection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.io.decode import UndecodableError
from corpus.io.decode_html import decode_html

META = '<html><head><meta charset="{}"></head><body>'
OLD_META = '<html><meta http-equiv="Content-Type" content="text/html; charset={}">'


@pytest.mark.parametrize(
    ("text", "stored", "declared", "encoding"),
    [
        ("\ufeff<p>Käse", "utf-8", None, "utf-8-sig"),
        ("\ufeff<p>Käse", "utf-16-le", "utf-8", "utf-16"),
        ("<p>Käse", "utf-8", "iso-8859-1", "utf-8"),
        ("<p>Käse “x” €", "cp1252", "ISO-8859-1", "cp1252"),
        (META.format("windows-1251") + "Мама мыла раму", "cp1251", None, "cp1251"),
        (META.format("windows-1251") + "Мама мыла раму", "koi8-r", "koi8-r", "koi8-r"),
        (OLD_META.format("gb2312") + "中文网页内容镕", "gb18030", None, "gb18030"),
        (META.format("Shift_JIS") + "最後の渡し船①", "cp932", None, "cp932"),
        (META.format("x-sjis") + "最後の渡し船", "cp932", None, "cp932"),
        ("<?xml version='1.0' encoding='iso-8859-2'?><html>Łódź", "iso-8859-2", None, "iso8859-2"),
        (META.format("utf-16") + "Käse", "utf-8", None, "utf-8"),
        (META.format("nonsense") + "Käse und Brot, größer", "utf-8", "base64", "utf-8"),
        ("<!-- <meta charset=koi8-r> -->" + META.format("windows-1251") + "Мама", "cp1251", None, "cp1251"),
        ("<p>plain", "ascii", None, "utf-8"),
    ],
)
def test_encodings(text: str, stored: str, declared: str | None, encoding: str) -> None:
    assert decode_html(text.encode(stored), declared) == (text.removeprefix("\ufeff"), encoding)


def test_a_stray_byte_does_not_spoil_a_page() -> None:
    data = (META.format("utf-8") + "Käse " * 500).encode() + b"\xff"
    markup, encoding = decode_html(data, None)
    assert encoding == "utf-8"
    assert markup.count("Käse") == 500
    assert markup.endswith("\ufffd")


def test_a_wrong_declaration_is_not_believed() -> None:
    text = META.format("utf-8") + "Die größte Brücke über den Fluss ist schön. " * 20
    markup, encoding = decode_html(text.encode("cp1252"), "utf-8")
    assert markup == text
    assert encoding in ("cp1252", "windows-1252", "iso-8859-1", "iso8859-1")


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, bytes(64)])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(UndecodableError):
        decode_html(data, "utf-8")


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "latin1", "gbk", "", "é", "hex", "utf-7", "idna"]))
def test_any_bytes_decode_or_are_refused(data: bytes, declared: str | None) -> None:
    try:
        markup, encoding = decode_html(data, declared)
    except UndecodableError:
        return
    markup.encode("utf-8")
    assert encoding
