"""Start the test Hub as a process of its own, and end exactly that process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.clients import LEAVE
from tests.hub.server import CONTROL
from tests.hub.store import Repo, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 20
LOOPBACK_ONLY = """
import sys

def _refuse(event, arguments):
    asked = {"socket.connect": lambda: arguments[1][0], "socket.getaddrinfo": lambda: arguments[0]}.get(event)
    if asked is not None and asked() not in ("127.0.0.1", "localhost"):
        print("OUTSIDE", event, asked(), file=sys.stderr)
        raise OSError("only loopback may be contacted")

sys.addaudithook(_refuse)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A running test Hub."""

    endpoint: str
    root: Path

    def mark(self) -> int:
        """A place in the list of requests, from which `requests` and `writes` may count."""
        return (self.root / "requests.log").stat().st_size

    def requests(self, *prefixes: str, since: int = 0) -> list[dict[str, Any]]:
        """Every request since a mark, or those whose `METHOD path` begins with one of `prefixes`, the oldest first."""
        with (self.root / "requests.log").open(encoding="utf-8") as log:
            log.seek(since)
            seen = [json.loads(line) for line in log]
        return [one for one in seen if not prefixes or f"{one['method']} {one['path']}".startswith(prefixes)]

    def away(self) -> list[dict[str, Any]]:
        """Every request that another host got."""
        return [json.loads(line) for line in (self.root / "away.log").read_text(encoding="utf-8").splitlines()]

    def writes(self, since: int = 0) -> list[str]:
        """`METHOD path` of every request since a mark that may change something, whatever its answer was."""
        reading = ("/api/validate-yaml", "/paths-info/")
        changing = [one for one in self.requests(since=since) if one["method"] != "GET"]
        return [
            f"{one['method']} {one['path']}" for one in changing if not any(word in one["path"] for word in reading)
        ]

    def provoke(self, fault: str, repo: str = "") -> None:
        """Ask for one of the faults of `tests/hub/faults.py`."""
        body = json.dumps({"fault": fault, "repo": repo}).encode()
        urllib.request.urlopen(urllib.request.Request(self.endpoint + CONTROL, data=body, method="POST"), timeout=10)

    def behave(self) -> None:
        """Take all faults back."""
        urllib.request.urlopen(urllib.request.Request(self.endpoint + CONTROL, method="DELETE"), timeout=10)

    def repo(self, name: str) -> Repo:
        """What stands on the Hub's disk, read past its API."""
        return Store(self.root).repo(name)

    def copy(self, name: str, to: str) -> None:
        """Let the repository `to`, which nobody has asked for yet, stand as `name` does."""
        shutil.copytree(self.root / "repos" / name, self.root / "repos" / to)


@contextmanager
def running_hub(root: Path, *options: str) -> Iterator[Hub]:
    """A test Hub that keeps its repositories and `requests.log` below `root`; `options` go to its command line."""
    command = [sys.executable, "-m", "tests.hub", "--root", str(root), *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), "the test Hub did not start"
            yield Hub(endpoint=address, root=root)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def client_environment(endpoint: str, home: Path, token: str | None = None) -> dict[str, str]:
    """The environment of a process that knows no Hub but the one at `endpoint`, and no login but `token`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    login = {"HF_TOKEN": token} if token else {}
    return {
        **kept,
        **login,
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_UPDATE_DOWNLOAD_COUNTS": "0",
    }


def run_client(code: str, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own, where no address but loopback may be contacted."""
    command = [sys.executable, "-c", LOOPBACK_ONLY + code + LEAVE, *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=120)
