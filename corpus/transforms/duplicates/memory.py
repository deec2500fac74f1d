"""The search for copies among texts in memory, step by step as the stages do it in tasks over files."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from corpus.transforms.duplicates.compare import Compared, Texts, compare, join_compared
from corpus.transforms.duplicates.find import (
    DuplicateOptions,
    Duplicates,
    Standing,
    by_rank,
    group_duplicates,
    rows_of,
    sketch_sizes,
    stand,
    telling,
    touching_by,
    verification_chunks,
)
from corpus.transforms.duplicates.join import Dates, layout_of, likely_pairs, merge_pairs, route, shared_hashes
from corpus.transforms.duplicates.numbers import numbers_in
from corpus.transforms.duplicates.sketch import Sketches, SketchOptions, shingles, sketch
from corpus.transforms.duplicates.stay import KeptBefore
from corpus.transforms.tokens import Ints, UInts


def find_duplicates(
    texts: Sequence[str],
    dates: Dates,
    *,
    apart: Collection[tuple[int, int]] = (),
    were_kept: Ints | None = None,
    sketch_options: SketchOptions,
    options: DuplicateOptions,
) -> Duplicates:
    """The groups among texts in the order of their ids; `dates` (n,) are NaT where unknown.

    `were_kept` (k,) are rows that a previous release kept.
    """
    sketches = sketch(texts, sketch_options)
    standing = stand(sketches.words, dates, sketches.keys, apart)
    candidates = candidate_pairs(sketches, standing, sketch_options.limit, options)

    def compared(first: Ints, second: Ints) -> Compared:
        return verify(texts, sketches, first, second, sketch_options, options)

    pairs = compared(*rows_of(candidates, standing))
    before = None if were_kept is None else KeptBefore(rows=were_kept, compared=compared)
    return group(sketches, standing, pairs, apart, sketch_options, options, before)


def candidate_pairs(sketches: Sketches, standing: Standing, limit: int, options: DuplicateOptions) -> UInts:
    """Which pairs of ranks to verify, packed and ascending; `limit` is the largest hash that is sampled."""
    ranks = standing.joined()
    layout = layout_of(len(sketches.hashes), len(ranks))
    entries, borders = route(sketches.hashes, sketches.offsets, ranks, layout)
    parts = [
        shared_hashes(entries[start:end], layout, partners=options.partners)
        for start, end in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True)
    ]
    sizes = sketch_sizes(sketches.hashes, sketches.offsets, sketches.shingles, limit)
    return likely_pairs(merge_pairs(parts), by_rank(sizes, standing), options.candidate)


def verify(
    texts: Sequence[str],
    sketches: Sketches,
    first: Ints,
    second: Ints,
    sketch_options: SketchOptions,
    options: DuplicateOptions,
) -> Compared:
    """Pairs of rows compared on full texts; those that can tell anything."""

    def full(rows: Ints) -> Texts:
        return full_texts([texts[row] for row in rows.tolist()], sketches.shingles[rows], sketch_options)

    chunks = verification_chunks(first, second, sketches.shingles)
    return join_compared([telling(compare(*chunk, full, reach=options.reach), options) for chunk in chunks])


def full_texts(texts: Sequence[str], distinct: Ints, options: SketchOptions) -> Texts:
    """What is compared of these texts; `distinct` (n,) counts the different shingles of each."""
    found = shingles(texts, options)
    numbers, borders = numbers_in(texts)
    return Texts(
        hashes=found.hashes,
        spans=found.spans.astype(np.uint32),
        offsets=found.offsets,
        distinct=distinct,
        numbers=numbers,
        borders=borders,
    )


def group(
    sketches: Sketches,
    standing: Standing,
    pairs: Compared,
    apart: Collection[tuple[int, int]],
    sketch_options: SketchOptions,
    options: DuplicateOptions,
    before: KeptBefore | None = None,
) -> Duplicates:
    """The groups, from the verified pairs."""

    def hashes_of(rows: Ints) -> list[UInts]:
        starts, ends = sketches.offsets[rows].tolist(), sketches.offsets[rows + 1].tolist()
        return [sketches.hashes[start:end] for start, end in zip(starts, ends, strict=True)]

    touching = touching_by(hashes_of, sketch_options.limit, options.merged_part)
    return group_duplicates(
        pairs, standing, sketches.words, sketches.keys, touching, apart=apart, before=before, options=options
    )
