"""Every bad input ends as a row or as one reason code, costs no other row a byte, and never shows a traceback."""

from __future__ import annotations

import os
import socket
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from corpus.schema import REASONS
from tests.conftest import Maker, Release, build_release, write_files

GOOD = {
    f"good/{name}.txt": f"{name.title()} keeps its old clock\n\n"
    f"The clock of {name} was made in {year} and still strikes the hour, said the keeper of the tower on Monday. "
    f"It was repaired {times} times, and people set their watches by it to this day.\n"
    for name, year, times in (("ashford", 1781, 4), ("millbrook", 1844, 11), ("tollen", 1902, 2))
}

PROSE = "The river rose by two metres in the night and the lower road was closed until the afternoon. "
GERMAN = "Der Bürgermeister grüßte die Gäste auf dem Marktplatz und eröffnete das Fest für alle Bürger der Stadt. "
JAPANESE = "町の図書館は来月から日曜日も開館することになりました。利用者から長く要望が寄せられていました。"
RUSSIAN = "Библиотека города открылась после ремонта, и первые читатели пришли уже утром в понедельник. "


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(20))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


CASES: dict[str, tuple[bytes, str]] = {
    # nothing in it
    "zero-bytes": (b"", "empty"),
    "blanks": (b" \t \t ", "empty"),
    "line-ends": (b"\n\r\n\n", "empty"),
    "bom-only": (b"\xef\xbb\xbf", "empty"),
    "utf16-bom-only": (b"\xff\xfe", "empty"),
    "no-break-spaces": ("\u00a0\u2003\u3000".encode(), "empty"),
    "soft-hyphens": ("\u00ad\ufeff\u00ad".encode(), "empty"),
    "punctuation": (b"... !!! --- ???", "no_text"),
    "emoji": ("\U0001f600 \U0001f680".encode(), "no_text"),
    "tags-only": (b"<html><body><div class='x'></div>\n<br/></body></html>", "no_text"),
    "images-only": (b"![](a.png)\n\n![](b.png)\n\n---\n", "no_text"),
    "entities-only": (b"&nbsp;&nbsp;&#160;", "no_text"),
    "zero-width": ("\u200b\u200b\n\u2060".encode(), "no_text"),
    "leftovers-only": (
        b"Leave a Reply\n\nYour email address will not be published. Required fields are marked *\n",
        "no_text",
    ),
    # no text
    "nul-bytes": (bytes(1000), "binary"),
    "image": (png(), "binary"),
    "deflated": (zlib.compress(PROSE.encode() * 50)[2:], "binary"),
    "elf": (b"\x7fELF\x02\x01\x01" + bytes(range(32)) * 40, "binary"),
    "control-characters": (b"\x01\x02\x03\x04 text \x05\x06\x07\x08" * 9, "binary"),
    # broken encodings
    "utf16-odd-length": (b"\xff\xfe" + PROSE.encode("utf-16-le")[:-1], "undecodable"),
    "utf16-lone-surrogate": (b"\xff\xfe" + (PROSE + "x").encode("utf-16-le") + b"\x00\xd8\x41\x00", "undecodable"),
    "utf32-beyond-unicode": (b"\xff\xfe\x00\x00" + struct.pack("<I", 0x110000) * 4, "undecodable"),
    "utf8-bom-then-bad": (b"\xef\xbb\xbf" + PROSE.encode() + b"\xff\xfe\xfd" + PROSE.encode(), "undecodable"),
    "utf8-bad-inside": (GERMAN.encode() * 9 + b"\xc3\x28 \xff" + GERMAN.encode() * 9, "row|undecodable"),
    "utf8-overlong": (PROSE.encode() * 3 + b"\xc0\xaf" + PROSE.encode(), "row|undecodable"),
    "utf8-surrogates": (PROSE.encode() * 3 + b"\xed\xa0\x80" + PROSE.encode(), "row|undecodable"),
    # other encodings
    "utf8-cut-at-the-end": ((GERMAN + "schö").encode()[:-1], "row"),
    "utf8-bom": (b"\xef\xbb\xbf" + GERMAN.encode(), "row"),
    "utf16-le-bom": (b"\xff\xfe" + RUSSIAN.encode("utf-16-le"), "row"),
    "utf16-be-bom": (b"\xfe\xff" + RUSSIAN.encode("utf-16-be"), "row"),
    "utf16-no-bom": ((PROSE * 4).encode("utf-16-le"), "row"),
    "utf32-bom": (b"\xff\xfe\x00\x00" + PROSE.encode("utf-32-le"), "row"),
    "windows-1252": ((GERMAN * 3).encode("cp1252"), "row"),
    "shift-jis": ((JAPANESE * 3).encode("shift_jis"), "row"),
    "koi8-r": ((RUSSIAN * 3).encode("koi8-r"), "row"),
    # hostile texts
    "one-nul": (PROSE.encode() + b"\0" + PROSE.encode() * 3, "row"),
    "terminal-escapes": (b"\x1b[31mRed\x1b[0m \x1b]0;title\x07 " + PROSE.encode() * 3, "row"),
    "bidi-controls": (("\u202e" + PROSE + "\u2066").encode(), "row"),
    "old-mac-line-ends": (PROSE.encode() + b"\r\r" + PROSE.encode(), "row"),
    "line-separators": ((PROSE + "\u2028" + PROSE + "\u0085" + PROSE).encode(), "row"),
    "noncharacters": ((PROSE + "\uffff\ufdd0\U0010ffff\ue000").encode(), "row"),
    "combining-marks": (("a" + "\u0301\u0323" * 50_000 + " " + PROSE).encode(), "row"),
    "blank-lines": (b"\n" * 200_000 + PROSE.encode() + b"\n" * 200_000, "row"),
    "blanks-in-a-line": (b"a" + b" " * 500_000 + PROSE.encode(), "row"),
    "brackets": (b"[" * 400_000 + PROSE.encode(), "row"),
    "angle-brackets": (b"<" * 400_000 + PROSE.encode(), "row"),
    "image-marks": (b"![" * 200_000 + PROSE.encode(), "row"),
    "many-lines": (b"x\n" * 300_000 + PROSE.encode(), "row|no_text"),
    "one-word": (b"Hello", "row|no_text"),
    "one-line-20-mb": (PROSE.encode() * (20_000_000 // len(PROSE)), "row"),
}

FILES: dict[str, str] = {
    "no-ending": "unsupported",
    "paper.pdf": "unsupported",
    "UPPER.TXT": "row",
    "new\nline.txt": "row",
    "100%.txt": "row",
    "x" * 240 + ".txt": "row",
    "/".join(["deep"] * 60) + "/a.txt": "row",
    "folder.txt/inside.txt": "row",
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, dict[str, dict[str, Any]]]:
    """One build of everything that is bad beside three good articles, and the rows of the good ones built alone."""
    everything: dict[str, str | bytes] = {**GOOD, **{f"bad/{name}.txt": data for name, (data, _) in CASES.items()}}
    everything |= {name: f"{number} boats. {PROSE}" for number, name in enumerate(FILES)}
    source = write_files(tmp_path_factory.mktemp("everything"), everything)
    _special_files(source)
    alone = write_files(tmp_path_factory.mktemp("good"), dict(GOOD))
    folder = tmp_path_factory.mktemp("builds")
    return build_release(source, folder / "everything"), build_release(alone, folder / "alone").rows


def _special_files(source: Path) -> None:
    outside = source.parent / "secret.txt"
    outside.write_text(PROSE * 2)
    (source / "leaves.txt").symlink_to(outside)
    (source / "dangling.txt").symlink_to(source / "nowhere.txt")
    (source / "loop.txt").symlink_to(source / "loop.txt")
    (source / "linked-folder").symlink_to(source / "good")
    (source / "inside.txt").symlink_to(source / "good" / "ashford.txt")
    (source / "device.txt").symlink_to("/dev/zero")
    os.mkfifo(source / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(source)
        try:
            server.bind("socket.txt")
        finally:
            os.chdir(here)
    Path(os.fsdecode(os.fsencode(source) + b"/caf\xe9.txt")).write_text(f"Nine cafés. {PROSE}")
    (source / "cafe\u0301.txt").write_text(f"Ten cafés. {PROSE}")
    (source / "caf\u00e9.txt").write_text(f"Eleven cafés. {PROSE}")
    (source / ".hidden.txt").write_text(PROSE)
    (source / "metadata.csv").write_text("file,title\n")


SPECIAL = {
    "leaves.txt": "unreadable",
    "dangling.txt": "unreadable",
    "loop.txt": "unreadable",
    "linked-folder": "unreadable",
    "device.txt": "unreadable",
    "pipe.txt": "unreadable",
    "socket.txt": "unreadable",
    "inside.txt": "row",
    "caf%E9.txt": "row",
    "caf\u00e9.txt": "row",
}

EXPECTED = {
    **{f"bad/{name}.txt": reason for name, (_, reason) in CASES.items()},
    **{name.replace("%", "%25").replace("\n", "%0A"): reason for name, reason in FILES.items()},
    **SPECIAL,
}


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path[:40])
def test_ends_as_a_row_or_one_reason(path: str, outcome: tuple[Release, object]) -> None:
    release, _ = outcome
    found = "row" if path in release.rows else release.rejected[path]["reason"]
    assert found in EXPECTED[path].split("|")


def test_two_names_that_are_equal_in_nfc_make_one_row(outcome: tuple[Release, object]) -> None:
    release, _ = outcome
    assert "Ten" in release.rows["caf\u00e9.txt"]["body"]
    assert release.rejected["caf\u00e9.txt"]["reason"] == "duplicate_id"


def test_hidden_files_and_sidecars_are_no_inputs(outcome: tuple[Release, object]) -> None:
    release, _ = outcome
    names = {*release.rows, *release.rejected}
    assert not {".hidden.txt", "metadata.csv"} & names


def test_a_link_that_leaves_the_folder_is_never_read(outcome: tuple[Release, object]) -> None:
    release, _ = outcome
    assert release.rejected["leaves.txt"]["sha256"] is None


def test_good_rows_are_the_same_without_the_bad_ones(outcome: tuple[Release, dict[str, dict[str, Any]]]) -> None:
    release, alone = outcome
    changed = ("duplicate_group", "duplicate_kind")  # inside.txt is a link to good/ashford.txt, so a copy of it
    for row_id, row in alone.items():
        found = release.rows[row_id]
        assert {k: v for k, v in found.items() if k not in changed} == {
            k: v for k, v in row.items() if k not in changed
        }


def test_every_reason_is_in_the_closed_list(outcome: tuple[Release, object]) -> None:
    release, _ = outcome
    assert {entry["reason"] for entry in release.rejected.values()} <= set(REASONS)


def test_no_rejected_text_is_released(outcome: tuple[Release, object]) -> None:
    release, _ = outcome
    ledger = (release.path / "rejected.jsonl").read_text("utf-8")
    assert "river" not in ledger
    assert str(release.path.parent) not in ledger


def test_too_large_files_are_hashed_and_not_read(make_release: Maker, tmp_path: Path) -> None:
    source = write_files(tmp_path / "raw", {**GOOD, "large.txt": PROSE * 100})
    (source / "corpus.toml").write_text("[inputs]\nmax_bytes = 4000\n")
    release = make_release(source)
    assert release.rejected["large.txt"]["reason"] == "too_large"
    assert len(release.rejected["large.txt"]["sha256"]) == 64
