"""An article from a text that came with a title or with a page's labels."""

from __future__ import annotations

import pytest

from corpus.model import Decision
from corpus.transforms.article import Article, Given, split_article
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.stretches import Label, restore
from corpus.transforms.title import TitleOptions
from tests.article_texts import CLOSING, OPENING

HEAD = "Last Ferry Leaves Old Quay"
ARTICLE = f"{OPENING}\n\n{CLOSING}"


def split(text: str, given: Given, *decisions: Decision) -> Article:
    article = split_article(text, BoilerplateOptions(), TitleOptions(), decisions, given)
    assert restore(article.body, [{"offset": part.offset, "text": part.text} for part in article.boilerplate]) == text
    return article


def titles(article: Article) -> list[tuple[str, str]]:
    return [(part.text.strip(), part.rule) for part in article.boilerplate if part.kind == "title"]


@pytest.mark.parametrize("printed", [HEAD, HEAD.upper(), f"“{HEAD}”", f"# {HEAD}"])
def test_a_given_title_leaves_the_body_where_it_is_printed(printed: str) -> None:
    article = split(f"{printed}\n\n{ARTICLE}", Given(title=HEAD, source="json"))
    assert (article.title, article.title_source, article.body) == (HEAD, "json", ARTICLE)
    assert titles(article) == [(printed, "title:given")]


def test_a_given_title_wins_over_a_found_one() -> None:
    text = f"{HEAD}\n\nBy Ada Quill\n\n{ARTICLE}"
    article = split(text, Given(title="Another title", source="sidecar"))
    assert (article.title, article.title_source) == ("Another title", "sidecar")
    assert titles(article) == []


def test_a_title_that_the_article_repeats_later_stays() -> None:
    text = f"{OPENING * 4}\n\n{HEAD}\n\n{CLOSING}"
    assert split(text, Given(title=HEAD, source="json")).body == text


def test_labels_of_a_page_are_all_there_are() -> None:
    text = f"Home\n{HEAD}\n{OPENING}\nShare on Facebook\n{CLOSING}"
    labels = (Label(start=0, end=4, kind="navigation", rule="html:nav"),)
    article = split(text, Given(title=HEAD, source="html", labels=labels))
    assert article.body == f"{OPENING}\nShare on Facebook\n{CLOSING}"
    assert titles(article) == [(HEAD, "title:given")]


def test_a_page_without_a_title_gets_none() -> None:
    article = split(f"{HEAD}\n{OPENING}", Given(labels=()))
    assert (article.title, article.title_source, article.body) == (None, None, f"{HEAD}\n{OPENING}")


def test_decisions_win_over_what_came_with_the_text() -> None:
    text = f"{HEAD}\n\n{ARTICLE}"
    given = Given(
        title=HEAD, source="html", labels=(Label(start=0, end=len(HEAD), kind="title", rule="html:headline"),)
    )
    other = split(text, given, decide("title", "A title of my own"))
    assert (other.title, other.title_source, other.body) == ("A title of my own", "override", ARTICLE)
    none = split(text, given, decide("title", None))
    assert (none.title, none.title_source, none.body) == (None, "override", text)
    kept = split(text, given, decide("kind", None, HEAD))
    assert (kept.title, kept.body) == (HEAD, text)


def decide(action: str, value: str | None, text: str = "") -> Decision:
    return Decision(line=1, id="a.html", action=action, value=value, text=text)
