"""Great Expectations at arm's length: suites and a frame in, one plain answer for each expectation out."""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import ConfigError, nearest
from corpus.release.suite import Suite

if TYPE_CHECKING:
    import pandas as pd

SAMPLE: Final = 20
"""How many failed rows are named."""

_ENTRY_KEYS: Final = ("type", "kwargs", "meta", "notes", "severity", "description", "id", "rendered_content")
_FORMAT: Final = {"result_format": "SUMMARY", "partial_unexpected_count": SAMPLE}
_LATER: Final = ("altair", "scipy.stats")
_ADDRESS: Final = re.compile("0x[0-9a-f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one expectation: `details` as Great Expectations reports them, or the `error` that it ended in."""

    success: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


def check_names(suite: Suite, columns: Sequence[str], parameters: Sequence[str]) -> None:
    """Raise ConfigError for a key, column or parameter that does not exist, naming the nearest one that does."""
    for entry in suite.expectations:
        kwargs = entry.get("kwargs", {})
        for key in entry:
            _check_name("key", key, _ENTRY_KEYS, suite)
        for column in _columns_in(entry["type"], kwargs):
            _check_name("column", column, columns, suite)
        for word in (value["$PARAMETER"] for value in kwargs.values() if is_parameter(value)):
            _check_name("parameter", word, parameters, suite)


def evaluate(frame: pd.DataFrame, suites: Sequence[Suite], parameters: Mapping[str, Any]) -> list[list[Answer]]:
    """The answers to the expectations of each suite, in the order of its file.

    Nothing is printed, written or sent. Rows are numbered by their place in `frame`. Raises ConfigError for an
    expectation that does not exist or does not take its arguments; no check is run then.
    """
    with _quiet():
        load_library()
        loaded = [_load(suite) for suite in suites]
        sources = _context().data_sources
        asset = sources.add_pandas("release").add_dataframe_asset("rows")
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        answers = [_answers(batch, expectations, parameters) for expectations in loaded]
        sources.delete("release")  # else the library holds on to the frame
        return answers


def _check_name(what: str, word: object, known: Sequence[str], suite: Suite) -> None:
    if not isinstance(word, str) or word not in known:
        remedy = nearest(str(word), known)
        raise ConfigError(
            f"a suite names an unknown {what}", where=suite.where(str(word)), found=repr(word), remedy=remedy
        )


def _columns_in(kind: str, kwargs: Mapping[str, Any]) -> Iterator[object]:
    for key in ("column", "column_A", "column_B"):
        if key in kwargs:
            yield kwargs[key]
    if not kind.startswith("expect_table_"):
        several = kwargs.get("column_list")
        yield from several if isinstance(several, list) else [several] * ("column_list" in kwargs)


def is_parameter(value: object) -> bool:
    """Whether an argument of an expectation stands for a limit of the settings: `{"$PARAMETER": name}`."""
    return isinstance(value, dict) and "$PARAMETER" in value


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep warnings and log lines from the terminal: what the library has to say is in its results.

    Some of its loggers set their own level, so that only a handler of theirs and no way up holds the lines back.
    """
    logger = logging.getLogger("great_expectations")
    silent = logging.NullHandler()
    before = logger.propagate
    logger.addHandler(silent)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.propagate = before
        logger.removeHandler(silent)


def load_library() -> None:
    """Import Great Expectations without what it draws charts and fits distributions with: that loads when it is used.

    They are half of its import. The collector of reference cycles rests meanwhile, as an import makes nearly none.
    """
    finder = _Later()
    collecting = gc.isenabled()
    gc.disable()
    sys.meta_path.insert(0, finder)
    try:
        importlib.import_module("great_expectations")
    finally:
        sys.meta_path.remove(finder)
        if collecting:
            gc.enable()


class _Later(MetaPathFinder):
    """Finds the packages `_LATER`, so that each is loaded at the first look into it, and no other."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that `import` would find, with a loader that waits."""
        if fullname not in _LATER:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        spec.loader = LazyLoader(spec.loader)
        return spec


def _context() -> Any:
    """A context in memory, without analytics, progress bars, and the temporary folder that the default one makes."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    config = DataContextConfig(
        store_backend_defaults=stores,
        analytics_enabled=False,
        progress_bars={"globally": False},  # type: ignore[arg-type]  # it takes a plain dict, whatever it declares
    )
    return gx.get_context(project_config=config, mode="ephemeral")


def _load(suite: Suite) -> list[Any]:
    from great_expectations.expectations import registry

    known = registry.list_registered_expectation_implementations()
    expectations = []
    for number, entry in enumerate(suite.expectations):
        kind = entry["type"]
        # An unknown type in a suite file is only logged by the library, and the expectation dropped.
        _check_name("expectation type", kind, known, suite)
        try:
            # Results come in another order than the expectations: the number finds them again.
            made = registry.get_expectation_impl(kind)(**entry.get("kwargs", {}), meta={"number": number})
        except (TypeError, ValueError, RecursionError) as error:
            found = " ".join(str(error).split())
            remedy = "correct its arguments; Great Expectations documents them"
            raise ConfigError(f"{kind} cannot be made", where=suite.where(kind), found=found, remedy=remedy) from error
        expectations.append(made)
    return expectations


def _answers(batch: Any, expectations: Sequence[Any], parameters: Mapping[str, Any]) -> list[Answer]:
    import great_expectations as gx

    suite = gx.ExpectationSuite(name="suite", expectations=list(expectations))
    try:
        results = batch.validate(suite, expectation_parameters=dict(parameters), result_format=_FORMAT).results
    except Exception:  # noqa: BLE001 - one bad expectation must not hide the answers to the others
        return [_answer_alone(batch, expectation, parameters) for expectation in expectations]
    by_number = {result.expectation_config.meta["number"]: _answer(result) for result in results}
    missing = Answer(error="it was not evaluated")
    return [by_number.get(number, missing) for number in range(len(expectations))]


def _answer_alone(batch: Any, expectation: Any, parameters: Mapping[str, Any]) -> Answer:
    try:
        result = batch.validate(expectation, expectation_parameters=dict(parameters), result_format=_FORMAT)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome of this check
        return Answer(error=_message(f"{type(error).__name__}: {error}"))
    return _answer(result)


def _answer(result: Any) -> Answer:
    document = result.to_json_dict()
    raised = document["exception_info"]
    # One entry when nothing was raised, else one for each metric that failed.
    entries = [raised] if "raised_exception" in raised else list(raised.values())
    messages = sorted({entry["exception_message"] for entry in entries if entry["raised_exception"]})
    if messages:
        return Answer(error="; ".join(map(_message, messages)))
    return Answer(success=bool(document["success"]), details=document["result"])


def _message(text: str) -> str:
    """`text` on one line, without addresses in memory, which differ between runs."""
    return _ADDRESS.sub("0x...", " ".join(text.split()))[:300]
