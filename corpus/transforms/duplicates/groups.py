"""Duplicate groups: stars around the kept texts, in which every member was compared directly with the kept one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpus.transforms.duplicates.compare import Bools, Compared, Floats
from corpus.transforms.duplicates.join import spread
from corpus.transforms.duplicates.kernels import pick_kept
from corpus.transforms.tokens import Ints

Touch = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRule:
    """When the second text of a pair is a copy of the first.

    At least a share of `overlap` of its distinct shingles stands in the other, and it is covered to at least `covered`;
    or it is shorter than `shorter` times the other, covered to at least `partial`, and has no more than `own` shingle
    lengths of its own (what a page adds to an excerpt). A shorter copy also needs `evidence` distinct shared shingles,
    so that no stray sentence makes a duplicate.

    No copy is a text with at least `own_numbers` numbers that the other has not, if they are more than
    `own_numbers_share` of its numbers, and more than the shingle lengths of its own text (a page around a copy has
    numbers there): it is another record in the same form, like the weather of another day.
    """

    overlap: float
    covered: float
    partial: float
    own: float
    shorter: float
    evidence: int
    own_numbers: int
    own_numbers_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRule:
    """When a text is merged from others: at least two, of which none shares `part` of itself with another picked one,
    each covered to `whole` and covering at least `part` of it, cover at least `total` of it together.
    """

    whole: float
    part: float
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Verified copies (p,): `text` is a copy of `of`, with `overlap` of its distinct shingles."""

    of: Ints
    text: Ints
    overlap: Floats
    shorter: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Stars:
    """For n rows the kept row of each (itself, if it is no copy), the share of its shingles there (NaN), and whether it
    is a shorter copy.
    """

    kept: Ints
    overlap: Floats
    shorter: Bools


def copies_among(pairs: Compared, words: Ints, rule: CopyRule) -> Copies:
    """The pairs in which the second text is a copy of the first; `words` (n,) by row."""
    side = pairs.of_second
    shorter = words[pairs.second] < rule.shorter * words[pairs.first]
    excerpt = (side.covered >= rule.partial) & (side.own <= rule.own) & shorter
    enough = (side.share >= rule.overlap) & (~shorter | (pairs.shared >= rule.evidence))
    most = np.maximum(rule.own_numbers_share * pairs.numbers, side.own)
    record = (pairs.strange >= rule.own_numbers) & (pairs.strange > most)
    copy = ((side.covered >= rule.covered) | excerpt) & enough & ~record
    return Copies(of=pairs.first[copy], text=pairs.second[copy], overlap=side.share[copy], shorter=shorter[copy])


def merged_texts(
    pairs: Compared, copies: Copies, ranks: Ints, touching: Callable[[Ints], Touch], rule: MergeRule
) -> Bools:
    """Which rows' texts are put together from other rows' texts, or have a copy that is; `ranks` (n,) by row.

    `touching` gives, for some rows, the function that tells whether two of them share more than stray phrases: not
    every two parts of a text were compared.
    """
    merged = np.zeros(len(ranks), np.bool_)
    parts = np.flatnonzero((pairs.of_second.covered >= rule.whole) & (pairs.of_first.covered >= rule.part))
    texts, numbers, counts = np.unique(pairs.first[parts], return_inverse=True, return_counts=True)
    parts = parts[counts[numbers] > 1]
    covers = pairs.of_first.covered[parts]
    order = np.lexsort((ranks[pairs.second[parts]], -covers, pairs.first[parts]))
    found = list(zip(covers[order].tolist(), pairs.second[parts][order].tolist(), strict=True))
    touch = touching(np.unique(pairs.second[parts]))
    several = counts > 1
    for text, start, end in zip(texts[several].tolist(), *_borders(counts[several]), strict=True):
        merged[text] = _is_merged(found[start:end], touch, rule)
    for at in np.argsort(-ranks[copies.text], kind="stable").tolist() if merged.any() else ():
        merged[copies.of[at]] |= merged[copies.text[at]]
    return merged


def _borders(counts: Ints) -> tuple[list[int], list[int]]:
    ends = np.cumsum(counts)
    return (ends - counts).tolist(), ends.tolist()


def _is_merged(found: Sequence[tuple[float, int]], touch: Touch, rule: MergeRule) -> bool:
    """Whether parts picked by what they cover, each apart from all picked before, make up the text."""
    picked: list[int] = []
    total = 0.0
    for covers, text in found:
        if not any(touch(text, other) for other in picked):
            picked.append(text)
            total += covers
    return len(picked) > 1 and total >= rule.total


def joinable(copies: Copies, merged: Bools) -> Copies:
    """The copies that may join what they are copies of: only a merged text joins a merged one; `merged` (n,) by row."""
    may = ~merged[copies.of] | merged[copies.text]
    return Copies(of=copies.of[may], text=copies.text[may], overlap=copies.overlap[may], shorter=copies.shorter[may])


def stars(copies: Copies, ranks: Ints, apart: Collection[tuple[int, int]]) -> Stars:
    """The kept text of every row, from joinable copies of better-ranked texts; `ranks` (n,) by row.

    The rows are taken in keeper order. Each joins, of the kept texts so far that it is a copy of, the one that holds
    most of its shingles (of equals the better-ranked), or else becomes one that others may join. So no text joins
    through another copy. `apart` holds rows that no group may hold together.

    One pass over the copies, each looked at once: the cost is linear in them, whatever the shape of their graph. The
    answer is unique, as keeper order is total: a row's fate follows from the fates of better-ranked rows alone.
    """
    of, text, overlap = copies.of, copies.text, copies.overlap
    order = np.lexsort((ranks[of], -overlap, ranks[text]))
    foes = np.array(sorted({(one, other) for pair in apart for one, other in (pair, pair[::-1])}), np.int64)
    foes = foes.reshape(-1, 2)
    picked = pick_kept(of[order], text[order], len(ranks), foes[:, 0].copy(), foes[:, 1].copy())
    joined = np.flatnonzero(picked >= 0)
    at = order[picked[joined]]
    kept, share, shorter = np.arange(len(ranks)), np.full(len(ranks), np.nan), np.zeros(len(ranks), np.bool_)
    kept[joined], share[joined], shorter[joined] = copies.of[at], copies.overlap[at], copies.shorter[at]
    return Stars(kept=kept, overlap=share, shorter=shorter)


def everywhere(found: Stars, same: Ints) -> Stars:
    """What was found of the rows that stand for others, for all rows: each shares the fate of `same` (n,)."""
    return Stars(kept=found.kept[same], overlap=found.overlap[same], shorter=found.shorter[same])


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Pairs of rows (q,) that share a large part without being copies, by `row`, then larger `share`, then `other`.

    `share` of the distinct shingles of `row` stand in `other`, and `share_of_other` the other way round.
    """

    row: Ints
    other: Ints
    share: Floats
    share_of_other: Floats


def related_rows(pairs: Compared, kept: Ints, *, share: float, evidence: int, most: int) -> Related:
    """For every row, up to `most` compared rows of other groups, with which it shares `share` of either text.

    `kept` (n,) names each row's group, `evidence` is the least number of shared distinct shingles. Of more than `most`
    those stay that share most of the smaller text, of equals the smaller row.
    """
    one, two = pairs.of_first.share, pairs.of_second.share
    large = (np.maximum(one, two) >= share) & (pairs.shared >= evidence) & (kept[pairs.first] != kept[pairs.second])
    row = np.concatenate([pairs.first[large], pairs.second[large]])
    other = np.concatenate([pairs.second[large], pairs.first[large]])
    forth = np.concatenate([one[large], two[large]])
    back = np.concatenate([two[large], one[large]])
    order = np.lexsort((other, -np.maximum(forth, back), row))
    order = order[_places(row[order]) < most]
    order = order[np.lexsort((other[order], -forth[order], row[order]))]
    return Related(row=row[order], other=other[order], share=forth[order], share_of_other=back[order])


def related_to_all(found: Related, same: Ints) -> Related:
    """What was found of the rows that were compared, for all rows: `same` (n,) is the one compared in place of each."""
    starts, ends = np.searchsorted(found.row, same, "left"), np.searchsorted(found.row, same, "right")
    listed = spread(starts, ends)
    return Related(
        row=np.repeat(np.arange(len(same)), ends - starts),
        other=found.other[listed],
        share=found.share[listed],
        share_of_other=found.share_of_other[listed],
    )


def _places(ordered: Ints) -> npt.NDArray[np.int64]:
    """How many equal values stand before each one of an ascending list."""
    return np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
