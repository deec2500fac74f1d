"""What a Hub asks of those who ask it: how long to wait; and what may be repeated of what it says."""

from __future__ import annotations

import pytest

from corpus.errors import OutsideError
from corpus.hub.errors import TryAgainError, translated, wait_seconds
from corpus.hub.patience import Patience

NOW = 1_792_000_000.0
DATE = "Wed, 14 Oct 2026 16:26:40 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 7 "}, 7),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "Wed, 14 Oct 2026 17:46:49 GMT"}, 9),
        ({"Retry-After": "Wed, 14 Oct 2026 16:26:49 GMT", "Date": DATE}, 9),
        ({"Retry-After": "Wed, 14 Oct 2026 16:26:31 GMT", "Date": DATE}, 0),
        ({"Retry-After": "Wed, 14 Oct 2026 17:46:49 GMT", "Date": "today"}, 9),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": "1e9"}, 0),
        ({"Retry-After": "9" * 400}, 0),
        ({"Retry-After": "Wed, 99 Oct 2026 17:46:49 GMT"}, 0),
        ({"RateLimit": '"api";r=0;t=55'}, 55),
        ({"RateLimit": '"api";r=3;t=55'}, 0),
        ({"RateLimit": '"api";r=0;t=55', "Retry-After": "7"}, 7),
    ],
)
def test_wait_that_an_answer_asks_for(headers: dict[str, str], seconds: float) -> None:
    assert wait_seconds(headers, NOW) == seconds


def failure(error: Exception, token: str = "canary") -> OutsideError:
    """What becomes of an error of the client."""
    with pytest.raises(OutsideError) as raised, translated("do it", where="here", token=token):
        raise error
    return raised.value


def test_error_is_one_line_without_the_token_and_without_signatures() -> None:
    problem = failure(RuntimeError("canary\nat https://store.example/x?X-Amz-Signature=52a1 'canary'" + "y" * 10_000))
    assert problem.found.startswith("RuntimeError: <token> at https://store.example/x '<token>'yyy")
    assert len(problem.found) < 600
    assert "canary" not in f"{problem} {problem!r} {problem.__cause__!r}"
    assert problem.__suppress_context__


@pytest.mark.parametrize(
    "error", [ValueError("no JSON"), KeyError("sha"), ConnectionError(), TimeoutError(), TypeError()]
)
def test_answer_that_cannot_be_read_is_no_answer(error: Exception) -> None:
    assert isinstance(failure(error), TryAgainError)


def test_disk_is_not_asked_again() -> None:
    assert not isinstance(failure(FileNotFoundError(2, "gone")), TryAgainError)


def test_patience_ends() -> None:
    waits: list[float] = []
    asked = []

    def step() -> None:
        asked.append(1)
        raise TryAgainError("No.", remedy="wait")

    patience = Patience(waits=(1.0, 2.0), seconds=4.0, sleep=waits.append, clock=lambda: 0.0)
    with pytest.raises(TryAgainError):
        patience.again(step)
    assert (waits, len(asked)) == ([1.0, 2.0], 3)
    with pytest.raises(OutsideError, match="No"):
        patience.again(step)
    assert (waits, len(asked)) == ([1.0, 2.0, 1.0], 5)


def test_time_outs_wear_patience_out() -> None:
    now = [0.0]

    def step() -> None:
        now[0] += 100.0
        raise TryAgainError("No.", remedy="wait")

    patience = Patience(seconds=70.0, answer_seconds=60.0, sleep=lambda _: None, clock=lambda: now[0])
    with pytest.raises(OutsideError) as stopped:
        patience.again(step)
    assert now == [200.0]
    assert "after 4 seconds" in stopped.value.remedy
