"""Every data check is shown to fail on a planted defect, and to pass on a sound build."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.errors import ConfigError, DataError
from corpus.model import CheckReport
from corpus.release import frame as frame_module
from corpus.release.checks import CheckThresholds, checks_document, run_checks, summary_lines
from corpus.release.frame import FRAME_COLUMNS, check_frame, stand_in
from corpus.release.suite import standard_suite, suite_text
from corpus.schema import ARTICLE, COLUMNS, SINGLE_KINDS
from corpus.transforms.sketch import word_counts
from corpus.transforms.stretches import Label, cut

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
    row |= {"boilerplate": [dataclasses.asdict(stretch) for stretch in stretches], "text_sha256": digest(text)}
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
class Planted:
    """A small release that is about to be written: rows by name, where each stands, and what is wrong with it."""

    rows: dict[str, Row]
    place: dict[str, str]
    schema: pa.Schema = ARTICLE
    limits: CheckThresholds = dataclasses.field(default_factory=CheckThresholds)

    def write(self, build: Path) -> Path:
        for folder in sorted(set(self.place.values())):
            rows = [row for name, row in self.rows.items() if self.place[name] == folder]
            path = build / "data" / f"{folder}-00000-of-00001.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(rows, schema=self.schema), path)
        return build

    def check(self, build: Path, *suites: Path) -> CheckReport:
        return run_checks(self.write(build), suites or (STANDARD,), self.limits)


def sound() -> Planted:
    """Single, kept and copied rows, a record of a container, two splits, relations, and boilerplate in two places."""
    rows = [
        make_row("plain.txt", "The harbour of Elm was closed on Monday.\n\nBoats stayed out.", url="https://a.example"),
        make_row(
            "kept.txt", "By A. Bee\n\nThe mill burned.\n\nTweet", [("By A. Bee", "byline"), ("Tweet", "share_links")]
        ),
        make_row("copy.txt", "The mill burned in Elm.", title=None, field_sources=[]),
        make_row("box.jsonl#7", "Zürich hat eine neue Brücke gebaut.", language="de", metadata='{"page":3}'),
        make_row("short.txt", "Yes.", language="und", language_score=None, published="2024-05"),
        make_row("last.txt", "Rain fell for nine days, said the mayor.", encoding="windows-1252"),
    ]
    planted = Planted({row["id"]: row for row in rows}, {row["id"]: "train/unique" for row in rows})
    kept, copy = planted.rows["kept.txt"], planted.rows["copy.txt"]
    kept["duplicate_kind"] = "kept"
    copy |= {"duplicate_kind": "near", "duplicate_of": "kept.txt", "duplicate_overlap": 0.875}
    copy["duplicate_group"] = kept["duplicate_group"]
    planted.rows["last.txt"]["related"] = [{"id": "box.jsonl#7", "share": 0.25, "share_of_other": 0.5}]
    planted.place |= {"copy.txt": "train/duplicate", "last.txt": "validation/unique"}
    return planted


@dataclasses.dataclass(frozen=True)
class Defect:
    """What to spoil, and which checks turn red besides the one that it is planted for."""

    spoil: Callable[[Planted], None]
    also: frozenset[str] = frozenset()


def put(name: str, *also: str, **changes: Any) -> Defect:
    """Change columns of one row."""
    return Defect(lambda planted: planted.rows[name].update(changes), frozenset(also))


def null(column: str, *also: str) -> Defect:
    def spoil(planted: Planted) -> None:
        planted.schema = pa.schema([field.with_nullable(True) for field in ARTICLE])
        planted.rows["plain.txt"][column] = None

    return Defect(spoil, frozenset({"files have the columns of the schema", *also}))


def article(text: str, *also: str, cuts: Iterable[tuple[str, str]] = (), **changes: Any) -> Defect:
    """Another text for one row, all its facts in order, but for `changes`."""
    return Defect(
        lambda planted: planted.rows.update({"plain.txt": make_row("plain.txt", text, cuts, **changes)}),
        frozenset(also),
    )


def everywhere(**changes: Any) -> Defect:
    return Defect(lambda planted: [row.update(changes) for row in planted.rows.values()] and None)


def moved(name: str, folder: str) -> Defect:
    return Defect(lambda planted: planted.place.update({name: folder}))


def more_columns(planted: Planted) -> None:
    planted.schema = ARTICLE.append(pa.field("extra", pa.string()))


def same_id(planted: Planted) -> None:
    planted.rows["last.txt"] |= {"id": "plain.txt", "source_path": "plain.txt"}


def same_body(planted: Planted) -> None:
    body = body_of(planted.rows["plain.txt"]["body"])
    planted.rows["last.txt"] |= body | {"text_sha256": digest(body["body"])}


def swapped(planted: Planted) -> None:
    planted.rows["kept.txt"]["boilerplate"].reverse()


def far(planted: Planted) -> None:
    planted.rows["kept.txt"]["boilerplate"][-1]["offset"] = 10_000


def too_few(planted: Planted) -> None:
    planted.limits = CheckThresholds(min_rows=7)


RESTORED = "body and boilerplate give back the source text"
RELATED = {"id": "box.jsonl#7", "share": 0.5, "share_of_other": 0.5}
LONG = "word " * 200 + "end"

DEFECTS: dict[str, Defect] = {
    **{f"{column.name} is never null": null(column.name) for column in COLUMNS if not column.nullable},
    "body is never null": null("body", "char_count is right", "word_count is right"),
    "char_count is never null": null("char_count", "char_count is right"),
    "word_count is never null": null("word_count", "word_count is right"),
    "duplicate_kind is never null": null("duplicate_kind", "every group has one kept row or one unique row"),
    "id is never empty": put("plain.txt", "id follows from source_path", id=""),
    "title is never empty": put("plain.txt", title=""),
    "body is never empty": article("", "body has a fitting number of words"),
    "language_declared is never empty": put("plain.txt", language_declared=""),
    "duplicate_of is never empty": put("copy.txt", "duplicate_of names the kept row of the group", duplicate_of=""),
    "url is never empty": put("plain.txt", url=""),
    "author is never empty": put("plain.txt", author=""),
    "site is never empty": put("plain.txt", site=""),
    "license is never empty": put("plain.txt", license=""),
    "metadata is never empty": put("plain.txt", metadata=""),
    "source_path is never empty": put("plain.txt", "id follows from source_path", source_path=""),
    "encoding is never empty": put("plain.txt", encoding=""),
    "boilerplate_flags holds known values only": article("One two.\n\nThree", cuts=[("Three", "zebra")]),
    "duplicate_kind is a known value": put("copy.txt", duplicate_kind="twin"),
    "language fits its pattern": put("plain.txt", language="English"),
    "duplicate_group fits its pattern": put("plain.txt", duplicate_group="group"),
    "published fits its pattern": put("plain.txt", published="yesterday"),
    "source_sha256 fits its pattern": put("plain.txt", source_sha256="abc"),
    "text_sha256 fits its pattern": put("plain.txt", RESTORED, text_sha256="abc"),
    "language_score lies in its range": put("plain.txt", language_score=1.5),
    "duplicate_overlap lies in its range": put("copy.txt", duplicate_overlap=-0.25),
    "char_count lies in its range": put("plain.txt", "char_count is right", char_count=-1),
    "word_count lies in its range": put("plain.txt", "word_count is right", word_count=-1),
    "ids are unique": Defect(same_id),
    "id follows from source_path": put("plain.txt", source_path="other.txt"),
    "files have the columns of the schema": Defect(more_columns),
    "split is a known split": moved("last.txt", "holdout/unique"),
    "char_count is right": put("plain.txt", char_count=3),
    "word_count is right": put("plain.txt", word_count=3),
    "body has a fitting number of words": article("... --- ..."),
    "body has no control characters": article("The bell rang\x07 twice."),
    "body has no white space at its ends": put("plain.txt", **body_of(" One two."), text_sha256=digest(" One two.")),
    "title is one clean line": put("plain.txt", title="Two\nlines"),
    "title is not too long": put("plain.txt", title="x" * 501),
    "boilerplate_flags are the kinds in boilerplate": put("kept.txt", boilerplate_flags=["byline"]),
    "boilerplate offsets never fall": Defect(swapped, frozenset({RESTORED})),
    "boilerplate offsets lie in the body": Defect(far),
    RESTORED: put("plain.txt", text_sha256=digest("another text")),
    "field_sources names known sources only": put("plain.txt", field_sources=[{"field": "title", "source": "guess"}]),
    "language_score is null exactly where und": put("plain.txt", language_score=None),
    "copies stand in duplicate files only": moved("plain.txt", "train/duplicate"),
    "duplicate_of is set exactly for copies": put("copy.txt", duplicate_of=None),
    "duplicate_overlap is set exactly for copies": put("copy.txt", duplicate_overlap=None),
    "duplicate_of names the kept row of the group": put("copy.txt", duplicate_of="plain.txt"),
    "every group has one kept row or one unique row": put("plain.txt", duplicate_kind="kept"),
    "no group stands in two splits": moved("copy.txt", "validation/duplicate"),
    "no two bodies in deduplicated are equal": Defect(same_body),
    "related names other rows of the corpus": put("plain.txt", related=[RELATED | {"id": "gone.txt"}]),
    "shares in related lie between 0 and 1": put("plain.txt", related=[RELATED | {"share_of_other": 1.25}]),
    "the corpus has enough rows": Defect(too_few),
    "share of missing titles": everywhere(title=None),
    "share of undetermined languages": everywhere(language="und", language_score=None),
    "share of boilerplate in the corpus": article(f"{LONG * 4}\n\nOne.", cuts=[(LONG * 4, "comments")]),
    "share of kind other in the boilerplate": article("One.\n\nStrange stuff", cuts=[("Strange stuff", "other")]),
}


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


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_found(name: str, tmp_path: Path) -> None:
    planted = sound()
    DEFECTS[name].spoil(planted)
    report = planted.check(tmp_path)
    assert red(report) == {name, *DEFECTS[name].also}
    assert not report.passed
    assert [outcome.error for outcome in report.outcomes if outcome.error] == []


def test_every_expectation_has_a_defect_and_a_remedy() -> None:
    assert sorted(NAMES) == sorted(DEFECTS)
    assert len(NAMES) == len(set(NAMES)) >= 25
    assert all(entry["notes"] for entry in standard_suite()["expectations"])


def test_the_standard_suite_is_the_generated_one() -> None:
    remedy = "run: python -m corpus.release.suite"
    assert STANDARD.read_text("utf-8") == suite_text(standard_suite()), remedy


def test_the_standard_suite_has_the_shape_of_the_library() -> None:
    import great_expectations as gx

    loaded = gx.ExpectationSuite(**json.loads(STANDARD.read_text("utf-8"))).to_json_dict()
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
        (expect("table_row_count_to_be_between", minimum=3), "minimum extra fields not permitted", ""),
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
    planted.rows["last.txt"]["site"] = "b.example"
    report = planted.check(tmp_path, STANDARD, path)
    assert report.expected == report.evaluated == len(NAMES) + 3
    assert red(report) == {"our own site"}
    mine = [outcome for outcome in report.outcomes if outcome.suite == "mine.json"]
    assert [outcome.check for outcome in mine] == ["our own site", *["undetermined: column mean to be between"] * 2]
    assert mine[1].limit == "at most 0.2"
    assert summary_lines(report) == [
        "failed: our own site (mine.json)",
        '  limit:  one of "a.example"',
        '  found:  1 of 6 rows: "b.example"',
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


def test_a_crash_of_the_whole_run_hides_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from great_expectations.datasource.fluent.interfaces import Batch

    whole = Batch._validate_expectation_suite

    def crash(self: Any, *arguments: Any, **options: Any) -> None:
        raise RuntimeError("all is lost at 0x7f00aa")

    monkeypatch.setattr(Batch, "_validate_expectation_suite", crash)
    planted = sound()
    same_id(planted)
    path = suite_file(
        tmp_path, expect("column_values_to_be_unique", column="id"), expect("column_to_exist", column="id")
    )
    alone = planted.check(tmp_path, path)
    monkeypatch.setattr(Batch, "_validate_expectation_suite", whole)
    assert alone == planted.check(tmp_path, path)
    assert [outcome.passed for outcome in alone.outcomes] == [False, True]


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
    DEFECTS["share of missing titles"].spoil(planted)
    DEFECTS["share of undetermined languages"].spoil(planted)
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
        planted.rows[row["id"]], planted.place[row["id"]] = row, "train/unique"
    report = planted.check(tmp_path)
    outcome = next(outcome for outcome in report.outcomes if not outcome.passed)
    assert outcome.failed_rows == 30
    assert outcome.sample == tuple(f"x{number:02}.txt" for number in range(20))
    assert "  rows:   x00.txt, x01.txt, x02.txt, x03.txt, x04.txt and 25 more" in summary_lines(report)


def test_nothing_from_a_row_reaches_the_terminal_raw(tmp_path: Path) -> None:
    planted = sound()
    name = "a\x1b[2Jb\u202e\n.txt"
    row = make_row(name, "One two three.", language="\x1b]0;x\x07")
    planted.rows[name], planted.place[name] = row, "train/unique"
    lines = summary_lines(planted.check(tmp_path))
    assert "  rows:   a\\x1b[2Jb\\u202e\\n.txt" in lines
    assert all(line.isprintable() for line in lines)


PROBE = """
import json, sys
from pathlib import Path
from corpus.release.checks import CheckThresholds, checks_document, run_checks
seen = []
def watch(event, arguments):
    sent = event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname")
    wrote = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if sent or wrote or event in ("os.mkdir", "subprocess.Popen"):
        seen.append((event, str(arguments)))
sys.addaudithook(watch)
report = run_checks(Path(sys.argv[1]), [Path(path) for path in sys.argv[2:]], CheckThresholds())
assert not seen, seen
print(json.dumps(checks_document(report), sort_keys=True))
"""


def test_two_processes_agree_and_are_silent(tmp_path: Path) -> None:
    """Equal to the byte whatever the hash seed; nothing sent, written, or printed beside the document."""
    planted = sound()
    swapped(planted)
    DEFECTS["language fits its pattern"].spoil(planted)
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


def test_checks_json_says_everything_in_order(tmp_path: Path) -> None:
    planted = sound()
    DEFECTS["duplicate_of names the kept row of the group"].spoil(planted)
    document = checks_document(planted.check(tmp_path))
    keys = [(outcome["suite"], outcome["check"]) for outcome in document["outcomes"]]
    assert keys == sorted(keys)
    failed = [outcome for outcome in document["outcomes"] if not outcome["passed"]]
    assert [(outcome["sample"], outcome["limit"], outcome["found"]) for outcome in failed] == [
        (["copy.txt"], "true", "1 of 6 rows")
    ]
    assert (document["passed"], document["expected"], document["evaluated"]) == (False, len(NAMES), len(NAMES))


def test_the_frame_holds_scalars_only_and_every_named_column(tmp_path: Path) -> None:
    frame = check_frame(sound().write(tmp_path))
    assert tuple(frame.columns) == FRAME_COLUMNS
    assert list(frame["id"]) == sorted(sound().rows)
    assert "The mill burned." not in frame.to_csv()


def test_the_frame_does_not_depend_on_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = sound()
    swapped(planted)
    planted.rows["plain.txt"]["related"] = [RELATED, RELATED | {"id": "gone.txt"}]
    whole = check_frame(planted.write(tmp_path))
    monkeypatch.setattr(frame_module, "BATCH_ROWS", 1)
    pd.testing.assert_frame_equal(check_frame(tmp_path), whole)
    assert whole.loc[~whole["related_ids_known"], "id"].tolist() == ["plain.txt"]
    assert whole.loc[~whole["offsets_ordered"], "id"].tolist() == ["kept.txt"]


def test_a_missing_or_mistyped_column_is_reported_not_raised(tmp_path: Path) -> None:
    planted = sound()
    schema = planted.schema.remove(planted.schema.get_field_index("encoding"))
    index = schema.get_field_index("related")
    planted.schema = schema.set(index, pa.field("related", pa.bool_()))
    for row in planted.rows.values():
        row["related"] = True
    expected = {"files have the columns of the schema", "encoding is never null", "related is never null"}
    assert red(planted.check(tmp_path)) == expected


def test_a_build_without_rows_fails(tmp_path: Path) -> None:
    report = run_checks(tmp_path, [STANDARD], CheckThresholds())
    assert "the corpus has enough rows" in red(report)
    assert not report.passed


def test_a_file_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    build = sound().write(tmp_path)
    (build / "data" / "train" / "unique-00001-of-00002.parquet").write_bytes(b"PAR1 no PAR1")
    with pytest.raises(DataError, match="data/train/unique-00001-of-00002.parquet"):
        check_frame(build)


def test_single_rows_alone_have_a_digest_of_their_body(tmp_path: Path) -> None:
    frame = check_frame(sound().write(tmp_path))
    kinds = frame.loc[frame["single_body_sha256"].notna(), "duplicate_kind"]
    assert set(kinds) == set(SINGLE_KINDS)
    assert frame["single_body_sha256"].isna().sum() == 1
