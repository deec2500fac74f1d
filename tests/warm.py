"""Commands of `corpus` by a process that has started already: `python -m tests.warm SHARD_FILES RAW`.

A build of a few articles spends nine tenths of its time on imports, kernels and language profiles. This process does
all that once, by a build of RAW, and then forks a child for every command. It reads JSON objects, one a line, and
answers each with one: `arguments` of a command, what strace shall do to it (`trace`), and the largest file that the
system lets it write (`file_size`) are answered with its `pid`, that leads a process group; `wait` for a pid with the
exit `code`, negative for a signal, and what was said on stderr (`err`). SHARD_FILES is the mean number of files in a
shard.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NoReturn, Self

ROOT: Final = Path(__file__).parents[1]
_PR_SET_PTRACER: Final = 0x59616D61
_ANY: Final = ctypes.c_ulong(-1)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    err: str


class Warm:
    """The side of whoever runs commands."""

    def __init__(self, shard_files: int, raw: Path) -> None:
        self._command = [sys.executable, "-m", "tests.warm", str(shard_files), str(raw)]

    def __enter__(self) -> Self:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def run(self, *arguments: object, trace: Sequence[str] = (), file_size: int = -1) -> Ended:
        """Run one command to its end; `trace` are options of strace."""
        return self.wait(self.start(*arguments, trace=trace, file_size=file_size))

    def start(self, *arguments: object, trace: Sequence[str] = (), file_size: int = -1) -> int:
        """Begin a command; gives its process, which leads a group."""
        words = [str(item) for item in arguments]
        return int(self._ask({"arguments": words, "trace": list(trace), "file_size": file_size})["pid"])

    def wait(self, pid: int) -> Ended:
        """Wait for the end of a command."""
        return Ended(**self._ask({"wait": pid}))

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        assert pipe_in is not None
        assert pipe_out is not None
        pipe_in.write(json.dumps(request) + "\n")
        pipe_in.flush()
        answer: dict[str, Any] = json.loads(pipe_out.readline())
        return answer


class Server:
    """The side of the process that has started."""

    def __init__(self) -> None:
        self._running: dict[int, tuple[int, subprocess.Popen[str] | None]] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._wait(request["wait"]) if "wait" in request else {"pid": self._start(request)}

    def _start(self, request: dict[str, Any]) -> int:
        said, err = os.pipe()  # no file: a limit for files must not cut what is said
        ready, go = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(go)
            _run(request, ready, err)
        os.close(ready)
        os.close(err)
        self._running[child] = (said, _traced(child, request["trace"]) if request["trace"] else None)
        os.close(go)
        return child

    def _wait(self, pid: int) -> dict[str, Any]:
        said, strace = self._running.pop(pid)
        _, status = os.waitpid(pid, 0)
        if strace:
            strace.communicate()
        os.set_blocking(said, False)  # a worker that is left may still hold the other end
        try:
            err = os.read(said, 65536)
        except BlockingIOError:
            err = b""
        finally:
            os.close(said)
        return {"code": os.waitstatus_to_exitcode(status), "err": err.decode("utf-8", "replace")}


def _run(request: dict[str, Any], ready: int, err: int) -> NoReturn:
    """The child: wait until all is ready, run the command, end."""
    code = 4
    try:
        os.setsid()
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANY)
        os.read(ready, 1)
        null = os.open(os.devnull, os.O_RDWR)
        for number, descriptor in enumerate((null, null, err)):
            os.dup2(descriptor, number)
        if request["file_size"] >= 0:
            resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_size"], resource.RLIM_INFINITY))
        from corpus.cli import main as corpus_main

        sys.argv = ["corpus", *request["arguments"]]
        corpus_main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        sys.stderr.flush()
        os._exit(code)


def _traced(child: int, options: Sequence[str]) -> subprocess.Popen[str]:
    """Let strace do something to a process that waits."""
    command = ["strace", "-f", "-p", str(child), *options]
    strace = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert strace.stderr is not None
    attached = strace.stderr.readline()
    if "attached" not in attached:
        raise RuntimeError(f"strace: {attached}{strace.stderr.read()}")
    return strace


def main() -> None:
    """Get warm, then do what is asked for."""
    import corpus.io.listing
    from corpus.config import load_config
    from corpus.engines.local import LocalEngine
    from corpus.pipeline import build_dataset

    listing: Any = corpus.io.listing
    listing.SHARD_FILES = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, LocalEngine() as engine:
        build_dataset(load_config(Path(sys.argv[2])), engine, Path(folder, "build"))
    server = Server()
    for line in sys.stdin:
        print(json.dumps(server.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
