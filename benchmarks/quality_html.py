"""Measure bodies, titles and fields from HTML: `python -m benchmarks.quality_html --data DIR` (see its README).

Bodies come from cross-validated trees (`train_html`): the trees that ship have seen these very pages. All else
comes from the trees that ship.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import evaluation, train_html
from benchmarks.evaluation import PAGES, SNIPPETS, Figure, Worst, scored
from corpus.transforms.article import Article, Given, split_article
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.html.page import FIELDS, HtmlOptions, Page, read_page
from corpus.transforms.html.wording import wording
from corpus.transforms.stretches import restore
from corpus.transforms.title import TitleOptions

TOOLS = ("readability-lxml", "trafilatura", "resiliparse", "jusText")
_SAME_DAY = 10


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled data")
    parser.add_argument("--worst", type=int, default=0, help="also list that many of the pages that score lowest")
    arguments = parser.parse_args()
    for figure in (*body_figures(arguments.data, None), *title_figures(arguments.data, None)):
        print(f"{figure.name}: {figure.ours:.4f}")
    print_kinds(arguments.data)
    print_fields(arguments.data)
    print_speed(arguments.data)
    for item in worst(arguments.data, arguments.worst):
        print(item.data, item.id, *item.found.values())


def body_figures(data: Path, peers: Path | None) -> list[Figure]:
    """F1 over shingles of all pages and of one source, and over labelled snippets."""
    bodies = train_html.crossed_bodies(data)
    ours = _measured(data, bodies, bodies)
    others: dict[str, dict[str, float]] = {name: {} for name in ours}
    for tool in TOOLS if peers else ():
        assert peers is not None
        pages, snippets = peers / f"html.{tool}.jsonl", peers / f"snippets.{tool}.jsonl"
        if pages.is_file() and snippets.is_file():
            for name, value in _measured(data, _bodies(pages), _bodies(snippets)).items():
                others[name][tool] = value
    targets = dict(zip(ours, (0.935, 0.965, 0.94), strict=True))
    return [Figure(name=name, ours=value, target=targets[name], peers=others[name]) for name, value in ours.items()]


def _bodies(path: Path) -> dict[str, str]:
    return {key: record.get("body") or "" for key, record in evaluation.read_predictions(path).items()}


def _measured(data: Path, pages: Mapping[str, str], snippets: Mapping[str, str]) -> dict[str, float]:
    gold, marked = _read(data / PAGES), _read(data / SNIPPETS)
    rows = evaluation.body_rows(data, gold, [pages.get(page["id"], "") for page in gold])
    one = [row for page, row in zip(gold, rows, strict=True) if page["source"] == "scrapinghub"]
    return {
        "HTML, all pages": evaluation.body_f1(data, rows),
        "HTML, scrapinghub": evaluation.body_f1(data, one),
        "HTML, snippets": evaluation.snippet_f1(marked, [snippets.get(page["id"], "") for page in marked]),
    }


def worst(data: Path, count: int = 10) -> list[Worst]:
    """The pages whose bodies score lowest, and those with the most wrong snippets for each one that is right."""
    bodies = train_html.crossed_bodies(data)
    pages = _read(data / PAGES)
    rows = evaluation.body_rows(data, pages, [bodies.get(page["id"], "") for page in pages])
    lowest = sorted(rows, key=lambda row: (row[6], row[0]))[:count]
    counts = {
        page["id"]: evaluation.snippet_counts(page, bodies.get(page["id"], "")) for page in _read(data / SNIPPETS)
    }
    poorest = sorted(counts, key=lambda name: (_snippet_score(*counts[name])[2], name))[:count]
    return [
        *(scored("HTML", row[0], row[4], row[5], row[6]) for row in lowest),
        *(scored("HTML, snippets", name, *_snippet_score(*counts[name])) for name in poorest),
    ]


def _snippet_score(kept: int, missed: int, wrong: int) -> tuple[float, float, float]:
    """Precision, recall and F1 over the snippets of a page."""
    return kept / max(1, kept + wrong), kept / max(1, kept + missed), 2 * kept / max(1, 2 * kept + missed + wrong)


def title_figures(data: Path, peers: Path | None) -> list[Figure]:
    """Titles that are right: of all known ones, and of those that the page prints as a line."""
    figures = []
    for name, file, peer in (("body pages", PAGES, "html"), ("snippet pages", SNIPPETS, "snippets")):
        gold = [page for page in _read(data / file) if page.get("title")]
        printed = [page for page in gold if _prints(page, data)]
        for what, chosen in (("all known", gold), ("printed", printed)):
            others = {}
            for tool in TOOLS if peers else ():
                assert peers is not None
                path = peers / f"{peer}.{tool}.jsonl"
                told = evaluation.read_predictions(path) if path.is_file() else {}
                if any(record.get("title") for record in told.values()):
                    others[tool] = _right(chosen, {key: record.get("title") for key, record in told.items()})
            ours = _right(chosen, {key: page.fields.get("title") for key, page in _read_all(data).items()})
            target = 0.95 if what == "printed" else None
            figures.append(Figure(name=f"HTML titles, {name}, {what}", ours=ours, target=target, peers=others))
    return figures


def _prints(page: Mapping[str, Any], data: Path) -> bool:
    wanted = wording(page["title"])
    return any(wording(line) == wanted for line in _read_all(data)[page["id"]].text.split("\n"))


def _right(pages: Sequence[Mapping[str, Any]], titles: Mapping[str, str | None]) -> float:
    right = sum(wording(titles.get(page["id"]) or "") == wording(page["title"]) for page in pages)
    return right / max(1, len(pages))


def print_kinds(data: Path) -> None:
    """Which share of the removed characters each kind has; every page must give its text back."""
    removed: Counter[str] = Counter()
    for page in _read_all(data).values():
        article = split(page)
        records = [{"offset": part.offset, "text": part.text} for part in article.boilerplate]
        assert restore(article.body, records) == page.text
        for part in article.boilerplate:
            removed[part.kind] += len(part.text)
    total = sum(removed.values())
    print("removed characters: " + ", ".join(f"{kind} {count / total:.1%}" for kind, count in removed.most_common()))


def split(page: Page) -> Article:
    """A page as an article."""
    given = Given(title=page.fields.get("title"), source="html", labels=page.labels)
    return split_article(page.text, BoilerplateOptions(), TitleOptions(), given=given)


def print_fields(data: Path) -> None:
    """Authors and dates beside the gold, where a page states them; and how often each field is stated."""
    records = [*_read(data / PAGES), *_read(data / SNIPPETS)]
    pages = _read_all(data)
    for name, gold, same in (("author", "author", _same_author), ("published", "date", _same_day)):
        known = [record for record in records if record.get(gold)]
        found = [(record[gold], pages[record["id"]].fields.get(name)) for record in known]
        stated = [(wanted, value) for wanted, value in found if value is not None]
        right = sum(same(wanted, value) for wanted, value in stated)
        print(f"{name}: {len(known)} known, {len(stated)} stated, {right} right")
    counts = Counter(name for page in pages.values() for name in page.fields)
    print("stated: " + ", ".join(f"{name} {counts[name]}" for name in ("title", *FIELDS)) + f", of {len(pages)} pages")


def _same_author(gold: Any, found: str) -> bool:
    names = gold if isinstance(gold, list) else [gold]
    keys = [wording(name) for name in names]
    return all(key in wording(found) for key in keys) or wording(found) in "".join(keys)


def _same_day(gold: Any, found: str) -> bool:
    return str(gold)[:_SAME_DAY] in found


def print_speed(data: Path) -> None:
    """Processor time of a page."""
    markups = [record["html"] for record in _read(data / PAGES)]
    costs = []
    for markup in markups:
        start = time.process_time()
        read_page(markup, HtmlOptions())
        costs.append(time.process_time() - start)
    mean, middle = statistics.fmean(costs) * 1000, statistics.median(costs) * 1000
    size = sum(map(len, markups)) / sum(costs) / 1e6
    print(f"speed: {mean:.1f} ms a page (median {middle:.1f}), {1000 / mean:.0f} pages/s, {size:.1f} MB/s of markup")


@functools.cache
def _read_all(data: Path) -> dict[str, Page]:
    records = [*_read(data / PAGES), *_read(data / SNIPPETS)]
    return {record["id"]: read_page(record["html"], HtmlOptions()) for record in records}


@functools.cache
def _read(path: Path) -> list[dict[str, Any]]:
    return evaluation.read(path)


if __name__ == "__main__":
    main()
