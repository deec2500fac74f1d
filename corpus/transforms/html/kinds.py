"""Name what a dropped line of a page is: by our own text pass, the elements around it, their class and id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from corpus.transforms.html.facts import Tree, hints_of
from corpus.transforms.html.hints import load_hints
from corpus.transforms.html.lines import TreeLine

STRUCTURE: Final = (
    *("structure:before_article", "structure:after_article"),
    *("model:before_article", "model:amid_article", "model:after_article"),
)
"""Rules of our own text pass that tell where a line stands, not what it is."""
_TAGS: Final = {
    "nav": "navigation",
    "figcaption": "caption",
    "button": "navigation",
    "header": "navigation",
    "form": "navigation",
    "address": "byline",
    "time": "dateline",
    "label": "navigation",
}
"""What an element by itself tells."""
_BY_ITSELF: Final = ("phrase:", "structure:")
"""Rules that look at a line itself; others tell from the lines around it, which the tree knows better."""
_NEAR: Final = 4
_EMBEDS: Final = ("twitter-tweet", "instagram-media", "tiktok-embed", "fb-post", "reddit-card")
_LEGAL: Final = ("\u00a9", "(c) ", "copyright", "all rights reserved")


class Name(NamedTuple):
    """What a dropped line is, and the rule that says so."""

    kind: str
    rule: str


def name_lines(tree: Tree, keep: Sequence[bool], marks: Sequence[tuple[str, str]]) -> list[Name | None]:
    """A name for every line that is not kept; `marks` are kind and rule by our own text pass, empty where none."""
    first = next((place for place, kept in enumerate(keep) if kept), len(keep))
    last = max((place for place, kept in enumerate(keep) if kept), default=-1)
    names: list[Name | None] = []
    known: dict[Any, Name | None] = {}
    below = ""
    for place, kept in enumerate(keep):
        if kept:
            names.append(None)
            continue
        line = tree.lines[place]
        told = _by_text(marks[place])
        by_itself = told if told and told.rule.startswith(_BY_ITSELF) else None
        name = by_itself or _by_tree(line, tree.chains[place], known) or told
        if name is None:
            name = _by_place(line, before=place < first, after=place > last, below=below)
        elif place > last and name.kind in ("comments", "comment_form", "related_links"):
            below = name.kind
        names.append(name)
    return names


def _by_text(mark: tuple[str, str]) -> Name | None:
    kind, rule = mark
    return Name(kind, rule) if kind and rule not in STRUCTURE else None


def _by_tree(line: TreeLine, chain: Sequence[Any], known: dict[Any, Name | None]) -> Name | None:
    if any(sign in line.text.lower() for sign in _LEGAL) and any(element.tag == "footer" for element in chain):
        return Name("copyright", "html:footer")
    if line.first not in known:
        known[line.first] = _named(chain)
    return known[line.first]


def _named(chain: Sequence[Any]) -> Name | None:
    """The first element from the inside that tells by its class, id or tag what stands in it; at last the footer."""
    kinds = load_hints().kinds
    for step, element in enumerate(chain):
        if any(name in (element.get("class") or "") for name in _EMBEDS):
            return Name("social_embed", "html:embed")
        groups = hints_of(element)
        if step < _NEAR or len(groups) <= 2:
            group = next((name for name, kind in kinds.items() if name in groups and kind != "other"), None)
            if group is not None:
                return Name(kinds[group], f"html:{group}")
        if element.tag in _TAGS:
            return Name(_TAGS[element.tag], f"html:{element.tag}")
        if element.tag in ("aside", "footer"):
            return Name("related_links" if element.tag == "aside" else "navigation", f"html:{element.tag}")
    return None


def _by_place(line: TreeLine, *, before: bool, after: bool, below: str) -> Name:
    """What a line is that nothing names: navigation above the article, links below it and in it, or the rest."""
    if below:
        return Name(below, "html:below")
    if before:
        return Name("navigation", "html:above")
    if after or line.linked * 2 > len(line.text):
        return Name("related_links", "html:links" if line.linked * 2 > len(line.text) else "html:below")
    return Name("other", "html:model")
