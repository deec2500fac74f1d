"""A page of HTML as a source text: all visible text a line a block, the article's lines kept, all others named."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.schema import KINDS
from corpus.transforms.article import Article, Given, split_article
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.html.facts import Tree
from corpus.transforms.html.features import FEATURES, describe
from corpus.transforms.html.hints import groups_of, load_hints
from corpus.transforms.html.lines import join_lines, read_lines
from corpus.transforms.html.model import best_sequence, load_model, read_model
from corpus.transforms.html.page import HtmlOptions, Page, PageError, opinions_on, read_page, see
from corpus.transforms.html.stated import read_stated
from corpus.transforms.html.tree import parse
from corpus.transforms.normalize import normalize
from corpus.transforms.stretches import restore
from corpus.transforms.title import TitleOptions

FIRST = "The last ferry left the old quay on Tuesday evening with forty passengers who did not want to step off."
SECOND = "Nobody at the harbour office could say on Wednesday whether the service will ever be taken up again."
THIRD = "The council wants to decide in spring, when the new bridge has been open for a year and the figures are known."
QUOTE = "“We loved it,” said one of them, “and we will miss it on every single morning.”"
HEADLINE = "Last Ferry Leaves Old Quay"

PAGE = f"""<!doctype html><html lang="en-GB"><head><title>{HEADLINE} | Harbour Post</title>
<meta property="og:site_name" content="Harbour Post"><style>p {{ color: red }}</style></head><body class="single">
<div class="cookie-consent">We use cookies to make this site better.<button>Accept all</button></div>
<nav class="main-menu"><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<article class="post"><h1>{HEADLINE}</h1><p class="byline">By <a href="/ada">Ada Quill</a></p>
<time datetime="2024-05-03">3 May 2024</time>
<div class="article-body"><p>{FIRST}</p>
<figure><img src="x.jpg"><figcaption>The ferryman at the oar. Photo: Ben Moor</figcaption></figure>
<p>{SECOND}</p><blockquote><p>{QUOTE}</p></blockquote>
<p>{THIRD}</p></div>
<div class="share-buttons"><a href="f">Share on Facebook</a> <a href="t">Tweet</a></div></article>
<aside class="related-posts"><h2>Related</h2><ul><li><a href="/a">Bridge opens to cyclists</a></li></ul></aside>
<section id="comments"><h3>2 comments</h3><div class="comment"><p>I took it every day.</p></div></section>
<form class="newsletter-signup"><label>Subscribe to our newsletter</label><input value="me"></form>
<footer class="site-footer">© 2024 Harbour Post. All rights reserved.</footer>
<script>var text = "never seen";</script><noscript>Please enable scripts</noscript></body></html>"""


def page(markup: str = PAGE) -> Page:
    return read_page(markup, HtmlOptions())


def split(read: Page) -> Article:
    held = Given(title=read.fields.get("title"), source="html", labels=read.labels)
    return split_article(read.text, BoilerplateOptions(), TitleOptions(), given=held)


def visible(markup: str) -> list[str]:
    root = parse(markup, HtmlOptions())
    return [] if root is None else [line.text for line in read_lines(root.find("body"))]


def test_the_article_is_kept_and_nothing_else() -> None:
    article = split(page())
    assert article.title == HEADLINE
    assert article.title_source == "html"
    assert article.body.split("\n") == [FIRST, SECOND, QUOTE, THIRD]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We use cookies to make this site better.", "cookie_notice"),
        ("Home", "navigation"),
        (HEADLINE, "title"),
        ("By Ada Quill", "byline"),
        ("3 May 2024", "dateline"),
        ("Bridge opens to cyclists", "related_links"),
        ("I took it every day.", "comments"),
        ("Subscribe to our newsletter", "newsletter"),
        ("© 2024 Harbour Post. All rights reserved.", "copyright"),
    ],
)
def test_dropped_lines_are_named(text: str, kind: str) -> None:
    read = page()
    assert [label.kind for label in read.labels if read.text[label.start : label.end] == text] == [kind]


def test_caption_and_share_links_are_named() -> None:
    read = page()
    kinds = {read.text[label.start : label.end]: label.kind for label in read.labels}
    assert kinds["The ferryman at the oar. Photo: Ben Moor"] in ("caption", "image_credit")
    assert kinds["Share on Facebook Tweet"] == "share_links"


def test_the_text_holds_all_that_is_visible_and_nothing_that_is_not() -> None:
    text = page().text
    assert all(part in text for part in (FIRST, "Home\nNews\n", "Accept all", "Ben Moor", "© 2024"))
    assert not any(part in text for part in ("never seen", "enable scripts", "color: red", "value"))
    assert restored(page()) == text


def restored(read: Page) -> str:
    article = split(read)
    return restore(article.body, [{"offset": part.offset, "text": part.text} for part in article.boilerplate])


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("<p>one<br>two<br><br>three", ["one", "two", "three"]),
        ("<p>a  \n b\t<b>c</b>d &amp; &eacute;&nbsp;x</p>", ["a b cd & é x"]),
        ("<table><tr><td>1</td> <td>2</td></tr><tr><th>3<th>4</table>", ["1\t2", "3\t4"]),
        ("<table><tr><td><p>one</p><p>two</p></td><td>three</td></tr></table>", ["one", "two", "three"]),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", ["a", "b", "c"]),
        ("<p>x</p><pre>def f():\n    return 1\n\n\nf()</pre>", ["x", "def f():", "    return 1", "f()"]),
        ("<div>a<div>b</div>c</div>", ["a", "b", "c"]),
        ("<div hidden>no</div><p style='DISPLAY : none'>no</p><p>yes</p>", ["yes"]),
        ("<p>a<script>no</script>b<!-- no -->c", ["abc"]),
        ("<ruby>東<rt>とう</rt>京<rp>(</rp><rt>きょう</rt></ruby>", ["東京"]),
        ("<p>A man with a plan", ["A man with a plan"]),
        ("<h1>Loose</h1>text <i>in</i> body<h2>x</h2>", ["Loose", "text in body", "x"]),
        ("<select><option>no</select><textarea>no</textarea><button>yes</button>", ["yes"]),
        ("<p>e\u0301 \u200bx\u00ad</p>", ["\u00e9 \u200bx"]),
        ("plain text", ["plain text"]),
    ],
)
def test_lines(markup: str, lines: list[str]) -> None:
    assert visible(markup) == lines


def test_code_keeps_its_blank_lines() -> None:
    root = parse("<p>x</p><pre>a\n\n\n  b</pre>", HtmlOptions())
    assert join_lines(read_lines(root.find("body"))) == "x\na\n\n  b"


@pytest.mark.parametrize("markup", ["", " \n", "<!-- -->", "\0", "<html></html>", "<script>x</script>"])
def test_nothing_visible_is_no_text(markup: str) -> None:
    read = page(markup)
    assert (read.text, read.labels) == ("", ())


@pytest.mark.parametrize(
    "markup",
    [
        "<?xml version='1.0' encoding='iso-8859-1'?><html><body><p>häuser</p></body></html>",
        "<p>he\0llo wor\ud800ld</p>",
        "<p>&#0; &#x110000; &bogus; &amp &lt</p>",
        "<frameset><frame src=x></frameset>",
        "<b><i><p>mis<b>nested</i></p>",
        "<" * 5000,
        "<a href='" * 500,
    ],
)
def test_broken_markup_is_read(markup: str) -> None:
    read = page(markup)
    assert normalize(read.text) == read.text
    assert restored(read) == read.text


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 401 + "x",
        "<p>x" + "<br>" * 200_001,
        "<p " + " ".join(f"a{number}=1" for number in range(40_000)) + ">x</p>",
        "x" * 20_000_001,
    ],
)
def test_too_much_is_refused(markup: str) -> None:
    with pytest.raises(PageError) as caught:
        page(markup)
    assert caught.value.reason == "parser_limit"


def test_no_page_depends_on_those_before(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    pages = [PAGE, PAGE.replace("ferry", "tram"), "<p>short</p>", PAGE]
    alone = [page(markup) for markup in pages]
    assert [page(markup) for markup in reversed(pages)] == alone[::-1]
    assert capfd.readouterr() == ("", "")


TAGS = st.sampled_from(
    ["p", "div", "b", "a href=x", "li", "ul", "td", "tr", "table", "pre", "nav", "h1", "br", "span class=ad"]
)
WORDS = st.text(st.sampled_from("ab .,\n\t \u00a0\u0301\u2028\u3042\u00ad\u200b&<1"), max_size=12)


@st.composite
def markups(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.tuples(TAGS, WORDS, st.booleans()), max_size=25))
    return "".join(f"<{tag}>{words}" + (f"</{tag.split()[0]}>" if closed else "") for tag, words, closed in parts)


@settings(max_examples=150)
@given(markups())
def test_any_page_is_a_normalised_text_with_sound_labels(markup: str) -> None:
    read = page(markup)
    assert normalize(read.text) == read.text
    assert restored(read) == read.text
    lines = {(start, start + len(line)) for start, line in starts(read.text)}
    assert all(any(first <= item.start < item.end == end for first, end in lines) for item in read.labels)
    assert all(item.kind in KINDS and item.rule for item in read.labels)
    assert [item.start for item in read.labels] == sorted({item.start for item in read.labels})


def starts(text: str) -> Iterable[tuple[int, str]]:
    position = 0
    for line in text.split("\n"):
        yield position, line
        position += len(line) + 1


@settings(max_examples=200)
@given(st.lists(st.integers(-20, 20), max_size=9), st.integers(0, 15))
def test_the_best_sequence_is_the_best(scores: list[int], change: int) -> None:
    def worth(states: tuple[bool, ...]) -> int:
        changes = sum(one != other for one, other in pairwise(states))
        return sum(score for score, kept in zip(scores, states, strict=True) if kept) - change * changes

    every = [tuple(bool(number >> place & 1) for place in range(len(scores))) for number in range(2 ** len(scores))]
    assert worth(tuple(best_sequence(scores, change))) == max(map(worth, every))


def test_a_tree_knows_the_elements_around_each_line() -> None:
    root = parse("<div><p>one</p><ul><li>two</ul></div>", HtmlOptions())
    lines = read_lines(root.find("body"))
    tags = [[element.tag for element in chain] for chain in Tree.of(lines, [1, 1]).chains]
    assert tags == [["p", "div"], ["li", "ul", "div"]]


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("relatedPosts-list", "related"),
        ("c-COMMENTS__item", "comments"),
        ("nav", "navigation"),
        ("post-adSlot", "advertisement"),
    ],
)
def test_words_of_a_class_tell_what_stands_there(name: str, group: str) -> None:
    assert group in groups_of(name)


@pytest.mark.parametrize("name", ["shadow", "canvas", "unavailable", "x1y2z3"])
def test_other_words_tell_nothing(name: str) -> None:
    assert groups_of(name) == frozenset()


def test_hints_name_kinds_of_the_schema() -> None:
    assert set(load_hints().kinds.values()) <= set(KINDS)


def test_the_model_is_whole_numbers_on_known_features() -> None:
    model = load_model()
    assert model.change > 0
    assert len(model.trees.roots) > 1
    with pytest.raises(ValueError, match="no feature colour"):
        read_model({"change": 1, "trees": [["colour", 1, 0, 1]]})


def test_every_line_has_every_feature() -> None:
    root = parse(PAGE, HtmlOptions())
    seen = see(root, read_stated(root))
    values = describe(seen.tree, opinions_on(seen, f"{FIRST}\n{SECOND}"))
    assert values.shape == (len(seen.tree.lines), len(FEATURES))
    by_name = dict(zip(FEATURES, values.T.tolist(), strict=True))
    texts = [line.text for line in seen.tree.lines]
    first, caption = texts.index(FIRST), texts.index("The ferryman at the oar. Photo: Ben Moor")
    assert by_name["kept"][first] == 1000
    assert (by_name["up"][caption], by_name["down"][caption]) == (1, 1)
    assert by_name["in figcaption"][caption] == 1
    assert by_name["pictured"][caption] == 1
    assert by_name["to share"][texts.index("Share on Facebook Tweet")] == 0
    assert by_name["heading away"][first] == first - texts.index(HEADLINE)
    assert by_name["-1 words"][0] == by_name["+1 words"][-1] == -1
