"""JSON documents of a release, always written the same way, and digests of files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, get_type_hints

from corpus.errors import DataError
from corpus.layout import CHECKS, MANIFEST, REJECTED, SCHEMA_VERSION
from corpus.model import CheckCounts, FileEntry, Inputs, Manifest, NameChanges, Previous, Rejection, Statistics

FORMAT: Final = 1
"""Version of the release format; `docs/format.md` keeps its history."""

_BLOCK: Final = 1024 * 1024


def canonical_json(value: object) -> str:
    """`value` as JSON on one line: keys in the given order, no spaces, no escapes but the needed ones."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def write_json(path: Path, value: Any) -> None:
    """Write a document for people and programs: sorted keys, two spaces, UTF-8, one line end at the end."""
    document = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    path.write_bytes(text.encode() + b"\n")


def write_json_lines(path: Path, values: Iterable[object]) -> None:
    """Write one canonical JSON document a line."""
    with path.open("wb") as file:
        for value in values:
            file.write(canonical_json(value).encode() + b"\n")


def write_rejections(build: Path, rejections: Iterable[Rejection]) -> None:
    """Write `rejected.jsonl`, sorted by path; it never holds a rejected text."""
    ordered = sorted(rejections, key=lambda item: (item.path.encode(), item.reason, item.detail))
    write_json_lines(build / REJECTED, map(Rejection._asdict, ordered))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def file_entry(build: Path, path: Path, rows: int | None = None) -> FileEntry:
    """The manifest's entry for one released file."""
    relative = path.relative_to(build).as_posix()
    return FileEntry(path=relative, size=path.stat().st_size, sha256=sha256_of(path), rows=rows)


def released_files(build: Path) -> list[Path]:
    """Every file below a release folder but the manifest, sorted by POSIX path."""
    found = [Path(folder, name) for folder, _, names in os.walk(build) for name in names]
    return sorted(
        (path for path in found if path != build / MANIFEST), key=lambda path: path.relative_to(build).as_posix()
    )


def read_manifest(build: Path, *, any_schema: bool = False) -> Manifest:
    """The manifest of a release; with `any_schema` also of one whose rows have another schema than ours.

    Raises DataError when it is missing, broken, or of another format.
    """
    path = build / MANIFEST
    if not path.is_file():
        raise DataError(
            "this folder is no release", where=str(build), remedy="run corpus build first, or name its folder"
        )
    return parse_manifest(path.read_bytes(), str(path), any_schema=any_schema)


def parse_manifest(content: bytes, where: str, *, any_schema: bool = False) -> Manifest:
    """The manifest that these bytes are, found at `where`; raises DataError when it is broken or of another format."""
    try:
        document = json.loads(content)
        schemas = (document["schema_version"],) if any_schema else (SCHEMA_VERSION,)
        if document["format"] != FORMAT or document["schema_version"] not in schemas:
            raise DataError(
                "the release has another format version",
                where=where,
                found=f"format {document['format']}, schema version {document['schema_version']}",
                remedy="use the corpus version that built it",
            )
        return _manifest(document)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        remedy = "build the release again"
        raise DataError("the manifest is broken", where=where, found=str(error)[:200], remedy=remedy) from None


def _manifest(document: dict[str, Any]) -> Manifest:
    """Raises TypeError where a part that others rely on has another form."""
    document["inputs"] = Inputs(**document["inputs"])
    document["statistics"] = Statistics(**document["statistics"])
    _check_types(document["inputs"])
    _check_types(document["statistics"])
    document["checks"] = CheckCounts(**document["checks"])
    document["files"] = tuple(_entry(FileEntry(**entry)) for entry in document["files"])
    if not isinstance(document["version"], str) or not isinstance(document["repo"], str | None):
        raise TypeError(f"version {document['version']!r}, repo {document['repo']!r}")
    if not isinstance(document["content_digest"], str):
        raise TypeError(f"content_digest {document['content_digest']!r}")
    document["closed_lists"] = {name: _texts(values) for name, values in document.get("closed_lists", {}).items()}
    previous = document.get("previous")
    document["previous"] = Previous(**dict(zip(previous, _texts(previous.values()), strict=True))) if previous else None
    changes = document.get("name_changes")
    document["name_changes"] = NameChanges(**{name: _pairs(changes[name]) for name in changes}) if changes else None
    return Manifest(**{field.name: document[field.name] for field in fields(Manifest)})


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    texts = tuple(values)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"no texts: {texts}")
    return texts


def _pairs(values: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    pairs = tuple(_texts(value) for value in values)
    return tuple((one, other) for one, other in pairs)


def _check_types(part: Inputs | Statistics) -> None:
    """Raise TypeError for a field that is not of its declared type: a number, a text, or counts."""
    for name, kind in get_type_hints(type(part)).items():
        value = getattr(part, name)
        sound = type(value) is kind if kind in (int, str) else _counts(value)
        if not sound:
            raise TypeError(f"{name} {value!r}")


def _counts(value: object) -> bool:
    return isinstance(value, dict) and all(type(count) is int for count in value.values())


def read_checks(build: Path) -> Mapping[str, Any]:
    """The content of `checks.json`; raises DataError when it cannot be read or lacks what others rely on."""
    path = build / CHECKS
    try:
        return _checks(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        what, remedy = "the outcome of the checks cannot be read", "build the release again"
        raise DataError(what, where=CHECKS, found=str(error)[:200], remedy=remedy) from None


def _checks(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises TypeError where a part that others rely on has another form."""
    kinds = {"passed": bool, "expected": int, "thresholds": dict, "outcomes": list}
    for name, kind in kinds.items():
        if type(document[name]) is not kind:
            raise TypeError(f"{name} {document[name]!r}")
    if not all(type(outcome["passed"]) is bool for outcome in document["outcomes"]):
        raise TypeError("an outcome neither passed nor failed")
    return document


def _entry(entry: FileEntry) -> FileEntry:
    if not (isinstance(entry.path, str) and isinstance(entry.size, int) and isinstance(entry.sha256, str)):
        raise TypeError(f"file {entry}")
    return entry
