"""A release is visible whole or not at all: it is built beside its place and swapped in by one exchange of names."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from corpus.errors import DataError, OutsideError, UsageError
from corpus.io.cache import cache_of
from corpus.io.documents import read_manifest, released_files
from corpus.layout import MANIFEST

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_RENAME_SWAP: Final = 2

_LITTER: Final = (".DS_Store",)
"""What a file manager leaves in a folder that it has shown; nobody misses it."""


def staging_of(out: Path) -> Path:
    """The hidden folder beside `out`, on the same file system, in which its next release grows."""
    return out.parent / f".{out.name}.staging"


def failed_of(out: Path) -> Path:
    """Where a build goes that fails its data checks."""
    return out.parent / f"{out.name}.failed"


def previous_of(out: Path) -> Path:
    """Where the old release waits while names are moved on systems without an exchange."""
    return out.parent / f".{out.name}.previous"


def check_targets(out: Path, inputs: Sequence[Path]) -> None:
    """Refuse to replace what is no release, at `out` or where a failed build would go.

    Raises UsageError when one of them is a file, a link, a folder with other things in it, or holds one of `inputs`,
    and when `out` has no name of its own.
    """
    if out.name in ("", "..") or not _is_utf8(out):
        remedy = "name a new folder with -o, such as -o build"
        raise UsageError("the output folder needs a plain name", found=ascii(str(out)), remedy=remedy)
    for target in (out, failed_of(out)):
        for path in inputs:
            if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(target)):
                remedy = "choose an output folder with -o that does not hold the input"
                raise UsageError("the input lies inside the output folder", where=str(target), remedy=remedy)
        _check_target(target)


def _check_target(out: Path) -> None:
    foreign = _foreign(out)
    if foreign:
        remedy = "choose another folder with -o; corpus replaces only releases and empty folders"
        raise UsageError("the output folder holds something else", where=str(out), found=foreign, remedy=remedy)


def _foreign(out: Path) -> str:
    """What stands at `out` that no build of ours made; empty when nothing does."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        return "a file or a link"
    if not out.exists() or not any(entry.name not in _LITTER for entry in out.iterdir()):
        return ""
    try:
        manifest = read_manifest(out)
    except DataError as error:
        return error.what
    own = {MANIFEST, *(entry.path for entry in manifest.files)}
    names = [path.relative_to(out).as_posix() for path in released_files(out)]
    return next((name for name in names if name not in own and Path(name).name not in _LITTER), "")


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


@contextlib.contextmanager
def staging_folder(out: Path) -> Iterator[tuple[Path, Path]]:
    """Two fresh folders, one for the release that grows and one for work files, removed at the end whatever happens.

    What a killed run left is cleared first, and a swap that it did not finish is finished. Raises OutsideError when
    another build of the same release is running or the disk refuses.
    """
    staging = staging_of(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with _locked(out):
            recover(out)
            _clear(staging)
            try:
                staging.mkdir()
                # a name of its own: workers of a killed run that still write find their folder gone
                run = Path(tempfile.mkdtemp(dir=staging))
                release, work = run / "release", run / "work"
                release.mkdir()
                work.mkdir()
                yield release, work
            finally:
                # what stays is cleared by the next run, and must not hide why this one ends
                with contextlib.suppress(OSError):
                    _clear(staging)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = str(error.filename or out)
        raise OutsideError(f"the disk refused: {error.strerror}", where=where, remedy=_remedy(error, out)) from error


def _remedy(error: OSError, out: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT) and cache_of(out).exists():
        return f"free space, with what {cache_of(out)} keeps if need be (any build does without), and run again"
    return "free space or fix access, run again"


def recover(out: Path) -> None:
    """Finish or undo a swap that a killed run left half done."""
    previous = previous_of(out)
    if previous.exists() and not out.exists():
        previous.rename(out)
    _remove(previous)


def remove_traces(out: Path) -> list[Path]:
    """Remove what builds keep beside the release at `out`, which may hold texts; gives the folders that were there.

    Raises OutsideError while a build runs: it would write them anew.
    """
    if not out.parent.is_dir():
        return []
    with _locked(out):
        found = [path for path in (cache_of(out), failed_of(out), staging_of(out), previous_of(out)) if path.is_dir()]
        for path in found:
            shutil.rmtree(path)
    return found


def install(staged: Path, out: Path, *, passed: bool) -> Path:
    """Put a finished release in its place, `out`, or beside it when its checks failed; gives the place.

    A crash at any moment leaves one whole release at `out`. What an earlier build left as failed goes when one passes:
    at once, into the staging folder, for a piece of it would be nobody's release.
    """
    target = out if passed else failed_of(out)
    _swap_in(staged, target)
    if passed and failed_of(out).exists():
        failed_of(out).rename(staged.with_name("failed"))
    return target


def _swap_in(staged: Path, out: Path) -> None:
    _sync_tree(staged)
    if not out.exists():
        staged.rename(out)
    elif not _exchange(staged, out):
        previous = previous_of(out)
        _remove(previous)
        out.rename(previous)
        staged.rename(out)
        _remove(previous)
    _sync_folder(out.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step where the system can; False where it cannot."""
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            return bool(library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE) == 0)
        if sys.platform == "darwin":
            return bool(library.renamex_np(first, second, _RENAME_SWAP) == 0)
    except (OSError, AttributeError, TypeError):
        return False
    return False


@contextlib.contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the lock of one release folder; the system lets go of it when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(out.parent / f".{out.name}.lock", flags, 0o644), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            remedy = "wait for it to end, or give this one another folder with -o"
            raise OutsideError("another build of this release is running", where=str(out), remedy=remedy) from None
        yield


def _sync_tree(root: Path) -> None:
    for folder, _, names in os.walk(root):
        for name in names:
            with Path(folder, name).open("rb") as file:
                os.fsync(file.fileno())
        _sync_folder(Path(folder))


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _clear(staging: Path) -> None:
    """Remove a staging folder though workers of a run that was killed may still write: they find their folder gone."""
    if staging.is_dir() and not staging.is_symlink():
        for run in list(staging.iterdir()):
            run.rename(run.with_name(f"{run.name}.gone"))
    _remove(staging)


def _remove(folder: Path) -> None:
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
