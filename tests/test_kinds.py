"""Our own labelled texts are sound, and the rules do not tell the kinds worse than they did."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from benchmarks.kinds_data import BODY, DATA, Document, digest, parse, read_documents, serialize
from benchmarks.kinds_score import Reading, macro_f1, read, summarize
from benchmarks.quality_kinds import FLOORS, figures
from corpus.schema import KINDS
from corpus.transforms.normalize import normalize
from corpus.transforms.stretches import restore

DOCUMENTS = read_documents()


def test_files_read_back_as_they_were_written() -> None:
    for path in sorted(DATA.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert serialize(list(parse(text, path.stem))) == text


def test_every_text_is_normalised_and_has_an_id_of_its_own() -> None:
    assert [document.id for document in DOCUMENTS if normalize(document.text) != document.text] == []
    assert [name for name, count in Counter(document.id for document in DOCUMENTS).items() if count > 1] == []
    assert all(document.id.startswith(f"{document.language}-") for document in DOCUMENTS)
    assert len({document.text for document in DOCUMENTS}) == len(DOCUMENTS)


def test_labels_are_kinds() -> None:
    assert {label for document in DOCUMENTS for label, _ in document.lines} == {*KINDS, BODY, ""}


def test_every_kind_is_seen_often_enough_and_in_several_languages() -> None:
    counts: Counter[str] = Counter()
    spoken: defaultdict[str, set[str]] = defaultdict(set)
    for document in DOCUMENTS:
        for kind, _ in document.stretches():
            counts[kind] += 1
            spoken[kind].add(document.language)
    assert counts.total() >= 300
    assert min(counts[kind] for kind in KINDS) >= 15
    assert min(len(spoken[kind]) for kind in KINDS) >= 5
    assert len({document.language for document in DOCUMENTS}) >= 12


def test_texts_are_of_all_forms() -> None:
    """Whole pages and clean articles, with and without blank lines, with and without a headline, in both halves."""
    for held_out in (False, True):
        half = [document for document in DOCUMENTS if document.held_out == held_out]
        assert len(half) >= len(DOCUMENTS) * 0.4
        clean = [document for document in half if {label for label, _ in document.lines} <= {BODY, "", "title"}]
        assert len(clean) >= 15
        assert sum(document.lines[0][0] == "navigation" for document in half) >= 8
        assert sum("" in {label for label, _ in document.lines} for document in half) >= len(half) * 0.2
        assert sum(document.title is None for document in half) >= 15


@pytest.mark.parametrize("text", ["=== a\nno tab\n", "-\tbefore the first\n", "=== a\n\tno label\n", "=== a\n-\t\n"])
def test_a_line_without_label_or_text_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="line"):
        list(parse(text, "en"))


def test_every_text_can_be_restored() -> None:
    for document in DOCUMENTS:
        article = read(document).article
        records = [{"offset": stretch.offset, "text": stretch.text} for stretch in article.boilerplate]
        assert restore(article.body, records) == document.text


def test_figures_follow_the_labels() -> None:
    """A perfect reading scores 1, and a wrong label costs both the kind that is missed and the one that is given."""
    document = Document(
        id="en-a", language="en", lines=(("navigation", "Menu"), ("", ""), ("-", "Two words"), ("tags", "Tags: a"))
    )
    reading = read(document)
    perfect = summarize([_relabelled(reading, ("navigation", "-", "tags"))])
    assert (macro_f1(perfect.lines), macro_f1(perfect.stretches), perfect.words_kept_share) == (1.0, 1.0, 1.0)
    wrong = summarize([_relabelled(reading, ("navigation", "tags", "-"))])
    assert (wrong.lines["tags"].precision, wrong.lines["tags"].recall, wrong.words_kept_share) == (0.0, 0.0, 0.0)
    assert wrong.confusions == {("-", "tags"): 1, ("tags", "-"): 1}


def _relabelled(reading: Reading, predicted: tuple[str, ...]) -> Reading:
    return replace(reading, predicted=predicted)


def test_kinds_are_told_no_worse_than_before() -> None:
    pinned = json.loads(FLOORS.read_text(encoding="utf-8"))
    assert pinned["data"] == digest(), "the texts have changed: python -m benchmarks.quality_kinds --pin"
    measured = {figure.name: figure for figure in figures()}
    assert measured.keys() == pinned["floors"].keys()
    below = {name: measured[name].ours for name, floor in pinned["floors"].items() if not measured[name].reaches(floor)}
    assert below == {}
