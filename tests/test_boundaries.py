"""Which lines the line model keeps: its weights, its features, and what it must never do."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.transforms.boilerplate import features, marks
from corpus.transforms.boilerplate.chain import RULES_ALONE, load_model, read_model
from corpus.transforms.boilerplate.explain import explain_lines
from corpus.transforms.boilerplate.features import FEATURES
from corpus.transforms.boilerplate.label import BoilerplateOptions, judge, label, labels_of
from corpus.transforms.normalize import normalize
from corpus.transforms.stretches import cut, restore
from tests.article_texts import CLOSING, OPENING, SURVIVORS

OPTIONS = BoilerplateOptions()
TOP = ["Skip to content", "Quay News", "Home", "News", "Sport", "Weather", "Log in", "Subscribe"]
FORM = [
    "Leave a Reply",
    "Your email address will not be published. Required fields are marked *",
    "Related Posts",
    "A Mast for Sale",
    "How to Moor a Goat",
    "Share",
    "Newsletter",
    "Sign up for our newsletter",
    "Privacy policy",
    "Terms of use",
    "About us",
]
SMALL = {"bias": -10, "change": 64, "weights": {"words": {"12": 100}, "prose": {"1": 3}}}
PARTS = st.sampled_from(
    [*TOP, *FORM, OPENING, CLOSING, *(part for text in SURVIVORS.values() for part in text.split("\n"))]
)
TEXTS = st.lists(st.one_of(PARTS, st.text(max_size=40)), max_size=40).map(lambda lines: normalize("\n".join(lines)))


def test_the_weights_fit_the_features() -> None:
    model = load_model()
    assert len(model.weights) > len(FEATURES) / 2
    assert set(model.weights["feature"].tolist()) <= set(range(len(FEATURES)))
    assert all(int(item["least"]) in list(FEATURES.values())[item["feature"]] for item in model.weights)
    assert model.change > 0


def test_every_feature_has_its_row() -> None:
    codes = {code for name, code in vars(features).items() if name.isupper() and isinstance(code, int)}
    assert codes >= {0, len(FEATURES) - 1}
    assert list(FEATURES).index("words") == features.WORDS
    assert list(FEATURES).index("prose_above") == features.ABOVE
    assert list(FEATURES).index("prose_below") == features.BELOW
    assert list(FEATURES).index("prose_two_below") == features.TWO_BELOW
    assert list(FEATURES).index("lines_into_extent") == features.LINES_INTO_EXTENT


@pytest.mark.parametrize("weights", [{"wrods": {"1": 3}}, {"words": {"7": 3}}])
def test_weights_of_no_feature_are_refused(weights: dict[str, dict[str, int]]) -> None:
    with pytest.raises(ValueError, match="no feature"):
        read_model({**SMALL, "weights": weights})


@given(TEXTS)
@settings(max_examples=150)
def test_labels_are_whole_lines_in_order_and_nothing_is_lost(text: str) -> None:
    labels = label(text, OPTIONS)
    ends = [0, *(item.end for item in labels)]
    for item, end in zip(labels, ends, strict=False):
        assert end <= item.start < item.end
        assert text[: item.start].rpartition("\n")[2].strip() == ""
        assert text[item.end :].partition("\n")[0].strip() == ""
    body, stretches = cut(text, labels)
    assert restore(body, [{"offset": stretch.offset, "text": stretch.text} for stretch in stretches]) == text


@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
@settings(max_examples=50)
def test_what_came_before_changes_nothing(before: list[str], text: str) -> None:
    expected = label(text, OPTIONS)
    for other in before:
        label(other, OPTIONS)
    assert label(text, OPTIONS) == expected


@given(TEXTS)
@settings(max_examples=100)
def test_the_chain_takes_the_best_sequence_and_the_paragraphs_above_it(text: str) -> None:
    model = load_model()
    result = judge(text, OPTIONS, model)
    if not result.by_model:
        return
    lines, steps = result.scan.lines, result.steps[:-1]
    scores, stays, fixed = steps["score"].tolist(), steps["stays"].tolist(), steps["fixed"]
    kept, dropped = 0, 0
    for score in scores:
        kept, dropped = max(kept, dropped - model.change) + score, max(dropped, kept - model.change)
    sums = [total_of(scores, [False] * first + stays[first:], model.change) for first in range(len(stays) + 1)]
    first = sums.index(max(kept, dropped))
    above = lines[:first][steps["stays"][:first] & ~fixed[:first]]
    assert (above["prose"] & above["closed"] & (above["ends"] > 0)).all()
    assert ((lines["form"] == marks.UNMARKED) == (steps["stays"] & ~fixed)).all()


def total_of(scores: list[int], stays: list[bool], change: int) -> int:
    """What a sequence of kept and dropped lines adds up to, less the price of its changes."""
    changes = sum(one != other for one, other in pairwise(stays))
    return sum(score for score, stay in zip(scores, stays, strict=True) if stay) - change * changes


def test_a_first_paragraph_of_several_sentences_stays_above_byline_and_caption() -> None:
    lede = "Nobody ordered the bridge at Quay. It stands there all the same."
    between = ["By Jane Doe", "18 November 2021", "Photo: Jane Doe"]
    with_lede = [*TOP, lede, *between, OPENING, CLOSING, *FORM]
    assert lede not in removed("\n".join(with_lede))
    link = "The bridge at Quay that nobody ordered and nobody wants to pay for"
    assert link in removed("\n".join([*TOP, link, *between, OPENING, CLOSING, *FORM]))


def removed(text: str) -> list[str]:
    """The lines that are taken out."""
    return [text[item.start : item.end] for item in label(text, OPTIONS)]


@pytest.mark.parametrize("part", SURVIVORS)
@pytest.mark.parametrize("place", ["last", "between"])
def test_parts_of_an_article_survive_above_a_dense_form(part: str, place: str) -> None:
    lines = [line for line in normalize(SURVIVORS[part]).split("\n") if line]
    article = [OPENING, CLOSING, *lines] if place == "last" else [OPENING, *lines, CLOSING]
    text = "\n".join([*article, *FORM])
    model, rules = (judge(text, OPTIONS, model).scan.lines for model in (load_model(), RULES_ALONE))
    of_article = rules["end"] <= len("\n".join(article))
    assert judge(text, OPTIONS, load_model()).by_model
    assert ((model["form"] == marks.UNMARKED) | ~(of_article & (rules["form"] == marks.UNMARKED))).all()


def test_a_text_with_little_evidence_is_left_to_the_rules() -> None:
    text = "\n".join([*[OPENING, CLOSING] * 4, "Share"])
    assert not judge(text, OPTIONS, load_model()).by_model
    assert label(text, OPTIONS) == labels_of(judge(text, OPTIONS, RULES_ALONE).scan, OPTIONS, joined=False)


def test_without_structure_the_model_has_no_say() -> None:
    text = "\n".join([*TOP, OPENING, CLOSING, *FORM])
    assert judge(text, OPTIONS, load_model()).by_model
    assert not judge(text, BoilerplateOptions(structure=False), load_model()).by_model


def test_lines_by_the_model_say_so() -> None:
    text = "\n".join([*TOP, OPENING, CLOSING, *FORM])
    rules = {text[item.start : item.end]: item.rule for item in label(text, OPTIONS)}
    assert rules["Quay News"] == "model:before_article"
    assert set(rules) == {*TOP, *FORM}


def test_features_and_reasons_of_lines() -> None:
    text = "\n".join([*TOP, OPENING, "What to bring:", "- a torch", CLOSING, *FORM])
    lines = explain_lines(text, OPTIONS)
    assert [text[line.start : line.end] for line in lines] == text.split("\n")
    found = {text[line.start : line.end]: line for line in lines}
    for line in lines:
        assert line.score is None or line.score == load_model().bias + sum(reason.weight for reason in line.reasons)
    known = [(item.start, item.end, item.kind, item.rule) for item in label(text, OPTIONS)]
    assert [(line.start, line.end, line.kind, line.rule) for line in lines if line.kind] == known
    assert found["Log in"].score is None
    assert found["What to bring:"].kind is None
    colons = [reason for reason in found["- a torch"].reasons if reason.feature == "colon_above"]
    assert [reason.value for reason in colons] == [1]


def test_time_grows_with_the_lines() -> None:
    page = "\n".join([*TOP, OPENING, CLOSING, *FORM])
    texts = [normalize("\n".join([page] * count)) for count in (1000, 10000)]
    spent = []
    for text in texts:
        start = time.process_time()
        judge(text, OPTIONS, load_model())
        spent.append(time.process_time() - start)
    assert spent[1] < 40 * spent[0]
