"""Pages are read in a process of their own that can be ended: no page can hang, crash or exhaust a build."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections.abc import Mapping
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Final, Self

from corpus.errors import OutsideError, UsageError
from corpus.io.documents import canonical_json
from corpus.transforms.boilerplate.label import BoilerplateOptions
from corpus.transforms.html.page import HtmlOptions, Page, PageError, read_page
from corpus.transforms.stretches import Label

__all__ = ["PageError", "PageReader"]

_NEEDED: Final = ("lxml", "lxml_html_clean", "trafilatura")
_PATIENCE: Final = 40
"""A page that has got no answer after so many times its seconds of processor time waits for something: it is ended."""
_QUIT_SECONDS: Final = 5


class PageReader:
    """Reads pages one after another in one child process, which starts with the first page and dies with its parent.

    What a page gives depends on nothing but the page and the options. Where the system can limit the processor time of
    a process, that decides which pages are too slow, so that a busy machine decides the same; elsewhere the clock does.
    """

    def __init__(self, options: HtmlOptions | None = None, boilerplate: BoilerplateOptions | None = None) -> None:
        self._options = options or HtmlOptions()
        self._boilerplate = boilerplate or BoilerplateOptions()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, markup: str) -> Page:
        """Read a page; raises PageError for one that cannot be read, UsageError where the `html` extra is missing.

        After a page that ended the child, the next one gets a fresh child.
        """
        if len(markup) > self._options.max_characters:
            limit = self._options.max_characters
            raise PageError("parser_limit", f"{len(markup)} characters of markup; the limit is {limit}")
        connection = self._connection or self._start()
        try:
            connection.send_bytes(markup.encode("utf-8", "surrogatepass"))
            answer = self._answer(connection)
        except (EOFError, OSError):
            raise self._crash() from None
        except BaseException:
            self._end()
            raise
        if "reason" in answer:
            raise PageError(answer["reason"], answer["detail"])
        labels = tuple(Label(start=start, end=end, kind=kind, rule=rule) for start, end, kind, rule in answer["labels"])
        return Page(text=answer["text"], labels=labels, fields=answer["fields"])

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._connection = ours
        self._process = context.Process(
            target=_serve, args=(theirs, self._options, self._boilerplate), daemon=True, name="corpus-pages"
        )
        self._process.start()
        theirs.close()
        try:
            missing = json.loads(ours.recv_bytes())["missing"]
        except (EOFError, OSError):
            remedy = "see what it printed above; give it more memory, or fewer workers with -j"
            raise OutsideError(
                "the process that reads pages did not start", found=str(self._crash()), remedy=remedy
            ) from None
        if missing:
            self._end()
            what = f"reading HTML needs {missing}, which is not installed"
            raise UsageError(what, remedy="install it: pip install 'corpus-packager[html]'")
        return ours

    def _answer(self, connection: Connection) -> Mapping[str, Any]:
        seconds = self._options.max_seconds * (_PATIENCE if _limits_processor_time() else 1)
        if not connection.poll(seconds):
            self._end()
            raise PageError("parser_limit", self._too_slow())
        answer: Mapping[str, Any] = json.loads(connection.recv_bytes())
        return answer

    def _crash(self) -> PageError:
        """Why the child is gone."""
        process = self._process
        if process is not None:
            process.join(_QUIT_SECONDS)
        code = None if process is None else process.exitcode
        self._end()
        if code is not None and code == -getattr(signal, "SIGXCPU", 0):
            return PageError("parser_limit", self._too_slow())
        return PageError("parser_crashed", f"the parser ended with exit status {code}")

    def _too_slow(self) -> str:
        return f"not parsed within {self._options.max_seconds} seconds"

    def _end(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()


def _serve(connection: Connection, options: HtmlOptions, boilerplate: BoilerplateOptions) -> None:
    """The child: answers every page with what it holds, or why it was not read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    missing = _missing()
    connection.send_bytes(canonical_json({"missing": missing}).encode())
    while not missing:
        try:
            markup = connection.recv_bytes().decode("utf-8", "surrogatepass")
        except EOFError:
            return
        _limit_processor_time(options.max_seconds)
        connection.send_bytes(canonical_json(_read(markup, options, boilerplate)).encode("utf-8", "surrogatepass"))


def _read(markup: str, options: HtmlOptions, boilerplate: BoilerplateOptions) -> dict[str, Any]:
    try:
        page = read_page(markup, options, boilerplate)
    except PageError as error:
        return {"reason": error.reason, "detail": error.detail}
    except (MemoryError, RecursionError) as error:
        return {"reason": "parser_limit", "detail": f"the parser raised {type(error).__name__}"}
    except Exception as error:  # noqa: BLE001 -- whatever a parser raises on a hostile page concerns this page alone
        return {"reason": "parser_crashed", "detail": f"the parser raised {type(error).__name__}"}
    labels = [(item.start, item.end, item.kind, item.rule) for item in page.labels]
    return {"text": page.text, "labels": labels, "fields": dict(page.fields)}


def _missing() -> str | None:
    """The first library that reading needs and that cannot be imported; all are imported, once."""
    for name in _NEEDED:
        try:
            __import__(name)
        except ImportError:
            return name
    read_page("<html><body><p>Ready.</p></body></html>", HtmlOptions())
    return None


def _limits_processor_time() -> bool:
    return hasattr(signal, "SIGXCPU")


def _limit_processor_time(seconds: int) -> None:
    """Let the system end this process when it has used so many more seconds."""
    if not _limits_processor_time():
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    limit = int(time.process_time()) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
