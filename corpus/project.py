"""What a maintainer adds to the settings: decisions about rows, a card template, suites of checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from corpus.config import Config, sorted_json
from corpus.errors import ConfigError, nearest
from corpus.io.exclusions import Exclusions, read_exclusions
from corpus.io.ids import file_of
from corpus.io.overrides import read_overrides
from corpus.io.project_files import EXCLUSIONS, OVERRIDES, SUITES, TEMPLATE
from corpus.model import Decision, SourceFile
from corpus.release.card import check_template
from corpus.release.expectations import check_names
from corpus.release.frame_columns import FRAME_COLUMNS
from corpus.release.suite import read_suite
from corpus.resources import data_file

_COMPARED: Final = 10_000
"""At most so many ids are compared with an unknown one: each comparison takes a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The files of one project beside its articles; `suites` are the standard one and then the maintainer's."""

    decisions: tuple[Decision, ...]
    exclusions: Exclusions
    template: str
    suites: tuple[Path, ...]
    settings_digest: str

    @property
    def apart(self) -> int:
        """How many decisions keep two rows apart."""
        return sum(decision.action == "not_duplicate_of" for decision in self.decisions)

    def by_file(self, files: Iterable[SourceFile]) -> dict[str, tuple[Decision, ...]]:
        """The decisions about the rows of each of these files; ConfigError for one about a file that is not there."""
        by_id: dict[str, list[Decision]] = {}
        known = {file.id for file in files} if self.decisions else set()
        for decision in self.decisions:
            name = file_of(decision.id)
            if name not in known:
                raise _unknown_file(decision, known)
            by_id.setdefault(name, []).append(decision)
        return {name: tuple(found) for name, found in sorted(by_id.items())}

    def check_used(self, used: Iterable[Decision]) -> None:
        """Raise ConfigError for a decision that changed nothing: its row or line does not exist (any more)."""
        found = set(used)
        for decision in self.decisions:
            if decision.action != "not_duplicate_of" and decision not in found:
                what = "a decision finds nothing to decide"
                about = f"{decision.id}: {decision.text or decision.action}"
                remedy = "correct the id or the text of the line, or delete the decision"
                raise ConfigError(what, where=f"{OVERRIDES}:{decision.line}", found=about, remedy=remedy)


def _unknown_file(decision: Decision, known: Iterable[str]) -> ConfigError:
    ids = sorted(known)
    base = decision.id.rpartition("/")[2]
    namesakes = [item for item in ids if item.rpartition("/")[2] == base]
    hint = nearest(decision.id, namesakes or ids[:_COMPARED])
    return ConfigError(
        "a decision finds nothing to decide: there is no such input",
        where=f"{OVERRIDES}:{decision.line}",
        found=decision.id,
        remedy=f"correct the id, or delete the decision; {hint}",
    )


def read_project(config: Config) -> Project:
    """Read the files of a project; raises ConfigError for what is not understood, before any article is read."""
    decisions = read_overrides(config.project / OVERRIDES) if config.project else []
    exclusions = read_exclusions(config.project / EXCLUSIONS) if config.project else Exclusions()
    template = template_of(config.project)
    check_template(template)
    suites = suites_of(config.project)
    for suite in suites:
        check_names(read_suite(suite), FRAME_COLUMNS, list(asdict(config.checks)))
    return Project(
        decisions=tuple(decisions),
        exclusions=exclusions,
        template=template,
        suites=tuple(suites),
        settings_digest=_digest(config.digest(), decisions, template, suites),
    )


def template_of(project: Path | None) -> str:
    """The project's card template, or ours where it has none."""
    own = project / TEMPLATE if project else None
    path = own if own and own.is_file() else data_file(TEMPLATE)
    try:
        return path.read_text("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ConfigError(
            "the card template is not UTF-8", where=str(path), found=str(error), remedy="save it as UTF-8"
        ) from None


def suites_of(project: Path | None) -> list[Path]:
    """The standard suite, then the project's own below `validation/`, sorted by name."""
    standard = data_file(SUITES, "standard.json")
    own = sorted((project / SUITES).glob("*.json")) if project and (project / SUITES).is_dir() else []
    return [standard, *(path for path in own if path.is_file() and path.read_bytes() != standard.read_bytes())]


def _digest(settings: str, decisions: Sequence[Decision], template: str, suites: Sequence[Path]) -> str:
    """SHA-256 over the settings and the content of every file that steers the build."""
    content: Mapping[str, bytes] = {
        "settings": settings.encode(),
        "decisions": sorted_json([[item.id, item.action, item.value, item.text] for item in decisions]),
        "template": template.encode(),
        **{f"suite {path.name}": path.read_bytes() for path in suites},
    }
    lines = [f"{hashlib.sha256(part).hexdigest()} {name}\n" for name, part in sorted(content.items())]
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()
