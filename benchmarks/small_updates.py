"""How much of a new release the Hub has already: `python -m benchmarks.small_updates [--articles N]`.

A corpus of N generated articles (`make_articles.py`) is built, then again with 1 % more of them: behind all others, as
a collection grows by date, none a copy or one in six a copy of any earlier article; and the latter between the others,
one in a hundred; each alone, and with the old release as `[release] previous`. Of each new release is told which share
of its bytes stands in the old one: in whole files with the same SHA-256, which are not uploaded again under any name;
in chunks that are cut where the content says so, as Xet storage cuts them (https://huggingface.co/docs/xet/chunking);
and in runs of at least eight such chunks, for the client takes no shorter ones where they come one after another. With
`--columns` the new bytes are counted by column.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby, islice
from pathlib import Path
from typing import Final

import numba
import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from benchmarks.make_articles import id_of, make, write_block
from benchmarks.speed import SEED, corpus_of, measured
from corpus.io.documents import released_files

SMALLEST: Final = 8 * 1024
LARGEST: Final = 128 * 1024
MASK: Final = np.uint64(0xFFFF << 48)
"""A chunk ends, between these sizes, where the 16 highest bits of the rolling hash are 0: every 64 KiB on average."""

GEAR: Final = np.array([int.from_bytes(hashlib.sha256(bytes([byte])).digest()[:8], "big") for byte in range(256)], "u8")
"""A chance number for every byte. Xet's are others, so its borders lie elsewhere, but as near to each other."""

RUN: Final = 8
"""Xet's client wants so many chunks together, on average, before it points to old ones instead of storing new ones."""

OLD: Final = "old"
"""The folder of the old release."""

MORE: Final = 0.01
TARGET: Final = 0.85

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A stretch of a released file, and whether the old release has these bytes."""

    start: int
    end: int
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused:
    """Of a new release: its bytes, and those that the old one has as whole files, as chunks, and as runs of them.

    `columns` are new bytes by column; what lies outside of all columns stands under the name of its file.
    """

    size: int
    files: int
    chunks: int
    runs: int
    columns: Counter[str]


def main() -> None:
    """Build the releases, and print two lines an update."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work", type=Path, help="folder for corpora and releases; corpora in it are used again")
    parser.add_argument("--columns", action="store_true", help="tell the new bytes by column")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.work or Path(folder)
        raw = corpus_of(work, arguments.articles) / "raw"
        shutil.rmtree(work / OLD, ignore_errors=True)
        old = release_of(raw, work, arguments.jobs).rename(work / OLD)
        files = list(released_files(old))
        print(f"{arguments.articles:,} articles, {sum(map(size_of, files)) / 1e6:,.1f} MB in {len(files)} files")
        print(f"{'1 % more articles':36} {'MB':>7} {'new MB':>7} {'same files':>10} {'same chunks':>11} {'in runs':>8}")
        for what, scene in SCENES.items():
            grown = work / "grown"
            shutil.copytree(raw, grown, copy_function=shutil.copyfile)
            scene(grown, arguments.articles)
            for previous, told in {"": what, OLD: f"{what}, after it"}.items():
                new = release_of(grown, work, arguments.jobs, previous)
                tell(told, reused(old, new), columns=arguments.columns)
            shutil.rmtree(grown)


def append(raw: Path, articles: int) -> None:
    """Write the next articles, in folders of their own where the corpus is one of whole thousands."""
    write_block((raw, SEED, articles, articles + int(articles * MORE)))


def append_originals(raw: Path, articles: int) -> None:
    """Write as many of the next articles that are no copies."""
    following = (make(SEED, number) for number in count(articles))
    originals = (article for article in following if article.kind == "original")
    for article in islice(originals, int(articles * MORE)):
        path = raw / id_of(article.number)
        path.parent.mkdir(exist_ok=True)
        path.write_text(article.text, encoding="utf-8", newline="\n")


def spread(raw: Path, articles: int) -> None:
    """Write the articles of `append` under names that stand between the old ones, at equal distances."""
    for place in range(int(articles * MORE)):
        before = raw / id_of(int(place / MORE))
        article = make(SEED, articles + place)
        before.with_name(f"{before.stem}-later.txt").write_text(article.text, encoding="utf-8", newline="\n")


SCENES: Final = {
    "behind all, none a copy": append_originals,
    "behind all, some copies": append,
    "between all, some copies": spread,
}


def release_of(raw: Path, work: Path, jobs: int, previous: str = "") -> Path:
    """The release that the whole command makes of these articles, after the `previous` one."""
    settings = f'name = "updates"\ninput = "{raw}"\n[release]\nprevious = "{previous}"\n'
    (work / "corpus.toml").write_text(settings, encoding="utf-8")
    measured([sys.executable, "-m", "corpus", "build", "-o", "build", "-j", str(jobs)], work)
    return work / "build"


def tell(what: str, found: Reused, *, columns: bool) -> None:
    """Print the line of an update."""
    shares = (found.files / found.size, found.chunks / found.size, found.runs / found.size)
    new = (found.size - found.chunks) / 1e6
    met = "" if shares[1] >= TARGET else f"  below {TARGET:.0%}"
    files, chunks, runs = (f"{share:.1%}" for share in shares)
    print(f"{what:36} {found.size / 1e6:7,.1f} {new:7,.1f} {files:>10} {chunks:>11} {runs:>8}{met}", flush=True)
    for name, size in found.columns.most_common() if columns else []:
        print(f"  {size:12,} {name}")


def reused(old: Path, new: Path) -> Reused:
    """What of the release `new` the release `old` has."""
    whole = {hashlib.sha256(path.read_bytes()).digest() for path in released_files(old)}
    parts = {digest for path in released_files(old) for _, _, digest in cut(path)}
    size = files = chunks = runs = 0
    columns: Counter[str] = Counter()
    for path in released_files(new):
        same = hashlib.sha256(path.read_bytes()).digest() in whole
        found = [Chunk(start=start, end=end, known=same or digest in parts) for start, end, digest in cut(path)]
        size += size_of(path)
        files += size_of(path) if same else 0
        chunks += sum(chunk.end - chunk.start for chunk in found if chunk.known)
        runs += size_of(path) if same else sum(long_runs(found))
        columns.update(new_by_column(path, [chunk for chunk in found if not chunk.known]))
    return Reused(size=size, files=files, chunks=chunks, runs=runs, columns=columns)


def cut(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """The chunks of a file: start, end, and digest."""
    content = np.fromfile(path, np.uint8)
    start = 0
    while start < len(content):
        end = start + end_of(content[start : start + LARGEST], GEAR)
        yield start, end, hashlib.sha256(content[start:end].tobytes()).digest()
        start = end


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def end_of(content: Bytes, gear: npt.NDArray[np.uint64]) -> int:
    """Where the chunk ends with which `content` begins: a gear hash (Xia and others, Ddelta, 2014)."""
    rolling = np.uint64(0)
    for place in range(len(content)):
        rolling = (rolling << np.uint64(1)) + gear[content[place]]
        if place + 1 >= SMALLEST and rolling & MASK == 0:
            return place + 1
    return len(content)


def long_runs(chunks: Sequence[Chunk]) -> Iterator[int]:
    """The sizes of the runs of known chunks that are long enough."""
    for known, run in groupby(chunks, key=lambda chunk: chunk.known):
        together = list(run)
        if known and len(together) >= RUN:
            yield together[-1].end - together[0].start


def new_by_column(path: Path, fresh: Sequence[Chunk]) -> Counter[str]:
    """The bytes of the chunks `fresh` by the column that they belong to."""
    found: Counter[str] = Counter()
    for start, end, name in columns_of(path) if path.suffix == ".parquet" else []:
        found[name] += sum(max(0, min(end, chunk.end) - max(start, chunk.start)) for chunk in fresh)
    found[path.name] = sum(chunk.end - chunk.start for chunk in fresh) - found.total()
    return found


def columns_of(path: Path) -> Iterator[tuple[int, int, str]]:
    """Where the columns of a Parquet file lie: start, end, and name."""
    with pq.ParquetFile(path) as file:
        for number in range(file.metadata.num_row_groups):
            group = file.metadata.row_group(number)
            for column in map(group.column, range(group.num_columns)):
                start = column.dictionary_page_offset or column.data_page_offset
                yield start, start + column.total_compressed_size, column.path_in_schema


def size_of(path: Path) -> int:
    """The bytes of a file."""
    return path.stat().st_size


if __name__ == "__main__":
    main()
