"""Take labelled stretches out of a text and put them back: `restore(cut(text, labels)) == text`, always."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.transforms.normalize import WHITE_SPACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One stretch of a source text that is no part of the article: `text[start:end]`, without white space around it."""

    start: int
    end: int
    kind: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch that was taken out: `offset` counts Unicode code points into the body, `text` has its white space."""

    kind: str
    offset: int
    text: str
    rule: str


def cut(text: str, labels: Sequence[Label]) -> tuple[str, list[Stretch]]:
    """The body of `text` without the labelled parts, and what was taken out.

    `labels` are sorted and do not overlap. White space around a label leaves with it so that the body neither starts
    nor ends with white space and keeps, between two kept parts, the wider of the gaps that stood around the label.
    Neighbouring labels of one kind and rule, with only white space between them, become one stretch.
    """
    spans = _with_white_space(text, _joined(text, labels))
    body: list[str] = []
    stretches: list[Stretch] = []
    position = offset = 0
    for label in spans:
        body.append(text[position : label.start])
        offset += label.start - position
        stretches.append(Stretch(kind=label.kind, offset=offset, text=text[label.start : label.end], rule=label.rule))
        position = label.end
    body.append(text[position:])
    return "".join(body), stretches


def restore(body: str, boilerplate: Iterable[Mapping[str, Any]]) -> str:
    """The normalised source text: `body` with every stretch of `boilerplate` put back at its offset."""
    parts: list[str] = []
    position = 0
    for stretch in boilerplate:
        parts += (body[position : stretch["offset"]], stretch["text"])
        position = stretch["offset"]
    return "".join([*parts, body[position:]])


def _joined(text: str, labels: Sequence[Label]) -> list[Label]:
    joined: list[Label] = []
    for label in labels:
        last = joined[-1] if joined else None
        if last and (last.kind, last.rule) == (label.kind, label.rule) and _is_white(text, last.end, label.start):
            joined[-1] = Label(start=last.start, end=label.end, kind=label.kind, rule=label.rule)
        else:
            joined.append(label)
    return joined


def _with_white_space(text: str, labels: list[Label]) -> list[Label]:
    """Widen the labels of each run (labels with only white space between them) over the gaps of the run."""
    widened: list[Label] = []
    run: list[Label] = []
    for label in labels:
        if run and not _is_white(text, run[-1].end, label.start):
            widened += _widen_run(text, run)
            run = []
        run.append(label)
    return widened + (_widen_run(text, run) if run else [])


def _widen_run(text: str, run: list[Label]) -> list[Label]:
    before, after = _gap_start(text, run[0].start), _gap_end(text, run[-1].end)
    leading, trailing = text[before : run[0].start], text[run[-1].end : after]
    if before > 0 and (after == len(text) or _width(trailing) > _width(leading)):
        starts = [before, *(label.end for label in run[:-1])]
        ends = [*(label.end for label in run[:-1]), after if after == len(text) else run[-1].end]
    else:
        starts = [0 if before == 0 else run[0].start, *(label.start for label in run[1:])]
        ends = [*(label.start for label in run[1:]), after]
    return [
        Label(start=start, end=end, kind=label.kind, rule=label.rule)
        for start, end, label in zip(starts, ends, run, strict=True)
    ]


def _is_white(text: str, start: int, end: int) -> bool:
    return not text[start:end].strip(WHITE_SPACE)


def _gap_start(text: str, position: int) -> int:
    while position > 0 and text[position - 1] in WHITE_SPACE:
        position -= 1
    return position


def _gap_end(text: str, position: int) -> int:
    while position < len(text) and text[position] in WHITE_SPACE:
        position += 1
    return position


def _width(gap: str) -> tuple[int, int]:
    """How far a gap sets two parts apart: its line ends first."""
    return gap.count("\n"), len(gap)
