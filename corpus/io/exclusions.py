"""Articles that must not come back: hashes and reasons, one JSON object a line in `exclusions.jsonl`, and no text.

The file stays beside the settings and outside every release; its digest is an input of the build.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from corpus.errors import ConfigError, nearest
from corpus.io.documents import canonical_json
from corpus.io.ids import file_of
from corpus.io.project_files import replace_file

REASONS: Final = ("copyright", "legal", "other", "privacy", "quality", "request")
"""Why an article went. The list is closed: reasons are counted in the release, and a free one could name a person."""

MATCHES: Final = ("body", "domain", "id", "source", "text", "url")
"""What a hash is of: the words of a body, the domain of an address (and those below it), an id (of a row or of a whole
file), the bytes of a file, the source text of a row, an address."""

_DIGEST: Final = re.compile("[0-9a-f]{64}")
_BODY_KEY: Final = re.compile("[0-9a-f]{32}")
_SHINGLE: Final = re.compile("[0-9a-f]{16}")
_KEYS: Final = ("match", "hash", "reason", "sketch")
_SHAPE: Final = "let corpus exclude write this file, or delete the line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One line: `match` is one of MATCHES, `reason` one of REASONS.

    `hash` is a SHA-256 in hex, of a body the exact key that `docs/format.md` defines. `sketch` are hashes of shingles
    of an excluded article, ascending, by which near copies of it are found; empty for all but bodies.
    """

    match: str
    hash: str
    reason: str
    sketch: tuple[int, ...] = ()

    def line(self) -> str:
        """The line without its end."""
        entry: dict[str, Any] = {"match": self.match, "hash": self.hash, "reason": self.reason}
        if self.sketch:
            entry["sketch"] = [f"{value:016x}" for value in self.sketch]
        return canonical_json(entry)


@dataclass(frozen=True)
class Exclusions:
    """All exclusions of a project; small, and travels to workers."""

    entries: tuple[Exclusion, ...] = ()

    @cached_property
    def _reasons(self) -> Mapping[tuple[str, str], str]:
        return {(entry.match, entry.hash): entry.reason for entry in self.entries}

    def __bool__(self) -> bool:
        return bool(self.entries)

    @property
    def digest(self) -> str:
        """SHA-256 over the sorted lines: neither their order nor a repeated one counts."""
        lines = sorted({entry.line() for entry in self.entries})
        return "sha256:" + hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()

    def of_id(self, name: str) -> str | None:
        """The reason why a file, or a row of one, is excluded by its id."""
        return (self._of("id", name) or self._of("id", file_of(name))) if self.entries else None

    def of_source(self, sha256: str) -> str | None:
        """The reason why the file with these bytes is excluded."""
        return self._reasons.get(("source", sha256))

    def of_row(self, row: Mapping[str, Any]) -> str | None:
        """The reason why a row is excluded by its source text or its address (columns of schema.ARTICLE)."""
        if not self.entries:
            return None
        reason = self._reasons.get(("text", row["text_sha256"]))
        if reason is None and row["url"]:
            reason = self._of("url", plain_url(row["url"]))
        hosts = [domain_of(row["url"] or ""), domain_of(row["site"] or "")]
        return reason or next((found for host in hosts for found in [self._of_domain(host)] if found), None)

    def of_any(self, row: Mapping[str, Any]) -> str | None:
        """The reason why a row is excluded by anything but the words of its body."""
        return self.of_id(row["id"]) or self.of_source(row["source_sha256"]) or self.of_row(row)

    def of_body(self, key: str) -> str | None:
        """The reason why a row is excluded by the words of its body; `key` is its exact key in hex."""
        return self._reasons.get(("body", key))

    def _of(self, match: str, value: str) -> str | None:
        return self._reasons.get((match, hash_of(value)))

    def _of_domain(self, host: str) -> str | None:
        """The reason why a host or one of the domains above it is excluded."""
        parts = host.split(".") if host else []
        names = (".".join(parts[start:]) for start in range(len(parts)))
        return next((reason for name in names if (reason := self._of("domain", name))), None)


def hash_of(value: str) -> str:
    """SHA-256 of a text in hex."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def plain_url(url: str) -> str:
    """An address without what tells no two articles apart: scheme, `www.`, case of the host, port, fragment, last `/`.

    `plain_url("HTTPS://www.Example.org:443/a/#top")` is `example.org/a`.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    query = f"?{parts.query}" if parts.query else ""
    return f"{domain_of(url)}{parts.path.rstrip('/')}{query}"


def domain_of(address: str) -> str:
    """The host of an address, or of a bare domain, in small letters and without `www.`; empty where there is none."""
    text = address.strip()
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".").removeprefix("www.")


def read_exclusions(path: Path) -> Exclusions:
    """The exclusions of a project; none when there is no such file.

    Raises ConfigError, with the line, for one that is not understood.
    """
    if not path.is_file():
        return Exclusions()
    lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return Exclusions(
        tuple(_exclusion(line, f"{path.name}:{number}") for number, line in enumerate(lines, start=1) if line.strip())
    )


def add_exclusions(path: Path, wanted: Sequence[Exclusion]) -> list[Exclusion]:
    """Add what is not there yet to the end of the file, which is replaced whole; gives what was added."""
    known = {(entry.match, entry.hash) for entry in read_exclusions(path).entries}
    by_hash = {(entry.match, entry.hash): entry for entry in wanted}
    fresh = [entry for key, entry in by_hash.items() if key not in known]
    if fresh:
        before = path.read_bytes() if path.is_file() else b""
        end = b"" if not before or before.endswith(b"\n") else b"\n"
        replace_file(path, before + end + _lines(fresh))
    return fresh


def _lines(entries: Iterable[Exclusion]) -> bytes:
    return "".join(f"{entry.line()}\n" for entry in entries).encode()


def _exclusion(line: bytes, where: str) -> Exclusion:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"this line is no JSON: {error}", where=where, remedy=_SHAPE) from None
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("match", "hash", "reason")):
        raise ConfigError("an exclusion needs match, hash and reason", where=where, remedy=_SHAPE)
    for key, known in (("match", MATCHES), ("reason", REASONS)):
        if entry[key] not in known:
            raise ConfigError(f"unknown {key}", where=where, found=entry[key][:80], remedy=nearest(entry[key], known))
    if unknown := sorted(set(entry) - set(_KEYS)):
        raise ConfigError(f"unknown key {unknown[0]!r}", where=where, remedy=nearest(unknown[0], _KEYS))
    pattern = _BODY_KEY if entry["match"] == "body" else _DIGEST
    if not pattern.fullmatch(entry["hash"]):
        raise ConfigError("this is no hash", where=where, found=entry["hash"][:80], remedy=_SHAPE)
    return Exclusion(match=entry["match"], hash=entry["hash"], reason=entry["reason"], sketch=_sketch(entry, where))


def _sketch(entry: Mapping[str, Any], where: str) -> tuple[int, ...]:
    values = entry.get("sketch", [])
    if not isinstance(values, list) or not all(isinstance(one, str) and _SHINGLE.fullmatch(one) for one in values):
        raise ConfigError("the sketch holds something else than hashes", where=where, remedy=_SHAPE)
    return tuple(sorted(int(value, 16) for value in values))
