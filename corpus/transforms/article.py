"""A normalised source text as an article: title, body, and every stretch that is neither."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from corpus.model import Decision
from corpus.transforms.boilerplate.cutting import cut_lines
from corpus.transforms.boilerplate.label import BoilerplateOptions, Scan, labels_of, marked
from corpus.transforms.html.wording import wording
from corpus.transforms.normalize import WHITE_SPACE, normalize
from corpus.transforms.stretches import Label, Stretch, cut
from corpus.transforms.title import TitleOptions, find_headline, mark_headline

OVERRIDE: Final = "override"
"""The rule of a stretch that the maintainer labelled."""
GIVEN: Final = "title:given"
"""The rule of a line that prints a title which came with the text."""
_TOP: Final = 200
"""A title is printed in one of so many lines at the top."""
_PARAGRAPH: Final = 300
"""A longer line is no headline, and the article has begun."""


class Article(NamedTuple):
    """What a source text is made of.

    `title_source` is one of `schema.FIELD_SOURCES`, or null without a title; `used` are the decisions that found
    their place.
    """

    title: str | None
    title_source: str | None
    body: str
    boilerplate: tuple[Stretch, ...]
    used: tuple[Decision, ...]


class Given(NamedTuple):
    """What came with a text: a title that its source states (one of `schema.FIELD_SOURCES`), and a page's labels.

    Where `labels` are given they are all there are: the text is not looked at again.
    """

    title: str | None = None
    source: str | None = None
    labels: tuple[Label, ...] | None = None


NOTHING: Final = Given()


def split_article(
    text: str,
    boilerplate: BoilerplateOptions,
    title: TitleOptions,
    decisions: Sequence[Decision] = (),
    given: Given = NOTHING,
) -> Article:
    """Take title and boilerplate out of a normalised text; the maintainer's `decisions` win over every rule.

    A given title wins over what the text shows; a line at the top that prints it is taken out as `title`.
    """
    titles = [decision for decision in decisions if decision.action == "title"]
    untitled = bool(titles) and titles[-1].value is None
    found, taken = _taken_out(text, boilerplate, title, given, untitled=untitled)
    source = None if found is None else given.source if given.title else "line"
    if titles:
        found, source = titles[-1].value, OVERRIDE
    placed = [
        (decision, places)
        for decision in decisions
        if decision.action == "kind" and (places := list(_places(text, normalize(decision.text))))
    ]
    if isinstance(taken, Scan) and not placed:
        body, stretches = cut_lines(text, taken, boilerplate)
    else:
        labels = labels_of(taken, boilerplate) if isinstance(taken, Scan) else taken
        for decision, places in placed:
            labels = _relabel(text, labels, places, decision.value)
        body, stretches = cut(text, labels)
    used = [decision for decision in decisions if decision.action != "kind"]
    used += [decision for decision, _ in placed]
    return Article(title=found, title_source=source, body=body, boilerplate=tuple(stretches), used=tuple(used))


def _taken_out(
    text: str, boilerplate: BoilerplateOptions, title: TitleOptions, given: Given, *, untitled: bool
) -> tuple[str | None, Scan | list[Label]]:
    """The title, and the marked lines or all labels; a title's own lines stay where the maintainer says there is none.

    Labels are needed only where they come with the text, or a given title adds its own.
    """
    if given.labels is not None:
        labels = [item for item in given.labels if not (untitled and item.kind == "title")]
        return given.title, labels if untitled else _with_printed(text, labels, given.title)
    lines = marked(text, boilerplate)
    if given.title:
        labels = labels_of(lines, boilerplate)
        return given.title, labels if untitled else _with_printed(text, labels, given.title)
    headline = find_headline(lines, title)
    if headline is not None and not untitled:
        mark_headline(lines, headline)
    return (None if headline is None else headline.words), lines


def _with_printed(text: str, labels: Sequence[Label], title: str | None) -> list[Label]:
    """`labels`, and one on every line at the top of `text` that prints the given title."""
    places = [] if title is None else list(_printed(text, labels, wording(title)))
    outside = [part for item in labels for part in _outside(text, item, places)] if places else labels
    own = [Label(start=start, end=end, kind="title", rule=GIVEN) for start, end in places]
    return sorted([*outside, *own], key=lambda item: item.start)


def _printed(text: str, labels: Sequence[Label], wanted: str) -> Iterator[tuple[int, int]]:
    """The lines above the first paragraph, and no title yet, that say `wanted`."""
    position = 0
    taken = [(item.start, item.end, item.kind) for item in labels]
    for number, line in enumerate(text.split("\n")):
        end = position + len(line)
        kinds = [kind for start, last, kind in taken if start < end and position < last]
        if number >= _TOP or (not kinds and len(line) > _PARAGRAPH):
            return
        if wanted and len(line) <= _PARAGRAPH and "title" not in kinds and wording(line) == wanted:
            yield position + len(line) - len(line.lstrip(WHITE_SPACE)), end
        position = end + 1


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
