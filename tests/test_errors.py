"""Errors keep their words and exit codes wherever they come from, worker processes too."""

from __future__ import annotations

import pickle

import pytest

from corpus.engines.local import LocalEngine
from corpus.errors import BugError, ConfigError, CorpusError, DataError, OutsideError, UsageError


@pytest.mark.parametrize("kind", [BugError, ConfigError, CorpusError, DataError, OutsideError, UsageError])
def test_errors_travel(kind: type[CorpusError]) -> None:
    error = pickle.loads(pickle.dumps(kind("what", where="here", found="this", remedy="do that")))
    assert type(error) is kind
    assert str(error).splitlines() == ["what", "  where:  here", "  found:  this", "  do:     do that"]


def failing(item: int) -> int:
    """A task that finds a bug in its third item."""
    if item == 2:
        raise BugError("lost a row", where=f"item {item}", remedy="report it")
    return item


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_worker_is_the_same_error(workers: int) -> None:
    with LocalEngine(workers) as engine, pytest.raises(BugError, match="lost a row"):
        list(engine.map(failing, range(5)))
