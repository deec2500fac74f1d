"""What a page states of itself in its head and its attributes: JSON-LD, OpenGraph, meta elements, microdata, links."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from corpus.transforms.html.jsonld import read_jsonld
from corpus.transforms.html.wording import wording
from corpus.transforms.normalize import normalize

_META: Final = {
    "title": ("og:title", "twitter:title", "citation_title", "dc.title", "dcterms.title", "headline", "parsely-title"),
    "url": ("og:url", "twitter:url"),
    "author": (
        *("author", "article:author", "byl", "dc.creator", "dcterms.creator", "dc.author", "citation_author"),
        *("parsely-author", "sailthru.author", "article:author_name", "article.author", "og:article:author"),
        *("cxenseparse:author", "dcsext.author", "authors", "web_author", "byline"),
    ),
    "site": ("og:site_name", "application-name", "dc.publisher", "dcterms.publisher", "publisher", "copyright"),
    "published": (
        *("article:published_time", "article:published", "og:published_time", "og:article:published_time"),
        *("datepublished", "date", "dc.date", "dc.date.issued", "dc.date.created", "dcterms.date", "dcterms.issued"),
        *("dcterms.created", "dcterms.available", "pubdate", "publishdate", "publish-date", "publish_date"),
        *("publication_date", "publicationdate", "parsely-pub-date", "sailthru.date", "citation_publication_date"),
        *("citation_date", "citation_online_date", "article.published", "cxenseparse:recs:publishtime"),
        *("cxenseparse:publishtime", "ptime", "pdate", "displaydate", "dateissued", "issue_date", "og:pubdate"),
        *("created", "article_date_original", "date.release", "date.created", "last-published", "rnews:datepublished"),
    ),
    "language": ("content-language", "dc.language", "dcterms.language", "language", "og:locale"),
    "description": ("og:description", "description", "twitter:description"),
    "license": ("dc.rights.license", "dcterms.license", "dcterms.rights.license"),
}
"""Names of meta elements by field; of several the first named here counts first."""
_NO_SITE: Final = ("publisher", "copyright")
_ADDRESS: Final = re.compile("(?:https?:)?//|www[.]|@[A-Za-z0-9_]+$")
_DIGIT: Final = re.compile("[0-9]")
_LANGUAGE: Final = re.compile("[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_SPACE: Final = re.compile("[ \t\n\r\f]+")
_SPACES_IN_TEXT: Final = 400
MOST_VALUE: Final = 1000
"""A longer value is no name, date or address."""
_DATED: Final = frozenset(("published", "entry-date", "dt-published", "pubdate"))


@dataclass(slots=True)
class Stated:
    """What was found, by field; the first value of a field counts most."""

    values: dict[str, list[str]] = field(default_factory=dict)
    document_title: str | None = None

    def add(self, name: str, value: str | None) -> None:
        """Take up a value of a field, trimmed and with its entities resolved."""
        text = tidy(value)
        if text and len(text) <= MOST_VALUE and text not in self.values.setdefault(name, []):
            self.values[name].append(text)

    def first(self, name: str) -> str | None:
        """The value that counts most."""
        return next(iter(self.values.get(name, ())), None)


def tidy(value: str | None) -> str:
    """`value` on one line, without entities that were escaped twice."""
    if not value:
        return ""
    return normalize(_SPACE.sub(" ", html.unescape(value) if "&" in value else value).replace("\n", " ")).strip(" \t")


def read_stated(root: Any) -> Stated:
    """What the page below `root` states of itself."""
    stated = Stated()
    metas: dict[str, list[str]] = {}
    scripts: list[str] = []
    marked: dict[str, list[str]] = {}
    for element in root.iter("meta", "script", "title", "link", "a", "time", "abbr"):
        tag = element.tag
        if tag == "meta":
            _read_meta(element, metas)
        elif tag == "script" and "ld+json" in (element.get("type") or ""):
            scripts.append(element.text or "")
        elif tag == "title" and stated.document_title is None and not _in_drawing(element):
            stated.document_title = tidy("".join(element.itertext()))
        elif tag in ("link", "a"):
            _read_link(element, marked)
        elif tag in ("time", "abbr"):
            _read_date(element, marked)
    for element in root.xpath("//*[@itemprop]"):
        _read_item(element, marked)
    _merge(stated, read_jsonld(scripts), metas, marked)
    language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang")
    if language and _LANGUAGE.fullmatch(language.strip()):
        stated.values.setdefault("language", []).insert(0, language.strip())
    return stated


def _merge(
    stated: Stated, jsonld: Mapping[str, list[str]], metas: Mapping[str, list[str]], marked: Mapping[str, list[str]]
) -> None:
    for name, keys in _META.items():
        for value in marked.get(f"link:{name}", ()):
            stated.add(name, value)
        for value in jsonld.get(name, ()):
            _add(stated, name, value)
        for key in keys:
            if name == "site" and key in _NO_SITE and stated.first("site"):
                continue
            values = metas.get(key, [])
            for value in [", ".join(values)] if name == "author" and values else values:
                _add(stated, name, value)
        for value in marked.get(name, ()):
            _add(stated, name, value)
    _prefer_people(stated)


def _prefer_people(stated: Stated) -> None:
    """Of several authors let one that is not the site, nor names it, count first."""
    authors = stated.values.get("author", [])
    sites = {wording(site) for site in stated.values.get("site", ())} - {""}
    people = [author for author in authors if not any(site in wording(author) for site in sites)]
    if people and wording(authors[0]) in sites:
        stated.values["author"] = [*people, *(author for author in authors if author not in people)]


def _add(stated: Stated, name: str, value: str) -> None:
    """Take up a value that can be what its field says: an author is no address, a date has digits."""
    if name == "author" and _ADDRESS.match(value.strip()):
        return
    if name == "published" and not _DIGIT.search(value):
        return
    if name == "language" and not _LANGUAGE.fullmatch(value.strip()):
        return
    stated.add(name, value)


def _read_meta(element: Any, metas: dict[str, list[str]]) -> None:
    content = element.get("content")
    if not content or len(content) > MOST_VALUE:
        return
    for attribute in ("property", "name", "http-equiv", "itemprop"):
        key = element.get(attribute)
        if key:
            metas.setdefault(key.strip().lower(), []).append(content)


def _read_link(element: Any, marked: dict[str, list[str]]) -> None:
    """Links that say what they are: the page's own address, its licence, its author."""
    relations = (element.get("rel") or "").lower().split()
    target = element.get("href")
    if not (relations and target):
        return
    if "canonical" in relations and element.tag == "link":
        marked.setdefault("link:url", []).append(target)
    if "license" in relations:
        marked.setdefault("license", []).append(target)
    if "author" in relations and element.tag == "a":
        marked.setdefault("author", []).append(_text(element))


def _read_date(element: Any, marked: dict[str, list[str]]) -> None:
    """The dates of microformats and of early HTML 5."""
    if element.get("pubdate") is not None or _DATED.intersection((element.get("class") or "").split()):
        marked.setdefault("published", []).append(element.get("datetime") or element.get("title") or _text(element))


def _read_item(element: Any, marked: dict[str, list[str]]) -> None:
    """The dates and authors of microdata."""
    names = element.get("itemprop").split()
    if "datePublished" in names:
        value = element.get("datetime") or element.get("content") or _text(element)
        marked.setdefault("published", []).append(value)
    if "author" in names:
        inner = next((item for item in element.iter() if "name" in (item.get("itemprop") or "").split()), element)
        marked.setdefault("author", []).append(inner.get("content") or _text(inner))


def _text(element: Any) -> str:
    return "".join(element.itertext())[:_SPACES_IN_TEXT]


def _in_drawing(element: Any) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag in ("svg", "symbol", "g")
