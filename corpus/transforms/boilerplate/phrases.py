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
| `name` | the line begins with the phrase and goes on with a name (`By Ada Example`); only outside the article's text |
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, NamedTuple

from corpus.schema import KINDS
from corpus.transforms.unicode import WORD, class_table, fold

SHARED: Final = "any"
"""The list that belongs to no language and is always used."""

FORMS: Final = ("line", "head", "hint", "start", "end", "inside", "words", "name")
LONGEST: Final = 600
"""Phrases are looked up in lines of at most this many characters."""

MOST_WORDS: Final = 48
"""Phrases at the start or end of a line count in lines of at most this many words; lone words in a quarter of that."""

_MARKS: Final = (
    " \t0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»‹›“”„‘’–—―…·•●▪►▶▸◄◀→←↓↑↩⇒×✕✖✓✔★☆|¦§¶†‡¿¡"
    "、。・：；，！？（）［］【】「」『』〈〉《》＞＜،؛؟"
)
_EDGES: Final = (4, 2, 1)
"""Phrases are found by their first (or last) 4 characters, shorter ones by 2 or 1."""


class Hit(NamedTuple):
    """What a line is by its words: its kind, the form that fitted, and the rule's name."""

    kind: str
    form: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrases of some languages, ready for look-up; make it with `load`."""

    whole: dict[str, Hit]
    starts: dict[str, tuple[tuple[str, Hit], ...]]
    ends: dict[str, tuple[tuple[str, Hit], ...]]
    names: dict[str, tuple[tuple[str, Hit], ...]]
    inside: tuple[tuple[str, Hit], ...]
    words: dict[str, frozenset[str]]

    def match(self, folded: str, key: str, words: int) -> Hit | None:
        """What the line `folded` of so many `words` is; `key` is the line without marks around it (see `key`)."""
        hit = self.whole.get(key)
        if hit is None or hit.form == "hint":
            return self._at_start(folded, words) or self._at_end(folded, words) or hit
        return hit

    def name(self, folded: str) -> tuple[int, Hit] | None:
        """The length of the phrase before a name with which the line begins, and what it is."""
        for size in _EDGES:
            for phrase, hit in self.names.get(folded[:size], ()):
                if folded.startswith(phrase) and _breaks(folded, len(phrase)):
                    return len(phrase), hit
        return None

    def _at_start(self, folded: str, words: int) -> Hit | None:
        for size in _EDGES:
            for phrase, hit in self.starts.get(folded[:size], ()):
                if words <= _reach(phrase) and folded.startswith(phrase) and _breaks(folded, len(phrase)):
                    return hit
        return None

    def _at_end(self, folded: str, words: int) -> Hit | None:
        for size in _EDGES:
            for phrase, hit in self.ends.get(folded[-size:], ()):
                if words <= _reach(phrase) and folded.endswith(phrase) and _breaks(folded, len(folded) - len(phrase)):
                    return hit
        return None


def comparable(text: str) -> str:
    """`text` in the form in which phrases are compared, code point for code point: folded, apostrophes straight."""
    folded = fold(text).replace("\t", " ")
    return folded if folded.isascii() else folded.replace("\u2019", "'").replace("\u2018", "'").replace("\u02bc", "'")


def key(folded: str) -> str:
    """A comparable line without the marks and digits around it, blanks single: what whole-line phrases are found by."""
    bare = folded.strip(_MARKS)
    return " ".join(filter(None, bare.split(" "))) if "  " in bare else bare


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages that have a phrase list, sorted."""
    names = (entry.name for entry in (files("corpus") / "data" / "phrases").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@functools.cache
def load(wanted: tuple[str, ...]) -> Phrases:
    """The phrases of the `wanted` languages and the shared ones; of two equal phrases the earlier language's counts."""
    entries = [entry for language in sorted({SHARED, *wanted}) for entry in _entries(language)]
    return Phrases(
        whole=_whole(entries),
        starts=_indexed(entries, "start"),
        ends=_indexed(entries, "end"),
        names=_indexed(entries, "name"),
        inside=tuple((phrase, hit) for phrase, hit in entries if hit.form == "inside"),
        words={
            kind: frozenset(phrase for phrase, hit in entries if hit.form == "words" and hit.kind == kind)
            for kind in KINDS
        },
    )


def _entries(language: str) -> Iterator[tuple[str, Hit]]:
    source = files("corpus") / "data" / "phrases" / f"{language}.toml"
    for kind, forms in tomllib.loads(source.read_text("utf-8")).items():
        for form, phrases in forms.items():
            if kind not in KINDS or form not in FORMS:
                raise ValueError(f"{language}.toml: no kind {kind!r} with form {form!r}")
            hit = Hit(kind, form, f"phrase:{language}:{kind}")
            yield from ((comparable(phrase), hit) for phrase in phrases)


def _whole(entries: list[tuple[str, Hit]]) -> dict[str, Hit]:
    """Whole-line phrases; a stronger form wins over a weaker one, then the earlier entry."""
    whole: dict[str, Hit] = {}
    for form in ("head", "line", "hint"):
        for phrase, hit in entries:
            if hit.form == form:
                whole.setdefault(key(phrase) or phrase, hit)
    return whole


def _indexed(entries: list[tuple[str, Hit]], form: str) -> dict[str, tuple[tuple[str, Hit], ...]]:
    """Phrases by their first (or last) characters, longest first."""
    index: dict[str, list[tuple[str, Hit]]] = {}
    for phrase, hit in sorted(entries, key=lambda entry: -len(entry[0])):
        if hit.form == form:
            size = next(size for size in _EDGES if size <= len(phrase))
            index.setdefault(phrase[-size:] if form == "end" else phrase[:size], []).append((phrase, hit))
    return {characters: tuple(found) for characters, found in index.items()}


@functools.cache
def _reach(phrase: str) -> int:
    """How many words a line may have for a phrase at its start or end to tell what it is: a lone word tells little."""
    return MOST_WORDS if " " in phrase.strip(" ") or phrase.strip(_MARKS) != phrase else MOST_WORDS // 4


def _breaks(text: str, position: int) -> bool:
    """Whether no word runs across `position`; a phrase may end within a number (`Copyright 20`)."""
    if position <= 0 or position >= len(text) or text[position - 1] in "0123456789":
        return True
    table = class_table()
    return not (table[ord(text[position - 1])] == WORD == table[ord(text[position])])
