"""What can go wrong, each with its exit code: every error says what, where, the offending text, and one thing to do."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Final

_LISTED: Final = 8


class CorpusError(Exception):
    """Base of every error that a user may see.

    `what` is one sentence, with no capital and no full stop, as `error: ` stands before it; `where` a file and line or
    an address; `found` the offending text; `remedy` one thing to do.
    """

    exit_code = 4

    def __init__(self, what: str, *, where: str = "", found: str = "", remedy: str) -> None:
        super().__init__(what, where, found, remedy)
        self.what = what
        self.where = where
        self.found = found
        self.remedy = remedy

    def __reduce__(self) -> tuple[Callable[..., CorpusError], tuple[type[CorpusError], str, str, str, str]]:
        """Errors travel from workers: rebuild them with their keywords."""
        return _rebuilt, (type(self), self.what, self.where, self.found, self.remedy)

    def __str__(self) -> str:
        lines = [self.what]
        lines += [f"  where:  {self.where}"] if self.where else []
        lines += [f"  found:  {self.found}"] if self.found else []
        return "\n".join([*lines, f"  do:     {self.remedy}"])


def _rebuilt(kind: type[CorpusError], what: str, where: str, found: str, remedy: str) -> CorpusError:
    return kind(what, where=where, found=found, remedy=remedy)


class DataError(CorpusError):
    """The data did not pass: no row is left, a data check failed, or a release differs from its manifest."""

    exit_code = 1


class UsageError(CorpusError):
    """A wrong command or argument, or no input."""

    exit_code = 2


class ConfigError(UsageError):
    """A wrong setting in `corpus.toml`, `overrides.jsonl`, a suite or a card template."""


class OutsideError(CorpusError):
    """Network, Hub or disk: trying again later may help."""

    exit_code = 3


class BugError(CorpusError):
    """The program found its own work to be wrong; nothing that the user did explains it."""

    exit_code = 4


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the known name closest to `word`, else the first few known names."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known: {', '.join(names[:_LISTED])}" + (", …" if len(names) > _LISTED else "")
