"""Seeded corpora of any size with gold groups: `python -m benchmarks.make_articles FOLDER --articles N [--seed S]`.

Words, names and leftovers come from the repository's own sample articles. An article is a function of the seed and its
number alone, so a corpus of N articles is the beginning of every larger one. Of a hundred articles ten are edited
copies of an earlier one (1 to 15 % of the words), five keep 20 to 70 % of one, two repeat one with other leftovers.
Written are `raw/<thousand>/<number>.txt`, `articles.parquet` (id, text: the same texts, for tools that read a table)
and `gold.csv` (id, group, kind).
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import functools
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

SAMPLE: Final = Path(__file__).parents[1] / "examples" / "town-papers" / "raw"
MEAN_BYTES: Final = 3000
BLOCK: Final = 1000
STOCK: Final = 400
"""So many sentences of each paper are used again and again, as real papers repeat their own phrases."""
STOCK_SHARE: Final = 0.08
LEFTOVERS: Final = (
    "Share this:\nFacebook\nTwitter\nEmail",
    "Related Posts\n{}\n{}",
    "Sign up for our newsletter\nYour email address",
    "Leave a Reply\nYour email address will not be published. Required fields are marked *",
    "Advertisement",
    "Read more: {}",
)
_SPACELESS: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Paper:
    """What one sample paper gives: its words by falling frequency, and what stands between them."""

    words: npt.NDArray[np.object_]
    joint: str
    bytes_a_word: float


@dataclass(frozen=True, slots=True)
class Made:
    """One article: its number, that of the article that it copies (its own when none), how, and its text."""

    number: int
    source: int
    kind: str
    text: str


def main() -> None:
    """Write a corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    write_corpus(arguments.folder, arguments.articles, arguments.seed, arguments.jobs)


def write_corpus(folder: Path, articles: int, seed: int, jobs: int) -> None:
    """Write all files of a corpus; `jobs` processes make the same bytes as one."""
    folder.mkdir(parents=True, exist_ok=True)
    blocks = [(folder / "raw", seed, start, min(start + BLOCK, articles)) for start in range(0, articles, BLOCK)]
    schema = pa.schema([("id", pa.string()), ("text", pa.string())])
    with (
        (folder / "gold.csv").open("w", encoding="utf-8", newline="") as gold,
        pq.ParquetWriter(folder / "articles.parquet", schema) as table,
        ProcessPoolExecutor(jobs) as pool,
    ):
        lines = csv.writer(gold)
        lines.writerow(["id", "group", "kind"])
        for made in pool.map(write_block, blocks):
            ids = [id_of(article.number) for article in made]
            lines.writerows((name, article.source, article.kind) for name, article in zip(ids, made, strict=True))
            table.write_table(pa.table({"id": ids, "text": [article.text for article in made]}, schema=schema))


def write_block(block: tuple[Path, int, int, int]) -> list[Made]:
    """Write the files of the articles start:end; gives them."""
    raw, seed, start, end = block
    made = [make(seed, number) for number in range(start, end)]
    (raw / f"{start // BLOCK:04d}").mkdir(parents=True, exist_ok=True)
    for article in made:
        (raw / id_of(article.number)).write_text(article.text, encoding="utf-8", newline="\n")
    return made


def id_of(number: int) -> str:
    """The path of an article below `raw`."""
    return f"{number // BLOCK:04d}/{number:07d}.txt"


def make(seed: int, number: int) -> Made:
    """Article `number` of the corpus of `seed`."""
    draw = np.random.default_rng([seed, number])
    kind, source = _origin(seed, number)
    headline, sentences = _written(seed, source)
    if kind == "near":
        sentences = _edited(sentences, _paper(source), draw)
    elif kind == "truncated":
        sentences = sentences[: max(2, int(len(sentences) * draw.uniform(0.2, 0.7)))]
    return Made(number, source, kind, _page(headline, sentences, _paper(source), draw))


def _origin(seed: int, number: int) -> tuple[str, int]:
    """How an article comes about, and from which."""
    draw = np.random.default_rng([seed, number, 1])
    place = number % 100
    kind = "near" if place < 10 else "truncated" if place < 15 else "repeated" if place < 17 else "original"
    if kind == "original" or number < 100:
        return "original", number
    earlier = int(draw.integers(0, number))
    return (kind, earlier) if earlier % 100 >= 17 or earlier < 100 else ("original", number)


def _written(seed: int, number: int) -> tuple[str, list[list[str]]]:
    """Headline and sentences of an original article."""
    draw = np.random.default_rng([seed, number, 2])
    paper = _paper(number)
    count = max(60, int(MEAN_BYTES / paper.bytes_a_word * draw.lognormal(-0.125, 0.5)))
    words = _words(paper, count, draw)
    lengths = draw.integers(8, 23, count // 8 + 1)
    stock = draw.random(len(lengths)) < STOCK_SHARE
    sentences, at = [], 0
    for length, known in zip(lengths.tolist(), stock.tolist(), strict=True):
        if at >= count:
            break
        sentences.append(
            _stock(number % len(papers()), int(draw.integers(STOCK))) if known else words[at : at + length]
        )
        at += length
    return _sentence(_words(paper, 7, draw), paper).rstrip("."), sentences


def _edited(sentences: list[list[str]], paper: Paper, draw: np.random.Generator) -> list[list[str]]:
    """The same sentences with 1 to 15 % of their words put in, left out or exchanged."""
    share = draw.uniform(0.01, 0.15)
    edited = []
    for sentence in sentences:
        words = list(sentence)
        for place in np.flatnonzero(draw.random(len(words)) < share)[::-1].tolist():
            act = int(draw.integers(3))
            words[place : place + (act != 0)] = [] if act == 1 else _words(paper, 1, draw)
        edited.append(words or sentence)
    return edited


def _page(headline: str, sentences: list[list[str]], paper: Paper, draw: np.random.Generator) -> str:
    """A headline, paragraphs of three to five sentences, and up to three leftovers."""
    paragraphs, at = [], 0
    while at < len(sentences):
        size = int(draw.integers(3, 6))
        paragraphs.append((paper.joint or "").join(_sentence(words, paper) for words in sentences[at : at + size]))
        at += size
    rest = draw.choice(len(LEFTOVERS), int(draw.integers(4)), replace=False).tolist()
    titles = [_sentence(_words(paper, 6, draw), paper).rstrip(".") for _ in range(2)]
    leftovers = [LEFTOVERS[number].format(*titles) for number in rest]
    return "\n\n".join([headline, *paragraphs, *leftovers]) + "\n"


def _sentence(words: list[str], paper: Paper) -> str:
    text = paper.joint.join(words)
    return text[:1].upper() + text[1:] + ("." if paper.joint else "\u3002")


def _words(paper: Paper, count: int, draw: np.random.Generator) -> list[str]:
    """Words by Zipf's law, or characters of a script without spaces, all alike."""
    size = len(paper.words)
    places = size ** draw.random(count) if paper.joint else size * draw.random(count)
    return list(paper.words[places.astype(np.int64) % size])


@functools.cache
def _stock(paper: int, number: int) -> list[str]:
    draw = np.random.default_rng([paper, number, 3])
    return _words(papers()[paper], int(draw.integers(8, 23)), draw)


def _paper(number: int) -> Paper:
    return papers()[number % len(papers())]


@functools.cache
def papers() -> tuple[Paper, ...]:
    """All sample papers, by name."""
    return tuple(_read(folder) for folder in sorted(SAMPLE.iterdir()) if folder.is_dir())


def _read(folder: Path) -> Paper:
    text = "\n".join(_articles(folder))
    joint = "" if len(_SPACELESS.findall(text)) > len(text) / 4 else " "
    found = re.findall(r"[^\W\d_]+", text) if joint else _SPACELESS.findall(text)
    words = [word for word, _ in sorted(Counter(map(str.lower, found)).items(), key=lambda item: (-item[1], item[0]))]
    size = sum(len(word.encode()) for word in found) / len(found)
    return Paper(np.array(words, object), joint, size + len(joint))


def _articles(folder: Path) -> Iterator[str]:
    """The articles that are written in UTF-8, as most are."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".txt", ".md"}:
            with contextlib.suppress(UnicodeDecodeError):
                yield path.read_text("utf-8")


if __name__ == "__main__":
    main()
