"""How long the data checks take, and what they need in memory: `python benchmarks/speed_checks.py [ROWS]`.

Writes a synthetic release of ROWS articles (100,000) of about 3 KB, one in eight a copy, into a temporary folder, and
runs the standard suite over it: the frame alone, then all of it on the sound release, then on one where a check fails
in every row.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.release.checks import CheckThresholds, run_checks, summary_lines
from corpus.release.frame import check_frame
from corpus.resources import data_file
from corpus.schema import ARTICLE
from corpus.transforms.tokens import word_counts

SUITE = data_file("validation", "standard.json")
WORDS = (
    "the",
    "council",
    "of",
    "a",
    "small",
    "town",
    "voted",
    "to",
    "mend",
    "its",
    "old",
    "bridge",
    "before",
    "winter",
)
ROWS_A_WRITE = 5_000


def articles(rows: int) -> Iterator[dict[str, Any]]:
    """Valid rows: singles, and every eighth a copy of the one before it."""
    for number in range(rows):
        copied = number % 8 == 7
        group, kind = (
            number - copied,
            "near" if copied else "kept" if number % 8 == 6 and number + 1 < rows else "unique",
        )
        body = " ".join(WORDS[(number >> (place % 17)) % len(WORDS)] for place in range(600)) + f" {number}."
        tail = "\n\nShare this article on every network"
        yield {
            "id": f"papers/{number:08}.txt",
            "title": f"Article {number}",
            "body": body,
            "boilerplate": [{"kind": "share_links", "offset": len(body), "text": tail, "rule": "line:share"}],
            "boilerplate_flags": ["share_links"],
            "language": "en",
            "language_score": 0.999,
            "duplicate_group": "g" + hashlib.sha256(f"{group}".encode()).hexdigest()[:16],
            "duplicate_kind": kind,
            "duplicate_of": f"papers/{group:08}.txt" if copied else None,
            "duplicate_overlap": 0.9 if copied else None,
            "related": [],
            "field_sources": [{"field": "title", "source": "line"}],
            "source_path": f"papers/{number:08}.txt",
            "source_sha256": hashlib.sha256(f"{number}".encode()).hexdigest(),
            "encoding": "utf-8",
            "text_sha256": hashlib.sha256((body + tail).encode()).hexdigest(),
            "char_count": len(body),
            "word_count": int(word_counts([body])[0]),
        }


def write(build: Path, rows: int, **changes: Any) -> None:
    """Write the rows below `build`, a row group at a time, each column in `changes` with that value everywhere."""
    folder = build / "data" / "train"
    folder.mkdir(parents=True)
    names = {False: "unique-00000-of-00001.parquet", True: "duplicate-00000-of-00001.parquet"}
    with (
        pq.ParquetWriter(folder / names[False], ARTICLE) as singles,
        pq.ParquetWriter(folder / names[True], ARTICLE) as copies,
    ):
        held: list[dict[str, Any]] = []
        for number, row in enumerate(articles(rows), 1):
            held.append(row | changes)
            if len(held) == ROWS_A_WRITE or number == rows:
                for writer, copied in ((singles, False), (copies, True)):
                    chosen = [row for row in held if (row["duplicate_of"] is not None) == copied]
                    writer.write_table(pa.Table.from_pylist(chosen, schema=ARTICLE))
                held = []


def timed(what: str, build: Path, *, frame_only: bool = False) -> None:
    """Run once in this process and print seconds, CPU seconds, and the process's peak memory so far."""
    start, cpu = time.perf_counter(), time.process_time()
    if frame_only:
        found = f"{len(check_frame(build)):,} rows"
    else:
        found = summary_lines(run_checks(build, [SUITE], CheckThresholds()))[-1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    print(f"{what:28} {wall:6.1f} s wall {used:6.1f} s CPU {peak:7,.0f} MB peak  {found}", flush=True)


def main() -> None:
    """Print one line a run."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        sound, spoilt = Path(folder, "sound"), Path(folder, "spoilt")
        write(sound, rows)
        write(spoilt, rows, language="English")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{rows:,} rows written, {peak:,.0f} MB peak")
        timed("frame", sound, frame_only=True)
        timed("frame, import and suite", sound)
        timed("frame and suite", sound)
        timed("one check fails everywhere", spoilt)


if __name__ == "__main__":
    main()
