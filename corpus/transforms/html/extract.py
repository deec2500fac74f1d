"""What an extractor of main content, trafilatura, keeps of a page: one opinion among others for the model."""

from __future__ import annotations

import functools
import logging
from typing import Any, Final

NEWEST_DATE: Final = "2100-01-01"
"""Trafilatura would otherwise ask the clock. (Dates are not even read from it.)"""


def main_text(tree: Any) -> str:
    """The text that trafilatura takes for the article, blocks as lines; empty where it finds none.

    Nothing depends on the clock or on pages read before: no date is extracted, nothing is deduplicated.
    """
    extract = _extractor()
    text = extract(
        tree,
        output_format="txt",
        include_comments=False,
        include_tables=True,
        deduplicate=False,
        with_metadata=False,
        date_extraction_params={"extensive_search": False, "original_date": True, "max_date": NEWEST_DATE},
    )
    return text or ""


@functools.cache
def _extractor() -> Any:
    """Import trafilatura once, and keep what it says of broken pages from the user's terminal."""
    from trafilatura import extract

    for name in ("trafilatura", "htmldate", "courlan", "justext", "charset_normalizer"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return extract
