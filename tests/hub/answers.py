"""What goes in and out of the test Hub: a request, an answer, and the two ways of not giving one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise RefusedError(400, "the body is not JSON") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """An answer with an error status, in the form in which the Hub gives it."""

    def __init__(self, status: int, message: str, code: str = "", more: Mapping[str, Any] | None = None) -> None:
        super().__init__(status, message)
        self.answer = json_answer(
            {"error": message, **(more or {})},
            status=status,
            headers={"X-Error-Message": message, **({"X-Error-Code": code} if code else {})},
        )


class AnswerLostError(Exception):
    """The work is done, and the connection is to be closed without a word."""


def json_answer(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    body = json.dumps(value).encode()
    return Answer(status=status, body=body, headers={"Content-Type": "application/json", **(headers or {})})
