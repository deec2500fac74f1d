"""Measure titles and boilerplate on plain text: `python -m benchmarks.quality_text --data DIR` (see its README).

The figures of bodies and titles are cross-validated over hosts: the weights that ship have seen these very pages. What
stays of clean bodies, the kinds and the speed are measured with the weights that ship.
"""

from __future__ import annotations

import argparse
import functools
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import train_boundaries, train_headline
from benchmarks.evaluation import (
    PAGES,
    SNIPPETS,
    TEXTS,
    Figure,
    Worst,
    body_f1,
    body_rows,
    read,
    read_predictions,
    scored,
    snippet_f1,
)  # fmt: skip
from corpus.transforms.article import Article, split_article
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.normalize import normalize
from corpus.transforms.stretches import restore
from corpus.transforms.title import TitleOptions

BOILERPLATE: Final = BoilerplateOptions()
TITLE: Final = TitleOptions()
INPUTS: Final = ("raw", "near")
COMMENTS: Final = "comments"
CAUSES: Final = Path(__file__).parent / "quality_causes.toml"
"""Why documents score low, and the pages whose gold is in doubt, as read by a person."""
TOOLS: Final = ("none", "five-line rule", "jusText")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of all documents of one input form."""

    texts: tuple[str, ...]
    articles: tuple[Article, ...]

    @property
    def bodies(self) -> list[str]:
        """The bodies."""
        return [article.body for article in self.articles]


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled data")
    parser.add_argument("--worst", type=int, default=0, help="also list that many of the pages that score lowest")
    parser.add_argument("--lost", action="store_true", help="also list what is taken out of clean bodies")
    arguments = parser.parse_args()
    pages = read(arguments.data / PAGES)
    for field in INPUTS:
        rows = body_rows(arguments.data, pages, crossed_bodies(arguments.data, pages, field))
        precision, recall = (sum(row[place] for row in rows) / len(rows) for place in (4, 5))
        print(f"{field:5} F1 {body_f1(arguments.data, rows):.4f}  P {precision:.4f}  R {recall:.4f}", end="  ")
        print(by_source(arguments.data, pages, rows))
    for figure in [*body_figures(arguments.data, None)[2 * len(INPUTS) :], *title_figures(arguments.data)]:
        print(f"{figure.name}: {figure.ours:.4f}")
    for item in worst(arguments.data, arguments.worst):
        print(item.data, item.id, *item.found.values())
    if arguments.lost:
        print_lost(arguments.data)
    print_kinds(arguments.data)
    for name, speed in speeds(arguments.data).items():
        print(f"speed on {name}: {speed:.1f} MB/s")


@functools.cache
def outcome(data: Path, field: str) -> Outcome:
    """All documents of one form: `raw`, `near` or `body` of the pages, `raw` of the snippet pages as `snippets`."""
    records = read(data / (SNIPPETS if field == "snippets" else PAGES))
    texts = tuple(normalize(record["raw" if field == "snippets" else field]) for record in records)
    return Outcome(texts=texts, articles=tuple(split_article(text, BOILERPLATE, TITLE) for text in texts))


def body_figures(data: Path, peers: Path | None) -> list[Figure]:
    """F1 of the bodies for each form of input, what stays of clean text, and whether every text can be restored."""
    pages = read(data / PAGES)
    figures = []
    for field, target in (("raw", 0.90), ("near", 0.95)):
        others = {
            tool: body_f1(data, body_rows(data, pages, predicted(peers / f"{field}.{tool}.jsonl", pages)))
            for tool in (TOOLS if peers else ())
            if peers
        }
        rows = body_rows(data, pages, crossed_bodies(data, pages, field))
        sound = [row for row in rows if row[0] not in doubted()]
        figures += [
            Figure(name=f"plain text, {field}: F1", ours=body_f1(data, rows), target=target, peers=others),
            Figure(
                name=f"plain text, {field}: F1, {len(rows) - len(sound)} doubtful pages aside",
                ours=body_f1(data, sound),
            ),
        ]
    marked = read(data / SNIPPETS)
    snippets = snippet_f1(marked, crossed_bodies(data, marked, "raw"))
    clean = outcome(data, "body")
    return [
        *figures,
        Figure(name="plain text, snippets: F1", ours=snippets),
        Figure(name="clean bodies: words that stay", ours=share_kept(clean), target=0.995),
        Figure(name="clean bodies: words that stay, readers' comments aside", ours=share_kept(clean, COMMENTS)),
        Figure(name="removed characters that are `other`", ours=share_other(data), target=0.05, most=True),
        Figure(name="texts that restore gives back", ours=share_restored(data), target=1.0),
    ]


def crossed_bodies(data: Path, pages: Sequence[dict[str, Any]], field: str) -> list[str]:
    """The bodies by a line model that was learned from other hosts: the one that ships has seen these pages."""
    return [
        train_boundaries.body_of(normalize(page[field]), train_boundaries.crossed_model(data, page)) for page in pages
    ]


def predicted(path: Path, records: Sequence[dict[str, Any]]) -> list[str]:
    """The bodies that a tool made of the records."""
    found = read_predictions(path)
    return [found[record["id"]]["body"] or "" for record in records]


@functools.cache
def doubted() -> frozenset[str]:
    """Ids of the pages whose gold is a small part of the article."""
    return frozenset(tomllib.loads(CAUSES.read_text("utf-8"))["gold in doubt"])


def share_kept(clean: Outcome, aside: str | None = None) -> float:
    """Words of clean bodies that stay, one kind of stretch `aside`; a title that was found is not counted as lost."""
    words = kept = 0
    for text, article in zip(clean.texts, clean.articles, strict=True):
        words += len(text.split()) - (len(article.title.split()) if article.title else 0)
        words -= sum(len(stretch.text.split()) for stretch in article.boilerplate if stretch.kind == aside)
        kept += len(article.body.split())
    return kept / words


def share_other(data: Path) -> float:
    """Share of the kind `other` among all removed characters of whole pages and articles with leftovers."""
    removed = removed_by_kind(data)
    return removed["other"] / removed.total()


def removed_by_kind(data: Path) -> Counter[str]:
    """Removed characters by kind."""
    removed: Counter[str] = Counter()
    for field in (*INPUTS, "snippets"):
        for article in outcome(data, field).articles:
            for stretch in article.boilerplate:
                removed[stretch.kind] += len(stretch.text)
    return removed


def share_restored(data: Path) -> float:
    """Share of the documents of every set and form that come back whole from body and boilerplate."""
    done = [
        restore(article.body, [{"offset": item.offset, "text": item.text} for item in article.boilerplate]) == text
        for field in (*INPUTS, "body", "snippets")
        for text, article in zip(outcome(data, field).texts, outcome(data, field).articles, strict=True)
    ]
    for record in read(data / TEXTS):
        text = normalize(record["text"])
        article = split_article(text, BOILERPLATE, TITLE)
        boilerplate = [{"offset": item.offset, "text": item.text} for item in article.boilerplate]
        done.append(restore(article.body, boilerplate) == text)
    return sum(done) / len(done)


def title_figures(data: Path) -> list[Figure]:
    """Titles of pages whose known title stands in the text as a line, and of bodies that have none; cross-validated."""
    known, bare = train_headline.crossed_titles(data)
    right = [train_headline.is_right(one, title) for one, title in known if one.sure == 1.0]
    invented = [title is not None for title in bare]
    return [
        Figure(name="titles from text: right, of those that stand in it", ours=sum(right) / len(right), target=0.85),
        Figure(name="titles from text: invented", ours=sum(invented) / len(invented), target=0.01, most=True),
    ]


def by_source(data: Path, pages: Sequence[dict[str, Any]], rows: Sequence[Any]) -> str:
    """F1 of every source of the data."""
    sources = sorted({page["source"] for page in pages})
    chosen = {name: [row for page, row in zip(pages, rows, strict=True) if page["source"] == name] for name in sources}
    return " ".join(f"{name} {body_f1(data, found):.3f}" for name, found in chosen.items())


def worst(data: Path, count: int = 10) -> list[Worst]:
    """The documents of each form of input that score lowest."""
    found = []
    for field in INPUTS:
        pages = read(data / PAGES)
        rows = body_rows(data, pages, crossed_bodies(data, pages, field))
        lowest = sorted(rows, key=lambda row: (row[6], row[0]))[:count]
        found += [scored(f"plain text, {field}", row[0], row[4], row[5], row[6]) for row in lowest]
    return found


def print_lost(data: Path) -> None:
    """What is taken out of clean bodies."""
    for page, article in zip(read(data / PAGES), outcome(data, "body").articles, strict=True):
        for stretch in article.boilerplate:
            if stretch.kind != "title":
                print(f"      {page['id']} {stretch.kind} {stretch.rule} {stretch.text[:90]!r}")


def print_kinds(data: Path) -> None:
    """Which share of the removed characters each kind has."""
    removed = removed_by_kind(data)
    print(
        "removed characters:",
        ", ".join(f"{kind} {count / removed.total():.1%}" for kind, count in removed.most_common()),
    )


def speeds(data: Path) -> dict[str, float]:
    """Megabytes a second of processor time for the whole text stage, the best of five runs."""
    found = {}
    for field in (*INPUTS, "body"):
        texts = outcome(data, field).texts
        size = sum(len(text.encode()) for text in texts)
        best = min(seconds(texts) for _ in range(5))
        found[field] = size / best / 1e6
    return found


def seconds(texts: Sequence[str]) -> float:
    """Processor time of the text stage on all texts."""
    started = time.process_time()
    for text in texts:
        split_article(text, BOILERPLATE, TITLE)
    return time.process_time() - started


if __name__ == "__main__":
    main()
