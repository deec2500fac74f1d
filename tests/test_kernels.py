"""Kernels are compiled once, and what they tell equals a plain reading."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.engines.local import LocalEngine
from corpus.io.content import CODECS
from corpus.io.readers import ending_of
from corpus.pipeline import compile_kernels
from corpus.stages import kernels
from corpus.transforms.normalize import CHANGED, normalize
from corpus.transforms.plain import tidied
from corpus.transforms.unicode import nfc

CHARACTERS = "aZé9 \t\n\r\u00a0\u0301\u0344\u00ad\u2019\u2028\u2014\u212b\u1100\u1161가日\ufeff\x07\U0001f600\U0002f800"


class Told:
    """What a build says of the stages that begin and end."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []

    def track(self, stage, items, total):  # type: ignore[no-untyped-def]
        yield from items

    def begin(self, stage: str, what: str) -> None:
        self.begun.append(stage)

    def done(self, stage: str, what: str) -> None:
        self.ended.append(stage)


@given(st.text(alphabet=CHARACTERS, max_size=30).map(str.strip))
@settings(max_examples=500)
def test_a_plain_text_is_one_that_normalising_leaves_alone(text: str) -> None:
    text = text.strip(" \t\n")
    if tidied(text) == text:
        assert nfc(text) == text
        assert not any(ord(character) in CHANGED for character in text)
        assert all(line == line.rstrip(" \t") for line in text.split("\n"))
        assert "\n\n\n" not in text
    plain = "It’s “plain” — naïve, too.\n\nAnd\tso on."
    assert tidied(plain) is plain
    assert normalize(normalize(text)) == normalize(text)


@given(st.text(alphabet="ab.É/", max_size=12), st.sampled_from(["", ".txt", ".JSONL", ".gz", ".jsonl.GZ", ".md.zst"]))
def test_the_ending_of_a_name_is_that_of_a_path(stem: str, ending: str) -> None:
    name = f"x/{stem}{ending}".rstrip("/")
    path = PurePosixPath(name)
    if path.name in (".", "..") or "//" in name or "/." in name:
        return
    last = path.suffix.lower() if path.suffix.isascii() else path.suffix
    inner = PurePosixPath(path.stem).suffix if last in CODECS else ""
    assert ending_of(name) == (inner.lower() if inner.isascii() else inner) + last


def test_kernels_are_compiled_when_they_are_missing_and_never_again() -> None:
    told = Told()
    compile_kernels(LocalEngine(1), told)
    assert kernels.uncompiled() == []
    done = kernels._done("language")
    assert done is not None
    done.unlink()
    assert kernels.uncompiled() == ["language"]
    told = Told()
    compile_kernels(LocalEngine(1), told)
    assert (told.begun, told.ended) == (["compile"], ["compile"])
    told = Told()
    compile_kernels(LocalEngine(1), told)
    assert told.begun == []
