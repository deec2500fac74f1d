"""The socket side of the test Hub: reads requests, keeps the log, sends answers."""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.hub.accounts import ACCOUNTS, UNKNOWN_TOKEN
from tests.hub.answers import Answer, AnswerLostError, Request
from tests.hub.app import answer, kind_of, undisturbed
from tests.hub.disturbed import keep_silent, reset
from tests.hub.faults import ANY_REPO

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.access import Hub

CONTROL = "/__control__/faults"
TRICKLE_SECONDS = 0.05


class RequestLog:
    """One JSON line per request. It says whether a token came along, and never which."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.touch()

    def add(self, request: Request, status: int) -> None:
        secrets = [token.encode() for token in (*ACCOUNTS, UNKNOWN_TOKEN)]
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        elsewhere = f"{request.path} {request.query} {headers}".encode() + request.body
        line: dict[str, Any] = {
            "method": request.method,
            "path": request.path,
            "authorization": "authorization" in request.headers,
            "token_elsewhere": any(secret in elsewhere for secret in secrets),
            "body_bytes": len(request.body),
            "status": status,
        }
        with self._lock, self._path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


class HubServer(ThreadingHTTPServer):
    """The Hub that clients are told of."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, hub: Hub, log: RequestLog) -> None:
        super().__init__(("127.0.0.1", port), HubHandler)
        self.hub = hub
        self.log = log
        self.address = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Of a client that went away there is nothing to say."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def unread_fault(self, method: str, path: str) -> str:
        """What befalls a request before its body is read; empty for nothing."""
        due = self.hub.faults.disturbance(kind_of(method, path), unread=True)
        return due.what if due else ""

    def answer(self, request: Request) -> tuple[Answer, str]:
        """The answer, and what is to befall it on its way."""
        return answer(self.hub, request)


class AwayServer(HubServer):
    """Another host, where storage lies: it knows the same repositories and no faults, and logs for itself."""

    def unread_fault(self, method: str, path: str) -> str:
        return ""

    def answer(self, request: Request) -> tuple[Answer, str]:
        return undisturbed(self.hub, request), ""


class HubHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: HubServer

    def do_GET(self) -> None:
        self._serve("GET")

    def do_HEAD(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing on stderr: `requests.log` has it all."""

    def _serve(self, method: str) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        unread = self.server.unread_fault(method, parts.path)
        if unread == "reset-half":
            self.rfile.read(int(self.headers.get("Content-Length") or 0) // 2)
        body = b"" if unread else self._read_body()
        request = Request(method=method, path=parts.path, query=parse_qs(parts.query), headers=headers, body=body)
        if unread:
            self.server.log.add(request, 0)
            return reset(self)
        if request.path == CONTROL:
            return self._send(self._control(request))
        try:
            answered, befalls = self.server.answer(request)
        except AnswerLostError:
            self.server.log.add(request, 0)
            self.close_connection = True
            return None
        self.server.log.add(request, 0 if befalls in ("silence", "reset-unanswered") else answered.status)
        return self._send_disturbed(answered, befalls)

    def _send_disturbed(self, sent: Answer, befalls: str) -> None:
        if befalls == "silence":
            keep_silent(self)
        elif befalls == "reset-unanswered":
            reset(self)
        elif befalls in ("truncated", "reset-answering"):
            self._send(sent, cut=True)
            self.close_connection = True
            if befalls == "reset-answering":
                reset(self)
        elif befalls == "trickle":
            self._send(sent, trickle=True)
        else:
            self._send(sent)
            if befalls == "reset-answered":
                reset(self)

    def _read_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _send(self, sent: Answer, *, cut: bool = False, trickle: bool = False) -> None:
        self.send_response(sent.status)
        for name, value in sent.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent.body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        body = sent.body[: len(sent.body) // 2] if cut else sent.body
        for piece in (body[at : at + 1] for at in range(len(body))) if trickle else (body,):
            self.wfile.write(piece)
            time.sleep(TRICKLE_SECONDS if trickle else 0)

    def _control(self, request: Request) -> Answer:
        if request.method == "DELETE":
            self.server.hub.faults.clear()
            return Answer()
        asked = request.json()
        try:
            self.server.hub.faults.add(asked["fault"], asked.get("repo", ANY_REPO))
        except ValueError as error:
            return Answer(status=400, body=str(error).encode())
        return Answer()
