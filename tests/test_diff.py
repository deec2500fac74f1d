"""`corpus diff`: what differs between two releases, held against a plain comparison of all their rows."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import DataError, UsageError
from corpus.history import streams
from corpus.history.bump import LEVELS, level_of
from corpus.history.difference import Difference, compare, differing
from corpus.history.document import diff_document
from corpus.history.edition import Edition, local_edition
from corpus.history.markdown import card_section, markdown
from corpus.history.rows import ids_of
from corpus.history.terminal import terminal_lines
from corpus.history.texts import reworded, reworded_row
from corpus.history.values import differ
from corpus.history.words import word_diff
from corpus.io.documents import read_manifest
from corpus.model import FileEntry
from corpus.schema import ARTICLE
from tests.conftest import ROOT, build_release, write_files
from tests.small_history import article, as_it_is, between, group, lay, rewritten
from tests.small_release import Row

SCHEMA = json.loads((ROOT / "schemas" / "diff-v1.json").read_text("utf-8"))
EVIL = '\x1b[31m<script>alert("x")</script> | **bold** [a](http://x) \u202e`tick`\n# head'

SLOW = settings(max_examples=60)


def document(difference: Difference) -> dict[str, Any]:
    """The JSON form, valid by the schema that ships."""
    made: dict[str, Any] = json.loads(json.dumps(diff_document(difference, reworded(difference, 3))))
    jsonschema.validate(made, SCHEMA)
    return made


# Rows, against a plain comparison

bodies = st.lists(st.sampled_from(["The", "bridge", "is", "open", "shut", "ünter", "again."]), min_size=1, max_size=5)
removed = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["Tweet", "Share", "\nMail", "xx"])), max_size=3)


@st.composite
def rows_by_split(draw: st.DrawFn) -> dict[str, list[Row]]:
    """A few honest rows in one or two splits."""
    made: dict[str, list[Row]] = {"train": [], "test": []}
    names = draw(st.lists(st.sampled_from([f"{letter}.txt" for letter in "abcdeé"]), min_size=1, unique=True))
    for name in names:
        body = " ".join(draw(bodies))
        stretches = sorted((min(at, len(body)), text) for at, text in draw(removed))
        kind, language = draw(st.sampled_from(["unique", "near"])), draw(st.sampled_from(["en", "no"]))
        title = draw(st.sampled_from([None, "Bridge", "Brücke"]))
        changes = {"title": title, "language": language, "duplicate_kind": kind}
        changes |= {"duplicate_group": group(draw(st.sampled_from("abc"))), "encoding": draw(st.sampled_from("xy"))}
        made[draw(st.sampled_from(["train", "test"]))].append(article(name, body, *stretches, **changes))
    return made


def plainly(old: dict[str, list[Row]], new: dict[str, list[Row]]) -> dict[str, Any]:
    """What differs, row by row and column by column."""
    before, after = ({row["id"]: (row, split) for split in side for row in side[split]} for side in (old, new))
    changed = {}
    for name in sorted(set(before) & set(after)):
        (one, first), (other, second) = before[name], after[name]
        columns = [column for column in ARTICLE.names if one[column] != other[column]]
        if columns or first != second:
            changed[name] = (columns, {"from": first, "to": second} if first != second else None)
    return {
        "added": sorted(set(after) - set(before)),
        "removed": sorted(set(before) - set(after)),
        "changed": changed,
    }


@SLOW
@given(rows_by_split(), rows_by_split())
def test_rows_differ_as_a_plain_comparison_says(
    tmp_path_factory: pytest.TempPathFactory, old: dict[str, list[Row]], new: dict[str, list[Row]]
) -> None:
    folder = tmp_path_factory.mktemp("pair")
    found = document(between(lay(folder / "old", old), lay(folder / "new", new)))["rows"]
    expected = plainly(old, new)
    assert found["added"]["ids"] == expected["added"]
    assert found["removed"]["ids"] == expected["removed"]
    assert {row["id"]: (row["columns"], row["moved"]) for row in found["changed"]["rows"]} == expected["changed"]


@SLOW
@given(rows_by_split())
def test_a_release_does_not_differ_from_itself(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[str, list[Row]]
) -> None:
    folder = tmp_path_factory.mktemp("same")
    release = lay(folder / "a", rows)
    assert not between(release, release)
    again = rewritten(lay(folder / "b", rows), as_it_is)
    assert all(differing(local_edition(release), local_edition(again))), "the files must be compared row by row"
    found = between(release, again)
    assert found.same_rows
    assert not found
    assert level_of(found) == "none"


@SLOW
@given(rows_by_split(), rows_by_split())
def test_the_other_way_round_the_roles_are_swapped(
    tmp_path_factory: pytest.TempPathFactory, old: dict[str, list[Row]], new: dict[str, list[Row]]
) -> None:
    folder = tmp_path_factory.mktemp("mirror")
    one, other = lay(folder / "old", old), lay(folder / "new", new)
    there, back = document(between(one, other)), document(between(other, one))
    rows, mirrored = there["rows"], back["rows"]
    assert (rows["added"], rows["removed"]) == (mirrored["removed"], mirrored["added"])
    for key in ("count", "by_column", "by_role"):
        assert rows["changed"][key] == mirrored["changed"][key]
    turned = sorted((move["to"], move["from"], move["rows"]) for move in mirrored["moved"])
    assert sorted((move["from"], move["to"], move["rows"]) for move in rows["moved"]) == turned
    swapped = [{"old": pair["new"], "new": pair["old"]} for pair in mirrored["renamed"]["rows"]]
    assert sorted(map(str, map(sorted, rows["renamed"]["rows"]))) == sorted(map(str, map(sorted, swapped)))
    assert [(item["new"], item["old"]) for item in there["groups"]["merged"]["groups"]] == [
        (item["old"], item["new"]) for item in back["groups"]["split"]["groups"]
    ]
    flipped = {
        table: {name: {"old": pair["new"], "new": pair["old"]} for name, pair in numbers.items()}
        for table, numbers in back["counts"].items()
    }
    assert there["counts"] == flipped


stretches_of = st.lists(
    st.fixed_dictionaries({"text": st.none() | st.sampled_from(["", "a", "é"]), "offset": st.integers(0, 2)}),
    max_size=3,
)
KINDS_OF_VALUES = {
    pa.list_(pa.struct([("text", pa.string()), ("offset", pa.int64())])): st.none() | stretches_of,
    pa.list_(pa.list_(pa.int8())): st.lists(st.lists(st.integers(0, 1), max_size=2), max_size=2),
    pa.timestamp("us", tz="UTC"): st.none() | st.sampled_from([datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2)]),
    pa.float64(): st.none() | st.sampled_from([0.0, 0.5]),
    pa.string(): st.none() | st.sampled_from(["", "a"]),
    pa.bool_(): st.none() | st.booleans(),
}


@pytest.mark.parametrize("kind", KINDS_OF_VALUES, ids=str)
@given(data=st.data())
def test_values_differ_as_python_says(kind: pa.DataType, data: st.DataObject) -> None:
    values = KINDS_OF_VALUES[kind]
    pairs = data.draw(st.lists(st.tuples(values, values), max_size=6))
    old, new = (pa.array([pair[side] for pair in pairs], kind) for side in (0, 1))
    assert differ(old, new).tolist() == [one != other for one, other in pairs]
    assert differ(old[1:], new[1:]).tolist() == [one != other for one, other in pairs[1:]]


def groups_plainly(old: dict[str, str], new: dict[str, str]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The groups of the new release with rows of several old ones, and the other way round."""
    merged: dict[str, set[str]] = {}
    split: dict[str, set[str]] = {}
    for name in set(old) & set(new):
        merged.setdefault(new[name], set()).add(old[name])
        split.setdefault(old[name], set()).add(new[name])
    return (
        {name: others for name, others in merged.items() if len(others) > 1},
        {name: others for name, others in split.items() if len(others) > 1},
    )


group_names = st.dictionaries(
    st.sampled_from([f"{letter}.txt" for letter in "abcdefg"]), st.sampled_from("ABCD").map(group), min_size=1
)


@SLOW
@given(group_names, group_names)
def test_groups_merge_and_split_as_a_plain_comparison_says(
    tmp_path_factory: pytest.TempPathFactory, old: dict[str, str], new: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("groups")
    sides = [
        lay(folder / name, [article(row, duplicate_group=found) for row, found in side.items()])
        for name, side in (("old", old), ("new", new))
    ]
    found = between(sides[0], sides[1]).groups
    merged, split = groups_plainly(old, new)
    assert {item.group: set(item.others) for item in found.merged} == merged
    assert {item.group: set(item.others) for item in found.split} == split


def test_a_group_in_a_file_that_did_not_change_counts_when_another_joins_it(tmp_path: Path) -> None:
    rows = [article("a.txt"), article("b.txt"), article("c.txt")]
    old = lay(tmp_path / "old", rows)
    new = lay(tmp_path / "new", [rows[0], rows[1], article("c.txt", duplicate_group=group("a.txt"))])
    assert differing(local_edition(old), local_edition(new)) == ([1], [1])
    (merged,) = between(old, new).groups.merged
    assert merged.group == group("a.txt")
    assert merged.others == tuple(sorted((group("a.txt"), group("c.txt"))))


def test_many_rows_are_met_window_by_window(tmp_path: Path) -> None:
    many = 3 * streams.BATCH_ROWS
    template = article("x")

    def rows(numbers: list[int]) -> list[Row]:
        return [template | {"id": f"{number:06}.txt"} for number in numbers]

    old = lay(tmp_path / "old", {"train": rows(list(range(0, many, 2))), "test": rows(list(range(1, many, 2)))})
    kept = [number for number in range(many) if number % 1000]
    new = lay(tmp_path / "new", {"train": rows(kept), "test": rows([many])})
    found = between(old, new)
    assert list(ids_of(found.rows.removed)) == [f"{number:06}.txt" for number in range(0, many, 1000)]
    assert list(ids_of(found.rows.added)) == [f"{many:06}.txt"]
    assert found.moved == {("test", "train"): many // 2}
    assert len(found.rows.changed) == many // 2


# What is read


def counted(folder: Path, asked: list[str]) -> Edition:
    """A release that notes which files are fetched."""
    return replace(local_edition(folder), fetch=asked.extend)


def test_files_that_both_have_are_not_opened(tmp_path: Path) -> None:
    rows = [article("a.txt"), article("b.txt"), article("c.txt")]
    old = lay(tmp_path / "old", rows)
    new = lay(tmp_path / "new", [*rows[:2], article("c.txt", "Shut.")])
    for side in (old, new):
        (side / "data" / "train" / "unique-00000-of-00002.parquet").write_bytes(b"no Parquet")
    asked: list[str] = []
    found = compare(counted(old, asked), counted(new, asked))
    assert list(ids_of(found.rows.changed)) == ["c.txt"]
    assert set(asked) == {"data/train/unique-00001-of-00002.parquet"}


def test_bodies_are_read_only_where_nothing_else_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[str, ...]] = []
    plain = streams.part_batches

    def noted(edition: Edition, number: int, columns: Any) -> Any:
        read.append(tuple(columns))
        return plain(edition, number, columns)

    monkeypatch.setattr(streams, "part_batches", noted)
    old = lay(tmp_path / "old", [article("a.txt", "The bridge is open.", (0, "Tweet\n"))])
    cases = {
        "other words": (article("a.txt", "The bridge is shut!", (0, "Tweet\n")), ["body"], False),
        "more words": (article("a.txt", "The bridge is open, too.", (0, "Tweet\n")), ["body"], False),
        "another rule": (article("a.txt", "The bridge is open.", (0, "Tw"), (0, "eet\n")), [], False),
        "another title": (article("a.txt", "The bridge is open.", (0, "Tweet\n"), title="x"), [], False),
        "another leftover": (article("a.txt", "The bridge is open.", (0, "Share\n")), [], True),
        "both": (article("a.txt", "The bridge is shut!", (0, "Share\n")), ["body"], True),
    }
    for number, (what, (row, bodies_changed, body_read)) in enumerate(cases.items()):
        read.clear()
        found = between(old, lay(tmp_path / f"new{number}", [row]))
        (columns,) = (found.rows.column_sets[place] for place in found.rows.changed["columns"].to_pylist())
        assert [name for name in columns if name == "body"] == bodies_changed, what
        assert any("body" in names for names in read) == body_read, what


def test_rows_out_of_order_are_an_error(tmp_path: Path) -> None:
    rows = [article(f"{letter}.txt") for letter in "abcd"]
    old = lay(tmp_path / "old", rows)
    new = rewritten(lay(tmp_path / "new", rows), lambda table: table.take(list(range(len(table)))[::-1]))
    with pytest.raises(DataError, match="not in the order"):
        between(old, new)


def test_a_version_that_is_none_is_an_error(tmp_path: Path) -> None:
    old = lay(tmp_path / "old", [article("a.txt")])
    with pytest.raises(DataError, match="is not like"):
        between(old, lay(tmp_path / "new", [article("a.txt")], version="latest"))


def test_other_settings_are_a_patch(tmp_path: Path) -> None:
    old, new = (lay(tmp_path / name, [article("a.txt")]) for name in ("old", "new"))
    rewritten(new, as_it_is, settings_digest="sha256:other")
    assert level_of(between(old, new)) == "patch"
    rewritten(new, as_it_is, version="1.0.1")
    assert level_of(between(old, new)) == "none", "the version is a setting, too"


def test_a_data_file_that_is_none_is_an_error(tmp_path: Path) -> None:
    old, new = lay(tmp_path / "old", [article("a.txt")]), lay(tmp_path / "new", [article("a.txt", "Shut.")])
    next((new / "data").rglob("*.parquet")).write_bytes(b"PAR1")
    with pytest.raises(DataError, match="cannot be read"):
        between(old, new)


# Columns


def with_column(table: pa.Table) -> pa.Table:
    return table.append_column(pa.field("paper", pa.string()), pa.array(["Gazette"] * len(table)))


def without_column(table: pa.Table) -> pa.Table:
    return table.drop_columns(["site"])


def with_another_type(table: pa.Table) -> pa.Table:
    place = table.schema.get_field_index("word_count")
    return table.set_column(
        place, pa.field("word_count", pa.string(), nullable=False), table["word_count"].cast("string")
    )


def in_another_order(table: pa.Table) -> pa.Table:
    return table.select([*table.column_names[1:], table.column_names[0]])


@pytest.mark.parametrize(
    ("change", "field", "level"),
    [
        (with_column, "added", "minor"),
        (without_column, "removed", "major"),
        (with_another_type, "retyped", "major"),
        (in_another_order, "reordered", "patch"),
    ],
)
def test_columns_are_compared(change: Callable[[pa.Table], pa.Table], field: str, level: str, tmp_path: Path) -> None:
    rows = [article("a.txt"), article("b.txt", "Shut.")]
    old = lay(tmp_path / "old", rows)
    new = rewritten(lay(tmp_path / "new", rows), change, schema_version=1)
    found = document(between(old, new))
    assert [name for name, value in found["columns"].items() if value] == [field]
    assert found["level"] == level
    assert found["rows"]["changed"]["count"] == 0
    names = {"added": "paper", "removed": "site", "retyped": "word_count"}
    assert field == "reordered" or list(found["columns"][field]) == [names[field]]


def test_a_body_is_compared_where_no_other_column_can_tell(tmp_path: Path) -> None:
    old = lay(tmp_path / "old", [article("a.txt", "The bridge is open.")])
    new = lay(tmp_path / "new", [article("a.txt", "The bridge is shut.")])
    for side in (old, new):
        rewritten(side, lambda table: table.drop_columns(["text_sha256"]))
    (columns,) = between(old, new).rows.column_sets
    assert columns == ("body",)


def test_texts_are_shown_though_a_column_went(tmp_path: Path) -> None:
    old = lay(tmp_path / "old", [article("a.txt", "Open.", title="Bridge")])
    new = rewritten(lay(tmp_path / "new", [article("a.txt", "Shut.")]), lambda table: table.drop_columns(["title"]))
    (item,) = reworded(between(old, new), 3)
    assert (item.id, item.column) == ("a.txt", "body")


def test_closed_lists_are_compared_where_both_manifests_have_them(tmp_path: Path) -> None:
    rows = [article("a.txt")]
    old, new = lay(tmp_path / "old", rows), lay(tmp_path / "new", rows)
    lists = read_manifest(old).closed_lists
    assert lists["kind"][0] == "title"
    rewritten(new, as_it_is, closed_lists={**lists, "kind": (*lists["kind"], "puzzle")})
    assert level_of(between(old, new)) == "minor"
    assert level_of(between(new, old)) == "major"
    rewritten(new, as_it_is, closed_lists={})
    assert level_of(between(old, new)) == "none"


def test_a_release_of_another_schema_version_can_be_opened(tmp_path: Path) -> None:
    rows = [article("a.txt")]
    old = lay(tmp_path / "old", rows)
    new = rewritten(lay(tmp_path / "new", rows), with_column, schema_version=2)
    assert document(between(old, new))["level"] == "minor"


# Counts


def test_counts_of_languages_kinds_and_inputs_are_given_before_and_after(tmp_path: Path) -> None:
    line = json.dumps({"path": "b.txt", "sha256": None, "reason": "empty", "detail": ""}) + "\n"
    old = lay(tmp_path / "old", [article("a.txt"), article("b.txt", "", (0, "Tweet"), language="de")])
    new = lay(tmp_path / "new", [article("a.txt", language="no"), article("c.txt")], rejected=line)
    found = document(between(old, new))
    assert found["counts"]["languages"] == {
        "de": {"old": 1, "new": 0},
        "en": {"old": 1, "new": 1},
        "no": {"old": 0, "new": 1},
    }
    assert found["counts"]["flags"] == {"share_links": {"old": 1, "new": 0}}
    assert found["rows"]["rejected_now"] == {"empty": 1}
    assert document(between(new, old))["rows"]["rejected_before"] == {"empty": 1}


def test_a_row_with_another_id_and_the_same_source_text_is_a_renamed_one(tmp_path: Path) -> None:
    old = lay(tmp_path / "old", [article("a.txt"), article("b.txt", "Shut."), article("c.txt", "Gone.")])
    new = lay(tmp_path / "new", [article("a.txt"), article("new/b.txt", "Shut."), article("d.txt", "Here.")])
    assert between(old, new).renamed == (("b.txt", "new/b.txt"),)
    assert between(new, old).renamed == (("new/b.txt", "b.txt"),)


# Words

words = st.lists(st.sampled_from(["a", "b", "\n", " ", "ü", "東", "京", "9", "-", "\n\n"]), max_size=40).map("".join)


@given(words, words)
def test_pieces_make_both_texts(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "old") == new
    assert all(piece.text for piece in pieces)
    assert old != new or all(piece.kind == "same" for piece in pieces)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("The bridge is open.", "The bridge is shut.", [("same", "The bridge is "), ("old", "open"), ("new", "shut")]),
        ("東京は日本の首都", "東京は日本の古都", [("same", "東京は日本の"), ("old", "首"), ("new", "古")]),
        ("one two three", "one four five three", [("same", "one "), ("old", "two"), ("new", "four five")]),
    ],
)
def test_words_are_matched(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert [(piece.kind, piece.text) for piece in word_diff(old, new)][: len(expected)] == expected


def test_a_long_text_is_matched_in_bounded_time() -> None:
    old = "\n".join(f"line {number % 7} of many" for number in range(9_000))
    pieces = word_diff(old, old.replace("many", "more"))
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == old


# What people see


@pytest.fixture
def evil(tmp_path: Path) -> Difference:
    old = lay(tmp_path / "old", [article("a.txt", "Open.", title="Plain"), article(EVIL.replace("\n", " "))])
    new = lay(tmp_path / "new", [article("a.txt", f"Open. {EVIL}", title=EVIL), article("b\x1b[2J.txt")])
    return between(old, new)


def test_hostile_texts_do_nothing_in_a_terminal(evil: Difference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    told = "\n".join(terminal_lines(evil, reworded(evil, 5), most=9))
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert r"\x1b[31m" in told
    assert "[-Plain-]" in told


def test_hostile_texts_do_nothing_in_markdown(evil: Difference) -> None:
    told = markdown(evil, reworded(evil, 5), most=9)
    assert "<script>" not in told
    assert "\x1b" not in told
    assert "\n# head" not in told
    assert "[a](" not in told
    assert "**bold**" not in told
    assert "<del>Plain</del>" in told


def test_a_card_names_no_row(evil: Difference) -> None:
    told = card_section(evil)
    assert "1 row went" in told
    assert "a.txt" not in told
    assert "script" not in told


def test_lists_end_and_say_how_much_is_left(tmp_path: Path) -> None:
    old = lay(tmp_path / "old", [article("a.txt")])
    new = lay(tmp_path / "new", [article(f"{number:03}.txt") for number in range(30)] + [article("a.txt")])
    found = between(old, new)
    told = list(terminal_lines(found, (), most=4))
    assert "Rows that came (30)" in told
    assert "  … and 26 more" in told
    assert "… and 26 more" in markdown(found, (), most=4)
    short = diff_document(found, most=4)
    assert short["rows"]["added"]["count"] == 30
    assert len(short["rows"]["added"]["ids"]) == 4


def test_one_row_is_shown_or_the_error_says_where_it_is(tmp_path: Path) -> None:
    old = lay(tmp_path / "old", [article("a.txt", "Open."), article("b.txt"), article("gone.txt")])
    new = lay(tmp_path / "new", [article("a.txt", "Shut."), article("b.txt"), article("new.txt")])
    found = between(old, new)
    (item,) = reworded_row(found, "a.txt")
    assert (item.column, [piece.text for piece in item.pieces]) == ("body", ["Open", "Shut", "."])
    assert reworded_row(found, "b.txt") == []
    for name, where in (("gone.txt", "old"), ("new.txt", "new")):
        with pytest.raises(UsageError, match="only one") as caught:
            reworded_row(found, name)
        assert caught.value.where == str(tmp_path / where)
    with pytest.raises(UsageError, match="neither release"):
        reworded_row(found, "nowhere.txt")


def test_the_document_is_the_same_in_every_process(tmp_path: Path) -> None:
    old = lay(tmp_path / "old", [article(f"{letter}.txt", letter, title=letter) for letter in "abcdef"])
    new = lay(tmp_path / "new", [article(f"{letter}.txt", letter * 2, title="x") for letter in "cdefgh"])
    command = [sys.executable, "-m", "corpus", "diff", str(old), str(new), "--format", "json"]
    runs = [
        subprocess.run(command, capture_output=True, check=True, cwd=tmp_path, env=environment).stdout
        for environment in ({"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed} for seed in ("1", "2"))
    ]
    assert runs[0] == runs[1]
    jsonschema.validate(json.loads(runs[0]), SCHEMA)


# Real builds

WORDS = (
    *("after", "again", "along", "among", "away", "back", "barn", "before", "bell"),
    *("below", "boat", "bread", "brick", "bridge", "brother", "candle", "cart", "chalk"),
    *("children", "church", "clock", "cloud", "coat", "copper", "corner", "council", "crowd"),
    *("door", "early", "east", "evening", "farmer", "ferry", "field", "fire", "flour"),
    *("garden", "gate", "glass", "goose", "hammer", "harbour", "hill", "horse", "house"),
    *("island", "kettle", "ladder", "lamp", "letter", "market", "meadow", "mill", "mirror"),
    *("morning", "mother", "mountain", "needle", "night", "north", "orchard", "oven", "paper"),
    *("path", "pepper", "picture", "pigeon", "platform", "pocket", "quarry", "river", "road"),
    *("roof", "rope", "saddle", "salt", "school", "shadow", "shepherd", "silver", "sister"),
    *("snow", "soldier", "south", "spoon", "station", "stone", "storm", "street", "summer"),
    *("table", "tailor", "tower", "town", "train", "valley", "village", "wagon", "wall"),
    *("water", "weather", "west", "wheat", "wheel", "window", "winter", "woman", "wood"),
    *("wool", "yard"),
)


def page(town: str, month: str = "May", tail: str = "") -> str:
    """An article with a headline, like no other town's."""
    draw = random.Random(town)
    sentences = [" ".join(draw.choices(WORDS, k=14)).capitalize() + "." for _ in range(9)]
    sentences[4] = f"The work is to begin in {month}, said the mayor of {town}, and nobody asked who is going to pay."
    return f"{town} mends a bridge\n\n" + "\n\n".join(" ".join(sentences[n : n + 3]) for n in (0, 3, 6)) + f"\n{tail}"


def test_real_builds_differ_by_what_was_planted(tmp_path: Path) -> None:
    towns = {
        "same.txt": page("Ashford"),
        "body.txt": page("Beckton"),
        "title.txt": page("Clifton"),
        "gone.txt": page("Dunmore"),
        "broken.txt": page("Eastry"),
        "tail.txt": page("Fulham", tail="\nShare this:\nFacebook\nTwitter\n"),
    }
    later = {
        **towns,
        "body.txt": page("Beckton", month="June"),
        "title.txt": towns["title.txt"].replace("Clifton mends a bridge", "Clifton builds a bridge", 1),
        "broken.txt": "",
        "tail.txt": page("Fulham"),
        "new.txt": page("Grange"),
        "copy.txt": towns["same.txt"],
    }
    del later["gone.txt"]
    for name, files in (("old", towns), ("new", later)):
        write_files(tmp_path / name, dict(files))
        build_release(tmp_path / name, tmp_path / f"{name}-build")
    found = between(tmp_path / "old-build", tmp_path / "new-build")
    assert list(ids_of(found.rows.added)) == ["copy.txt", "new.txt"]
    assert list(ids_of(found.rows.removed)) == ["broken.txt", "gone.txt"]
    assert found.rejected_now == {"empty": 1}
    changed = {row["id"]: set(row["columns"]) for row in document(found)["rows"]["changed"]["rows"]}
    assert {"body", "text_sha256", "source_sha256"} <= changed["body.txt"]
    assert "body" not in changed["title.txt"]
    assert {"title", "boilerplate"} <= changed["title.txt"]
    assert "body" not in changed["tail.txt"]
    assert {"boilerplate", "boilerplate_flags"} <= changed["tail.txt"]
    assert changed["same.txt"] == {"duplicate_group", "duplicate_kind", "duplicate_of", "duplicate_overlap"}
    assert found.groups.renamed
    texts = {(item.id, item.column): item.pieces for item in reworded(found, 9)}
    assert ("old", "May") in [(piece.kind, piece.text) for piece in texts["body.txt", "body"]]
    assert ("new", "builds") in [(piece.kind, piece.text) for piece in texts["title.txt", "title"]]


# Levels

EDITS: dict[str, tuple[str, Callable[[Row], Row | None]]] = {
    "removed": ("major", lambda row: None),
    "body": ("major", lambda row: article(row["id"], "Another text.")),
    "language": ("major", lambda row: row | {"language": "de"}),
    "group": ("minor", lambda row: row | {"duplicate_group": group("other")}),
    "related": ("minor", lambda row: row | {"related": [{"id": "a", "share": 0.5, "share_of_other": 0.5}]}),
    "source": ("patch", lambda row: row | {"source_sha256": "f" * 64}),
    "encoding": ("patch", lambda row: row | {"encoding": "cp1252"}),
}


@pytest.mark.parametrize("edit", EDITS)
def test_each_edit_has_its_level(edit: str, tmp_path: Path) -> None:
    level, change = EDITS[edit]
    rows = [article("a.txt"), article("b.txt")]
    new = change(rows[1])
    found = between(lay(tmp_path / "old", rows), lay(tmp_path / "new", [rows[0], *([new] if new else [])]))
    assert level_of(found) == level


def test_a_moved_row_is_major_and_a_new_one_minor(tmp_path: Path) -> None:
    rows = [article("a.txt"), article("b.txt")]
    old = lay(tmp_path / "old", rows)
    moved = between(old, lay(tmp_path / "moved", {"train": rows[:1], "test": rows[1:]}))
    assert level_of(moved) == "major"
    assert moved.moved == {("train", "test"): 1}
    assert moved.rows.column_sets == ((),)
    assert level_of(between(old, lay(tmp_path / "more", [*rows, article("c.txt")]))) == "minor"


@SLOW
@given(st.lists(st.sampled_from(sorted(EDITS)), max_size=4), st.lists(st.sampled_from(sorted(EDITS)), max_size=3))
def test_more_changes_never_ask_for_less(
    tmp_path_factory: pytest.TempPathFactory, few: list[str], more: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("levels")
    rows = [article("kept.txt"), *(article(f"{number}.txt") for number in range(7))]
    old = lay(folder / "old", rows)
    levels = []
    for number, edits in enumerate((few, few + more)):
        new = [EDITS[edit][1](row) for edit, row in zip(edits, rows[1:], strict=False)]
        kept = [row for row in new if row] + rows[1 + len(new) :] + rows[:1]
        levels.append(LEVELS.index(level_of(between(old, lay(folder / f"new{number}", kept)))))
    assert levels[0] <= levels[1]


def test_entries_of_files_are_what_tells_files_apart(tmp_path: Path) -> None:
    release = local_edition(lay(tmp_path / "old", [article("a.txt"), article("b.txt")]))
    other = FileEntry(path=release.parts[0].path, size=1, sha256="0" * 64, rows=1)
    assert differing(release, replace(release, parts=(other, release.parts[1]))) == ([0], [0])
    assert pq.read_table(release.folder / other.path, partitioning=None).num_rows == 1
