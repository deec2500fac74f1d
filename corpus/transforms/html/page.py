"""A page of HTML as a source text: all that is visible, what of it is no part of the article, and what it states."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from corpus.transforms.boilerplate.label import BoilerplateOptions, label
from corpus.transforms.html.align import PageWords
from corpus.transforms.html.extract import main_text
from corpus.transforms.html.facts import Shares, Tree
from corpus.transforms.html.features import Opinions
from corpus.transforms.html.headline import find_headline, headline_places
from corpus.transforms.html.kinds import Name, name_lines
from corpus.transforms.html.lines import TreeLine, join_lines, read_lines
from corpus.transforms.html.model import Model, keep_lines, load_model
from corpus.transforms.html.stated import Stated, read_stated
from corpus.transforms.html.tree import HtmlOptions, PageError, parse
from corpus.transforms.stretches import Label

__all__ = ["HtmlOptions", "Page", "PageError", "read_page"]

FIELDS: Final = {
    "url": "url",
    "author": "author",
    "site": "site",
    "published": "published",
    "language_declared": "language",
    "license": "license",
}
"""Fields of a page and what they are called in `stated.Stated`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page holds.

    `text` is normalised and holds all visible text, a line a block; `labels` are the lines that are no part of the
    article, each with its kind and the rule that says so; `fields` are the page's own statements, as they stand, by
    `title`, `url`, `author`, `site`, `published`, `language_declared` and `license`.
    """

    text: str
    labels: tuple[Label, ...]
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visible:
    """The visible lines of a page with what is known of them before anything is decided.

    `marks` are kind and rule by our own text pass, `told` the share of each line that the page's description has.
    """

    tree: Tree
    text: str
    starts: Sequence[int]
    words: PageWords
    marks: Sequence[tuple[str, str]]
    told: Shares


def read_page(markup: str, options: HtmlOptions, boilerplate: BoilerplateOptions | None = None) -> Page:
    """Read a page, `boilerplate` steering our own text pass.

    Raises PageError when it is beyond the limits of `options` or no page at all.
    """
    root = parse(markup, options)
    if root is None:
        return Page(text="", labels=(), fields={})
    stated = read_stated(root)
    visible = see(root, stated, boilerplate)
    keep = decide(visible, main_text(root), load_model())
    title = find_headline(stated, visible.tree.lines, keep)
    names = name_lines(visible.tree, keep, visible.marks)
    for place in headline_places(title, visible.tree.lines, keep) if title else ():
        names[place] = Name("title", "html:headline")
    return Page(text=visible.text, labels=tuple(_labels(visible, names)), fields=_fields(stated, title))


def see(root: Any, stated: Stated, boilerplate: BoilerplateOptions | None = None) -> Visible:
    """The visible lines below `root`, of a page that states so much of itself."""
    body = root.find("body")
    lines = read_lines(root if body is None else body)
    text = join_lines(lines)
    starts = [0, *accumulate(len(line.text) + 1 + line.gap for line in lines)][: len(lines)]
    starts = [start + line.gap for start, line in zip(starts, lines, strict=True)]
    words = PageWords([line.text for line in lines])
    tree = Tree.of(lines, words.counts.tolist())
    return Visible(
        tree=tree,
        text=text,
        starts=starts,
        words=words,
        marks=_marks(text, starts, lines, boilerplate or BoilerplateOptions()),
        told=words.kept("\n".join(stated.values.get("description", ()))),
    )


def _marks(
    text: str, starts: Sequence[int], lines: Sequence[TreeLine], boilerplate: BoilerplateOptions
) -> list[tuple[str, str]]:
    """Kind and rule of every line by our own text pass over the whole text."""
    marks = [("", "")] * len(lines)
    for item in label(text, boilerplate):
        place = max(0, bisect_right(starts, item.start) - 1)
        while place < len(lines) and starts[place] < item.end:
            marks[place] = (item.kind, item.rule)
            place += 1
    return marks


def decide(visible: Visible, extracted: str, model: Model) -> list[bool]:
    """Which lines belong to the article, given what the extractor made of the page."""
    return keep_lines(visible.tree, opinions_on(visible, extracted), model)


def opinions_on(visible: Visible, extracted: str) -> Opinions:
    """What the extractor, our own text pass and the page itself say of its lines."""
    return Opinions(kept=visible.words.kept(extracted), told=visible.told, marks=visible.marks)


def _labels(visible: Visible, names: Sequence[Name | None]) -> list[Label]:
    labels = []
    for start, line, name in zip(visible.starts, visible.tree.lines, names, strict=True):
        if name is not None:
            indent = len(line.text) - len(line.text.lstrip(" \t"))
            labels.append(Label(start=start + indent, end=start + len(line.text), kind=name.kind, rule=name.rule))
    return labels


def _fields(stated: Stated, title: str | None) -> dict[str, str]:
    fields = {} if title is None else {"title": title}
    for name, source in FIELDS.items():
        value = stated.first(source)
        if value is not None:
            fields[name] = value
    return fields
