"""Names that stay: through any history of releases groups keep their names and rows their splits, as the design says.

Each step builds the corpus as it is now with the release before it named in the settings, and holds the two against
each other by their rows alone, without asking the code that decides.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from corpus.config import load_config
from corpus.engines.local import LocalEngine
from corpus.io.parquet import data_files
from corpus.pipeline import build_dataset
from corpus.release.verify import differences
from corpus.reuse import Reuse
from corpus.schema import SINGLE_KINDS
from corpus.transforms.duplicates.find import DuplicateOptions
from corpus.transforms.duplicates.sketch import compared_text
from tests.conftest import write_files
from tests.test_determinism import folder_digest
from tests.test_duplicates import plain_coverage, plain_share

Rows = dict[str, dict[str, Any]]

TEXT = (
    "harbour council bridge opened after years of delay the mayor thanked all workers who had built it in winter rain "
    "children watched boats sail past old stone houses while bakers sold bread near green market gates people said "
    "nobody knew why the clock tower stopped ringing last summer but teachers found letters under floor boards and "
    "read them aloud to visitors from distant towns"
)
WORDS = TEXT.split()

OPTIONS = DuplicateOptions()

SETTINGS = """\
name = "names"
input = "raw"
[splits]
train = 0.4
validation = 0.3
test = 0.3
[checks]
max_und = 1.0
max_other = 1.0
"""


@dataclass
class Project:
    """A corpus that changes, and its releases, each the previous one of the next."""

    home: Path
    made: int = 0

    @property
    def raw(self) -> Path:
        return self.home / "raw"

    def release(self, *, keep: bool = True, follow: bool = True) -> Path:
        """Build the next release, with the last one as its previous one where it is to `follow` that."""
        previous = f'[release]\nprevious = "r{self.made}"\n' if self.made and follow else ""
        write_files(self.home, {"corpus.toml": SETTINGS + previous})
        out = self.home / f"r{self.made + 1}"
        built = build_dataset(load_config(self.home), LocalEngine(), out, reuse=Reuse(keep=keep))
        assert built.checks.passed
        self.made += 1
        return out

    def rows(self, number: int) -> Rows:
        """The rows of a release by id, with their splits."""
        return self.rows_of(self.home / f"r{number}")

    def rows_of(self, release: Path) -> Rows:
        """The rows of the release that lies there."""
        return {
            row["id"]: {**row, "split": path.parent.name}
            for path in data_files(release)
            for row in pq.read_table(path).to_pylist()
        }

    def changes(self) -> dict[str, list[list[str]]]:
        document = json.loads((self.home / f"r{self.made}" / "manifest.json").read_bytes())
        changes: dict[str, list[list[str]]] = document["name_changes"]
        return changes


def project(folder: Path, files: dict[str, str | bytes]) -> Project:
    write_files(folder / "raw", files)
    return Project(folder)


def article(number: int, seed: int = 0) -> str:
    """A headline and four paragraphs of shuffled words, others for every number and seed."""
    chance = random.Random(f"{number} {seed}")

    def sentence(words: int) -> str:
        return " ".join(chance.choices(WORDS, k=words)).capitalize() + "."

    paragraphs = [f"{sentence(14)} {sentence(16)}" for _ in range(4)]
    return "\n\n".join([f"Report {number} of {seed}", *paragraphs]) + "\n"


def variant(number: int, part: int = 3) -> str:
    """A copy of an article that keeps so many of its four paragraphs."""
    head, *paragraphs = article(number).split("\n\n")
    return "\n\n".join([head, *paragraphs[:part]]) + "\n"


def groups_of(rows: Rows) -> dict[str, list[str]]:
    groups = defaultdict(list)
    for name in sorted(rows):
        groups[rows[name]["duplicate_group"]].append(name)
    return groups


def same_as(before: Rows, after: Rows) -> dict[str, str]:
    """What each row of `after` was called in `before`: itself, or a row that is gone and had the same source text."""
    gone = {row["text_sha256"]: name for name, row in sorted(before.items(), reverse=True) if name not in after}
    found = {name: name if name in before else gone.get(row["text_sha256"]) for name, row in after.items()}
    return {name: was for name, was in found.items() if was is not None}


def held(before: Rows, after: Rows, changes: dict[str, list[list[str]]]) -> None:
    """Hold two releases against what the design promises."""
    was = same_as(before, after)
    moved = {tuple(pair) for pair in changes["moved"]}
    for name, old in was.items():
        if after[name]["split"] != before[old]["split"]:
            assert after[name]["split"] == "train"
            assert (after[name]["duplicate_group"], before[old]["split"]) in moved
    groups = groups_of(after)
    for members in groups.values():
        assert len({after[name]["split"] for name in members}) == 1
        splits = {before[was[name]]["split"] for name in members if name in was}
        if len(splits) == 1:
            assert {after[name]["split"] for name in members} == splits
    _names_held(before, after, was, {pair[0]: pair[1] for pair in changes["merged"]})
    _kept_held(after, {name for name, old in was.items() if before[old]["duplicate_kind"] in SINGLE_KINDS})


def _names_held(before: Rows, after: Rows, was: dict[str, str], merged: dict[str, str]) -> None:
    known = {row["duplicate_group"] for row in before.values()}
    claims = defaultdict(set)
    for group in known:
        members = sorted(name for name, old in was.items() if before[old]["duplicate_group"] == group)
        keepers = [name for name in members if before[was[name]]["duplicate_kind"] in ("unique", "kept")]
        if members:
            claims[after[(keepers or members)[0]]["duplicate_group"]].add(group)
    for name, claimed in claims.items():
        assert name == min(claimed)
        assert {old for old, into in merged.items() if into == name} == claimed - {name}
    for row in after.values():
        if row["duplicate_group"] in known:
            assert row["duplicate_group"] in claims


def _kept_held(after: Rows, were_kept: set[str]) -> None:
    """Every member is a copy of its kept row; one that was kept stays, but where another was kept too, or for a reason.

    The reason is another member that is no copy of it, or a kept row of another group so near that one is a copy.
    """
    kept = {name for name, row in after.items() if row["duplicate_of"] is None}
    for group, members in groups_of(after).items():
        keeper = next(name for name in members if name in kept)
        for name in members:
            if name != keeper:
                told = {key: after[name][key] for key in ("duplicate_of", "duplicate_kind", "duplicate_overlap")}
                assert told == copy_told(after[name], after[keeper])
        asked = min(were_kept.intersection(members), key=lambda name: keeper_place(after[name]), default=keeper)
        if keeper not in were_kept and asked != keeper:
            others = (after[name] for name in members if name != asked)
            rivals = (after[name] for name in kept | were_kept if after[name]["duplicate_group"] != group)
            assert not all(copy_told(other, after[asked]) for other in others) or any(
                copy_told(rival, after[asked]) or copy_told(after[asked], rival) for rival in rivals
            )


def keeper_place(row: dict[str, Any]) -> tuple[int, str]:
    """A row's place in keeper order; no article here has a date."""
    return -row["word_count"], row["id"]


def copy_told(row: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any] | None:
    """What a row says of itself as a copy of another one, None if it is none; by plain arithmetic."""
    told = {"duplicate_of": kept["id"], "duplicate_kind": "exact", "duplicate_overlap": 1.0}
    if row["body"] == kept["body"]:
        return told
    mine, its = (compared_text(each["title"], each["body"]) for each in (row, kept))
    share, (covered, own) = plain_share(mine, its), plain_coverage(mine, its, OPTIONS.reach)
    shorter = row["word_count"] < OPTIONS.shorter * kept["word_count"]
    excerpt = shorter and covered >= OPTIONS.partial and own <= OPTIONS.own
    if share < OPTIONS.overlap or not (covered >= OPTIONS.covered or excerpt):
        return None
    return told | {"duplicate_kind": "contained" if shorter else "near", "duplicate_overlap": round(share, 3)}


def step(chance: random.Random, raw: Path) -> None:
    """Add, change, remove or rename an article, or add a copy of one, so that groups grow, merge and part."""
    names = sorted(path.name for path in raw.iterdir())
    name = chance.choice(names)
    fresh = f"{chance.choice('abcz')}{chance.randrange(10**6)}.txt"
    match chance.randrange(6):
        case 0:
            write_files(raw, {fresh: article(chance.randrange(12))})
        case 1:
            write_files(raw, {fresh: variant(chance.randrange(12), chance.choice((2, 3)))})
        case 2:
            write_files(raw, {name: article(chance.randrange(12), seed=chance.randrange(2))})
        case 3 if len(names) > 4:
            (raw / name).unlink()
        case 4:
            (raw / name).rename(raw / fresh)
        case _:
            write_files(raw, {name: variant(chance.randrange(12))})


def history(folder: Path, seed: int, releases: int = 4) -> None:
    chance = random.Random(seed)
    corpus = project(folder, {f"{number}.txt": article(number % 7) for number in range(8)})
    corpus.release()
    for _ in range(releases - 1):
        for _ in range(chance.randrange(1, 5)):
            step(chance, corpus.raw)
        out = corpus.release()
        held(corpus.rows(corpus.made - 1), corpus.rows(corpus.made), corpus.changes())
        assert list(differences(out)) == []


def test_a_kept_row_stays_when_a_longer_copy_comes(tmp_path: Path) -> None:
    corpus = project(tmp_path, {"b.txt": variant(1), "c.txt": article(2)})
    corpus.release()
    write_files(corpus.raw, {"a.txt": article(1), "d.txt": variant(1, 2)})
    alone = corpus.rows_of(corpus.release(follow=False))
    corpus.made = 1
    after = corpus.rows_of(corpus.release())
    assert {name: row["duplicate_kind"] for name, row in alone.items()} == {
        "a.txt": "kept",
        "b.txt": "contained",
        "c.txt": "unique",
        "d.txt": "contained",
    }
    assert {name: (row["duplicate_kind"], row["duplicate_of"]) for name, row in after.items()} == {
        "a.txt": ("near", "b.txt"),
        "b.txt": ("kept", None),
        "c.txt": ("unique", None),
        "d.txt": ("contained", "b.txt"),
    }
    (corpus.raw / "b.txt").unlink()
    assert corpus.rows_of(corpus.release())["d.txt"]["duplicate_of"] == "a.txt"


@pytest.mark.parametrize("seed", range(4))
def test_a_history_keeps_names_and_splits(seed: int, tmp_path: Path) -> None:
    history(tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("tens", range(20))
def test_two_hundred_histories_keep_names_and_splits(tens: int, tmp_path: Path) -> None:
    for seed in range(1000 + 10 * tens, 1010 + 10 * tens):
        history(tmp_path / str(seed), seed)


def test_without_changes_the_content_stays(tmp_path: Path) -> None:
    corpus = project(tmp_path, {f"{number}.txt": article(number % 5) for number in range(9)})
    first, second = (json.loads((corpus.release() / "manifest.json").read_bytes()) for _ in range(2))
    assert first["content_digest"] == second["content_digest"]
    assert second["name_changes"] == {"merged": [], "moved": [], "parted": []}
    assert second["previous"]["content_digest"] == first["content_digest"]


def test_what_is_taken_from_the_last_build_changes_no_byte(tmp_path: Path) -> None:
    corpus = project(tmp_path, {f"{number}.txt": article(number % 5) for number in range(9)})
    corpus.release()
    write_files(corpus.raw, {"b.txt": variant(3)})
    kept = folder_digest(corpus.release())
    shutil.rmtree(tmp_path / "r2")
    corpus.made = 1
    assert folder_digest(corpus.release(keep=False)) == kept


def test_groups_that_merge_across_splits_go_to_train_and_are_listed(tmp_path: Path) -> None:
    corpus = project(tmp_path, {f"{number:02}.txt": article(number) for number in range(40)})
    corpus.release()
    before = corpus.rows(1)
    by_split = {row["split"]: name for name, row in sorted(before.items())}
    one, other = by_split["validation"], by_split["test"]
    (corpus.raw / other).write_text((corpus.raw / one).read_text("utf-8"), "utf-8")
    corpus.release()
    after = corpus.rows(2)
    names = {before[name]["duplicate_group"] for name in (one, other)}
    assert after[one]["duplicate_group"] == after[other]["duplicate_group"] == min(names)
    assert after[one]["split"] == after[other]["split"] == "train"
    changes = corpus.changes()
    assert changes["merged"] == [[max(names), min(names)]]
    assert sorted(changes["moved"]) == [[min(names), "test"], [min(names), "validation"]]


def test_an_id_that_comes_back_founds_no_group_of_an_old_name(tmp_path: Path) -> None:
    corpus = project(tmp_path, {"a.txt": article(1), "b.txt": article(1), "c.txt": article(2)})
    corpus.release()
    name = corpus.rows(1)["a.txt"]["duplicate_group"]
    (corpus.raw / "a.txt").unlink()
    corpus.release()
    assert corpus.rows(2)["b.txt"]["duplicate_group"] == name
    write_files(corpus.raw, {"a.txt": article(5)})
    corpus.release()
    after = corpus.rows(3)
    assert after["b.txt"]["duplicate_group"] == name != after["a.txt"]["duplicate_group"]


def test_a_renamed_article_keeps_its_name_and_split(tmp_path: Path) -> None:
    corpus = project(tmp_path, {f"{number:02}.txt": article(number) for number in range(40)})
    corpus.release()
    before = corpus.rows(1)
    renamed = next(name for name, row in sorted(before.items()) if row["split"] == "test")
    (corpus.raw / renamed).rename(corpus.raw / "renamed.txt")
    corpus.release()
    after = corpus.rows(2)["renamed.txt"]
    assert (after["duplicate_group"], after["split"]) == (before[renamed]["duplicate_group"], "test")
