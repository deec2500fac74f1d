"""The article's own headline, from what a page states and what it prints: without the site's name around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from corpus.transforms.html.facts import ancestors, hints_of
from corpus.transforms.html.heading import bare_heading
from corpus.transforms.html.lines import TreeLine
from corpus.transforms.html.stated import Stated
from corpus.transforms.html.wording import MARKS, wording
from corpus.transforms.unicode import fold

_SEPARATORS: Final = re.compile(
    " [|\u00a6\u2013\u2014\u00bb\u203a\u00ab\u2039\u00b7\u2022<>/~\u2212\u2502\uff5c@-] "
    "| ?(?:::|\uff5c|\u2502|\\|) ?|: "
)
_HEADINGS: Final = {"h1": 2.0, "h2": 1.0, "h3": 0.5}
_AWAY: Final = frozenset(("nav", "aside", "footer", "form", "button", "figcaption", "table"))
_SIMILAR: Final = 0.5
_ENOUGH: Final = 1.6
_AWAY_COSTS: Final = 0.03
_FARTHEST: Final = 1.0
_WINDOW: Final = 80
_LEAST_PROSE: Final = 10
_LONGEST_WORD: Final = 40
_LONG_WORDS: Final = 12
_KICKER_LEAVES: Final = 3
LONGEST: Final = 300
"""A longer text is no headline."""
_SITE_LEAST: Final = 4
_MOST_SITE_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    score: float
    bare: str | None


def find_headline(stated: Stated, lines: Sequence[TreeLine], kept: Sequence[bool]) -> str | None:
    """The headline, or None where the page has no title.

    A line above the article that is a heading, or that a stated title repeats, is the headline as the reader sees it.
    Without one, the first stated title counts, less the pieces at its ends that name the site.
    """
    titles = [
        title for title in (*stated.values.get("title", ()), stated.document_title or "") if 0 < len(title) <= LONGEST
    ]
    sites = [wording(name) for name in _sites(stated) if wording(name) and name.count(" ") < _MOST_SITE_WORDS]
    best = _best(_candidates(lines, kept, titles, sites))
    if best is not None:
        return best.bare or _without_kicker(best.text, titles, sites)
    for title in titles:
        bare = without_site(title, sites, titles)
        if wording(bare) and wording(bare) not in sites:
            return bare
    return None


def headline_places(title: str, lines: Sequence[TreeLine], kept: Sequence[bool]) -> list[int]:
    """The lines that print `title`, above the article or as a first heading; also with a section in front of it."""
    wanted = wording(title)
    places: set[int] = set()
    for first, last in _runs(lines, _start(lines, kept)):
        text = " ".join(line.text for line in lines[first:last])
        key = wording(text) if len(text) <= LONGEST else ""
        if key and (key == wanted or (_heading(lines[first]) and _holds(lines[first], key, wanted))):
            places.update(range(first, last))
    return sorted(places)


def _holds(line: TreeLine, key: str, wanted: str) -> bool:
    """Whether a heading prints the wanted title with something else before or behind it."""
    return key.endswith(wanted) or (wanted in key and wording(bare_heading(_heading_element(line)) or "") == wanted)


def _start(lines: Sequence[TreeLine], kept: Sequence[bool]) -> int:
    """Where the article's first paragraph stands."""
    return next((place for place, line in enumerate(lines) if kept[place] and _is_prose(line)), len(lines))


def _without_kicker(text: str, titles: Sequence[str], sites: Sequence[str]) -> str:
    """`text` without the section or date in front of it, where a stated title leaves that out."""
    key = wording(text)
    bare = {wording(title): title for title in titles}
    if not any(key in ending for ending in bare):
        short = [without_site(title, sites, titles) for title in titles]
        bare |= {wording(title): title for title in short}
    for ending, title in bare.items():
        if len(ending) < len(key) and key.endswith(ending) and len(_words(title)) >= _KICKER_LEAVES:
            return title
    return text


def _best(candidates: Iterable[_Candidate]) -> _Candidate | None:
    best: _Candidate | None = None
    for candidate in candidates:
        if candidate.score >= _ENOUGH and (best is None or candidate.score > best.score):
            best = candidate
    return best


def _candidates(
    lines: Sequence[TreeLine], kept: Sequence[bool], titles: Sequence[str], sites: Sequence[str]
) -> Iterator[_Candidate]:
    """Lines that may be the headline: those above the article's first paragraph, and every h1."""
    start = _start(lines, kept)
    pieces = {wording(piece): _words(piece) for title in titles for piece in _pieces(title)}
    for first, last in _runs(lines, start):
        text = " ".join(line.text for line in lines[first:last])
        key = wording(text) if len(text) <= LONGEST else ""
        if not key:
            continue
        words = _words(text)
        similar = max((_dice(words, piece) for piece in pieces.values()), default=0.0)
        if similar >= _SIMILAR or _heading(lines[first]):
            score = _score(lines[first], similar, start - last, len(words)) + 0.5 * (key in pieces)
            heading = _heading_element(lines[first])
            bare = None if heading is None or not key.startswith(wording(lines[first].text)) else bare_heading(heading)
            yield _Candidate(text, score - 6.0 * (key in sites), bare)


def _score(line: TreeLine, similar: float, above: int, words: int) -> float:
    """How much a line looks like the headline: like a stated title, a heading, right above the article."""
    score = 3.0 * similar + _HEADINGS.get(_heading(line), 0.0)
    score -= 1.0 if above < 0 else min(_FARTHEST, _AWAY_COSTS * above)
    score -= 0.7 if words < 2 else 0.0
    chain = list(ancestors(line.first))
    score -= 4.0 if any(_leads_home(element) for element in chain[:3]) else 0.0
    score -= 2.0 if any(element.tag in _AWAY for element in chain) else 0.0
    score += 0.5 if any("headline" in hints_of(element) for element in chain[:3]) else 0.0
    return score


def _leads_home(element: Any) -> bool:
    """Whether an element is a link to the site's front page, as its name in the head of a page is."""
    target = element.get("href") if element.tag == "a" else None
    if target is None:
        return False
    try:
        return urlsplit(target.strip()).path in ("", "/", "./", "index.html", "/index.html")
    except ValueError:
        return False


def _runs(lines: Sequence[TreeLine], start: int) -> Iterator[tuple[int, int]]:
    """Lines by themselves, and those of one heading together: up to where the article starts, and every h1."""
    for place, line in enumerate(lines):
        heading = _heading_element(line)
        if max(0, start - _WINDOW) <= place <= start or _heading(line) == "h1":
            yield place, place + 1
            if heading is not None and (not place or _heading_element(lines[place - 1]) is not heading):
                last = place + 1
                while last < len(lines) and _heading_element(lines[last]) is heading:
                    last += 1
                if last > place + 1:
                    yield place, last


def _heading_element(line: TreeLine) -> Any:
    return next((element for element in ancestors(line.first) if element.tag in _HEADINGS), None)


def _heading(line: TreeLine) -> str:
    element = _heading_element(line)
    return "" if element is None else str(element.tag)


def _is_prose(line: TreeLine) -> bool:
    return (
        line.text.count(" ") + len(line.text) // _LONGEST_WORD >= _LEAST_PROSE
        and line.linked * 2 < len(line.text)
        and not _heading(line)
    )


def _words(text: str) -> frozenset[str]:
    """The words of `text`; of one in a script without blanks, its pairs of characters."""
    words = [word for word in MARKS.split(fold(text)) if word]
    if len(text) > _LONG_WORDS * max(1, len(words)):
        return frozenset(text[start : start + 2] for start in range(len(text) - 1))
    return frozenset(words)


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2.0 * len(one & other) / max(1, len(one) + len(other))


def _pieces(title: str) -> Iterator[str]:
    """`title`, and what of it stands before, after or between separators."""
    yield title
    breaks = list(_SEPARATORS.finditer(title))
    for place, found in enumerate(breaks):
        yield title[: found.start()]
        yield title[found.end() :]
        if place:
            yield title[breaks[place - 1].end() : found.start()]


def without_site(title: str, sites: Sequence[str], titles: Sequence[str]) -> str:
    """`title` without the pieces at its ends that name the site, or that another stated title leaves out."""
    others = {wording(other) for other in titles} - set(sites)
    changed = True
    while changed:
        changed = False
        for found in reversed(list(_SEPARATORS.finditer(title))):
            head, tail = title[: found.start()].strip(), title[found.end() :].strip()
            if _names_site(tail, sites) or wording(head) in others:
                title, changed = head, True
                break
            if _names_site(head, sites) or wording(tail) in others:
                title, changed = tail, True
                break
    return title


def _names_site(piece: str, sites: Sequence[str]) -> bool:
    """Whether a piece of a title is the name of the site, or of a part of it."""
    key = wording(piece)
    if not key or key in sites:
        return True
    long = [site for site in sites if len(site) >= _SITE_LEAST]
    return len(key) >= _SITE_LEAST and any(
        key.startswith(site) or site.startswith(key) or key.endswith(site) for site in long
    )


def _sites(stated: Stated) -> Iterator[str]:
    yield from stated.values.get("site", ())
    for address in stated.values.get("url", ()):
        yield from _host_names(address)


def _host_names(address: str) -> tuple[str, ...]:
    """The host of an address, and the names in it before the ending."""
    try:
        host = (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    labels = host.split(".")
    return (host, *labels[:-1][-2:]) if len(labels) > 1 else ()
