"""Measure the language step on one core: `python -m benchmarks.speed_language [--rows 20000] [--data DIR]`.

The articles are invented: words drawn from the word lists that the step reads, a language to an article. With `--data`
they are cut from the labelled texts instead.
"""

from __future__ import annotations

import argparse
import gzip
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.evaluation import TEXTS, read
from corpus.transforms.language import langid, replay, words
from corpus.transforms.language.detect import LanguageOptions, detect
from corpus.transforms.language.evidence import sample

LENGTH: Final = 3_000
BATCH: Final = 1_000
PYTHON_TEXTS: Final = 300
"""How many texts langdetect itself is asked for."""


def main() -> None:
    """Print articles a second of processor time, for the step and for its parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--data", type=Path, help="folder of the labelled data")
    arguments = parser.parse_args()
    texts = (labelled(arguments.data) if arguments.data else invented())[:BATCH]
    batches = -(-arguments.rows // len(texts))
    start = time.perf_counter()
    detect(texts[:1], LanguageOptions())
    print(f"first answer after {time.perf_counter() - start:.2f} s")
    print(f"{len(texts):,} different articles of {sum(map(len, texts)) // len(texts):,} characters")
    samples = [sample(text) for text in texts]
    timed("the whole step", texts, lambda batch: detect(batch, LanguageOptions()), batches)
    timed("langdetect, replayed", texts, replay.probabilities, batches)
    timed("py3langid, replayed", samples, langid.answer, batches)
    timed("word lists", samples, words.word_gains, batches)
    timed("langdetect itself", texts[:PYTHON_TEXTS], replay.asked, 1)


def timed(name: str, texts: Sequence[str], work: Callable[[Sequence[str]], Any], batches: int) -> None:
    """Run `work` once to warm up, then on every batch."""
    work(texts[:10])
    start = time.process_time()
    for _ in range(batches):
        work(texts)
    seconds = time.process_time() - start
    count = batches * len(texts)
    print(f"{name:22}{count / seconds:10,.0f} articles/s {seconds / count * 1e6:8.1f} us each")


def invented() -> list[str]:
    """Articles of words drawn from the lists, commoner ones more often, languages in turn."""
    generator = random.Random(0)
    articles = []
    lists = [gzip.decompress(path.read_bytes()).decode().splitlines()[1:3001] for path in words.lists()]
    vocabularies = [[line.rpartition(" ")[0] for line in lines] for lines in lists]
    for number in range(BATCH):
        vocabulary = vocabularies[number % len(vocabularies)]
        drawn = generator.choices(vocabulary, [1 / (rank + 2) for rank in range(len(vocabulary))], k=LENGTH // 2)
        articles.append(" ".join(drawn)[:LENGTH])
    return articles


def labelled(data: Path) -> list[str]:
    """Articles of the texts of each language, one after the other."""
    by_language: dict[str, list[str]] = defaultdict(list)
    for record in read(data / TEXTS):
        by_language[record["lang"]].append(record["text"])
    joined = [" ".join(texts) for _, texts in sorted(by_language.items())]
    articles = [text[at : at + LENGTH] for text in joined for at in range(0, len(text) - LENGTH + 1, LENGTH)]
    return random.Random(0).sample(articles, len(articles))


if __name__ == "__main__":
    main()
