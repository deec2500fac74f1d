"""Learn which lines of a page belong to its article: `python benchmarks/train_html.py --data DIR [--write]`.

DIR holds labelled pages (see its README). The weights go to `corpus/data/html_model.json`. What is printed comes from
cross-validation by host: no page is judged by weights that were learned from its own site.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from benchmarks import evaluation
from benchmarks.evaluation import PAGES, SNIPPETS
from corpus.transforms.html.extract import main_text
from corpus.transforms.html.facts import PageFacts
from corpus.transforms.html.headline import find_headline, headline_places
from corpus.transforms.html.model import SCALE, best_sequence, score
from corpus.transforms.html.page import Visible, see
from corpus.transforms.html.stated import read_stated
from corpus.transforms.html.tree import HtmlOptions, parse

Floats = npt.NDArray[np.float64]

FOLDS: Final = 6
FEWEST_PAGES: Final = 5
"""A fact that fewer pages show gets no weight."""
RIDGE: Final = 1.0
ROUNDS: Final = 400
SNIPPET_WEIGHT: Final = 0.2
"""What a labelled snippet counts, where the article of a page counts 1."""
CHANGE: Final = 4
"""The price of a change between kept and dropped lines (see `model.best_sequence`)."""
SMALLEST: Final = 1


@dataclass(slots=True)
class Example:
    """One page: its lines, what is right (1 kept, 0 dropped, -1 unknown), and how much each line counts."""

    gold: Mapping[str, Any]
    visible: Visible
    facts: list[list[str]]
    right: npt.NDArray[np.int64]
    weight: Floats
    headline: frozenset[int]
    scores: list[int] = field(default_factory=list)


def main() -> None:
    """Cross-validate, print what is reached, and write weights learned from all pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write corpus/data/html_model.json")
    parser.add_argument("--without-extractor", action="store_true", help="measure without trafilatura")
    arguments = parser.parse_args()
    examples = prepared(arguments.data, use=not arguments.without_extractor)
    weights = learn(examples)
    report(examples, arguments.data)
    print(f"{len(weights)} weights")
    if arguments.write:
        document = {"change": CHANGE, "facts": weights}
        text = json.dumps(document, indent=0, sort_keys=True)
        Path(str(files("corpus") / "data" / "html_model.json")).write_text(f"{text}\n", "ascii")


@functools.cache
def crossed_bodies(data: Path) -> dict[str, str]:
    """The body of every page by weights that were learned from other hosts."""
    examples = prepared(data, use=True)
    learn(examples)
    return {example.gold["id"]: body_of(example) for example in examples}


def prepared(data: Path, *, use: bool) -> list[Example]:
    """All pages that hold anything."""
    records = [record for name in (PAGES, SNIPPETS) for record in evaluation.read(data / name)]
    return [example for record in records if (example := prepare(record, use=use))]


def prepare(gold: Mapping[str, Any], *, use: bool) -> Example | None:
    """Read a page and find out which of its lines the gold has."""
    root = parse(gold["html"], HtmlOptions())
    if root is None:
        return None
    visible = see(root)
    kept = visible.words.kept(main_text(root) if use else "")
    right, weight = judge(gold, visible)
    guess = [share >= 0.5 for share in kept]
    title = find_headline(read_stated(root), visible.tree.lines, guess)
    headline = frozenset(headline_places(title, visible.tree.lines, guess)) if title else frozenset()
    weight[sorted(headline)] = 0.0
    facts = PageFacts(visible.tree, kept, visible.brief_marks()).all()
    return Example(gold=gold, visible=visible, facts=facts, right=right, weight=weight, headline=headline)


def judge(gold: Mapping[str, Any], visible: Visible) -> tuple[npt.NDArray[np.int64], Floats]:
    """What is right for each line of a page, and how much it counts: as many words as it has, of the article's."""
    if "body" not in gold:
        return judge_snippets(gold, visible)
    right = (visible.words.kept(gold["body"]) >= 0.5).astype(np.int64)
    words = np.maximum(visible.words.counts, 1).astype(np.float64)
    weight = words / (words[right == 1].sum() + 1.0)
    foreign = weight[right == 0].sum()
    if foreign > 1.0:
        weight[right == 0] /= np.sqrt(foreign)
    return right, np.minimum(weight, 0.3)


def judge_snippets(gold: Mapping[str, Any], visible: Visible) -> tuple[npt.NDArray[np.int64], Floats]:
    """The same for a page of which only snippets are labelled: the lines that hold one count, all others do not."""
    lines = [folded(line.text) for line in visible.tree.lines]
    right = np.full(len(lines), -1, np.int64)
    for value, snippets in ((0, gold["without"]), (1, gold["with"])):
        for snippet in map(folded, snippets or ()):
            right[[place for place, line in enumerate(lines) if snippet in line]] = value
    return np.maximum(right, 0), np.where(right >= 0, SNIPPET_WEIGHT, 0.0)


def learn(examples: Sequence[Example]) -> dict[str, int]:
    """Weights from all examples; each example's `scores` come from those of other hosts."""
    names = vocabulary(examples)
    for fold in range(FOLDS):
        weights = fit([example for example in examples if fold_of(example.gold) != fold], names)
        for example in examples:
            if fold_of(example.gold) == fold:
                example.scores = [score(facts, weights) for facts in example.facts]
    return fit(examples, names)


def vocabulary(examples: Sequence[Example]) -> dict[str, int]:
    """A number for every fact that enough pages show."""
    pages = Counter(name for example in examples for name in {name for facts in example.facts for name in facts})
    return {
        name: number for number, name in enumerate(sorted(n for n, count in pages.items() if count >= FEWEST_PAGES))
    }


def fit(examples: Sequence[Example], names: dict[str, int]) -> dict[str, int]:
    """Logistic regression with a ridge penalty by L-BFGS; weights as whole numbers of 1/SCALE, zeros left out."""
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix

    rows: list[int] = []
    columns: list[int] = []
    right: list[int] = []
    counts: list[float] = []
    for example in examples:
        for facts, value, weight in zip(example.facts, example.right, example.weight, strict=True):
            if weight > 0:
                known = [names[name] for name in facts if name in names]
                rows += [len(right)] * len(known)
                columns += known
                right.append(int(value))
                counts.append(float(weight))
    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(right), len(names)))
    sign = 2.0 * np.array(right) - 1.0
    count = np.array(counts)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (matrix @ weights)
        value = float(count @ np.logaddexp(0.0, -margin) + RIDGE / 2 * weights @ weights)
        slope = -sign * count / (1.0 + np.exp(np.minimum(margin, 500.0)))
        return value, matrix.T @ slope + RIDGE * weights

    best = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    whole = np.rint(best * SCALE).astype(int)
    return {name: int(whole[number]) for name, number in names.items() if abs(whole[number]) >= SMALLEST}


def fold_of(gold: Mapping[str, Any]) -> int:
    """The part of the data that a page's host belongs to."""
    host = urlsplit(gold.get("url") or "").hostname or gold["id"]
    domain = ".".join(host.split(".")[-2:])
    return int(hashlib.sha256(domain.encode()).hexdigest()[:8], 16) % FOLDS


def folded(text: str) -> str:
    """`text` with every run of white space as one blank."""
    return re.sub(r"\s+", " ", text).strip()


def report(examples: Sequence[Example], data: Path) -> None:
    """Print what the examples' scores reach."""
    bodies = {example.gold["id"]: body_of(example) for example in examples}
    pages = evaluation.read(data / PAGES)
    rows = evaluation.body_rows(data, pages, [bodies.get(page["id"], "") for page in pages])
    chosen = [row for page, row in zip(pages, rows, strict=True) if page["source"] == "scrapinghub"]
    marked = evaluation.read(data / SNIPPETS)
    snippets = evaluation.snippet_f1(marked, [bodies.get(page["id"], "") for page in marked])
    body, one = evaluation.body_f1(data, rows), evaluation.body_f1(data, chosen)
    print(f"F1 {body:.4f}, on scrapinghub {one:.4f}, snippets {snippets:.4f}", flush=True)


def body_of(example: Example) -> str:
    """The lines that are kept by the example's scores, less those of the headline."""
    keep = best_sequence(example.scores, CHANGE)
    lines = enumerate(example.visible.tree.lines)
    return "\n".join(line.text for place, line in lines if keep[place] and place not in example.headline)


if __name__ == "__main__":
    main()
