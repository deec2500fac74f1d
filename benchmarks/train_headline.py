"""Learn how much each fact about a line says that it is the headline: `python -m benchmarks.train_headline --data DIR`.

DIR holds labelled pages (see its README). `--write` puts weights and trees into `corpus/data/headline.json`;
`--cross-validate` prints what they reach when no page is judged by weights that were learnt from its own site.

The method is a softmax over the lines of each page that may be its headline (conditional logit; McFadden 1974): the
lines that print the known title are right. Ridge penalty, L-BFGS, weights times ten and rounded; then small
trees on top of the sums (`benchmarks.line_trees`).
"""

from __future__ import annotations

import argparse
import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks import evaluation, line_trees
from benchmarks.evaluation import PAGES, SNIPPETS, fold_of, host_of
from benchmarks.line_trees import Choices, boost
from corpus.transforms.boilerplate.characters import as_text, comparable
from corpus.transforms.boilerplate.headline import FINALISTS, LEAST_SCORE, SHARE, Learnt
from corpus.transforms.boilerplate.headline_context import FACT_NUMBERS
from corpus.transforms.boilerplate.label import BoilerplateOptions, Scan, marked
from corpus.transforms.boilerplate.retold import Numbers
from corpus.transforms.normalize import normalize
from corpus.transforms.title import LEARNT, NAMES, SIGNS, TitleOptions, find_candidates, find_headline

Floats = npt.NDArray[np.float64]

FOLDS: Final = 5
SCALE: Final = 10
RIDGE: Final = 1.0
ROUNDS: Final = 500
UNSURE: Final = 0.7
"""What a page counts whose title is not stated but guessed from its headings."""
LEAVES_HEADLINE_OUT: Final = ("scrapinghub", "newspaper4k")
"""Sources whose bodies leave the headline out: a title found in one is invented."""
TYPESET: Final = str.maketrans(
    {**dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'), **dict.fromkeys("\u2018\u2019\u201a", "'")}
)
"""Quotation marks as they are typed: a site prints the same title with either."""
BOILERPLATE, TITLE = BoilerplateOptions(), TitleOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A page with its lines, what its headline reads, what the page counts, and the facts of lines that may be it."""

    gold: Mapping[str, Any]
    data: str
    scan: Scan
    headline: str
    sure: float
    values: npt.NDArray[np.int8]
    right: npt.NDArray[np.bool_]


def main() -> None:
    """Learn from all pages; cross-validate and write on request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled data")
    parser.add_argument("--cross-validate", action="store_true", help="print figures over folds of hosts")
    parser.add_argument("--write", action="store_true", help=f"write corpus/data/{LEARNT}")
    arguments = parser.parse_args()
    examples = list(prepared(arguments.data))
    if arguments.cross_validate:
        cross_validate(arguments.data)
    if arguments.write:
        write(learn(examples))


def write(learnt: Learnt) -> None:
    """Write what was learnt, a tree a line."""
    trees = np.concatenate([learnt.trees.facts, learnt.trees.bounds, learnt.trees.values], axis=1).tolist()
    document = {"facts": list(NAMES), "weights": learnt.weights.tolist()}
    head = json.dumps(document)[:-1]
    rows = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in trees)
    Path(str(files("corpus") / "data" / LEARNT)).write_text(f'{head}, "trees": [\n{rows}\n]}}\n', "ascii")


def prepared(data: Path) -> Iterator[Example]:
    """All pages whose title stands in the text as a line."""
    for name in (PAGES, SNIPPETS):
        for page in evaluation.read(data / name):
            text = normalize(page["raw"])
            headline, sure = known_title(page, {folded(line) for line in text.split("\n")})
            if headline:
                scan = marked(text, BOILERPLATE)
                found = find_candidates(scan, TITLE)
                right = np.array(
                    [folded(words_of(scan, place).lstrip(SIGNS)) == headline for place in found.places], np.bool_
                )
                yield Example(
                    gold=page, data=name, scan=scan, headline=headline, sure=sure, values=found.values, right=right
                )


def folded(text: str) -> str:
    """A line as titles are compared: case folded, blanks single, quotation marks straight."""
    return comparable(" ".join(text.split())).translate(TYPESET)


def words_of(scan: Scan, place: int) -> str:
    """The words of a line."""
    return as_text(scan.plain[scan.lines[place]["first"] : scan.lines[place]["last"]])


def known_title(page: Mapping[str, Any], lines: set[str]) -> tuple[str, float]:
    """The title that stands in the text as a line, and how sure it is: stated, or a heading that begins `<title>`."""
    from lxml import html

    title = folded(page.get("title") or "")
    if title in lines:
        return title, 1.0
    tree = html.fromstring(page["html"].encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
    heads = [folded(str(text)) for text in tree.xpath("//title[1]/text() | //meta[@property='og:title']/@content")]
    for heading in (folded(element.text_content()) for element in tree.xpath("//h1")):
        if heading in lines and " " in heading and any(head.startswith(heading) for head in heads):
            return heading, UNSURE
    return "", 0.0


def learn(examples: Sequence[Example]) -> Learnt:
    """The weights of all facts, and trees on top of the sums: grown from the lines that they judge."""
    weights = weigh([example for example in examples if example.right.any()])
    judged = [finalists(example, weights) for example in examples]
    chosen = [example for example in judged if example.right.any()]
    values = np.concatenate([example.values for example in chosen])
    choices = Choices(
        values=values,
        right=np.concatenate([example.right for example in chosen]),
        scores=sums_of(values, weights) * np.float64(SHARE / line_trees.SCALE),
        sizes=np.array([len(example.right) for example in chosen]),
        sure=np.array([example.sure for example in chosen]),
    )
    return Learnt(weights=weights, trees=boost(choices))


def finalists(example: Example, weights: Numbers) -> Example:
    """A page with only those of its lines that the trees judge."""
    sums = sums_of(example.values, weights)
    rows = np.sort(np.argsort(-sums, kind="stable")[:FINALISTS])
    rows = rows[sums[rows] > LEAST_SCORE]
    return replace(example, values=example.values[rows], right=example.right[rows])


def sums_of(values: npt.NDArray[np.int8], weights: Numbers) -> Numbers:
    """The sum of weighted facts of every line."""
    sums: Numbers = values[:, :FACT_NUMBERS] @ weights
    return sums


def weigh(chosen: Sequence[Example]) -> Numbers:
    """The weights of all facts, in the order of `FACTS`, as whole numbers of 1 / SCALE."""
    from scipy.optimize import minimize

    table = np.concatenate([example.values[:, :FACT_NUMBERS] for example in chosen]).astype(np.float64)
    right = np.concatenate([example.right for example in chosen]).astype(np.float64)
    sizes = np.array([len(example.right) for example in chosen])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    sure = np.array([example.sure for example in chosen])

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = table @ weights
        powers = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        total, good = np.add.reduceat(powers, starts), np.add.reduceat(powers * right, starts) + 1e-300
        value = sure @ (np.log(total) - np.log(good)) + RIDGE / 2 * weights @ weights
        slope = np.repeat(sure, sizes) * powers * (1.0 / np.repeat(total, sizes) - right / np.repeat(good, sizes))
        return float(value), table.T @ slope + RIDGE * weights

    best = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    rounded: Numbers = np.rint(best * SCALE).astype(np.int32)
    return rounded


@functools.cache
def crossed_titles(data: Path) -> tuple[list[tuple[Example, str | None]], list[str | None]]:
    """What weights learnt from other hosts find on pages with a known title, and in bodies that have no headline."""
    examples = list(prepared(data))
    learnt = [learn([one for one in examples if fold_of(host_of(one.gold), FOLDS) != fold]) for fold in range(FOLDS)]

    def found(scan: Scan, gold: Mapping[str, Any]) -> str | None:
        headline = find_headline(scan, TITLE, learnt[fold_of(host_of(gold), FOLDS)])
        return None if headline is None else headline.words

    bare = [page for page in evaluation.read(data / PAGES) if page["source"] in LEAVES_HEADLINE_OUT]
    return (
        [(one, found(one.scan, one.gold)) for one in examples],
        [found(marked(normalize(page["body"]), BOILERPLATE), page) for page in bare],
    )


def cross_validate(data: Path) -> None:
    """Print what weights learnt from other hosts reach: headlines that are right, and headlines that are invented."""
    known, bare = crossed_titles(data)
    for file in (PAGES, SNIPPETS):
        for name, wanted in (("stated", True), ("guessed", False)):
            chosen = [(one, title) for one, title in known if one.data == file and (one.sure == 1.0) == wanted]
            found = sum(title is not None for _, title in chosen)
            right = sum(is_right(one, title) for one, title in chosen)
            count = max(1, len(chosen))
            print(f"{file}, {name} titles: {right / count:.3f} right ({right}), {found / count:.3f} found, of {count}")
    invented = sum(title is not None for title in bare)
    print(f"invented in bodies without a headline: {invented} of {len(bare)}")


def is_right(example: Example, title: str | None) -> bool:
    """Whether a title is the known one."""
    return title is not None and folded(title) == example.headline


if __name__ == "__main__":
    main()
