"""Measure titles and boilerplate on plain text: `python benchmarks/quality_text.py --data DIR` (see its README)."""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

from corpus.transforms.boilerplate.label import BoilerplateOptions, label
from corpus.transforms.boilerplate.phrases import comparable
from corpus.transforms.normalize import normalize
from corpus.transforms.stretches import Label, cut, restore
from corpus.transforms.title import TitleOptions, find_title, with_title

BOILERPLATE, TITLE = BoilerplateOptions(), TitleOptions()
LEAVES_HEADLINE_OUT = ("scrapinghub", "newspaper4k")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled data")
    parser.add_argument("--worst", type=int, default=0, help="also list that many of the pages that score lowest")
    parser.add_argument("--lost", action="store_true", help="also list what is taken out of clean bodies")
    arguments = parser.parse_args()
    pages = read(arguments.data / "body_dev_permissive.jsonl.zst")
    scorer = load_scorer(arguments.data / "score" / "score_body.py")
    removed: Counter[str] = Counter()
    for field in ("raw", "near"):
        outcome = [extract(normalize(page[field]), removed) for page in pages]
        rows = scorer.score([(page["id"], page["body"], row[1]) for page, row in zip(pages, outcome, strict=True)])
        total = scorer.agg(rows)
        figures = "  ".join(f"{name} {total[f'sh4_{name}']:.4f}" for name in ("F1", "P", "R"))
        print(f"{field:5} {figures}  {by_source(scorer, pages, rows)}")
        for row in sorted(rows, key=lambda row: row[6])[: arguments.worst]:
            print(f"      {row[0]} P {row[4]:.3f} R {row[5]:.3f} F1 {row[6]:.3f}")
    print_kept(pages, lost=arguments.lost)
    print_titles(pages, read(arguments.data / "segments_dev_trafilatura.jsonl.zst"))
    print_kinds(removed)
    print_speed(pages)


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a zstd-compressed JSON lines file."""
    data = subprocess.run(["zstd", "-dc", str(path)], check=True, capture_output=True).stdout
    return [json.loads(line) for line in data.decode("utf-8").split("\n") if line]


def load_scorer(path: Path) -> Any:
    """The scorer that lies beside the data, as a module."""
    spec = importlib.util.spec_from_file_location("score_body", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def all_labels(text: str) -> tuple[str | None, list[Label]]:
    """The title of a normalised text and all its labels."""
    labels = label(text, BOILERPLATE)
    title, titles = find_title(text, labels, TITLE)
    return title, with_title(labels, titles)


def extract(text: str, removed: Counter[str]) -> tuple[str | None, str]:
    """Title and body of a normalised text; what was taken out is counted in `removed`."""
    title, labels = all_labels(text)
    body, stretches = cut(text, labels)
    records = [{"offset": stretch.offset, "text": stretch.text} for stretch in stretches]
    assert restore(body, records) == text
    for stretch in stretches:
        removed[stretch.kind] += len(stretch.text)
    return title, body


def by_source(scorer: Any, pages: list[dict[str, Any]], rows: list[Any]) -> str:
    """F1 of every source of the data."""
    sources = sorted({page["source"] for page in pages})
    parts = []
    for source in sources:
        chosen = [row for page, row in zip(pages, rows, strict=True) if page["source"] == source]
        parts.append(f"{source} {scorer.agg(chosen)['sh4_F1']:.3f}")
    return " ".join(parts)


def print_kept(pages: list[dict[str, Any]], *, lost: bool) -> None:
    """Words that stay when the input is clean already, and titles found where the gold leaves the headline out."""
    words = kept = whole = invented = headless = 0
    for page in pages:
        text = normalize(page["body"])
        title, body = extract(text, Counter())
        leaves_out = page["source"] in LEAVES_HEADLINE_OUT
        headless += leaves_out
        invented += leaves_out and title is not None
        expected = len(text.split()) - (len(title.split()) if title else 0)
        words += expected
        kept += len(body.split())
        whole += body == text or title is not None
        if lost and len(body.split()) < expected:
            for mark in label(text, BOILERPLATE):
                print(f"      {page['id']} {mark.kind} {mark.rule} {text[mark.start : mark.end][:90]!r}")
    print(f"clean bodies: {kept / words:.4%} of the words stay, {whole} of {len(pages)} whole")
    print(f"titles invented: {invented} of {headless}")


def print_titles(pages: list[dict[str, Any]], more: list[dict[str, Any]]) -> None:
    """Titles on pages whose known title stands in the text as a line."""
    for name, chosen in (("body pages", pages), ("segment pages", more)):
        right = found = known = 0
        for page in chosen:
            text = normalize(page["raw"])
            gold = comparable(" ".join((page.get("title") or "").split()))
            heads = {comparable(" ".join(line.split())) for line in text.split("\n")}
            wanted = {head for head in heads if head and (head == gold)}
            if not gold or not wanted:
                continue
            known += 1
            title, _ = all_labels(text)
            found += title is not None
            right += title is not None and comparable(" ".join(title.split())) in wanted
        shares = f"{right / max(1, known):.3f} right, {found / max(1, known):.3f} found"
        print(f"titles, {name}: {shares}, of {known} that stand in the text")


def print_kinds(removed: Counter[str]) -> None:
    """Which share of the removed characters each kind has."""
    total = sum(removed.values())
    shares = ", ".join(f"{kind} {count / total:.1%}" for kind, count in removed.most_common())
    print(f"removed characters: {shares}")


def print_speed(pages: list[dict[str, Any]]) -> None:
    """Megabytes a second, the best of three runs."""
    for field in ("raw", "near", "body"):
        texts = [normalize(page[field]) for page in pages]
        size = sum(len(text.encode()) for text in texts)
        best = 1e9
        for _ in range(3):
            start = time.perf_counter()
            for text in texts:
                all_labels(text)
            best = min(best, time.perf_counter() - start)
        print(f"speed on {field}: {size / best / 1e6:.1f} MB/s")


if __name__ == "__main__":
    main()
