"""Kernels that are compiled without memory management, because they allocate nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

from corpus.transforms import compiled as base

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def entry(function: Kernel) -> Kernel:
    """`transforms.compiled.compiled` for a kernel that fills arrays of its caller and makes none (see `Straight`).

    Without counted references to arrays kernels can call each other thousands of times a text: four times as fast as
    with them. A kernel that allocates is refused when it is compiled.
    """
    kernel: Any = base.compiled(function)
    kernel.targetoptions["_nrt"] = False
    return cast(Kernel, base.Straight(kernel))


def compiled(function: Kernel) -> Kernel:
    """A kernel that only kernels may call: it is optimised, and becomes machine code, as a part of each `entry`.

    (numba would make machine code of every kernel, and optimise it anew with each kernel above it: half of the time of
    LLVM.) It is compiled once for each type of its arguments, not anew for every constant.
    """
    kernel: Any = numba.njit(pipeline_class=_PartCompiler, **base.OPTIONS)(function)
    kernel.targetoptions.update(_nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    template = kernel.get_call_template
    kernel.get_call_template = lambda args, kws: template(tuple(map(types.unliteral, args)), kws)
    return kernel  # type: ignore[no-any-return]


class _PartCompiler(Compiler):  # type: ignore[misc]
    """numba's compiler, but for where the code goes."""

    def __init__(self, typing_context: Any, target_context: Any, _: Any, *rest: Any) -> None:
        super().__init__(typing_context, target_context, _Part(target_context.codegen(), "part"), *rest)


class _Part(JITCodeLibrary):  # type: ignore[misc]
    """Code of a kernel and of all that it calls, ready to be linked into an entry."""

    @property
    def codegen(self) -> _Unset:
        return _Unset()

    def get_pointer_to_function(self, name: str) -> int:
        """Null: there is no machine code."""
        self._ensure_finalized()
        return 0

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True


class _Unset:
    """Takes the environment of a function that has no machine code to read it."""

    def set_env(self, name: str, environment: object) -> None:
        pass
