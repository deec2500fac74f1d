"""What the known tools need for the same articles: `speed_peers.py TOOL CORPUS OUT`, in an environment of their own.

CORPUS is a folder that `make_articles.py` wrote. `datatrove` and `text_dedup` find near copies alone, with MinHash as
their documentation shows it; `written_by_hand` is the pipeline that one would write with the obvious libraries: read,
tell the language (langdetect), find near copies (datasketch), write Parquet, check it (Great Expectations). Nothing of
corpus is imported here.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

WORKERS = 2
WORDS = 5
THRESHOLD = 0.7
PERMUTATIONS = 128


def datatrove(corpus: Path, out: Path) -> None:
    """MinHash in its four stages, with its defaults (14 bands of 8, word 5-grams)."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import (
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
        MinhashDedupSignature,
    )
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import ParquetReader
    from datatrove.pipeline.writers import ParquetWriter

    config = MinhashConfig(n_grams=WORDS)
    tables = str(out / "tables")
    split_table(corpus / "articles.parquet", out / "tables", WORKERS)
    reader = ParquetReader(tables)
    signatures, buckets, removed = (str(out / name) for name in ("signatures", "buckets", "removed"))
    stages: list[tuple[list[Any], int]] = [
        ([reader, MinhashDedupSignature(output_folder=signatures, config=config)], WORKERS),
        ([MinhashDedupBuckets(input_folder=signatures, output_folder=buckets, config=config)], config.num_buckets),
        ([MinhashDedupCluster(input_folder=buckets, output_folder=removed, config=config)], 1),
        ([reader, MinhashDedupFilter(input_folder=removed), ParquetWriter(str(out / "kept"))], WORKERS),
    ]
    for number, (pipeline, tasks) in enumerate(stages):
        LocalPipelineExecutor(
            pipeline=pipeline, tasks=tasks, workers=WORKERS, logging_dir=str(out / f"logs-{number}")
        ).run()


def split_table(path: Path, folder: Path, count: int) -> None:
    """The same rows in as many files, one for each worker."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    folder.mkdir(parents=True)
    size = -(-len(table) // count)
    for number in range(count):
        pq.write_table(table.slice(number * size, size), folder / f"{number:05d}.parquet")


def text_dedup(corpus: Path, out: Path) -> None:
    """Its MinHash command, as its documentation shows it."""
    command = [sys.executable, "-m", "text_dedup.minhash", "--path", "parquet", "--split", "train"]
    command += ["--data_files", str(corpus / "articles.parquet"), "--cache_dir", str(out / "cache")]
    command += ["--output", str(out / "kept"), "--column", "text", "--ngram", str(WORDS)]
    command += ["--num_perm", str(PERMUTATIONS), "--threshold", str(THRESHOLD)]
    subprocess.run(command, check=True, cwd=out)


def written_by_hand(corpus: Path, out: Path) -> None:
    """The pipeline that one would write."""
    from datasets import Dataset

    paths = sorted((corpus / "raw").rglob("*.txt"))
    rows = Dataset.from_dict({"id": [str(path.relative_to(corpus)) for path in paths], "path": list(map(str, paths))})
    rows = rows.map(read_row, num_proc=WORKERS, remove_columns=["path"])
    rows = rows.add_column("duplicate_of", nearest_copies(rows["text"], rows["id"]))
    rows.to_parquet(str(out / "articles.parquet"))
    check(out / "articles.parquet")


def read_row(row: dict[str, str]) -> dict[str, str]:
    """Text, title and language of one file."""
    from langdetect import DetectorFactory, LangDetectException, detect

    DetectorFactory.seed = 0
    text = Path(row["path"]).read_text("utf-8").strip()
    title, _, body = text.partition("\n")
    try:
        language = detect(body)
    except LangDetectException:
        language = "und"
    return {"title": title, "text": body.strip(), "language": language}


def nearest_copies(texts: list[str], ids: list[str]) -> list[str]:
    """For each text the first earlier one whose MinHash falls into the same bucket, or nothing."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    found = []
    for text, name in zip(texts, ids, strict=True):
        words = re.findall(r"\w+", text.lower())
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch([" ".join(words[at : at + WORDS]).encode() for at in range(max(1, len(words) - WORDS + 1))])
        found.append(min(index.query(sketch), default=""))
        index.insert(name, sketch)
    return found


def check(path: Path) -> None:
    """A handful of expectations over the written table."""
    import great_expectations as gx
    import pandas as pd

    expectations: Any = gx.expectations
    context = gx.get_context(mode="ephemeral")
    frame = pd.read_parquet(path)
    batch = (
        context.data_sources.add_pandas("articles")
        .add_dataframe_asset("rows")
        .add_batch_definition_whole_dataframe("all")
    )
    suite = gx.ExpectationSuite(name="articles")
    for column in ("id", "title", "text", "language"):
        suite.add_expectation(expectations.ExpectColumnValuesToNotBeNull(column=column))
    suite.add_expectation(expectations.ExpectColumnValuesToBeUnique(column="id"))
    suite.add_expectation(expectations.ExpectColumnValueLengthsToBeBetween(column="text", min_value=1))
    outcome = batch.get_batch(batch_parameters={"dataframe": frame}).validate(suite)
    print(f"{outcome.statistics}")


TOOLS: dict[str, Callable[[Path, Path], None]] = {
    "datatrove": datatrove,
    "text_dedup": text_dedup,
    "written_by_hand": written_by_hand,
}

if __name__ == "__main__":
    TOOLS[sys.argv[1]](Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve())
