"""What the Hub's client raises, as errors of ours: with a place, a remedy, and without the token."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import CorpusError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGIN: Final = "log in with `hf auth login`, or set HF_TOKEN to a token that may write to the repository"
RUN_AGAIN: Final = "run the same command again: it first looks at what has happened"

_MAY_PASS: Final = frozenset({408, 409, 412, 425, 429})
_MISSING: Final = frozenset({"RepoNotFound", "RevisionNotFound"})
_MISSING_FILE: Final = "EntryNotFound"
_LONGEST_FOUND: Final = 500


class TryAgainError(OutsideError):
    """A failure that may pass, after which it is unknown whether the request took effect: look again, then decide.

    `status` is that of the answer, 0 without one; `wait_seconds` is how long the server asks to be left alone.
    """

    status = 0
    wait_seconds = 0.0


class NotFoundError(OutsideError):
    """The repository or the revision is not there, or may not be seen."""


@contextmanager
def translated(doing: str, *, where: str, token: str) -> Iterator[None]:
    """Let nothing through but errors of ours. `token` is what was sent ("" without a login) and must not be seen."""
    try:
        yield
    except CorpusError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the client raises may hold the token
        raise _problem(error, doing, where=where, token=token) from None


def wait_seconds(headers: Mapping[str, str], now: float) -> float:
    """How long an answer asks to be left alone; 0 where it does not say so in a way that can be understood.

    `Retry-After` holds seconds or a date (RFC 9110, 10.2.3); a date is held against the answer's own, else against
    `now`. The Hub may say it in `RateLimit` instead: `"api";r=0;t=55`.
    """
    said = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", said):
        return float(said)
    until = _moment(said)
    if until is not None:
        return max(0.0, until - (_moment(headers.get("Date", "")) or now))
    limit = re.search(r";\s*r=0\s*;\s*t=([0-9]{1,9})", headers.get("RateLimit", ""))
    return float(limit[1]) if limit else 0.0


def _moment(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _problem(error: Exception, doing: str, *, where: str, token: str) -> OutsideError:
    response = _response_of(error)
    status = 0 if response is None else int(response.status_code)
    code = "" if response is None else response.headers.get("X-Error-Code", "")
    said = {"where": where, "found": _without_secrets(f"{type(error).__name__}: {error}", token)}
    # Whoever brings no token is told 401 for a hidden repository and for none alike.
    if code in _MISSING or (status == 401 and not token):
        why = "there is none, or it is hidden from this token" if token else "the Hub wants a token for it"
        return NotFoundError(f"could not {doing}: {why}", **said, remedy=LOGIN)
    if status in (401, 403):
        return OutsideError(f"could not {doing}: the Hub refused the token", **said, remedy=LOGIN)
    if code == _MISSING_FILE or _may_pass(error, status):  # a file that was listed is gone: somebody else was here
        again = TryAgainError(_no_answer(doing, status), **said, remedy=RUN_AGAIN)
        again.status = status
        again.wait_seconds = math.ceil(wait_seconds(response.headers, time.time())) if response is not None else 0.0
        return again
    return OutsideError(f"could not {doing}", **said, remedy="mend what the Hub objects to")


def _no_answer(doing: str, status: int) -> str:
    why = {
        404: "a file is not there any more",
        409: "something else is going on there",
        412: "its head has moved",
        429: "the Hub asks to wait",
    }
    return f"could not {doing}: {why.get(status, 'no proper answer')}"


def _response_of(error: BaseException | None) -> Any:
    """The answer that an error is about, itself or one that it stems from."""
    for _ in range(4):
        response = getattr(error, "response", None)
        if response is not None or error is None:
            return response
        error = error.__cause__ or error.__context__
    return None


def _without_secrets(text: str, token: str) -> str:
    """One short line without the token, and without the query of any address: that of a download is signed."""
    text = text.replace(token, "<token>") if token else text
    line = re.sub(r"(https?://[^\s?'\"]+)\?[^\s'\"]*", r"\1", " ".join(text.split()))
    return line if len(line) <= _LONGEST_FOUND else f"{line[:_LONGEST_FOUND]}…"


def _may_pass(error: Exception, status: int) -> bool:
    """Whether another attempt may go better: an answer that cannot be read says as little as none."""
    if status >= 400:
        return status >= 500 or status in _MAY_PASS
    disk = isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError)
    return not disk and type(error).__name__ != "OfflineModeIsEnabled"
