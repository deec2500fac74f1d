"""An S3 server that others wrote, `moto`, on loopback, and a proxy before it that refuses after some requests.

`moto` lives in an environment of its own: make one with `pip install --require-hashes -r
tests/s3/moto-requirements.txt` and set CORPUS_MOTO to its `moto_server`.
"""

from __future__ import annotations

import http.client
import http.server
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.servers import free_port, running_server

SECRET: Final = "a-very-secret-key"

_REFUSAL: Final = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
_DROPPED: Final = ("connection", "content-length", "expect", "host", "transfer-encoding")


@pytest.fixture(scope="module")
def moto_command() -> Path:
    named = os.environ.get("CORPUS_MOTO", "")
    if named:
        assert Path(named).is_file(), "CORPUS_MOTO names no file"
        return Path(named)
    if os.environ.get("CI") == "true":
        pytest.fail("CORPUS_MOTO is not set: CI must read from an S3 server", pytrace=False)
    pytest.skip("CORPUS_MOTO is not set: it names the moto_server of an environment made from moto-requirements.txt")


@pytest.fixture(scope="module")
def s3_endpoint(moto_command: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    command = [str(moto_command), "-H", "127.0.0.1", "-p", str(port)]
    with running_server(command, port, tmp_path_factory.mktemp("moto")) as address:
        yield address


@pytest.fixture
def s3(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, dict[str, str | bytes]], str]:
    """Put files into a new bucket; gives its name."""
    from pyarrow import fs

    for name, value in {
        "AWS_ENDPOINT_URL": s3_endpoint,
        "AWS_ACCESS_KEY_ID": "tester",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    host = s3_endpoint.removeprefix("http://")
    system = fs.S3FileSystem(endpoint_override=host, scheme="http", region="us-east-1", allow_bucket_creation=True)

    def put(bucket: str, files: dict[str, str | bytes]) -> str:
        system.create_dir(bucket)
        for name, data in files.items():
            with system.open_output_stream(f"{bucket}/{name}", compression=None) as stream:
                stream.write(data.encode() if isinstance(data, str) else data)
        return bucket

    return put


class Refusing(http.server.ThreadingHTTPServer):
    """Passes requests on to a server; of those that write only the first `left`, then all are refused."""

    daemon_threads = True

    def __init__(self, server: str, left: int) -> None:
        self.host = server.removeprefix("http://")
        self.left = left
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def allows(self, method: str) -> bool:
        """Whether the next request of this method is passed on."""
        with self.lock:
            if method != "GET" and method != "HEAD":
                self.left -= 1
            return self.left >= 0


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Refusing
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        body = self._body()
        if not self.server.allows(self.command):
            self._answer(403, [("Content-Type", "application/xml")], _REFUSAL)
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _DROPPED}
        connection = http.client.HTTPConnection(self.server.host, timeout=30)
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        self._answer(answer.status, answer.getheaders(), content)
        connection.close()

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        sizes = [value for name, value in headers if name.lower() == "content-length"]
        for name, value in headers:
            if name.lower() not in _DROPPED:
                self.send_header(name, value)
        self.send_header("Content-Length", sizes[0] if sizes and self.command == "HEAD" else str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def refusing(server: str, after: int) -> Iterator[tuple[str, Refusing]]:
    """The address of a proxy before `server` that refuses to write after so many requests, and the proxy itself."""
    with Refusing(server, after) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{proxy.server_port}", proxy
        finally:
            proxy.shutdown()
            thread.join()
