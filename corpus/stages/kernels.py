"""Kernels are compiled once on a machine: before the first build reads anything, by as many processes as there are."""

from __future__ import annotations

import gc
import hashlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import pyarrow as pa

import corpus.transforms
from corpus.schema import ARTICLE
from corpus.stages.arrays import without
from corpus.transforms.boilerplate.cutting import cut_lines
from corpus.transforms.boilerplate.label import BoilerplateOptions, labels_of, marked, scan
from corpus.transforms.canonical import row_digests
from corpus.transforms.duplicates.components import settle, unite
from corpus.transforms.duplicates.find import DuplicateOptions
from corpus.transforms.duplicates.memory import find_duplicates
from corpus.transforms.duplicates.sketch import SketchOptions
from corpus.transforms.language.detect import LanguageOptions, detect
from corpus.transforms.normalize import normalize
from corpus.transforms.recounted import sha256_of_sources, with_control, words_of
from corpus.transforms.title import TitleOptions, find_headline

_PACKAGES: Final = ("boilerplate", "duplicates", "language")
_TEXT: Final = (
    "The harbour opens\n\nBy Ann Example\n\nThe harbour of Ashford opens again on Monday, the mayor has said."
)


def _boilerplate() -> None:
    options = BoilerplateOptions()
    lines = marked(_TEXT, options)
    labels_of(lines, options)
    cut_lines(_TEXT, lines, options)


def _headline() -> None:
    find_headline(scan(normalize(_TEXT)), TitleOptions())


def _language() -> None:
    detect([_TEXT], LanguageOptions())


def _duplicates() -> None:
    texts, dates = [_TEXT, f"{_TEXT} He cut the ribbon."], np.full(2, "NaT", "datetime64[D]")
    find_duplicates(texts, dates, sketch_options=SketchOptions(), options=DuplicateOptions())
    rows = np.arange(2)
    unite(rows, np.zeros(1, np.int64), np.ones(1, np.int64))
    settle(rows)


def _written() -> None:
    rows = pa.record_batch([pa.array([_TEXT])], names=["body"])
    row_digests(rows)
    words_of(rows["body"])
    with_control(rows["body"])
    kind = ARTICLE.field("boilerplate").type
    sha256_of_sources(rows["body"], pa.array([[]], kind))


GROUPS: Final[Mapping[str, Callable[[], None]]] = MappingProxyType(
    {
        "boilerplate": _boilerplate,
        "language": _language,
        "duplicates": _duplicates,
        "headline": _headline,
        "written": _written,
    }
)
"""Runs of the kernels that every build needs, those first that take longest to compile.

The headline's come after the boilerplate's: half of what they call is compiled already where the boilerplate's were.
"""


def without_blas() -> None:
    """Keep numba from importing the linear algebra of scipy, as it does where there is one, when it loads a kernel.

    No kernel here needs any; others of this process could not be compiled. It takes a sixth of the time to load them.
    """
    with without("scipy.linalg"):
        import numba.np.arraymath  # noqa: F401


def uncompiled() -> list[str]:
    """The GROUPS that this machine has not compiled yet; none where no folder can keep what is compiled."""
    return [group for group in GROUPS if (done := _done(group)) and not done.exists()]


def compile_group(group: str) -> None:
    """Compile a group, a task of its own, and note that it is done."""
    gc.disable()  # numba makes many objects that last: to look for cycles among them costs a twentieth
    try:
        GROUPS[group]()
    finally:
        gc.enable()
    done = _done(group)
    if done:
        done.touch()


def _done(group: str) -> Path | None:
    """The file that says a group is compiled: for these kernels in this place, this numba, and this kind of processor.

    Numba looks for machine code by the path of the source.
    """
    import numba
    from numba.core.registry import cpu_target

    from corpus.transforms.compiled import cache_folder

    root = Path(corpus.transforms.__file__).parent
    folders = [cache_folder(folder) for folder in (root, *(root / name for name in _PACKAGES))]
    machine = cpu_target.target_context.codegen().magic_tuple()
    names = [folder.name for folder in folders if folder]
    key = "\n".join((str(root), *names, numba.__version__, str(sys.implementation.cache_tag), *map(str, machine)))
    name = f"{group}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.compiled"
    return None if folders[0] is None else folders[0] / name
