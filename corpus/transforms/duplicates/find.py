"""What is decided of duplicates: which pairs are worth comparing, and from what they share the fate of every row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.limits import check_least, check_shares
from corpus.schema import DUPLICATE_KINDS
from corpus.transforms.duplicates.compare import Compared, Floats, chosen, pair_chunks
from corpus.transforms.duplicates.groups import (
    Copies,
    CopyRule,
    MergeRule,
    Related,
    Stars,
    Touch,
    copies_among,
    everywhere,
    joinable,
    merged_texts,
    related_rows,
    related_to_all,
    stars,
)
from corpus.transforms.duplicates.join import (
    ABSENT,
    Dates,
    Sizes,
    Small,
    keeper_order,
    unpacked,
)
from corpus.transforms.duplicates.kernels import count_up_to, shared_sorted
from corpus.transforms.duplicates.stay import KeptBefore, keep_again
from corpus.transforms.tokens import Ints, UInts

UNIQUE, KEPT, EXACT, NEAR, CONTAINED = (
    DUPLICATE_KINDS.index(kind) for kind in ("unique", "kept", "exact", "near", "contained")
)

HashesOf = Callable[[Ints], list[UInts]]
"""The kept hashes of ascending rows, ascending."""

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
    own_numbers: int = field(
        default=3,
        metadata={
            "doc": "A text with this many numbers that are not in the kept article may be another record in the same "
            "form (weather, results, prices): no copy, if `own_numbers_share` says so too."
        },
    )
    own_numbers_share: float = field(
        default=0.5,
        metadata={"doc": "Of the numbers of such a record more than this part (0 to 1) is not in the kept article."},
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
        check_least(self, 0, "reach", "own", "evidence", "own_numbers", "related_most")
        check_shares(self, "candidate", "overlap", "covered", "partial", "shorter", "own_numbers_share", "related")
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
class Standing:
    """Who would rather be kept, and who stands for whom, by row (n,).

    `order` holds the rows in keeper order and `ranks` the place of each there; `same` is the best-ranked row with the
    same tokens, or the row itself. Only rows that stand for themselves are compared.
    """

    order: Ints
    ranks: Ints
    same: Ints

    def joined(self) -> Small:
        """The rank of every row that is compared (n,), ABSENT for the others."""
        alone = self.same == np.arange(len(self.same))
        return np.where(alone, self.ranks, ABSENT).astype(np.uint32)


def stand(words: Ints, dates: Dates, keys: UInts, apart: Collection[tuple[int, int]]) -> Standing:
    """The standing of rows in the order of their ids; `dates` (n,) are NaT where unknown, `keys` (n, 2) are exact keys.

    Rows that `apart` names stand for themselves.
    """
    order = keeper_order(words, dates)
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    same = _first_equal(keys, order)
    named = np.array(sorted({row for pair in apart for row in pair}), np.int64)
    same[named] = named
    return Standing(order=order, ranks=ranks, same=same)


def sketch_sizes(hashes: UInts, offsets: Ints, distinct: Ints, limit: int) -> Sizes:
    """The sizes of n sketches by row; `distinct` (n,) counts the different shingles of each text."""
    kept = np.diff(offsets)
    sampled = count_up_to(hashes, offsets, np.uint64(limit))
    return Sizes(kept=kept.astype(np.uint32), sampled=sampled.astype(np.uint32), whole=kept == distinct)


def by_rank(sizes: Sizes, standing: Standing) -> Sizes:
    """Sizes by row as sizes by rank."""
    order = standing.order
    return Sizes(kept=sizes.kept[order], sampled=sizes.sampled[order], whole=sizes.whole[order])


def rows_of(pairs: UInts, standing: Standing) -> tuple[Ints, Ints]:
    """Packed pairs of ranks as pairs of rows, the better-ranked one first."""
    first, second = unpacked(pairs)
    return standing.order[first], standing.order[second]


def verification_chunks(first: Ints, second: Ints, distinct: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of rows in runs whose texts fit into memory; `distinct` (n,) counts the different shingles of each row."""
    for chunk in pair_chunks(first, second, distinct, limit=_CHUNK):
        yield first[chunk], second[chunk]


def telling(compared: Compared, options: DuplicateOptions) -> Compared:
    """The pairs that can make a copy, a part of a merged text or related rows; the others need not be held on to."""
    second = compared.of_second
    copy = (second.covered >= min(options.covered, options.partial)) & (second.share >= options.overlap)
    part = (second.covered >= options.merged_whole) & (compared.of_first.covered >= options.merged_part)
    related = np.maximum(compared.of_first.share, second.share) >= options.related
    return chosen(compared, copy | part | related)


def copy_rule(options: DuplicateOptions) -> CopyRule:
    """When one text is a copy of another."""
    return CopyRule(
        overlap=options.overlap,
        covered=options.covered,
        partial=options.partial,
        own=options.own,
        shorter=options.shorter,
        evidence=options.evidence,
        own_numbers=options.own_numbers,
        own_numbers_share=options.own_numbers_share,
    )


def group_duplicates(
    pairs: Compared,
    standing: Standing,
    words: Ints,
    keys: UInts,
    touching: Callable[[Ints], Touch],
    *,
    apart: Collection[tuple[int, int]],
    before: KeptBefore | None = None,
    options: DuplicateOptions,
) -> Duplicates:
    """The groups, from the verified pairs; `apart` holds pairs of rows that no group may hold together.

    What the previous release kept is kept again where it can be; see `stay`.
    """
    grouped = decide(pairs, standing.ranks, words, touching, apart=apart, options=options)
    return settled(grouped, standing, words, keys, before, options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """What is decided of rows that are compared: their groups, the copies that may join one, and their relations."""

    stars: Stars
    copies: Copies
    related: Related


def decide(
    pairs: Compared,
    ranks: Ints,
    words: Ints,
    touching: Callable[[Ints], Touch],
    *,
    apart: Collection[tuple[int, int]],
    options: DuplicateOptions,
) -> Grouped:
    """Groups and relations of n rows that are compared, from their pairs; `ranks` and `words` (n,) by row.

    What is decided of a row follows from its connected component in the graph of the pairs alone: the order of its
    rows, not what their numbers and ranks are, so that each component may be decided by itself.
    """
    merge = MergeRule(whole=options.merged_whole, part=options.merged_part, total=options.merged_total)
    copies = copies_among(pairs, words, copy_rule(options))
    copies = joinable(copies, merged_texts(pairs, copies, ranks, touching, merge))
    found = stars(copies, ranks, apart)
    related = related_rows(
        pairs, found.kept, share=options.related, evidence=options.evidence, most=options.related_most
    )
    return Grouped(stars=found, copies=copies, related=related)


def settled(
    grouped: Grouped,
    standing: Standing,
    words: Ints,
    keys: UInts,
    before: KeptBefore | None,
    options: DuplicateOptions,
) -> Duplicates:
    """What is decided of all n rows, when those that were kept `before` are kept again where they can be."""
    found = everywhere(grouped.stars, standing.same)
    if before:

        def verified(kept: Ints, members: Ints) -> Copies:
            return copies_among(before.compared(kept, members), words, copy_rule(options))

        found = keep_again(found, grouped.copies, standing.ranks, standing.same, before.rows, verified)
    return describe(found, grouped.related, standing, keys)


def touching_by(hashes_of: HashesOf, limit: int, share: float) -> Callable[[Ints], Touch]:
    """For some rows, whether two of them share more than `share` of the smaller one, by their sketches."""

    def prepare(rows: Ints) -> Touch:
        hashes = dict(zip(rows.tolist(), hashes_of(rows), strict=True))
        sampled = {row: int(np.searchsorted(kept, np.uint64(limit), "right")) for row, kept in hashes.items()}

        def touch(one: int, other: int) -> bool:
            shared = shared_sorted(hashes[one], hashes[other])
            return bool(shared > share * min(sampled[one], sampled[other]))

        return touch

    return prepare


def _first_equal(keys: UInts, order: Ints) -> Ints:
    """For every row the best-ranked row with the same key (n,)."""
    by_key = order[np.lexsort((keys[order, 1], keys[order, 0]))]
    new = np.ones(len(keys), np.bool_)
    new[1:] = (keys[by_key[1:]] != keys[by_key[:-1]]).any(axis=1)
    equal = np.empty(len(keys), np.int64)
    equal[by_key] = by_key[np.flatnonzero(new)][np.cumsum(new) - 1]
    return equal


def describe(found: Stars, related: Related, standing: Standing, keys: UInts) -> Duplicates:
    """Arrays by row of what the groups say."""
    rows = np.arange(len(standing.same))
    kept, overlap = found.kept, found.overlap.copy()
    kinds = np.where(kept == rows, UNIQUE, np.where(found.shorter, CONTAINED, NEAR)).astype(np.int8)
    copied = kept != rows
    exact = copied & (keys == keys[kept]).all(axis=1)
    kinds[exact], overlap[exact] = EXACT, 1.0
    kinds[kept[copied]] = KEPT
    founder = rows.copy()
    np.minimum.at(founder, kept, rows)
    everyones = related_to_all(related, standing.same)
    return Duplicates(kept=kept, kinds=kinds, overlap=overlap, founder=founder[kept], related=everyones)
