"""What every worker needs, loaded by importing this module: once, in the process that workers are copies of.

Where kernels are not compiled yet nothing is loaded: several processes compile them faster than one.
"""

from __future__ import annotations

import gc

from corpus.stages.arrays import without_pandas
from corpus.stages.kernels import GROUPS, uncompiled, without_blas


def _warm() -> None:
    """Run every kernel on a little text; there must be no thread here, so nothing that Arrow computes with several."""
    gc.disable()
    without_pandas()
    without_blas()
    if not uncompiled():
        for group in GROUPS.values():
            group()
    gc.collect()
    gc.freeze()  # the pages of these objects stay shared: no collection writes to them
    gc.enable()


_warm()
