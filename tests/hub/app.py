"""The routes of the test Hub: from a request to its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tests.hub import identity, reads, writes
from tests.hub.access import Hub
from tests.hub.answers import Answer, RefusedError, Request, json_answer
from tests.hub.disturbed import disturbed

Handler = Callable[[Hub, Request, Mapping[str, str]], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A kind of request, by its method and path."""

    kind: str
    method: str
    path: re.Pattern[str]
    handler: Handler


_REPO = r"(?P<repo>[^/]+/[^/]+)"
_API = rf"/api/datasets/{_REPO}"
_REVISION = r"(?P<revision>[^/]+)"

ROUTES: tuple[Route, ...] = tuple(
    Route(kind, method, re.compile(pattern), handler)
    for kind, method, pattern, handler in (
        ("identity", "GET", r"/identity", identity.identity),
        ("trade", "POST", r"/oauth/token", identity.trade),
        ("whoami", "GET", r"/api/whoami-v2", reads.whoami),
        ("create", "POST", r"/api/repos/create", writes.create_repo),
        ("validate-yaml", "POST", r"/api/validate-yaml", reads.validate_yaml),
        ("info", "GET", _API, reads.info),
        ("info", "GET", rf"{_API}/revision/{_REVISION}", reads.info),
        ("refs", "GET", rf"{_API}/refs", reads.refs),
        ("commits", "GET", rf"{_API}/commits/{_REVISION}", reads.commits),
        ("tree", "GET", rf"{_API}/tree/{_REVISION}(?P<path>/.*)?", reads.tree),
        ("paths-info", "POST", rf"{_API}/paths-info/{_REVISION}", reads.paths_info),
        ("preupload", "POST", rf"{_API}/preupload/{_REVISION}", writes.preupload),
        ("commit", "POST", rf"{_API}/commit/{_REVISION}", writes.commit),
        ("tag", "POST", rf"{_API}/tag/{_REVISION}", writes.add_tag),
        ("lfs-batch", "POST", rf"/datasets/{_REPO}\.git/info/lfs/objects/batch", writes.lfs_batch),
        ("lfs-upload", "PUT", rf"/lfs-upload/{_REPO}/(?P<oid>[0-9a-f]{{64}})", writes.lfs_upload),
        ("lfs-verify", "POST", rf"/lfs-verify/{_REPO}", writes.lfs_verify),
        ("manifest", "GET", rf"/datasets/{_REPO}/resolve/{_REVISION}/(?P<path>manifest\.json)", reads.resolve),
        ("data", "GET", rf"/datasets/{_REPO}/resolve/{_REVISION}/(?P<path>.+)", reads.resolve),
    )
)


def kind_of(method: str, path: str) -> str:
    """The kind of a request; empty where there is no such route."""
    return next((r.kind for r in ROUTES if r.method == method and r.path.fullmatch(path)), "")


def answer(hub: Hub, request: Request) -> tuple[Answer, str]:
    """Answer any request, and say what is to befall the answer on its way. Raises AnswerLostError for some faults."""
    due = hub.faults.disturbance(kind_of(request.method, request.path), unread=False)
    if due is None:
        return undisturbed(hub, request), ""
    acts = due.after or due.what == "link"
    whole = undisturbed(hub, request) if acts else Answer()
    return disturbed(due.what, request, whole, hub.away), due.what


def undisturbed(hub: Hub, request: Request) -> Answer:
    """The answer that no fault of a kind of request touches."""
    try:
        return _route(hub, request)
    except RefusedError as refusal:
        return _echoing(refusal.answer, request) if hub.faults.holds("echo-token") else refusal.answer


def _route(hub: Hub, request: Request) -> Answer:
    if hub.faults.unavailable(request.method, request.path):
        raise RefusedError(503, "Service Unavailable")
    for route in ROUTES:
        if route.method == request.method and (match := route.path.fullmatch(request.path)):
            return route.handler(hub, request, {key: unquote(value or "") for key, value in match.groupdict().items()})
    raise RefusedError(404, f"no such route: {request.method} {request.path}")


def _echoing(answer: Answer, request: Request) -> Answer:
    message = f"refused: Authorization {request.headers.get('authorization', '')}"
    return json_answer({"error": message}, status=answer.status, headers={**answer.headers, "X-Error-Message": message})
