"""What `corpus diff` costs: `python -m benchmarks.speed_diff [ROWS]`, a hundred thousand rows unless it is said.

Writes an invented release of ROWS articles of about 3 KB, one in eight a copy, in files as large as a build makes,
and others that differ from it in one way each. Every diff runs in a process of its own, after one that finds nothing,
so that libraries are loaded: how long it takes, what more it needs in memory, and how much of what is stored it reads,
by the system's own count of bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from benchmarks.make_articles import papers
from corpus.history.bump import level_of
from corpus.history.difference import compare
from corpus.history.edition import local_edition
from corpus.io.documents import file_entry, write_json
from corpus.io.parquet import write_parquet
from corpus.layout import MANIFEST, part_path
from corpus.model import CheckCounts, FileEntry, Inputs, Manifest, Statistics
from corpus.schema import ARTICLE
from corpus.transforms.stretches import restore

Row = dict[str, Any]
Change = Callable[[int, Row], Row | None]

PART_ROWS: Final = 16_384
"""Rows in a file: 64 MiB of text is so much."""

BLOCK: Final = 1024
WORDS: Final = 450
LEFTOVERS: Final = ("\n\nShare this:\nFacebook\nTwitter", "\n\nLeave a Reply\nYour email address", "\n\nAdvertisement")


def main() -> None:
    """Print one line a comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        old = write_release(Path(folder, "old"), rows, lambda _, row: row)
        stored = sum(path.stat().st_size for path in old.rglob("*.parquet"))
        print(f"{rows:,} rows, {stored / 1e6:,.0f} MB in {len(list(old.rglob('*.parquet')))} files")
        print(f"{'':34} {'level':6} {'CPU s':>6} {'read MB':>8} {'of both':>8} {'memory MB':>9}")
        for what, more, change in SCENES:
            new = write_release(Path(folder, what.replace(" ", "-")), rows + int(rows * more), change)
            print(line_of(what, old, new, stored), flush=True)


def line_of(what: str, old: Path, new: Path, stored: int) -> str:
    """Compare the two in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        level, seconds, read, memory = pool.apply(measured, (old, new))
    both = stored + sum(path.stat().st_size for path in new.rglob("*.parquet"))
    return f"{what:34} {level:6} {seconds:6.1f} {read / 1e6:8,.1f} {read / both:8.1%} {memory / 1e6:9,.0f}"


def measured(old: Path, new: Path) -> tuple[str, float, int, int]:
    """The level, the CPU seconds, the bytes read and the growth of the peak of memory."""
    first, second = local_edition(old), local_edition(new)
    compare(first, first)
    peak, read, start = peak_bytes(), bytes_read(), time.process_time()
    level = level_of(compare(first, second))
    return level, time.process_time() - start, bytes_read() - read, peak_bytes() - peak


def peak_bytes() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def bytes_read() -> int:
    """The bytes that this process has asked its files for."""
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text("ascii").splitlines())
    return int(fields["rchar"])


@dataclass(frozen=True, slots=True)
class Maker:
    """The words that articles are drawn from."""

    words: tuple[str, ...]

    def row(self, number: int) -> Row:
        """The article of this number; every eighth is a copy of the one before."""
        copied = number % 8 == 7
        founder = number - copied
        draw = np.random.default_rng(founder)
        places = (len(self.words) ** draw.random(WORDS)).astype(np.int64) % len(self.words)
        body = " ".join(self.words[place] for place in places.tolist()) + f" {number}."
        tails = [LEFTOVERS[place] for place in draw.permutation(3)[: number % 4].tolist()]
        stretches = [{"kind": "other", "offset": len(body), "text": tail, "rule": "line:tail"} for tail in tails]
        kind = "near" if copied else "kept" if number % 8 == 6 else "unique"
        return told(number, founder, body, stretches) | {"duplicate_kind": kind}


def told(number: int, founder: int, body: str, stretches: list[Row]) -> Row:
    """A row with the digests and counts of its texts."""
    name, copied = f"papers/{number:08}.txt", number != founder
    return {
        **dict.fromkeys(ARTICLE.names),
        "id": name,
        "title": f"Article {number}",
        "body": body,
        "boilerplate": stretches,
        "boilerplate_flags": ["other"] if stretches else [],
        "language": "en",
        "language_score": 0.999,
        "duplicate_group": f"g{hashlib.sha256(str(founder).encode()).hexdigest()[:16]}",
        "duplicate_of": f"papers/{founder:08}.txt" if copied else None,
        "duplicate_overlap": 0.9 if copied else None,
        "related": [],
        "field_sources": [{"field": "title", "source": "line"}],
        "source_path": name,
        "source_sha256": hashlib.sha256(f"{number} {body}".encode()).hexdigest(),
        "encoding": "utf-8",
        "text_sha256": hashlib.sha256(restore(body, stretches).encode()).hexdigest(),
        "char_count": len(body),
        "word_count": WORDS + 1,
    }


def reworded(row: Row) -> Row:
    """The row with another first word of the same length, which no count shows."""
    body = row["body"].swapcase()
    number, founder = int(row["id"][7:15]), int((row["duplicate_of"] or row["id"])[7:15])
    return told(number, founder, body, row["boilerplate"]) | {"duplicate_kind": row["duplicate_kind"]}


def with_leftover(row: Row) -> Row:
    """The row with another text taken out: only its body can tell whether the body changed, too."""
    stretches = [{**stretch, "text": stretch["text"].swapcase()} for stretch in row["boilerplate"]]
    number, founder = int(row["id"][7:15]), int((row["duplicate_of"] or row["id"])[7:15])
    return told(number, founder, row["body"], stretches) | {"duplicate_kind": row["duplicate_kind"]}


SCENES: Final[tuple[tuple[str, float, Change], ...]] = (
    ("the same files", 0, lambda number, row: row),
    ("1 % came at the end", 0.01, lambda number, row: row),
    ("1 % went, all over", 0, lambda number, row: None if number % 100 == 50 else row),
    ("1 % of the bodies changed", 0, lambda number, row: reworded(row) if number % 100 == 50 else row),
    ("1 % of the leftovers changed", 0, lambda number, row: with_leftover(row) if number % 100 == 50 else row),
    ("every group has another name", 0, lambda number, row: row | {"duplicate_group": row["duplicate_group"][::-1]}),
)


def write_release(folder: Path, rows: int, change: Change) -> Path:
    """Write a release in which every row is what `change` makes of it."""
    maker = Maker(tuple(map(str, papers()[0].words)))
    numbers = range(rows)
    made = [numbers[start : start + PART_ROWS] for start in range(0, rows, PART_ROWS)]
    entries = []
    for place, part in enumerate(made):
        for single in (True, False):
            path = folder / part_path("train", place, len(made), single=single)
            path.parent.mkdir(parents=True, exist_ok=True)
            count = write_parquet(path, _tables(maker, part, change, single=single))
            entries.append(file_entry(folder, path, rows=count))
    write_json(folder / MANIFEST, manifest_of(entries))
    return folder


def _tables(maker: Maker, numbers: Iterable[int], change: Change, *, single: bool) -> Iterator[pa.Table]:
    wanted = [number for number in numbers if (number % 8 != 7) == single]
    for start in range(0, len(wanted), BLOCK):
        rows = (change(number, maker.row(number)) for number in wanted[start : start + BLOCK])
        yield pa.Table.from_pylist([row for row in rows if row], schema=ARTICLE)


def manifest_of(files: list[FileEntry]) -> Manifest:
    """A manifest of these files that counts nothing: a diff takes its numbers from there and reads on."""
    nothing: dict[str, Any] = {name: {} for name in ("splits", "singles", "arrow_bytes", "single_arrow_bytes")}
    nothing |= {name: {} for name in ("duplicate_kinds", "languages", "encodings", "flags", "removed_chars")}
    nothing |= dict.fromkeys(("rows", "groups", "titles", "chars", "words"), 0)
    inputs = Inputs(count=0, bytes=0, digest="", rows=0, rejected={}, excluded={}, overrides={})
    manifest = Manifest(
        format=1,
        schema_version=1,
        name="invented",
        version="1.0.0",
        repo=None,
        tool={},
        settings_digest="",
        content_digest="",
        inputs=inputs,
        statistics=Statistics(content_digest="", **nothing),
        checks=CheckCounts(expected=0, failed=0, passed=True),
        files=(),
    )
    return replace(manifest, files=tuple(sorted(files, key=lambda entry: entry.path)))


if __name__ == "__main__":
    main()
