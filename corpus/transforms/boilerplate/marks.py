"""What a line was taken for, in numbers: the codes of kinds, forms and rules, and how much a mark is worth."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.schema import KINDS
from corpus.transforms.kernels import compiled

Lines = npt.NDArray[Any]
"""Records of `lines.LINE`, one a line."""

(
    TITLE, BYLINE, DATELINE, CAPTION, IMAGE_CREDIT, SOCIAL_EMBED, SHARE_LINKS, COMMENT_FORM, COMMENTS, RELATED_LINKS,
    ADJACENT_LINKS, NEWSLETTER, ADVERTISEMENT, COOKIE_NOTICE, PAYWALL, NAVIGATION, COPYRIGHT, TAGS, SEPARATOR, OTHER,
) = range(20)  # fmt: skip
"""Kinds: their places in `schema.KINDS`, written out because machine code is cached by the text of this folder."""

UNMARKED, LINE, HEAD, HINT, START, END, INSIDE, NAME, DATE, TRAIL, BLOCK, OUTSIDE = range(12)
"""Forms: how a line was recognised. A line of the article is `UNMARKED`."""

(
    BY_SEPARATOR, BY_DATE, BY_EMBED_ADDRESS, BY_SHARE_WORDS, BY_COMMENT_WORDS, BY_TRAIL, BY_POST, BY_CREDIT,
    BY_PLACE_BEFORE, BY_PLACE_AFTER, BY_MODEL_BEFORE, BY_MODEL_AMID, BY_MODEL_AFTER, BY_HEADLINE, BY_MARKDOWN,
    BY_FIELD, BY_HANDLE, BY_NAME, BY_THREAD, BY_BLOCK,
) = range(20)  # fmt: skip
"""Rules; `BY_BLOCK` is the first of one rule a kind, `BY_CUES` of another one, and the phrase lists' rules follow."""
BY_CUES: Final = BY_BLOCK + 20

RULES: Final = (
    "structure:separator", "structure:date", "structure:embed_address", "structure:share_links", "structure:comments",
    "structure:trail", "block:embedded_post", "block:above_credit", "structure:before_article",
    "structure:after_article", "model:before_article", "model:amid_article", "model:after_article", "title:headline",
    "title:markdown", "structure:field", "structure:handle", "structure:name", "block:thread",
    *(f"block:{kind}" for kind in KINDS), *(f"cues:{kind}" for kind in KINDS),
)  # fmt: skip
"""The names of the rules, as they stand in a release."""

WITHIN: Final = (
    1 << TITLE | 1 << BYLINE | 1 << DATELINE | 1 << CAPTION | 1 << IMAGE_CREDIT | 1 << SOCIAL_EMBED
    | 1 << ADVERTISEMENT | 1 << SEPARATOR | 1 << OTHER
)  # fmt: skip
"""Kinds that stand within articles as well: they say nothing about the lines around them."""
_WEAK: Final = 1 << UNMARKED | 1 << HINT | 1 << NAME | 1 << DATE | 1 << TRAIL


def records(count: int, layout: np.dtype[np.void]) -> npt.NDArray[np.void]:
    """So many records of zeros: `np.zeros` takes four times as long, for it looks at every field of the layout."""
    return np.frombuffer(bytearray(count * layout.itemsize), layout)


@compiled
def one_of(mask: int, code: int) -> bool:
    """Whether a code is one of those whose bits are set."""
    return (mask >> code) & 1 == 1


@compiled
def mark(line: Any, kind: int, form: int, rule: int) -> None:
    """Take a line for something."""
    line.kind, line.form, line.rule = kind, form, rule


@compiled
def is_weak(line: Any) -> bool:
    """Whether a line may be taken for something else: it has no mark, or one that depends on where it stands."""
    return bool((_WEAK >> line.form) & 1)


@compiled
def is_foreign(line: Any) -> bool:
    """Whether a line is surely none of the article, and of a kind that stands outside articles."""
    return not is_weak(line) and not one_of(WITHIN, line.kind)
