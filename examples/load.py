"""Load a release with `datasets` and print one line that proves it."""

from __future__ import annotations

import sys

from datasets import disable_progress_bars, load_dataset


def main(build: str) -> None:
    """Load both configs of the release folder `build`."""
    disable_progress_bars()
    single = load_dataset(build, split="train")
    every = load_dataset(build, "all", split="train")
    first = single[0]
    print(f'load_dataset("{build}"): {len(single)} articles, "all": {len(every)} rows; first: {first["id"]}')


if __name__ == "__main__":
    main(sys.argv[1])
