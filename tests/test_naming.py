"""Names that others must be able to read: versions in the order of semver.org, repositories as the Hub takes them."""

from __future__ import annotations

import pytest

from corpus.layout import is_part, parse_part, part_path
from corpus.naming import repo_problem, tag_of, version_order, version_problem

IN_ORDER = [
    "0.9.9",
    "1.0.0-0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "2.0.0",
]


def test_versions_sort_as_semver_says() -> None:
    assert sorted(sorted(IN_ORDER), key=version_order) == IN_ORDER
    assert not any(map(version_problem, IN_ORDER))
    assert tag_of("1.0.0-rc.1") == "v1.0.0-rc.1"


@pytest.mark.parametrize(
    "version", ["1.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0-a..b", "1.0.0\n", "", "١.0.0"]
)
def test_other_versions_are_refused(version: str) -> None:
    assert "semver.org" in (version_problem(version) or "")
    with pytest.raises(ValueError, match=r"semver\.org"):
        version_order(version)


def test_build_metadata_is_refused_by_its_name() -> None:
    assert "build metadata" in (version_problem("1.0.0+5") or "")


@pytest.mark.parametrize("repo", ["org/name", "a/b", "Org-1/my.data_set", f"{'o' * 96}/{'n' * 96}"])
def test_repositories_of_the_hub_are_taken(repo: str) -> None:
    assert repo_problem(repo) is None


@pytest.mark.parametrize(
    "repo",
    ["name", "org/a/b", "org/", "/a", "org/..", "o rg/a", "org/a.git", "org/a--b", "a..b/c", "org/-a", "org/a\n"],
)
def test_other_repositories_are_refused(repo: str) -> None:
    assert repr(repo) in (repo_problem(repo) or "")


def test_parts_limit_their_length() -> None:
    assert repo_problem(f"org/{'n' * 97}")


@pytest.mark.parametrize("single", [True, False])
def test_path_of_a_part_tells_what_it_was_made_of(single: bool) -> None:
    path = part_path("validation", 3, 12, single=single)
    assert path == f"data/validation/{'unique' if single else 'duplicate'}-00003-of-00012.parquet"
    assert is_part(path)
    assert parse_part(path) == ("validation", single)


@pytest.mark.parametrize("path", ["README.md", "data/train.parquet", "other/train/unique-00000-of-00001.parquet"])
def test_path_of_no_split_is_refused(path: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (whoever asks says what is wrong)
        parse_part(path)
