"""Label what is no part of an article: comment forms, links to other pieces, captions, embedded posts and the like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from corpus.transforms.boilerplate.blocks import mark_blocks, mark_captions, mark_posts, mark_rows
from corpus.transforms.boilerplate.evidence import Marks, is_weak, is_whole_page, page_evidence
from corpus.transforms.boilerplate.extent import find_extent
from corpus.transforms.boilerplate.lines import Line, is_spaced, split_lines
from corpus.transforms.boilerplate.outside import mark_outside
from corpus.transforms.boilerplate.phrases import Phrases, comparable, languages, load
from corpus.transforms.boilerplate.rules import doubt, is_underline, mark_inside, mark_line
from corpus.transforms.stretches import Label

HINTS_COUNT: Final = 1.5
"""A word that may be a heading as well as a link counts outside the article, with so much evidence around and in it."""
SIGNATURE_WORDS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilerplateOptions:
    """What counts as boilerplate."""

    languages: tuple[str, ...] = field(
        default=(), metadata={"doc": "Languages whose phrase lists are used; none means all there are."}
    )
    structure: bool = field(
        default=True,
        metadata={
            "doc": "Take lines before and after the article out for where they stand, not only for what they say."
        },
    )


def label(text: str, options: BoilerplateOptions) -> list[Label]:
    """The stretches of a normalised `text` that are no part of the article: sorted, whole lines, not overlapping."""
    phrases = load(options.languages or languages())
    lines = split_lines(text)
    spaced = is_spaced(lines)
    marks = _mark_lines(text, lines, phrases)
    page = is_whole_page(marks, spaced=spaced)
    marks = [doubt(hit, line, page=page) for hit, line in zip(marks, lines, strict=True)]
    mark_posts(lines, marks)
    mark_captions(lines, marks, spaced=spaced)
    if spaced:
        mark_rows(lines, marks)
    mark_blocks(lines, marks, spaced=spaced, page=page)
    evidence = page_evidence(marks, page=page)
    extent = find_extent(lines, marks, evidence, page=page)
    _settle(lines, marks, extent, evidence)
    if options.structure:
        mark_outside(lines, marks, extent, page=page)
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


def _settle(lines: list[Line], marks: Marks, extent: tuple[int, int], evidence: list[float]) -> None:
    """Drop weak evidence inside the article, and lone words outside it when nothing around belongs to a page."""
    found = extent[0] < extent[1]
    first, last = extent if found else (0, len(lines))
    for place, hit in enumerate(marks):
        if hit is None or not is_weak(hit):
            continue
        inside = first <= place < last and not (found and _signs(lines, marks, place, first))
        if inside or (hit.form == "hint" and evidence[place] < HINTS_COUNT):
            marks[place] = None


def _signs(lines: list[Line], marks: Marks, place: int, first: int) -> bool:
    """Whether a line is the byline below an article's summary, or the date below that byline."""
    hit = marks[place]
    if hit is None or place > first + 2 or lines[place].words > SIGNATURE_WORDS:
        return False
    above = marks[place - 1] if place else None
    return hit.form == "name" or (hit.form == "date" and above is not None and above.kind == "byline")
