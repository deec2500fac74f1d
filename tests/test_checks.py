"""Every data check is shown to fail on a planted defect, and to pass on a sound build."""

from __future__ import annotations

import ast
import dataclasses
import gc
import hashlib
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from great_expectations.datasource.fluent.interfaces import Batch

from corpus.cli import cli
from corpus.config import SECTIONS, TopOptions
from corpus.errors import ConfigError, DataError
from corpus.io.parquet import data_files
from corpus.io.project_files import PROJECT_FILES
from corpus.layout import CARD, CHECKS, CROISSANT, MANIFEST, REJECTED
from corpus.model import CheckReport
from corpus.release import part_facts as part_module
from corpus.release.checks import (
    CheckThresholds,
    Counted,
    checks_document,
    questions_in,
    run_checks,
    summary_lines,
)
from corpus.release.counting import told_of_part
from corpus.release.expectations import SAMPLE, evaluate
from corpus.release.frame import check_frame
from corpus.release.frame_columns import FRAME_COLUMNS, stand_in
from corpus.release.part_facts import PART, Found, facts_path, part_facts
from corpus.release.suite import read_suite, standard_suite, suite_text
from corpus.schema import ARTICLE, COLUMNS, SINGLE_KINDS
from corpus.stages.staged import write_table
from corpus.transforms.stats import Tally
from corpus.transforms.stretches import Label, cut
from corpus.transforms.tokens import word_counts

ROOT = Path(__file__).parents[1]
STANDARD = ROOT / "validation" / "standard.json"
NAMES = [entry["meta"]["name"] for entry in json.loads(STANDARD.read_text("utf-8"))["expectations"]]

Row = dict[str, Any]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def make_row(name: str, text: str, cuts: Iterable[tuple[str, str]] = (), **changes: Any) -> Row:
    """A valid row for the source `text`, with the parts `cuts` (text, kind) taken out."""
    labels = [
        Label(start=text.index(part), end=text.index(part) + len(part), kind=kind, rule="t") for part, kind in cuts
    ]
    body, stretches = cut(text, sorted(labels, key=lambda label: label.start))
    row: Row = dict.fromkeys(ARTICLE.names)
    row |= {"id": name, "title": f"About {name}", "language": "en", "language_score": 0.999, "encoding": "utf-8"}
    row |= {"boilerplate": [stretch._asdict() for stretch in stretches], "text_sha256": digest(text)}
    row |= {"boilerplate_flags": sorted({kind for _, kind in cuts}), "related": [], "duplicate_kind": "unique"}
    row |= {
        "duplicate_group": "g" + digest(name)[:16],
        "source_path": name.split("#")[0],
        "source_sha256": digest(text),
    }
    row |= {"field_sources": [{"field": "title", "source": "sidecar"}]}
    return {**row, **body_of(body), **changes}


def body_of(body: str) -> Row:
    return {"body": body, "char_count": len(body), "word_count": int(word_counts([body])[0])}


@dataclasses.dataclass
class Placed:
    """A row, and the folder and kind of the file that it is written to."""

    row: Row
    place: str = "train/unique"


@dataclasses.dataclass
class Planted:
    """A small release that is about to be written; its rows by a name of their own."""

    rows: dict[str, Placed]
    schema: pa.Schema = ARTICLE
    limits: CheckThresholds = dataclasses.field(default_factory=CheckThresholds)

    def write(self, build: Path) -> Path:
        for place in sorted({placed.place for placed in self.rows.values()}):
            rows = [placed.row for placed in self.rows.values() if placed.place == place]
            path = build / "data" / f"{place}-00000-of-00001.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(rows, schema=self.schema), path)
        return build

    def check(self, build: Path, *suites: Path) -> CheckReport:
        """What Great Expectations finds in a frame of all rows; what a build counts must come to the same."""
        self.write(build)
        asked = suites or (STANDARD,)
        report = run_checks(build, asked, self.limits)
        with tempfile.TemporaryDirectory() as work:
            assert run_checks(build, asked, self.limits, counted(build, Path(work), asked, self.limits)) == report
        return report


def counted(build: Path, work: Path, suites: Sequence[Path], limits: CheckThresholds) -> Counted:
    """What a build counts of its files while it reads them back."""
    questions, parts = questions_in(suites, limits), []
    for path in (path.relative_to(build).as_posix() for path in data_files(build)):
        table = pa.Table.from_batches(part_facts(build, path), schema=PART)
        write_table(facts_path(work, path), table)
        parts.append(Found(path=path, tally=Tally(), told=told_of_part(questions, table)))
    return Counted(work=work, parts=parts)


def family(tag: str) -> dict[str, Placed]:
    """Two single articles, and a group of a kept one with boilerplate and its copy."""
    cuts = [("By A. Bee", "byline"), ("Tweet", "share_links")]
    plain = make_row(
        f"{tag}plain.txt", f"The harbour of {tag} was closed.\n\nBoats stayed out.", url="https://a.example"
    )
    other = make_row(f"{tag}other.txt", f"Rain fell on {tag} for nine days, said the mayor.")
    kept = make_row(f"{tag}kept.txt", f"By A. Bee\n\nThe mill of {tag} burned.\n\nTweet", cuts, duplicate_kind="kept")
    copy = make_row(f"{tag}copy.txt", f"The mill of {tag} burned down.", title=None, field_sources=[])
    copy |= {"duplicate_kind": "near", "duplicate_of": kept["id"], "duplicate_overlap": 0.875}
    copy["duplicate_group"] = kept["duplicate_group"]
    rows = {"plain": plain, "other": other, "kept": kept, "copy": copy}
    return {role: Placed(row, "train/duplicate" if role == "copy" else "train/unique") for role, row in rows.items()}


def sound() -> Planted:
    """A family, a record of a container, a row without a language, and two splits, one related to the other."""
    rows = family("")
    box = make_row("box.jsonl#7", "Zürich hat eine neue Brücke gebaut.", language="de", metadata='{"page":3}')
    rows["box"] = Placed(box)
    rows["short"] = Placed(make_row("short.txt", "Yes.", language="und", language_score=None, published="2024-05"))
    related = {"id": "box.jsonl#7", "share": 0.25, "share_of_other": 0.5}
    last = make_row("last.txt", "Old walls fell.", encoding="windows-1252", related=[related])
    rows["last"] = Placed(last, "validation/unique")
    return Planted(rows)


SCHEMA = "files have the columns of the schema"
RESTORED = "body and boilerplate give back the source text"
KINDS_OF_GROUP = "every group has one kept row or one unique row"
RELATED = {"id": "box.jsonl#7", "share": 0.5, "share_of_other": 0.5}


@dataclasses.dataclass(frozen=True)
class Defect:
    """How to spoil a family, which of its rows fail the check then, and which other checks these rows fail too."""

    spoil: Callable[[dict[str, Placed]], object]
    rows: tuple[str, ...] = ("plain",)
    also: tuple[str, ...] = ()


def put(*also: str, **changes: Any) -> Defect:
    """Change columns of the plain row."""
    return Defect(lambda rows: rows["plain"].row.update(changes), also=also)


def put_in(role: str, *also: str, **changes: Any) -> Defect:
    """Change columns of another row."""
    return Defect(lambda rows: rows[role].row.update(changes), (role,), also)


def article(text: str, *also: str, cuts: Iterable[tuple[str, str]] = ()) -> Defect:
    """Give the plain row another text, and all that follows from it."""
    return Defect(lambda rows: rows["plain"].row.update(make_row(rows["plain"].row["id"], text, cuts)), also=also)


def moved(role: str, place: str, *rows: str) -> Defect:
    return Defect(lambda family: family.update({role: Placed(family[role].row, place)}), rows or (role,))


def same_id(rows: dict[str, Placed]) -> None:
    rows["other"].row |= {"id": rows["plain"].row["id"], "source_path": rows["plain"].row["source_path"]}


def same_body(rows: dict[str, Placed]) -> None:
    body = rows["plain"].row["body"]
    rows["other"].row |= body_of(body) | {"text_sha256": digest(body)}


def swapped(rows: dict[str, Placed]) -> None:
    rows["kept"].row["boilerplate"].reverse()


def far(rows: dict[str, Placed]) -> None:
    rows["kept"].row["boilerplate"][-1]["offset"] = 10_000


def wrong_kept(rows: dict[str, Placed]) -> None:
    rows["copy"].row["duplicate_of"] = rows["plain"].row["id"]


NULLS = {f"{column.name} is never null": put(**{column.name: None}) for column in COLUMNS if not column.nullable} | {
    "body is never null": put("char_count is right", "word_count is right", body=None),
    "char_count is never null": put("char_count is right", char_count=None),
    "word_count is never null": put("word_count is right", word_count=None),
    "duplicate_kind is never null": put(KINDS_OF_GROUP, duplicate_kind=None),
}
"""Defects that the declared Arrow schema alone makes impossible."""

SPOILT_ROWS = {
    "id is never empty": put("id follows from source_path", id=""),
    "title is never empty": put(title=""),
    "body is never empty": article("", "body has a fitting number of words"),
    "language_declared is never empty": put(language_declared=""),
    "duplicate_of is never empty": put_in("copy", "duplicate_of names the kept row of the group", duplicate_of=""),
    "url is never empty": put(url=""),
    "author is never empty": put(author=""),
    "site is never empty": put(site=""),
    "license is never empty": put(license=""),
    "metadata is never empty": put(metadata=""),
    "source_path is never empty": put("id follows from source_path", source_path=""),
    "encoding is never empty": put(encoding=""),
    "boilerplate_flags holds known values only": article("One two.\n\nThree", cuts=[("Three", "zebra")]),
    "duplicate_kind is a known value": put_in("copy", duplicate_kind="twin"),
    "language fits its pattern": put(language="English"),
    "duplicate_group fits its pattern": put(duplicate_group="group"),
    "published fits its pattern": put(published="yesterday"),
    "source_sha256 fits its pattern": put(source_sha256="abc"),
    "text_sha256 fits its pattern": put(RESTORED, text_sha256="abc"),
    "language_score lies in its range": put(language_score=1.5),
    "duplicate_overlap lies in its range": put_in("copy", duplicate_overlap=-0.25),
    "char_count lies in its range": put("char_count is right", char_count=-1),
    "word_count lies in its range": put("word_count is right", word_count=-1),
    "ids are unique": Defect(same_id, ("plain", "other")),
    "id follows from source_path": put(source_path="other.txt"),
    "split is a known split": moved("plain", "holdout/unique"),
    "char_count is right": put(char_count=3),
    "word_count is right": put(word_count=3),
    "body has a fitting number of words": article("... --- ..."),
    "body has no control characters": article("The bell rang\x07 twice."),
    "body has no white space at its ends": put(**body_of(" One."), text_sha256=digest(" One.")),
    "title is one clean line": put(title="Two\nlines"),
    "title is not too long": put(title="x" * 501),
    "boilerplate_flags are the kinds in boilerplate": put_in("kept", boilerplate_flags=["byline"]),
    "boilerplate offsets never fall": Defect(swapped, ("kept",), (RESTORED,)),
    "boilerplate offsets lie in the body": Defect(far, ("kept",)),
    RESTORED: put(text_sha256=digest("another text")),
    "field_sources names known sources only": put(field_sources=[{"field": "title", "source": "guess"}]),
    "language_score is null exactly where und": put(language_score=None),
    "copies stand in duplicate files only": moved("plain", "train/duplicate"),
    "duplicate_of is set exactly for copies": put_in("copy", duplicate_of=None),
    "duplicate_overlap is set exactly for copies": put_in("copy", duplicate_overlap=None),
    "duplicate_of names the kept row of the group": Defect(wrong_kept, ("copy",)),
    KINDS_OF_GROUP: put(duplicate_kind="kept"),
    "no group stands in two splits": moved("copy", "validation/duplicate", "kept", "copy"),
    "no two bodies in deduplicated are equal": Defect(same_body, ("plain", "other")),
    "related names other rows of the corpus": put(related=[RELATED | {"id": "gone.txt"}]),
    "shares in related lie between 0 and 1": put(related=[RELATED | {"share_of_other": 1.25}]),
}


def before(rows: dict[str, Placed]) -> None:
    rows["kept"].row["boilerplate"][0]["offset"] = -1


def to_itself(rows: dict[str, Placed]) -> None:
    rows["plain"].row["related"] = [RELATED | {"id": rows["plain"].row["id"]}]


def joined(rows: dict[str, Placed]) -> None:
    rows["other"].row["duplicate_group"] = rows["kept"].row["duplicate_group"]


def copy_of_kept(rows: dict[str, Placed]) -> None:
    rows["kept"].row["duplicate_of"] = rows["kept"].row["id"]


def not_a_key(rows: dict[str, Placed]) -> None:
    rows["plain"].row["id"] += "-7"


SPOILT_OTHERWISE = [
    ("id follows from source_path", Defect(not_a_key)),
    ("body has no control characters", article("The bell\x85 rang.")),
    ("body has no white space at its ends", put(**body_of("One.\n"), text_sha256=digest("One.\n"))),
    ("title is one clean line", put(title="A bell\x7f")),
    ("title is one clean line", put(title="A bell ")),
    ("language fits its pattern", put(language="e")),
    ("language_score is null exactly where und", put(language="und")),
    ("boilerplate_flags are the kinds in boilerplate", put_in("kept", boilerplate_flags=["share_links", "byline"])),
    ("boilerplate offsets lie in the body", Defect(before, ("kept",), (RESTORED,))),
    ("copies stand in duplicate files only", moved("copy", "train/unique")),
    ("duplicate_of is set exactly for copies", Defect(copy_of_kept, ("kept",))),
    ("duplicate_overlap is set exactly for copies", put(duplicate_overlap=0.5)),
    (KINDS_OF_GROUP, Defect(joined, ("kept", "copy", "other"))),
    ("related names other rows of the corpus", Defect(to_itself)),
    ("shares in related lie between 0 and 1", put(related=[RELATED | {"share": -0.25}])),
    ("shares in related lie between 0 and 1", put(related=[RELATED, RELATED | {"share": float("nan")}])),
]
"""Other ways to fail the same checks."""


def one_more_column(planted: Planted) -> None:
    planted.schema = ARTICLE.append(pa.field("extra", pa.string()))


def too_few(planted: Planted) -> None:
    planted.limits = CheckThresholds(min_rows=8)


def untitled(planted: Planted) -> None:
    planted.limits = CheckThresholds(max_missing_titles=0.9)
    for placed in planted.rows.values():
        placed.row |= {"title": None, "field_sources": []}


def unknown_languages(planted: Planted) -> None:
    for placed in planted.rows.values():
        placed.row |= {"language": "und", "language_score": None}


def much_boilerplate(planted: Planted) -> None:
    long = "word " * 800 + "end"
    article(f"{long}\n\nOne.", cuts=[(long, "comments")]).spoil(planted.rows)


def much_other(planted: Planted) -> None:
    article("One.\n\nStrange stuff", cuts=[("Strange stuff", "other")]).spoil(planted.rows)


SPOILT_CORPORA: dict[str, Callable[[Planted], None]] = {
    SCHEMA: one_more_column,
    "the corpus has enough rows": too_few,
    "share of missing titles": untitled,
    "share of undetermined languages": unknown_languages,
    "share of boilerplate in the corpus": much_boilerplate,
    "share of kind other in the boilerplate": much_other,
}


Defects = Iterable[tuple[str, Defect]]


def run_together(defects: Defects, planted: Planted, build: Path) -> tuple[CheckReport, dict[str, list[Row]]]:
    """Plant each defect in a family of its own in one release; gives the rows that must fail each check."""
    failing: dict[str, list[Row]] = {}
    for number, (name, defect) in enumerate(defects):
        rows = family(f"d{number:02}/")
        defect.spoil(rows)
        planted.rows |= {f"{number} {role}": placed for role, placed in rows.items()}
        for check in (name, *defect.also):
            failing.setdefault(check, []).extend(rows[role].row for role in defect.rows)
    return planted.check(build), failing


@pytest.fixture(scope="module")
def spoilt_rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[CheckReport, dict[str, list[Row]]]:
    return run_together([*SPOILT_ROWS.items(), *SPOILT_OTHERWISE], sound(), tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def nulls(tmp_path_factory: pytest.TempPathFactory) -> tuple[CheckReport, dict[str, list[Row]]]:
    planted = dataclasses.replace(sound(), schema=pa.schema([field.with_nullable(True) for field in ARTICLE]))
    report, failing = run_together(NULLS.items(), planted, tmp_path_factory.mktemp("nulls"))
    return report, failing | {SCHEMA: [placed.row for placed in planted.rows.values()]}


def assert_fails(report: CheckReport, check: str, rows: list[Row]) -> None:
    """The check fails in these rows and in no other."""
    outcome = next(outcome for outcome in report.outcomes if outcome.check == check)
    assert not outcome.passed
    assert outcome.error is None
    assert outcome.failed_rows == len(rows)
    assert outcome.sample == tuple(sorted({row["id"] for row in rows if row["id"] is not None})[:SAMPLE])


def red(report: CheckReport) -> set[str]:
    return {outcome.check for outcome in report.outcomes if not outcome.passed}


def suite_file(folder: Path, *expectations: dict[str, Any], name: str = "mine.json") -> Path:
    path = folder / name
    path.write_text(json.dumps({"name": "mine", "expectations": list(expectations)}, indent=1), "utf-8")
    return path


def expect(kind: str, **kwargs: Any) -> dict[str, Any]:
    return {"type": f"expect_{kind}", "kwargs": kwargs}


def test_a_sound_build_passes(tmp_path: Path) -> None:
    report = sound().check(tmp_path)
    assert red(report) == set()
    assert report.passed
    assert report.expected == report.evaluated == len(report.outcomes) == len(NAMES)
    assert summary_lines(report) == [f"all {len(NAMES)} data checks passed"]


@pytest.mark.parametrize("name", SPOILT_ROWS)
def test_a_spoilt_row_fails_its_check(name: str, spoilt_rows: tuple[CheckReport, dict[str, list[Row]]]) -> None:
    report, failing = spoilt_rows
    assert_fails(report, name, failing[name])


@pytest.mark.parametrize("name", NULLS)
def test_a_null_fails_its_check(name: str, nulls: tuple[CheckReport, dict[str, list[Row]]]) -> None:
    report, failing = nulls
    assert_fails(report, name, failing[name])


def test_spoilt_rows_fail_no_other_check(
    spoilt_rows: tuple[CheckReport, dict[str, list[Row]]], nulls: tuple[CheckReport, dict[str, list[Row]]]
) -> None:
    for report, failing in (spoilt_rows, nulls):
        assert red(report) == set(failing)
    assert_fails(nulls[0], SCHEMA, nulls[1][SCHEMA])


@pytest.mark.parametrize("name", SPOILT_CORPORA)
def test_a_spoilt_corpus_fails_its_check_alone(name: str, tmp_path: Path) -> None:
    planted = sound()
    SPOILT_CORPORA[name](planted)
    report = planted.check(tmp_path)
    assert red(report) == {name}
    assert not report.passed


def test_every_expectation_has_a_defect_and_a_remedy() -> None:
    assert sorted(NAMES) == sorted([*NULLS, *SPOILT_ROWS, *SPOILT_CORPORA])
    assert len(NAMES) == len(set(NAMES)) >= 25
    assert all(entry["notes"] for entry in standard_suite()["expectations"])


def remedies() -> list[str]:
    """The words of every remedy: those of the standard suite, and every string of a `remedy` in the source."""
    found = [str(entry["notes"]) for entry in standard_suite()["expectations"]]
    for path in (ROOT / "corpus").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            given = (isinstance(node, ast.keyword) and node.arg == "remedy") or (
                isinstance(node, ast.Assign) and any("remedy" in ast.unparse(target) for target in node.targets)
            )
            strings = ast.walk(node.value) if given and isinstance(node, ast.keyword | ast.Assign) else ()
            found += [item.value for item in strings if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return found


def misguided(remedy: str) -> list[str]:
    """What a remedy names that does not exist: tables, settings, commands, options and files."""
    tables = {f"[{name}]" for name in SECTIONS} | {"[tool.corpus]"}
    tables |= {f"[{extra}]" for extra in metadata("corpus-packager").get_all("Provides-Extra") or ()}
    known = {field.name for options in (TopOptions, *SECTIONS.values()) for field in dataclasses.fields(options)}
    files = {*PROJECT_FILES, CARD, CHECKS, CROISSANT, MANIFEST, REJECTED}
    options = {name for command in cli.commands.values() for item in command.params for name in item.opts}
    options.add("--help")
    words = re.findall(r"(?<!: )\[[a-z.]+\]", remedy)
    wrong = [word for word in words if word not in tables]
    wrong += [name for name in re.findall(r"\b(?:min|max)_\w+", remedy) if name not in known]
    wrong += [name for name in re.findall(r"(?:`corpus|run corpus) ([a-z]+)", remedy) if name not in cli.commands]
    wrong += [name for name in re.findall(r"(?<![\w-])--[a-z][a-z-]*", remedy) if name not in options]
    wrong += [name for name in re.findall(r"[\w/]+\.(?:html|jsonl?|toml|md|csv)\b", remedy) if name not in files]
    for setting, table in re.findall(r"`(\w+)` under \[(\w+)\]", remedy):
        wrong += [setting] * (setting not in {item.name for item in dataclasses.fields(SECTIONS[table])})
    return wrong + ["sidecar"] * ("sidecar" in remedy)


def test_a_remedy_names_only_what_there_is() -> None:
    found = {remedy: wrong for remedy in remedies() if (wrong := misguided(remedy))}
    assert found == {}
    assert len(remedies()) > 100


@pytest.mark.parametrize(
    ("remedy", "wrong"),
    [
        ("Leave these out in [input].", ["[input]"]),
        ("Look in report.html.", ["report.html"]),
        ("Raise max_undd under [checks].", ["max_undd"]),
        ("Run `corpus chekc` with --jbos.", ["chekc", "--jbos"]),
        ("By `exclud` under [inputs].", ["exclud"]),
        ("Give titles in sidecars.", ["sidecar"]),
        ("By `exclude` under [inputs], or lower max_und in corpus.toml; run corpus check --project.", []),
    ],
)
def test_a_false_remedy_would_be_seen(remedy: str, wrong: list[str]) -> None:
    assert misguided(remedy) == wrong


def test_the_standard_suite_is_the_generated_one() -> None:
    remedy = "run: python -m corpus.release.suite"
    assert STANDARD.read_text("utf-8") == suite_text(standard_suite()), remedy


def test_the_standard_suite_has_the_shape_of_the_library() -> None:
    import great_expectations as gx

    suite = gx.ExpectationSuite(**json.loads(STANDARD.read_text("utf-8")))
    loaded: dict[str, Any] = dict(suite.to_json_dict())
    assert loaded.pop("id") is None
    assert loaded["meta"].pop("great_expectations_version")
    assert loaded == standard_suite()


def test_every_promise_of_a_column_is_checked() -> None:
    checked = {(entry["type"], entry["kwargs"].get("column")) for entry in standard_suite()["expectations"]}
    for column in COLUMNS:
        assert column.nullable or ("expect_column_values_to_not_be_null", stand_in(column)) in checked
        assert not column.pattern or ("expect_column_values_to_match_regex", column.name) in checked
        assert column.maximum is None or ("expect_column_values_to_be_between", column.name) in checked


@pytest.mark.parametrize(
    ("expectation", "found", "remedy"),
    [
        (
            expect("column_values_to_be_uniqe", column="id"),
            "uniqe",
            "did you mean 'expect_column_values_to_be_unique'?",
        ),
        (expect("column_values_to_be_unique", column="titel"), "'titel'", "did you mean 'title'?"),
        (expect("compound_columns_to_be_unique", column_list=["id", "sit"]), "'sit'", "did you mean 'site'?"),
        (expect("column_values_to_be_unique", column="id") | {"kwarg": {}}, "'kwarg'", "did you mean 'kwargs'?"),
        (
            expect("table_row_count_to_be_between", min_value={"$PARAMETER": "min_row"}),
            "'min_row'",
            "did you mean 'min_rows'?",
        ),
        (
            expect("table_row_count_to_be_between", minimum=3),
            "minimum extra fields not permitted",
            "correct its arguments; Great Expectations documents them",
        ),
        ({"kwargs": {}}, '{"kwargs": {}}', 'add a "type"'),
        ({"type": "expect_table_row_count_to_equal", "kwargs": 3}, '"kwargs": 3', "write {...}"),
    ],
)
def test_a_suite_that_cannot_be_run_is_refused(
    expectation: dict[str, Any], found: str, remedy: str, tmp_path: Path
) -> None:
    good = expect("column_values_to_be_unique", column="id")
    path = suite_file(tmp_path, good, expectation)
    with pytest.raises(ConfigError) as caught:
        sound().check(tmp_path, path)
    assert found in caught.value.found
    assert remedy == caught.value.remedy
    assert "mine.json" in caught.value.where


def test_the_line_of_a_misspelt_name_is_given(tmp_path: Path) -> None:
    path = suite_file(tmp_path, expect("column_values_to_be_unique", column="titel"))
    line = path.read_text("utf-8").splitlines().index('    "column": "titel"') + 1
    with pytest.raises(ConfigError, match=f"mine.json:{line}"):
        sound().check(tmp_path, path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"expectations": []}', "no expectations"),
        ("{}", "no expectations"),
        ("[]", "no expectations"),
        ('{\n"expectations": [\n,]}', "mine.json:3"),
        (None, "cannot be read"),
    ],
)
def test_a_suite_file_that_checks_nothing_is_refused(text: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=message):
        sound().check(tmp_path, STANDARD, path)


def test_no_suite_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no suite"):
        run_checks(sound().write(tmp_path), [], CheckThresholds())


def test_a_suite_of_the_maintainer_is_run_and_counted(tmp_path: Path) -> None:
    named = expect("column_values_to_be_in_set", column="site", value_set=["a.example"]) | {
        "meta": {"name": "our own site"},
        "notes": "Take it out.",
    }
    unnamed = expect("column_mean_to_be_between", column="undetermined", max_value={"$PARAMETER": "max_und"})
    path = suite_file(tmp_path, named, unnamed, unnamed)
    planted = sound()
    planted.rows["plain"].row["site"] = "a.example"
    planted.rows["last"].row["site"] = "b.example"
    report = planted.check(tmp_path, STANDARD, path)
    assert report.expected == report.evaluated == len(NAMES) + 3
    assert red(report) == {"our own site"}
    mine = [outcome for outcome in report.outcomes if outcome.suite == "mine.json"]
    assert [outcome.check for outcome in mine] == ["our own site", *["undetermined: column mean to be between"] * 2]
    assert mine[1].limit == "at most 0.2"
    assert summary_lines(report) == [
        "failed: our own site (mine.json)",
        '  limit:  "a.example"',
        '  found:  1 of 7 rows: "b.example"',
        "  rows:   last.txt",
        "  do:     Take it out.",
        f"1 of {len(NAMES) + 3} data checks failed",
    ]


def test_a_check_that_crashes_fails_alone(tmp_path: Path) -> None:
    path = suite_file(
        tmp_path,
        expect("column_values_to_match_regex", column="id", regex="("),
        expect("column_values_to_be_unique", column="id"),
    )
    report = sound().check(tmp_path, path)
    crashed, fine = report.outcomes
    assert crashed.error is not None
    assert not crashed.passed
    assert fine.passed
    assert (report.passed, report.expected, report.evaluated) == (False, 2, 1)
    assert summary_lines(report)[-1] == "1 of 2 data checks failed, 1 of them crashed"
    assert f"  error:  {crashed.error}" in summary_lines(report)


TWO = (expect("column_values_to_be_unique", column="id"), expect("column_to_exist", column="id"))


def crash(self: Batch, *arguments: Any, **options: Any) -> None:
    raise RuntimeError(f"all is lost at {object()!r}")


def test_a_crash_of_the_whole_run_hides_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = sound()
    same_id(planted.rows)
    path = suite_file(tmp_path, *TWO)
    together = planted.check(tmp_path, path)
    monkeypatch.setattr(Batch, "_validate_expectation_suite", crash)
    assert planted.check(tmp_path, path) == together
    assert [outcome.passed for outcome in together.outcomes] == [False, True]


def test_a_crash_is_told_in_the_same_words_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Batch, "_validate_expectation_suite", crash)
    monkeypatch.setattr(Batch, "_validate_expectation", crash)
    report = run_checks(sound().write(tmp_path), [suite_file(tmp_path, *TWO)], CheckThresholds())
    told = "RuntimeError: all is lost at <object object at 0x...>"
    assert [outcome.error for outcome in report.outcomes] == [told, told]


def test_an_expectation_without_a_result_has_not_passed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Batch._validate_expectation_suite

    def forgetful(self: Batch, *arguments: Any, **options: Any) -> Any:
        results = whole(self, *arguments, **options)
        results.results = [result for result in results.results if "unique" not in str(result.expectation_config)]
        return results

    monkeypatch.setattr(Batch, "_validate_expectation_suite", forgetful)
    report = run_checks(sound().write(tmp_path), [suite_file(tmp_path, *TWO)], CheckThresholds())
    assert (report.passed, report.expected, report.evaluated) == (False, 2, 1)
    assert [outcome.error for outcome in report.outcomes] == ["it was not evaluated", None]


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"max_missing_titles": 0.1}, "share of missing titles"),
        ({"max_und": 0.1}, "share of undetermined languages"),
        ({"max_boilerplate": 0.01}, "share of boilerplate in the corpus"),
        ({"max_body_words": 5}, "body has a fitting number of words"),
        ({"min_body_words": 2}, "body has a fitting number of words"),
        ({"max_title_chars": 3}, "title is not too long"),
    ],
)
def test_thresholds_are_respected(limits: dict[str, Any], name: str, tmp_path: Path) -> None:
    planted = sound()
    planted.limits = CheckThresholds(**limits)
    report = planted.check(tmp_path)
    assert red(report) == {name}
    assert checks_document(report)["thresholds"] == dataclasses.asdict(planted.limits)


def test_generous_thresholds_let_pass_what_the_defaults_refuse(tmp_path: Path) -> None:
    planted = sound()
    untitled(planted)
    unknown_languages(planted)
    planted.limits = CheckThresholds(max_missing_titles=1, max_und=1)
    assert planted.check(tmp_path).passed


@pytest.mark.parametrize(
    "limits",
    [{"max_und": 1.1}, {"max_other": -0.1}, {"max_boilerplate": float("nan")}, {"min_rows": -1}, {"max_body_words": 0}],
)
def test_thresholds_without_sense_are_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(limits))):
        CheckThresholds(**limits)


def test_failed_rows_are_sampled_in_the_order_of_their_ids(tmp_path: Path) -> None:
    planted = sound()
    for number in reversed(range(30)):
        row = make_row(f"x{number:02}.txt", f"Report number {number}.", encoding="")
        planted.rows[row["id"]] = Placed(row)
    report = planted.check(tmp_path)
    outcome = next(outcome for outcome in report.outcomes if not outcome.passed)
    assert outcome.failed_rows == 30
    assert outcome.sample == tuple(f"x{number:02}.txt" for number in range(20))
    assert "  rows:   x00.txt, x01.txt, x02.txt, x03.txt, x04.txt and 25 more" in summary_lines(report)


def test_nothing_from_a_row_reaches_the_terminal_raw(tmp_path: Path) -> None:
    planted = sound()
    name = "a\x1b[2Jb\u202e\n.txt"
    row = make_row(name, "One two three.", language="\x1b]0;x\x07")
    planted.rows[name] = Placed(row)
    lines = summary_lines(planted.check(tmp_path))
    assert "  rows:   a\\x1b[2Jb\\u202e\\n.txt" in lines
    assert all(line.isprintable() for line in lines)


PROBE = """
import json, sys
from pathlib import Path
from corpus.release.checks import CheckThresholds, checks_document, run_checks
seen = []
def watch(event, arguments):
    sent = event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg")
    wrote = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    compiled = "kernels-" in str(arguments)
    if sent or (wrote or event in ("os.mkdir", "subprocess.Popen")) and not compiled:
        seen.append((event, str(arguments)))
sys.addaudithook(watch)
report = run_checks(Path(sys.argv[1]), [Path(path) for path in sys.argv[2:]], CheckThresholds())
assert not seen, seen
print(json.dumps(checks_document(report), sort_keys=True))
"""


def test_two_processes_agree_and_are_silent(tmp_path: Path) -> None:
    """Equal to the byte whatever the hash seed; nothing sent or printed, and only machine code written."""
    planted = sound()
    swapped(planted.rows)
    planted.rows["plain"].row["language"] = "English"
    build = planted.write(tmp_path / "build")
    crash = suite_file(tmp_path, expect("column_values_to_be_between", column="id", min_value=3))
    home = tmp_path / "home"
    home.mkdir()
    running = []
    for seed in ("0", "4242"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "HOME": str(home), "PYTHONPATH": str(ROOT)}
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", "TZ": "Asia/Tokyo" if seed == "0" else "UTC"}
        command = [sys.executable, "-c", PROBE, str(build), str(STANDARD), str(crash)]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        running.append(subprocess.Popen(command, cwd=home, env=environment, **pipes))
    (first, first_noise), (second, second_noise) = [process.communicate(timeout=120) for process in running]
    assert (first_noise, second_noise) == ("", "")
    assert first == second
    assert json.loads(first) == checks_document(planted.check(tmp_path / "again", STANDARD, crash))
    assert list(home.iterdir()) == []


def test_the_library_is_kept_from_the_log_and_lets_go_of_the_rows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    frame = check_frame(sound().write(tmp_path))
    held = weakref.ref(frame)
    path = suite_file(tmp_path, expect("column_values_to_be_between", column="id", min_value=3))
    with caplog.at_level(logging.DEBUG):
        assert evaluate(frame, [read_suite(path)], {})[0][0].error is not None
    assert [record for record in caplog.records if record.name.startswith("great_expectations")] == []
    assert logging.getLogger("great_expectations").propagate
    del frame
    gc.collect()
    assert held() is None


def test_checks_json_says_everything_in_order(tmp_path: Path) -> None:
    planted = sound()
    wrong_kept(planted.rows)
    document = checks_document(planted.check(tmp_path))
    keys = [(outcome["suite"], outcome["check"]) for outcome in document["outcomes"]]
    assert keys == sorted(keys)
    failed = [outcome for outcome in document["outcomes"] if not outcome["passed"]]
    assert [(outcome["sample"], outcome["limit"], outcome["found"]) for outcome in failed] == [
        (["copy.txt"], "true", "1 of 7 rows")
    ]
    assert (document["passed"], document["expected"], document["evaluated"]) == (False, len(NAMES), len(NAMES))


def test_the_frame_holds_scalars_only_and_every_named_column(tmp_path: Path) -> None:
    frame = check_frame(sound().write(tmp_path))
    assert tuple(frame.columns) == FRAME_COLUMNS
    assert list(frame["id"]) == sorted(placed.row["id"] for placed in sound().rows.values())
    assert "burned down" not in frame.to_csv()


def test_the_frame_does_not_depend_on_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = sound()
    swapped(planted.rows)
    planted.rows["plain"].row["related"] = [RELATED, RELATED | {"id": "gone.txt"}]
    whole = check_frame(planted.write(tmp_path))
    monkeypatch.setattr(part_module, "BATCH_ROWS", 1)
    pd.testing.assert_frame_equal(check_frame(tmp_path), whole)
    assert whole.loc[~whole["related_ids_known"], "id"].tolist() == ["plain.txt"]
    assert whole.loc[~whole["offsets_ordered"], "id"].tolist() == ["kept.txt"]


def test_a_missing_or_mistyped_column_is_reported_not_raised(tmp_path: Path) -> None:
    planted = sound()
    schema = planted.schema.remove(planted.schema.get_field_index("encoding"))
    index = schema.get_field_index("related")
    planted.schema = schema.set(index, pa.field("related", pa.bool_()))
    for placed in planted.rows.values():
        placed.row["related"] = True
    expected = {SCHEMA, "encoding is never null", "related is never null"}
    assert red(planted.check(tmp_path)) == expected


def test_a_build_without_rows_fails(tmp_path: Path) -> None:
    report = run_checks(tmp_path, [STANDARD], CheckThresholds())
    assert "the corpus has enough rows" in red(report)
    assert not report.passed


@pytest.mark.parametrize("whole", [True, False])
def test_a_broken_file_is_named(whole: bool, tmp_path: Path) -> None:
    path = sound().write(tmp_path) / "data" / "train" / "unique-00000-of-00001.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff" * 200 + content[204:] if whole else b"PAR1 no PAR1")
    with pytest.raises(DataError, match="data/train/unique-00000-of-00001"):
        check_frame(tmp_path)


def test_single_rows_alone_have_a_digest_of_their_body(tmp_path: Path) -> None:
    frame = check_frame(sound().write(tmp_path))
    kinds = frame.loc[frame["single_body_sha256"].notna(), "duplicate_kind"]
    assert set(kinds) == set(SINGLE_KINDS)
    assert frame["single_body_sha256"].isna().sum() == 1


LAZY = """
import sys
from pathlib import Path
from corpus.release.checks import CheckThresholds, run_checks
build, standard, drawn = map(Path, sys.argv[1:])
assert run_checks(build, [standard], CheckThresholds()).passed
assert "scipy.stats._stats_py" not in sys.modules
report = run_checks(build, [drawn], CheckThresholds())
assert report.evaluated == 1, report.outcomes[0].error
assert "scipy.stats._stats_py" in sys.modules
"""


def test_what_the_library_seldom_needs_is_loaded_when_it_is_needed(tmp_path: Path) -> None:
    shares = {"values": ["de", "en", "und"], "weights": [0.2, 0.6, 0.2]}
    entropy = expect("column_kl_divergence_to_be_less_than", column="language", partition_object=shares, threshold=1)
    drawn = suite_file(tmp_path, entropy)
    command = [sys.executable, "-c", LAZY, str(sound().write(tmp_path / "build")), str(STANDARD), str(drawn)]
    found = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")


ASKED = (
    ("column_values_to_be_in_set", {"column": "language", "value_set": ["en", "de", "und"]}),
    ("column_values_to_be_in_set", {"column": "language", "value_set": ["en"], "mostly": 0.5}),
    ("column_values_to_be_in_set", {"column": "language", "value_set": []}),
    ("column_values_to_be_in_set", {"column": "char_count", "value_set": [1, 2.5]}),
    ("column_values_to_be_in_set", {"column": "restore_ok", "value_set": [True, False]}),
    ("column_values_to_be_in_set", {"column": "url", "value_set": ["https://a.example"], "mostly": 0.9}),
    ("column_values_to_be_between", {"column": "language_score", "min_value": 0, "max_value": 1}),
    ("column_values_to_be_between", {"column": "language_score", "min_value": 0.999, "strict_min": True}),
    ("column_values_to_be_between", {"column": "word_count", "min_value": 1}),
    ("column_values_to_be_between", {"column": "word_count", "min_value": 3, "mostly": 0.7}),
    ("column_values_to_be_between", {"column": "group_rows", "min_value": 1, "max_value": 2}),
    ("column_values_to_be_between", {"column": "duplicate_overlap", "max_value": 0.875}),
    ("column_value_lengths_to_be_between", {"column": "title", "min_value": 1, "max_value": 40}),
    ("column_value_lengths_to_be_between", {"column": "author", "min_value": 3}),
    ("column_values_to_match_regex", {"column": "language", "regex": "^[a-z]{2,3}$"}),
    ("column_values_to_match_regex", {"column": "language", "regex": "n|d"}),
    ("column_values_to_match_regex", {"column": "published", "regex": "^[0-9]{4}"}),
    ("column_values_to_be_null", {"column": "license"}),
    ("column_values_to_not_be_null", {"column": "title", "mostly": 0.5}),
    ("column_values_to_not_be_null", {"column": "id"}),
    ("column_values_to_be_unique", {"column": "title"}),
    ("column_values_to_be_unique", {"column": "encoding"}),
    ("column_pair_values_to_be_equal", {"column_A": "char_count", "column_B": "body_chars"}),
    ("column_pair_values_to_be_equal", {"column_A": "group_rows", "column_B": "group_splits"}),
    ("column_pair_values_to_be_equal", {"column_A": "id", "column_B": "source_path"}),
    ("column_mean_to_be_between", {"column": "word_count", "min_value": 1, "max_value": 100}),
    ("column_mean_to_be_between", {"column": "language_score", "max_value": 1}),
    ("column_mean_to_be_between", {"column": "group_rows", "max_value": 1.1}),
    ("column_max_to_be_between", {"column": "word_count", "max_value": 9.5}),
    ("column_max_to_be_between", {"column": "corpus_other_share", "min_value": 0, "max_value": 0.5}),
    ("column_max_to_be_between", {"column": "language_score", "max_value": 1}),
    ("column_min_to_be_between", {"column": "word_count", "min_value": 1}),
    ("column_median_to_be_between", {"column": "word_count", "min_value": 1}),
    ("table_row_count_to_be_between", {"min_value": 7, "max_value": 7}),
    ("table_row_count_to_be_between", {"max_value": 6}),
)
"""Expectations of all kinds that are counted, and some that are not, which hold, fail, or hold for most rows."""


@pytest.mark.parametrize("number", range(len(ASKED)))
def test_what_is_counted_is_what_great_expectations_says(number: int, tmp_path: Path) -> None:
    """`Planted.check` compares the two."""
    kind, arguments = ASKED[number]
    sound().check(tmp_path, suite_file(tmp_path, expect(kind, **arguments)))


COUNTING = """
import sys
from pathlib import Path
from corpus.config import load_config
from corpus.engines.local import LocalEngine
from corpus.pipeline import build_dataset
raw, out = map(Path, sys.argv[1:])
assert build_dataset(load_config(raw), LocalEngine(), out).checks.passed
print("great_expectations" in sys.modules)
"""


def test_a_sound_build_is_counted_without_the_library(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("The harbour was closed on Monday, said the mayor.", encoding="utf-8")
    command = [sys.executable, "-c", COUNTING, str(tmp_path / "raw"), str(tmp_path / "build")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    found = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert found.stdout.split() == ["False"]
