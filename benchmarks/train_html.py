"""Learn which lines of a page belong to its article: `python benchmarks/train_html.py --data DIR [--write]`.

DIR holds labelled pages (see its README). The trees go to `corpus/data/html_model.json`. What is printed comes from
cross-validation by host: no page is judged by trees that were learned from its own site.
"""

from __future__ import annotations

import argparse
import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks import evaluation
from benchmarks.boosting import Growth, grow
from benchmarks.evaluation import PAGES, SNIPPETS, fold_of, host_of
from corpus.transforms.html.extract import main_text
from corpus.transforms.html.features import FEATURES, describe
from corpus.transforms.html.headline import find_headline, headline_places
from corpus.transforms.html.model import SCALE, best_sequence
from corpus.transforms.html.page import Visible, opinions_on, see
from corpus.transforms.html.stated import read_stated
from corpus.transforms.html.tree import HtmlOptions, parse
from corpus.transforms.trees import read_trees, scores_of

Floats = npt.NDArray[np.float64]

FOLDS: Final = 6
SNIPPET_WEIGHT: Final = 0.2
"""What a labelled snippet counts, where the article of a page counts 1."""
CHANGE: Final = SCALE // 4
"""The price of a change between kept and dropped lines (see `model.best_sequence`)."""

GROWTHS: Final = (Growth(seed=2), Growth(seed=3, features=0.2, trees=200))
"""Two draws of the features that trees may split on: their mean wavers less."""


@dataclass(slots=True)
class Example:
    """One page: its lines, what is right (1 kept, 0 dropped, -1 unknown), and how much each line counts."""

    gold: Mapping[str, Any]
    visible: Visible
    values: npt.NDArray[np.int32]
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
    cross_validate(examples)
    report(examples, arguments.data)
    if arguments.write:
        trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in fit(examples))
        text = f'{{"change": {CHANGE}, "trees": [\n{trees}\n]}}\n'
        Path(str(files("corpus") / "data" / "html_model.json")).write_text(text, "ascii")


@functools.cache
def crossed_bodies(data: Path) -> dict[str, str]:
    """The body of every page by trees that were learned from other hosts."""
    examples = prepared(data, use=True)
    cross_validate(examples)
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
    stated = read_stated(root)
    visible = see(root, stated)
    opinions = opinions_on(visible, main_text(root) if use else "")
    right, weight = judge(gold, visible)
    guess = [share >= 0.5 for share in opinions.kept]
    title = find_headline(stated, visible.tree.lines, guess)
    headline = frozenset(headline_places(title, visible.tree.lines, guess)) if title else frozenset()
    weight[sorted(headline)] = 0.0
    values = describe(visible.tree, opinions)
    return Example(gold=gold, visible=visible, values=values, right=right, weight=weight, headline=headline)


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


def cross_validate(examples: Sequence[Example]) -> None:
    """Set every example's `scores` by trees that were learned from other hosts."""
    folds = [fold_of(host_of(example.gold), FOLDS) for example in examples]
    for fold in range(FOLDS):
        others = [example for example, own in zip(examples, folds, strict=True) if own != fold]
        trees = read_trees(fit(others), FEATURES)
        for example, own in zip(examples, folds, strict=True):
            if own == fold:
                example.scores = scores_of(trees, example.values).tolist()


def fit(examples: Sequence[Example]) -> list[Any]:
    """The document of the trees that all examples teach: the mean of all `GROWTHS`."""
    values = np.concatenate([example.values for example in examples])
    right = np.concatenate([example.right for example in examples])
    weight = np.concatenate([example.weight for example in examples])
    known = weight > 0
    rows = (values[known], right[known], weight[known])
    return [tree for growth in GROWTHS for tree in grow(*rows, FEATURES, SCALE // len(GROWTHS), growth)]


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
