"""Shards of the last build: what was made of each file, so that a file that is as it was is not worked out again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from corpus.io.cache import Cache, Entry, link_or_copy
from corpus.model import Rejection, Shard, SourceFile
from corpus.stages.account import Account
from corpus.stages.runs import TABLES, draft_path
from corpus.stages.staged import read_staged

_FORMAT: Final = 3


class KnownFile(NamedTuple):
    """A file of which every record became a row or a rejection: whoever reads the same bytes gets the same.

    `version` is what the system said of the file (see `listing`), empty where that proves nothing.
    """

    id: str
    version: str
    size: int
    sha256: str
    inputs: int
    bytes: int
    rejections: tuple[Rejection, ...]
    found: tuple[str, ...]
    seen: tuple[str, ...]

    def is_still(self, file: SourceFile, sha256_of: Callable[[SourceFile], str | None], *, rehash: bool) -> bool:
        """Whether `file` holds the same bytes, and nothing outside it says anything of its rows."""
        if file.reason or file.sidecar or file.size != self.size:
            return False
        if file.version and file.version == self.version and not rehash:
            return True
        return sha256_of(file) == self.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownShard:
    """What is kept of a shard: its rows in pieces of so many, where they lie, and of what files they were made.

    `look` is that of the shard where all its files are known, and nothing else.
    """

    sizes: tuple[int, ...]
    look: str | None
    entry: Entry

    def files(self) -> dict[str, KnownFile]:
        """Its files by id."""
        return {file.id: file for file in map(_file_of, self.entry.document["files"])}

    def is_made_of(self, files: Collection[KnownFile]) -> bool:
        """Whether all rows come from these files: those of a file that is not kept may have been among them."""
        rows = sum(file.inputs - len(file.rejections) for file in files)
        return rows == sum(self.sizes) and len(files) == len(self.entry.document["files"])

    def account(self) -> Account:
        """What reading all its files would put on the account."""
        return account_of([_file_of(self.entry.document["all"])])

    @property
    def digests(self) -> tuple[str, ...]:
        """Those of the rows of each piece."""
        return _row_digests(self.entry.digests, len(self.sizes))

    def restore(self, work: Path, shard: Shard) -> None:
        """Put the pieces where a build that worked the shard out would have written them."""
        for piece in range(len(self.sizes)):
            for name in TABLES:
                link_or_copy(self.entry.files[_file_name(name, piece)], draft_path(work, name, shard.number, piece))

    def tables(self, ids: Collection[str]) -> dict[str, pa.Table]:
        """The rows (see TABLES) that come from these files, in the order of their ids."""
        whole = {
            name: pa.concat_tables(
                [read_staged(self.entry.files[_file_name(name, piece)]) for piece in range(len(self.sizes))]
            )
            for name in TABLES
        }
        wanted = pc.is_in(whole["rows"]["source_path"], value_set=pa.array(sorted(ids), pa.string()))
        return {name: table.filter(wanted) for name, table in whole.items()}


def entry_name(shard: Shard) -> str:
    """The name under which a shard is kept: it lasts as long as the file that the shard ends with."""
    return hashlib.sha256(shard.files[-1].id.encode()).hexdigest()[:32]


def recall(cache: Cache, shard: Shard) -> KnownShard | None:
    """What is known of a shard from an earlier build, if anything."""
    entry = cache.find(entry_name(shard))
    if entry is None or entry.document.get("format") != _FORMAT:
        return None
    return KnownShard(sizes=tuple(entry.document["sizes"]), look=entry.document["look"], entry=entry)


def remember(
    cache: Cache, shard: Shard, known: Iterable[KnownFile], work: Path, sizes: Sequence[int]
) -> tuple[str, ...]:
    """Keep the pieces of a shard, and those of its files whose rows are all in them; gives the digests of its rows."""
    pieces = {
        _file_name(name, piece): draft_path(work, name, shard.number, piece)
        for piece in range(len(sizes))
        for name in TABLES
    }
    rows = _rows_by_file(pieces[_file_name("rows", piece)] for piece in range(len(sizes)))
    whole = [file for file in known if rows.get(file.id, 0) + len(file.rejections) == file.inputs]
    is_whole = len(whole) == len(shard.files) and sum(rows.values()) == sum(rows.get(file.id, 0) for file in whole)
    document = {
        "format": _FORMAT,
        "files": whole,
        "sizes": list(sizes),
        "all": _together(whole),
        "look": shard.look if is_whole else None,
    }
    return _row_digests(cache.store(entry_name(shard), document, pieces, work) or {}, len(sizes))


def known_file(file: SourceFile, account: Account) -> KnownFile | None:
    """What `account`, which is of this file alone, says of it; None where others had a say, or it was not read."""
    if file.sidecar or account.sha256 is None or account.excludes:
        return None
    return KnownFile(file.id, file.version, file.size, account.sha256, *_said(account))


def account_of(files: Iterable[KnownFile]) -> Account:
    """What reading these known files would put on the account."""
    account = Account()
    for file in files:
        account.inputs += file.inputs
        account.bytes += file.bytes
        account.rejections += file.rejections
        account.fields({*file.seen, *file.found}, set(file.found))
    return account


def _together(files: Iterable[KnownFile]) -> KnownFile:
    """What these files put on the account, as if they were one."""
    return KnownFile("", "", 0, "", *_said(account_of(files)))


def _said(account: Account) -> tuple[int, int, tuple[Rejection, ...], tuple[str, ...], tuple[str, ...]]:
    """The last columns of a known file."""
    found, seen = tuple(sorted(account.found)), tuple(sorted(account.seen))
    return account.inputs, account.bytes, tuple(account.rejections), found, seen


def _rows_by_file(paths: Iterable[Path]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for path in paths:
        names, numbers = read_staged(path, ["source_path"])["source_path"].value_counts().flatten()
        for name, number in zip(names.to_pylist(), numbers.to_pylist(), strict=True):
            counts[name] = counts.get(name, 0) + number
    return counts


def _row_digests(digests: Mapping[str, str], pieces: int) -> tuple[str, ...]:
    return tuple(digests.get(_file_name("rows", piece), "") for piece in range(pieces))


def _file_name(table: str, piece: int) -> str:
    return f"{table}-{piece:06d}.arrow"


def _file_of(kept: Sequence[Any]) -> KnownFile:
    """A known file from its JSON."""
    *plain, rejections, found, seen = kept
    return KnownFile._make([*plain, tuple(Rejection(*item) for item in rejections), tuple(found), tuple(seen)])
