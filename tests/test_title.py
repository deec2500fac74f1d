"""The headline of an article where its text has one, and null where it has none."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.transforms.boilerplate.headline import Learnt
from corpus.transforms.boilerplate.headline_context import CONTEXT, FACT_NUMBERS
from corpus.transforms.boilerplate.headline_trees import INNER
from corpus.transforms.boilerplate.label import BoilerplateOptions, label, marked
from corpus.transforms.normalize import normalize
from corpus.transforms.stretches import Label
from corpus.transforms.title import (
    NAMES,
    TitleOptions,
    find_candidates,
    find_headline,
    find_title,
    load_learnt,
    title_reasons,
    weighed,
    with_title,
)  # fmt: skip
from tests.article_texts import CLOSING, OPENING, SURVIVORS, wrapped

ARTICLE = f"{OPENING}\n\n{CLOSING}"
HEAD = "Last Ferry Leaves Old Quay"

WITH_TITLE = {
    "alone": (f"{HEAD}\n\n{ARTICLE}", HEAD),
    "byline and date": (f"{HEAD}\n\nBy Ada Quill\n\nPublished: 3 May 2024\n\n{ARTICLE}", HEAD),
    "no blank lines": (f"{HEAD}\nBy Ada Quill\n{OPENING}\n{CLOSING}", HEAD),
    "no blank lines, no byline": (f"{HEAD}\n{OPENING}\n{CLOSING}", HEAD),
    "trail above": (f"Home > News > Harbour\n\n{HEAD}\n\nBy Ada Quill\n\n{ARTICLE}", HEAD),
    "cookie notice above": (f"We use cookies to improve your experience.\nAccept all\n\n{HEAD}\n\n{ARTICLE}", HEAD),
    "advertisement above": (f"Advertisement\n\n{HEAD}\n\nBy Ada Quill\n\n{ARTICLE}", HEAD),
    "section above": (f"Harbour\n\n{HEAD}\n\n{ARTICLE}", HEAD),
    "caption below": (f"{HEAD}\n\nThe ferryman at the oar\nPhoto: Ben Moor\n\n{ARTICLE}", HEAD),
    "summary below": (f"{HEAD}\n\nForty passengers stayed aboard.\n\nBy Ada Quill\n\n{ARTICLE}", HEAD),
    "question": (f"Who Will Miss the Ferry?\n\n{ARTICLE}", "Who Will Miss the Ferry?"),
    "exclamation": (f"The Ferry Is Gone!\n\n{ARTICLE}", "The Ferry Is Gone!"),
    "quotation": (f'"Nobody Wanted to Step Off"\n\n{ARTICLE}', '"Nobody Wanted to Step Off"'),
    "colon": (f"Old Quay: Last Ferry Leaves\n\n{ARTICLE}", "Old Quay: Last Ferry Leaves"),
    "number": (f"Three Ferries in 40 Years\n\n{ARTICLE}", "Three Ferries in 40 Years"),
    "Markdown": (f"# {HEAD}\n\n*By Ada Quill*\n\n{ARTICLE}", HEAD),
    "Markdown of one word": (f"# Ferry\n\n{ARTICLE}", "Ferry"),
    "Markdown with emphasis": (f"# Last *Ferry* Leaves **Old Quay**\n\n{ARTICLE}", "Last *Ferry* Leaves Old Quay"),
    "Markdown closed": (f"## {HEAD} ##\n\n{ARTICLE}", HEAD),
    "Markdown underlined": (f"{HEAD}\n=======\n\n{ARTICLE}", HEAD),
    "wrapped": (f"{HEAD}\n\n{wrapped(ARTICLE)}", HEAD),
    "German": (f"Fähre fährt ein letztes Mal\n\nVon Uwe Sand\n\n{ARTICLE}", "Fähre fährt ein letztes Mal"),
    "Russian": (f"Паром ушёл в последний раз\n\n{SURVIVORS['russian']}", "Паром ушёл в последний раз"),
    "Arabic": (f"العبّارة تغادر للمرة الأخيرة\n\n{SURVIVORS['arabic']}", "العبّارة تغادر للمرة الأخيرة"),
    "Japanese": (f"渡し船、最後の航海\n\n{SURVIVORS['japanese']}", "渡し船、最後の航海"),
    "section names above, date below": (f"Quay News\nFish and Ferries\nHarbour\n{HEAD}\n3 May 2024\n{ARTICLE}", HEAD),
    "short article": (f"{HEAD}\n\nIt left at six.\n\nIt came back empty.", HEAD),
}

WITHOUT_TITLE = {
    "empty": "",
    "prose first": ARTICLE,
    "heading further down": f"{OPENING}\n\nThe Last Crossing\n\n{CLOSING}",
    "post first": f"Goodbye. pic.twitter.com/Ab12Cd34Ef\n— Heron (@heron_x) July 23, 2023\n{OPENING}\n{CLOSING}",
    "long post first": f"The rope is off the quay\n— Heron (@heron_x) July 23, 2023\n{ARTICLE}",
    "sentence first": f"The ferry has gone.\n\n{ARTICLE}",
    "byline first": f"By Ada Quill\n\n{ARTICLE}",
    "date first": f"Old Quay, 3 May 2024\n\n{ARTICLE}",
    "bare date first": f"Friday, 3 May 2024\n\n{ARTICLE}",
    "trail first": f"Home > News > Harbour\n\n{ARTICLE}",
    "foreign trail first": f"الرئيسية > أخبار > الميناء\n\n{ARTICLE}",
    "credit first": f"Photo: Ben Moor / Quay News\n\n{ARTICLE}",
    "caption and credit first": f"The ferryman at the oar\nPhoto: Ben Moor\n\n{ARTICLE}",
    "section first": f"Politics\n\n{ARTICLE}",
    "newsletter first": f"Sign up for our newsletter\nEvery Friday, in a boat near you.\n\n{ARTICLE}",
    "list": "- a torch\n- two spare batteries\n- something warm to wear\n\n" + ARTICLE,
    "open end": f"What everybody brought to the quay:\n\n{ARTICLE}",
    "address first": f"Write to ada@quay.example about it\n\n{ARTICLE}",
    "several stories": f"Ferry leaves old quay; council meets; fish prices fall\n\n{ARTICLE}",
    "heading in capitals": f"NOTES FOR READERS\n\n{ARTICLE}",
    "facts first": f"Length: 12 metres Crew: 2\n\n{ARTICLE}",
    "one word": "Ferry",
    "one line": HEAD,
    "poem": SURVIVORS["poem"],
    "only form": "Leave a Reply\n\nYour email address will not be published.",
}


def title_of(text: str) -> tuple[str | None, list[Label]]:
    text = normalize(text)
    return find_title(text, label(text, BoilerplateOptions()), TitleOptions())


@pytest.mark.parametrize("name", WITH_TITLE)
def test_titles_that_are_there(name: str) -> None:
    text, expected = WITH_TITLE[name]
    title, labels = title_of(text)
    assert title == expected
    assert [item.kind for item in labels] == ["title"] * len(labels)
    assert expected.split(" ")[0] in normalize(text)[labels[0].start : labels[0].end]


@pytest.mark.parametrize("name", WITHOUT_TITLE)
def test_no_title_is_invented(name: str) -> None:
    assert title_of(WITHOUT_TITLE[name]) == (None, [])


def test_a_title_that_is_printed_twice_goes_twice() -> None:
    text = f"{HEAD}\n{HEAD}\n\nBy Ada Quill\n\n{ARTICLE}"
    title, labels = title_of(text)
    assert title == HEAD
    assert [text[item.start : item.end] for item in labels] == [HEAD, HEAD]


def test_the_title_of_a_saved_page_is_the_line_that_the_article_tells_again() -> None:
    above = [
        "Skip to content",
        "Quay News",
        "Fish Prices Fall Again",
        "Home",
        "Weather",
        "Log in",
        HEAD,
        "By Ada Quill",
    ]
    title, _ = title_of("\n".join([*above, "Share on Facebook", OPENING, CLOSING]))
    assert title == HEAD


PAGE_TOP = ["Skip to content", "Quay News", "Home", "Weather", "Log in", "Subscribe"]
PAGES = {
    "byline and date": [HEAD, "By Ada Quill", "3 May 2024"],
    "section above": ["Harbour", HEAD, "By Ada Quill"],
    "trail above": [f"Home > Harbour > {HEAD}", HEAD, "By Ada Quill"],
    "printed as part of a row": [f"{HEAD} | Quay News", HEAD, "3 May 2024"],
    "section in front": [f"Harbour News {HEAD}", "By Ada Quill", HEAD, "3 May 2024"],
    "sign before": [f"› {HEAD}", "By Ada Quill"],
}


@pytest.mark.parametrize("name", PAGES)
def test_titles_of_saved_pages(name: str) -> None:
    title, _ = title_of("\n".join([*PAGE_TOP, *PAGES[name], "Share on Facebook", OPENING, CLOSING]))
    assert title == HEAD


def test_a_section_is_cut_off_a_title_that_begins_with_a_digit() -> None:
    head = "1Ferry Leaves Old Quay"
    top = [*PAGE_TOP, f"Harbour News {head}", "By Ada Quill", "3 May 2024", "Share on Facebook", head, "Log in"]
    assert title_of("\n".join([*top, OPENING, CLOSING]))[0] == head


def test_a_page_whose_article_was_not_seen_keeps_its_title() -> None:
    lines = [*PAGE_TOP * 3, "Harbour", HEAD, "By Ada Quill", "3 May 2024", OPENING, CLOSING]
    text = normalize("\n".join(lines))
    starts = [0, *(place + 1 for place, sign in enumerate(text) if sign == "\n")]
    labels = [
        Label(start=start, end=end, kind="navigation", rule="model:before_article")
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    ]
    assert find_title(text, labels, TitleOptions())[0] == HEAD


def test_no_line_of_a_menu_far_above_the_article_is_asked() -> None:
    menu = [f"Section {number}" for number in range(40)]
    page = marked(normalize("\n".join([*PAGE_TOP, *menu, HEAD, OPENING, CLOSING])), BoilerplateOptions())
    places = find_candidates(page, TitleOptions()).places.tolist()
    assert len(PAGE_TOP) + len(menu) in places
    assert not {10, 11, 12, 20} & set(places)


def test_reasons_are_the_score_of_a_line() -> None:
    page = marked(normalize("\n".join([*PAGE_TOP, *PAGES["byline and date"], OPENING, CLOSING])), BoilerplateOptions())
    headline = find_headline(page, TitleOptions())
    assert headline is not None
    found = find_candidates(page, TitleOptions())
    assert found.places[found.scores.argmax()] == headline.place
    for row, score in zip(found.values, found.scores.tolist(), strict=True):
        reasons = title_reasons(row)
        assert sum(part for _, part in reasons) == score
        assert {name for name, _ in reasons} <= set(NAMES)
        assert [abs(part) for _, part in reasons] == sorted((abs(part) for _, part in reasons), reverse=True)


def test_a_byline_in_a_box_does_not_compete() -> None:
    page = f"Old Quay Emails\nSUBSCRIBE\n3 May 2024, 8:41 AM\nBy Ada Quill\n{OPENING}\n{CLOSING}"
    scan = marked(page, BoilerplateOptions())
    found = weighed(scan, TitleOptions())
    assert found is not None
    rivals = [page[line["start"] : line["end"]] for line in scan.lines[found.places]]
    assert "Old Quay Emails" in rivals
    assert "By Ada Quill" not in rivals


def test_only_lines_of_saved_pages_are_weighed() -> None:
    page = marked(normalize("\n".join([*PAGE_TOP, HEAD, OPENING, CLOSING])), BoilerplateOptions())
    assert weighed(page, TitleOptions()) is not None
    assert weighed(marked(normalize(f"{HEAD}\n\n{ARTICLE}"), BoilerplateOptions()), TitleOptions()) is None


def test_what_was_learnt_is_about_the_facts_there_are() -> None:
    learnt = load_learnt()
    assert len(learnt.weights) == FACT_NUMBERS
    assert learnt.weights.any()
    assert len(NAMES) == len(set(NAMES)) == FACT_NUMBERS + len(CONTEXT)
    assert 0 <= learnt.trees.facts.min() <= learnt.trees.facts.max() < len(NAMES)
    assert learnt.trees.facts.shape == learnt.trees.bounds.shape == (len(learnt.trees.values), INNER)
    assert learnt.trees.values.any()
    assert not learnt.trees.values[:, 0].any()


def test_other_weights_choose_other_lines() -> None:
    page = marked(normalize("\n".join([*PAGE_TOP, HEAD, OPENING, CLOSING])), BoilerplateOptions())
    assert find_headline(page, TitleOptions()) is not None
    learnt = load_learnt()
    assert find_headline(page, TitleOptions(), Learnt(weights=-abs(learnt.weights), trees=learnt.trees)) is None


def test_the_longest_title_is_a_setting() -> None:
    text = f"{HEAD}\n\n{ARTICLE}"
    assert find_title(text, [], TitleOptions(longest=len(HEAD)))[0] == HEAD
    assert find_title(text, [], TitleOptions(longest=len(HEAD) - 1)) == (None, [])


def test_the_title_wins_over_other_labels_of_its_line() -> None:
    title = Label(start=5, end=9, kind="title", rule="title:headline")
    others = [Label(start=start, end=start + 4, kind="navigation", rule="x") for start in (0, 5, 10)]
    assert with_title(others, [title]) == [others[0], title, others[2]]


def test_every_option_is_documented() -> None:
    assert all(str(item.metadata["doc"]).endswith(".") for item in fields(TitleOptions))


HOSTILE = {
    "one long line": "word " * 200_000,
    "one-letter lines": "a\n" * 100_000,
    "combining marks": "e" + "\u0301" * 50_000,
    "hash signs": "# " * 100_000,
    "long Markdown heading": "# " + "word " * 50_000 + "\n\n" + ARTICLE,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_have_no_title(name: str) -> None:
    assert title_of(HOSTILE[name]) == (None, [])


def test_a_title_that_is_repeated_without_end_stays_bounded() -> None:
    told = "The last ferry leaves the old quay at six, and nobody on the pier wanted to step off it."
    title, labels = title_of("Skip to content\nLog in\n" + f"{HEAD}\n" * 9_000 + f"{told}\n{ARTICLE}")
    assert title == HEAD
    assert 0 < len(labels) < 200


LINES = st.one_of(
    st.sampled_from([HEAD, OPENING, CLOSING, "By Ada Quill", "Home > News", "", "# Ferry", "=====", "Related Posts"]),
    st.text(max_size=40),
)


@given(st.lists(LINES, max_size=20).map("\n".join))
@settings(max_examples=150)
def test_a_title_is_printed_where_its_labels_say(text: str) -> None:
    text = normalize(text)
    title, labels = title_of(text)
    assert (title is None) == (not labels)
    for item in labels:
        assert 0 <= item.start < item.end <= len(text)
    if title is not None:
        assert 0 < len(title) <= TitleOptions().longest
        if not set("*_#[") & set(text):
            assert text[labels[0].start : labels[0].end].replace("\n", " ") == title
