"""Quality of language detection on labelled texts: `python -m benchmarks.quality_language --data DIR` prints it."""

from __future__ import annotations

import argparse
import functools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.evaluation import TEXTS, Figure, Worst, read, read_predictions, scorer
from corpus.schema import UNDETERMINED
from corpus.transforms.language import replay
from corpus.transforms.language.codes import LANGDETECT_CODES, released_codes
from corpus.transforms.language.detect import LONG, LanguageOptions, detect

COMMON: Final = frozenset({*released_codes(replay.languages(), LANGDETECT_CODES), "nb"} - {"no"})
"""langdetect's languages; the labelled data calls its Norwegian Bokmål."""
WIDE_SET: Final = "lingua-sentence"
"""The set of the labelled data that has lingua's 75 languages."""
FORCED: Final = LanguageOptions(min_letters=0, min_score=0.0)
PEERS: Final = ("langdetect", "lingua", "py3langid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """Shares of right answers. In `macro` every language counts alike and `und` is wrong."""

    macro: float
    answered: float
    right: float
    """Of those that were answered."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled data")
    parser.add_argument("--peers", type=Path, help="folder with the predictions of other tools")
    arguments = parser.parse_args()
    for figure in figures(arguments.data, arguments.peers):
        peers = "".join(f"  {name} {value:.4f}" for name, value in sorted(figure.peers.items()))
        print(f"{figure.ours:.4f}  {figure.name}{peers}")


def figures(data: Path, peers: Path | None) -> list[Figure]:
    """All figures: with the settings as they come, and, where the name says forced, without any `und`."""
    records = read(data / TEXTS)
    texts = [record["text"] for record in records]
    told = [code for code, _ in detect(texts, LanguageOptions())]
    forced = [code for code, _ in detect(texts, FORCED)]
    others = {name: [row["lang"] for row in _aligned(records, peers, name)] for name in PEERS} if peers else {}
    wide = wide_languages(records)
    short = [len(text) < 50 for text in texts]
    long = [len(text) >= LONG for text in texts]
    beyond = [scorer(data, "score_lang").norm(record["lang"]) not in COMMON for record in records]
    far = [is_beyond and is_long for is_beyond, is_long in zip(beyond, long, strict=True)]
    part = functools.partial(share_right, data, records)

    def figure(name: str, ours: float, target: float | None, field: str, *scope: Any) -> Figure:
        values = {tool: getattr(part(codes, *scope), field) for tool, codes in others.items()}
        return Figure(name=name, ours=ours, target=target, peers=values)

    common = (COMMON, long), (COMMON, short), (wide,)
    return [
        figure("language: common, 200+ characters", part(told, *common[0]).macro, 0.995, "macro", *common[0]),
        figure("language: common, 200+, forced", part(forced, *common[0]).macro, None, "macro", *common[0]),
        figure("language: common, under 50, answered", part(told, *common[1]).answered, 0.5, "answered", *common[1]),
        figure("language: common, under 50, right", part(told, *common[1]).right, 0.97, "right", *common[1]),
        figure("language: lingua's 75, forced", part(forced, *common[2]).macro, 0.90, "macro", *common[2]),
        figure("language: lingua's 75", part(told, *common[2]).macro, None, "macro", *common[2]),
        figure("language: lingua's 75, answered", part(told, *common[2]).answered, None, "answered", *common[2]),
        figure("language: lingua's 75, right", part(told, *common[2]).right, None, "right", *common[2]),
        figure(
            "language: not langdetect's, 200+, answered", part(told, None, far).answered, None, "answered", None, far
        ),
        figure("language: not langdetect's, 200+, right", part(told, None, far).right, None, "right", None, far),
    ]


def worst(data: Path, count: int = 10) -> list[Worst]:
    """Long texts in common languages that are told wrong, in the order of their ids."""
    norm = scorer(data, "score_lang").norm
    records = [record for record in read(data / TEXTS) if len(record["text"]) >= LONG]
    records = [record for record in records if norm(record["lang"]) in COMMON]
    told = [code for code, _ in detect([record["text"] for record in records], LanguageOptions())]
    wrong = [
        Worst(data="language, common, 200+ characters", id=record["id"], found={"gold": record["lang"], "told": code})
        for record, code in zip(records, told, strict=True)
        if norm(code, norm(record["lang"])) != norm(record["lang"])
    ]
    return sorted(wrong, key=lambda item: item.id)[:count]


def wide_languages(records: Sequence[Mapping[str, Any]]) -> set[str]:
    """Lingua's 75 languages."""
    return {str(record["lang"]) for record in records if record["set"] == WIDE_SET}


def share_right(
    data: Path,
    records: Sequence[Mapping[str, Any]],
    told: Sequence[str | None],
    languages: Collection[str] | None,
    chosen: Sequence[bool] | None = None,
) -> Right:
    """Shares of right answers among the texts of `languages` (all when None) that are `chosen`."""
    norm = scorer(data, "score_lang").norm
    by_language: dict[str, list[bool]] = defaultdict(list)
    answered: list[bool] = []
    for record, code, is_chosen in zip(records, told, chosen or [True] * len(records), strict=True):
        gold = norm(record["lang"])
        if not is_chosen or (languages is not None and gold not in languages):
            continue
        by_language[gold].append(norm(code, gold) == gold)
        if code not in (None, UNDETERMINED, "unknown"):
            answered.append(by_language[gold][-1])
    total = sum(map(len, by_language.values()))
    return Right(
        macro=float(np.mean([np.mean(right) for right in by_language.values()])),
        answered=len(answered) / total,
        right=float(np.mean(answered)) if answered else 0.0,
    )


def _aligned(records: Sequence[Mapping[str, Any]], peers: Path, name: str) -> list[dict[str, Any]]:
    predictions = read_predictions(peers / f"language.{name}.jsonl")
    return [predictions[record["id"]] for record in records]


if __name__ == "__main__":
    main()
