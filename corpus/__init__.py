"""Turn a folder of raw article files into a checked, versioned, reproducible Parquet dataset.

>>> import corpus
>>> corpus.restore({"body": "B", "boilerplate": [{"kind": "title", "offset": 0, "text": "A\\n\\n", "rule": "x"}]})
'A\\n\\nB'
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpus.model import Build

__all__ = ["build", "restore"]


def build(source: str | PathLike[str], *, out: str | PathLike[str] | None = None, workers: int = 1) -> Build:
    """Package the project or raw articles at `source` into a release folder, or at an address, as the command does.

    Without `out` that is `build` in the project, or in the working folder for raw articles. SOURCE_DATE_EPOCH counts.
    What has not changed since the last build is taken from `.<out>.cache/`, which may be deleted at any time.

    With more than one worker, call it below `if __name__ == "__main__":`, as for any use of processes. Raises the
    errors of `corpus.errors`; a build that fails its data checks is no error: see `checks.passed` and `path` of the
    result.
    """
    from os import fspath

    from corpus.config import load_config
    from corpus.engines.local import LocalEngine
    from corpus.io.addresses import Address, parse_source
    from corpus.io.epoch import build_date
    from corpus.io.project_files import default_out
    from corpus.pipeline import build_dataset, build_into_store

    config = load_config(parse_source(fspath(source)))
    local = default_out(config.project)
    place = local if out is None else parse_source(fspath(out))
    with LocalEngine(workers) as engine:
        if isinstance(place, Address):
            return build_into_store(config, engine, local, place, published=build_date())
        return build_dataset(config, engine, place, published=build_date())


def restore(row: Mapping[str, Any]) -> str:
    """The normalised source text of a row: its `body` with every stretch of its `boilerplate` put back."""
    from corpus.transforms.stretches import restore as put_back

    return put_back(row["body"], row["boilerplate"])
