"""The ledger of the inputs: what came in is a row, rejected, or excluded, and never anything else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from corpus.errors import BugError, DataError
from corpus.io.sorted_lines import digest_of_runs, write_run
from corpus.layout import REJECTED
from corpus.model import Counts, Inputs, Rejection, Staged
from corpus.stages.recount import digest_lines, input_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The rows of a release as they were counted: how many, in which Parquet files, and where their lines are."""

    rows: int
    paths: Sequence[str]
    work: Path


def ledger(
    build: Path, staged: Sequence[Staged], written: Written, apart: int, sidecars: str, exclusions: str
) -> Inputs:
    """The inputs of a build, with rows and rejections counted again from the written files.

    `apart` is how many decisions keep two rows apart, `sidecars` and `exclusions` are digests of both.
    Raises BugError when the counts do not add up.
    """
    rejected, digest = count_rejections(build, written)
    inputs = Inputs(
        count=sum(item.inputs for item in staged),
        bytes=sum(item.bytes for item in staged),
        digest=digest,
        sidecars=sidecars,
        exclusions=exclusions,
        rows=written.rows,
        rejected=rejected,
        excluded=_added(item.excluded for item in staged),
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


def count_rejections(build: Path, written: Written) -> tuple[dict[str, int], str]:
    """The rejected inputs by reason, from `rejected.jsonl`, and the digest over these and the written rows."""
    reasons: Counter[str] = Counter()
    digests, paths = [], []
    for item in written_rejections(build):
        reasons[item.reason] += 1
        digests.append(item.sha256 or "-")
        paths.append(item.path)
    lines = [digest_lines(pa.array(digests, pa.string()), pa.array(paths, pa.string()))]
    rejections = input_run(written.work, REJECTED)
    write_run(rejections, lines, lines)
    runs = [rejections, *(input_run(written.work, path) for path in written.paths)]
    return dict(sorted(reasons.items())), digest_of_runs(runs)


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


def _apart(count: int) -> Counts:
    return {"not_duplicate_of": count} if count else {}


def _added(counts: Iterable[Counts]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for item in counts:
        total.update(item)
    return dict(sorted(total.items()))
