"""The card says what the files hold, loads with `datasets`, and shows foreign text as text."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import mistune
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corpus.config import load_config
from corpus.errors import BugError, ConfigError, DataError
from corpus.io.epoch import date_of_epoch
from corpus.model import CheckReport, Counts
from corpus.project import template_of
from corpus.release.blanks import NOT_STATED, card_blanks
from corpus.release.card import BLANKS, SECTION_BLANKS, check_template, missing_sections, render_card, verify_card
from corpus.release.citation import citation
from corpus.release.croissant import croissant
from corpus.release.example import example_json, example_of
from corpus.release.facts import ALL, CONFIGS, DEDUPLICATED, CardFacts
from corpus.release.frontmatter import front_matter, size_category
from corpus.release.markdown import code, escape, one_line, table
from corpus.release.methods import checks_table, methods, settings_table
from corpus.resources import data_file
from corpus.schema import ARTICLE, COLUMN_NAMES, feature_types
from tests.clients import LEAVE
from tests.conftest import ARTICLE_TEXT, SAMPLE, Release, Run, write_files
from tests.small_release import make_row, rows_of_all_kinds, write_release

TEMPLATE = data_file("dataset_card.md").read_text(encoding="utf-8")

LOADER = """
import json, sys
import datasets
results = []
for folder, config, streaming in json.loads(sys.argv[1]):
    try:
        loaded = datasets.load_dataset(folder, config, streaming=streaming)
        rows = {split: [row for row in data] for split, data in loaded.items()}
        features = next(iter(loaded.values())).features._to_yaml_list()
        results.append({"ids": {split: [row["id"] for row in found] for split, found in rows.items()},
                        "boilerplate": {row["id"]: row["boilerplate"] for found in rows.values() for row in found},
                        "features": features})
    except Exception as error:
        results.append({"error": type(error).__name__})
print(json.dumps(results))
"""

NASTY = (
    "x\n---\nconfigs: []\n# {{ 7*7 }} <script>alert(1)</script> `a` | [b](http://c) ![d](e) **f** {% raw %}"
    + ' & "g"\r\u2028\u202eh'
)


def load(tmp_path: Path, jobs: list[tuple[Path, str | None, bool]]) -> list[dict[str, Any]]:
    """Load folders in a fresh process without a network: the ids by split of each, or the name of the error."""
    environment = {**os.environ, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    arguments = json.dumps([(str(folder), config, streaming) for folder, config, streaming in jobs])
    done = subprocess.run(
        [sys.executable, "-c", LOADER + LEAVE, arguments], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return results


def release(folder: Path) -> tuple[CardFacts, str]:
    """A release with a card, and a split that was asked for but got no row."""
    facts = write_release(folder, {"train": rows_of_all_kinds(), "validation": [], "test": [make_row("t.txt")]})
    card = render_card(TEMPLATE, facts=facts)
    (folder / "README.md").write_text(card, encoding="utf-8", newline="\n")
    return facts, card


@pytest.fixture
def facts(tmp_path: Path) -> CardFacts:
    return release(tmp_path / "release")[0]


def front(card: str) -> dict[str, Any]:
    fields: dict[str, Any] = yaml.safe_load(card.split("---\n")[1])
    return fields


def as_html(markdown: str) -> str:
    return str(mistune.create_markdown(escape=False, plugins=["table", "strikethrough"])(markdown))


def test_a_release_loads_by_default_without_copies_and_as_all_with_them(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    release(folder)
    jobs: list[tuple[Path, str | None, bool]] = [(folder, None, False), (folder, ALL, True), (folder, ALL, False)]
    single, streamed, everything = load(tmp_path, jobs)
    assert single["ids"] == {"train": ["a.txt", "b.txt", "d.txt"], "test": ["t.txt"]}
    assert sorted(streamed["ids"]["train"]) == ["a.txt", "b.txt", "c.txt", "d.txt"]
    assert streamed["ids"] == everything["ids"]
    assert single["features"] == everything["features"] == feature_types()
    assert single["boilerplate"]["a.txt"] == rows_of_all_kinds()[0]["boilerplate"]


def test_numbers_and_file_names_of_the_card_matter(tmp_path: Path) -> None:
    wrong, stray = tmp_path / "wrong", tmp_path / "stray"
    _, card = release(wrong)
    (wrong / "README.md").write_text(card.replace("num_examples: 3\n", "num_examples: 4\n"), encoding="utf-8")
    release(stray)
    part = stray / "data/train/unique-00000-of-00002.parquet"
    for name in ("unique-00000-of-00001.parquet", "test-00000-of-00001.parquet", "unique-00002-of-00002.parquet"):
        (part.parent / name).write_bytes(part.read_bytes())
    failed, loaded = load(tmp_path, [(wrong, None, False), (stray, None, False)])
    assert failed == {"error": "NonMatchingSplitsSizesError"}
    assert loaded["ids"] == {"train": ["a.txt", "b.txt", "d.txt"], "test": ["t.txt"]}


def test_the_block_is_what_datasets_itself_would_write(facts: CardFacts) -> None:
    from datasets import DatasetInfo, Features, SplitDict, SplitInfo
    from datasets.info import DatasetInfosDict
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub import DatasetCardData

    infos, configs = {}, {}
    for config in CONFIGS:
        splits = facts.splits(config)
        infos[config] = DatasetInfo(
            features=Features.from_arrow_schema(ARTICLE),
            splits=SplitDict({s.name: SplitInfo(s.name, s.arrow_bytes, s.rows) for s in splits}),
            download_size=sum(file.size for s in splits for file in s.files),
            dataset_size=sum(s.arrow_bytes for s in splits),
        )
        configs[config] = {"data_files": [{"split": s.name, "path": [f.path for f in s.files]} for s in splits]}
    configs[DEDUPLICATED]["default"] = True  # type: ignore[assignment]
    data = DatasetCardData()
    DatasetInfosDict(infos).to_dataset_card_data(data)
    MetadataConfigs(configs).to_dataset_card_data(data)
    ours = front(front_matter(facts, {}))
    assert {key: ours[key] for key in ("dataset_info", "configs")} == data.to_dict()  # type: ignore[no-untyped-call]
    assert MetadataConfigs.from_dataset_card_data(DatasetCardData(**ours)).get_default_config_name() == DEDUPLICATED


def test_a_split_without_rows_stands_nowhere(facts: CardFacts) -> None:
    card = render_card(TEMPLATE, facts=facts)
    assert [entry["split"] for entry in front(card)["configs"][0]["data_files"]] == ["train", "test"]
    assert "validation" not in card.split("## Fields")[0]


def turn(counts: Counts) -> Counts:
    return dict(reversed(list(counts.items())))


def test_the_same_facts_give_the_same_bytes_whatever_their_order(facts: CardFacts) -> None:
    numbers = facts.statistics
    turned = replace(
        facts,
        files=tuple(reversed(facts.files)),
        statistics=replace(
            numbers,
            languages=turn(numbers.languages),
            encodings=turn(numbers.encodings),
            flags=turn(numbers.flags),
            splits=turn(numbers.splits),
        ),
    )
    assert render_card(TEMPLATE, facts=turned) == render_card(TEMPLATE, facts=facts)


def test_facts_stand_in_the_card(facts: CardFacts) -> None:
    fields, card = front(render_card(TEMPLATE, facts=facts)), render_card(TEMPLATE, facts=facts)
    assert fields["language"] == ["en", "no"]
    assert fields["license"] == "cc-by-4.0"
    assert fields["size_categories"] == ["n<1K"]
    assert fields["pretty_name"] == "Valley News"
    for line in (
        "| `train` | 3 | 4 | 3 |",
        "| `near` | nearly the same text as the kept row | 1 |",
        "| `byline` | 1 | 13 |",
        "| `windows-1252` | 1 |",
        "| `empty` | nothing but white space | 2 |",
        "| asked for by its author | 1 |",
        'articles = load_dataset("org/valley-news", revision="v0.1.0")  # one row per article',
        'everything = load_dataset("org/valley-news", "all", revision="v0.1.0")  # with all copies',
        "Data checks: 2 of 2 passed (`checks.json`).",
    ):
        assert f"\n{line}\n" in card, line
    assert facts.statistics.content_digest in card
    assert all(f"\n| `{name}` | " in card for name in COLUMN_NAMES)


def test_a_failed_check_is_not_told_as_passed(facts: CardFacts) -> None:
    outcome = replace(facts.checks.outcomes[0], passed=False)
    card = render_card("{{ checks }}", facts=replace(facts, checks=replace(facts.checks, outcomes=(outcome,))))
    assert "\n0 of 2 passed\n" in card


def test_without_a_repo_nothing_is_pinned_and_nothing_is_invented(facts: CardFacts) -> None:
    bare = replace(facts, repo=None, license=None, description=None)
    card = render_card(TEMPLATE, facts=bare)
    assert "revision=" not in card.split("## Versions")[0]
    assert "license" not in front(card)
    assert f"Licence of the dataset: {NOT_STATED}" in card


def test_what_only_people_know_is_visibly_missing_and_notes_stay_out(facts: CardFacts) -> None:
    card = render_card(TEMPLATE, facts=facts)
    prompts = TEMPLATE.split("#}", 1)[1].count("{{ not_stated }}")
    assert prompts >= 7
    assert card.count(NOT_STATED) == prompts + 1  # and the description
    assert "{#" not in card
    assert "Who holds the rights" not in card
    mine = render_card(TEMPLATE.replace("{{ not_stated }}", "Written by hand."), facts=facts)
    assert mine.count("Written by hand.") == prompts


@pytest.mark.parametrize("field", ["pretty_name", "name", "description", "version", "license", "tool_version", "repo"])
def test_names_cannot_inject_anything(facts: CardFacts, field: str) -> None:
    changes: Mapping[str, Any] = {field: NASTY}
    plain, card = render_card(TEMPLATE, facts=facts), render_card(TEMPLATE, facts=replace(facts, **changes))
    added = set(front(card)) - set(front(plain))
    assert added <= {"license_name"}
    assert front(card)["configs"] == front(plain)["configs"]
    tags = [re.findall(r"<(\w+)", as_html(text.split("\n---\n", 1)[1])) for text in (plain, card)]
    assert [tag for tag in tags[1] if tag not in ("code", "em")] == [
        tag for tag in tags[0] if tag not in ("code", "em")
    ]
    assert "\u202e" not in card
    assert "49" not in card.replace(facts.settings_digest, "")


def test_counted_names_cannot_inject_anything(facts: CardFacts) -> None:
    numbers = replace(facts.statistics, encodings={NASTY: 3}, languages={NASTY: 4}, flags={NASTY: 5})
    inputs = replace(facts.inputs, excluded={NASTY: 6}, rejected={NASTY: 7}, overrides={NASTY: 8})
    card = render_card(TEMPLATE, facts=replace(facts, statistics=numbers, inputs=inputs))
    body = card.split("\n---\n", 1)[1]
    assert front(card)["language"] == [NASTY]
    assert re.findall(r"<(script|img|a|strong)\b", as_html(body)) == ["a"]  # where to ask for a removal
    for number in range(3, 9):
        assert re.search(rf"^\| \S.* \| {number} \|( 0 \|)?$", body, re.MULTILINE)
    assert as_html(body).count("<tr") == sum(line.startswith("| ") for line in body.splitlines())


@given(st.text(alphabet=st.sampled_from("ab1 \n\t.)-+=:#*_`~<>&\"'[](){}!|\\$@/é中\u2028\u202e"), max_size=40))
def test_escaped_text_shows_itself(text: str) -> None:
    shown = one_line(text)
    for markdown, frame in (
        (escape(text), r"(?:<p>(.*)</p>\s*)?"),
        (code(text), r"<p><code>(.*)</code></p>\s*"),
        (table(["h"], [[escape(text)]]), r".*<td>(.*)</td>.*"),
        (table(["h"], [[code(text)]]), r".*<td><code>(.*)</code></td>.*"),
    ):
        match = re.fullmatch(frame, as_html(markdown), re.DOTALL)
        assert match, (markdown, as_html(markdown))
        assert "<" not in (match[1] or "")
        assert html.unescape(match[1] or "") == shown


def test_an_unknown_blank_is_named_with_its_line_and_the_nearest_known_one(facts: CardFacts) -> None:
    template = "---\ntags:\n- news\n---\n# {{ pretty_name }}\n\nRows: {{ rowz }} {{ whatever }}\n"
    with pytest.raises(ConfigError) as caught:
        render_card(template, facts=facts, where="dataset_card.md")
    error = caught.value
    assert error.what == "unknown blank 'rowz', and 'whatever'"
    assert error.where == "dataset_card.md, line 7"
    assert error.found == "Rows: {{ rowz }} {{ whatever }}"
    assert error.remedy.startswith("did you mean 'rows'?")


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("a\n{{ name", 2),
        ("a\n\n{% for %}", 3),
        ("a\n{{ name.nothing }}", 2),
        ("a\n{{ name.__class__ }}", 2),
        ("a\n{{ lipsum() }}", 2),
        ("a\n{{ name | random }}", 2),
        ("a\n{{ name | nofilter }}", 2),
        ("a\n{{ name + 1 }}", 2),
        ('a\n{% include "/etc/passwd" %}', 2),
        ("a\n{{ rows | attr('format') }}{{ undefined_name }}", 2),
        ("title = {{My Corpus}}", 1),
    ],
)
def test_a_broken_template_is_an_error_with_its_line(facts: CardFacts, template: str, line: int) -> None:
    with pytest.raises(ConfigError) as caught:
        render_card(template, facts=facts)
    assert caught.value.where == f"dataset_card.md, line {line}"
    assert "raw %}" in caught.value.remedy


def test_the_blanks_are_known_before_there_are_facts(facts: CardFacts) -> None:
    assert set(card_blanks(facts)) == BLANKS
    check_template(TEMPLATE)


@pytest.mark.parametrize(
    "template",
    [
        "a\n{{ rwos }}",
        "a\n{% for %}",
        "a\n{{ name | nofilter }}",
        "a\n{{ " + "1" * 5000 + " }}",
        "a\n{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        'a\n{{ "\\ud800" }}',
        "---\nconfigs: []\n---\n",
        "---\ntags: " + "[" * 3000 + "\n---\n",
        "---\ntags: &a [*a]\n---\n",
        "---\nmade: 2024-13-99\n---\n",
    ],
)
def test_what_is_wrong_whatever_the_facts_is_found_without_them(template: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_template(template)
    assert caught.value.where.startswith("dataset_card.md")
    str(caught.value).encode()


@pytest.mark.parametrize(
    "template",
    [
        "{% macro again() %}{{ again() }}{% endmacro %}\n{{ again() }}",
        '{{ "%c" % 55296 }}',
    ],
)
def test_what_only_rendering_shows_is_an_error_of_the_template(facts: CardFacts, template: str) -> None:
    with pytest.raises(ConfigError, match="cannot be rendered"):
        render_card(template, facts=facts)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0"),
        ("cc-by-4.0", "https://spdx.org/licenses/CC-BY-4.0"),
        ("GPL-3.0-or-later", "https://spdx.org/licenses/GPL-3.0-or-later"),
        ("proprietary", "proprietary"),
        ("CC-BY-9.9", "CC-BY-9.9"),
        ("other", "other"),
        ("LicenseRef-Valley", "LicenseRef-Valley"),
    ],
)
def test_only_a_known_licence_is_linked(facts: CardFacts, stated: str, expected: str) -> None:
    assert croissant(replace(facts, license=stated))["license"] == expected


def test_braces_between_raw_are_text(facts: CardFacts) -> None:
    card = render_card("{% raw %}title = {{My {name}}}{% endraw %}\n", facts=facts)
    assert "---\n\ntitle = {{My {name}}}\n" in card


def test_own_metadata_is_merged_behind_ours(facts: CardFacts) -> None:
    template = (
        "\ufeff---\r\ntask_categories: [text-generation]\r\ntags: [news, 2024]\r\nviewer: false\r\n---\r\n# x\r\n"
    )
    fields = front(render_card(template, facts=facts))
    assert fields["tags"] == ["news", "2024"]
    assert fields["task_categories"] == ["text-generation"]
    assert fields["viewer"] is False
    assert "---\n\n# x\n" in render_card(template, facts=facts)


@pytest.mark.parametrize(
    ("block", "found"),
    [
        ("configs: []", "configs"),
        ("tags: [a]\nlanguage: de\nlicense: mit", "language, license"),
        ("pretty_name: {{ name }}", ""),
        ("tags: [a]\ntags: [b]", "stands twice"),
        ("- a", ""),
        ("a: [", ""),
        ("!!python/object/apply:os.system [true]", ""),
    ],
)
def test_metadata_that_clashes_or_is_broken_is_refused(facts: CardFacts, block: str, found: str) -> None:
    with pytest.raises(ConfigError) as caught:
        render_card(f"---\n{block}\n---\n", facts=facts)
    assert found in caught.value.found


def test_a_card_reads_back(facts: CardFacts) -> None:
    fields = verify_card(render_card(TEMPLATE, facts=facts))
    assert fields.default == DEDUPLICATED
    assert fields.num_examples == {ALL: {"train": 4, "test": 1}, DEDUPLICATED: {"train": 3, "test": 1}}
    assert fields.data_files[DEDUPLICATED]["test"] == ("data/test/unique-00000-of-00001.parquet",)
    assert fields.features[ALL] == feature_types()
    assert (fields.language, fields.license) == (("en", "no"), "cc-by-4.0")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("---\n", ""),
        ("  default: true\n", ""),
        ("dtype: timestamp[us, tz=UTC]", "dtype: string"),
        ("config_name: all", "config_name: everything"),
        ("num_examples: 3", "examples: 3"),
        ("pretty_name", "title"),
    ],
)
def test_a_card_that_was_changed_does_not_verify(facts: CardFacts, old: str, new: str) -> None:
    card = render_card(TEMPLATE, facts=facts)
    assert old in card
    with pytest.raises(DataError):
        verify_card(card.replace(old, new))


@pytest.mark.parametrize(
    ("spdx", "expected"),
    [
        ("CC-BY-4.0", {"license": "cc-by-4.0"}),
        ("ODC-By-1.0", {"license": "odc-by"}),
        ("GPL-3.0-only", {"license": "gpl-3.0"}),
        ("GPL-3.0-or-later", {"license": "other", "license_name": "GPL-3.0-or-later"}),
        ("LicenseRef-Valley: all rights", {"license": "other", "license_name": "LicenseRef-Valley: all rights"}),
        ("", {}),
    ],
)
def test_the_hub_is_told_a_licence_that_it_knows(facts: CardFacts, spdx: str, expected: dict[str, str]) -> None:
    fields = front(front_matter(replace(facts, license=spdx), {}))
    assert {key: fields[key] for key in fields if key.startswith("license")} == expected


@pytest.mark.parametrize(
    ("rows", "name"),
    [(1, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**6, "1M<n<10M"), (10**12 - 1, "100B<n<1T"), (10**12, "n>1T")],
)
def test_size_categories(rows: int, name: str) -> None:
    assert size_category(rows) == name


def test_files_and_statistics_must_tell_of_the_same_rows(facts: CardFacts) -> None:
    with pytest.raises(BugError, match="the files hold 3 rows, the statistics say 9"):
        render_card(
            TEMPLATE, facts=replace(facts, statistics=replace(facts.statistics, singles={"train": 9, "test": 1}))
        )


def test_dates_come_from_the_epoch_alone() -> None:
    assert date_of_epoch(None) is None
    assert date_of_epoch("86400") == "1970-01-02"
    with pytest.raises(ConfigError):
        date_of_epoch("yesterday")


def test_rendering_needs_neither_datasets_nor_the_hub_client() -> None:
    check = (
        "import sys, corpus.release.card; sys.exit(bool({'datasets', 'huggingface_hub', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", check], cwd=Path(__file__).parent.parent).returncode == 0


def test_a_card_without_the_blank_still_bears_the_content_digest(facts: CardFacts) -> None:
    card = render_card("# Mine\n\nNothing else.\n", facts=facts)
    assert card.count(facts.statistics.content_digest) == 1


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> CardFacts:
    """The facts about the release of `release`, for tests that draw many examples."""
    return release(tmp_path_factory.mktemp("known"))[0]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every example may write its template."""
    return tmp_path_factory.mktemp("templates")


SECTIONS = (
    *("What it is for", "Load it", "A row", "Fields", "Where the texts come from", "How it was made"),
    *("What was removed, and why", "Known limits", "Checks", "Versions", "Changes since the last version"),
    *("Licence and rights", "Personal data", "How to ask for the removal of a text", "Citation", "Contact"),
)


def test_the_card_of_the_sample_is_filled_from_top_to_bottom(sample: Release) -> None:
    card = (sample.path / "README.md").read_text("utf-8")
    titles = re.findall(r"^##+ (.+)$", card, re.MULTILINE)
    assert [title for title in titles if title in SECTIONS] == list(SECTIONS)
    assert NOT_STATED not in card
    assert not re.search(r"\{[{%#]", card.replace("{{Town Papers}}", ""))
    shown = json.loads(card.split("```json\n")[1].split("```")[0])
    assert shown.keys() == set(COLUMN_NAMES)
    assert shown["source_sha256"] == sample.rows[shown["id"]]["source_sha256"]


def test_the_sample_has_every_section_of_the_template() -> None:
    own = iter((SAMPLE / "dataset_card.md").read_text("utf-8").splitlines())
    assert [line for line in TEMPLATE.splitlines() if line != "{{ not_stated }}" and line not in own] == []


def test_the_row_shown_is_one_that_fills_many_columns(tmp_path: Path) -> None:
    facts = write_release(tmp_path, {"test": [make_row("0.txt")], "train": list(reversed(rows_of_all_kinds()))})
    row = example_of(tmp_path, facts.files)
    assert row["id"] == "d.txt"  # of the first file
    facts = write_release(tmp_path / "more", {"train": rows_of_all_kinds()})
    row = example_of(tmp_path / "more", facts.files)
    assert row == rows_of_all_kinds()[0]


HOSTILE = st.text(alphabet=st.sampled_from("a1 \n\r\t`~-<>&\"'[](){}!|\\#%$@:/.\u2028\u202e\u00ad\x85é中"), max_size=60)


@given(HOSTILE, HOSTILE, st.lists(HOSTILE, max_size=6))
def test_the_row_shown_means_nothing_but_itself(title: str, body: str, texts: list[str]) -> None:
    stretches = [{"kind": "other", "offset": 0, "text": text, "rule": text} for text in texts]
    row = make_row("a.txt", title=title, body=body, boilerplate=stretches, boilerplate_flags=texts)
    markdown = example_json(row)
    match = re.fullmatch(r'<pre><code class="language-json">(.*)</code></pre>\n', as_html(markdown), re.DOTALL)
    assert match
    assert "<" not in match[1]
    assert not {"\u202e", "\u2028", "\x85", "\u00ad"} & set(markdown)
    assert not re.search("^---", markdown, re.MULTILINE)
    shown = json.loads(html.unescape(match[1]))
    assert (shown["title"], shown["body"]) == (title, body)
    assert [item["text"] for item in shown["boilerplate"][:3]] == texts[:3]


def test_long_texts_and_lists_of_the_row_are_cut() -> None:
    stretch = {"kind": "other", "offset": 0, "text": "x" * 5000, "rule": "r"}
    markdown = example_json(make_row("a.txt", body="words " * 1000, boilerplate=[stretch] * 500))
    assert len(markdown) < 3000
    assert "… (6,000 characters)" in markdown
    assert '"… 497 more"' in markdown


def test_sections_that_an_older_template_lacks_are_named(tmp_path: Path, run: Run) -> None:
    assert missing_sections(data_file("dataset_card.md").read_text("utf-8")) == []
    older = "# Ours\n\nOf {{ rows }} rows.\n\n{{ citation }}\n\n{# no example #}{% if true %}{{methods}}{% endif %}\n"
    assert missing_sections(older) == ["known_limits", "changes", "removal"]
    assert missing_sections("example methods known_limits changes removal citation") == list(SECTION_BLANKS)
    text = ARTICLE_TEXT.format(month="May", count=3)
    home = write_files(tmp_path / "home", {"a.txt": text, "corpus.toml": "", "dataset_card.md": older})
    code, _, said = run("build", str(home), "--out", str(tmp_path / "out"), "--jobs", "1")
    assert code == 0, said
    assert said.count("dataset_card.md lacks {{ known_limits }}, {{ changes }}, {{ removal }}: add them") == 1
    assert (home / "dataset_card.md").read_text("utf-8") == older
    (home / "dataset_card.md").unlink()
    assert "lacks" not in run("build", str(home), "--out", str(tmp_path / "out"), "--jobs", "1")[2]


WORDS = st.text(alphabet=st.sampled_from("ab {}%#-_*`<>|:\n\"'\\éžΩя中アعהก\u0301\U0001f600\u2028\x0c"), max_size=80)


@given(WORDS.filter(lambda text: not re.search("{[{%#]", f"{text}|")), WORDS, st.booleans(), st.booleans())
def test_hand_written_sections_survive_every_rebuild(
    known: CardFacts, templates: Path, free: str, raw: str, windows: bool, mark: bool
) -> None:
    raw = raw.replace("endraw", "")
    own = yaml.safe_dump({"note": free, "words": [raw]}, allow_unicode=True)
    hand = f"<\n{free}\n>\n\n{{% raw %}}<<\n{raw}\n>>{{% endraw %}}"
    text = f"---\n{own}---\n# {{{{ name }}}}\n\n{hand}\n\n{{{{ rows }}}} rows\n"
    written = ("\ufeff" if mark else "") + (text.replace("\n", "\r\n") if windows else text)
    write_files(templates, {"dataset_card.md": written.encode()})
    grown = replace(known, statistics=replace(known.statistics, words=10**6), version="9.0.0")
    for card in (render_card(template_of(templates), facts=now) for now in (known, grown)):
        assert f"\n<\n{free}\n>\n" in card
        assert f"\n<<\n{raw}\n>>" in card
        fields = yaml.safe_load(card.split("\n---\n")[0])
        assert (fields["note"], fields["words"]) == (free, [raw])


@given(HOSTILE)
def test_the_citation_is_one_entry_whatever_the_title(known: CardFacts, title: str) -> None:
    entry = citation(replace(known, pretty_name=title, name="na_me", published="2024-02-29"))
    assert re.fullmatch(r'<pre><code class="language-bibtex">[^<]*</code></pre>\n', as_html(entry))
    lines = entry.split("\n")
    assert lines[1] == "@misc{na-me-0.1.0,"
    assert "  year      = {2024}," in lines
    assert "  url       = {https://huggingface.co/datasets/org/valley-news/tree/v0.1.0}," in lines
    plain = re.sub(r"\\[{}]", "", entry)
    assert plain.count("{") == plain.count("}")


def test_a_citation_states_no_more_than_is_known(facts: CardFacts) -> None:
    entry = citation(replace(facts, repo=None))
    assert not {"year", "url", "publisher", "author"} & {line.split()[0] for line in entry.split("\n")}


def test_settings_that_are_not_the_defaults_are_told_and_patterns_only_counted(
    facts: CardFacts, tmp_path: Path
) -> None:
    written = (
        '[inputs]\nexclude = ["smith*", "b"]\n[splits]\ntrain = 0.5\ntest = 0.5\n[boilerplate]\nstructure = false\n'
    )
    changed = load_config(write_files(tmp_path, {"corpus.toml": written})).changed()
    told = replace(facts, changed_settings=changed)
    assert settings_table(told).split("\n")[2:] == [
        "| `boilerplate.structure` | `false` | `true` |",
        "| `inputs.exclude` | 2 patterns | 0 patterns |",
        "| `splits.test` | `0.5` | `0.0` |",
        "| `splits.train` | `0.5` | `1.0` |",
    ]
    assert "but for 4, listed below" in methods(told)
    assert "All settings were the defaults" in methods(facts)
    assert "smith" not in render_card(TEMPLATE, facts=told)


def test_checks_that_failed_come_first(facts: CardFacts) -> None:
    good = replace(facts.checks.outcomes[0], found="0 of 5 rows")
    share = replace(good, check="share of <b>", found="0.5", limit="at most 0.9")
    bad = replace(good, check="zzz", passed=False, found="3 of 5 rows")
    report = CheckReport(passed=False, expected=3, evaluated=3, thresholds={}, outcomes=(good, share, bad))
    told = checks_table(replace(facts, checks=report))
    assert re.findall(r"^\| (?!Check)(.*?) \|.* \| (\w+) \|$", told, re.MULTILINE) == [
        ("zzz", "FAILED"),
        ("share of &lt;b&gt;", "passed"),
    ]
    assert told.endswith("1 checks look at every row or group, and none found one that is not as it should be.")
