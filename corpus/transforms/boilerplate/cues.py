"""What a line asks its reader to do, told by words that no fixed phrase joins: "The best of the week, free, by e-mail".

The lists of a kind hold topics (`newsletter`, `inbox`) and requests (`sign up`, `every morning`). Either alone says
little; a line that holds both, in one language, is weak evidence for the kind, and one with more of them is worth a
phrase. So wordings are told that no list of phrases foresaw, at the price of two short lists a language and kind.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from corpus.transforms.boilerplate.characters import WORD_PART, Points
from corpus.transforms.boilerplate.lexicon import CUES, EDGE, Lexicon, find_edge, may_be_cue, stands_at
from corpus.transforms.boilerplate.marks import BY_CUES, HINT, OTHER, START, mark
from corpus.transforms.kernels import compiled

LANE: Final = 3
"""Bits of a sum of cues that belong to one kind."""
MOST_COUNTED: Final = (1 << LANE) - 1
FEWEST_CUED_WORDS, MOST_CUED_WORDS = 3, 30
"""Lines with fewer words are whole phrases, those with more are paragraphs."""
_LAST_LATIN: Final = 0x24F
ENOUGH: Final = 3
"""So many cues of one kind are worth a phrase at the start of a line that is no prose."""
WHOLE_WORD: Final = 3
"""A cue of so few letters is a whole word, others may go on."""
ALL_LANGUAGES: Final = (1 << 62) - 1
"""A bit for every list; a cue of the list that belongs to no language has them all."""


@compiled
def mark_cued(line: Any, folded: Points, lexicon: Lexicon) -> None:
    """Mark a line that holds a topic and a request of one kind in one language; of several kinds the one with most.

    Prose may tell of newsletters, so it has no cues.
    """
    if line.prose or not FEWEST_CUED_WORDS <= line.words <= MOST_CUED_WORDS:
        return
    topics, requests, shared = _sum_cues(lexicon, folded, line.first, line.folded_last, ALL_LANGUAGES)
    if shared == 0 or _most_cued(topics, requests) == 0:
        return
    if shared == ALL_LANGUAGES:
        shared = 1
    best, chosen, language = 1, 0, 1
    while shared:
        if shared & 1:
            topics, requests, _ = _sum_cues(lexicon, folded, line.first, line.folded_last, language)
            kind = _most_cued(topics, requests)
            count = _in_lane(topics, kind) + _in_lane(requests, kind)
            if count > best and _in_lane(topics, kind) and _in_lane(requests, kind):
                best, chosen = count, kind
        shared >>= 1
        language <<= 1
    if best > 1:
        mark(line, chosen, START if best >= ENOUGH + line.sentence else HINT, BY_CUES + chosen)


@compiled
def _sum_cues(lexicon: Lexicon, folded: Points, first: int, last: int, languages: int) -> tuple[int, int, int]:
    """Topics and requests of the `languages` (bits) in a line, a lane a kind, and the languages that have both."""
    topics = requests = told = asked = 0
    counted = 0
    place = first
    before = np.uint32(0)
    while place < last and counted < MOST_COUNTED:
        number = -1
        trait = lexicon.traits[folded[place]]
        begins = not before & trait & WORD_PART
        if begins and (folded[place] > _LAST_LATIN or (place + EDGE <= last and may_be_cue(lexicon, folded, place))):
            number = _cue_at(lexicon, folded, place, last, languages)
        before = trait
        place += 1
        if number >= 0:
            entry = lexicon.entries[number]
            cue = lexicon.cues[entry.groups]
            topics += cue.topics
            requests += cue.requests
            told |= cue.languages if cue.topics else 0
            asked |= cue.languages if cue.requests else 0
            counted += 1
            place += entry.size - 1
            before = lexicon.traits[folded[place - 1]]
    return topics, requests, told & asked


@compiled
def _most_cued(topics: int, requests: int) -> int:
    """The kind of which there are most cues and both a topic and a request; 0 if there is none."""
    best, chosen = 0, 0
    for kind in range(1, OTHER + 1):
        topic, request = _in_lane(topics, kind), _in_lane(requests, kind)
        if topic and request and topic + request > best:
            best, chosen = topic + request, kind
    return chosen


@compiled
def _in_lane(cues: int, kind: int) -> int:
    return (cues >> (LANE * kind)) & MOST_COUNTED


@compiled
def _cue_at(lexicon: Lexicon, folded: Points, place: int, last: int, languages: int) -> int:
    """The longest cue of the `languages` with which the word at `place` begins, or -1."""
    edge = EDGE
    shortest = EDGE if folded[place] <= _LAST_LATIN else 2
    while edge >= shortest:
        number = find_edge(lexicon, CUES, folded, place, edge) if edge <= last - place else -1
        while number >= 0:
            entry = lexicon.entries[number]
            if (
                entry.size <= last - place
                and stands_at(lexicon, entry, folded, place, place + entry.size - 1)
                and lexicon.cues[entry.groups].languages & languages
                and (entry.size > WHOLE_WORD or not _goes_on(lexicon, folded, place + entry.size, last))
            ):
                return int(number)
            number = entry.following
        edge //= 2
    return -1


@compiled
def _goes_on(lexicon: Lexicon, folded: Points, place: int, last: int) -> bool:
    """Whether a word that has begun before `place` goes on there."""
    return place < last and bool(lexicon.traits[folded[place - 1]] & lexicon.traits[folded[place]] & WORD_PART)
