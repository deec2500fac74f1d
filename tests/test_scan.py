"""What the kernels read from a text: lines and their counts, phrases, dates; and that no text is too much for them."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.schema import KINDS
from corpus.transforms.article import split_article
from corpus.transforms.boilerplate import marks
from corpus.transforms.boilerplate.characters import as_text, comparable
from corpus.transforms.boilerplate.cutting import cut_lines
from corpus.transforms.boilerplate.label import BoilerplateOptions, Scan, label, labels_of, marked, scan
from corpus.transforms.boilerplate.lexicon import WORDS
from corpus.transforms.boilerplate.phrases import languages, load, read
from corpus.transforms.boilerplate.rules import mark_lines
from corpus.transforms.normalize import normalize
from corpus.transforms.stretches import cut, restore
from corpus.transforms.title import TitleOptions, find_headline, find_title, mark_headline, with_title
from tests.article_texts import CLOSING, OPENING, SURVIVORS, wrapped

OPTIONS, TITLE = BoilerplateOptions(), TitleOptions()
ARTICLE = f"{OPENING}\n\n{CLOSING}"


def only(text: str) -> tuple[Scan, np.void]:
    """The one line of a text."""
    result = scan(text)
    assert len(result.lines) == 1
    return result, result.lines[0]


def plain(text: str) -> str:
    result, line = only(text)
    return as_text(result.plain[line["first"] : line["last"]])


def mark_of(line: str) -> tuple[str, int] | None:
    """Kind and form of a line by itself, as far as its form lasts: it stands between an article and a page's end."""
    result = marked(f"{ARTICLE}\n\n{line}\n\n{PAGE_END}", OPTIONS)
    starts = result.lines["start"].tolist()
    found = result.lines[starts.index(len(ARTICLE) + 2)]
    return (KINDS[found["kind"]], int(found["form"])) if found["form"] != marks.UNMARKED else None


PAGE_END = "Leave a Reply\n\nRelated Posts\n\nPrevious Article\n\n© 2024 Quay News. All rights reserved."


def test_the_codes_of_kinds_and_rules_are_their_places() -> None:
    names = [name for name in vars(marks) if name.lower() in KINDS]
    assert [getattr(marks, kind.upper()) for kind in KINDS] == list(range(len(KINDS)))
    assert len(names) == len(KINDS)
    assert len(marks.RULES) == marks.BY_CUES + len(KINDS)
    assert marks.RULES[marks.BY_BLOCK + marks.TAGS] == "block:tags"
    assert marks.RULES[marks.BY_CUES + marks.TAGS] == "cues:tags"


def test_what_is_counted_of_a_line() -> None:
    _, line = only('"Ferry 12 left." The HARBOUR, of an old quay. Is emptier? 7')
    text = '"Ferry 12 left." The HARBOUR, of an old quay. Is emptier? 7'
    assert line["words"] == len(text.split(" "))
    assert line["letters"] == sum(letter.isalpha() for letter in text)
    assert line["uppers"] == sum(letter.isupper() for letter in text)
    assert line["capitals"] == sum(word[0].isupper() for word in text.split(" "))
    assert line["digits"] == 3
    assert line["commas"] == 1
    assert line["punctuation"] == 6
    assert line["ends"] == 2
    assert line["short_words"] == sum(len(word) <= 3 for word in text.split(" "))
    assert not line["lower"]
    assert not line["closed"]


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("the ferry left", "lower", True),
        ("- a torch", "item", True),
        ("See https://quay.example now", "address", True),
        ("See http:/quay.example now", "address", False),
        ("## Ferry", "heading", True),
        ("####### Ferry", "heading", False),
        ("#Ferry", "heading", False),
        ("The ferry has gone.", "closed", True),
        ('The ferry has gone."', "closed", True),
        ('The ferry has gone.")]*', "closed", False),
        ("The ferry has gone.", "sentence", True),
        ("Has the ferry gone?", "sentence", False),
        ("And then it was gone...", "sentence", False),
        ("Gone at six.", "sentence", False),
        ("She has brought one two three four five six seven things:", "prose", True),
        ("渡し船は最後の航海を終えた。みんなが見ていた。", "words", 11),
    ],
)
def test_facts_of_a_line(text: str, field: str, expected: object) -> None:
    assert only(text)[1][field] == expected


@given(st.text("aZ9. ,é渡\u0301", min_size=1, max_size=400))
@settings(max_examples=100)
def test_counts_hold_for_any_length(text: str) -> None:
    text = normalize(f"x{text}x")
    _, line = only(text)
    assert line["uppers"] == sum(letter.isupper() for letter in text)
    assert line["digits"] == text.count("9")
    assert line["unspaced"] == text.count("渡")
    assert line["blanks"] == text.count(" ")
    assert line["letters"] == sum(letter.isalpha() for letter in text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*By Ada Quill*", "By Ada Quill"),
        ("__Ferry__ and **boat**", "Ferry and boat"),
        ("## [Ferry](https://quay.example/a) ##", "Ferry"),
        ("![Boat](b.png)![Quay](q.png)!", "BoatQuay!"),
        ("[a](b c) and [d] (e)", "[a](b c) and [d] (e)"),
        ("[[a](b)](c)", "[a](c)"),
        ("***", "*"),
        ("[](x)", "[](x)"),
        ("* item", "* item"),
    ],
)
def test_lines_without_markdown(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_wrapped_paragraphs_are_one_line() -> None:
    text = wrapped(ARTICLE)
    result = scan(text)
    assert [as_text(result.plain[line["first"] : line["last"]]) for line in result.lines] == [OPENING, CLOSING]
    assert result.lines["gap"].tolist() == [False, True]


def test_lines_of_a_list_are_not_joined() -> None:
    text = "\n".join(f"- {number} {'rope ' * 12}end" for number in range(5))
    assert len(scan(text).lines) == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ　１２：３０", "abc　12:30"),
        ("٣ مايو ٢٠٢٤ ۱۴", "3 مايو 2024 14"),
        ("أحمد إلى آخر", "احمد الي اخر"),
        ("Ёлка ’n‘ ʼ\t.", "елка 'n' ' ."),
    ],
)
def test_what_is_written_either_way_is_compared_as_one(text: str, expected: str) -> None:
    assert comparable(text) == expected


FRAMES = {
    "line": "» {} 12",
    "head": "{}:",
    "hint": "{}",
    "counted": "12 {} quay",
    "start": "{} quay",
    "end": "quay {}",
    "inside": "qq {} zz",
}
"""Lines with a phrase, by its form."""


@pytest.mark.parametrize("language", languages())
def test_every_phrase_is_found_where_its_form_says(language: str) -> None:
    phrases = [phrase for phrase in read(language) if phrase.form in FRAMES]
    framed = [FRAMES[phrase.form].format(phrase.text).replace("  ", " ") for phrase in phrases]
    result = scan("\n\n".join(framed))
    mark_lines(result.plain, result.folded, load((language,)).lexicon, result.lines)
    for phrase, line in zip(phrases, result.lines, strict=True):
        assert line["form"] != marks.UNMARKED, phrase


def test_unknown_words_are_in_no_list() -> None:
    lexicon = load(languages()).lexicon
    entries = lexicon.entries[lexicon.entries["table"] == WORDS]
    words = {as_text(lexicon.points[entry["begin"] : entry["begin"] + entry["size"]]) for entry in entries}
    assert {"january", "januar", "facebook", "von", "uhr"} <= words
    assert len(words) == len(entries)


@pytest.mark.parametrize(
    "line",
    [
        *("12.03.2024 by Ada", "Ada | 3 May 2024, 10:15", "May 3rd, 2024", "2024-05-03", "3. Mai 2024, 18h30"),
        *(
            "令和6年5月3日",
            "2024年 5月 3日 12:30",
            "５月３日 ２０２４年",
            "٣ مايو ٢٠٢٤",
            "5 мая 2024г",
            "3 May, Fri 2024",
            "Old Quay, 3 May",
            "OLD QUAY, May 3",
        ),
    ],
)
def test_lines_that_hold_a_date(line: str) -> None:
    assert mark_of(line) == ("dateline", marks.DATE)


@pytest.mark.parametrize(
    "line",
    [
        "12.33.2024 by Ada",
        "112.03.2024 by Ada",
        "2.400 Ropes in May 2024 sold",
        "Ada, 3 Mast 2024",
        "Version 2.0.1",
        "2400 Ropes in May",
        "5.3.",
    ],
)
def test_lines_that_hold_no_date(line: str) -> None:
    assert mark_of(line) != ("dateline", marks.DATE)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("— Quay Watch (@quaywatch) May 3, 2024", True),
        ("-- Quay (@quay)", True),
        ("— Quay Watch (@" + "q" * 21 + ")", False),
        ("— " + "q" * 81 + "(@quay)", False),
        ("Quay Watch (@quaywatch)", False),
        ("https://www.twitter.com/quay/status/12", True),
        ("https://www.quay.example/status/12", False),
        ("https://x.com/", False),
    ],
)
def test_embedded_posts(line: str, *, expected: bool) -> None:
    assert (mark_of(line) == ("social_embed", marks.LINE)) == expected


SHORT = ("Related Posts", "Leave a Reply", "By Ada Quill", "3 May 2024", "# Ferry", "Skip to content", "====", "渡し船")
HEADS = ("Home > News > Harbour", "Last Ferry Leaves Old Quay", "Share on Facebook", "")
PIECES = st.sampled_from([OPENING, CLOSING, *SURVIVORS.values(), *SHORT, *HEADS])
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=25).map("\n".join).map(normalize)


@given(TEXTS)
@settings(max_examples=100)
def test_one_pass_gives_what_the_single_steps_give(text: str) -> None:
    labels = label(text, OPTIONS)
    title, titles = find_title(text, labels, TITLE)
    lines = marked(text, OPTIONS)
    headline = find_headline(lines, TITLE)
    assert title == (None if headline is None else headline.words)
    if headline is not None:
        mark_headline(lines, headline)
    expected = cut(text, with_title(labels, titles))
    assert cut(text, labels_of(lines, OPTIONS)) == expected
    assert cut_lines(text, lines, OPTIONS) == expected


PROSE = f"{OPENING} " * 2
HOSTILE = {
    "one long line": lambda size: "word " * (size // 5),
    "one long word": lambda size: "x" * size,
    "empty lines": lambda size: "\n" * size,
    "short paragraphs": lambda size: "a\n\n" * (size // 3),
    "one phrase in one line": lambda size: "Related Posts " * (size // 14),
    "one phrase a line": lambda size: "Related Posts\n" * (size // 14),
    "lines that begin like many phrases": lambda size: "foto\n" * (size // 5),
    "combining marks": lambda size: "e" + "\u0301" * size,
    "open brackets": lambda size: "[" * size,
    "open links": lambda size: "[a](b" * (size // 5),
    "open posts": lambda size: ("- " + "(@" * 40 + "\n") * (size // 83),
    "numbers": lambda size: "12.12.1" * (size // 7),
    "wrapped": lambda size: ("word " * 12 + "rope\n") * (size // 65),
    "a page of one character": lambda size: (
        "Log in\n" + "aaaa aaab aaac aaad\n" * 60 + PROSE + "\n" + "aaaa" * (size // 4)
    ),
    "headlines": lambda size: "Log in\n" + "The ferry has gone\n" * (size // 19) + PROSE,
    "bylines": lambda size: "By Ada Quill\n" * (size // 13) + PROSE,
}
"""Texts that nobody wrote, by their size."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_linear_time(name: str) -> None:
    def seconds(size: int) -> float:
        text = HOSTILE[name](size).strip()
        start = time.process_time()
        article = split_article(text, OPTIONS, TITLE)
        spent = time.process_time() - start
        assert (
            restore(article.body, [{"offset": part.offset, "text": part.text} for part in article.boilerplate]) == text
        )
        return spent

    seconds(100)
    small, large = (min(seconds(size) for _ in range(2)) for size in (200_000, 1_600_000))
    assert large < 40 * small + 0.5


def test_a_line_of_twenty_megabytes_and_five_million_lines() -> None:
    for text in ("word " * 4_000_000, "a\n\n" * 2_500_000):
        assert label(text.strip(), OPTIONS) == []
