"""Trusted publishing: a CI run shows its identity and gets a token for one repository that lasts an hour.

Stands for both sides: GitHub, which gives a run that may ask for it an id token, and the Hub, which trades it for a
token of its own (RFC 8693).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.hub.access import Hub
from tests.hub.accounts import WRITE_TOKEN
from tests.hub.answers import Answer, RefusedError, Request, json_answer

RUN_TOKEN = "made-up-token-of-this-run-0004"
"""What the service gives a job with `id-token: write`, to ask for its identity."""

_IDENTITY = "made-up-identity-of-this-run-0005"
_TRUSTING = "datasets/org/"
"""The repositories that trust the run's workflow."""


def identity(hub: Hub, request: Request, given: Mapping[str, str]) -> Answer:
    """The id token of a run."""
    if request.headers.get("authorization") != f"Bearer {RUN_TOKEN}":
        raise RefusedError(401, "no run of ours")
    return json_answer({"value": _IDENTITY})


def trade(hub: Hub, request: Request, given: Mapping[str, str]) -> Answer:
    """A token for the repository that the request names, if it trusts the identity."""
    asked = json.loads(request.body)
    if asked["subject_token"] != _IDENTITY or not asked["resource"].startswith(_TRUSTING):
        raise RefusedError(400, "invalid_grant")
    return json_answer({"access_token": WRITE_TOKEN, "token_type": "bearer", "expires_in": 3600})
