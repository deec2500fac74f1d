"""Sidecars: `metadata.csv` and `metadata.jsonl`, in which a maintainer says what files beside and below them are."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from corpus.errors import ConfigError
from corpus.io.addresses import Address
from corpus.io.content import Content
from corpus.io.decode import RefusedError
from corpus.io.files import Files
from corpus.io.ids import KEY_SIGN, released_id
from corpus.io.lines import is_blank, lines, utf8_blocks
from corpus.io.listing import Listing
from corpus.io.opening import opened
from corpus.io.options import InputOptions
from corpus.io.readers.json_values import parse_object
from corpus.io.readers.tables import Rows
from corpus.io.records import Refused
from corpus.model import SidecarEntry, SourceFile
from corpus.transforms.printable import printable

NAME_FIELDS: Final = ("file_name", "file", "path", "id")
"""What the column may be called that names a file, seen from the sidecar's folder; the first that is there counts."""

_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecars:
    """The inputs with what sidecars say of them, the digest of the sidecars, and the rows that name no input."""

    files: Files
    digest: str
    entries: int
    unknown: tuple[str, ...]

    def summary(self) -> str:
        """What was found, in one line that is safe to print."""
        told = f"{self.entries:,} entries"
        if not self.unknown:
            return told
        more = ", …" if len(self.unknown) > _SHOWN else ""
        return printable(f"{told}; {len(self.unknown):,} name no input: {', '.join(self.unknown[:_SHOWN])}{more}")


def read_sidecars(root: Path | Address, listing: Listing, options: InputOptions, spool: Path) -> Sidecars:
    """Read every sidecar of a listing and give its rows to the files that they are about.

    Of two sidecars that speak of one file the deeper one wins, field by field. Raises ConfigError, with file and line,
    for a sidecar that is not understood, and where two rows of one folder are about the same.
    """
    known = {name.decode() for name in listing.files.ids()} if listing.sidecars else set()
    said: dict[str, list[SidecarEntry]] = {}
    first: dict[tuple[str, str, str | None], str] = {}
    digests, unknown = [], []
    for sidecar in sorted(listing.sidecars, key=lambda file: (file.id.count("/"), file.id.encode())):
        folder = posixpath.dirname(sidecar.id)
        with _opened(root, sidecar, spool) as content:
            digests.append(f"{content.sha256} {sidecar.id}\n")
            for where, values in _rows(sidecar, content, options):
                name, told = _named(values, where)
                target = _target(folder, told, known, where)
                if target is None:
                    unknown.append(f"{told} ({where})")
                    continue
                other = first.setdefault((folder, *target), where)
                if other != where:
                    remedy = "keep one of the two"
                    raise ConfigError("two rows are about the same", where=where, found=other, remedy=remedy)
                rest = {field: value for field, value in values.items() if field != name}
                said.setdefault(target[0], []).append(SidecarEntry(key=target[1], values=rest))
    return Sidecars(
        files=listing.files.with_sidecars(said) if said else listing.files,
        digest="sha256:" + hashlib.sha256("".join(sorted(digests)).encode()).hexdigest(),
        entries=sum(map(len, said.values())),
        unknown=tuple(unknown),
    )


@contextmanager
def _opened(root: Path | Address, sidecar: SourceFile, spool: Path) -> Iterator[Content]:
    """The bytes of a sidecar; what is wrong with it, now or while it is read, is a ConfigError."""
    try:
        with opened(root, sidecar, spool) as content:
            yield content
    except RefusedError as error:
        remedy = "correct the file, or take it out of the input"
        raise ConfigError("a sidecar cannot be read", where=sidecar.id, found=error.detail, remedy=remedy) from None


def _rows(sidecar: SourceFile, content: Content, options: InputOptions) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of a sidecar, after `file:line`."""
    is_table = sidecar.id.endswith(".csv")
    blocks, _ = utf8_blocks(content.blocks(options.max_container_bytes), legacy=is_table)
    cut = lines(blocks, options.max_bytes)
    if is_table:
        yield from _table_rows(sidecar, Rows(cut, options.max_bytes))
        return
    for number, line in enumerate(cut, start=1):
        if line.data is None:
            raise _broken(f"{sidecar.id}:{number}", f"{line.size} bytes, max_bytes is {options.max_bytes}")
        if not is_blank(line.data):
            try:
                values = parse_object(line.data, options.max_depth)
            except RefusedError as error:
                raise _broken(f"{sidecar.id}:{number}", error.detail) from None
            yield f"{sidecar.id}:{number}", values


def _table_rows(sidecar: SourceFile, rows: Rows) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in rows:
        where = f"{sidecar.id}:{rows.number}"
        if isinstance(row, Refused):
            raise _broken(where, row.detail)
        yield where, dict(zip(rows.header, row, strict=True))


def _broken(where: str, detail: str) -> ConfigError:
    return ConfigError("a row of a sidecar is broken", where=where, found=detail, remedy="correct the row")


def _named(values: Mapping[str, Any], where: str) -> tuple[str, str]:
    """The column that names a file, and what stands in it."""
    for name in NAME_FIELDS:
        if isinstance(values.get(name), str) and values[name].strip():
            return name, values[name].strip()
    remedy = f"name it in a column that is called {', '.join(NAME_FIELDS[:-1])} or {NAME_FIELDS[-1]}"
    raise ConfigError("a row of a sidecar names no file", where=where, remedy=remedy)


def _target(folder: str, told: str, known: Set[str], where: str) -> tuple[str, str | None] | None:
    """The id of the file that is named, and the key of a record in it; None where there is no such input."""
    path = posixpath.normpath(told)
    if path.startswith(("../", "/")) or path in ("..", "."):
        remedy = "name files of its own folder and below"
        raise ConfigError("a sidecar names a file outside its folder", where=where, found=told, remedy=remedy)
    signs = [at for at, char in enumerate(path) if char == KEY_SIGN]
    for end, key in ((len(path), None), *((at, path[at + 1 :]) for at in signs)):
        for name in (released_id(path[:end]), path[:end]):
            file_id = f"{folder}/{name}" if folder else name
            if file_id in known:
                return file_id, key
    return None
