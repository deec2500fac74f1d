"""Who may do what on the test Hub. The tokens are made up and open nothing but this server."""

from __future__ import annotations

from dataclasses import dataclass

WRITE_TOKEN = "made-up-token-that-may-write-0001"
READ_TOKEN = "made-up-token-that-may-read-0002"
UNKNOWN_TOKEN = "made-up-token-that-nobody-knows-0003"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user and the namespaces whose private repositories it may read, and whose repositories it may write."""

    name: str
    reads: frozenset[str]
    writes: frozenset[str]


ACCOUNTS = {
    WRITE_TOKEN: Account(name="alice", reads=frozenset({"org", "alice"}), writes=frozenset({"org", "alice"})),
    READ_TOKEN: Account(name="bob", reads=frozenset({"org", "bob"}), writes=frozenset({"bob"})),
}
