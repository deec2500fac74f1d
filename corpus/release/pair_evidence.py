"""Why a row is, or is not, in a group with another one: what the two texts share, read and compared anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.parquet import data_files, read_batches
from corpus.transforms.duplicates.compare import Compared, Texts, compare
from corpus.transforms.duplicates.find import DuplicateOptions, copy_rule
from corpus.transforms.duplicates.groups import copies_among
from corpus.transforms.duplicates.memory import full_texts
from corpus.transforms.duplicates.sketch import SketchOptions, compared_text, shingles
from corpus.transforms.tokens import Ints, hash_tokens
from corpus.transforms.unicode import HAN_KANA, WORD, class_table, code_points

PASSAGE: Final = 200
"""A quoted passage is cut to so many characters."""

_COLUMNS: Final = ("id", "title", "body", "word_count", "published", "duplicate_of", "duplicate_kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairEvidence:
    """What a row and another one share, and the rule that this made.

    `rule` is the row's duplicate kind where the other one is its kept article; else why the two are in two groups:
    `record` (each has numbers of its own), `merged` (one is put together from several articles), `chain` (the longer
    one is itself a copy of a third), or `related` (too little is shared). `shared` counts distinct shingles; `share`
    of the row's own and `share_of_other` are those shares; `covered` and `other_covered` say how much of either text
    lies in shared passages; `passage` is the longest of them, cut.
    """

    id: str
    rule: str
    shared: int
    share: float
    share_of_other: float
    covered: float
    other_covered: float
    passage: str


def pair_evidence(
    build: Path, row: Mapping[str, Any], shingle_options: SketchOptions, options: DuplicateOptions
) -> list[PairEvidence]:
    """The evidence for the article that a row is a copy of, and for every related one, in the order of the row."""
    named = [row["duplicate_of"]] if row["duplicate_of"] else []
    wanted = [*named, *(entry["id"] for entry in row["related"])]
    others = _rows(build, wanted) if wanted else {}
    return [_evidence(row, others[name], shingle_options, options) for name in wanted]


def longest_passage(text: str, other: str, options: SketchOptions) -> str:
    """The longest run of words of `text` that stands in `other`, by shingles; empty where they share none."""
    mine, theirs = shingles([text], options).hashes.tolist(), shingles([other], options).hashes.tolist()
    places: dict[int, int] = {}
    for place, value in enumerate(theirs):
        places.setdefault(value, place)
    best = start = 0
    length, at = 0, -2
    for place, value in enumerate(mine):
        going_on = length > 0 and at + 1 < len(theirs) and theirs[at + 1] == value
        at = at + 1 if going_on else places.get(value, -2)
        length = length + 1 if going_on else int(at >= 0)
        if length > best:
            best, start = length, place - length + 1
    return _span(text, start, start + best - 1, options) if best else ""


def _rows(build: Path, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Rows of a release by id."""
    known = pa.array(list(ids))
    found: dict[str, dict[str, Any]] = {}
    for path in data_files(build):
        for batch in read_batches(path, _COLUMNS):
            for row in batch.filter(pc.is_in(batch["id"], value_set=known)).to_pylist():
                found[row["id"]] = row
    return found


def _evidence(
    row: Mapping[str, Any], other: Mapping[str, Any], shingle_options: SketchOptions, options: DuplicateOptions
) -> PairEvidence:
    texts = [compared_text(each["title"], each["body"]) for each in (row, other)]
    first, second = (0, 1) if _order(row) < _order(other) else (1, 0)

    def full(rows: Ints) -> Texts:
        distinct = [len(np.unique(shingles([text], shingle_options).hashes)) for text in texts]
        return full_texts(texts, np.array(distinct, np.int64), shingle_options)

    found = compare(np.array([first]), np.array([second]), full, reach=options.reach)
    mine, its = (found.of_first, found.of_second) if first == 0 else (found.of_second, found.of_first)
    passage = longest_passage(texts[0], texts[1], shingle_options)
    return PairEvidence(
        id=other["id"],
        rule=_rule(row, other, (row, other)[first], found, options),
        shared=int(found.shared[0]),
        share=round(float(mine.share[0]), 3),
        share_of_other=round(float(its.share[0]), 3),
        covered=round(float(mine.covered[0]), 3),
        other_covered=round(float(its.covered[0]), 3),
        passage=passage if len(passage) <= PASSAGE else passage[: PASSAGE - 1] + "…",
    )


def _rule(
    row: Mapping[str, Any],
    other: Mapping[str, Any],
    better: Mapping[str, Any],
    found: Compared,
    options: DuplicateOptions,
) -> str:
    """What made a pair one group, or two."""
    if row["duplicate_of"] == other["id"]:
        return str(row["duplicate_kind"])
    sizes = (row, other) if better is row else (other, row)
    words = np.zeros(2, np.int64)
    words[[found.first[0], found.second[0]]] = [each["word_count"] for each in sizes]
    rule = copy_rule(options)
    if len(copies_among(found, words, rule).of):
        return "chain" if better["duplicate_of"] else "merged"
    return (
        "record" if len(copies_among(found, words, replace(rule, own_numbers=found.strange[0] + 1)).of) else "related"
    )


def _order(row: Mapping[str, Any]) -> tuple[int, str, bytes]:
    """A row's place in keeper order: most words, earliest day, smallest id."""
    return -row["word_count"], (row["published"] or "~")[:10], row["id"].encode()


def _span(text: str, first: int, last: int, options: SketchOptions) -> str:
    """The text from the first word of one shingle to the last word of another."""
    classes = class_table()[code_points(text)]
    word, single = classes == WORD, classes >= HAN_KANA
    begins, ends = single | word, single | word
    begins[1:] &= single[1:] | ~word[:-1]
    ends[:-1] &= single[:-1] | ~word[1:]
    starts, stops = np.flatnonzero(begins), np.flatnonzero(ends) + 1
    lengths = np.array([0, options.words, options.han_kana, options.unspaced])[hash_tokens([text]).classes]
    whole = np.flatnonzero(np.arange(len(starts)) + lengths <= len(starts))
    if not len(whole):
        return text[starts[0] : stops[-1]]
    return text[starts[whole[first]] : stops[whole[last] + lengths[whole[last]] - 1]]
