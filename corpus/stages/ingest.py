"""From the files of one shard to staged rows: read, decode, normalise, split into title, body and rest, sketch."""

from __future__ import annotations

import contextlib
import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from corpus.io.addresses import Address
from corpus.io.cache import Cache
from corpus.io.decode import RefusedError
from corpus.io.exclusions import Exclusions
from corpus.io.fields import FieldOptions
from corpus.io.opening import opened
from corpus.io.options import InputOptions
from corpus.io.records import ReadOptions
from corpus.limits import check_least
from corpus.model import Decision, Shard, SourceFile, Staged
from corpus.schema import LANGUAGE_PATTERN, UNDETERMINED
from corpus.stages.account import Account
from corpus.stages.columns import row_table, sketch_table
from corpus.stages.known import KnownFile, KnownShard, account_of, known_file, recall, remember
from corpus.stages.reading import Reading, batches
from corpus.stages.rows import TextOptions
from corpus.stages.runs import Runs, order_of
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.duplicates.sketch import SketchOptions, body_key, sketch
from corpus.transforms.html.tree import HtmlOptions
from corpus.transforms.language.detect import LanguageOptions, detect
from corpus.transforms.title import TitleOptions
from corpus.transforms.tokens import UInts

RUN_ROWS: Final = 8192
RUN_CHARS: Final = 64 * 1024 * 1024
"""Rows of a shard are finished and written in runs of at most so many, and of about so many characters."""

_COLLECTED: Final = (1_000_000, 20, 50)
"""Thresholds of Python's collector while a shard is read: a run of rows is less than half as many objects."""

COLLISION: Final = "another record has the same key"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterOptions:
    """Which articles are left out, as `filtered`."""

    min_words: int = field(default=0, metadata={"doc": "Articles with fewer words are left out."})
    max_words: int = field(default=0, metadata={"doc": "Articles with more words are left out; 0 is no limit."})
    languages: tuple[str, ...] = field(
        default=(), metadata={"doc": "Only these languages are taken; none named: all of them."}
    )

    def __post_init__(self) -> None:
        check_least(self, 0, "min_words", "max_words")
        if 0 < self.max_words < self.min_words:
            raise ValueError(f"min_words ({self.min_words}) is above max_words ({self.max_words})")
        for code in self.languages:
            if not re.fullmatch(LANGUAGE_PATTERN, code):
                raise ValueError(f"languages must be codes of two or three small letters, like en, not {code!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """Everything that decides what a row holds, other rows aside."""

    inputs: InputOptions
    fields: FieldOptions
    boilerplate: BoilerplateOptions
    title: TitleOptions
    html: HtmlOptions
    language: LanguageOptions
    filters: FilterOptions
    sketch: SketchOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """The task for one shard; travels to a worker whole.

    With a `cache` files that are as they were in the last build are not worked out again; `rehash` reads them all.
    """

    root: Path | Address
    work: Path
    options: IngestOptions
    decisions: Mapping[str, tuple[Decision, ...]]
    exclusions: Exclusions
    cache: Cache | None = None
    rehash: bool = False

    def __call__(self, shard: Shard) -> list[Staged]:
        """Write the shard's rows and sketches below `work`, in pieces, and say what became of every input."""
        with _seldom_collected():
            return self._staged(shard)

    def _staged(self, shard: Shard) -> list[Staged]:
        if self.cache is None:
            return self._made(shard, {}, None)[0]
        known = recall(self.cache, shard)
        if known and self._looks_alike(shard, known):
            known.restore(self.work, shard)
            return _with_digests(known.account().staged(known.sizes), known.digests)
        same = self._unchanged(shard, known) if known else {}
        if known and len(same) == len(shard.files) and known.is_made_of(same.values()):
            known.restore(self.work, shard)
            staged, files = account_of(same.values()).staged(known.sizes), list(same.values())
        else:
            staged, files = self._made(shard, same, known)
        digests = remember(self.cache, shard, files, self.work, [piece.rows for piece in staged])
        return _with_digests(staged, digests)

    def _looks_alike(self, shard: Shard, known: KnownShard) -> bool:
        """Whether all files of a shard look as they did in the last build, and are decided by nothing else."""
        alike = shard.look is not None and shard.look == known.look and not self.rehash
        return alike and not (self.decisions and any(file.id in self.decisions for file in shard.files))

    def _unchanged(self, shard: Shard, known: KnownShard) -> dict[str, KnownFile]:
        """The files of a shard that hold what they held in the last build, and are decided by nothing else."""
        files = known.files()
        return {
            file.id: before._replace(version=file.version)
            for file in shard.files
            if (before := files.get(file.id))
            and file.id not in self.decisions
            and before.is_still(file, self._sha256, rehash=self.rehash)
        }

    def _sha256(self, file: SourceFile) -> str | None:
        try:
            with opened(self.root, file, self.work) as content:
                return content.sha256
        except RefusedError:
            return None

    def _made(
        self, shard: Shard, same: Mapping[str, KnownFile], known: KnownShard | None
    ) -> tuple[list[Staged], list[KnownFile]]:
        """Work a shard out, all but its files that are the `same`; gives also what to keep of every file."""
        reading, account, runs = self._reading(), Account(), Runs(self.work, shard.number)
        if known and same:
            tables = known.tables(same)
            runs.add(tables, range(len(tables["rows"])))
        fresh = [file for file in shard.files if file.id not in same]
        own = {file.id: Account() for file in fresh}
        for rows in batches(reading.rows_of(fresh, own), _size_of, RUN_ROWS, RUN_CHARS):
            self._finish(rows, own, account, runs)
        for item in (account_of(same.values()), *own.values()):
            account.add(item)
        files = [kept for file in fresh if file.id not in self.decisions and (kept := known_file(file, own[file.id]))]
        return account.staged(self._pieces(runs, account)), [*same.values(), *files]

    def _pieces(self, runs: Runs, account: Account) -> list[int]:
        """Write the pieces of a shard; gives how many rows each has."""
        sizes = []
        for size, collided in runs.pieces():
            sizes.append(size)
            for name, sha256 in collided:
                account.reject(name, sha256, "duplicate_id", COLLISION)
        return sizes

    def _reading(self) -> Reading:
        options = self.options
        wanted = frozenset(name for names in options.fields.chosen().values() for name in names)
        return Reading(
            root=self.root,
            spool=self.work,
            read=ReadOptions(inputs=options.inputs, fields=options.fields, watched=bool(wanted)),
            text=TextOptions(
                boilerplate=options.boilerplate, title=options.title, html=options.html, fields=options.fields
            ),
            wanted=wanted,
            decisions=self.decisions,
            exclusions=self.exclusions,
        )

    def _finish(self, rows: list[dict[str, Any]], own: Mapping[str, Account], account: Account, runs: Runs) -> None:
        """Add to rows what is told for many at once, leave out what the filters name, and keep them as a run.

        `own` are the accounts of the files, by id, and `account` is that of the shard.
        """
        bodies = [row["body"] for row in rows]
        _add_language(rows, detect(bodies, self.options.language))
        sketches = sketch(bodies, self.options.sketch, [row["title"] for row in rows])
        for row, words in zip(rows, sketches.words.tolist(), strict=True):
            row["word_count"] = words
        stays = self._stays(sketches.keys, rows, own)
        kept = [number for number, row in enumerate(rows) if stays[number] and _passes(row, self.options.filters, own)]
        order = _without_collisions(rows, kept, account)
        for number in order:
            account.decided(rows[number])
        table = row_table(rows)
        runs.add({"rows": table, "sketches": sketch_table(table, sketches)}, order)

    def _stays(self, keys: UInts, rows: Sequence[Mapping[str, Any]], own: Mapping[str, Account]) -> list[bool]:
        """Whether each row is there to stay: none whose body has an excluded key (n, 2)."""
        if not self.exclusions:
            return [True] * len(rows)
        stays = []
        for row, key in zip(rows, keys.tolist(), strict=True):
            reason = self.exclusions.of_body(body_key(key))
            if reason:
                own[row["source_path"]].exclude(reason)
                own[row["source_path"]].idle(row["used"])
            stays.append(reason is None)
        return stays


@contextlib.contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for reference cycles seldom: rows are many objects without any, and looking takes a seventh of the time."""
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECTED)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _with_digests(staged: Sequence[Staged], digests: Sequence[str]) -> list[Staged]:
    return [replace(piece, digest=digest) for piece, digest in zip(staged, digests, strict=True)]


def _without_collisions(rows: Sequence[Mapping[str, Any]], kept: Sequence[int], account: Account) -> list[int]:
    """These rows in the order of their ids; of rows with one id the first in `order_of`, the others are rejected."""
    ids = [rows[number]["id"].encode() for number in kept]
    if all(one < other for one, other in pairwise(ids)):
        return list(kept)
    first: list[int] = []
    for _, _, number in sorted((name, order_of(rows[number]), number) for name, number in zip(ids, kept, strict=True)):
        row = rows[number]
        if first and rows[first[-1]]["id"] == row["id"]:
            account.reject(row["id"], row["source_sha256"], "duplicate_id", COLLISION)
        else:
            first.append(number)
    return first


def _size_of(row: Mapping[str, Any]) -> int:
    return int(row["char_count"])


def _passes(row: Mapping[str, Any], filters: FilterOptions, own: Mapping[str, Account]) -> bool:
    words, language = row["word_count"], row["language"]
    detail = ""
    if words < filters.min_words:
        detail = f"{words} words, min_words is {filters.min_words}"
    elif filters.max_words and words > filters.max_words:
        detail = f"{words} words, max_words is {filters.max_words}"
    elif filters.languages and language not in filters.languages:
        detail = f"language {language}"
    if detail:
        account = own[row["source_path"]]
        account.reject(row["id"], row["source_sha256"], "filtered", detail)
        account.idle(row["used"])
    return not detail


def _add_language(rows: Sequence[dict[str, Any]], answers: Iterable[tuple[str, float | None]]) -> None:
    """Tell the language of each row, unless the maintainer has; the score of a decision is 1."""
    for row, (language, score) in zip(rows, answers, strict=True):
        decided = row["language"]
        row["language"] = decided or language
        row["language_score"] = (None if decided == UNDETERMINED else 1.0) if decided else score
