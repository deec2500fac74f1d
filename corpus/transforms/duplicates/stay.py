"""Kept rows that stay: a group found keeps the row that the previous release kept, where all others are copies of it.

Else a new copy that is a little longer would take the place of an old kept row, which then moves to another file of the
release, and leaves the `deduplicated` config, though nothing of it has changed.

The rule. Of each group whose kept row was not kept before, one row is asked: of its rows that were, the first in keeper
order. It is kept again if

- every other row of the group is a copy of it: compared with it directly, by the rule for all copies
  (`groups.copies_among`), whichever of the two has more words;
- no row of another group that is kept or asked is a copy of it, nor it of that: no two kept texts are copies.

Nothing else changes: which rows make up a group is settled before (`groups.stars`). So a merged text is still kept for
merged ones alone: it is in a group of such, as a text with a merged copy counts as merged itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from corpus.transforms.duplicates.compare import Bools, Compared
from corpus.transforms.duplicates.groups import Copies, Stars
from corpus.transforms.duplicates.join import spread
from corpus.transforms.tokens import Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBefore:
    """The `rows` (k,) of this build that the previous release kept, and what compares pairs of rows on their full
    texts; it gives those that can tell anything.
    """

    rows: Ints
    compared: Callable[[Ints, Ints], Compared]


Verified = Callable[[Ints, Ints], Copies]
"""Of pairs of a row asked and another row those in which the second is a copy of the first."""


def keep_again(found: Stars, copies: Copies, ranks: Ints, same: Ints, were_kept: Ints, verified: Verified) -> Stars:
    """The groups `found` among n rows, with those of the rows `were_kept` (k,) kept again that can be.

    `copies` are all joinable ones, between rows that stand for others: row i has the tokens of row `same[i]` (n,).
    `ranks` (n,) are places in keeper order.
    """
    asked = _asked(found.kept, ranks, were_kept)
    asked = asked[~_has_rival(asked, found.kept, same, copies)]
    if not len(asked):
        return found
    first, second = _with_members(asked, found.kept, same)
    again = verified(first, second)
    rows = len(same)
    wanted, met = np.bincount(first, minlength=rows), np.bincount(again.of, minlength=rows)
    return _kept_instead(found, asked[wanted[asked] == met[asked]], again, same)


def _asked(kept: Ints, ranks: Ints, were_kept: Ints) -> Ints:
    """Of every group whose kept row was not kept before, the best-ranked row that was; one a group."""
    was = np.zeros(len(kept), np.bool_)
    was[were_kept] = True
    rows = were_kept[~was[kept[were_kept]]]
    rows = rows[np.lexsort((ranks[rows], kept[rows]))]
    return rows[np.unique(kept[rows], return_index=True)[1]]


def _has_rival(asked: Ints, kept: Ints, same: Ints, copies: Copies) -> Bools:
    """Which of the rows asked are copies of, or have a copy in, a row of another group that is kept or asked."""
    stands = kept == np.arange(len(kept))
    stands[same[asked]] = True
    met = stands[copies.of] & stands[copies.text] & (kept[copies.of] != kept[copies.text])
    return np.isin(same[asked], np.concatenate([copies.of[met], copies.text[met]]))


def _with_members(asked: Ints, kept: Ints, same: Ints) -> tuple[Ints, Ints]:
    """Each row asked beside every row of its group that stands for others, but the one with the same tokens."""
    members = np.flatnonzero((same == np.arange(len(same))) & np.isin(kept, kept[asked]))
    members = members[np.argsort(kept[members], kind="stable")]
    starts, ends = (np.searchsorted(kept[members], kept[asked], side) for side in ("left", "right"))
    first, second = np.repeat(asked, ends - starts), members[spread(starts, ends)]
    other = second != same[first]
    return first[other], second[other]


def _kept_instead(found: Stars, rows: Ints, again: Copies, same: Ints) -> Stars:
    """The groups with `rows` kept, of which `again` holds the copies that stand for others."""
    now = np.arange(len(same))
    now[found.kept[rows]] = rows
    anew = np.isin(found.kept, found.kept[rows])
    share, shorter = np.full(len(same), np.nan), np.zeros(len(same), np.bool_)
    share[again.text], shorter[again.text] = again.overlap, again.shorter
    return Stars(
        kept=now[found.kept],
        overlap=np.where(anew, share[same], found.overlap),
        shorter=np.where(anew, shorter[same], found.shorter),
    )
