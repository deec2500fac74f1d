"""Label what is no part of an article: comment forms, links to other pieces, captions, embedded posts and the like."""

# ruff: noqa: FBT001 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.schema import KINDS
from corpus.transforms.boilerplate.blocks import mark_blocks, mark_captions, mark_posts, mark_rows
from corpus.transforms.boilerplate.chain import (
    AT_ONCE,
    Model,
    choose_lines,
    decides,
    hold_paragraphs,
    load_model,
    score_lines,
)  # fmt: skip
from corpus.transforms.boilerplate.characters import Points, comparable_table, trait_table
from corpus.transforms.boilerplate.evidence import is_whole_page, sum_evidence
from corpus.transforms.boilerplate.extent import find_extent, settle
from corpus.transforms.boilerplate.features import COUNT, STEP, Steps, Table, note_rules, remember
from corpus.transforms.boilerplate.lines import LINE, is_spaced, split_lines
from corpus.transforms.boilerplate.marks import UNMARKED, Lines, records
from corpus.transforms.boilerplate.outside import follow_model, mark_outside
from corpus.transforms.boilerplate.phrases import languages, load
from corpus.transforms.boilerplate.rules import doubt, mark_lines
from corpus.transforms.kernels import entry
from corpus.transforms.rooms import per_thread
from corpus.transforms.stretches import Label
from corpus.transforms.unicode import code_points


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


Runs = npt.NDArray[np.int64]


class Scan(NamedTuple):
    """A text as kernels read it: its lines (`lines.LINE`) and the buffers that they point into.

    `unspaced` tells whether it has characters of scripts that are written without blanks.
    """

    points: Points
    plain: Points
    folded: Points
    lines: Lines
    unspaced: bool


class Judgement(NamedTuple):
    """A text whose lines are marked; `steps` of the line model, and whether it had a say.

    The rules see the article at lines[first:last].
    """

    scan: Scan
    steps: Steps
    first: int
    last: int
    by_model: bool


def label(text: str, options: BoilerplateOptions) -> list[Label]:
    """The lines of a normalised `text` that are no part of the article: sorted, not overlapping."""
    return labels_of(marked(text, options), options, joined=False)


def scan(text: str) -> Scan:
    """The lines of a normalised `text`, unmarked."""
    points = code_points(text)
    plain, folded = points.copy(), np.empty_like(points)
    lines = records(text.count("\n") + 1, LINE)
    borders, joins = np.empty(len(lines) + 1, np.int64), np.zeros(len(lines), np.bool_)
    count, unspaced = split_lines(points, plain, folded, trait_table(), comparable_table(), borders, joins, lines)
    return Scan(points=points, plain=plain, folded=folded, lines=lines[:count], unspaced=unspaced)


def marked(text: str, options: BoilerplateOptions) -> Scan:
    """The lines of a normalised `text`, each with what it was taken for."""
    return judge(text, options, load_model()).scan


def judge(text: str, options: BoilerplateOptions, model: Model) -> Judgement:
    """The lines of a normalised `text`, each with what it was taken for, and how a line model came to it."""
    result = scan(text)
    phrases = load(options.languages or languages())
    mark_lines(result.plain, result.folded, phrases.lexicon, result.lines)
    steps = records(len(result.lines) + 1, STEP)
    first, last, by_model = mark_around(
        result.plain, trait_table(), result.lines, options.structure, steps, model, _room_for_features()
    )
    return Judgement(scan=result, steps=steps, first=first, last=last, by_model=by_model)


@per_thread
def _room_for_features() -> Table:
    return np.empty((COUNT + 1, AT_ONCE), np.int32)


def labels_of(result: Scan, options: BoilerplateOptions, *, joined: bool = True) -> list[Label]:
    """The labels of all marked lines; of neighbours with one kind and rule a single one, if they are to be `joined`."""
    rules = load(options.languages or languages()).rules
    runs = np.empty((len(result.lines), 4), np.int64)
    found = runs[: find_runs(result.lines, joined, runs)].tolist()
    return [Label(start=start, end=end, kind=KINDS[kind], rule=rules[rule]) for start, end, kind, rule in found]


@entry
def mark_around(
    plain: Points, traits: Points, lines: Lines, structure: bool, steps: Steps, model: Model, table: Table
) -> tuple[int, int, bool]:
    """Mark lines that belong to those that are marked by themselves, then what stands around the article.

    `steps` (see `features.STEP`) and `table`, a row for each of `FEATURES` and one more, are room for the model.
    What is returned is where the rules see the article's first line and the one after its last, and whether the model
    had a say.
    """
    spaced = is_spaced(lines)
    page = is_whole_page(lines, spaced)
    doubt(lines, page)
    mark_posts(plain, traits, lines)
    mark_captions(lines, spaced)
    if spaced:
        mark_rows(lines)
    mark_blocks(lines, spaced, page)
    sum_evidence(lines)
    remember(lines, steps)
    first, last = find_extent(lines, page)
    settle(lines, first, last, page)
    if not structure or first == last:
        return first, last, False
    mark_outside(lines, first, last, page)
    by_model = decides(steps, spaced, model)
    if by_model:
        note_rules(lines, steps)
        score_lines(lines, steps, (first, last), spaced, model, table)
        if not page:
            hold_paragraphs(lines, steps, (first, last), model.change)
        choose_lines(steps, model.change)
        follow_model(lines, steps)
    return first, last, by_model


@entry
def find_runs(lines: Lines, joined: bool, runs: Runs) -> int:
    """Write start, end, kind and rule of every marked line, or run of lines, into `runs`; how many there are."""
    count = 0
    open_run = False
    for line in lines:
        if line.form == UNMARKED:
            open_run = False
            continue
        if not (open_run and runs[count - 1, 2] == line.kind and runs[count - 1, 3] == line.rule):
            runs[count, 0], runs[count, 2], runs[count, 3] = line.start, line.kind, line.rule
            count += 1
        runs[count - 1, 1] = line.end
        open_run = joined
    return count
