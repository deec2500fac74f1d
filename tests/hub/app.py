"""The routes of the test Hub: from a request to its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from tests.hub import reads, writes
from tests.hub.access import Hub
from tests.hub.answers import Answer, RefusedError, Request, json_answer

Handler = Callable[[Hub, Request, Mapping[str, str]], Answer]

_REPO = r"(?P<repo>[^/]+/[^/]+)"
_API = rf"/api/datasets/{_REPO}"
_REVISION = r"(?P<revision>[^/]+)"

ROUTES: tuple[tuple[str, re.Pattern[str], Handler], ...] = tuple(
    (method, re.compile(pattern), handler)
    for method, pattern, handler in (
        ("GET", r"/api/whoami-v2", reads.whoami),
        ("POST", r"/api/repos/create", writes.create_repo),
        ("POST", r"/api/validate-yaml", reads.validate_yaml),
        ("GET", _API, reads.info),
        ("GET", rf"{_API}/revision/{_REVISION}", reads.info),
        ("GET", rf"{_API}/refs", reads.refs),
        ("GET", rf"{_API}/commits/{_REVISION}", reads.commits),
        ("GET", rf"{_API}/tree/{_REVISION}(?P<path>/.*)?", reads.tree),
        ("POST", rf"{_API}/paths-info/{_REVISION}", reads.paths_info),
        ("POST", rf"{_API}/preupload/{_REVISION}", writes.preupload),
        ("POST", rf"{_API}/commit/{_REVISION}", writes.commit),
        ("POST", rf"{_API}/tag/{_REVISION}", writes.add_tag),
        ("POST", rf"/datasets/{_REPO}\.git/info/lfs/objects/batch", writes.lfs_batch),
        ("PUT", rf"/lfs-upload/{_REPO}/(?P<oid>[0-9a-f]{{64}})", writes.lfs_upload),
        ("POST", rf"/lfs-verify/{_REPO}", writes.lfs_verify),
        ("GET", rf"/datasets/{_REPO}/resolve/{_REVISION}/(?P<path>.+)", reads.resolve),
    )
)


def answer(hub: Hub, request: Request) -> Answer:
    """Answer any request. Raises AnswerLostError where a fault asks for it."""
    try:
        return _route(hub, request)
    except RefusedError as refusal:
        return _echoing(refusal.answer, request) if hub.faults.holds("echo-token") else refusal.answer


def _route(hub: Hub, request: Request) -> Answer:
    if hub.faults.unavailable(request.method, request.path):
        raise RefusedError(503, "Service Unavailable")
    for method, pattern, handler in ROUTES:
        if method == request.method and (match := pattern.fullmatch(request.path)):
            return handler(hub, request, {key: unquote(value or "") for key, value in match.groupdict().items()})
    raise RefusedError(404, f"no such route: {request.method} {request.path}")


def _echoing(answer: Answer, request: Request) -> Answer:
    message = f"refused: Authorization {request.headers.get('authorization', '')}"
    return json_answer({"error": message}, status=answer.status, headers={**answer.headers, "X-Error-Message": message})
