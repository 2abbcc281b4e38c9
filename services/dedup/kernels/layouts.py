"""Types of the arrays that kernels read: in one piece, and perhaps of a memory that nobody may write."""

import numpy as np
import numpy.typing as npt
from numba import types


def _read(kind: types.Type) -> types.Array:
    return types.Array(kind, 1, "C", readonly=True)


HASHES = _read(types.uint64)
NUMBERS = _read(types.int32)
CODES = _read(types.uint32)
LETTERS = _read(types.uint16)
BYTES = _read(types.uint8)
FLAGS = _read(types.boolean)
STARTS = _read(types.int64)
Rows = npt.NDArray[np.int64]
"""Runs: start, other start, length."""
ROWS = types.Array(types.int64, 2, "C")
"""What a kernel makes: runs, or what is told of each."""
SPANS = types.Array(types.int64, 2, "C", readonly=True)
COUNTS = types.Tuple((types.int64,) * 5)
MEETING = types.Tuple((COUNTS, ROWS))
FLAGS_MADE = types.Array(types.boolean, 1, "C")
BODY = types.Tuple((types.int64, FLAGS_MADE))
TEXT = (HASHES, NUMBERS, FLAGS, types.int64, types.int64)
"""`passages.compared`."""
