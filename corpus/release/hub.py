"""One dataset repository on the Hub: the few calls that publishing needs, with every failure as an OutsideError.

`huggingface_hub` is imported where a call needs it. No token leaves this module: what the client raises becomes an
error of ours with the token struck out of its text, and tracebacks do not show the original.
"""

from __future__ import annotations

import hashlib
import re
import sys
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import CorpusError, OutsideError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PUBLIC_HUB = "https://huggingface.co"
LOGIN = "log in with `hf auth login`, or set HF_TOKEN to a token that may write to the repository"
RUN_AGAIN = "run the same command again: it first looks at what has happened"
ANSWER_SECONDS = 60.0

_COMMIT_ID = re.compile(r"[0-9a-f]{40}")
_WORTH_ANOTHER_TRY = {408, 409, 412, 425, 429}
_MISSING = {"RepoNotFound", "RevisionNotFound"}


class TryAgainError(OutsideError):
    """A failure that may pass, after which it is unknown whether the request took effect: look again, then decide."""


class NotFoundError(OutsideError):
    """The repository or the revision is not there, or may not be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file of a commit. `blob` is its git blob id; a file in large storage also has the `sha256` of its content."""

    size: int
    blob: str
    sha256: str | None

    def holds(self, *, size: int, blob: str, sha256: str) -> bool:
        """Whether it has the content of that size and those digests."""
        return self.size == size and (self.sha256 == sha256 if self.sha256 else self.blob == blob)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest commit of a repository's main branch."""

    commit: str
    private: bool


class Hub:
    """The dataset repository `repo` at `endpoint` (default: HF_ENDPOINT, else the public Hub)."""

    def __init__(self, repo: str, *, endpoint: str | None = None, token: str | None = None) -> None:
        from huggingface_hub import HfApi, constants, get_token

        self.repo = repo
        self.endpoint = (endpoint or constants.ENDPOINT).rstrip("/")
        if not re.match(r"https?://[^/@]+(/|$)", self.endpoint):
            raise UsageError("The endpoint is not an http(s) address.", remedy="give it like https://hub.example.org")
        implicit = None if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN else get_token()
        self._secret = token or implicit or ""
        self._api = HfApi(endpoint=self.endpoint, token=self._secret or False, library_name="corpus")

    def head(self) -> Head | None:
        """The head of the main branch; None when the repository is absent, or hidden from this token."""
        try:
            with self._translated("read the repository"):
                info = self._api.dataset_info(self.repo, revision="main", timeout=ANSWER_SECONDS)
        except NotFoundError:
            return None
        return Head(commit=self._commit_id(info.sha), private=bool(info.private))

    def tagged(self, tag: str) -> str | None:
        """The commit that `tag` stands for; None when there is no such tag."""
        with self._translated("read the tags"):
            tags = self._api.list_repo_refs(self.repo, repo_type="dataset").tags
        return next((self._commit_id(known.target_commit) for known in tags if known.name == tag), None)

    def tree(self, commit: str) -> dict[str, RemoteFile]:
        """Every file of a commit, by path."""
        from huggingface_hub.hf_api import RepoFile

        with self._translated("list the files"):
            entries = self._api.list_repo_tree(self.repo, recursive=True, revision=commit, repo_type="dataset")
            return {
                entry.path: RemoteFile(
                    size=entry.size, blob=entry.blob_id, sha256=entry.lfs.sha256 if entry.lfs else None
                )
                for entry in entries
                if isinstance(entry, RepoFile)
            }

    def read(self, commit: str, path: str, listed: RemoteFile) -> bytes:
        """The bytes of a small file, held against what the commit's tree says of it."""
        content = b"".join(self._stream(commit, path))
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        if not listed.holds(size=len(content), blob=blob, sha256=hashlib.sha256(content).hexdigest()):
            where = f"{self.repo} at {commit}"
            raise TryAgainError(f"The Hub gave back something else than {path}.", where=where, remedy=RUN_AGAIN)
        return content

    def digest(self, commit: str, path: str) -> tuple[int, str]:
        """Size and sha256 of a file as the Hub hands it out, whatever its size; nothing is kept."""
        size, sha256 = 0, hashlib.sha256()
        for chunk in self._stream(commit, path):
            size += len(chunk)
            sha256.update(chunk)
        return size, sha256.hexdigest()

    def _stream(self, commit: str, path: str) -> Iterator[bytes]:
        from huggingface_hub import get_session, hf_hub_url

        url = hf_hub_url(self.repo, path, repo_type="dataset", revision=commit, endpoint=self.endpoint)
        headers = {"Accept-Encoding": "identity"}
        headers |= {"Authorization": f"Bearer {self._secret}"} if self._secret else {}
        with (
            self._translated(f"download {path}"),
            get_session().stream("GET", url, headers=headers, timeout=ANSWER_SECONDS) as response,
        ):
            response.raise_for_status()
            yield from response.iter_bytes()

    def create(self, *, private: bool) -> None:
        """Make the repository; where `private` is not asked for, its namespace has the say."""
        with self._translated("create the repository"):
            self._api.create_repo(self.repo, private=private or None, repo_type="dataset")

    def commit(
        self, *, parent: str, add: Mapping[str, Path], delete: Sequence[str], title: str, description: str
    ) -> str:
        """Make one commit on top of `parent`, and of nothing else; give its id."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        with self._translated("commit"), _large_files(self.endpoint), _bars():
            deletions = [CommitOperationDelete(path_in_repo=path, is_folder=False) for path in sorted(delete)]
            additions = [CommitOperationAdd(path_in_repo=path, path_or_fileobj=add[path]) for path in sorted(add)]
            made = self._api.create_commit(
                self.repo,
                [*deletions, *additions],
                commit_message=title,
                commit_description=description,
                repo_type="dataset",
                revision="main",
                parent_commit=parent,
            )
        return self._commit_id(made.oid)

    def tag(self, tag: str, commit: str) -> None:
        """Put a new tag on a commit."""
        with self._translated("create the tag"):
            self._api.create_tag(self.repo, tag=tag, revision=commit, repo_type="dataset")

    def _commit_id(self, found: str | None) -> str:
        if found is None or not _COMMIT_ID.fullmatch(found):
            raise OutsideError("The Hub names no commit.", where=self.repo, remedy="look at the repository on the Hub")
        return found

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        """Let nothing through but errors of ours."""
        try:
            yield
        except CorpusError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the client raises may hold the token
            raise self._problem(error, doing) from None

    def _problem(self, error: Exception, doing: str) -> OutsideError:
        """What went wrong and what to do about it."""
        response = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
        status = 0 if response is None else response.status_code
        said = {"where": f"{self.repo} at {self.endpoint}", "found": self._without_secrets(error)}
        missing = response is not None and _hidden_or_missing(status, response.headers)
        if missing or status in (401, 403):
            kind = NotFoundError if missing else OutsideError
            return kind(f"Could not {doing}: {self._refusal(missing=missing)}.", **said, remedy=LOGIN)
        if _may_pass(error, status):
            return TryAgainError(f"Could not {doing}: no proper answer.", **said, remedy=RUN_AGAIN)
        return OutsideError(f"Could not {doing}.", **said, remedy="mend what the Hub objects to")

    def _refusal(self, *, missing: bool) -> str:
        if not self._secret:
            return "the Hub wants a token for it"
        return "the Hub has no such repository, or hides it from this token" if missing else "the Hub refused the token"

    def _without_secrets(self, error: Exception) -> str:
        """The error's text on one line, without the token and without the query of an address, which may be signed."""
        text = f"{type(error).__name__}: {error}"
        text = text.replace(self._secret, "<token>") if self._secret else text
        return re.sub(r"(https?://[^\s?'\"]+)\?[^\s'\"]*", r"\1", " ".join(text.split()))


def _hidden_or_missing(status: int, headers: Mapping[str, str]) -> bool:
    """Without a token the Hub says 401 both for a private repository and for none; a bad token it calls so."""
    if headers.get("X-Error-Code") in _MISSING:
        return True
    return status == 401 and "Invalid credentials" not in headers.get("X-Error-Message", "")


def _may_pass(error: Exception, status: int) -> bool:
    if status:
        return status >= 500 or status in _WORTH_ANOTHER_TRY
    import httpx2

    causes = (error, error.__cause__)
    return any(isinstance(cause, (httpx2.TransportError, ConnectionError, TimeoutError)) for cause in causes)


@contextmanager
def _large_files(endpoint: str) -> Iterator[None]:
    """Leave Xet to the public Hub: another server need not speak it, and the client does not fall back by itself.

    The client reads its environment once, at import, but asks this constant at every upload.
    """
    from huggingface_hub import constants

    before = constants.HF_HUB_DISABLE_XET
    constants.HF_HUB_DISABLE_XET = before or endpoint != PUBLIC_HUB
    try:
        yield
    finally:
        constants.HF_HUB_DISABLE_XET = before


def _bars() -> AbstractContextManager[object]:
    """Progress bars on a terminal only."""
    from huggingface_hub.utils.tqdm import disable_progress_bars

    return nullcontext() if sys.stderr.isatty() else disable_progress_bars()
