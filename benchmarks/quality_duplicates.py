"""Quality of duplicate groups on labelled texts: `python benchmarks/quality_duplicates.py --data DIR` (see docs)."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpus.schema import DUPLICATE_KINDS
from corpus.transforms.article import split_article
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.duplicates.compare import compare
from corpus.transforms.duplicates.find import DuplicateOptions, Duplicates, find_duplicates
from corpus.transforms.duplicates.sketch import Shingles, SketchOptions, compared_text, shingles, sketch
from corpus.transforms.normalize import normalize
from corpus.transforms.title import TitleOptions
from corpus.transforms.tokens import Ints


def main() -> None:
    """Read the labelled texts, find their duplicates, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with dedup_dev_*.jsonl.zst")
    parser.add_argument("--raw", action="store_true", help="leave boilerplate in")
    parser.add_argument("--kinds", action="store_true", help="also print which duplicate kind each derivation got")
    arguments = parser.parse_args()
    documents = sorted(read_lines(arguments.data / "dedup_dev_docs.jsonl.zst"), key=lambda each: str(each["id"]))
    pairs = read_lines(arguments.data / "dedup_dev_pairs.jsonl.zst")
    texts = [normalize(each["text"]) if arguments.raw else cleaned(each["text"]) for each in documents]
    found = duplicates_of(texts)
    report(documents, pairs, found)
    if arguments.kinds:
        print_kinds(documents, found)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The records of a zstd-compressed JSON Lines file."""
    text = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout.decode()
    return [json.loads(line) for line in text.split("\n") if line]


def cleaned(text: str) -> str:
    """What a build would compare."""
    article = split_article(normalize(text), BoilerplateOptions(), TitleOptions())
    return compared_text(article.title, article.body)


def duplicates_of(texts: list[str], options: DuplicateOptions | None = None) -> Duplicates:
    """What the package says of these texts, in memory."""
    sketch_options, chosen = SketchOptions(), options or DuplicateOptions()

    def full(rows: Ints) -> Shingles:
        return shingles([texts[row] for row in rows.tolist()], sketch_options)

    return find_duplicates(
        sketch(texts, sketch_options),
        np.full(len(texts), "NaT", "datetime64[us]"),
        lambda pairs: [compare(*pair, full, reach=chosen.reach) for pair in pairs],
        sketch_options=sketch_options,
        options=chosen,
    )


def report(documents: list[dict[str, Any]], pairs: list[dict[str, Any]], found: Duplicates) -> None:
    """Pair and B-cubed figures over the texts with a gold group, then how each kind of labelled pair fared."""
    labelled = [row for row, each in enumerate(documents) if each["group"] is not None]
    gold = {row: documents[row]["group"] for row in labelled}
    print("pairs   P {:.4f}  R {:.4f}  F1 {:.4f}".format(*pair_figures(gold, found.kept.tolist())))
    print("B-cubed P {:.4f}  R {:.4f}  F1 {:.4f}".format(*bcubed_figures(gold, found.kept.tolist())))
    rows = {each["id"]: row for row, each in enumerate(documents)}
    links = set(zip(found.related.row.tolist(), found.related.other.tolist(), strict=True))
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for pair in pairs:
        one, other = rows[pair["a"]], rows[pair["b"]]
        count = counts[{"True": "copy", "False": "no copy"}.get(str(pair["dup"]), str(pair["dup"])), pair["kind"]]
        for place, hit in enumerate((True, found.kept[one] == found.kept[other], (one, other) in links)):
            count[place] += int(hit)
    for (label, kind), (total, together, linked) in sorted(counts.items()):
        shares = f"together {together / total:.3f}  related {linked / total:.3f}"
        print(f"{label:9}{kind:26}{total:5}  {shares}")


def pair_figures(gold: dict[int, Any], kept: list[int]) -> tuple[float, float, float]:
    """Precision, recall and F1 over all pairs that the groups imply."""
    both = sum_pairs((group, kept[row]) for row, group in gold.items())
    predicted, true = sum_pairs(kept[row] for row in gold), sum_pairs(gold.values())
    return harmonic(both / max(predicted, 1), both / max(true, 1))


def bcubed_figures(gold: dict[int, Any], kept: list[int]) -> tuple[float, float, float]:
    """B-cubed precision, recall and F1 (Bagga and Baldwin 1998)."""
    cells, groups, stars = (
        count((group, kept[row]) for row, group in gold.items()),
        count(gold.values()),
        count(kept[row] for row in gold),
    )
    precision = sum(size**2 / stars[star] for (_, star), size in cells.items()) / len(gold)
    return harmonic(precision, sum(size**2 / groups[group] for (group, _), size in cells.items()) / len(gold))


def harmonic(precision: float, recall: float) -> tuple[float, float, float]:
    """Precision, recall, F1."""
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def count(values: Any) -> dict[Any, int]:
    """How often each value stands there."""
    counts: dict[Any, int] = defaultdict(int)
    for value in values:
        counts[value] += 1
    return counts


def sum_pairs(values: Any) -> int:
    """The number of pairs of equal values."""
    return sum(size * (size - 1) // 2 for size in count(values).values())


def print_kinds(documents: list[dict[str, Any]], found: Duplicates) -> None:
    """For each derivation, how many texts got which duplicate kind."""
    table: dict[str, list[int]] = defaultdict(lambda: [0] * len(DUPLICATE_KINDS))
    for each, kind in zip(documents, found.kinds.tolist(), strict=True):
        table[each["kind"]][kind] += 1
    print(f"{'':24}" + "".join(f"{kind:>10}" for kind in DUPLICATE_KINDS))
    for name, row in sorted(table.items()):
        print(f"{name:24}" + "".join(f"{number:10}" for number in row))


if __name__ == "__main__":
    main()
