"""Answers as faults make them, and what they do to the connection."""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from tests.hub.answers import Answer, json_answer

if TYPE_CHECKING:
    from tests.hub.answers import Request

LONGEST_SILENCE = 10.0
RETRY_AFTER = {"429-seconds": 7, "429-date": 9, "429-long": 3600}

WIRE = ("silence", "trickle", "truncated", "reset-unanswered", "reset-answering", "reset-answered")
"""What an answer alone cannot show."""


def disturbed(what: str, request: Request, whole: Answer, away: str) -> Answer:
    """The answer that comes instead of `whole`; for what happens on the wire it is `whole` itself."""
    echo = f"it was said: {request.headers.get('authorization', 'nothing')}"
    if what == "redirect":
        query = urlencode(request.query, doseq=True)
        return Answer(status=307, headers={"Location": f"{away}{request.path}?{query}"})
    if what == "link":
        return _linking_away(whole, away)
    if what == "html":
        page = f"<html><body><h1>Welcome</h1><p>{echo}</p></body></html>"
        return Answer(body=page.encode(), headers={"Content-Type": "text/html"})
    if what == "list":
        return json_answer([echo])
    if what in WIRE:
        return whole
    if what == "409-busy":
        echo = f"Cannot create repo: another conflicting operation is in progress; {echo}"
    status, _, _ = what.partition("-")
    headers = {"X-Error-Message": echo}
    if what == "404-repo":
        headers["X-Error-Code"] = "RepoNotFound"
    if what in RETRY_AFTER:
        seconds = RETRY_AFTER[what]
        date = formatdate(time.time() + seconds, usegmt=True)
        headers["Retry-After"] = date if what == "429-date" else str(seconds)
    return json_answer({"error": echo}, status=int(status), headers=headers)


def _linking_away(whole: Answer, away: str) -> Answer:
    """The same answer, whose next page and uploads lie on another host."""
    content = json.loads(whole.body)
    for known in content["objects"] if isinstance(content, dict) and "objects" in content else []:
        for action in known.get("actions", {}).values():
            parts = urlsplit(action["href"])
            action["href"] = f"{away}{parts.path}?{parts.query}"
    headers = {**whole.headers, "Link": f'<{away}/more>; rel="next"'} if isinstance(content, list) else whole.headers
    return replace(whole, body=json.dumps(content).encode(), headers=headers)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """End the connection at once, so that the other side is told of a reset."""
    handler.close_connection = True
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()
    handler.wfile.close()
    handler.connection.close()


def keep_silent(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing until the other side gives up."""
    select.select([handler.connection], [], [], LONGEST_SILENCE)
    handler.close_connection = True
