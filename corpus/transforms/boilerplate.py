"""Label what is no part of an article: comment forms, links to other pieces, captions, embedded posts and the like."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.transforms.blocks import Marks, mark_blocks, mark_captions, mark_posts
from corpus.transforms.extent import find_extent, mark_outside
from corpus.transforms.lines import Line, split_lines
from corpus.transforms.phrases import Phrases, comparable, languages, load
from corpus.transforms.rules import is_underline, mark_inside, mark_line
from corpus.transforms.stretches import Label

_WEAK = ("hint", "name", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilerplateOptions:
    """What counts as boilerplate."""

    languages: tuple[str, ...] = ()
    """Languages whose phrase lists are used; empty means all of them. The list of no language is always used."""

    structure: bool = True
    """Whether lines before and after the article are taken out for where they stand, not only for what they say."""


def label(text: str, options: BoilerplateOptions) -> list[Label]:
    """The stretches of a normalised `text` that are no part of the article: sorted, whole lines, not overlapping."""
    phrases = load(options.languages or languages())
    lines = split_lines(text)
    marks = _mark_lines(text, lines, phrases)
    mark_posts(lines, marks)
    mark_captions(lines, marks)
    mark_blocks(lines, marks)
    extent = find_extent(lines, marks)
    _settle(lines, marks, extent)
    if options.structure:
        mark_outside(lines, marks, extent)
    return [
        Label(start=line.start, end=line.end, kind=hit.kind, rule=hit.rule)
        for line, hit in zip(lines, marks, strict=True)
        if hit is not None
    ]


def _mark_lines(text: str, lines: list[Line], phrases: Phrases) -> Marks:
    marks: Marks = [mark_line(line, phrases) for line in lines]
    for place, hit in mark_inside(comparable(text), lines, phrases).items():
        marks[place] = marks[place] or hit
    for place, line in enumerate(lines):
        if is_underline(line) and place and not line.gap:
            marks[place] = None
    return marks


def _settle(lines: list[Line], marks: Marks, extent: tuple[int, int]) -> None:
    """Drop weak evidence inside the article: a date or a name between its paragraphs is part of it."""
    first, last = extent
    if first >= last:
        first, last = 0, len(lines)
    for place in range(first, last):
        hit = marks[place]
        if hit is not None and hit.form in _WEAK:
            marks[place] = None
