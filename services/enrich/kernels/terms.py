"""Kernels of `services.enrich.events.terms`.

A word's term is found by the letters that it folds to: so many of sixteen bits are a code of two numbers.
What is not found so, or does not fit, is asked of the terms themselves, which know every one.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import overload

import numpy as np
import numpy.typing as npt
from numba import types

from services.enrich.events.lexicon import (
    DAY,
    NUMBER,
    SHARE,
    STEM,
    Codes,
    Flags,
    Forms,
    Numbers,
    Terms,
    form,
    term_of,
)
from services.enrich.events.terms import (
    BARE,
    CAPITAL,
    DIGIT,
    LEAD,
    LETTER,
    LONGEST,
    PLANE,
    WITHIN,
    Places,
    Reading,
    kinds_of_signs,
    whole_of,
)
from services.enrich.kernels.lexicon import BITS, LETTERS_A_HALF, MASK, Units, shift, spell_codes
from services.kernels.target import njit

Kinds = npt.NDArray[np.uint8]
Buckets = npt.NDArray[np.int32]
MOST_FOLDED = 3
_MIX_HIGH, _MIX_LOW = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_SHIFT = np.uint64(29)
_UNKNOWN, _EMPTY = -1, -1
_SMALL_NUMBER = form("1") & (NUMBER | SHARE)
_FEWEST_BUCKETS = 1 << 12
_LENGTH = 2 * BITS
_GAPS = tuple(sorted(len(gap) << _LENGTH | ord(gap[0]) | ord(gap[1:] or "\0") << BITS for gap in WITHIN))
"""What stands between two words of one sentence, as numbers."""
assert max(map(len, WITHIN)) <= 2, "so long are the gaps that the kernel looks at"


class Slice(Sequence[str]):
    """The words of a text, cut out as they are asked for."""

    def __init__(self, whole: str, begins: Numbers, ends: Numbers) -> None:
        self._whole, self._begins, self._ends = whole, begins, ends

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        return self._whole[self._begins[place] : self._ends[place]]


def read(title: str, text: str, terms: Terms) -> Reading | None:
    """What the definition reads; None of a text with signs that a kernel does not tell."""
    whole, body = whole_of(title, text), len(title) + 2
    units = np.frombuffer(whole.encode("utf-16-le", "surrogatepass"), np.uint16)
    _make_room(terms, len(units))
    is_told, lead, after, begins, ends, numbers, are_names, places, codes = cut(
        units, body, kinds_of_signs(), folds_of_signs(), terms.codes, terms.buckets
    )
    if not is_told or len(units) > len(whole):
        return None
    if len(places):
        numbers[places] = terms.numbers_of(_spelt(codes) or _cut_out(whole, begins[places], ends[places]))
        terms.taken += enter(numbers[places], codes, terms.codes, terms.buckets)

    def behind(place: int) -> str:
        if place + 1 == lead:
            return whole[ends[place] : body - 1]
        return whole[ends[place] : begins[place + 1] if place + 1 < len(begins) else after]

    used, uses, named, days = tally(numbers, are_names, lead, terms.first, terms.forms)
    words = Slice(whole, begins, ends)
    return Reading(words, lead, behind, days.tolist(), used, uses, named)


def _spelt(codes: Codes) -> list[str]:
    """Terms by their codes; none where one has no code."""
    are_coded, letters = spell_codes(np.arange(len(codes)), codes)
    return letters.tobytes().decode("utf-16-le").split(" ") if are_coded else []


def _cut_out(whole: str, begins: Numbers, ends: Numbers) -> list[str]:
    """The same terms by their words: they were not seen lately, so that none is at hand."""
    of_new = term_of.__wrapped__
    return [of_new(whole[begin:end]) for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]


def _make_room(terms: Terms, more: int) -> None:
    """Have half of the buckets free behind so many more, without those of terms that were dropped. A third at
    most holds terms, so that it is seldom done.
    """
    room = max(len(terms.buckets), _FEWEST_BUCKETS)
    while room < 3 * (len(terms.names) + more):
        room *= 2
    if room > len(terms.buckets) or terms.taken + more > room // 2:
        terms.buckets = np.full(room, _EMPTY, np.int32)
        terms.taken = place_all(terms.codes, terms.buckets)


@lru_cache(maxsize=1)
def folds_of_signs() -> Codes:
    """What each sign of the first plane folds to, the first letter in the lowest bits."""
    folded = [chr(code).casefold() for code in range(PLANE)]
    assert max(map(len, folded)) <= MOST_FOLDED
    columns = [
        np.fromiter((ord(letters[place : place + 1] or "\0") for letters in folded), np.uint64, PLANE)
        for place in range(MOST_FOLDED)
    ]
    assert max(column.max() for column in columns) <= MASK
    return columns[0] | columns[1] << np.uint64(BITS) | columns[2] << np.uint64(2 * BITS)


@njit
def _bucket(high: np.uint64, low: np.uint64, buckets: Buckets) -> np.uint64:
    mixed = high * _MIX_HIGH ^ low * _MIX_LOW
    return (mixed ^ mixed >> _SHIFT) & np.uint64(len(buckets) - 1)


@njit
def _find(high: np.uint64, low: np.uint64, codes: Codes, buckets: Buckets) -> int:
    """The number of the term of a code; -1 where none is known."""
    last = np.uint64(len(buckets) - 1)
    place = _bucket(high, low, buckets)
    while buckets[place] >= 0:
        number = buckets[place]
        if codes[number, 0] == high and codes[number, 1] == low:
            return int(number)
        place = (place + np.uint64(1)) & last
    return _UNKNOWN


@njit
def _place(number: int, codes: Codes, buckets: Buckets) -> None:
    last = np.uint64(len(buckets) - 1)
    place = _bucket(codes[number, 0], codes[number, 1], buckets)
    while buckets[place] >= 0:
        place = (place + np.uint64(1)) & last
    buckets[place] = number


@njit("int64(uint64[:, ::1], int32[::1])", cache=True, nogil=True)
def place_all(codes: Codes, buckets: Buckets) -> int:
    """Into empty buckets. How many have a code."""
    count = 0
    for number in range(len(codes)):
        if codes[number, 0] or codes[number, 1]:
            _place(number, codes, buckets)
            count += 1
    return count


@njit("int64(int64[::1], uint64[:, ::1], uint64[:, ::1], int32[::1])", cache=True, nogil=True)
def enter(numbers: Numbers, found: Codes, codes: Codes, buckets: Buckets) -> int:
    """Keep numbers by their codes, those that have one. How many were not kept yet."""
    count = 0
    for at in range(len(numbers)):
        number, high, low = numbers[at], found[at, 0], found[at, 1]
        if (high or low) and not (codes[number, 0] == high and codes[number, 1] == low):
            codes[number, 0], codes[number, 1] = high, low
            _place(number, codes, buckets)
            count += 1
    return count


@njit
def _is_within(units: Units, begin: int, end: int) -> bool:
    """Whether what stands there may part two words of one sentence."""
    if not 0 < end - begin <= 2:
        return False
    gap = (end - begin) << _LENGTH | np.int64(units[begin])
    if end - begin == 2:
        gap |= np.int64(units[begin + 1]) << BITS
    for one in _GAPS:  # noqa: SIM110 - a generator is nothing for a kernel
        if gap == one:
            return True
    return False


@njit
def _code_of_several(
    units: Units, begin: int, end: int, folds: Codes, is_number: bool
) -> tuple[np.uint64, np.uint64]:
    """Of the term of a word in which a letter folds to several; 0 of a number that is too long for one."""
    high, low = np.uint64(0), np.uint64(0)
    letters = 0
    for at in range(begin, end):
        folded = folds[units[at]]
        while folded:
            if letters == STEM:
                return (np.uint64(0), np.uint64(0)) if is_number else (high, low)
            letter = folded & MASK
            if letters < LETTERS_A_HALF:
                high |= letter << shift(letters)
            else:
                low |= letter << shift(letters - LETTERS_A_HALF)
            letters += 1
            folded >>= np.uint64(BITS)
    return high, low


@njit(
    types.Tuple(
        (
            types.boolean,
            *(types.int64,) * 2,
            *(types.int64[::1],) * 3,
            types.boolean[::1],
            types.int64[::1],
            types.uint64[:, ::1],
        )
    )(
        types.Array(types.uint16, 1, "C", readonly=True),
        types.int64,
        types.uint8[::1],
        types.uint64[::1],
        types.uint64[:, ::1],
        types.int32[::1],
    ),
    cache=True,
    nogil=True,
)
def cut(
    units: Units, body: int, kinds: Kinds, folds: Codes, codes: Codes, buckets: Buckets
) -> tuple[bool, int, int, Numbers, Numbers, Numbers, Flags, Numbers, Codes]:
    """Whether all signs can be told; how many words are the title's; where the first one that is not read
    begins; where those begin and end that are, the numbers of their terms and whether they are names; and
    the places of those whose term is not known, with their codes.

    The last unit is of no word.
    """
    # Codes of all words first: so that the way to the memory for one does not keep the next one waiting.
    room, last = len(units) // 2 + 1, len(units) - 1
    coded = np.empty((room, 2), np.uint64)
    begins, ends, numbers = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    are_names = np.zeros(room, np.bool_)
    places, found = np.empty(room, np.int64), np.empty((room, 2), np.uint64)
    words = unknown = at = 0
    lead, after, held = -1, last, np.uint8(0)
    while True:
        while at < last and not kinds[units[np.uintp(at)]] & LETTER:
            at += 1
        if at == last:
            break
        if lead < 0 and at >= body:
            lead = words
        if lead >= 0 and words == lead + LONGEST:
            after = at
            break
        begin, first = at, kinds[units[np.uintp(at)]]
        kind = first
        high, low, several = np.uint64(0), np.uint64(0), np.uint64(0)
        while kind & LETTER and at < begin + LETTERS_A_HALF:
            held |= kind
            folded = folds[units[np.uintp(at)]]
            several |= folded
            high |= folded << shift(at - begin)
            at += 1
            kind = kinds[units[np.uintp(at)]]
        while kind & LETTER and at < begin + STEM:
            held |= kind
            folded = folds[units[np.uintp(at)]]
            several |= folded
            low |= folded << shift(at - begin - LETTERS_A_HALF)
            at += 1
            kind = kinds[units[np.uintp(at)]]
        while kind & LETTER:
            held |= kind
            at += 1
            kind = kinds[units[np.uintp(at)]]
        begins[words], ends[words] = begin, at
        if first & CAPITAL:
            are_names[words] = lead < 0 or _is_within(
                units, ends[words - 1] if words != lead else body, begin
            )
        if first & DIGIT and at - begin > STEM:  # a number that is too long for a code
            high, low = np.uint64(0), np.uint64(0)
        elif several > MASK:
            high, low = _code_of_several(units, begin, at, folds, first & DIGIT != 0)
        coded[words, 0], coded[words, 1] = high, low
        words += 1
    for unit in units[at:]:
        held |= kinds[unit]
    for word in range(words):
        high, low = coded[word, 0], coded[word, 1]
        numbers[word] = _find(high, low, codes, buckets) if high else _UNKNOWN
        if numbers[word] < 0:
            places[unknown], found[unknown, 0], found[unknown, 1] = word, high, low
            unknown += 1
    return (
        held & BARE == 0,
        words if lead < 0 else lead,
        after,
        begins[:words],
        ends[:words],
        numbers[:words],
        are_names[:words],
        places[:unknown],
        found[:unknown],
    )


@njit
def _is_month(place: int, numbers: Numbers, forms: Forms) -> bool:
    """Whether a number of few digits stands there."""
    return place < len(numbers) and forms[numbers[place]] & (NUMBER | SHARE) == _SMALL_NUMBER


@njit(
    types.Tuple((types.int64[::1], types.int64[:, ::1], types.boolean[::1], types.int64[::1]))(
        types.int64[::1], types.boolean[::1], types.int64, types.int32[::1], types.uint8[::1]
    ),
    cache=True,
    nogil=True,
)
def tally(
    numbers: Numbers, are_names: Flags, lead: int, first: npt.NDArray[np.int32], forms: Forms
) -> tuple[Numbers, Numbers, Flags, Places]:
    """Terms in order of first use, their uses, whether they are names; and places that may tell a day.

    `first` may hold anything: a place counts where the term is that it is said of.
    """
    used, uses = np.empty(len(numbers), np.int64), np.zeros((3, len(numbers)), np.int64)
    named = np.zeros(len(numbers), np.bool_)
    days = np.empty(len(numbers), np.int64)
    count = many = 0
    for place in range(len(numbers)):
        number = numbers[place]
        if forms[number] & DAY and (not forms[number] & NUMBER or _is_month(place + 1, numbers, forms)):
            days[many] = place
            many += 1
        at = first[number]
        if not (0 <= at < count and used[at] == number):
            at = first[number] = count
            used[count] = number
            count += 1
        uses[0 if place < lead else 1 if place < lead + LEAD else 2, at] += 1
        named[at] |= are_names[place]
    return used[:count], uses[:, :count].copy(), named[:count], days[:many]
