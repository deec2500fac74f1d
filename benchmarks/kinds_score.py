"""How well kinds, kept words and titles are told on labelled texts.

The unit is the line: it is body, or it has one kind. A line counts as right for a kind if its gold label and the label
of the stretch that took it out are that kind. Over stretches (runs of lines of one kind), a gold stretch is found if
more than half of its lines got its kind, and a predicted one is right if more than half of its lines have its kind.
Macro F1 is the plain mean over the kinds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from benchmarks.kinds_data import BODY, Document
from corpus.schema import KINDS
from corpus.transforms.article import Article, split_article
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.title import TitleOptions
from corpus.transforms.tokens import word_counts

BOILERPLATE: Final = BoilerplateOptions()
TITLE: Final = TitleOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How often a kind was right, wrongly given, and missed."""

    right: int
    predicted_right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of what was given the kind that has it; 1 if nothing was given it."""
        return self.predicted_right / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of what has the kind that was given it."""
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A document with what our rules made of it: `predicted` has a label for every line that is not blank."""

    document: Document
    article: Article
    predicted: tuple[str, ...]

    def pairs(self) -> list[tuple[str, str, str]]:
        """Gold label, predicted label and text of every line that is not blank."""
        filled = [pair for pair in self.document.lines if pair[0]]
        return [(gold, ours, line) for (gold, line), ours in zip(filled, self.predicted, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All figures of some readings; words are those of the gold body, lines are not blank."""

    lines: dict[str, Score]
    stretches: dict[str, Score]
    confusions: Counter[tuple[str, str]]
    removed: Score
    words: int
    words_kept: int
    body_lines: int
    body_lines_lost: int
    titles: Counter[str]

    @property
    def words_kept_share(self) -> float:
        """Share of the words of the gold bodies that stay in ours."""
        return self.words_kept / self.words


def read(document: Document) -> Reading:
    """What our rules make of a document, with the options of a user's build."""
    text = document.text
    article = split_article(text, BOILERPLATE, TITLE)
    kinds = [BODY] * len(text)
    taken = 0
    for stretch in article.boilerplate:
        start = stretch.offset + taken
        kinds[start : start + len(stretch.text)] = [stretch.kind] * len(stretch.text)
        taken += len(stretch.text)
    predicted = tuple(kinds[start] for start in _line_starts(document))
    return Reading(document=document, article=article, predicted=predicted)


def _line_starts(document: Document) -> Iterator[int]:
    """Where the lines that are not blank begin, at their first character that is no space."""
    position = 0
    for label, line in document.lines:
        if label:
            yield position + len(line) - len(line.lstrip())
        position += len(line) + 1


def summarize(readings: Sequence[Reading]) -> Summary:
    """All figures over some readings."""
    pairs = [pair for reading in readings for pair in reading.pairs()]
    body = [(ours, line) for gold, ours, line in pairs if gold == BODY]
    words = word_counts([line for _, line in body]).tolist()
    removed = [(gold != BODY, ours != BODY) for gold, ours, _ in pairs]
    return Summary(
        lines={kind: _line_score(kind, pairs) for kind in KINDS},
        stretches={kind: _stretch_score(kind, readings) for kind in KINDS},
        confusions=Counter((gold, ours) for gold, ours, _ in pairs if gold != ours),
        removed=_score_of(removed),
        words=sum(words),
        words_kept=sum(count for count, (ours, _) in zip(words, body, strict=True) if ours == BODY),
        body_lines=len(body),
        body_lines_lost=sum(ours != BODY for ours, _ in body),
        titles=Counter(_title_outcome(reading) for reading in readings),
    )


def _line_score(kind: str, pairs: Iterable[tuple[str, str, str]]) -> Score:
    return _score_of([(gold == kind, ours == kind) for gold, ours, _ in pairs])


def _score_of(outcomes: Sequence[tuple[bool, bool]]) -> Score:
    right = sum(gold and ours for gold, ours in outcomes)
    return Score(
        right=right,
        predicted_right=right,
        predicted=sum(ours for _, ours in outcomes),
        gold=sum(gold for gold, _ in outcomes),
    )


def _stretch_score(kind: str, readings: Iterable[Reading]) -> Score:
    found: list[bool] = []
    right: list[bool] = []
    for reading in readings:
        pairs = [(gold == kind, ours == kind) for gold, ours, _ in reading.pairs()]
        for is_gold, run in groupby(pairs, key=lambda pair: pair[0]):
            if is_gold:
                found.append(_mostly([ours for _, ours in run]))
        for is_ours, run in groupby(pairs, key=lambda pair: pair[1]):
            if is_ours:
                right.append(_mostly([gold for gold, _ in run]))
    return Score(right=sum(found), predicted_right=sum(right), predicted=len(right), gold=len(found))


def _mostly(outcomes: Sequence[bool]) -> bool:
    return 2 * sum(outcomes) > len(outcomes)


def _title_outcome(reading: Reading) -> str:
    """One of `right`, `none` (rightly null), `wrong`, `missed` and `invented`."""
    gold, ours = reading.document.title, reading.article.title
    if gold is None:
        return "none" if ours is None else "invented"
    return "missed" if ours is None else "right" if ours == gold else "wrong"


def macro_f1(scores: dict[str, Score]) -> float:
    """The mean of the F1 of the kinds that occur in the gold labels or in ours; at least one must."""
    present = [score.f1 for score in scores.values() if score.gold or score.predicted]
    return sum(present) / len(present)


def micro_f1(scores: dict[str, Score]) -> float:
    """F1 over all lines of all kinds, so that a kind weighs by its lines."""
    right = sum(score.right for score in scores.values())
    return 2 * right / max(1, sum(score.predicted + score.gold for score in scores.values()))
