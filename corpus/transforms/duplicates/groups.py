"""Duplicate groups: stars around the kept texts, in which every member was compared directly with the kept one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpus.transforms.duplicates.compare import Bools, Compared, Floats
from corpus.transforms.duplicates.join import spread
from corpus.transforms.tokens import Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRule:
    """When the second text of a pair, which has no more words than the first, is a copy of it.

    At least a share of `overlap` of its distinct shingles stands in the other, and it is covered to at least `covered`;
    or it is shorter than `shorter` times the other, covered to at least `partial`, and has no more than `own` shingle
    lengths of its own (what a page adds to an excerpt). A shorter copy also needs `evidence` distinct shared shingles,
    so that no stray sentence makes a duplicate.
    """

    overlap: float
    covered: float
    partial: float
    own: float
    shorter: float
    evidence: int


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
    """Verified copies (p,): `text` is a copy of the better-ranked `of`, with `overlap` of its distinct shingles."""

    of: Ints
    text: Ints
    overlap: Floats
    shorter: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What a text is in its group: the kept text, the share of its shingles there, and whether it is a shorter copy."""

    kept: int
    overlap: float
    shorter: bool


def copies_among(pairs: Compared, words: Ints, rule: CopyRule) -> Copies:
    """The pairs in which the second text is a copy of the first; `words` (n,) by row."""
    side = pairs.of_second
    shorter = words[pairs.second] < rule.shorter * words[pairs.first]
    excerpt = (side.covered >= rule.partial) & (side.own <= rule.own) & shorter
    enough = (side.share >= rule.overlap) & (~shorter | (pairs.shared >= rule.evidence))
    copy = ((side.covered >= rule.covered) | excerpt) & enough
    return Copies(of=pairs.first[copy], text=pairs.second[copy], overlap=side.share[copy], shorter=shorter[copy])


def merged_texts(
    pairs: Compared, copies: Copies, ranks: Ints, touching: Callable[[int, int], bool], rule: MergeRule
) -> set[int]:
    """Rows whose text is put together from other rows' texts, and rows of which such a text is a copy.

    `touching` tells whether two rows share more than stray phrases; not every two parts of a text were compared.
    """
    parts: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
    whole = (pairs.of_second.covered >= rule.whole) & (pairs.of_first.covered >= rule.part)
    for at in np.flatnonzero(whole).tolist():
        text = int(pairs.second[at])
        parts[int(pairs.first[at])].append((-float(pairs.of_first.covered[at]), int(ranks[text]), text))
    merged = {text for text, found in parts.items() if len(found) > 1 and _is_merged(sorted(found), touching, rule)}
    for at in np.argsort(-ranks[copies.text], kind="stable").tolist():
        if int(copies.text[at]) in merged:
            merged.add(int(copies.of[at]))
    return merged


def _is_merged(found: Sequence[tuple[float, int, int]], touching: Callable[[int, int], bool], rule: MergeRule) -> bool:
    """Whether parts picked by what they cover, each apart from all picked before, make up the text."""
    picked: list[int] = []
    total = 0.0
    for covers, _, text in found:
        if not any(touching(text, other) for other in picked):
            picked.append(text)
            total -= covers
    return len(picked) > 1 and total >= rule.total


def stars(
    rows: Ints, copies: Copies, ranks: Ints, merged: AbstractSet[int], apart: Mapping[int, AbstractSet[int]]
) -> dict[int, Member]:
    """The rows that are copies, each with its kept text; all others are kept or single.

    The rows are taken in keeper order. Each joins, of the kept texts so far that it is a copy of, the one that holds
    most of its shingles (of equals the better-ranked), or else becomes one that others may join. So no text joins
    through another copy. Only a merged text joins a merged one, and `apart` holds rows that no group may hold together.
    """
    options: dict[int, list[tuple[float, int, int, bool]]] = defaultdict(list)
    for of, text, overlap, shorter in zip(
        copies.of.tolist(), copies.text.tolist(), copies.overlap.tolist(), copies.shorter.tolist(), strict=True
    ):
        if of not in merged or text in merged:
            options[text].append((-overlap, int(ranks[of]), of, shorter))
    members: dict[int, Member] = {}
    groups: dict[int, set[int]] = defaultdict(set)
    for text in [row for row in rows.tolist() if row in options]:
        for overlap, _, of, shorter in sorted(options[text]):
            if of not in members and not apart.get(text, frozenset()) & (groups[of] | {of}):
                members[text] = Member(kept=of, overlap=-overlap, shorter=shorter)
                groups[of].add(text)
                break
    return members


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Pairs of rows (q,) that share a large part without being copies, by `row`, then larger `share`, then `other`.

    `share` of the distinct shingles of `row` stand in `other`, and `share_of_other` the other way round.
    """

    row: Ints
    other: Ints
    share: Floats
    share_of_other: Floats


def related_rows(pairs: Compared, kept: Ints, same: Ints, *, share: float, evidence: int, most: int) -> Related:
    """For every row, up to `most` compared rows of other groups, with which it shares `share` of either text.

    `kept` (n,) names each row's group, `evidence` is the least number of shared distinct shingles. Of more than `most`
    those stay that share most of the smaller text, of equals the smaller row. `same` (n,) is the row that was compared
    in the place of each: a row with the same tokens lists what that one lists.
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
    starts, ends = np.searchsorted(row[order], same, "left"), np.searchsorted(row[order], same, "right")
    listed = order[spread(starts, ends)]
    return Related(
        row=np.repeat(np.arange(len(same)), ends - starts),
        other=other[listed],
        share=forth[listed],
        share_of_other=back[listed],
    )


def _places(ordered: Ints) -> npt.NDArray[np.int64]:
    """How many equal values stand before each one of an ascending list."""
    return np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
