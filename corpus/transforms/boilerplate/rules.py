"""What one line is by itself: a separator, a date, a byline, a row of share buttons, or a phrase that sites print."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from corpus.transforms.boilerplate.lines import LONG_WORDS, Line
from corpus.transforms.boilerplate.phrases import LONGEST, Hit, Phrases
from corpus.transforms.unicode import starts_lower

_RULERS: Final = frozenset(
    "~*-_=#"
    "\u2022\u00b7\u2014\u2013\u2026.\u2042\u2217\u25a0\u25a1\u25c6\u25c7\u25cf\u25cb\u2605\u2606"
    "\u2733\u2500\u2501\u2619\u2766 \t"
)
_UNDERLINES: Final = (frozenset("="), frozenset("-"))
_DOTS: Final = frozenset(". \u2026")
_BREAKS: Final = re.compile(
    "[][ \\t,.:;/|()\u2013\u2014\u2022\u00b7\u2027<>\u00bb\u00ab\u203a@+&*!?'\""
    "\u60a8\u5e74\u6708\u65e5\u6642\u65f6\u5206\u79d2\uff0c\u3001\uff5c\uff1a\u060c\u061b-]+"
)
_NUMBER: Final = re.compile(
    "[0-9\u0660-\u0669\u06f0-\u06f9]+(?:st|nd|rd|th|am|pm|h|uhr|er|\u00ba|\u00aa|min)?|[0-9]+h[0-9]+|t?[0-9]+z?"
)
_OF: Final = ("de", "del", "di", "of", "d", "the")
_YEAR: Final = re.compile("(?:19|20)[0-9][0-9]|[\u0661\u0662\u06f1][\u0660-\u0669\u06f0-\u06f9]{3}")
_ANY_YEAR: Final = re.compile("(?:19|20)[0-9][0-9]")
_FULL_DATE: Final = re.compile(
    "(?<![0-9])(?:[0-3]?[0-9][./-] ?[01]?[0-9][./-] ?(?:19|20)[0-9][0-9]"
    "|(?:19|20)[0-9][0-9][./-][01]?[0-9][./-][0-3]?[0-9]"
    "|(?:19|20)[0-9][0-9] ?\u5e74 ?[01]?[0-9] ?\u6708 ?[0-3]?[0-9] ?\u65e5)(?![0-9])"
)
_ATTRIBUTION: Final = re.compile("(?:\u2014|\u2013|--?|\u2015) ?.{0,80}\\(@[A-Za-z0-9_]{1,20}\\)")
_EMBED_URL: Final = re.compile(
    "https?://(?:www\\.|m\\.|mobile\\.)?(?:twitter|x|youtube|instagram|facebook|tiktok|vimeo|t|youtu|pic\\.twitter)\\.(?:com|co|be)/[!-~]+"
)
_PARTICLES: Final = frozenset(
    (
        *("and", "or", "with", "for", "of", "the", "in", "at", "&", "y", "e", "et", "und", "de", "la", "del", "della"),
        *("di", "da", "do", "dos", "van", "von", "der", "den", "du", "le", "el", "al", "bin", "ibn", "i", "a", "en"),
        *("och", "og"),
    )
)
_TRAILS: Final = ((" > ", 2), (" \u203a ", 2), (" \u00bb ", 2), (" / ", 3), (" \u2192 ", 3), (" < ", 3))
"""Signs between section names, and the fewest pieces they make."""
MOST_TRAIL_WORDS: Final = 4
MOST_NAME_WORDS: Final = 12
MOST_DATE_WORDS: Final = 16
MOST_DATE_LINE_WORDS: Final = 12
_ITEMS: Final = ("- ", "* ", "+ ", "\u2022 ", "\u00b7 ", "\u2013 ")
MOST_INSIDE_WORDS: Final = 40
MOST_LEGAL_WORDS: Final = 100
"""A phrase anywhere in a line tells what it is when the line has at most this many words; legal notices are longer."""
_OF_SHORT_LINES: Final = ("related_links", "adjacent_links", "dateline", "byline", "tags", "navigation", "share_links")
"""Kinds of which a line that reads like prose is seldom one."""
_OF_BOXES: Final = ("newsletter", "paywall", "comments", "advertisement", "other")
"""Kinds of which a long paragraph is seldom one."""
MOST_CREDIT_WORDS: Final = 12
"""A line with a credit in it that is longer than this is the caption itself."""


def mark_line(line: Line, phrases: Phrases) -> Hit | None:
    """What `line` is by itself; forms `hint`, `name`, `date` and `trail` still depend on where it stands."""
    if not line.folded:
        return None
    if not line.key or (len(line.key) == 1 and line.key in _RULERS):
        return _mark_bare(line)
    hit = phrases.match(line.folded, line.key, line.words)
    if hit is None or hit.form == "hint":
        hit = _mark_words(line, phrases) or _mark_name(line, phrases) or _mark_trail(line) or hit
    if hit is None and not line.closed and holds_date(line, phrases):
        return Hit("dateline", "date", "structure:date")
    if hit is not None and hit.kind == "comments" and hit.form == "end":
        return hit._replace(form="hint")
    return hit


def doubt(hit: Hit | None, line: Line, *, page: bool) -> Hit | None:
    """`hit`, weaker where the line is a paragraph as an article may have it; a credit in a caption is a caption.

    On a whole saved page more lines are what they begin with.
    """
    if hit is None:
        return None
    if hit.kind == "image_credit" and line.words > MOST_CREDIT_WORDS:
        return hit._replace(kind="caption", form="hint" if line.words >= LONG_WORDS else hit.form)
    if hit.form in ("start", "end"):
        short = hit.kind in _OF_SHORT_LINES or (hit.kind in _OF_BOXES and not page)
        if line.prose and (short or (hit.kind in _OF_BOXES and line.words >= LONG_WORDS)):
            return hit._replace(form="hint")
    return hit


def mark_inside(text: str, lines: list[Line], phrases: Phrases) -> dict[int, Hit]:
    """The lines of a comparable `text` in which a phrase of form `inside` stands, by their place in `lines`."""
    found: dict[int, Hit] = {}
    starts = [line.start for line in lines]
    for phrase, hit in phrases.inside:
        most = MOST_LEGAL_WORDS if hit.kind == "copyright" else MOST_INSIDE_WORDS
        position = text.find(phrase)
        while position >= 0:
            place = max(0, bisect_right(starts, position) - 1)
            line = lines[place]
            if line.words <= most and phrase in line.folded:
                found.setdefault(place, hit)
            position = text.find(phrase, max(line.end, position + 1))
    return found


def is_attribution(line: Line) -> bool:
    """Whether the line is the last one of an embedded post: a dash, a name, the account in brackets, a date."""
    return len(line.plain) <= LONGEST and _ATTRIBUTION.match(line.plain) is not None


def is_underline(line: Line) -> bool:
    """Whether the line may underline a Markdown heading above it."""
    return len(line.plain) >= 3 and line.plain[0] in "=-" and frozenset(line.plain) in _UNDERLINES


def holds_date(line: Line, phrases: Phrases) -> bool:
    """Whether a short line holds a whole date among other words (`12.03.2024 by Ada`, `Ada | 3 May 2024, 10:15`)."""
    if line.words > MOST_DATE_LINE_WORDS or not line.folded or line.plain[:2] in _ITEMS:
        return False
    if _FULL_DATE.search(line.folded):
        return True
    if not _ANY_YEAR.search(line.folded):
        return False
    tokens = [token for token in _BREAKS.split(line.folded) if token and token not in _OF]
    months = phrases.words["dateline"]
    return any(
        _YEAR.fullmatch(year) and _NUMBER.fullmatch(day) and month in months and len(month) > 2
        for before, middle, year in zip(tokens, tokens[1:], tokens[2:], strict=False)
        for day, month in ((before, middle), (middle, before))
    )


def _mark_bare(line: Line) -> Hit | None:
    """A line of marks and digits: a ruler, a date in numbers, or nothing that can be told."""
    characters = frozenset(line.plain)
    if characters <= _RULERS and not characters <= _DOTS:
        return Hit("separator", "line", "structure:separator")
    tokens = [token for token in _BREAKS.split(line.folded) if token]
    if (
        3 <= len(tokens) <= 7
        and any(_YEAR.fullmatch(token) for token in tokens)
        and all(_YEAR.fullmatch(token) or (len(token) <= 2 and _NUMBER.fullmatch(token)) for token in tokens)
    ):
        return Hit("dateline", "date", "structure:date")
    return None


def _mark_words(line: Line, phrases: Phrases) -> Hit | None:
    """A line that is made of dates, or of names of networks, and of nothing else."""
    if _EMBED_URL.fullmatch(line.plain):
        return Hit("social_embed", "line", "structure:embed_address")
    if line.words > MOST_DATE_WORDS:
        return None
    tokens = [token for token in _BREAKS.split(line.folded) if token]
    if len(tokens) > MOST_DATE_WORDS:
        return None
    numbers = [token for token in tokens if _NUMBER.fullmatch(token)]
    words = [token for token in tokens if not _NUMBER.fullmatch(token)]
    dates = phrases.words["dateline"]
    if len(tokens) >= 2 and numbers and all(word in dates for word in words):
        return Hit("dateline", "date", "structure:date")
    for kind in ("share_links", "comments"):
        known = phrases.words[kind]
        if words and all(word in known for word in words):
            return Hit(kind, "line" if len(words) > 1 else "hint", f"structure:{kind}")
    return None


def _mark_trail(line: Line) -> Hit | None:
    """A row of section names from the front page down to this one: `Home > News > Council`."""
    if line.closed or line.words > MOST_DATE_WORDS:
        return None
    for sign, fewest in _TRAILS:
        pieces = line.plain.split(sign)
        if len(pieces) >= fewest and all(0 < len(piece.split(" ")) <= MOST_TRAIL_WORDS for piece in pieces):
            return Hit("navigation", "trail", "structure:trail")
    return None


def _mark_name(line: Line, phrases: Phrases) -> Hit | None:
    """A byline: a phrase such as "By", then words that all look like parts of a name."""
    if line.words > MOST_NAME_WORDS:
        return None
    found = phrases.name(line.folded)
    if found is None:
        return None
    size, hit = found
    rest = line.plain[size:].strip(" \t:\u2013\u2014-")
    words = rest.split(" ")
    known = phrases.words["byline"]
    small = [word for word in words if starts_lower(word) and word not in _PARTICLES and word not in known]
    return hit if rest and not line.plain.endswith(("?", "!")) and len(small) * 4 <= len(words) else None
