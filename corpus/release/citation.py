"""How to cite a release, and how to ask for the removal of a text, as far as the facts go."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from corpus.release.facts import HUB, CardFacts
from corpus.release.markdown import one_line

_LATEX: Final = {
    **{char: f"\\{char}" for char in "{}$&#_%"},
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
}


def citation(facts: CardFacts) -> str:
    """A BibTeX entry of what the settings and the files say; nobody has named authors there, so it names none."""
    fields = {
        "title": f"{{{_latex(facts.title)}}}",
        "version": _latex(facts.version),
        "year": (facts.published or "")[:4],
        "publisher": "Hugging Face Hub" if facts.repo else "",
        "url": f"{_page(facts.repo)}/tree/{quote(facts.revision)}" if facts.repo else "",
        "note": f"Content digest {_latex(facts.statistics.content_digest)}",
    }
    key = re.sub(r"[^0-9A-Za-z.-]+", "-", f"{facts.name}-{facts.version}")
    lines = [f"  {name:9} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join(["```bibtex", f"@misc{{{key},", *lines, "}", "```"])


def removal(facts: CardFacts) -> str:
    """Where to ask, what to name, and what happens then."""
    where = f"in a [discussion of this dataset]({_page(facts.repo)}/discussions)" if facts.repo else "the maintainers"
    ask = f"Ask {where}, and name the `id` or the `url` of the row: not the text, nor the reason if it is private."
    return (
        f"{ask} What is taken down stays out of every later version, also under another name or address. A version "
        "that is published keeps what it holds until its owner deletes it: load the newest one."
    )


def _page(repo: str | None) -> str:
    return f"{HUB}/{quote(one_line(repo or ''))}"


def _latex(text: str) -> str:
    return "".join(_LATEX.get(char, char) for char in one_line(text))
