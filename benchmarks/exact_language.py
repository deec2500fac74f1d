"""Compare the replay with langdetect, bit for bit: `python -m benchmarks.exact_language [--articles N] [--data DIR]`.

The articles are invented, in all languages of langdetect: letters drawn by the trigrams of its own profiles, with what
real texts have besides (capitals, addresses, digits, marks, a second language). Article N is the same on every machine.
With `--data` the labelled texts are compared too.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.evaluation import TEXTS, read
from corpus.transforms.language import replay
from corpus.transforms.language.langdetect_model import load_model, profile_paths

ARTICLES: Final = 100_000
LENGTHS: Final = (8, 3_000)
"""Characters of an article, about; all orders of magnitude alike."""
BATCH: Final = 500

Followers = Mapping[str, tuple[str, list[int]]]
"""After each two characters, those that may come next, and how often they or one before them do."""


def main() -> int:
    """Print how many texts differ; exit status 1 when any does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--data", type=Path, help="folder of the labelled data")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    if load_model() is None:
        print("another langdetect is installed than the one that is replayed")
        return 1
    starts = range(0, arguments.articles, BATCH)
    with ProcessPoolExecutor(arguments.processes) as pool:
        ranges = [range(start, min(start + BATCH, arguments.articles)) for start in starts]
        counts = {f"invented articles in {len(profile_paths())} languages": sum(pool.map(differing_articles, ranges))}
        sizes = [arguments.articles]
        if arguments.data:
            texts = [record["text"] for record in read(arguments.data / TEXTS)]
            batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
            counts["labelled texts"] = sum(pool.map(differing, batches))
            sizes.append(len(texts))
    for size, (name, count) in zip(sizes, counts.items(), strict=True):
        print(f"{size:,} {name}, {count} of them with probabilities that are not langdetect's bit for bit")
    return 1 if any(counts.values()) else 0


def differing_articles(numbers: range) -> int:
    """How many of the articles of these numbers differ."""
    return differing([article(number) for number in numbers])


def differing(texts: Sequence[str]) -> int:
    """How many texts get other probabilities from the replay than from langdetect."""
    return int((replay.probabilities(texts) != replay.asked(texts)).any(axis=1).sum())


def article(number: int) -> str:
    """The article of that number: the languages come in turn, every tenth article goes on in another one."""
    generator = Random(number)
    names = [path.name for path in profile_paths()]
    chosen = [names[number % len(names)]]
    if number % 10 == 9:
        chosen.append(generator.choice(names))
    least, most = LENGTHS
    size = int(least * (most / least) ** generator.random())
    return " ".join(_text(followers(name), size // len(chosen), generator) for name in chosen)


@functools.cache
def followers(language: str) -> Followers:
    """What follows two characters in a language, by the trigrams of its profile."""
    path = next(path for path in profile_paths() if path.name == language)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for gram, count in json.loads(path.read_bytes())["freq"].items():
        if len(gram) == 3:
            counts[gram[:2]][gram[2]] = count
        elif len(gram) == 2 and gram[0] == " ":
            counts[" "][gram[1]] = count
    return {pair: ("".join(next_), list(accumulate(next_.values()))) for pair, next_ in counts.items()}


def _text(chain: Followers, size: int, generator: Random) -> str:
    words: list[str] = []
    length = 0
    while length < size:
        words.append(_dressed(_word(chain, generator), generator))
        length += len(words[-1]) + 1
    return " ".join(words)


def _word(chain: Followers, generator: Random) -> str:
    word = " "
    while len(word) < 12 and (word[-2:] in chain) and not (len(word) > 1 and word[-1] == " "):
        letters, counts = chain[word[-2:]]
        word += generator.choices(letters, cum_weights=counts)[0]
    return word.strip()


def _dressed(word: str, generator: Random) -> str:
    """The word as it is, mostly; else with something that langdetect treats in its own way."""
    chance = generator.randrange(100)
    dressings = {
        0: word.upper(),
        1: word.title(),
        2: f"http://{word}.example/a-b?c={chance}",
        3: f"{word}@{word}.example.org",
        4: f"{word}\u0301",
        5: f"{word},  ",
        6: f"({generator.randrange(10_000)}) {word}.",
        7: f"{word}\N{GRINNING FACE}",
        8: f"{word}\n",
    }
    return dressings.get(chance, word)


if __name__ == "__main__":
    sys.exit(main())
