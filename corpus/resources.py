"""Find the files that ship with the package: the card template, the JSON Schemas and the standard suite of checks."""

from __future__ import annotations

from pathlib import Path


def data_file(*parts: str) -> Path:
    """`parts` below the wheel's `corpus/_data`, or below the checkout's root where there is no such folder.

    Nothing is opened: the answer may not exist. `data_file("schemas", "article-v1.json").read_text(encoding="utf-8")`

    An editable install leaves a stale copy of `_data` in site-packages; only the folder beside this very module counts.
    """
    package = Path(__file__).resolve().parent
    shipped = package / "_data"
    return (shipped if shipped.is_dir() else package.parent).joinpath(*parts)
