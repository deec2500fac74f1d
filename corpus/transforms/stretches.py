"""Take labelled stretches out of a text and put them back: `restore(cut(text, labels)) == text`, always."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from corpus.transforms.normalize import WHITE_SPACE


class Label(NamedTuple):
    """One stretch of a source text that is no part of the article: `text[start:end]`, without white space around it."""

    start: int
    end: int
    kind: str
    rule: str


class Stretch(NamedTuple):
    """A stretch that was taken out: `offset` counts Unicode code points into the body, `text` has its white space."""

    kind: str
    offset: int
    text: str
    rule: str


_Span: TypeAlias = tuple[int, int, str, str]
"""Start, end, kind and rule."""


def cut(text: str, labels: Sequence[Label]) -> tuple[str, list[Stretch]]:
    """The body of `text` without the labelled parts, and what was taken out.

    `labels` are sorted and do not overlap. White space around a label leaves with it so that the body neither starts
    nor ends with white space and keeps, between two kept parts, the wider of the gaps that stood around the label.
    Neighbouring labels of one kind and rule, with only white space between them, become one stretch.
    """
    body: list[str] = []
    stretches: list[Stretch] = []
    position = offset = 0
    for run in _runs(text, labels):
        _widen(text, run)
        for start, end, kind, rule in run:
            if start > position:
                body.append(text[position:start])
                offset += start - position
            stretches.append(Stretch(kind=kind, offset=offset, text=text[start:end], rule=rule))
            position = end
    body.append(text[position:])
    return "".join(body), stretches


def restore(body: str, boilerplate: Iterable[Mapping[str, Any]]) -> str:
    """The normalised source text: `body` with every stretch of `boilerplate` put back at its offset."""
    return put_back(body, ((stretch["offset"], stretch["text"]) for stretch in boilerplate))


def put_back(body: str, stretches: Iterable[tuple[int, str]]) -> str:
    """`body` with every text of `stretches` put back at its offset."""
    parts: list[str] = []
    position = 0
    for offset, text in stretches:
        parts += (body[position:offset], text)
        position = offset
    return "".join([*parts, body[position:]])


def _runs(text: str, labels: Sequence[Label]) -> Iterator[list[_Span]]:
    """Labels with only white space between them, as one run; neighbours of one kind and rule as one span."""
    run: list[_Span] = []
    for label in labels:
        if run:
            _, end, kind, rule = run[-1]
            if not _is_white(text, end, label.start):
                yield run
                run = []
            elif kind == label.kind and rule == label.rule:
                run[-1] = (run[-1][0], label.end, kind, rule)
                continue
        run.append((label.start, label.end, label.kind, label.rule))
    if run:
        yield run


def _widen(text: str, run: list[_Span]) -> None:
    """Spread the spans of a run over the white space between them and on its narrower side."""
    before, after = _gap_start(text, run[0][0]), _gap_end(text, run[-1][1])
    leading, trailing = text[before : run[0][0]], text[run[-1][1] : after]
    if before > 0 and (after == len(text) or _width(trailing) > _width(leading)):
        position = before
        for place, (_, end, kind, rule) in enumerate(run):
            run[place] = (position, end, kind, rule)
            position = end
        if after == len(text):
            start, _, kind, rule = run[-1]
            run[-1] = (start, after, kind, rule)
        return
    position = after
    for place in range(len(run) - 1, -1, -1):
        start, _, kind, rule = run[place]
        run[place] = (0 if place == 0 and before == 0 else start, position, kind, rule)
        position = start


def _is_white(text: str, start: int, end: int) -> bool:
    return start >= end or not text[start:end].strip(WHITE_SPACE)


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
