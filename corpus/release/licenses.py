"""Whether a dataset asks of its users all that the licences of its articles ask.

A licence is known here by its conditions alone: to name the author (`attribution`), to pass changed copies on under the
same terms (`share-alike`), to earn no money (`non-commercial`), to pass no changed copies on (`no-derivatives`). One is
freer than another when it leaves out a condition of the other; of CC-BY-SA and CC-BY-NC each is freer than the other,
and neither may take the other's place. That is a partial order; what it does not know it does not judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Final

from corpus.errors import DataError
from corpus.io.parquet import data_files, open_parquet
from corpus.layout import CARD
from corpus.release.frontmatter import license_of

_PARTS: Final = {"by": "attribution", "sa": "share-alike", "nc": "non-commercial", "nd": "no-derivatives"}
_CREATIVE_COMMONS: Final = re.compile(r"cc((?:-(?:by|sa|nc|nd))+)(?:-[0-9].*)?")
_FAMILIES: Final = (
    (
        frozenset[str](),
        r"cc0-.*|cc-pddc|cc-pdm-.*|pddl(-.*)?|0bsd|mit-0|unlicense|wtfpl|dl-de-zero-.*|(nist|ncbi|ntia)-pd|blessing",
    ),
    (
        frozenset({"attribution"}),
        r"mit|isc|zlib|ncsa|postgresql|apache-.*|bsd(-[123]-clause.*)?|afl-.*|bsl-1\.0|ecl-2\.0|upl-1\.0|w3c(-.*)?"
        r"|odc-by(-.*)?|ogl-.*|nlod-.*|etalab-2\.0|dl-de-by-.*|cdla-permissive-.*|unicode-.*",
    ),
    (
        frozenset({"attribution", "share-alike"}),
        r"(a|l)?gpl-.*|gpl|lgpl|gfdl(-.*)?|odbl(-.*)?|cdla-sharing-.*|lal-.*|mpl-.*|epl-.*|eupl-.*|osl-.*|cecill-2.*",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licenses:
    """The dataset's licence, those of its rows, and which of all of them could not be judged."""

    dataset: str | None
    rows: tuple[str, ...]
    unknown: tuple[str, ...]


def conditions_of(license_id: str) -> frozenset[str] | None:
    """What an SPDX id (or the Hub's) asks of users; None where that is not known: `conditions_of("CC-BY-NC-4.0")`."""
    name = license_id.lower()
    if match := _CREATIVE_COMMONS.fullmatch(name):
        return frozenset(_PARTS[part] for part in match[1].strip("-").split("-"))
    return next((asked for asked, pattern in _FAMILIES if re.fullmatch(pattern, name)), None)


def is_freer(one: str, other: str) -> bool:
    """Whether `one` is known to leave out a condition of `other`."""
    asked, wanted = conditions_of(one), conditions_of(other)
    return asked is not None and wanted is not None and not wanted <= asked


def check_licenses(build: Path) -> Licenses:
    """The licences of a release. Raises DataError where the dataset's is freer than that of a row.

    Where no licence is stated, for the dataset or for a row, there is nothing to compare.
    """
    dataset = license_of((build / CARD).read_text("utf-8", errors="replace"))
    rows = sorted({name for path in data_files(build) for name in _licenses_in(path)})
    freer = [name for name in rows if dataset and is_freer(dataset, name)]
    if freer:
        wanted = reduce(frozenset.union, (conditions_of(name) or frozenset() for name in rows))
        where, row = next(found for path in data_files(build) for found in _rows_under(path, freer[0]))
        raise DataError(
            f"the dataset's licence {dataset} is freer than that of its rows: it is not published",
            where=f"{where}, row {row}",
            found=", ".join(freer),
            remedy=f"set `license` to one that asks for {', '.join(sorted(wanted))}, or leave these articles out",
        )
    unknown = [name for name in (*([dataset] if dataset and rows else []), *rows) if conditions_of(name) is None]
    return Licenses(dataset=dataset, rows=tuple(rows), unknown=tuple(dict.fromkeys(unknown)))


def _licenses_in(path: Path) -> set[str]:
    with open_parquet(path) as file:
        if "license" not in file.schema_arrow.names:
            return set()
        found = file.read(columns=["license"])["license"].unique().to_pylist()
    return {name for name in found if name}


def _rows_under(path: Path, license_id: str) -> Iterator[tuple[str, str]]:
    """Where the rows with a licence are: file and id."""
    with open_parquet(path) as file:
        table = file.read(columns=["id", "license"])
    for row in table.to_pylist():
        if row.get("license") == license_id:
            yield "/".join(path.parts[-3:]), row["id"]
