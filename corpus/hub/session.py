"""The HTTP client behind all that is asked of a Hub: it asks once, gives up in time, and keeps the login at home.

`huggingface_hub` left alone waits without end for an answer, asks again by itself up to five times, waits as long as a
server tells it to, and asks without end while a repository is being made. Here whoever asks decides about all that
(`patience.py`), so what may pass is raised at once.

Importing this module imports the HTTP library: import it where a Hub is asked.
"""

from __future__ import annotations

import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECT_SECONDS: Final = 10.0
LEAST_RATE: Final = 10_000
"""Bytes a second below which an answer counts as stuck, once it has had the time of a short one."""

_MAY_PASS: Final = frozenset({408, 409, 425, 429})
_ONE_AT_A_TIME: Final = threading.RLock()


@contextmanager
def asking_once(endpoint: str, *, answer_seconds: float) -> Iterator[None]:
    """Let `huggingface_hub` ask through a client of ours, whose login belongs to `endpoint` alone.

    Its client belongs to the process: another thread that comes here waits.
    """
    from huggingface_hub import set_client_factory
    from huggingface_hub.utils import _http

    with _ONE_AT_A_TIME:
        before = _http._GLOBAL_CLIENT_FACTORY  # it can be set, and not be asked for
        set_client_factory(lambda: _AskOnce(endpoint, answer_seconds))
        try:
            yield
        finally:
            set_client_factory(before)


class _AskOnce(httpx2.Client):
    """A client whose every failure that may pass is an error which `huggingface_hub` does not try to mend."""

    def __init__(self, endpoint: str, answer_seconds: float) -> None:
        from huggingface_hub.utils._http import hf_request_event_hook

        super().__init__(follow_redirects=True, event_hooks={"request": [self._keep_the_login, hf_request_event_hook]})
        self._home = httpx2.URL(endpoint).origin
        self._answer_seconds = answer_seconds
        connect = min(CONNECT_SECONDS, answer_seconds)
        self._limits = httpx2.Timeout(answer_seconds, connect=connect).as_dict()

    def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        """Send a request and give its answer, read unless it is to be streamed.

        Raises ConnectionError or TimeoutError without one, HfHubHTTPError for one which says that it may pass.
        """
        from huggingface_hub import hf_raise_for_status

        request.extensions = {**request.extensions, "timeout": self._limits}
        try:
            response = super().send(request, stream=True, **options)
            passing = response.status_code >= 500 or response.status_code in _MAY_PASS
            self._in_time(response)
            if passing or not stream:
                with closing(response):
                    response.read()
        except httpx2.TransportError as error:
            raise ConnectionError(f"{type(error).__name__}: {error}") from error
        if passing:
            hf_raise_for_status(response)
        return response

    def _in_time(self, response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _InTime(response.stream, self._answer_seconds)

    def _keep_the_login(self, request: httpx2.Request) -> None:
        """Redirects, pages and uploads may lead to another host: it gets no login, whatever header the library set."""
        if request.url.origin != self._home:
            request.headers.pop("Authorization", None)


class _InTime(httpx2.SyncByteStream):
    """The body of an answer, which must not come too slowly."""

    def __init__(self, body: httpx2.SyncByteStream, answer_seconds: float) -> None:
        self._body = body
        self._answer_seconds = answer_seconds

    def __iter__(self) -> Iterator[bytes]:
        start, size = time.monotonic(), 0
        for chunk in self._body:
            size += len(chunk)
            if time.monotonic() - start > self._answer_seconds + size / LEAST_RATE:
                raise TimeoutError("the answer comes too slowly")
            yield chunk

    def close(self) -> None:
        self._body.close()
