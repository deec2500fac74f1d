"""One dataset repository on the Hub: the few calls that publishing and reading need, with every failure as ours.

`huggingface_hub` is imported where a call needs it. It asks through a client of ours (`session.py`), and what it raises
becomes an error of ours (`errors.py`).
"""

from __future__ import annotations

import hashlib
import re
import sys
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.errors import UsageError
from corpus.hub.errors import RUN_AGAIN, NotFoundError, TryAgainError, translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

PUBLIC_HUB: Final = "https://huggingface.co"

_COMMIT_ID: Final = re.compile(r"[0-9a-f]{40}")


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
    """The commit that a revision stands for, and who may see the repository."""

    commit: str
    private: bool


class Hub:
    """The dataset repository `repo` at `endpoint` (default: HF_ENDPOINT, else the public Hub), while the context lasts.

    An answer may stay away for `answer_seconds`. Of two that are open at once at different endpoints only the later one
    brings its login. Raises UsageError for an endpoint that is no address.
    """

    def __init__(
        self, repo: str, *, endpoint: str | None = None, token: str | None = None, answer_seconds: float = 60.0
    ) -> None:
        from huggingface_hub import HfApi, constants, get_token

        self.repo = repo
        self.endpoint = (endpoint or constants.ENDPOINT).rstrip("/")
        if not re.match(r"https?://[^/@]+(/|$)", self.endpoint):
            raise UsageError("the endpoint is not an http(s) address", remedy="give it like https://hub.example.org")
        self._secret = token or ""
        if not token and not constants.HF_HUB_DISABLE_IMPLICIT_TOKEN:
            with self._translated("find the login"):
                self._secret = get_token() or ""
        self._api = HfApi(endpoint=self.endpoint, token=self._secret or False, library_name="corpus")
        self._answer_seconds = answer_seconds
        self._open = ExitStack()

    def __enter__(self) -> Hub:
        from corpus.hub.session import asking_once

        self._open.enter_context(asking_once(self.endpoint, answer_seconds=self._answer_seconds))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def head(self, revision: str = "main") -> Head | None:
        """The newest commit of a branch (or that of a tag); None when the repository or the revision is absent.

        It is absent, too, when it is hidden from this token.
        """
        try:
            with self._translated("read the repository"):
                info = self._api.dataset_info(self.repo, revision=revision)
        except NotFoundError:
            return None
        return Head(commit=self._commit_id(info.sha), private=bool(info.private))

    def tagged(self, tag: str) -> str | None:
        """The commit that `tag` stands for; None when there is no such tag."""
        known = self._tags()
        return self._commit_id(known[tag]) if tag in known else None

    def tags(self) -> dict[str, str]:
        """Every tag, and the commit that it stands for."""
        return {tag: self._commit_id(commit) for tag, commit in self._tags().items()}

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
        content = b"".join(self.stream(commit, path, listed.size))
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        if not listed.holds(size=len(content), blob=blob, sha256=hashlib.sha256(content).hexdigest()):
            where = f"{self.repo} at {commit}"
            raise TryAgainError(f"the Hub gave back something else than {path}", where=where, remedy=RUN_AGAIN)
        return content

    def stream(self, commit: str, path: str, size: int) -> Iterator[bytes]:
        """The bytes of a file, piece by piece, whatever its size; no more is read once they are more than `size`."""
        from huggingface_hub import get_session, hf_hub_url

        url = hf_hub_url(self.repo, path, repo_type="dataset", revision=commit, endpoint=self.endpoint)
        headers = {"Accept-Encoding": "identity"}
        headers |= {"Authorization": f"Bearer {self._secret}"} if self._secret else {}
        with self._translated(f"download {path}"), get_session().stream("GET", url, headers=headers) as response:
            response.raise_for_status()
            read = 0
            for chunk in response.iter_bytes():
                yield chunk
                read += len(chunk)
                if read > size:
                    return

    def create(self, *, private: bool) -> None:
        """Make the repository; where `private` is not asked for, its namespace has the say."""
        with self._translated("create the repository"):
            self._api.create_repo(self.repo, private=private or None, repo_type="dataset")

    def commit(
        self, *, parent: str, add: Mapping[str, Path], delete: Sequence[str], title: str, description: str
    ) -> str:
        """Make one commit on top of `parent`, and of nothing else; give its id.

        Bytes which the repository has already, under whatever name, are not sent again: the client offers the digests
        of all large files first.
        """
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

    def _tags(self) -> dict[str, str]:
        with self._translated("read the tags"):
            refs = self._api.list_repo_refs(self.repo, repo_type="dataset")
        return {known.name: known.target_commit for known in refs.tags}

    def _commit_id(self, found: str | None) -> str:
        if not isinstance(found, str) or not _COMMIT_ID.fullmatch(found):
            raise TryAgainError("the Hub names no commit", where=self.repo, remedy=RUN_AGAIN)
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
