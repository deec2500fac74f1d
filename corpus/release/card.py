"""Render the dataset card: the maintainer's prose, our facts, and the block that `load_dataset` reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import jinja2
from jinja2 import meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from corpus.errors import ConfigError, nearest
from corpus.release.blanks import card_blanks
from corpus.release.facts import CardFacts
from corpus.release.frontmatter import CardFields, front_matter, split_template, verify_card

__all__ = ["BLANKS", "TEMPLATE", "CardFacts", "CardFields", "check_template", "render_card", "verify_card"]

TEMPLATE: Final = "dataset_card.md"
"""Name of the template, in a project and among the shipped files."""


BLANKS: Final = frozenset(
    """name pretty_name version repo license description tool_version settings_digest content_digest inputs_digest
    rows articles duplicates groups titles words chars inputs input_bytes rejected excluded bytes files schema_version
    checks fields_table splits_table duplicates_table languages_table encodings_table boilerplate_table rejected_table
    excluded_table overrides_table settings_table checks_table load_example restore_example example methods known_limits
    changes removal citation not_stated""".split()  # noqa: SIM905 (fifty quoted names read worse)
)
"""The names of `card_blanks`, known before there are facts."""

SECTION_BLANKS: Final = ("example", "methods", "known_limits", "changes", "removal", "citation")
"""The blanks that are sections by themselves, which readers look for; templates of older versions lack some."""

_BRACES: Final = re.compile(r"\{[{%#](.*?)[}%#]\}", re.DOTALL)

_FAILURES: Final = (
    jinja2.TemplateError,
    ArithmeticError,
    LookupError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What a template may end in: Jinja2 compiles it to Python, which has limits of its own, and then runs it."""


def check_template(template: str, where: str = TEMPLATE) -> None:
    """Raise ConfigError for what is wrong with a template whatever the facts: see `render_card`."""
    _prepared(template, where)


def missing_sections(template: str) -> list[str]:
    """The SECTION_BLANKS that a template does not name between braces; a comment like `{# changes #}` will do, too.

    `missing_sections("{{ citation }} {# example methods known_limits #}")` is `["changes", "removal"]`.
    """
    named = set(re.findall(r"\w+", " ".join(_BRACES.findall(template))))
    return [name for name in SECTION_BLANKS if name not in named]


def render_card(template: str, *, facts: CardFacts, where: str = TEMPLATE) -> str:
    """The card: front matter by code, prose from `template`, numbers from `facts`; the same arguments, the same bytes.

    Every blank is a name of `card_blanks`, its value Markdown that is escaped already. Raises ConfigError, with file
    and line, for an unknown blank, a template that is no valid Jinja2, and front matter that sets a fact.
    """
    extra, prose, compiled = _prepared(template, where)
    try:
        body = compiled.render(card_blanks(facts))
        body.encode()
    except _FAILURES as error:
        raise _broken(str(error), where, _line_of(error), prose) from error
    digest = facts.statistics.content_digest
    if digest not in body:  # a card always says which rows it speaks of
        body = body.rstrip("\n") + f"\n\nContent digest of the rows: `{digest}`"
    return front_matter(facts, extra) + "\n" + body.strip("\n") + "\n"


def _prepared(template: str, where: str) -> tuple[Mapping[str, Any], str, jinja2.Template]:
    """The template's own keys, its prose, and the prose compiled."""
    try:
        extra, prose = split_template(template, where)
        json.dumps(extra, default=str, skipkeys=True)  # refuses a value that holds itself
    except (RecursionError, ValueError) as error:
        remedy = "write plain names, texts and lists there"
        what = "the front matter cannot be written out"
        raise ConfigError(what, where=where, found=str(error)[:80], remedy=remedy) from error
    environment = _environment()
    try:
        tree = environment.parse(prose)
        _refuse_unknown(tree, BLANKS, prose, where)
        _refuse_halves(tree, prose, where)
        return extra, prose, environment.from_string(prose)
    except jinja2.TemplateSyntaxError as error:
        raise _broken(error.message or "", where, error.lineno, prose) from error
    except _FAILURES as error:
        raise _broken(str(error), where, _line_of(error), prose) from error


def _environment() -> SandboxedEnvironment:
    """Strict and repeatable: no global names (one of them draws chance texts), no `random`, no other files."""
    environment = SandboxedEnvironment(
        undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.clear()
    del environment.filters["random"]
    return environment


def _refuse_unknown(tree: nodes.Template, known: frozenset[str], prose: str, where: str) -> None:
    unknown = meta.find_undeclared_variables(tree) - known
    found = sorted((node.lineno, node.name) for node in tree.find_all(nodes.Name) if node.name in unknown)
    if not found:
        return
    line, name = found[0]
    others = sorted(unknown - {name})
    raise ConfigError(
        f"unknown blank {name!r}" + (f", and {', '.join(map(repr, others))}" if others else ""),
        where=f"{where}, line {line}",
        found=_text_of(prose, line),
        remedy=nearest(name, known) + " Braces that are text go between {% raw %} and {% endraw %}.",
    )


def _refuse_halves(tree: nodes.Template, prose: str, where: str) -> None:
    for node in tree.find_all(nodes.Const):
        if isinstance(node.value, str) and any("\ud800" <= char <= "\udfff" for char in node.value):
            raise _broken("half a character, which no file can hold", where, node.lineno, prose)


def _broken(message: str, where: str, line: int | None, prose: str) -> ConfigError:
    return ConfigError(
        f"the card template cannot be rendered: {message}",
        where=f"{where}, line {line}" if line else where,
        found=_text_of(prose, line),
        remedy="mend that line; braces that are text, as in BibTeX, go between {% raw %} and {% endraw %}",
    )


def _line_of(error: BaseException) -> int | None:
    """The template's line in a traceback that Jinja2 has rewritten to its source."""
    line, frame = None, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == "<template>":
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def _text_of(prose: str, line: int | None) -> str:
    lines = prose.split("\n")
    return lines[line - 1].strip() if line and line <= len(lines) else ""
