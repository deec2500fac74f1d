"""What the Hub's client raises, as errors of ours: with a place, a remedy, and without the token."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corpus.errors import CorpusError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGIN = "log in with `hf auth login`, or set HF_TOKEN to a token that may write to the repository"
RUN_AGAIN = "run the same command again: it first looks at what has happened"

_WORTH_ANOTHER_TRY = {408, 409, 412, 425, 429}
_MISSING = {"RepoNotFound", "RevisionNotFound"}


class TryAgainError(OutsideError):
    """A failure that may pass, after which it is unknown whether the request took effect: look again, then decide."""


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


def _problem(error: Exception, doing: str, *, where: str, token: str) -> OutsideError:
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
    status = 0 if response is None else int(response.status_code)
    code = "" if response is None else response.headers.get("X-Error-Code", "")
    said = {"where": where, "found": _without_secrets(f"{type(error).__name__}: {error}", token)}
    # Whoever brings no token is told 401 for a hidden repository and for none alike.
    if code in _MISSING or (status == 401 and not token):
        why = "there is none, or it is hidden from this token" if token else "the Hub wants a token for it"
        return NotFoundError(f"Could not {doing}: {why}.", **said, remedy=LOGIN)
    if status in (401, 403):
        return OutsideError(f"Could not {doing}: the Hub refused the token.", **said, remedy=LOGIN)
    if _may_pass(error, status):
        return TryAgainError(f"Could not {doing}: no proper answer.", **said, remedy=RUN_AGAIN)
    return OutsideError(f"Could not {doing}.", **said, remedy="mend what the Hub objects to")


def _without_secrets(text: str, token: str) -> str:
    """One line without the token, and without the query of any address: that of a download is signed."""
    text = text.replace(token, "<token>") if token else text
    return re.sub(r"(https?://[^\s?'\"]+)\?[^\s'\"]*", r"\1", " ".join(text.split()))


def _may_pass(error: Exception, status: int) -> bool:
    if status:
        return status >= 500 or status in _WORTH_ANOTHER_TRY
    causes = (error, error.__cause__)
    return any(isinstance(cause, ConnectionError | TimeoutError) or _is_transport(cause) for cause in causes)


def _is_transport(error: BaseException | None) -> bool:
    """Whether the client's HTTP library, which is not ours to name, got no answer through."""
    return any(kind.__name__ == "TransportError" for kind in type(error).__mro__)
