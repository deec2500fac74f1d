"""Learn which lines of a text belong to its article: `python -m benchmarks.train_boundaries --data DIR [--write]`.

DIR holds labelled pages (see its README). The weights go to `corpus/data/boundaries.json`. `--cross-validate` judges
every page by weights that were learned from other hosts, and prints what the rules reach alone, too.
"""

from __future__ import annotations

import argparse
import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks import evaluation
from benchmarks.evaluation import PAGES, SNIPPETS, fold_of, host_of
from benchmarks.invented_texts import Piece, article, part
from corpus.transforms.boilerplate.chain import RULES_ALONE, SCALE, Model, read_model
from corpus.transforms.boilerplate.features import COUNT, FEATURES, describe_text
from corpus.transforms.boilerplate.label import BoilerplateOptions, judge, labels_of, scan
from corpus.transforms.html.align import PageWords
from corpus.transforms.normalize import normalize
from corpus.transforms.stretches import cut
from corpus.transforms.title import TitleOptions, find_title, with_title

Floats = npt.NDArray[np.float64]

BOILERPLATE: Final = BoilerplateOptions()
FOLDS: Final = 5
RIDGE: Final = 6.0
ARTICLE_WEIGHT: Final = 10.0
"""What the lines of an article count together, times the weight of its variant."""
ROUNDS: Final = 200
CHANGE: Final = 0.75
"""The price of a change between kept and dropped lines, in log odds."""
BIAS: Final = 0.4
"""What every line gains, in log odds: a lost line is worse than a kept link."""
FEWEST_WORDS, MOST_WORDS, MOST_SHARE = 150, 80, 4.0
"""A line counts by its words, of which at most so many count, and an article has at least so many; all lines together
count at most this often as much as the article."""
SNIPPET_WEIGHT: Final = 0.3
"""What a line counts that holds a labelled snippet."""
INVENTED: Final = 600
VARIANTS: Final = {
    "raw": 1.0, "near": 1.0, "body": 2.0, "crop": 0.6, "gaps": 0.3, "part": 0.4, "short": 0.5, "near_gaps": 0.3,
    "body_gaps": 0.5, "grown": 0.5, "near_grown": 0.5, "invented": 0.4,
}  # fmt: skip
"""What the article of a text counts: of pages as they are, and of texts made from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """The lines of one text: features (line, feature), what is right (1 kept, 0 dropped), and how much each counts."""

    host: str
    features: npt.NDArray[np.int32]
    right: npt.NDArray[np.int64]
    weight: Floats


def main() -> None:
    """Cross-validate, write weights learned from all pages, or both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cross-validate", action="store_true", help="print what weights from other hosts reach")
    parser.add_argument("--write", action="store_true", help="write corpus/data/boundaries.json")
    arguments = parser.parse_args()
    examples = all_examples(arguments.data)
    print(f"{len(examples)} texts, {sum(len(example.right) for example in examples)} lines", flush=True)
    if arguments.cross_validate:
        report("rules alone", arguments.data, lambda page: RULES_ALONE)
        report("with model", arguments.data, lambda page: crossed_model(arguments.data, page))
    if arguments.write:
        document = fit(examples)
        print(f"{sum(map(len, document['weights'].values()))} weights")
        target = Path(str(files("corpus") / "data" / "boundaries.json"))
        target.write_text(json.dumps(document, indent=1) + "\n", "ascii")


@functools.cache
def all_examples(data: Path) -> tuple[Example, ...]:
    """Everything that is learned from."""
    return (*page_examples(data), *snippet_examples(data), *invented_examples())


def crossed_model(data: Path, page: Mapping[str, Any]) -> Model:
    """The model that was learned from other hosts than the page's."""
    return _crossed_models(data)[fold_of(host_of(page), FOLDS)]


@functools.cache
def _crossed_models(data: Path) -> tuple[Model, ...]:
    examples = all_examples(data)
    parts = ([one for one in examples if fold_of(one.host, FOLDS) != fold] for fold in range(FOLDS))
    return tuple(read_model(fit(part)) for part in parts)


def page_examples(data: Path) -> Iterator[Example]:
    """Pages whose article is known, as they are and changed in many ways."""
    for page in evaluation.read(data / PAGES):
        random = Random(page["id"])
        raw, near, body = (pieces_of(normalize(page[field]), page["body"]) for field in ("raw", "near", "body"))
        body = [piece._replace(kept=1) for piece in body]
        variants = {
            "raw": raw, "near": near, "body": body, "crop": crop(raw, random), "gaps": with_gaps(raw, gap=True),
            "part": some_of(raw, random), "short": shortened(raw, random), "near_gaps": with_gaps(near, gap=True),
            "body_gaps": with_gaps(body, gap=False), "grown": grown(crop(raw, random), random),
            "near_grown": grown(near, random),
        }  # fmt: skip
        for name, pieces in variants.items():
            yield example_of(pieces, host_of(page), VARIANTS[name])


def snippet_examples(data: Path) -> Iterator[Example]:
    """Pages of which only snippets are labelled: the lines that hold one count, all others do not."""
    for page in evaluation.read(data / SNIPPETS):
        pieces = pieces_of(normalize(page["raw"]), "")
        right = np.full(len(pieces), -1, np.int64)
        for value, snippets in ((0, page["without"]), (1, page["with"])):
            for snippet in (" ".join(snippet.split()) for snippet in snippets or ()):
                found = [place for place, piece in enumerate(pieces) if snippet in " ".join(piece.text.split())]
                right[found] = value
        labelled = [piece._replace(kept=int(value)) for piece, value in zip(pieces, right, strict=True)]
        example = example_of(labelled, host_of(page), 1.0)
        yield replace(example, weight=np.where(example.weight > 0, SNIPPET_WEIGHT, 0.0))


def invented_examples() -> Iterator[Example]:
    """Texts that nobody wrote."""
    for number in range(INVENTED):
        yield example_of(article(Random(f"article {number}")), f"invented {number}", VARIANTS["invented"])


def pieces_of(text: str, body: str) -> list[Piece]:
    """The lines of a text, those of the `body` as kept."""
    lines = scan(text).lines
    texts = [text[start:end] for start, end in zip(lines["start"].tolist(), lines["end"].tolist(), strict=True)]
    kept = PageWords(texts).kept(body) >= 0.5
    return [Piece(*item) for item in zip(texts, map(int, kept), lines["gap"].tolist(), strict=True)]


def crop(pieces: Sequence[Piece], random: Random) -> list[Piece]:
    """The article with a few lines around it."""
    first, last = extent(pieces)
    before, after = random.choice([0, 1, 2, 4, 8, 16]), random.choice([0, 2, 4, 8, 16, 32, 64])
    return list(pieces[max(0, first - before) : last + after])


def with_gaps(pieces: Sequence[Piece], *, gap: bool) -> list[Piece]:
    """With or without blank lines."""
    return [piece._replace(gap=gap) for piece in pieces]


def some_of(pieces: Sequence[Piece], random: Random) -> list[Piece]:
    """A few lines of the article alone."""
    kept = [piece for piece in pieces if piece.kept == 1]
    first = random.randrange(max(1, len(kept)))
    return with_gaps(kept[first : first + random.choice([1, 2, 3, 5, 8])], gap=random.random() < 0.5)


def shortened(pieces: Sequence[Piece], random: Random) -> list[Piece]:
    """The beginning of the article and what stands below its end."""
    kept = [piece for piece in pieces if piece.kept == 1]
    _, last = extent(pieces)
    below = pieces[last : last + random.choice([2, 4, 8, 20])]
    return with_gaps([*kept[: random.randint(1, max(1, len(kept)))], *below], gap=random.random() < 0.5)


def grown(pieces: Sequence[Piece], random: Random) -> list[Piece]:
    """The article with an invented list, poem or the like, mostly at its end."""
    first, last = extent(pieces)
    place = random.choice([last, last, last, random.randint(first, last)])
    gap = bool(place < len(pieces) and pieces[place].gap)
    return [*pieces[:place], *(Piece(text, 1, gap) for text in part(random)), *pieces[place:]]


def extent(pieces: Sequence[Piece]) -> tuple[int, int]:
    """The first line of the article, and the one after its last."""
    kept = [place for place, piece in enumerate(pieces) if piece.kept == 1] or [0]
    return kept[0], kept[-1] + 1


def example_of(pieces: Sequence[Piece], host: str, weight: float) -> Example:
    """The text of these lines; one that is made of several counts only where they agree."""
    parts = [("\n\n" if piece.gap else "\n") + piece.text for piece in pieces]
    text = "".join(parts)[1:].lstrip("\n")
    ends = np.cumsum([len(item) for item in parts]) - (len("".join(parts)) - len(text))
    result = judge(text, BOILERPLATE, RULES_ALONE)
    lines = result.scan.lines
    table = np.empty((COUNT, len(lines)), np.int32)
    describe_text(lines, result.steps, result.first, result.last, table)
    owners = np.searchsorted(ends, lines["start"], side="right")
    afters = np.searchsorted(ends, lines["end"], side="left")
    kept = np.array([piece.kept for piece in pieces], np.int64)
    right = np.array(
        [
            kept[owner] if (kept[owner : after + 1] == kept[owner]).all() else -1
            for owner, after in zip(owners.tolist(), afters.tolist(), strict=True)
        ],
        np.int64,
    )
    words = lines["words"].astype(np.float64)
    share = (np.minimum(words, MOST_WORDS) + 1) / max(FEWEST_WORDS, float(words[right == 1].sum()))
    share *= ARTICLE_WEIGHT * weight * min(1.0, MOST_SHARE / max(share.sum(), 1e-9))
    share[result.steps["fixed"][:-1] | (right < 0)] = 0.0
    return Example(host=host, features=table.T.copy(), right=np.maximum(right, 0), weight=share)


def fit(examples: Sequence[Example]) -> dict[str, Any]:
    """Logistic regression with a ridge penalty by L-BFGS; weights as whole numbers of 1/SCALE, zeros left out."""
    from scipy.optimize import minimize

    chosen = [example.weight > 0 for example in examples]
    matrix = np.concatenate([stepped(e.features[use]) for e, use in zip(examples, chosen, strict=True)])
    right = np.concatenate([e.right[use] for e, use in zip(examples, chosen, strict=True)])
    weight = np.concatenate([e.weight[use] for e, use in zip(examples, chosen, strict=True)])
    sign = (2.0 * right - 1.0).astype(np.float32)
    across = np.ascontiguousarray(matrix.T)

    def loss(values: Floats) -> tuple[float, Floats]:
        margin = (sign * (matrix @ values.astype(np.float32))).astype(np.float64)
        cost = float(weight @ np.logaddexp(0.0, -margin) + RIDGE / 2 * values @ values)
        slope = -sign * weight / (1.0 + np.exp(np.minimum(margin, 500.0)))
        return cost, (across @ slope.astype(np.float32)).astype(np.float64) + RIDGE * values

    start = np.zeros(matrix.shape[1])
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    whole = iter(np.rint(best * SCALE).astype(int).tolist())
    bias = next(whole) + round(BIAS * SCALE)
    weights = {name: {str(least): next(whole) for least in steps} for name, steps in FEATURES.items()}
    weights = {name: {least: value for least, value in steps.items() if value} for name, steps in weights.items()}
    return {"change": round(CHANGE * SCALE), "bias": bias, "weights": {name: w for name, w in weights.items() if w}}


def stepped(features: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    """A column of ones, and one for every step of every feature (lines, steps)."""
    columns = [np.ones(len(features), np.float32)]
    for values, steps in zip(features.T, FEATURES.values(), strict=True):
        columns += [(values >= least).astype(np.float32) for least in steps]
    return np.stack(columns, 1)


def report(name: str, data: Path, model: Callable[[Mapping[str, Any]], Model]) -> None:
    """Print what a model reaches, by page: F1 of whole pages and cropped ones, of snippets; words kept of bodies."""

    def bodies(pages: Sequence[Mapping[str, Any]], field: str) -> list[str]:
        return [body_of(normalize(page[field]), model(page)) for page in pages]

    pages, snippets = evaluation.read(data / PAGES), evaluation.read(data / SNIPPETS)
    raw, near = (
        evaluation.body_f1(data, evaluation.body_rows(data, pages, bodies(pages, field))) for field in ("raw", "near")
    )
    kept = sum(len(body.split()) for body in bodies(pages, "body"))
    words = sum(len(normalize(page["body"]).split()) for page in pages)
    snippet = evaluation.snippet_f1(snippets, bodies(snippets, "raw"))
    print(f"{name}: raw {raw:.4f} near {near:.4f} snippets {snippet:.4f} clean {kept / words:.4%}", flush=True)


def body_of(text: str, model: Model) -> str:
    """The body of a text by a model."""
    labels = labels_of(judge(text, BOILERPLATE, model).scan, BOILERPLATE, joined=False)
    _, titles = find_title(text, labels, TitleOptions())
    return cut(text, with_title(labels, titles))[0]


if __name__ == "__main__":
    main()
