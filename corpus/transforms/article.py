"""A normalised source text as an article: title, body, and every stretch that is neither."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.model import Decision
from corpus.transforms.boilerplate.label import BoilerplateOptions, label
from corpus.transforms.normalize import WHITE_SPACE, normalize
from corpus.transforms.stretches import Label, Stretch, cut
from corpus.transforms.title import TitleOptions, find_title, with_title

OVERRIDE = "override"
"""The rule of a stretch that the maintainer labelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a source text is made of.

    `title_source` is one of `schema.FIELD_SOURCES`, or null without a title; `used` are the decisions that found
    their place.
    """

    title: str | None
    title_source: str | None
    body: str
    boilerplate: tuple[Stretch, ...]
    used: tuple[Decision, ...]


def split_article(
    text: str, boilerplate: BoilerplateOptions, title: TitleOptions, decisions: Sequence[Decision] = ()
) -> Article:
    """Take title and boilerplate out of a normalised text; the maintainer's `decisions` win over every rule."""
    labels = label(text, boilerplate)
    found, title_labels = find_title(text, labels, title)
    source = None if found is None else "line"
    for decision in decisions:
        if decision.action == "title":
            found, source = decision.value, OVERRIDE
            title_labels = [item for item in title_labels if decision.value is not None]
    merged = with_title(labels, title_labels)
    used = [decision for decision in decisions if decision.action != "kind"]
    for decision in decisions:
        places = list(_places(text, normalize(decision.text))) if decision.action == "kind" else []
        if places:
            merged = _relabel(text, merged, places, decision.value)
            used.append(decision)
    body, stretches = cut(text, merged)
    return Article(title=found, title_source=source, body=body, boilerplate=tuple(stretches), used=tuple(used))


def _relabel(text: str, labels: Sequence[Label], places: Sequence[tuple[int, int]], kind: str | None) -> list[Label]:
    """Give every place its new kind, or back to the body when there is none."""
    outside = [part for item in labels for part in _outside(text, item, places)]
    if kind is None:
        return outside
    own = [Label(start=start, end=end, kind=kind, rule=OVERRIDE) for start, end in places]
    return sorted([*outside, *own], key=lambda item: item.start)


def _places(text: str, lines: str) -> Iterator[tuple[int, int]]:
    """Where `lines` stand in `text` as whole lines."""
    framed = f"\n{text}\n"
    position = framed.find(f"\n{lines}\n") if lines else -1
    while position >= 0:
        yield position, position + len(lines)
        position = framed.find(f"\n{lines}\n", position + len(lines) + 1)


def _outside(text: str, item: Label, places: Sequence[tuple[int, int]]) -> Iterator[Label]:
    """The parts of a label that lie in none of the places, without white space around them."""
    position = item.start
    for start, end in [*places, (item.end, item.end)]:
        if end < item.start or start > item.end:
            continue
        part = text[position : max(position, start)]
        stripped = part.strip(WHITE_SPACE)
        if stripped:
            first = position + part.index(stripped)
            yield Label(start=first, end=first + len(stripped), kind=item.kind, rule=item.rule)
        position = max(position, end)
