"""One dataset repository on the Hub: the few calls that publishing needs, with every failure as an OutsideError.

`huggingface_hub` is imported where a call needs it. What it raises becomes an error of ours (`hub_errors.py`).
"""

from __future__ import annotations

import hashlib
import re
import sys
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import OutsideError, UsageError
from corpus.release.hub_errors import RUN_AGAIN, NotFoundError, TryAgainError, translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PUBLIC_HUB = "https://huggingface.co"
ANSWER_SECONDS = 60.0

_COMMIT_ID = re.compile(r"[0-9a-f]{40}")


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
        self._secret = token or ""
        if not token and not constants.HF_HUB_DISABLE_IMPLICIT_TOKEN:
            with self._translated("find the login"):
                self._secret = get_token() or ""
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

    def _translated(self, doing: str) -> AbstractContextManager[None]:
        return translated(doing, where=f"{self.repo} at {self.endpoint}", token=self._secret)


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
