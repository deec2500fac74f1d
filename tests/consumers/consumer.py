"""A downstream project of version 0.1.0 of the release format: what it reads must stay readable until a major version.

Run by whatever Python has the `datasets` that is asked about; knows nothing of corpus. Prints one JSON document.
"""

import json
import os
import sys
from typing import Any

from datasets import __version__, load_dataset


def main(where: str, revision: str) -> None:
    """Load both configs, streaming and not, and read what a consumer reads."""
    found = {}
    for config in (None, "all"):
        for streaming in (False, True):
            given = {"revision": revision} if revision else {}
            articles = load_dataset(where, config, split="train", streaming=streaming, **given)
            found[f"{config or 'default'}{' streamed' if streaming else ''}"] = [read(row) for row in articles]
    print(json.dumps({"datasets": __version__, "rows": found}))


def read(row: dict[str, Any]) -> dict[str, Any]:
    """Every column of schema version 1 that code downstream uses by name."""
    removed = [(stretch["kind"], stretch["offset"], stretch["text"], stretch["rule"]) for stretch in row["boilerplate"]]
    related = [(other["id"], other["share"], other["share_of_other"]) for other in row["related"]]
    plain = (
        "id title body boilerplate_flags language language_score language_declared duplicate_group duplicate_kind "
        "duplicate_of duplicate_overlap url author site license published metadata source_path source_sha256 encoding "
        "text_sha256 char_count word_count"
    )
    instant = row["published_at"].isoformat() if row["published_at"] else None
    sources = [(item["field"], item["source"]) for item in row["field_sources"]]
    return {name: row[name] for name in plain.split()} | {
        "boilerplate": removed,
        "related": related,
        "published_at": instant,
        "field_sources": sources,
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
    sys.stdout.flush()
    os._exit(0)  # threads of the libraries, idle after streaming, now and then abort the interpreter's own way out
