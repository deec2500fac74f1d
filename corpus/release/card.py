"""Render the dataset card: the maintainer's prose, our facts, and the block that `load_dataset` reads."""

from __future__ import annotations

from typing import Final

import jinja2
from jinja2 import meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from corpus.errors import ConfigError, nearest
from corpus.release.blanks import card_blanks
from corpus.release.facts import CardFacts
from corpus.release.frontmatter import CardFields, front_matter, split_template, verify_card

__all__ = ["TEMPLATE", "CardFacts", "CardFields", "render_card", "verify_card"]

TEMPLATE: Final = "dataset_card.md"
"""Name of the template, in a project and among the shipped files."""


def render_card(template: str, *, facts: CardFacts, where: str = TEMPLATE) -> str:
    """The card: front matter by code, prose from `template`, numbers from `facts`; the same arguments, the same bytes.

    Every blank is a name of `card_blanks`, its value Markdown that is escaped already. Raises ConfigError, with file
    and line, for an unknown blank, a template that is no valid Jinja2, and front matter that sets a fact.
    """
    extra, prose = split_template(template, where)
    blanks = card_blanks(facts)
    environment = _environment()
    try:
        _refuse_unknown(environment.parse(prose), set(blanks), prose, where)
        body = environment.from_string(prose).render(blanks)
    except jinja2.TemplateSyntaxError as error:
        raise _broken(error.message or "", where, error.lineno, prose) from error
    except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise _broken(str(error), where, _line_of(error), prose) from error
    digest = facts.statistics.content_digest
    if digest not in body:  # a card always says which rows it speaks of
        body = body.rstrip("\n") + f"\n\nContent digest of the rows: `{digest}`"
    return front_matter(facts, extra) + "\n" + body.strip("\n") + "\n"


def _environment() -> SandboxedEnvironment:
    """Strict and repeatable: no global names (one of them draws chance texts), no `random`, no other files."""
    environment = SandboxedEnvironment(
        undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.clear()
    del environment.filters["random"]
    return environment


def _refuse_unknown(tree: nodes.Template, known: set[str], prose: str, where: str) -> None:
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
