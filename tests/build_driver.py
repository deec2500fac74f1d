"""Build in a process of its own: `python -m tests.build_driver SOURCE OUT WORKERS [LEAK]`; LEAK is a planted defect."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import corpus.io.files
import corpus.pipeline
from corpus.config import load_config
from corpus.engines.local import LocalEngine


def with_fact(**facts: Any) -> None:
    """Let one more fact into the manifest."""
    pipeline: Any = corpus.pipeline
    make = pipeline.make_manifest

    def leaking(*args: Any) -> Any:
        manifest = make(*args)
        return type(manifest)(
            **{name: getattr(manifest, name) for name in manifest.__slots__ if name != "tool"},
            tool={**manifest.tool, **{name: str(fact) for name, fact in facts.items()}},
        )

    pipeline.make_manifest = leaking


def in_written_order() -> None:
    """Take the inputs in the order in which they were written, and not by their ids."""
    files: Any = corpus.io.files

    def written(key: bytes) -> int:
        path = os.fsdecode(key.rpartition(b"\0")[2].removesuffix(b"#"))
        return Path(sys.argv[1], path).stat().st_mtime_ns

    files.sorted = lambda places, key=None: sorted(places, key=(lambda at: written(key(at))) if key else None)


LEAKS: dict[str, Callable[[], None]] = {
    "clock": lambda: with_fact(built=time.time_ns()),
    "hash": lambda: with_fact(order=hash("corpus")),
    "zone": lambda: with_fact(zone=time.tzname),
    "folder": lambda: with_fact(folder=Path.cwd()),
    "chance": lambda: with_fact(drawn=random.random()),
    "workers": lambda: with_fact(workers=sys.argv[3]),
    "order": in_written_order,
    "locale": lambda: with_fact(locale=os.environ.get("LC_ALL")),
}


def main() -> None:
    """Build once."""
    source, out, workers, *leak = sys.argv[1:]
    for name in leak:
        LEAKS[name]()
    with LocalEngine(int(workers)) as engine:
        corpus.pipeline.build_dataset(load_config(Path(source)), engine, Path(out))


if __name__ == "__main__":
    main()
