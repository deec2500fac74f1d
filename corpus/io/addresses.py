"""What lies in a store behind an address: listed whole, read object by object, never mixed of two states."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

from corpus.errors import CorpusError, OutsideError, UsageError, nearest

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

T = TypeVar("T")

_SIGN: Final = "://"
_LOCAL: Final = ("file", "local")
_ATTEMPTS: Final = 3
_SECONDS: Final = 30.0
"""A connection or an answer that takes longer is a failure."""

_STATE: Final = ("etag", "ETag", "mtime", "LastModified", "last_modified", "updated", "modified", "created", "CRC")
"""What file systems call that which changes with an object."""

_DENIED: Final = re.compile(r"ACCESS_DENIED|AccessDenied|\b403\b|Forbidden")
_ABSENT: Final = re.compile(r"NO_SUCH_BUCKET|RESOURCE_NOT_FOUND")
_SECRETS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class AbsentError(UsageError):
    """Nothing stands at an address; a store does not always tell this from a bucket that is not there."""


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a folder in a store, such as `s3://bucket/prefix`: any that fsspec knows, and chains of such."""

    url: str

    def __str__(self) -> str:
        """The address as it may be shown: without what stands before an `@` or after a `?`."""
        return re.sub(r"://[^/@]*@", _SIGN, self.url).partition("?")[0]

    def below(self, path: str) -> Address:
        """The address of what lies at `path` below this one."""
        return Address(f"{self.url.rstrip('/')}/{path}")

    def beside(self, name: str) -> Address:
        """The address of `name` in the folder that this one lies in."""
        return Address(f"{self.url.rstrip('/').rpartition('/')[0]}/{name}")

    @property
    def name(self) -> str:
        """The last part of the path; empty for a bucket, whose name stands for no folder."""
        folder, _, name = self.url.partition(_SIGN)[2].rstrip("/").rpartition("/")
        return name if folder else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One object below an address: its path there, its size in bytes, and what changes when it does."""

    path: str
    size: int
    version: str


def parse_source(text: str) -> Path | Address:
    """What a person names as input or output: a local path, or an address.

    Raises UsageError for an address with a password in it: it would stand in settings, shells and logs.
    """
    if _SIGN not in text and "::" not in text:
        return Path(text)
    protocol, _, rest = text.partition(_SIGN)
    if protocol in _LOCAL:
        return Path(rest)
    if re.search(r"://[^/@]*:[^/@]*@", text):
        remedy = "take it out, and give credentials as the store's own tools read them (environment or profile)"
        raise UsageError("there is a password in the address", where=str(Address(text)), remedy=remedy)
    return Address(text)


def list_objects(address: Address) -> list[StoredObject]:
    """Every object below an address, in no order.

    Raises AbsentError where there is nothing, UsageError where nobody knows the protocol, OutsideError where the store
    does not answer.
    """
    try:
        with guarded(address):
            system, root = connected(address)
            entries = list(_below(system, root))
    except PermissionError:
        raise denied(address) from None
    prefix = root.rstrip("/") + "/" if root.strip("/") else root
    objects = [
        StoredObject(path=entry["name"][len(prefix) :], size=int(entry["size"] or 0), version=_version(entry))
        for entry in entries
        if entry["name"].startswith(prefix) and not entry["name"].endswith("/")
    ]
    if not objects:
        raise _nothing(address)
    return objects


def _below(system: AbstractFileSystem, root: str) -> Iterator[dict[str, Any]]:
    """What a store says of every file below `root`.

    Folder by folder: `find` and `walk` of fsspec pass over a folder that cannot be listed. No folder is listed twice,
    nor one above `root`: a listing may name itself, or, of a web server, anything.
    """
    pending, known = [root], {root.rstrip("/")}
    while pending:
        for entry in repeated(partial(system.ls, pending.pop(), detail=True)):
            name = entry["name"].rstrip("/")
            if entry["type"] != "directory":
                yield entry
            elif name not in known and name.startswith(root):
                known.add(name)
                pending.append(name)


def fetch(address: Address, wanted: StoredObject, write: Callable[[Iterator[bytes]], T]) -> T:
    """Give the bytes of one object to `write`, which is called again when the store fails in the middle.

    Raises OutsideError where the store does not answer, or the object is not, before and after, the one
    that was listed; PermissionError where the store denies it.
    """

    def once() -> T:
        _check_same(address, system, path, wanted)
        with system.open(path, "rb") as file:
            result = write(blocks_of(file))
        _check_same(address, system, path, wanted)
        return result

    with guarded(address):
        system, root = connected(address)
        path = path_in(root, wanted.path)
        return repeated(once)


def path_in(root: str, path: str) -> str:
    """The path, as a file system spells it, of what lies at `path` below its folder `root`."""
    return f"{root.rstrip('/')}/{path}" if root.strip("/") else root + path


def _check_same(address: Address, system: AbstractFileSystem, path: str, wanted: StoredObject) -> None:
    system.invalidate_cache()
    try:
        info = system.info(path)
        same = (int(info["size"] or 0), _version(info)) == (wanted.size, wanted.version)
    except FileNotFoundError:
        same = False
    if not same:
        what, remedy = "an input changed while it was read", "run again when nobody writes there"
        raise OutsideError(what, where=f"{address}/{wanted.path}", remedy=remedy)


def blocks_of(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file, a megabyte at a time."""
    while block := file.read(1024 * 1024):
        yield block


def _version(entry: Mapping[str, Any]) -> str:
    """What tells the states of an object apart; some file systems list times as numbers and show them as dates."""
    found = {name: entry[name] for name in _STATE if entry.get(name) is not None}
    times = {name: value.timestamp() for name, value in found.items() if isinstance(value, datetime)}
    return " ".join(f"{name}={value}" for name, value in {**found, **times}.items())


def repeated(call: Callable[[], T]) -> T:
    """What `call` gives, asked again a few times when the store fails; PermissionError where it denies access."""
    attempt = 1
    while True:
        try:
            return call()
        except (CorpusError, FileNotFoundError, PermissionError, NotImplementedError):
            raise
        except Exception as error:
            if _DENIED.search(str(error)):
                raise PermissionError("access denied") from None
            if attempt == _ATTEMPTS:
                raise
        time.sleep(attempt)
        attempt += 1


@contextmanager
def guarded(address: Address) -> Iterator[None]:
    """Turn what stores raise into errors of ours, without a secret in them; PermissionError goes through, and
    NotImplementedError of a store that cannot do what is asked.
    """
    try:
        yield
    except (CorpusError, PermissionError, NotImplementedError):
        raise
    except FileNotFoundError:
        raise _nothing(address) from None
    except ImportError as error:
        what, remedy = "this kind of address needs a package", "install what reads this kind of address"
        raise UsageError(what, where=str(address), found=_shown(error), remedy=remedy) from None
    except Exception as error:  # noqa: BLE001 (every store has errors of its own)
        if _ABSENT.search(str(error)):
            raise _nothing(address) from None
        found, remedy = _shown(error), "check the address, the network and the credentials, and run again"
        raise OutsideError("the store does not answer", where=str(address), found=found, remedy=remedy) from None


def denied(address: Address, verbs: str = "list and read") -> OutsideError:
    """The error for credentials that may not do something at an address; `verbs` say what they should."""
    remedy = f"check the credentials and what they may {verbs}"
    return OutsideError("the store denies access", where=str(address), remedy=remedy)


def _nothing(address: Address) -> AbsentError:
    remedy = "name a bucket and a prefix that hold articles"
    return AbsentError("there is nothing at this address", where=str(address), remedy=remedy)


def _shown(error: BaseException) -> str:
    """The first line of an error, without addresses' secrets and credentials of the environment."""
    text = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
    for name in _SECRETS:
        if os.environ.get(name):
            text = text.replace(os.environ[name], "***")
    return re.sub(r"\?[^\s'\"]+", "?***", re.sub(r"://[^/@\s]*@", _SIGN, text))


@cache
def connected(address: Address) -> tuple[AbstractFileSystem, str]:
    """The file system of an address and the path in it, one a process."""
    protocol = address.url.partition(_SIGN)[0]
    if protocol in ("s3", "s3a"):
        return _wrapped(_s3(address), address)
    if protocol in ("gs", "gcs"):
        return _wrapped(_gcs(address), address)
    import fsspec

    inner = protocol.rpartition("::")[0] or protocol
    if inner.partition("::")[0] not in fsspec.available_protocols():
        remedy = nearest(protocol, ["s3", "gs", *fsspec.available_protocols()])
        raise UsageError("no such kind of address", where=str(address), remedy=remedy)
    system, root = fsspec.core.url_to_fs(address.url, use_listings_cache=False)
    return system, str(root)


def _wrapped(system: Any, address: Address) -> tuple[AbstractFileSystem, str]:
    from fsspec.implementations.arrow import ArrowFSWrapper

    root = re.sub(r"^[^/@]*@", "", address.url.partition(_SIGN)[2]).rstrip("/")
    return ArrowFSWrapper(system), root


def _s3(address: Address) -> Any:
    """Arrow's own client: it needs no further package, and reads credentials where AWS keeps them.

    AWS_ENDPOINT_URL (or AWS_ENDPOINT_URL_S3) names another server; `s3://anonymous@bucket` signs nothing.
    """
    from pyarrow import fs

    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    scheme, _, host = endpoint.partition(_SIGN)
    bucket = re.sub(r"^[^/@]*@", "", address.url.partition(_SIGN)[2]).partition("/")[0]
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        region = "us-east-1" if endpoint else fs.resolve_s3_region(bucket)
    return fs.S3FileSystem(
        anonymous=_SIGN + "anonymous@" in address.url,
        region=region,
        scheme=scheme if endpoint else None,
        endpoint_override=host.rstrip("/") if endpoint else None,
        connect_timeout=_SECONDS / 3,
        request_timeout=_SECONDS,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=_ATTEMPTS),
    )


def _gcs(address: Address) -> Any:
    from datetime import timedelta

    from pyarrow import fs

    return fs.GcsFileSystem(
        anonymous=_SIGN + "anonymous@" in address.url, retry_time_limit=timedelta(seconds=_ATTEMPTS * _SECONDS)
    )
