"""Texts that are worked on in several threads at once come out as they do one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from corpus.transforms.article import Article, split_article
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.title import TitleOptions

ROUNDS = 60
TOPICS = ("bridge", "library", "harbour", "school", "bakery", "orchestra", "swimming pool", "railway")


def page(topic: str) -> str:
    """A saved page with its headline among many short lines, and a long article below."""
    menu = [f"{word} {number}" for number in range(60) for word in ("News", "Sport", "Weather")]
    teasers = [f"What the {other} means to the people of Ashford today" for other in TOPICS if other != topic]
    told = f"The {topic} in Ashford will close for repairs in spring, the council said on Monday after a long debate."
    rest = [
        f"In week {number} the {topic} needs {number * 7} more volunteers, a speaker said." for number in range(200)
    ]
    return "\n".join([*menu, f"Council closes the {topic} for repairs", "By Ada Quill", told, *rest, *teasers, *menu])


def test_texts_in_several_threads_come_out_as_one_after_the_other() -> None:
    texts = [page(topic) for topic in TOPICS]
    alone = list(map(split, texts))
    assert [article.title for article in alone] == [f"Council closes the {topic} for repairs" for topic in TOPICS]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(split, texts * ROUNDS)) == alone * ROUNDS


def split(text: str) -> Article:
    return split_article(text, BoilerplateOptions(), TitleOptions())
