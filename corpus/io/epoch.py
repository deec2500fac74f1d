"""The date that a build bears: from the environment, never from a clock."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from corpus.errors import ConfigError


def build_date() -> str | None:
    """The ISO date that a build bears, from the environment's SOURCE_DATE_EPOCH; None without one.

    Raises ConfigError when it is no number of seconds.
    """
    return date_of_epoch(os.environ.get("SOURCE_DATE_EPOCH") or None)


def date_of_epoch(seconds: str | None) -> str | None:
    """The UTC date of a `SOURCE_DATE_EPOCH` value, null for null.

    Raises ConfigError when it is no number of seconds. `date_of_epoch("86400")` is `1970-01-02`.
    """
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigError(
            "SOURCE_DATE_EPOCH is no time", found=seconds, remedy="give whole seconds since 1970-01-01, or unset it"
        ) from error
