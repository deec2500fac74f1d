"""Find the files that ship with the package: the card template, the JSON Schemas and the standard suite of checks."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Final

_CODE: Final = (".json", ".py", ".toml", ".txt")


def data_file(*parts: str) -> Path:
    """`parts` below the wheel's `corpus/_data`, or below the checkout's root where there is no such folder.

    Nothing is opened: the answer may not exist. `data_file("schemas", "article-v1.json").read_text(encoding="utf-8")`

    An editable install leaves a stale copy of `_data` in site-packages; only the folder beside this very module counts.
    """
    package = Path(__file__).resolve().parent
    shipped = package / "_data"
    return (shipped if shipped.is_dir() else package.parent).joinpath(*parts)


def code_digest() -> str:
    """SHA-256 over this package's modules and data files: what is kept of one build serves the same code alone."""
    package = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for path in sorted(item for item in package.rglob("*") if item.suffix in _CODE and item.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{content} {path.relative_to(package).as_posix()}\n".encode())
    return digest.hexdigest()


def installed() -> list[str]:
    """The version of Python, and every installed distribution with its version, by the names of their folders."""
    folders = {entry for entry in sys.path if entry and Path(entry).is_dir()}
    found = {item.name for folder in folders for item in Path(folder).glob("*.dist-info")}
    return [f"python {sys.version_info.major}.{sys.version_info.minor}", *sorted(found)]
