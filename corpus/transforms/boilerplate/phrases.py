"""Phrase lists: the words that sites print around an article, one TOML file a language, looked up by hash.

A file `corpus/data/phrases/<language>.toml` has one table a kind (`corpus.schema.KINDS`), and in it any of these forms.
All phrases are compared after simple case folding, with straight apostrophes and single blanks.

| form | fits a line when |
|---|---|
| `line` | the whole line is the phrase, but for marks and digits around it (`Share:`, `12 Comments`, `» Print`) |
| `head` | as `line`; the line also opens a block of its kind (`Related Posts` and the links below it) |
| `hint` | as `line`, but only weak evidence: the word may as well be a heading (`Politics`) |
| `start` | the line begins with the phrase, at the end of a word |
| `end` | the line ends with the phrase, at the start of a word |
| `inside` | the phrase stands anywhere in the line |
| `words` | the line holds nothing but words of this list (for a `dateline`: and digits; for a `byline`: in its name) |
| `ago` | words of relative dates: the line holds nothing but these, a number, and words of dates (`vor 2 Tagen`) |
| `given` | given names, of which bylines without any phrase are made |
| `counted` | the line begins with a number and the phrase (`3 thoughts on`); it opens a block as `head` does |
| `topic`, `request` | weak evidence: the line holds words that begin with one of either list (see `cues`) |
| `name` | the line begins with the phrase and goes on with a name (`By Ada Example`); only outside the article's text |
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from corpus.schema import KINDS
from corpus.transforms.boilerplate import cues, marks
from corpus.transforms.boilerplate.characters import UNSPACED, comparable, key, trait_table
from corpus.transforms.boilerplate.lexicon import (
    COUNTED,
    CUE,
    CUES,
    EDGE,
    EMBED_HOST,
    ENDS,
    ENTRY,
    FILTER_BITS,
    INSIDE,
    LINKING,
    NAMES,
    OF_AGO,
    OF_COMMENTS,
    OF_DATES,
    OF_GIVEN,
    OF_NAMES,
    OF_SHARES,
    ORDINAL,
    PARTICLE,
    SCHEME,
    STARTS,
    WHOLE,
    WORDS,
    Lexicon,
    fill,
)  # fmt: skip
from corpus.transforms.tables import Arrays, cached_arrays, digest_files
from corpus.transforms.unicode import UNICODE_VERSION, code_points

SHARED: Final = "any"
"""The list that belongs to no language and is always used."""
MOST_WORDS: Final = 48
"""Phrases at the start or end of a line count in lines of at most this many words; lone words in a quarter of that."""
MOST_NAME_WORDS: Final = 12
MOST_INSIDE_WORDS: Final = 40
MOST_LEGAL_WORDS: Final = 100
"""A phrase anywhere in a line tells what it is when the line has at most this many words; legal notices are longer."""

SEVERAL_UNSPACED: Final = 5
"""In scripts without blanks a phrase of so many characters is more than a lone word."""
_WHOLE: Final = {"head": marks.HEAD, "line": marks.LINE, "hint": marks.HINT}
"""Forms of whole lines, the strongest first."""
_PARTS: Final = {
    "counted": (COUNTED, marks.HEAD),
    "start": (STARTS, marks.START),
    "end": (ENDS, marks.END),
    "name": (NAMES, marks.NAME),
    "inside": (INSIDE, marks.INSIDE),
}
_GROUPS: Final = {"dateline": OF_DATES, "share_links": OF_SHARES, "comments": OF_COMMENTS, "byline": OF_NAMES}
"""Kinds that have lists of words."""
_WORDS_OF: Final = {"words": _GROUPS, "given": {"byline": OF_GIVEN}, "ago": {"dateline": OF_AGO}}
_CUES: Final = {"topic": "topics", "request": "requests"}
FORMS: Final = (*_WHOLE, *_PARTS, *_WORDS_OF, *_CUES)

_OTHER_WORDS: Final = {
    PARTICLE: (
        *("and", "or", "with", "for", "of", "the", "in", "at", "&", "y", "e", "et", "und", "de", "la", "del", "della"),
        *("di", "da", "do", "dos", "van", "von", "der", "den", "du", "le", "el", "al", "bin", "ibn", "i", "a", "en"),
        *("och", "og"),
    ),
    LINKING: ("de", "del", "di", "of", "d", "the"),
    ORDINAL: ("st", "nd", "rd", "th", "am", "pm", "h", "uhr", "er", "º", "ª", "min", "件", "回", "г"),
    SCHEME: ("http://", "https://"),
    EMBED_HOST: tuple(
        f"{prefix}{name}.{ending}"
        for prefix in ("", "www.", "m.", "mobile.")
        for name in ("twitter", "x", "youtube", "instagram", "facebook", "tiktok", "vimeo", "t", "youtu", "pic.twitter")
        for ending in ("com", "co", "be")
    ),
}
_EDGES: Final = (4, 2, 1)
"""Phrases are found by their first (or last) 4 characters, shorter ones by 2 or 1."""


_CORPUS: Final = Path(__file__).parents[2]
COMPILED_BY: Final = tuple(
    _CORPUS / name
    for name in (
        *("schema.py", "data/casefold.txt", "transforms/unicode.py", "transforms/boilerplate/characters.py"),
        *(f"transforms/boilerplate/{name}.py" for name in ("cues", "lexicon", "marks", "phrases")),
    )
)
"""Files that decide, beside the lists, what is compiled from them."""

_Entry = tuple[str, dict[str, int]]
"""The code points of an entry of the lexicon, and its fields."""


class Phrase(NamedTuple):
    """One entry of a phrase list, comparable."""

    text: str
    kind: str
    form: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrases of some languages, ready for look-up, and the names of all rules by code; make it with `load`."""

    lexicon: Lexicon
    rules: tuple[str, ...]


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages that have a phrase list, sorted."""
    names = (entry.name for entry in (files("corpus") / "data" / "phrases").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@functools.cache
def load(wanted: tuple[str, ...]) -> Phrases:
    """The phrases of the `wanted` languages and the shared ones; of two equal phrases the earlier language's counts.

    They are compiled once on a machine (see `tables.cached_arrays`).
    """
    chosen = sorted({SHARED, *wanted})
    sources = [_CORPUS / "data" / "phrases" / f"{language}.toml" for language in chosen]
    key = f"{UNICODE_VERSION} {digest_files([*sources, *COMPILED_BY])}"
    arrays = dict(cached_arrays("phrases", key, lambda: _compile(chosen)))
    rules = tuple(arrays.pop("rules").tolist())
    arrays |= {name: arrays[name].view(layout) for name, layout in (("entries", ENTRY), ("cues", CUE))}
    for array in arrays.values():
        array.setflags(write=False)
    return Phrases(lexicon=Lexicon(**arrays, traits=trait_table()), rules=rules)


def _compile(chosen: Sequence[str]) -> Arrays:
    """The tables of a lexicon, records as bytes, and the names of all rules."""
    phrases = [phrase for language in chosen for phrase in read(language)]
    rules = (*marks.RULES, *dict.fromkeys(phrase.rule for phrase in phrases))
    codes = {rule: code for code, rule in enumerate(rules)}
    entries = [*_lines(phrases, codes), *_parts(phrases, codes), *_words(phrases)]
    told = _cues(phrases)
    for place, text in enumerate(told):
        entries.append((text, {"table": CUES, "edge": len(_edge_of(text, CUES)), "groups": place}))
    tables = _lexicon(entries, told)._asdict()
    records = {name: tables[name].view(np.uint8) for name in ("entries", "cues")}
    return {**{name: tables[name] for name in tables if name != "traits"}, **records, "rules": np.array(rules)}


def read(language: str) -> Iterator[Phrase]:
    """The phrases of one list; ValueError where it has a kind or form that does not exist."""
    source = files("corpus") / "data" / "phrases" / f"{language}.toml"
    for kind, forms in tomllib.loads(source.read_text("utf-8")).items():
        for form, phrases in forms.items():
            if kind not in KINDS or form not in FORMS or kind not in _WORDS_OF.get(form, KINDS):
                raise ValueError(f"{language}.toml: no kind {kind!r} with form {form!r}")
            rule = f"phrase:{language}:{kind}"
            yield from (Phrase(comparable(phrase), kind, form, rule) for phrase in phrases)


def _lines(phrases: Sequence[Phrase], codes: Mapping[str, int]) -> Iterator[_Entry]:
    """Phrases that are whole lines; a stronger form wins over a weaker one, then the earlier entry."""
    for form, code in _WHOLE.items():
        for phrase in phrases:
            if phrase.form == form:
                text = key(phrase.text) or phrase.text
                fields = {"kind": KINDS.index(phrase.kind), "form": code, "rule": codes[phrase.rule]}
                yield text, {"table": WHOLE, "edge": len(text), **fields}


def _parts(phrases: Sequence[Phrase], codes: Mapping[str, int]) -> Iterator[_Entry]:
    """Phrases that are parts of lines; the longest first where it is asked for, else the earlier entry."""
    for form, (table, code) in _PARTS.items():
        chosen = [phrase for phrase in phrases if phrase.form == form]
        if table != INSIDE:
            chosen.sort(key=lambda phrase: (_edge_of(phrase.text, table), -len(phrase.text)))
        for phrase in chosen:
            edge = len(_edge_of(phrase.text, table))
            if table == INSIDE and edge != EDGE:
                raise ValueError(f"{phrase.rule}: {phrase.text!r} is too short for the form inside")
            fields = {"kind": KINDS.index(phrase.kind), "form": code, "rule": codes[phrase.rule]}
            yield phrase.text, {"table": table, "edge": edge, "reach": _reach(phrase), **fields}


def _edge_of(text: str, table: int) -> str:
    """What a phrase is found by; entries that have it in common stand together."""
    size = next(size for size in _EDGES if size <= len(text))
    return text[-size:] if table == ENDS else text[:size]


def _reach(phrase: Phrase) -> int:
    """How many words a line may have for a phrase in it to tell what it is: a lone word tells little."""
    if phrase.form == "name":
        return MOST_NAME_WORDS
    if phrase.form == "inside":
        return MOST_LEGAL_WORDS if phrase.kind == "copyright" else MOST_INSIDE_WORDS
    unspaced = int((trait_table()[code_points(phrase.text)] & UNSPACED > 0).sum())
    lone = " " not in phrase.text.strip(" ") and key(phrase.text) == phrase.text and unspaced < SEVERAL_UNSPACED
    return MOST_WORDS // 4 if lone else MOST_WORDS


def _words(phrases: Sequence[Phrase]) -> Iterator[_Entry]:
    """Single words with all groups in which they stand."""
    groups: dict[str, int] = {}
    listed = [(phrase.text, _WORDS_OF[phrase.form][phrase.kind]) for phrase in phrases if phrase.form in _WORDS_OF]
    for word, group in [*listed, *((word, group) for group, words in _OTHER_WORDS.items() for word in words)]:
        groups[word] = groups.get(word, 0) | group
    for word, group in groups.items():
        yield word, {"table": WORDS, "edge": len(word), "groups": group}


def _cues(phrases: Sequence[Phrase]) -> dict[str, dict[str, int]]:
    """Cues with what they stand for (`lexicon.CUE`), of one edge the longest first; what is a topic is no request."""
    bits = {language: 1 << place for place, language in enumerate(dict.fromkeys(map(_language, phrases)))}
    bits[SHARED] = cues.ALL_LANGUAGES
    found: dict[str, dict[str, int]] = {}
    for form, field in _CUES.items():
        for phrase in phrases:
            if phrase.form == form:
                fields = found.setdefault(phrase.text, {**dict.fromkeys(_CUES.values(), 0), "languages": 0})
                fields["languages"] |= bits[_language(phrase)]
                lane = 1 << cues.LANE * KINDS.index(phrase.kind)
                fields[field] |= lane & ~fields["topics"]
    return {text: found[text] for text in sorted(found, key=lambda text: (_edge_of(text, CUES), -len(text), text))}


def _language(phrase: Phrase) -> str:
    return phrase.rule.split(":")[1]


def _lexicon(entries: Sequence[_Entry], told: Mapping[str, Mapping[str, int]]) -> Lexicon:
    rows = np.zeros(len(entries), ENTRY)
    rows["size"] = [len(text) for text, _ in entries]
    rows["begin"][1:] = np.cumsum(rows["size"])[:-1]
    for name in ("table", "edge", "reach", "groups", "kind", "form", "rule"):
        rows[name] = [fields.get(name, 0) for _, fields in entries]
    slots = 1 << (3 * len(entries) // 2).bit_length()
    lexicon = Lexicon(
        points=code_points("".join(text for text, _ in entries)),
        entries=rows,
        slots=np.full(slots, -1, np.int32),
        tags=np.zeros(slots, np.uint8),
        filter=np.zeros(1 << FILTER_BITS, np.uint8),
        cues=np.array([tuple(fields[name] for name in CUE.names or ()) for fields in told.values()], CUE).reshape(-1),
        limits=np.zeros(CUES + 1, np.int32),
        traits=trait_table(),
    )
    fill(lexicon)
    return lexicon
