"""The ledger of the inputs: what came in is a row, rejected, or excluded, and never anything else."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from corpus.errors import BugError, DataError
from corpus.io.parquet import data_files, read_batches
from corpus.layout import REJECTED
from corpus.model import Counts, Inputs, Rejection, Staged


def ledger(build: Path, staged: Sequence[Staged], apart: int, sidecars: str) -> Inputs:
    """The inputs of a build, with rows and rejections counted again from the written files.

    `apart` is how many decisions keep two rows apart, `sidecars` the digest of the sidecars.
    Raises BugError when the counts do not add up.
    """
    rows, rejected = list(written_rows(build)), list(written_rejections(build))
    excluded = _added(item.excluded for item in staged)
    inputs = Inputs(
        count=sum(item.inputs for item in staged),
        bytes=sum(item.bytes for item in staged),
        digest=digest_of_inputs([*rows, *((item.sha256, item.path) for item in rejected)]),
        sidecars=sidecars,
        rows=len(rows),
        rejected=_added({item.reason: 1} for item in rejected),
        excluded=excluded,
        overrides=_added([*({decision.action: 1} for item in staged for decision in item.used), _apart(apart)]),
    )
    check_ledger(inputs)
    return inputs


def check_ledger(inputs: Inputs) -> None:
    """Raise BugError unless rows + rejected + excluded = inputs."""
    made = inputs.rows + sum(inputs.rejected.values()) + sum(inputs.excluded.values())
    if made != inputs.count:
        raise BugError(
            "the inputs do not add up", found=f"{inputs.count} came in, {made} came out", remedy="report this"
        )


def written_rows(build: Path) -> Iterator[tuple[str, str]]:
    """`(source_sha256, id)` of every row in the Parquet files."""
    for path in data_files(build):
        for batch in read_batches(path, ["source_sha256", "id"], rows=10_000):
            yield from zip(batch["source_sha256"].to_pylist(), batch["id"].to_pylist(), strict=True)


def written_rejections(build: Path) -> Iterator[Rejection]:
    """Every line of `rejected.jsonl`; raises DataError for one that is no rejection."""
    number = 0
    try:
        with (build / REJECTED).open("rb") as lines:
            for line in lines:
                number += 1
                yield _rejection(json.loads(line))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        what, where = "the list of rejected inputs cannot be read", f"{REJECTED}:{number}"
        raise DataError(what, where=where, found=str(error)[:200], remedy="build the release again") from error


def _rejection(entry: dict[str, str]) -> Rejection:
    """Raises TypeError or ValueError where it has another form."""
    item = Rejection(**entry)
    texts = (item.path, item.reason, item.detail, item.sha256 if item.sha256 is not None else "")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"no rejection: {entry}")
    "".join(texts).encode()  # a lone surrogate is a ValueError
    return item


def digest_of_inputs(inputs: Iterable[tuple[str | None, str]]) -> str:
    """SHA-256 over the sorted `sha256 id` lines; `-` stands for inputs whose bytes were never read."""
    lines = sorted(f"{sha256 or '-'} {row_id}\n".encode() for sha256, row_id in inputs)
    return "sha256:" + hashlib.sha256(b"".join(lines)).hexdigest()


def _apart(count: int) -> Counts:
    return {"not_duplicate_of": count} if count else {}


def _added(counts: Iterable[Counts]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for item in counts:
        total.update(item)
    return dict(sorted(total.items()))
