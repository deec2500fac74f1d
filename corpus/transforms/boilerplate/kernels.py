"""Kernels of this folder: compiled without memory management, because they allocate nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import types

from corpus.transforms import compiled as base

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def entry(function: Kernel) -> Kernel:
    """`transforms.compiled.compiled` for a kernel that fills arrays of its caller and makes none.

    Without counted references to arrays kernels can call each other thousands of times a text: four times as fast as
    with them. A kernel that allocates is refused when it is compiled.
    """
    kernel: Any = base.compiled(function)
    kernel.targetoptions["_nrt"] = False
    return kernel  # type: ignore[no-any-return]


def compiled(function: Kernel) -> Kernel:
    """An `entry` that only kernels may call, which saves a third of the time to compile it.

    It is compiled once for each type of its arguments, not (as numba would) anew for every constant.
    """
    kernel: Any = entry(function)
    kernel.targetoptions.update(no_cpython_wrapper=True, no_cfunc_wrapper=True)
    template = kernel.get_call_template
    kernel.get_call_template = lambda args, kws: template(tuple(map(types.unliteral, args)), kws)
    return kernel  # type: ignore[no-any-return]
