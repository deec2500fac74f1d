"""Measure kinds, kept words and titles on our own labelled texts: `python -m benchmarks.quality_kinds`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from typing import Final

from benchmarks.evaluation import Figure
from benchmarks.kinds_data import BODY, DATA, digest, read_documents
from benchmarks.kinds_score import Reading, Score, Summary, macro_f1, micro_f1, read, summarize
from corpus.schema import KINDS

FLOORS: Final = DATA / "floors.json"
SLACK: Final = 0.004
"""A floor lies this much below what was measured when it was pinned."""
LONGEST_SHOWN: Final = 100


def figures() -> list[Figure]:
    """What the quality table shows, over the whole set and over the half that is held out."""
    readings = [read(document) for document in read_documents()]
    held_out = summarize([reading for reading in readings if reading.document.held_out])
    whole = summarize(readings)
    titles = whole.titles
    known = titles["right"] + titles["wrong"] + titles["missed"]
    unknown = titles["none"] + titles["invented"]
    return [
        Figure(name="kinds, macro F1 over stretches", ours=macro_f1(whole.stretches), target=0.9),
        Figure(name="kinds, macro F1 over lines", ours=macro_f1(whole.lines), target=0.9),
        Figure(name="kinds, macro F1 over stretches, held-out half", ours=macro_f1(held_out.stretches), target=0.9),
        Figure(name="kinds, macro F1 over lines, held-out half", ours=macro_f1(held_out.lines), target=0.9),
        Figure(name="kinds, words of the bodies that stay", ours=whole.words_kept_share, target=0.995),
        Figure(name="kinds, titles right", ours=titles["right"] / known, target=0.85),
        Figure(name="kinds, titles invented", ours=titles["invented"] / unknown, target=0.01, most=True),
    ]


def pin() -> None:
    """Write the floors, with the digest of the data that they were measured on."""
    floors = {figure.name: round(figure.ours + (SLACK if figure.most else -SLACK), 4) for figure in figures()}
    FLOORS.write_text(json.dumps({"data": digest(), "floors": floors}, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="also list the wrong lines of the dev half")
    parser.add_argument("--pin", action="store_true", help="pin the floors anew, a little below what is measured")
    arguments = parser.parse_args()
    if arguments.pin:
        pin()
    readings = [read(document) for document in read_documents()]
    dev = [reading for reading in readings if not reading.document.held_out]
    held_out = [reading for reading in readings if reading.document.held_out]
    for name, half in (("dev", dev), ("held-out", held_out), ("all", readings)):
        print_summary(f"{name}, {len(half)} documents", summarize(half))
    print_confusions(summarize(dev))
    print_languages(readings)
    if arguments.errors:
        print_errors(dev)


def print_summary(name: str, summary: Summary) -> None:
    """One table: every kind over lines and over stretches; then words, lines and titles."""
    print(f"\n{name}\n{'':14}  lines     P     R    F1   stretches     P     R    F1")
    for kind in KINDS:
        line, stretch = summary.lines[kind], summary.stretches[kind]
        print(f"{kind:14} {line.gold:6} {shown(line)} {stretch.gold:11} {shown(stretch)}")
    print(f"{'macro F1':14} {macro_f1(summary.lines):24.3f} {macro_f1(summary.stretches):29.3f}")
    print(f"F1 weighted by lines: {micro_f1(summary.lines):.3f}")
    print(f"taken out at all, whatever the kind, lines: P R F1 {shown(summary.removed)}")
    print(f"words of the bodies that stay: {summary.words_kept_share:.4%} of {summary.words}")
    lost = summary.body_lines_lost / summary.body_lines
    print(f"body lines taken out: {summary.body_lines_lost} of {summary.body_lines} ({lost:.2%})")
    print("titles: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(summary.titles.items())))


def shown(score: Score) -> str:
    """Precision, recall and F1 in two places."""
    return f"{score.precision:5.2f} {score.recall:5.2f} {score.f1:5.2f}"


def print_confusions(summary: Summary) -> None:
    """The commonest pairs of a gold and another predicted label."""
    print(f"\nconfusions in the dev half, gold > ours ({BODY} is body)")
    for (gold, ours), count in sorted(summary.confusions.items(), key=lambda item: (-item[1], item[0]))[:30]:
        print(f"{count:5} {gold} > {ours}")


def print_languages(readings: Sequence[Reading]) -> None:
    """Macro F1 of every language, over the kinds that occur in it."""
    print("\nlanguage, macro F1 over lines, over stretches, words that stay")
    for language in sorted({reading.document.language for reading in readings}):
        summary = summarize([reading for reading in readings if reading.document.language == language])
        macros = f"{macro_f1(summary.lines):.3f} {macro_f1(summary.stretches):.3f}"
        print(f"{language} {macros} {summary.words_kept_share:.4f}")


def print_errors(readings: Iterable[Reading]) -> None:
    """Every line whose label is not the gold one."""
    print()
    for reading in readings:
        for gold, ours, line in reading.pairs():
            if gold != ours:
                print(f"{reading.document.id}: {gold} > {ours}: {line[:LONGEST_SHOWN]}")


if __name__ == "__main__":
    main()
