"""Kernels of `services.dedup.text.screens`."""

from numba import types

from services.dedup.kernels.layouts import CODES, FLAGS
from services.dedup.text.codes import Codes
from services.dedup.text.screens import Digits
from services.kernels.target import njit


@njit(cache=True, nogil=True)
def _is_digit(codes: Codes, place: int, digits: Digits) -> bool:
    return place < len(codes) and codes[place] < len(digits) and digits[codes[place]]


@njit(cache=True, nogil=True)
def _code(codes: Codes, place: int) -> int:
    return codes[place] if place < len(codes) else 0


@njit(cache=True, nogil=True)
def _behind_hour(codes: Codes, place: int, digits: Digits) -> int:
    """Characters from a place on that make the digit before it a time; 0 where none do."""
    if place >= len(codes):
        return 0
    if codes[place] in (ord(":"), ord("."), ord("h"), ord("H")):
        return 3 if _is_digit(codes, place + 1, digits) and _is_digit(codes, place + 2, digits) else 0
    begin = place + (codes[place] == ord(" "))
    first, second, third = _code(codes, begin), _code(codes, begin + 1), _code(codes, begin + 2)
    if first in (ord("u"), ord("U")):
        return begin - place + 3 if second == ord("h") and third == ord("r") else 0
    if first not in (ord("a"), ord("p")):
        return 0
    point = second == ord(".")
    return begin - place + 2 + point if (third if point else second) == ord("m") else 0


@njit(types.int64(CODES, FLAGS), cache=True, nogil=True)
def times(codes: Codes, digits: Digits) -> int:
    """`screens.times`."""
    count = place = 0
    while place < len(codes):
        if not _is_digit(codes, place, digits):
            place += 1
            continue
        more = _behind_hour(codes, place + 1, digits)
        count += more > 0
        place += 1 + more
    return count
