"""What a page states of itself: fields as they stand, and the headline without the site's name."""

from __future__ import annotations

import json

import pytest

from corpus.transforms.html.headline import find_headline
from corpus.transforms.html.lines import read_lines
from corpus.transforms.html.page import HtmlOptions, read_page
from corpus.transforms.html.stated import read_stated
from corpus.transforms.html.tree import parse

PROSE = "<p>The last ferry left the old quay on Tuesday evening with forty passengers who did not want to step off.</p>"
HEADLINE = "Last Ferry Leaves Old Quay"


def fields(head: str, body: str = PROSE, root: str = "<html>") -> dict[str, str]:
    return dict(read_page(f"{root}<head>{head}</head><body>{body}</body></html>", HtmlOptions()).fields)


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": HEADLINE,
    "datePublished": "2024-05-03T10:15:00+02:00",
    "author": [{"@type": "Person", "name": "Ada Quill"}, {"@type": "Person", "name": "Ben Moor"}],
    "publisher": {"@type": "Organization", "name": "Harbour Post"},
    "mainEntityOfPage": {"@type": "WebPage", "@id": "https://harbour.example/ferry"},
    "inLanguage": "en-GB",
    "license": "https://creativecommons.org/licenses/by/4.0/",
}
STATED = {
    "title": HEADLINE,
    "published": "2024-05-03T10:15:00+02:00",
    "author": "Ada Quill, Ben Moor",
    "site": "Harbour Post",
    "url": "https://harbour.example/ferry",
    "language_declared": "en-GB",
    "license": "https://creativecommons.org/licenses/by/4.0/",
}


@pytest.mark.parametrize(
    "value",
    [
        ARTICLE,
        [ARTICLE],
        {"@graph": [{"@type": "WebSite", "name": "Not this"}, {"@type": "BreadcrumbList"}, ARTICLE]},
        {"@type": "WebPage", "name": "Not this", "mainEntity": ARTICLE},
        {**ARTICLE, "@type": ["Article", "BlogPosting"]},
    ],
)
def test_jsonld(value: object) -> None:
    assert fields(ld(value)) == STATED


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "Article", "headline": "Last Ferry Leaves Old Quay", }',
        '//<![CDATA[\n{"@type": "Article", "headline": "Last Ferry Leaves Old Quay"}\n//]]>',
        '{"@type": "Article", "headline": "Last Ferry\tLeaves Old Quay"}',
        '{"@type": "Article", "headline": "Last Ferry Leaves &quot;Old&quot; Quay"}',
    ],
)
def test_slightly_broken_jsonld_is_read(script: str) -> None:
    title = fields(f'<script type="application/ld+json">{script}</script>')["title"]
    assert title.replace('"', "") == HEADLINE


@pytest.mark.parametrize("script", ["{", "[" * 100_000, "null", "3", '{"@graph": 5, "@type": {}}', '{"headline": [1]}'])
def test_hopeless_jsonld_states_nothing(script: str) -> None:
    assert fields(f'<script type="application/ld+json">{script}</script>') == {}


def test_meta_elements() -> None:
    head = """<meta property="og:title" content="Last Ferry Leaves Old Quay"><meta property="og:url" content="https://a.example/x">
    <meta name="author" content=" Ada  Quill "><meta property="article:author" content="https://facebook.com/ada">
    <meta property="article:published_time" content="2024-05-03"><meta property="og:site_name" content="Harbour Post">
    <link rel="canonical" href="https://a.example/ferry"><meta http-equiv="Content-Language" content="en">"""
    assert fields(head) == {
        "title": HEADLINE,
        "url": "https://a.example/ferry",
        "author": "Ada Quill",
        "site": "Harbour Post",
        "published": "2024-05-03",
        "language_declared": "en",
    }


def test_microdata_links_and_the_root_language() -> None:
    body = f"""{PROSE}<span itemprop="author" itemscope>By <b itemprop="name">Ada Quill</b></span>
    <time itemprop="datePublished" datetime="2024-05-03T10:00Z">yesterday</time>
    <a rel="license" href="https://creativecommons.org/publicdomain/zero/1.0/">CC0</a>"""
    assert fields("", body, '<html lang="pt-BR">') == {
        "author": "Ada Quill",
        "published": "2024-05-03T10:00Z",
        "language_declared": "pt-BR",
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
    }


def test_what_cannot_be_a_value_is_none() -> None:
    head = """<meta name="author" content="https://x.example/ada"><meta name="author" content="@ada">
    <meta name="date" content="yesterday"><meta name="language" content="?"><meta property="og:title" content="">"""
    assert fields(head, PROSE, '<html lang="{{lang}}">') == {}


def test_an_author_that_is_the_site_yields_to_a_person() -> None:
    site = '<meta property="og:site_name" content="Harbour Post">'
    house, person = '<meta name="author" content="Harbour Post">', '<meta name="byl" content="Ada Quill">'
    more = '<meta name="byl" content="All by Harbour Post">'
    assert fields(site + house + person, PROSE)["author"] == "Ada Quill"
    assert fields(site + house + more, PROSE)["author"] == "Harbour Post"
    assert fields(site + house, PROSE)["author"] == "Harbour Post"


def headline(body: str, head: str = "") -> str | None:
    root = parse(f"<html><head>{head}</head><body>{body}</body></html>", HtmlOptions())
    lines = read_lines(root.find("body"))
    return find_headline(read_stated(root), lines, [line.block.tag == "p" for line in lines])


SITE = '<meta property="og:site_name" content="Harbour Post">'


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"<title>{HEADLINE} | Harbour Post</title>{SITE}", PROSE),
        (f"<title>Harbour Post: {HEADLINE}</title>{SITE}", PROSE),
        (f"<title>{HEADLINE} - News - Harbour Post</title>", f"<h1>{HEADLINE}</h1>{PROSE}"),
        (
            f"<title>{HEADLINE} – harbourpost.example</title><link rel=canonical href=https://www.harbourpost.example/f>",
            PROSE,
        ),
        (f"<title>{HEADLINE}</title>{SITE}", f"<h1>Harbour Post</h1><h2>{HEADLINE}</h2>{PROSE}"),
        (f'<meta property="og:title" content="{HEADLINE}">', f"<h1>Shipping<br>{HEADLINE}</h1>{PROSE}"),
        (f'<meta property="og:title" content="{HEADLINE}">', f"<h1>Shipping: {HEADLINE}</h1>{PROSE}"),
        (f"<title>{HEADLINE} | Harbour Post</title>", f"<div>{HEADLINE}</div>{PROSE}"),
        ("", f'<h1><span class="overline">Shipping</span>{HEADLINE}</h1>{PROSE}'),
        ("", f'<h1><i>Shipping</i><span class="visually-hidden">: </span><b>{HEADLINE}</b></h1>{PROSE}'),
        ("", f'<h1>{HEADLINE}<span class="invisible"> | Harbour Post</span></h1>{PROSE}'),
        ("<title>Post Online</title>", f'<h1><a href="/">Post Online</a></h1><h1>{HEADLINE}</h1>{PROSE}'),
        ("<title>Ferry leaves old quay for the last time</title>", f"<h1>{HEADLINE}</h1>{PROSE}"),
        ("", f"<h1>{HEADLINE}</h1>{PROSE}"),
    ],
)
def test_headline(head: str, body: str) -> None:
    assert headline(body, head) == HEADLINE


@pytest.mark.parametrize(
    ("head", "body"),
    [("", PROSE), ("<title>Harbour Post</title>" + SITE, PROSE), ("<title>  </title>", f"<div>Harbour</div>{PROSE}")],
)
def test_without_a_headline_there_is_none(head: str, body: str) -> None:
    assert headline(body, head) is None
