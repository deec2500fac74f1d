"""Which values of two columns differ, whatever their type, without a Python object a row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bools = npt.NDArray[np.bool_]


def differ(old: pa.Array, new: pa.Array) -> Bools:
    """Of two arrays of one type and length n, where they differ (n,): null is equal to null alone.

    Lists and structs are compared by what is in them.
    """
    if old.equals(new):
        return np.zeros(len(old), np.bool_)
    found: Bools = np.asarray(pc.not_equal(old.is_null(), new.is_null()))
    if pa.types.is_struct(old.type):
        for one, other in zip(old.flatten(), new.flatten(), strict=True):
            found |= differ(one, other)
    elif pa.types.is_list(old.type) or pa.types.is_large_list(old.type):
        found |= _lists_differ(old, new)
    else:
        found |= np.asarray(pc.fill_null(pc.not_equal(old, new), fill_value=False))
    return found


def _lists_differ(old: pa.ListArray, new: pa.ListArray) -> Bools:
    lengths, others = (np.asarray(pc.fill_null(pc.list_value_length(lists), 0)) for lists in (old, new))
    found: Bools = lengths != others
    same = pa.array(~found)
    items = differ(old.filter(same).flatten(), new.filter(same).flatten())
    row_of_item = np.repeat(np.flatnonzero(~found), lengths[~found])
    found[row_of_item[items]] = True
    return found
