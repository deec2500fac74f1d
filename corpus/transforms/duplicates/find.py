"""Duplicate detection: sketches of all articles in; kept row, kind, overlap and related rows of every row out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.limits import check_least, check_shares
from corpus.schema import DUPLICATE_KINDS
from corpus.transforms.duplicates.compare import Compared, Floats, join_compared, pair_chunks
from corpus.transforms.duplicates.groups import (
    CopyRule,
    Member,
    MergeRule,
    Related,
    copies_among,
    merged_texts,
    related_rows,
    stars,
)
from corpus.transforms.duplicates.join import Dates, candidate_pairs, keeper_order
from corpus.transforms.duplicates.sketch import Sketches, SketchOptions
from corpus.transforms.tokens import Ints, sums

UNIQUE, KEPT, EXACT, NEAR, CONTAINED = (
    DUPLICATE_KINDS.index(kind) for kind in ("unique", "kept", "exact", "near", "contained")
)

CompareAll = Callable[[Sequence[tuple[Ints, Ints]]], Iterable[Compared]]
"""Compares lists of pairs of rows on their full texts (see `compare.compare`), one after another or many at a time."""

_CHUNK: Final = 1 << 22
"""Shingles held at once for verification; no result depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateOptions:
    """When two articles are copies of one another, or related; `docs/decisions` tells what was measured.

    Of the join: every text meets the `partners` best-ranked texts under each hash, and a pair is verified when the
    estimated containment is at least `candidate`. Of a copy: see `compare.compare` (`reach`) and `groups.CopyRule`.
    Of a merged text: see `groups.MergeRule`. Texts of two groups are related when they share at least `related` of
    either, the closest `related_most` for each row.
    """

    partners: int = field(
        default=16,
        metadata={"doc": "Of the texts that share a shingle, each is compared with at most this many of the longest."},
    )
    candidate: float = field(
        default=0.15,
        metadata={
            "doc": "Two texts are compared in full when they seem to share this part of the smaller one (0 to 1)."
        },
    )
    reach: int = field(
        default=3,
        metadata={
            "doc": "An edited passage between two shared ones counts as shared up to this length, in shingles of 5 "
            "words: 3 are 15 words."
        },
    )
    overlap: float = field(
        default=0.3, metadata={"doc": "A copy has at least this part (0 to 1) of its shingles in the kept article."}
    )
    covered: float = field(
        default=0.75,
        metadata={"doc": "A copy shares passages with the kept article over this part (0 to 1) of itself."},
    )
    partial: float = field(
        default=0.5,
        metadata={
            "doc": "A shorter copy that adds little text shares passages over at least this part (0 to 1) of it."
        },
    )
    own: float = field(
        default=12.0,
        metadata={
            "doc": "A shorter copy may add at most this much text of its own, in shingle lengths of 5 words: 12 are 60 "
            "words."
        },
    )
    shorter: float = field(
        default=0.8,
        metadata={"doc": "A copy with fewer words than this part (0 to 1) of the kept article's is a shorter copy."},
    )
    evidence: int = field(
        default=12,
        metadata={"doc": "A shorter copy, or a related article, shares at least this many different shingles."},
    )
    merged_whole: float = field(
        default=0.9,
        metadata={"doc": "An article merged from others, like a digest, holds at least this part (0 to 1) of each."},
    )
    merged_part: float = field(
        default=0.1,
        metadata={"doc": "Each article in a merged one makes up at least this part (0 to 1) of it."},
    )
    merged_total: float = field(
        default=0.9,
        metadata={"doc": "All articles in a merged one together make up at least this part (0 to 1) of it."},
    )
    related: float = field(
        default=0.3,
        metadata={
            "doc": "Articles that are no copies are listed as related when they share this part (0 to 1) of one."
        },
    )
    related_most: int = field(default=20, metadata={"doc": "A row lists at most this many related articles."})

    def __post_init__(self) -> None:
        check_least(self, 1, "partners")
        check_least(self, 0, "reach", "own", "evidence", "related_most")
        check_shares(self, "candidate", "overlap", "covered", "partial", "shorter", "related")
        check_shares(self, "merged_whole", "merged_part", "merged_total")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """What duplicate detection says of n rows.

    `kept` (n,) is the row that each is a copy of, or itself; `kinds` (n,) index `DUPLICATE_KINDS`; `overlap` (n,) is
    the share of the row's distinct shingles that stand in the kept row, NaN for rows that are no copy; `founder` (n,)
    is the smallest row of the group.
    """

    kept: Ints
    kinds: npt.NDArray[np.int8]
    overlap: Floats
    founder: Ints
    related: Related


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What is to be verified: the rows that stand for their equals, in keeper order, and pairs of them.

    `same` (n,) is the best-ranked row with the same tokens, or the row itself; `ranks` (n,) its place in keeper order;
    `first`, `second` (p,) are pairs of rows, the better-ranked one first, ascending by both; `limit` is the largest
    hash that is sampled.
    """

    rows: Ints
    same: Ints
    ranks: Ints
    first: Ints
    second: Ints
    limit: int


def find_candidates(
    sketches: Sketches,
    dates: Dates,
    apart: Collection[tuple[int, int]],
    sketch_options: SketchOptions,
    options: DuplicateOptions,
) -> Candidates:
    """Which pairs of rows to verify. Rows come in the order of their ids; `dates` (n,) are NaT where unknown.

    Rows with the same tokens are compared through the best-ranked of them, unless `apart` names them.
    """
    order = keeper_order(sketches.words, dates)
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    same = _first_equal(sketches, ranks)
    named = np.array(sorted({row for pair in apart for row in pair}), np.int64)
    same[named] = named
    rows = order[same[order] == order]
    pairs = candidate_pairs(
        sketches, rows, partners=options.partners, share=options.candidate, limit=sketch_options.limit
    )
    packed = np.unique((rows[pairs.first] << np.int64(32)) | rows[pairs.second])
    return Candidates(
        rows=rows,
        same=same,
        ranks=ranks,
        first=packed >> np.int64(32),
        second=packed & np.int64(0xFFFFFFFF),
        limit=sketch_options.limit,
    )


def verify_candidates(candidates: Candidates, sketches: Sketches, compare_all: CompareAll) -> Compared:
    """Every candidate pair compared on full texts, a bounded number at a time."""
    first, second = candidates.first, candidates.second
    chunks = pair_chunks(first, second, sketches.shingles, limit=_CHUNK)
    return join_compared(list(compare_all([(first[chunk], second[chunk]) for chunk in chunks])))


def group_duplicates(
    candidates: Candidates,
    pairs: Compared,
    sketches: Sketches,
    apart: Collection[tuple[int, int]],
    options: DuplicateOptions,
) -> Duplicates:
    """The groups, from the verified pairs; `apart` holds pairs of rows that no group may hold together."""
    rule = CopyRule(
        overlap=options.overlap,
        covered=options.covered,
        partial=options.partial,
        own=options.own,
        shorter=options.shorter,
        evidence=options.evidence,
    )
    merge = MergeRule(whole=options.merged_whole, part=options.merged_part, total=options.merged_total)
    copies = copies_among(pairs, sketches.words, rule)
    merged = merged_texts(pairs, copies, candidates.ranks, _touching(sketches, candidates.limit, merge.part), merge)
    foes: dict[int, set[int]] = defaultdict(set)
    for one, other in apart:
        foes[one].add(other)
        foes[other].add(one)
    members = stars(candidates.rows, copies, candidates.ranks, merged, foes)
    return _described(candidates, sketches, members, pairs, options)


def find_duplicates(
    sketches: Sketches,
    dates: Dates,
    compare_all: CompareAll,
    *,
    apart: Collection[tuple[int, int]] = (),
    sketch_options: SketchOptions,
    options: DuplicateOptions,
) -> Duplicates:
    """The three steps at once: candidates, verification, groups."""
    candidates = find_candidates(sketches, dates, apart, sketch_options, options)
    pairs = verify_candidates(candidates, sketches, compare_all)
    return group_duplicates(candidates, pairs, sketches, apart, options)


def _touching(sketches: Sketches, limit: int, share: float) -> Callable[[int, int], bool]:
    """Whether two rows share more than `share` of the smaller one, by their sketches."""
    sampled = sums(sketches.hashes <= np.uint64(limit), sketches.offsets)

    def touch(one: int, other: int) -> bool:
        mine, theirs = (sketches.hashes[sketches.offsets[row] : sketches.offsets[row + 1]] for row in (one, other))
        shared = len(np.intersect1d(mine, theirs, assume_unique=True))
        return bool(shared > share * min(sampled[one], sampled[other]))

    return touch


def _first_equal(sketches: Sketches, ranks: Ints) -> Ints:
    """For every row the best-ranked row with the same key (n,)."""
    by_key = np.lexsort((ranks, sketches.keys[:, 1], sketches.keys[:, 0]))
    keys = sketches.keys[by_key]
    new = np.ones(len(keys), np.bool_)
    new[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    equal = np.empty(len(keys), np.int64)
    equal[by_key] = by_key[np.flatnonzero(new)][np.cumsum(new) - 1]
    return equal


def _described(
    candidates: Candidates,
    sketches: Sketches,
    members: dict[int, Member],
    pairs: Compared,
    options: DuplicateOptions,
) -> Duplicates:
    """Arrays by row of what the groups say; a row with the same tokens as another shares its fate."""
    count = len(candidates.same)
    kept = np.arange(count)
    kinds = np.full(count, UNIQUE, np.int8)
    overlap = np.full(count, np.nan)
    for row, member in members.items():
        kept[row], overlap[row] = member.kept, member.overlap
        kinds[row] = CONTAINED if member.shorter else NEAR
    kept, kinds, overlap = kept[candidates.same], kinds[candidates.same], overlap[candidates.same]
    copied = kept != np.arange(count)
    exact = copied & (sketches.keys == sketches.keys[kept]).all(axis=1)
    kinds[exact], overlap[exact] = EXACT, 1.0
    kinds[kept[copied]] = KEPT
    founder = np.arange(count)
    np.minimum.at(founder, kept, np.arange(count))
    related = related_rows(
        pairs, kept, candidates.same, share=options.related, evidence=options.evidence, most=options.related_most
    )
    return Duplicates(kept=kept, kinds=kinds, overlap=overlap, founder=founder[kept], related=related)
