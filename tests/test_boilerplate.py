"""What is taken out of an article and under which name, and above all: what is not."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.schema import KINDS
from corpus.transforms.boilerplate.label import BoilerplateOptions, label
from corpus.transforms.boilerplate.phrases import languages, load
from corpus.transforms.normalize import WHITE_SPACE, normalize
from corpus.transforms.stretches import cut, restore
from tests.article_texts import CLOSING, OPENING, SURVIVORS, wrapped

OPTIONS = BoilerplateOptions()
ARTICLE = f"{OPENING}\n\n{CLOSING}"

BEFORE = {
    "byline": ["By Ada Quill", "By Ada Quill and Ben Moor", "By Quay News staff", "*By Ada Quill*", "_Von Uwe Sand_"],
    "dateline": [
        "Published: 3 May 2024, 10:15",
        "Old Quay, 15 April 2024",
        "3. Mai 2024",
        "2024-05-03",
        "03.05.2024 um 10:15 Uhr",
    ],
    "navigation": [
        "Home > News > Harbour",
        "Alfa > Beta > Gamma",
        "Alfa / Beta / Gamma",
        "Start › Ort › Hafen",
        "الرئيسية > أخبار > الميناء",
        "ホーム > 地域 > 港",
    ],
    "other": ["3 min read", "Listen to this article - 2 min", "Lesezeit: 1 Minute"],
    "share_links": ["Share on Facebook\nShare on Twitter\nEmail this article", "Teilen\nTwittern\nE-Mail"],
    "image_credit": ["(Photo: Ben Moor / Quay News)", "*Fotos: Uwe Sand*", "Photograph by Ben Moor"],
    "cookie_notice": ["We use cookies to improve your experience.\nAccept all   Manage settings"],
}
"""What sites print above an article, by kind."""

AFTER = {
    "comment_form": ["Leave a Reply\n\nYour email address will not be published. Required fields are marked *"],
    "comments": [
        "COMMENTS",
        "2 comments\n\nDora P. says:\nMy grandmother rowed here. I had no idea.\nReply\n\nheron:\nLovely, damp.",
        "Kommentare (0)",
    ],
    "related_links": [
        "Related Posts\nA Mast for Sale\nHow to Moor a Goat",
        "### Related stories\n\n- A Mast for Sale\n- How to Moor a Goat",
        "You may also like\n\nTen Quiet Bridges\n\nThe Man Who Indexed Fog",
        "Lesen Sie auch\nEin Mast zu verkaufen",
    ],
    "adjacent_links": [
        "Previous Article\nA Mast for Sale\n\nA Mast for Sale\n\nNext Article\nWho Painted It?\n\nWho Painted It?",
        "Vorheriger Beitrag\nEin Mast zu verkaufen\n\nEin Mast zu verkaufen",
    ],
    "newsletter": [
        "Weather alerts by email\nSign up now - it's free",
        "Sign up for our newsletter\nThe best of the river, every Friday, in a boat near you.",
        "**Jetzt anmelden:** unser kostenloser Newsletter „Am Fluss“",
    ],
    "paywall": [
        "Subscribe to continue reading\nYou have 2 left. It costs less than a cup of tea on the quay, and lasts.",
        "Weiterlesen mit FB+\nSie haben noch 2 kostenlose Artikel. Jetzt Abo abschließen oder anmelden.",
    ],
    "tags": ["Tags: ferry, bridge, heron", "Schlagwörter: Fähre, Brücke"],
    "copyright": [
        "© 2024 Quay News. All rights reserved.",
        "Copyright 2024 Quay News. This material may not be passed on.",
        "Quay News is owned by its readers. No part of this page may be copied, stored or sent on.",
    ],
    "share_links": ["Share\nTweet\nWhatsApp\nCopy link"],
    "advertisement": ["ADVERTISEMENT", "Anzeige"],
}
"""What sites print below an article, by kind."""

BETWEEN = {
    "social_embed": [
        "The last rope is off. pic.twitter.com/Ab12Cd34Ef\n— Quay Watch (@quaywatch) May 3, 2024",
        "Goodbye, old boat\n— Heron (@heron_x) May 3, 2024",
    ],
    "advertisement": [
        "ADVERTISEMENT\nQuay Ropes - four for the price of three",
        "Advertisement - story continues below",
    ],
    "separator": ["~", "* * *", "• • •", "⁂"],
    "navigation": ["Read more..."],
}
"""What sites print between the paragraphs of an article, by kind."""


def found(text: str, options: BoilerplateOptions = OPTIONS) -> list[tuple[str, str]]:
    """Every line that `text` loses, with its kind."""
    text = normalize(text)
    labels = label(text, options)
    return [(item.kind, line) for item in labels for line in text[item.start : item.end].split("\n")]


def body_of(text: str) -> str:
    text = normalize(text)
    return cut(text, label(text, OPTIONS))[0]


def cases(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(kind, text) for kind, texts in table.items() for text in texts]


def lines_of(kind: str, text: str) -> list[tuple[str, str]]:
    return [(kind, line) for line in text.split("\n") if line]


@pytest.mark.parametrize(("kind", "text"), cases(BEFORE))
def test_above_an_article(kind: str, text: str) -> None:
    assert found(f"{text}\n\n{ARTICLE}") == lines_of(kind, text)


@pytest.mark.parametrize(("kind", "text"), cases(AFTER))
def test_below_an_article(kind: str, text: str) -> None:
    assert found(f"{ARTICLE}\n\n{text}") == lines_of(kind, text)


@pytest.mark.parametrize(("kind", "text"), cases(BETWEEN))
def test_between_paragraphs(kind: str, text: str) -> None:
    assert found(f"{OPENING}\n\n{text}\n\n{CLOSING}") == lines_of(kind, text)


def test_a_caption_and_its_credit() -> None:
    text = f"{OPENING}\n\nThe ferryman on his last morning\nImage credit: Quay Trust\n\n{CLOSING}"
    assert found(text) == [
        ("caption", "The ferryman on his last morning"),
        ("image_credit", "Image credit: Quay Trust"),
    ]


NAMED = {
    "caption": [
        "The ferryman on his last morning (Photo: Ben Moor)",
        "The ferryman on his last morning. Photo: Ben Moor",
        "The ferryman on his last morning © Ben Moor",
        "File photo",
        "(Archivfoto)",
    ],
    "image_credit": ["© Ben Moor", "Photo: Ben Moor"],
    "social_embed": ["A post that Quay News (@quay.news) shared"],
    "separator": ["+++", "＊＊＊", "◇"],
}
"""Lines between paragraphs that their own signs name."""


@pytest.mark.parametrize(("kind", "line"), cases(NAMED))
def test_signs_in_a_line_name_it(kind: str, line: str) -> None:
    assert found(f"{OPENING}\n\n{line}\n\n{CLOSING}\n\n{CLOSING}") == [(kind, line)]


@pytest.mark.parametrize("line", ["★★★★☆", "★★", "1,200 ropes by 2031 (and a mast)", "The quay @ noon"])
def test_ratings_and_numbers_stay(line: str) -> None:
    assert found(f"{OPENING}\n\n{line}\n\n{CLOSING}\n\n{CLOSING}") == []


@pytest.mark.parametrize("byline", ["Emma Quill", "Emma Quill\nFerry correspondent", "Emma Quill, ferry correspondent"])
def test_a_name_below_a_title_is_a_byline(byline: str) -> None:
    assert found(f"The last ferry leaves the old quay\n\n{byline}\n\n{ARTICLE}") == lines_of("byline", byline)


@pytest.mark.parametrize("line", ["Old Quay", "Ferry Quill Sank", "Emma rowed home"])
def test_what_is_no_name_below_a_title_stays(line: str) -> None:
    assert found(f"The last ferry leaves the old quay\n\n{line}\n\n{ARTICLE}") == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Emma Quill, who is a professor of rivers at the county college, rowed over to have a look.",
        "A season ticket, which passengers could cancel at any time, gave unlimited access to the upper deck.",
    ],
)
def test_sentences_that_hold_a_phrase_stay(sentence: str) -> None:
    assert found(f"{OPENING}\n\n{sentence}\n\n{CLOSING}") == []


def test_a_name_above_a_later_paragraph_is_a_heading() -> None:
    assert found(f"{OPENING}\n\n{CLOSING}\n\nEmma Quill\n\n{CLOSING}") == []


THREADS = [
    "3 thoughts on “The last ferry”\nheron\nMay 3, 2024 at 6:14 pm\nMy uncle rowed it.\nReply\nDora\n"
    "May 4, 2024 at 8:02 am\nAnd mine sank it.\nReply",
    "2 Responses to The last ferry\n1. Dora P. says:\n3 May at 9:12\nWe had no idea.\n2. heron says:\n"
    "3 May at 11:40\nLovely, damp.",
    "コメント2件\n名無しの鷺\n2024年5月3日 12:30\nいい船でした。\n返信",
]


@pytest.mark.parametrize("thread", THREADS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_dates_and_names_in_a_thread_are_comments(thread: str, gap: str) -> None:
    above = "Related stories\nA Mast for Sale\nHow to Moor a Goat"
    labels = found(f"{OPENING}{gap}{CLOSING}{gap}{above}{gap}{thread}")
    assert labels == [*lines_of("related_links", above), *lines_of("comments", thread)]


def test_a_word_is_what_its_neighbours_are() -> None:
    form = "Leave a Reply\nComment\nName *\nEmail *\nPost Comment"
    assert found(f"{ARTICLE}\n\n{form}") == lines_of("comment_form", form)
    menu = "Skip to content\nSign in\nSubscribe\nContact us"
    assert found(f"{menu}\n\n{ARTICLE}") == lines_of("navigation", menu)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("newsletter", "Sign up for our newsletter"),
        ("paywall", "Support our journalism"),
        ("other", "Was this article helpful?"),
        ("tags", "Tags: ferry, bridge"),
        ("advertisement", "Sponsored content"),
        ("comment_form", "Log in to comment"),
    ],
)
def test_a_line_that_names_another_kind_ends_a_list(kind: str, line: str) -> None:
    assert found(f"{ARTICLE}\n\nRelated stories\nA Mast for Sale\n{line}") == [
        ("related_links", "Related stories"),
        ("related_links", "A Mast for Sale"),
        (kind, line),
    ]


def test_every_kind_but_the_title_is_covered() -> None:
    assert {"title", "caption", *BEFORE, *AFTER, *BETWEEN} == set(KINDS)


FORM = "Leave a Reply\n\nPrevious Article\nMast\n\nNext Article\nOar\n\nRelated Posts"
SHARED = "Share\nTweet\nWhatsApp\nCopy link\n\n© 2024 Quay News. All rights reserved."
FRAMES = {
    "alone": "{part}",
    "between": f"{OPENING}\n\n{{part}}\n\n{CLOSING}",
    "last": f"{OPENING}\n\n{CLOSING}\n\n{{part}}",
    "first": f"{{part}}\n\n{OPENING}\n\n{CLOSING}",
    "wrapped": f"{wrapped(OPENING)}\n\n{{part}}\n\n{wrapped(CLOSING)}",
    "signed": f"By Ada Quill\n\nPublished: 3 May 2024\n\n{OPENING}\n\n{{part}}\n\n{CLOSING}\n\nCOMMENTS",
    "form": f"{ARTICLE}\n\n{{part}}\n\n{FORM}",
    "shared": f"{ARTICLE}\n\n{{part}}\n\n{SHARED}",
    "first and form": f"{{part}}\n\n{OPENING}\n\n{FORM}",
    "first and much below": f"{{part}}\n\n{ARTICLE}\n\n{SHARED}\n\n{FORM}",
}
"""Articles around a part of one."""


DATE_ABOVE = ("alone", "first", "first and form", "first and much below")
"""Frames in which a part that is a date stands above the article, and so is the article's date."""


@pytest.mark.parametrize(
    ("name", "frame"),
    [(name, frame) for name in SURVIVORS for frame in FRAMES if name != "date inside" or frame not in DATE_ABOVE],
)
def test_parts_of_articles_survive(name: str, frame: str) -> None:
    part = normalize(SURVIVORS[name])
    assert part in body_of(FRAMES[frame].format(part=part))


@pytest.mark.parametrize("name", SURVIVORS)
def test_parts_of_articles_survive_without_blank_lines(name: str) -> None:
    part = normalize(SURVIVORS[name]).replace("\n\n", "\n")
    text = f"{OPENING}\n{part}\n{CLOSING}"
    assert body_of(text) == text


def test_a_wrapped_article_loses_its_leftovers_alone() -> None:
    text = (
        f"We use cookies, so that the river remembers you on every visit.\nAccept all\nManage settings\n\n"
        f"{wrapped(ARTICLE)}\n\nComments (0)"
    )
    assert body_of(text) == wrapped(ARTICLE)


def test_a_last_sentence_after_an_advertisement_stays() -> None:
    text = f"{ARTICLE}\n\nADVERTISEMENT\n\nTickets go on sale on 3 June.\n\nCOMMENTS"
    assert found(text) == [("advertisement", "ADVERTISEMENT"), ("comments", "COMMENTS")]


def test_a_heading_that_is_a_phrase_stays_above_its_prose() -> None:
    text = f"{OPENING}\n\nComments\n\n" + "\n\n".join([OPENING, CLOSING, OPENING])
    assert body_of(text) == text


PAGE = [
    ["Skip to content", "Quay News", "Home", "News", "Sport", "Harbour", "Weather", "Log in", "Subscribe"],
    ["The Last Ferry Has Sailed", "By Ada Quill", "Published: 3 May 2024", "Share on Facebook", "Share on Twitter"],
    [OPENING, CLOSING, OPENING.replace("ferry", "boat"), CLOSING.replace("bridge", "tunnel")],
    ["Tags: ferry, bridge", "Leave a Reply", "Your email address will not be published. Required fields are marked *"],
    ["Related Posts", "A Mast for Sale", "How to Moor a Goat", "Most read", "Fog Until Friday", "About us"],
    ["Contact us", "Privacy policy", "Terms of use", "© 2024 Quay News. All rights reserved."],
]
"""A saved page: a line a block, no blank lines."""


def test_a_late_date_belongs_to_its_chronicle() -> None:
    verses = "\n".join(f"verse {number} of the river song" for number in range(60))
    text = f"{ARTICLE}\n\n{verses}\n\n12 March 1954\n\nOn this day the first ferry sank, slowly and without any fuss."
    assert body_of(f"{text}\n\n{FORM}") == text


def test_a_date_in_a_list_or_a_reference_is_no_dateline() -> None:
    text = f"{ARTICLE}\n\n- Annual meeting on 3 May 2024\n- Rope sale on 4 June 2024\n\n{FORM}"
    assert body_of(text) == text.removesuffix(f"\n\n{FORM}")


def test_far_from_any_phrase_a_saved_page_loses_its_menu_too() -> None:
    menu = "\n".join(f"Jetty {number}" for number in range(30))
    text = "\n".join(line for part in PAGE for line in part)
    assert body_of(f"{menu}\n{text}") == "\n".join(PAGE[2])
    assert body_of(f"{menu}\n{ARTICLE}") == f"{menu}\n{ARTICLE}"


def test_a_saved_page_keeps_its_article_alone() -> None:
    text = "\n".join(line for part in PAGE for line in part)
    assert body_of(text) == "\n".join(PAGE[2])
    kinds = {line: kind for kind, line in found(text)}
    assert kinds["Quay News"] == "navigation"
    assert kinds["Fog Until Friday"] == "related_links"


def test_without_structure_only_named_lines_go() -> None:
    text = "\n".join(line for part in PAGE for line in part)
    lines = [line for _, line in found(text, BoilerplateOptions(structure=False))]
    assert "Skip to content" in lines
    assert "Quay News" not in lines


def test_only_the_wanted_languages_count() -> None:
    text = f"{ARTICLE}\n\nSchlagwörter: Fähre, Brücke"
    assert found(text, BoilerplateOptions(languages=("en",))) == []
    assert found(text, BoilerplateOptions(languages=("de",))) == [("tags", "Schlagwörter: Fähre, Brücke")]


def test_every_option_is_documented() -> None:
    assert all(str(item.metadata["doc"]).endswith(".") for item in fields(BoilerplateOptions))


@pytest.mark.parametrize("language", languages())
def test_every_phrase_list_can_be_read(language: str) -> None:
    assert len(load((language,)).lexicon.entries) > 100


HOSTILE = {
    "one long line": ("word " * 200_000, 0),
    "one long word": ("x" * 1_000_000, 0),
    "one-letter lines": ("a\n" * 100_000, 0),
    "combining marks": ("e" + "\u0301" * 50_000, 0),
    "open brackets": ("[" * 300_000, 0),
    "links": ("[a](b)" * 50_000, 0),
    "stars": ("*a\n" * 50_000, 0),
    "bylines": ("By Ada\n" * 50_000, 0),
    "headers": ("Related Posts\n\n" * 50_000, 50_000),
    "posts": ("— a (@b)\n" * 50_000, 50_000),
    "rulers": ("~\n" * 50_000, 50_000),
}
"""Texts that nobody wrote, and how many labels each gets."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts(name: str) -> None:
    text, expected = HOSTILE[name]
    assert len(label(normalize(text), OPTIONS)) == expected


PIECES = st.sampled_from(
    [OPENING, CLOSING, *SURVIVORS.values(), *(text for part in PAGE for text in part)]
    + [text for table in (BEFORE, AFTER, BETWEEN) for texts in table.values() for text in texts]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=25).map("\n".join))


@given(TEXTS)
@settings(max_examples=150)
def test_labels_are_sorted_in_bounds_and_apart(text: str) -> None:
    text = normalize(text)
    position = -1
    for item in label(text, OPTIONS):
        assert position < item.start < item.end <= len(text)
        part = text[item.start : item.end]
        assert part == part.strip(WHITE_SPACE)
        assert item.kind in KINDS
        assert item.rule
        position = item.end


@given(TEXTS)
@settings(max_examples=150)
def test_the_text_comes_back_and_the_body_is_trimmed(text: str) -> None:
    text = normalize(text)
    body, stretches = cut(text, label(text, OPTIONS))
    assert restore(body, [{"offset": item.offset, "text": item.text} for item in stretches]) == text
    assert body == body.strip(WHITE_SPACE)
