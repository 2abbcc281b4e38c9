"""Kernels of `services.dedup.relations`: what two versions share, and where it stands."""

import numpy as np
from numba import types

from services.dedup.kernels.layouts import (
    BODY,
    BYTES,
    COUNTS,
    FLAGS,
    FLAGS_MADE,
    HASHES,
    MEETING,
    NUMBERS,
    ROWS,
    TEXT,
    Rows,
)
from services.dedup.search.novelty import Days
from services.dedup.text.shingles import Hashes, Numbers, Places
from services.kernels.target import njit

Widths = tuple[Places, int, int]
"""The last three of `passages.compared`."""
_FAR_LONGER = 16
"""Times. Of a set so much longer than the other only what is looked for is looked at."""
_FEW = 8
"""One in so many is looked for one by one."""
_LONG = 4096
"""Distinct shingles of a text of which most are not looked at."""
_BITS, _MOST_BITS = 16, 17
"""For each hash that is marked, and for all, as a power of two."""


@njit(cache=True, nogil=True)
def _common(mine: Hashes, theirs: Hashes) -> tuple[Numbers, Numbers]:
    """`shingles.matches`."""
    if len(mine) * _FAR_LONGER < len(theirs):
        there, here = _sought(mine, np.arange(len(mine), dtype=np.int32), theirs)
        return here, there
    if len(theirs) * _FAR_LONGER < len(mine):
        return _sought(theirs, np.arange(len(theirs), dtype=np.int32), mine)
    perhaps = _perhaps_among(theirs, mine)
    if len(perhaps) * _FEW < len(mine):
        return _sought(theirs, perhaps, mine)
    here = np.empty(len(perhaps) + 1, np.int32)
    there = np.empty_like(here)
    i = j = count = 0
    while i < len(mine) and j < len(perhaps):  # without a branch that nobody can foretell
        one, other = mine[i], theirs[perhaps[j]]
        here[count], there[count] = i, perhaps[j]
        count += one == other
        i += one <= other
        j += other <= one
    return here[:count], there[:count]


@njit(cache=True, nogil=True)
def _perhaps_among(hashes: Hashes, others: Hashes) -> Numbers:
    """Which of some hashes may be among others: all that are, and of the rest one in many.

    Told by a bit for each value of their first bits, so that most of what two texts do not share is passed
    over without looking for it.
    """
    width = 9
    while (1 << width) < _BITS * len(others) and width < _MOST_BITS:
        width += 1
    shift, low = np.uint64(64 - width), np.uint64(63)
    six, one, none = np.uint64(6), np.uint64(1), np.uint64(0)
    marked = np.zeros(1 << (width - 6), np.uint64)
    for other in others:
        bit = other >> shift
        marked[bit >> six] |= one << (bit & low)
    perhaps = np.empty(len(hashes) + 1, np.int32)
    count = 0
    for place in range(len(hashes)):
        bit = hashes[place] >> shift
        perhaps[count] = place
        count += marked[bit >> six] & (one << (bit & low)) != none
    return perhaps[:count]


@njit(cache=True, nogil=True)
def _sought(hashes: Hashes, places: Numbers, many: Hashes) -> tuple[Numbers, Numbers]:
    """Where the hashes at some places stand among ascending ones, and at which of the places those are.

    Hashes are spread evenly: from where one stands the next is about so many further as its distance says,
    and what is near is in the cache already.
    """
    here = np.empty(len(places), np.int32)
    there = np.empty_like(here)
    a_step = float(len(many)) / 2.0**64
    count = low = 0
    before = np.uint64(0)
    for place in places:
        wanted = hashes[place]
        low = _from(many, wanted, min(low + int(float(wanted - before) * a_step), len(many)))
        if low < len(many) and many[low] == wanted:
            here[count], there[count] = low, place
            count += 1
        before = wanted
    return here[:count], there[:count]


@njit(cache=True, nogil=True)
def _from(many: Hashes, wanted: np.uint64, guess: int) -> int:
    """Where the first of ascending hashes stands that is not less, looked for from a guess on, in steps that
    double.
    """
    low = high = guess
    step = 1
    if guess < len(many) and many[guess] < wanted:
        while high < len(many) and many[high] < wanted:
            low, high, step = high + 1, high + step, 2 * step
        high = min(high, len(many))
    else:
        while low > 0 and many[low - 1] >= wanted:
            high, low, step = low - 1, max(0, low - step), 2 * step
    while low < high:
        middle = (low + high) >> 1
        if many[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _fresh(days: Days, stale_days: int) -> int:
    count = 0
    for day in days:
        count += day < stale_days
    return count


@njit(cache=True, nogil=True)
def _counts(
    here: Numbers, there: Numbers, days: Days, days_there: Days, stale_days: int
) -> tuple[int, int, int, int, int]:
    fresh = unseen = 0
    for i in range(len(here)):
        fresh += (days[here[i]] < stale_days) & (days_there[there[i]] < stale_days)
        unseen += days[here[i]] < 2
    return len(here), fresh, _fresh(days, stale_days), _fresh(days_there, stale_days), unseen


@njit(COUNTS(HASHES, BYTES, HASHES, BYTES, types.int64), cache=True, nogil=True)
def overlap(
    mine: Hashes, days: Days, theirs: Hashes, days_there: Days, stale_days: int
) -> tuple[int, int, int, int, int]:
    """Of `Overlap`: shared, fresh_shared, fresh_newer, fresh_older, unseen_shared."""
    here, there = _common(mine, theirs)
    return _counts(here, there, days, days_there, stale_days)


@njit(types.int64(HASHES, HASHES), cache=True, nogil=True)
def shared(mine: Hashes, theirs: Hashes) -> int:
    """How many hashes two ascending sets have in common."""
    return len(_common(mine, theirs)[0])


@njit(cache=True, nogil=True)
def _at(shared: Numbers, distinct: int, numbers: Numbers) -> tuple[Numbers, Numbers]:
    """For each shingle of a text which of the shared ones it is, or -1; and where these stand."""
    if distinct >= _LONG:
        return _at_few(shared, distinct, numbers)
    share = np.full(distinct, -1, np.int32)
    for i in range(len(shared)):
        share[shared[i]] = i
    at = np.empty(len(numbers), np.int32)
    places = np.empty(len(numbers) + 1, np.int32)
    count = 0
    for place in range(len(numbers)):
        at[place] = share[numbers[place]]
        places[count] = place
        count += at[place] >= 0
    return at, places[:count]


@njit(cache=True, nogil=True)
def _at_few(shared: Numbers, distinct: int, numbers: Numbers) -> tuple[Numbers, Numbers]:
    """The same of a long text, most of which is not shared: told by a bit of each distinct shingle, for the
    bits fit into the nearest cache.
    """
    six, one, low, none = np.uint64(6), np.uint64(1), np.uint64(63), np.uint64(0)
    share = np.empty(distinct, np.int32)
    marked = np.zeros((distinct >> 6) + 1, np.uint64)
    for i in range(len(shared)):
        bit = np.uint64(shared[i])
        share[shared[i]] = i
        marked[bit >> six] |= one << (bit & low)
    places = np.empty(len(numbers) + 1, np.int32)
    count = 0
    for place in range(len(numbers)):
        bit = np.uint64(numbers[place])
        places[count] = place
        count += marked[bit >> six] & (one << (bit & low)) != none
    at = np.full(len(numbers), -1, np.int32)
    for place in places[:count]:
        at[place] = share[numbers[place]]
    return at, places[:count]


@njit(cache=True, nogil=True)
def _grouped(at: Numbers, places: Numbers, shared: int) -> tuple[Numbers, Numbers]:
    """Places shared shingle by shared shingle, and where those of each begin."""
    begin = np.zeros(shared + 1, np.int32)
    for place in places:
        begin[at[place] + 1] += 1
    for number in range(shared):
        begin[number + 1] += begin[number]
    grouped = np.empty_like(places)
    filled = begin[:shared].copy()
    for place in places:
        grouped[filled[at[place]]] = place
        filled[at[place]] += 1
    return grouped, begin


@njit(cache=True, nogil=True)
def _width(signs: Places, word: int, words: int, by_signs: int) -> int:
    return by_signs if len(signs) and signs[word] else words


@njit(cache=True, nogil=True)
def _maximal(
    at: Numbers, places: Numbers, like: Numbers, grouped: Numbers, begin: Numbers, widths: Widths, most: int
) -> Rows:
    """Longest first; ties by place. A run begins where no match is before it on its diagonal."""
    signs, words, by_signs = widths
    total = np.int64(0)
    for here in places:
        total += begin[at[here] + 1] - begin[at[here]]
    if total > most:
        total, places = np.int64(0), places[:0]
    found = np.empty((total, 3), np.int64)
    lengths = np.empty(total, np.int64)
    count = 0
    for here in places:
        for i in range(begin[at[here]], begin[at[here] + 1]):
            there = grouped[i]
            if here and there and at[here - 1] >= 0 and like[there - 1] == at[here - 1]:
                continue
            end = k = 0
            most_words = min(len(at) - here, len(like) - there)
            while k < most_words and at[here + k] >= 0 and like[there + k] == at[here + k]:
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


@njit(cache=True, nogil=True)
def _runs(
    here: Numbers,
    there: Numbers,
    distinct: int,
    numbers: Numbers,
    distinct_there: int,
    numbers_there: Numbers,
    widths: Widths,
    most: int,
) -> Rows:
    at, places = _at(here, distinct, numbers)
    like, places_there = _at(there, distinct_there, numbers_there)
    grouped, begin = _grouped(like, places_there, len(here))
    return _without_overlap(_maximal(at, places, like, grouped, begin, widths, most), *widths)


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
    widths = (signs, words, by_signs)
    return _runs(here, there, len(mine), numbers, len(theirs), numbers_there, widths, most)


@njit(
    MEETING(*TEXT, BYTES, HASHES, NUMBERS, BYTES, types.int64, types.int64, types.int64),
    cache=True,
    nogil=True,
)
def meeting(
    mine: Hashes,
    numbers: Numbers,
    signs: Places,
    words: int,
    by_signs: int,
    days: Days,
    theirs: Hashes,
    numbers_there: Numbers,
    days_there: Days,
    stale_days: int,
    least: int,
    most: int,
) -> tuple[tuple[int, int, int, int, int], Rows]:
    """`overlap`, and `runs` where `passages.Meeting` has them."""
    here, there = _common(mine, theirs)
    counts = _counts(here, there, days, days_there, stale_days)
    if counts[1] < least and 3 * len(here) < len(mine) + len(theirs):
        return counts, np.empty((0, 3), np.int64)
    widths = (signs, words, by_signs)
    return counts, _runs(here, there, len(mine), numbers, len(theirs), numbers_there, widths, most)


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
    widths = (signs, words, by_signs)
    found = _runs(here, there, len(mine), numbers, len(theirs), numbers_there, widths, most)
    for row in range(len(found)):
        if found[row, 2] >= least_run:
            left[found[row, 0] : found[row, 0] + found[row, 2]] = False
    return left
