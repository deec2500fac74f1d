"""What the quality benchmarks share: the labelled data, its scorers, and figures to compare, print and pin."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import urlsplit

import zstandard

PAGES: Final = "body_dev_permissive.jsonl.zst"
SNIPPETS: Final = "segments_dev_trafilatura.jsonl.zst"
TEXTS: Final = "lang_dev.jsonl.zst"
COPIES: Final = "dedup_dev_docs.jsonl.zst"
COPY_PAIRS: Final = "dedup_dev_pairs.jsonl.zst"
LABELLED: Final = (PAGES, SNIPPETS, TEXTS, COPIES, COPY_PAIRS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured share. `peers` are the same figure of other tools; `target` is what we set out to reach.

    `most` tells that smaller is better: then target and floor are upper bounds.
    """

    name: str
    ours: float
    target: float | None = None
    most: bool = False
    peers: Mapping[str, float] = field(default_factory=dict)

    def reaches(self, bound: float) -> bool:
        """Whether our figure is at least as good as `bound`."""
        return self.ours <= bound if self.most else self.ours >= bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """A document that scores low: the set, its id there, and what was found, by the names of columns."""

    data: str
    id: str
    found: Mapping[str, str]


def scored(data: str, document: str, precision: float, recall: float, score: float) -> Worst:
    """A document whose body is not the gold one."""
    found = {"precision": precision, "recall": recall, "F1": score}
    return Worst(data=data, id=document, found={name: f"{value:.2f}" for name, value in found.items()})


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a zstd-compressed JSON lines file."""
    with zstandard.open(path, "rb") as file:
        return [json.loads(line) for line in io.TextIOWrapper(file, encoding="utf-8", newline="\n") if line.strip()]


def read_predictions(path: Path) -> dict[str, dict[str, Any]]:
    """Predictions of a tool by the id of the document."""
    with path.open(encoding="utf-8") as file:
        return {record["id"]: record for record in map(json.loads, file)}


@functools.cache
def scorer(data: Path, name: str) -> ModuleType:
    """The scorer of that name which lies beside the data."""
    spec = importlib.util.spec_from_file_location(name, data / "score" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def body_rows(data: Path, pages: Sequence[Mapping[str, Any]], bodies: Iterable[str]) -> list[Any]:
    """The scorer's row of every page: id, source, and at the places 4, 5, 6 precision, recall and F1 over shingles."""
    return list(
        scorer(data, "score_body").score(
            [(page["id"], page["body"], body) for page, body in zip(pages, bodies, strict=True)]
        )
    )


def body_f1(data: Path, rows: Sequence[Any]) -> float:
    """Mean F1 over 4-word shingles."""
    return float(scorer(data, "score_body").agg(rows)["sh4_F1"])


def snippet_f1(snippets: Sequence[Mapping[str, Any]], bodies: Iterable[str]) -> float:
    """F1 over the snippets that must and must not be in the bodies, white space folded (as the data's scorer does)."""
    counts = [snippet_counts(page, body) for page, body in zip(snippets, bodies, strict=True)]
    kept, missed, wrong = (sum(each[place] for each in counts) for place in range(3))
    return 2 * kept / max(1, 2 * kept + missed + wrong)


def snippet_counts(page: Mapping[str, Any], body: str) -> tuple[int, int, int]:
    """How many snippets that must be in a body are there, and are not, and how many are that must not."""
    folded = " ".join(body.split())
    wanted = [" ".join(snippet.split()) in folded for snippet in page.get("with") or ()]
    wrong = sum(" ".join(snippet.split()) in folded for snippet in page.get("without") or ())
    return sum(wanted), len(wanted) - sum(wanted), wrong


def host_of(page: Mapping[str, Any]) -> str:
    """The site of a page; of an archived one the site it came from."""
    url = page.get("url") or ""
    original = url[url.rfind("http") :] if "web.archive.org" in url else url
    host = urlsplit(original).hostname or page["id"]
    return ".".join(host.split(".")[-2:])


@functools.cache
def fold_of(host: str, folds: int) -> int:
    """The part of the data that a host belongs to; pages of one site are learnt from and judged on together."""
    return int(hashlib.sha256(host.encode()).hexdigest()[:8], 16) % folds


def digests(data: Path) -> dict[str, str]:
    """SHA-256 of every file of labelled data."""
    return {name: "sha256:" + hashlib.sha256((data / name).read_bytes()).hexdigest() for name in LABELLED}
