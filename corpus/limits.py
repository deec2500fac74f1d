"""Bounds of settings, asked for in `__post_init__`: what is wrong is one sentence that names the setting."""

from __future__ import annotations

import math
from typing import Any


def check_least(options: Any, least: int, *names: str) -> None:
    """Raise ValueError unless each of these fields is a finite number of at least `least`."""
    for name in names:
        value = getattr(options, name)
        if not (math.isfinite(value) and value >= least):
            raise ValueError(f"{name} must be at least {least}, not {value}")


def check_shares(options: Any, *names: str) -> None:
    """Raise ValueError unless each of these fields lies between 0 and 1."""
    for name in names:
        value = getattr(options, name)
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must lie between 0 and 1, not {value}")
