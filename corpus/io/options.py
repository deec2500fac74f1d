"""The settings of the inputs: which files are taken, and how large what is in them may be."""

from __future__ import annotations

from dataclasses import dataclass, field

from corpus.limits import check_least

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class InputOptions:
    """Which files below the input folder are taken, and how large they may be."""

    include: tuple[str, ...] = field(
        default=("**",), metadata={"doc": "Globs of the paths to take, below the input folder."}
    )
    exclude: tuple[str, ...] = field(default=(), metadata={"doc": "Globs of the paths to leave out."})
    max_bytes: int = field(
        default=64 * _MEBIBYTE, metadata={"doc": "Articles and records of more bytes are rejected as too_large."}
    )
    max_container_bytes: int = field(
        default=1024 * 1024 * _MEBIBYTE,
        metadata={"doc": "What stands behind so many bytes of a container, decompressed, is rejected as too_large."},
    )
    max_depth: int = field(
        default=64, metadata={"doc": "Records whose lists and objects are nested deeper are rejected as malformed."}
    )

    def __post_init__(self) -> None:
        check_least(self, 1, "max_bytes", "max_container_bytes", "max_depth")
        if self.max_depth > 500:
            raise ValueError(f"max_depth must be at most 500, not {self.max_depth}")
        if not self.include:
            raise ValueError('include must name at least one glob, like "**"')
