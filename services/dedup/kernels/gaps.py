"""Kernels of `services.dedup.relations.gaps`."""

from numba import types

from services.dedup.kernels.layouts import CODES, COUNTS, FLAGS, ROWS, SPANS, Rows
from services.dedup.text.codes import Codes
from services.dedup.text.screens import Digits
from services.dedup.text.words import Spans
from services.kernels.target import njit


@njit(cache=True, nogil=True)
def _has_digit(codes: Codes, begin: int, end: int, digits: Digits) -> bool:
    while begin < end and not (codes[begin] < len(digits) and digits[codes[begin]]):
        begin += 1
    return begin < end


@njit(COUNTS(ROWS, SPANS, SPANS, CODES, CODES, FLAGS, types.int64, types.int64), cache=True, nogil=True)
def measure(
    found: Rows,
    mine: Spans,
    theirs: Spans,
    text: Codes,
    other: Codes,
    digits: Digits,
    longest: int,
    short: int,
) -> tuple[int, int, int, int, int]:
    """Of `Reach`: newer, older, gaps, exact, figured."""
    ours = others = most = figured = begin = there = 0
    exact = 1
    for row in range(len(found)):
        end, other_end = found[row, 0], found[row, 1]
        if 0 < end - begin <= longest and 0 < other_end - there <= longest:
            ours += end - begin
            others += other_end - there
            is_gap = end - begin <= short and other_end - there <= short
            count = 1 if is_gap else end - begin
            exact = exact if is_gap else 0
            most += count
            if _has_digit(text, mine[begin, 0], mine[end - 1, 1], digits) and _has_digit(
                other, theirs[there, 0], theirs[other_end - 1, 1], digits
            ):
                figured += count
        ours += found[row, 2]
        others += found[row, 2]
        begin, there = end + found[row, 2], other_end + found[row, 2]
    return ours, others, most, exact, figured
