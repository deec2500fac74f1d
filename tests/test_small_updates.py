"""What the benchmark of small updates counts: chunks as Xet cuts them, and the bytes that an old release has."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.small_updates import LARGEST, SMALLEST, cut, reused


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def noise(size: int) -> bytes:
    return np.random.default_rng(1).bytes(size)


def test_chunks_are_cut_by_content_within_their_bounds(tmp_path: Path) -> None:
    content = noise(4_000_000)
    chunks = list(cut(write(tmp_path / "a", content)))
    assert [start for start, _, _ in chunks] == [0, *(end for _, end, _ in chunks[:-1])]
    assert chunks[-1][1] == len(content)
    sizes = [end - start for start, end, _ in chunks[:-1]]
    assert SMALLEST <= min(sizes) < max(sizes) <= LARGEST
    assert 48_000 < sum(sizes) / len(sizes) < 80_000
    moved = list(cut(write(tmp_path / "b", b"something new" + content)))
    assert len({digest for _, _, digest in chunks} - {digest for _, _, digest in moved}) <= 3
    assert [end for _, end, _ in cut(write(tmp_path / "c", bytes(300_000)))] == [131072, 262144, 300_000]


def test_what_the_old_release_has_is_counted(tmp_path: Path) -> None:
    content = noise(4_000_000)
    old, new = tmp_path / "old", tmp_path / "new"
    write(old / "a", content)
    write(new / "renamed", content)
    found = reused(old, new)
    assert found.files == found.chunks == found.runs == found.size == len(content)
    write(new / "renamed", content[:2_000_000] + b"something new" + content[2_000_000:])
    write(new / "other", noise(4_000_001)[:1000])
    found = reused(old, new)
    assert found.files == 0
    assert 0.9 < found.chunks / found.size < 1
    assert found.columns == {"renamed": found.size - found.chunks - 1000, "other": 1000}
    assert found.runs == found.chunks
