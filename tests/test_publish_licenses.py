"""A dataset may not be published under a freer licence than one of its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import DataError
from corpus.hub.publish import publish
from corpus.io.documents import file_entry, read_manifest, write_json
from corpus.layout import CARD, MANIFEST
from corpus.release.folder import read_release
from corpus.release.licenses import check_licenses, conditions_of, is_freer
from tests.hub.releases import CARD as PLAIN_CARD
from tests.hub.releases import UNIQUE, make_release

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = [
    "CC0-1.0", "PDDL-1.0", "Unlicense", "MIT", "Apache-2.0", "CC-BY-4.0", "odc-by", "OGL-UK-3.0", "CC-BY-SA-3.0",
    "ODbL-1.0", "GFDL-1.3-or-later", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-SA-2.0-DE", "CC-BY-NC-ND-3.0-IGO",
    "gpl-3.0",
]  # fmt: skip
UNKNOWN = [
    "",
    "other",
    "Elastic-2.0",
    "BUSL-1.1",
    "LicenseRef-ours",
    "CC-BY-XX-4.0",
    "any-OSI",
    "BSD-4-Clause",
    "MIT-feh",
]


def released(folder: Path, stated: str | None, rows: list[str | None]) -> Path:
    """A release under the licence `stated`, with a row for each licence of `rows`."""
    block = f"license: {stated}\n" if stated else ""
    build = make_release(folder, card=PLAIN_CARD.replace("---\n", f"---\n{block}", 1))
    ids = [f"{number}.txt" for number in range(len(rows))]
    pq.write_table(pa.table({"id": ids, "license": pa.array(rows, pa.string())}), build / UNIQUE)
    manifest = read_manifest(build)
    entries = tuple(file_entry(build, build / entry.path) for entry in manifest.files)
    write_json(build / MANIFEST, replace(manifest, files=entries))
    return build


@pytest.mark.parametrize(
    ("dataset", "row"),
    [
        ("CC0-1.0", "CC-BY-4.0"),
        ("cc0-1.0", "MIT"),
        ("MIT", "CC-BY-SA-4.0"),
        ("cc-by-4.0", "CC-BY-NC-4.0"),
        ("cc-by-sa-4.0", "CC-BY-NC-4.0"),
        ("cc-by-nc-4.0", "CC-BY-SA-4.0"),
        ("cc-by-nc-sa-4.0", "CC-BY-NC-ND-4.0"),
        ("odbl", "CC-BY-ND-3.0-DE"),
    ],
)
def test_freer_licence_is_refused_and_the_row_named(tmp_path: Path, dataset: str, row: str) -> None:
    build = released(tmp_path / "build", dataset, [None, "CC0-1.0", row])
    with pytest.raises(DataError, match=f"licence {dataset} is freer") as refused:
        publish(build, endpoint="http://127.0.0.1:9")  # where nobody could be asked
    assert (refused.value.found, refused.value.where) == (row, f"{UNIQUE}, row 2.txt")


@pytest.mark.parametrize(
    ("dataset", "rows"),
    [
        ("cc-by-4.0", ["CC0-1.0", "CC-BY-3.0", "MIT", None]),
        ("cc-by-sa-4.0", ["CC-BY-4.0", "CC-BY-SA-3.0"]),
        ("cc-by-nc-nd-4.0", ["CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC0-1.0"]),
        (None, ["CC-BY-NC-ND-4.0"]),
    ],
)
def test_licence_that_asks_for_as_much_is_accepted(tmp_path: Path, dataset: str | None, rows: list[str | None]) -> None:
    licenses = read_release(released(tmp_path / "build", dataset, rows)).licenses
    assert licenses.dataset == dataset
    assert licenses.rows == tuple(sorted(row for row in rows if row))
    assert licenses.unknown == ()


def test_licences_that_cannot_be_compared_are_said(tmp_path: Path) -> None:
    rows = ["Elastic-2.0", "CC-BY-NC-4.0", None]
    assert check_licenses(released(tmp_path / "known", "cc-by-nc-4.0", rows)).unknown == ("Elastic-2.0",)
    ours = released(tmp_path / "ours", "other\nlicense_name: LicenseRef-ours", rows)
    assert check_licenses(ours).unknown == ("LicenseRef-ours", "Elastic-2.0")


def test_release_without_a_licence_column_is_not_judged(tmp_path: Path) -> None:
    build = make_release(tmp_path / "build", card=PLAIN_CARD.replace("---\n", "---\nlicense: mit\n", 1))
    assert check_licenses(build).rows == ()
    assert (build / CARD).is_file()


@pytest.mark.parametrize("name", KNOWN)
def test_licence_is_not_freer_than_itself_and_public_domain_is_freest(name: str) -> None:
    assert conditions_of(name) is not None
    assert not is_freer(name, name)
    assert not is_freer(name, "CC0-1.0")
    assert is_freer("CC0-1.0", name) == bool(conditions_of(name))


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown_licence_is_not_judged(name: str) -> None:
    assert conditions_of(name) is None
    assert not is_freer(name, "CC-BY-NC-ND-4.0")
    assert not is_freer("CC0-1.0", name)


@given(*[st.sampled_from(KNOWN)] * 3)
def test_order_is_transitive(one: str, two: str, three: str) -> None:
    if not is_freer(one, two) and not is_freer(two, three):
        assert not is_freer(one, three)
