"""Pages are read in a child process: hostile ones end it, the next page gets a fresh one, and it never outlives us."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.io.html_worker import PageError, PageReader
from corpus.transforms.html.page import HtmlOptions, read_page
from tests.test_html import PAGE

SLOW = "<table><tr><td>" + "<a b='" * 3 + "<p>word " * 60_000
ATTRIBUTES = "<p " + " ".join(f"a{number}" for number in range(60_000)) + ">x</p>"
"""Quadratic for the parser, and not to be told by counting signs of equality."""

linux = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")


@pytest.fixture(scope="module")
def reader() -> Iterator[PageReader]:
    with PageReader(HtmlOptions(max_seconds=3)) as opened:
        yield opened


def child_of(reader: PageReader) -> int:
    process = reader._process
    assert process is not None
    assert process.pid is not None
    return process.pid


def test_a_page_is_what_it_is_in_this_process(reader: PageReader) -> None:
    assert reader.read(PAGE) == read_page(PAGE, HtmlOptions())
    first = child_of(reader)
    assert reader.read("<p>a \ud800 b") == read_page("<p>a \ud800 b", HtmlOptions())
    assert child_of(reader) == first


def test_a_page_that_takes_too_long_ends_the_child_and_not_the_reader(reader: PageReader) -> None:
    reader.read(PAGE)
    first = child_of(reader)
    with pytest.raises(PageError) as caught:
        reader.read(ATTRIBUTES)
    assert (caught.value.reason, caught.value.detail) == ("parser_limit", "not parsed within 3 seconds")
    assert reader.read(PAGE) == read_page(PAGE, HtmlOptions())
    assert child_of(reader) != first


def test_processor_time_counts_for_each_page_alone() -> None:
    with PageReader(HtmlOptions(max_seconds=1)) as reader:
        words = "<p>" + "</p><p>".join(f"Sentence number {number} of a long page." for number in range(1500))
        assert len({reader.read(words).text for _ in range(12)}) == 1


def test_a_killed_child_costs_one_page(reader: PageReader) -> None:
    reader.read(PAGE)
    os.kill(child_of(reader), signal.SIGKILL)
    with pytest.raises(PageError) as caught:
        reader.read(PAGE)
    assert caught.value.reason == "parser_crashed"
    assert reader.read(PAGE) == read_page(PAGE, HtmlOptions())


@pytest.mark.parametrize("markup", ["<div>" * 100_000, "x" * 2_000_000 + "<p>" * 300_000, "<" * 3_000_000])
def test_hostile_pages_are_answered(reader: PageReader, markup: str) -> None:
    with contextlib.suppress(PageError):
        reader.read(markup)
    assert reader.read("<p>next</p>").text == "next"


def test_a_page_that_is_too_large_does_not_even_reach_the_child() -> None:
    with PageReader(HtmlOptions(max_characters=10)) as reader, pytest.raises(PageError) as caught:
        reader.read("x" * 11)
    assert caught.value.reason == "parser_limit"
    assert reader._process is None


def test_the_child_ends_with_the_reader() -> None:
    with PageReader() as reader:
        reader.read(PAGE)
        process = child_of(reader)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@linux
@pytest.mark.parametrize("busy", [False, True])
def test_the_child_dies_with_a_killed_parent(tmp_path: Path, busy: bool) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "from corpus.io.html_worker import PageReader\n"
        "from tests.test_html_worker import ATTRIBUTES\n"
        "if __name__ == '__main__':\n"
        "    reader = PageReader()\n"
        "    reader.read('<p>x</p>')\n"
        "    print(reader._process.pid, flush=True)\n"
        f"    reader.read(ATTRIBUTES * 4) if {busy} else input()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, str(script)]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.5)
    parent.kill()
    parent.communicate()
    end = time.monotonic() + 60
    while is_alive(child) and time.monotonic() < end:
        time.sleep(0.1)
    assert not is_alive(child)


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_missing_extra_is_said(tmp_path: Path) -> None:
    (tmp_path / "trafilatura.py").write_text("raise ImportError")
    code = (
        "from corpus.io.html_worker import PageReader\n"
        "from corpus.errors import UsageError\n"
        "if __name__ == '__main__':\n"
        "    try:\n"
        "        PageReader().read('<p>x</p>')\n"
        "    except UsageError as error:\n"
        "        print(error)\n"
    )
    script = tmp_path / "main.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[1]}"}
    said = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, check=True)
    assert "trafilatura" in said.stdout
    assert said.stderr == ""
