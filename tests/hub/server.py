"""The socket side of the test Hub: reads requests, keeps the log, sends answers."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.hub.accounts import ACCOUNTS, UNKNOWN_TOKEN
from tests.hub.answers import Answer, AnswerLostError, Request
from tests.hub.app import answer
from tests.hub.faults import ANY_REPO

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.access import Hub

CONTROL = "/__control__/faults"


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
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, hub: Hub, log: RequestLog) -> None:
        super().__init__(("127.0.0.1", port), HubHandler)
        self.hub = hub
        self.log = log
        hub.address = f"http://127.0.0.1:{self.server_address[1]}"


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
        request = Request(
            method=method, path=parts.path, query=parse_qs(parts.query), headers=headers, body=self._read_body()
        )
        if request.path == CONTROL:
            return self._send(self._control(request))
        try:
            answered = answer(self.server.hub, request)
        except AnswerLostError:
            self.server.log.add(request, 0)
            self.close_connection = True
            return None
        self.server.log.add(request, answered.status)
        return self._send(answered)

    def _read_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _send(self, sent: Answer) -> None:
        self.send_response(sent.status)
        for name, value in sent.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(sent.body)

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
