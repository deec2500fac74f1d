"""Fit the weights of the language detectors to labelled texts: `python -m benchmarks.fit_language --data DIR`."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.evaluation import TEXTS, read, scorer
from benchmarks.quality_language import COMMON, share_right, wide_languages
from corpus.transforms.language.detect import READ_CHARS
from corpus.transforms.language.evidence import LANGUAGE_FEATURES, NONE_FEATURES, all_codes, features, opinions

Matrix = npt.NDArray[np.float64]

OTHERS_SHARE: Final = 0.1
"""What all languages beyond lingua's and langdetect's count together, the others being 1."""
RIDGE: Final = 1e-5
FOLDS: Final = 5
STEPS: Final = 15


def main() -> None:
    """Print the weights, and what they reach on texts that they were not fitted to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled data")
    arguments = parser.parse_args()
    records = read(arguments.data / TEXTS)
    norm = scorer(arguments.data, "score_lang").norm
    gold = [norm(record["lang"]) for record in records]
    inputs = features(opinions([record["text"][:READ_CHARS] for record in records]))
    columns = {code: column for column, code in enumerate(all_codes())}
    answers = np.array([columns.get({"nb": "no"}.get(code, code), len(columns)) for code in gold])
    wide = wide_languages(records)
    counts = importances(gold, {*wide, *COMMON})
    weights = fit(inputs, answers, counts)
    names = [*LANGUAGE_FEATURES, *(f"none of these: {name}" for name in NONE_FEATURES)]
    for name, weight in zip(names, weights, strict=True):
        print(f"{weight:8.3f}  {name}")
    shares = crossed(inputs, answers, counts)
    best = shares[:, :-1].argmax(axis=1)
    told = [all_codes()[column] for column in best]
    scores = shares[np.arange(len(told)), best]
    report(arguments.data, records, told, scores, wide)


def importances(gold: list[str], main: set[str]) -> npt.NDArray[np.float64]:
    """How much each text counts: every language alike, those beyond `main` OTHERS_SHARE together."""
    sizes = Counter(gold)
    counts = np.array([1 / sizes[code] for code in gold])
    inside = np.array([code in main for code in gold])
    counts[inside] /= counts[inside].sum()
    counts[~inside] *= OTHERS_SHARE / counts[~inside].sum()
    shares: Matrix = counts / counts.sum()
    return shares


def fit(inputs: Matrix, answers: npt.NDArray[np.int64], counts: Matrix) -> Matrix:
    """Weights of greatest penalised likelihood, by Newton's method with halved steps."""
    weights = np.zeros(inputs.shape[2])
    rows = np.arange(len(answers))
    right = np.einsum("t,tf->f", counts, inputs[rows, answers])

    def loss(tried: Matrix) -> float:
        shares = softmax(inputs @ tried)[rows, answers]
        return float(RIDGE * tried @ tried - counts @ np.log(np.maximum(shares, 1e-300)))

    for _ in range(STEPS):
        shares = softmax(inputs @ weights)
        means = np.einsum("tl,tlf->tf", shares, inputs)
        slope = right - counts @ means - 2 * RIDGE * weights
        flat = (inputs * np.sqrt(shares * counts[:, None])[:, :, None]).reshape(-1, len(weights))
        curve = flat.T @ flat - np.einsum("t,tf,tg->fg", counts, means, means) + 2 * RIDGE * np.eye(len(weights))
        step = np.linalg.solve(curve, slope)
        before = loss(weights)
        while loss(weights + step) > before:
            step /= 2
        weights = weights + step
    return weights


def crossed(inputs: Matrix, answers: npt.NDArray[np.int64], counts: Matrix) -> Matrix:
    """The probabilities of every text by weights that were fitted to the other folds."""
    folds = np.random.default_rng(0).integers(0, FOLDS, len(answers))
    shares = np.empty(inputs.shape[:2])
    for fold in range(FOLDS):
        train, test = folds != fold, folds == fold
        shares[test] = softmax(inputs[test] @ fit(inputs[train], answers[train], counts[train] / counts[train].sum()))
    return shares


def softmax(scores: Matrix) -> Matrix:
    """Exponentials over their sum."""
    powers: Matrix = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares


def report(data: Path, records: list[dict[str, str]], told: list[str], scores: Matrix, wide: set[str]) -> None:
    """What cross-validation gives, forced and by least score."""
    short = [len(record["text"]) < 50 for record in records]
    long = [len(record["text"]) >= 200 for record in records]
    forced = share_right(data, records, told, COMMON, long), share_right(data, records, told, wide)
    print(
        f"forced: common languages, 200 characters and more {forced[0].macro:.4f}; all lingua's {forced[1].macro:.4f}"
    )
    for least in (0.5, 0.55, 0.6, 0.65, 0.7):
        cut = [code if score >= least else "und" for code, score in zip(told, scores, strict=True)]
        brief = share_right(data, records, cut, COMMON, short)
        print(
            f"least score {least}: common, under 50 characters: {brief.answered:.3f} answered, {brief.right:.4f} right;"
            f" 200 and more: macro {share_right(data, records, cut, COMMON, long).macro:.4f}"
        )


if __name__ == "__main__":
    main()
