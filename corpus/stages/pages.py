"""HTML pages, read by a child of this process: one for all its tasks, from the first page until its parent ends."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from corpus.io.decode import RefusedError
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.html.tree import HtmlOptions

if TYPE_CHECKING:
    from corpus.io.html_worker import PageReader
    from corpus.transforms.html.page import Page


def read_page(markup: str, options: HtmlOptions, boilerplate: BoilerplateOptions) -> Page:
    """The text of a page with its labels and fields; raises RefusedError when it cannot be parsed.

    What a page gives depends on nothing but the page and the options, so it does not matter which task asks.
    """
    from corpus.io.html_worker import PageError

    try:
        return _reader(options, boilerplate).read(markup)
    except PageError as error:
        raise RefusedError(error.reason, error.detail) from None


@cache
def _reader(options: HtmlOptions, boilerplate: BoilerplateOptions) -> PageReader:
    from corpus.io.html_worker import PageReader

    return PageReader(options, boilerplate)
