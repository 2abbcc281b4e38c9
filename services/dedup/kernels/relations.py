"""Kernels of `services.dedup.relations`: what two versions share, and where it stands."""

import numpy as np
import numpy.typing as npt
from numba import types

from services.dedup.kernels.layouts import (
    BODY,
    BYTES,
    CODES,
    COUNTS,
    FLAGS,
    FLAGS_MADE,
    HASHES,
    LETTERS,
    NUMBERS,
    ROWS,
    TEXT,
)
from services.dedup.kernels.target import njit
from services.dedup.relations.spelling import PICTURES, PICTURES_END, UNSURE, Letters
from services.dedup.search.novelty import Days
from services.dedup.text.shingles import Hashes, Numbers, Places
from services.dedup.text.words import Codes

Rows = npt.NDArray[np.int64]
"""Runs: start, other start, length."""

_NEW_LINE, _HYPHEN, _TRUE_HYPHEN = 0x0A, 0x2D, 0x2010
_GREEK, _BEHIND_CYRILLIC = 0x370, 0x500
_FAR_LONGER = 16
"""Times. Of a set so much longer than the other only what is looked for is looked at."""


@njit(cache=True, nogil=True)
def _common(mine: Hashes, theirs: Hashes) -> tuple[Numbers, Numbers]:
    """`shingles.matches`."""
    if len(mine) * _FAR_LONGER < len(theirs):
        return _sought(mine, theirs)
    if len(theirs) * _FAR_LONGER < len(mine):
        there, here = _sought(theirs, mine)
        return here, there
    here = np.empty(min(len(mine), len(theirs)) + 1, np.int32)
    there = np.empty_like(here)
    i = j = count = 0
    while i < len(mine) and j < len(theirs):  # without a branch that nobody can foretell
        one, other = mine[i], theirs[j]
        here[count], there[count] = i, j
        count += one == other
        i += one <= other
        j += other <= one
    return here[:count], there[:count]


@njit(cache=True, nogil=True)
def _sought(few: Hashes, many: Hashes) -> tuple[Numbers, Numbers]:
    here = np.empty(len(few), np.int32)
    there = np.empty(len(few), np.int32)
    count, low = 0, 0
    for i in range(len(few)):
        high = len(many)
        while low < high:
            middle = (low + high) >> 1
            if many[middle] < few[i]:
                low = middle + 1
            else:
                high = middle
        if low < len(many) and many[low] == few[i]:
            here[count], there[count] = i, low
            count += 1
    return here[:count], there[:count]


@njit(cache=True, nogil=True)
def _fresh(days: Days, stale_days: int) -> int:
    count = 0
    for day in days:
        count += day < stale_days
    return count


@njit(COUNTS(HASHES, BYTES, HASHES, BYTES, types.int64), cache=True, nogil=True)
def overlap(
    mine: Hashes, days: Days, theirs: Hashes, days_there: Days, stale_days: int
) -> tuple[int, int, int, int, int]:
    """Of `Overlap`: shared, fresh_shared, fresh_newer, fresh_older, unseen_shared."""
    here, there = _common(mine, theirs)
    fresh = unseen = 0
    for i in range(len(here)):
        fresh += (days[here[i]] < stale_days) & (days_there[there[i]] < stale_days)
        unseen += days[here[i]] < 2
    return len(here), fresh, _fresh(days, stale_days), _fresh(days_there, stale_days), unseen


@njit(types.int64(HASHES, HASHES), cache=True, nogil=True)
def shared(mine: Hashes, theirs: Hashes) -> int:
    """How many hashes two ascending sets have in common."""
    return len(_common(mine, theirs)[0])


@njit(cache=True, nogil=True)
def _likeness(here: Numbers, there: Numbers, distinct: int, numbers_there: Numbers) -> Numbers:
    """For each shingle of the older text the number of its like in the newer, or -1."""
    number = np.full(distinct, -1, np.int32)
    for i in range(len(here)):
        number[there[i]] = here[i]
    like = np.empty(len(numbers_there), np.int32)
    for i in range(len(like)):
        like[i] = number[numbers_there[i]]
    return like


@njit(cache=True, nogil=True)
def _places(like: Numbers, distinct: int) -> tuple[Numbers, Numbers]:
    """Where the likes of each shingle of the newer text stand in the older, and where its own begin there."""
    begin = np.zeros(distinct + 1, np.int32)
    for number in like:
        if number >= 0:
            begin[number + 1] += 1
    for number in range(distinct):
        begin[number + 1] += begin[number]
    places = np.empty(begin[distinct], np.int32)
    filled = begin[:distinct].copy()
    for there in range(len(like)):
        if like[there] >= 0:
            places[filled[like[there]]] = there
            filled[like[there]] += 1
    return places, begin


@njit(cache=True, nogil=True)
def _width(signs: Places, word: int, words: int, by_signs: int) -> int:
    return by_signs if len(signs) and signs[word] else words


@njit(cache=True, nogil=True)
def _maximal(
    numbers: Numbers, like: Numbers, distinct: int, signs: Places, words: int, by_signs: int, most: int
) -> Rows:
    """Longest first; ties by place. A run begins where no match is before it on its diagonal."""
    places, begin = _places(like, distinct)
    total = np.int64(0)
    for number in numbers:
        total += begin[number + 1] - begin[number]
    if total > most:
        total = np.int64(0)
    found = np.empty((total, 3), np.int64)
    lengths = np.empty(total, np.int64)
    count = 0
    for here in range(len(numbers) if total else 0):
        for place in range(begin[numbers[here]], begin[numbers[here] + 1]):
            there = places[place]
            if here and there and like[there - 1] == numbers[here - 1]:
                continue
            end = k = 0
            while here + k < len(numbers) and there + k < len(like) and like[there + k] == numbers[here + k]:
                end = max(end, k + _width(signs, here + k, words, by_signs))
                k += 1
            found[count, 0], found[count, 1], found[count, 2] = here, there, end
            lengths[count] = -end
            count += 1
    return found[np.argsort(lengths[:count], kind="mergesort")]


@njit(cache=True, nogil=True)
def _without_overlap(found: Rows, signs: Places, words: int, by_signs: int) -> Rows:
    """In order of the newer text; what a longer run covers of a shorter one is cut off it."""
    reach = np.int64(0)
    for row in range(len(found)):
        reach = max(reach, found[row, 0] + found[row, 2])
    covered = np.zeros(reach, np.uint8)  # 2 where a run begins, 1 where it goes on
    offset = np.empty(reach, np.int64)
    count = 0
    for row in range(len(found)):
        start, end = found[row, 0], found[row, 0] + found[row, 2]
        while start < end and covered[start]:
            start += 1
        while end > start and covered[end - 1]:
            end -= 1
        if start == end or end - start < _width(signs, start, words, by_signs) or covered[start:end].any():
            continue
        covered[start:end] = 1
        covered[start] = 2
        offset[start] = found[row, 1] - found[row, 0]
        count += 1
    taken = np.empty((count, 3), np.int64)
    count = -1
    for word in range(reach):
        if covered[word] == 2:
            count += 1
            taken[count, 0], taken[count, 1], taken[count, 2] = word, word + offset[word], 0
        if covered[word]:
            taken[count, 2] += 1
    return taken


@njit(ROWS(*TEXT, HASHES, NUMBERS, types.int64), cache=True, nogil=True)
def runs(
    mine: Hashes,
    numbers: Numbers,
    signs: Places,
    words: int,
    by_signs: int,
    theirs: Hashes,
    numbers_there: Numbers,
    most: int,
) -> Rows:
    """`passages.runs`. A shingle holds `by_signs` words where `signs` says so, else `words`."""
    here, there = _common(mine, theirs)
    like = _likeness(here, there, len(theirs), numbers_there)
    found = _maximal(numbers, like, len(mine), signs, words, by_signs, most)
    return _without_overlap(found, signs, words, by_signs)


@njit(
    BODY(BYTES, *TEXT[1:], types.int64, types.int64, types.int64, ROWS, types.int64), cache=True, nogil=True
)
def body(
    days: Days,
    numbers: Numbers,
    signs: Places,
    words: int,
    by_signs: int,
    count: int,
    stale_days: int,
    heading: int,
    rows: Rows,
    side: int,
) -> tuple[int, Places]:
    """`bodies._body` of a text of `count` words, of which so many are its heading."""
    covered = np.zeros(count, np.bool_)
    for row in range(len(rows)):
        covered[rows[row, side] : rows[row, side] + rows[row, 2]] = True
    own = np.zeros(count, np.bool_)
    end = 0
    for here in range(len(numbers)):
        if days[numbers[here]] < stale_days:
            end = max(end, here + _width(signs, here, words, by_signs))
        own[here] = here < end
    for here in range(len(numbers), count):
        own[here] = here < end
    own[:heading] = False
    held = 0
    for word in range(count):
        held += covered[word]
        own[word] &= not covered[word]
    return held, own


@njit(cache=True, nogil=True)
def _streak(here: Numbers, distinct: int, numbers: Numbers) -> int:
    """The most shingles in a row that are shared."""
    shared_ones = np.zeros(distinct, np.bool_)
    for number in here:
        shared_ones[number] = True
    longest = length = 0
    for number in numbers:
        length = length + 1 if shared_ones[number] else 0
        longest = max(longest, length)
    return longest


@njit(FLAGS_MADE(FLAGS, *TEXT, HASHES, NUMBERS, types.int64, types.int64), cache=True, nogil=True)
def without(
    own: Places,
    mine: Hashes,
    numbers: Numbers,
    signs: Places,
    words: int,
    by_signs: int,
    theirs: Hashes,
    numbers_there: Numbers,
    most: int,
    least_run: int,
) -> Places:
    """`bodies._without`."""
    left = own.copy()
    here, there = _common(mine, theirs)
    widest = max(words, by_signs) if len(signs) else words
    if _streak(here, len(mine), numbers) <= least_run - widest:
        return left  # no run can be so long, whatever the order there
    like = _likeness(here, there, len(theirs), numbers_there)
    found = _without_overlap(
        _maximal(numbers, like, len(mine), signs, words, by_signs, most), signs, words, by_signs
    )
    for row in range(len(found)):
        if found[row, 2] >= least_run:
            left[found[row, 0] : found[row, 0] + found[row, 2]] = False
    return left


@njit(cache=True, nogil=True)
def _word_part(codes: Codes, place: int, letters: Letters) -> int:
    """The next place of what is of a word, or may be."""
    while place < len(codes):
        code = codes[place]
        if letters[code] if code < len(letters) else not PICTURES <= code < PICTURES_END:
            break
        if code == _NEW_LINE and place and codes[place - 1] in (_HYPHEN, _TRUE_HYPHEN):
            return len(codes) + 1  # a word may go on in the next line
        place += 1
    return place


@njit(types.boolean(CODES, CODES, LETTERS), cache=True, nogil=True)
def are_spelt_alike(mine: Codes, theirs: Codes, letters: Letters) -> bool:
    """`spelling.are_spelt_alike`."""
    i = j = foreign = 0
    while True:
        begin, other_begin = i, j
        i, j = _word_part(mine, i, letters), _word_part(theirs, j, letters)
        if i >= len(mine) or j >= len(theirs):
            return i == len(mine) and j == len(theirs)
        if max(mine[i], theirs[j]) >= len(letters) or (begin and (i == begin) != (j == other_begin)):
            return False
        letter = letters[mine[i]]
        if letter != letters[theirs[j]] or letter == UNSURE:
            return False
        before, foreign = foreign, 2 if _GREEK <= letter < _BEHIND_CYRILLIC else 1
        if i == begin and before and before != foreign:
            return False  # a letter that may stand for one of another script
        i += 1
        j += 1
