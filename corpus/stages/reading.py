"""From the files of one shard to its rows: every input makes one, or is accounted for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from corpus.io.addresses import Address
from corpus.io.content import Content
from corpus.io.decode import RefusedError
from corpus.io.exclusions import Exclusions
from corpus.io.ids import file_of, row_id
from corpus.io.opening import opened
from corpus.io.readers import Form, form_of
from corpus.io.records import ReadOptions, Record, Refused, watched_names
from corpus.model import Decision, SourceFile
from corpus.stages.account import Account
from corpus.stages.rows import Source, TextOptions, row_of

T = TypeVar("T")

AT_ONCE: Final = 64
CHARS_AT_ONCE: Final = 1024 * 1024
"""So many records are read before they are worked out, and of about so many characters."""

_Sourced: TypeAlias = tuple[Source, Record | Refused]
_UNDECIDED: Mapping[str, Sequence[Decision]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the files below `root` are read; `spool` is a folder for what is fetched from a store.

    `wanted` are the names of fields that the settings give.
    """

    root: Path | Address
    spool: Path
    read: ReadOptions
    text: TextOptions
    wanted: frozenset[str]
    decisions: Mapping[str, tuple[Decision, ...]]
    exclusions: Exclusions

    def rows_of(self, files: Iterable[SourceFile], accounts: Mapping[str, Account]) -> Iterator[dict[str, Any]]:
        """The rows of these files; every input that makes none is put on the account of its file, by id.

        Some records are read, then worked out: going to and fro between the two, the processor forgets both.
        """
        records = chain.from_iterable(self._records(file, accounts[file.id]) for file in files)
        for some in batches(records, _size_of, AT_ONCE, CHARS_AT_ONCE):
            for source, record in some:
                row = self._row(source, record, accounts[source.id])
                if row is not None:
                    yield row

    def _records(self, file: SourceFile, account: Account) -> Iterator[_Sourced]:
        """The records of one file; where it cannot be read, that is accounted for."""
        form = form_of(file.id)
        decisions = self._decisions_of(file)
        if self._is_excluded(decisions, file.id, account):
            account.inputs += 1
            account.bytes += file.size
            return
        sha256 = None
        try:
            with opened(self.root, file, self.spool, codec=form[1] if form else "") as content:
                sha256 = account.sha256 = content.sha256
                account.bytes += content.size
                if reason := self.exclusions.of_source(sha256):
                    account.inputs += 1
                    account.exclude(reason)
                    account.idle([decision for named in decisions.values() for decision in named])
                    return
                source = Source(id=file.id, decisions=decisions, sidecar=file.sidecar, sha256=sha256)
                yield from self._told(_reader(file, form), content, source, account)
        except RefusedError as error:
            account.inputs += 1
            account.reject(file.id, sha256, error.reason, error.detail)

    def _decisions_of(self, file: SourceFile) -> Mapping[str, Sequence[Decision]]:
        """What the maintainer says of the rows of a file."""
        if file.id not in self.decisions:
            return _UNDECIDED
        decisions = defaultdict(list)
        for decision in self.decisions[file.id]:
            decisions[decision.id].append(decision)
        return dict(decisions)

    def _told(self, form: Form, content: Content, source: Source, account: Account) -> Iterator[_Sourced]:
        """The records of one file, counted; raises RefusedError where it cannot be read, or not any further."""
        for entry in source.sidecar:
            account.fields(watched_names(entry.values, self.read), self.wanted)
        before = account.inputs
        for record in form.read(content, self.read):
            account.inputs += 1
            yield source, record
        if account.inputs == before:
            raise RefusedError("empty", "no record in it")

    def _row(self, source: Source, record: Record | Refused, account: Account) -> dict[str, Any] | None:
        """The row of a record; None where it makes none."""
        name = row_id(source.id, record.key)
        if name != source.id and self._is_excluded(source.decisions, name, account):
            return None
        if isinstance(record, Refused):
            account.reject(name, source.sha256, record.reason, record.detail)
            return None
        account.fields(record.names, self.wanted)
        try:
            row = row_of(source, record, self.text)
        except RefusedError as error:
            account.reject(name, source.sha256, error.reason, error.detail)
            return None
        if reason := self.exclusions.of_row(row):
            account.exclude(reason)
            account.idle(row["used"])
            return None
        return row

    def _is_excluded(self, decisions: Mapping[str, Sequence[Decision]], name: str, account: Account) -> bool:
        """Whether the file or row of this id is left out; then that is accounted for."""
        for decision in decisions.get(name, ()):
            if decision.action == "exclude":
                account.exclude(str(decision.value), decision)
                return True
        reason = self.exclusions.of_id(name)
        if reason:
            account.exclude(reason)
            account.idle(
                [item for known, items in decisions.items() if name in (known, file_of(known)) for item in items]
            )
        return bool(reason)


def batches(items: Iterable[T], size_of: Callable[[T], int], most: int, size: int) -> Iterator[list[T]]:
    """The same items in lists of at most so many, and of about so large a `size` in all."""
    held: list[T] = []
    total = 0
    for item in items:
        held.append(item)
        total += size_of(item)
        if len(held) >= most or total >= size:
            yield held
            held, total = [], 0
    if held:
        yield held


def _size_of(item: _Sourced) -> int:
    return len(item[1].text) if isinstance(item[1], Record) else 0


def _reader(file: SourceFile, form: tuple[Form, str] | None) -> Form:
    """The form of a file that may be read. Raises RefusedError where something stands against it."""
    if file.reason:
        raise RefusedError(file.reason, file.detail)
    if form is None:
        raise RefusedError("unsupported", "no reader for this file ending")
    return form[0]
