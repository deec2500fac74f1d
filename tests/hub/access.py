"""The state of the test Hub which every route needs, and who may read or write what of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from tests.hub.accounts import ACCOUNTS, Account
from tests.hub.answers import RefusedError, Request

if TYPE_CHECKING:
    from tests.hub.faults import Faults
    from tests.hub.store import Commit, Repo, Store


class Hub:
    """The repositories and the faults; clients reach it at the origin `address`, and what faults lead astray `away`."""

    def __init__(self, store: Store, faults: Faults, *, page_size: int = 1000) -> None:
        self.store = store
        self.faults = faults
        self.page_size = page_size
        self.address = ""
        self.away = ""
        self.signature = uuid.uuid4().hex

    def account(self, request: Request) -> Account | None:
        """The account of the request's token, None without a token. An unknown token is refused everywhere."""
        given = request.headers.get("authorization")
        if given is None:
            return None
        account = ACCOUNTS.get(given.removeprefix("Bearer "))
        if account is None:
            raise RefusedError(401, "Invalid credentials in Authorization header")
        return account

    def readable(self, request: Request, name: str) -> Repo:
        account = self.account(request)
        try:
            repo = self.store.repo(name)
        except ValueError:
            raise RefusedError(400, "Invalid repository name") from None
        if repo.exists() and not (repo.refs().private and not _reads(account, name)):
            return repo
        if account is None:
            raise RefusedError(401, "Invalid username or password.")
        raise RefusedError(404, "Repository not found", "RepoNotFound")

    def writable(self, request: Request, name: str) -> Repo:
        self.writer(request, name.partition("/")[0])
        return self.readable(request, name)

    def writer(self, request: Request, namespace: str) -> Account:
        account = self.account(request)
        if account is None:
            raise RefusedError(401, "Invalid username or password.")
        if namespace not in account.writes:
            raise RefusedError(403, f"You don't have the rights to write under the namespace {namespace!r}")
        return account

    def commit_at(self, repo: Repo, revision: str) -> Commit:
        commit = repo.resolve(revision)
        if commit is None:
            raise RefusedError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return commit


def _reads(account: Account | None, name: str) -> bool:
    return account is not None and name.partition("/")[0] in account.reads
