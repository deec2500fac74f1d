"""What the line model knows of a line: whole numbers, each cut into steps that the weights belong to."""

# ruff: noqa: FBT001 (kernels know no keyword-only arguments and no generators)
from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.boilerplate.evidence import weight
from corpus.transforms.boilerplate.extent import ENDINGS
from corpus.transforms.boilerplate.lines import PROSE_WORDS, is_spaced
from corpus.transforms.boilerplate.marks import (
    BLOCK,
    DATE,
    HEAD,
    HINT,
    NAME,
    UNMARKED,
    WITHIN,
    Lines,
    is_weak,
    one_of,
)  # fmt: skip
from corpus.transforms.kernels import compiled, entry

Table = npt.NDArray[np.int32]
"""Features of some lines: a row for each of `FEATURES`, a column for each line."""
Steps = npt.NDArray[Any]
"""Records of `STEP`, one a line and one for the end."""

STEP: Final = np.dtype(
    [
        ("prose", np.int64),
        ("evidence", np.int64),
        ("sentences", np.int64),
        ("kept", np.int64),
        ("words", np.int64),
        ("run", np.int32),
        ("heads", np.int32),
        ("score", np.int32),
        ("rule", np.int16),
        ("kind", np.uint8),
        ("form", np.uint8),
        ("fixed", np.bool_),
        ("stays", np.bool_),
        ("from_kept", np.bool_),
        ("from_dropped", np.bool_),
    ],
    align=True,
)
"""What the model needs to know beside a line's record.

| field | what, of all lines above this one |
|---|---|
| `prose` | words of unmarked prose, of a line at most `MOST_WORDS` |
| `evidence` | tenths of evidence (see `evidence`) |
| `sentences` | lines that end like one |
| `kept` | words that the rules keep, of a line at most `MOST_WORDS` |
| `words` | words |
| `heads` | headers of what stands outside articles |

`kind`, `form` and `rule` are what the line was taken for before the rules settled weak marks. `fixed` lines say
themselves what they are, or are names and dates where the rules expect them: the rules alone take them out. `run` is
how many lines stand together here that are no prose. `score`, `stays`, `from_kept` and `from_dropped` belong to the
chain (see `chain`).
"""

MOST_WORDS: Final = 60
NEAR: Final = 2
AROUND: Final = 4
ROUGHLY: Final = 6
FAR: Final = 8
"""Windows, in lines."""
_SHORT_WORDS: Final = 4
_TENTHS: Final = 10

FEATURES: Final[dict[str, tuple[int, ...]]] = {
    "words": (2, 4, 6, 8, 12, 18, 25, 40),
    "closed": (1,),
    "closed_short": (1,),
    "prose": (1,),
    "sentence": (1,),
    "colon": (1,),
    "unspaced": (1,),
    "item": (1,),
    "gap_above": (1,),
    "gap_below": (1,),
    "no_gap": (1,),
    "spaced": (1,),
    "block": (1,),
    "hint": (1,),
    "name": (1,),
    "date": (1,),
    "prose_above": (1,),
    "marked_above": (1,),
    "within_above": (1,),
    "short_above": (1,),
    "colon_above": (1,),
    "item_above": (1,),
    "head_above": (1,),
    "prose_below": (1,),
    "marked_below": (1,),
    "within_below": (1,),
    "short_below": (1,),
    "colon_below": (1,),
    "item_below": (1,),
    "head_below": (1,),
    "prose_two_above": (1,),
    "marked_two_above": (1,),
    "within_two_above": (1,),
    "prose_two_below": (1,),
    "marked_two_below": (1,),
    "within_two_below": (1,),
    "prose_words_near_above": (1, 40, 100),
    "prose_words_near_below": (1, 40, 100),
    "prose_words_far_above": (1, 40, 100, 200, 350),
    "prose_words_far_below": (1, 40, 100, 200, 350),
    "evidence_above": (4, 10, 20, 40),
    "evidence_below": (4, 10, 20, 40),
    "sentences_around": (1, 4, 6),
    "short_run": (1, 2, 3, 5, 9, 17),
    "prose_percent_above": (1, 5, 20, 80, 95),
    "prose_starts": (1,),
    "prose_ended": (1,),
    "lines_above": (1, 2, 3, 5),
    "lines_below": (1, 2, 5),
    "all_evidence": (20, 40, 100),
    "all_prose_percent": (40, 60, 80),
    "all_lines": (4, 16, 64),
    "all_evidence_above": (4, 20),
    "all_evidence_below": (4, 20),
    "heads_above": (1,),
    "before_extent": (1,),
    "in_extent": (1,),
    "after_extent": (1,),
    "dropped": (1,),
    "words_kept_around": (20, 60, 150),
    "lines_from_extent": (2, 4, 8),
    "lines_into_extent": (1, 2),
}
"""Every feature with the values from which on it counts (again): a weight a value.

Most are told by their names and by `lines.LINE`. `block`, `hint`, `name` and `date` are marks that depend on where a
line stands; `marked` neighbours surely stand outside articles or in a block, `within` ones are of kinds that stand
within articles too, `head` ones open what stands below articles. `near` and `far` are windows of 2 and 8 lines, `all`
is the whole text or all of it above or below. `extent` and `dropped` are what the rules decided.
"""
COUNT: Final = len(FEATURES)

(
    WORDS, CLOSED, CLOSED_SHORT, PROSE, SENTENCE, COLON, UNSPACED, ITEM, GAP_ABOVE, GAP_BELOW, NO_GAP, SPACED,
    IN_BLOCK, HINTED, NAMED, DATED, ABOVE, _, _, _, _, _, _, BELOW, _, _, _, _, _, _, TWO_ABOVE, _, _, TWO_BELOW, _, _,
    PROSE_NEAR_ABOVE, PROSE_NEAR_BELOW, PROSE_FAR_ABOVE, PROSE_FAR_BELOW, EVIDENCE_ABOVE, EVIDENCE_BELOW,
    SENTENCES_AROUND, SHORT_RUN, PROSE_PERCENT_ABOVE, PROSE_STARTS, PROSE_ENDED, LINES_ABOVE, LINES_BELOW, ALL_EVIDENCE,
    ALL_PROSE_PERCENT, ALL_LINES, ALL_EVIDENCE_ABOVE, ALL_EVIDENCE_BELOW, HEADS_ABOVE, BEFORE_EXTENT, IN_EXTENT,
    AFTER_EXTENT, DROPPED, KEPT_AROUND, LINES_FROM_EXTENT, LINES_INTO_EXTENT,
) = range(len(FEATURES))  # fmt: skip
"""Their rows in a `Table`; of a neighbour's features the first."""


@compiled
def remember(lines: Lines, steps: Steps) -> None:
    """Sum up the lines and note their marks, before weak ones are settled."""
    prose = evidence = sentences = words = heads = 0
    for place in range(len(lines)):
        line, step = lines[place], steps[place]
        step.kind, step.form, step.rule = line.kind, line.form, line.rule
        step.fixed = not is_weak(line) and line.form != BLOCK
        step.prose, step.evidence, step.sentences = prose, evidence, sentences
        step.words, step.heads = words, heads
        prose += min(line.words, MOST_WORDS) if line.prose and line.form == UNMARKED else 0
        evidence += int(weight(line) * _TENTHS)
        sentences += line.closed and line.words >= _SHORT_WORDS
        words += line.words
        heads += _is_ending(step)
    end = steps[len(lines)]
    end.prose, end.evidence, end.sentences = prose, evidence, sentences
    end.words, end.heads = words, heads


@compiled
def note_rules(lines: Lines, steps: Steps) -> None:
    """Note what the rules take out, sum up what they keep, and measure runs of lines that are no prose."""
    kept, start = 0, 0
    for place in range(len(lines)):
        line, step = lines[place], steps[place]
        step.kept = kept
        step.fixed |= step.form in (NAME, DATE) and line.form != UNMARKED
        kept += min(line.words, MOST_WORDS) if line.form == UNMARKED else 0
        if line.prose:
            start = place + 1
        elif place + 1 == len(lines) or lines[place + 1].prose:
            for other in range(start, place + 1):
                steps[other].run = place + 1 - start
        step.run = 0 if line.prose else step.run
    steps[len(lines)].kept = kept


@compiled
def describe(
    lines: Lines, steps: Steps, extent: tuple[int, int], spaced: bool, begin: int, end: int, table: Table
) -> None:
    """Write the features of lines[begin:end] into the first columns of `table`."""
    for place in range(begin, end):
        column = table[:, place - begin]
        _describe_line(lines, steps, place, spaced, column)
        _describe_neighbours(lines, steps, place, column)
        _describe_windows(steps, place, column)
        _describe_place(steps, place, column)
        _describe_rules(lines, steps, place, extent[0], extent[1], column)


@compiled
def _is_ending(step: Any) -> bool:
    return bool(step.form == HEAD and one_of(ENDINGS, step.kind))


@compiled
def _describe_line(lines: Lines, steps: Steps, place: int, spaced: bool, column: Any) -> None:
    line, form = lines[place], steps[place].form
    column[WORDS], column[CLOSED], column[PROSE], column[SENTENCE] = line.words, line.closed, line.prose, line.sentence
    column[CLOSED_SHORT] = line.closed and line.words < PROSE_WORDS
    column[COLON], column[ITEM] = line.colon, line.item
    column[UNSPACED] = line.unspaced * 2 > line.last - line.first
    column[GAP_ABOVE], column[NO_GAP], column[SPACED] = spaced and line.gap, spaced and not line.gap, spaced
    column[GAP_BELOW] = spaced and (place + 1 == len(lines) or lines[place + 1].gap)
    column[IN_BLOCK], column[HINTED], column[NAMED], column[DATED] = (
        form == BLOCK,
        form == HINT,
        form == NAME,
        form == DATE,
    )


@compiled
def _describe_neighbours(lines: Lines, steps: Steps, place: int, column: Any) -> None:
    for first, offset in ((ABOVE, -1), (BELOW, 1), (TWO_ABOVE, -2), (TWO_BELOW, 2)):
        there = 0 <= place + offset < len(lines)
        other = place + offset if there else place
        line, step = lines[other], steps[other]
        weak = is_weak(step)
        within = one_of(WITHIN, step.kind) and step.form != BLOCK
        column[first] = there and line.prose
        column[first + 1] = there and not weak and not within
        column[first + 2] = there and (step.form in (DATE, NAME) or (not weak and within))
        if offset in (-1, 1):
            column[first + 3] = there and line.words <= _SHORT_WORDS and not line.closed
            column[first + 4] = there and line.colon
            column[first + 5] = there and line.item
            column[first + 6] = there and _is_ending(step)


@compiled
def _describe_windows(steps: Steps, place: int, column: Any) -> None:
    count = len(steps) - 1
    here, below = steps[place], steps[place + 1]
    column[PROSE_NEAR_ABOVE] = here.prose - steps[max(0, place - NEAR)].prose
    column[PROSE_NEAR_BELOW] = steps[min(count, place + 1 + NEAR)].prose - below.prose
    column[PROSE_FAR_ABOVE] = here.prose - steps[max(0, place - FAR)].prose
    column[PROSE_FAR_BELOW] = steps[min(count, place + 1 + FAR)].prose - below.prose
    column[EVIDENCE_ABOVE] = here.evidence - steps[max(0, place - FAR)].evidence
    column[EVIDENCE_BELOW] = steps[min(count, place + 1 + FAR)].evidence - below.evidence
    column[SENTENCES_AROUND] = steps[min(count, place + 1 + AROUND)].sentences - steps[max(0, place - AROUND)].sentences
    column[KEPT_AROUND] = steps[min(count, place + 1 + ROUGHLY)].kept - steps[max(0, place - ROUGHLY)].kept
    column[SHORT_RUN] = here.run


@compiled
def _describe_place(steps: Steps, place: int, column: Any) -> None:
    count = len(steps) - 1
    here, below, end = steps[place], steps[place + 1], steps[count]
    column[PROSE_PERCENT_ABOVE] = 100 * here.prose // max(1, end.prose)
    column[PROSE_STARTS] = here.prose == 0
    column[PROSE_ENDED] = below.prose == end.prose
    column[LINES_ABOVE], column[LINES_BELOW], column[ALL_LINES] = place, count - 1 - place, count
    column[ALL_EVIDENCE] = end.evidence
    column[ALL_PROSE_PERCENT] = 100 * end.prose // max(1, end.words)
    column[ALL_EVIDENCE_ABOVE], column[ALL_EVIDENCE_BELOW] = here.evidence, end.evidence - below.evidence
    column[HEADS_ABOVE] = here.heads


@compiled
def _describe_rules(lines: Lines, steps: Steps, place: int, first: int, last: int, column: Any) -> None:
    found = first < last
    column[BEFORE_EXTENT] = found and place < first
    column[IN_EXTENT] = first <= place < last
    column[AFTER_EXTENT] = found and place >= last
    column[DROPPED] = lines[place].form != UNMARKED
    column[LINES_FROM_EXTENT] = max(0, first - place, place - last + 1) if found else 0
    column[LINES_INTO_EXTENT] = max(0, min(place - first, last - 1 - place))


@entry
def describe_text(lines: Lines, steps: Steps, first: int, last: int, table: Table) -> None:
    """Write the features of all lines, which only the rules have marked so far, into as many columns of `table`.

    The rules see the article at lines[first:last].
    """
    note_rules(lines, steps)
    describe(lines, steps, (first, last), is_spaced(lines), 0, len(lines), table)
