"""Kernels of `services.enrich.events.index`."""

import numpy as np
import numpy.typing as npt

from services.enrich.events.index import STRANGE
from services.enrich.events.lexicon import Counts, Numbers
from services.enrich.events.neighbours import microseconds
from services.enrich.events.postings import MOST_OF_A_TERM, Places, Postings
from services.enrich.events.rarity import Rarity
from services.enrich.events.reports import MOST_BY_NEWS, UNIT, WHOLE, Report, Vector
from services.enrich.events.vectors import NO_TERM, Rows, Vectors
from services.enrich.kernels.postings import add
from services.kernels.target import njit

Columns = npt.NDArray[np.int64]
Slots = npt.NDArray[np.int16]
_FREE = -1
_ROOM_A_TERM = 64
_SQUARE = float(UNIT**2)


def near(new: Vector, postings: Postings, vectors: Vectors, first: int, since: int) -> Columns:
    return compare(
        new.terms,
        new.weights,
        new.news,
        new.shares,
        new.sharpness,
        first,
        since,
        postings.begin,
        postings.size,
        postings.added,
        postings.reports,
        postings.weights,
        vectors.terms,
        vectors.news,
        vectors.shares,
        vectors.sharpness,
        vectors.crowds,
        vectors.seen,
        vectors.dates,
        vectors.sums,
    )


def enter(new: Report, rarity: Rarity, postings: Postings, vectors: Vectors, first: int) -> None:
    kept, vector = new.kept, new.vector
    vectors.make_room(kept.number - first, len(vector.terms), first)
    postings.make_room(len(rarity.terms.counts), MOST_OF_A_TERM * len(vector.terms))
    postings.end = take_in(
        new.terms,
        vector.terms,
        vector.weights,
        vector.news,
        vector.shares,
        vector.sharpness,
        kept.number,
        kept.crowd,
        microseconds(kept.seen_at),
        kept.seen_at.toordinal(),
        postings.end,
        rarity.terms.counts,
        postings.begin,
        postings.size,
        postings.added,
        postings.reports,
        postings.weights,
        vectors.terms,
        vectors.news,
        vectors.shares,
        vectors.sharpness,
        vectors.crowds,
        vectors.seen,
        vectors.dates,
    )
    rarity.reports += 1
    rarity.lately += 1


def age(terms: npt.NDArray[np.int32], rarity: Rarity) -> None:
    pass_by(terms, rarity.terms.counts)
    rarity.lately -= 1


def leave(terms: npt.NDArray[np.int32], rarity: Rarity, postings: Postings) -> None:
    rarity.terms.drop(let_out(terms, rarity.terms.counts, postings.size, postings.added))
    rarity.reports -= 1


@njit(
    "int64(int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], float64, int64, int64, int64, int64,"
    " int64, int32[:, ::1], int32[::1], int32[::1], int32[::1], int32[::1], int32[::1],"
    " int32[:, ::1], int32[:, ::1], int32[:, ::1], float64[::1], int64[::1], int64[::1], int64[::1])",
    cache=True,
    nogil=True,
)
def take_in(
    all_terms: Numbers,
    new_terms: Numbers,
    new_weights: Numbers,
    new_news: Numbers,
    new_shares: Numbers,
    sharpness: float,
    number: int,
    crowd: int,
    seen_at: int,
    date: int,
    end: int,
    counts: Counts,
    begin: Places,
    size: Places,
    added: Places,
    reports: Places,
    weights: Places,
    terms: Rows,
    news: Rows,
    shares: Rows,
    sharpnesses: npt.NDArray[np.float64],
    crowds: Numbers,
    seen: Numbers,
    dates: Numbers,
) -> int:
    """`index.enter`, where there is room. Where the postings end."""
    for term in all_terms:
        counts[term, 0] += 1
        counts[term, 1] += 1
    row = number & (len(crowds) - 1)
    for column in range(len(new_terms)):
        terms[row, column], shares[row, column] = new_terms[column], new_shares[column]
        news[row, column] = new_news[column]
    terms[row, len(new_terms) :] = NO_TERM
    sharpnesses[row], crowds[row], seen[row], dates[row] = sharpness, crowd, seen_at, date
    return int(add(new_terms, new_weights, number, end, begin, size, added, reports, weights))


@njit("void(int32[::1], int32[:, ::1])", cache=True, nogil=True)
def pass_by(terms: Rows, counts: Counts) -> None:
    """`index.age`."""
    for term in terms:
        counts[term, 1] -= 1


@njit("int64[::1](int32[::1], int32[:, ::1], int32[::1], int32[::1])", cache=True, nogil=True)
def let_out(terms: Rows, counts: Counts, size: Places, added: Places) -> Numbers:
    """`index.leave` but for the names of terms: those that no report has any more."""
    over, count = np.empty(len(terms), np.int64), 0
    for term in terms:
        counts[term, 0] -= 1
        if counts[term, 0] == 0:
            over[count] = term
            count += 1
            if term < len(size):
                size[term] = added[term] = 0
    return over[:count].copy()


@njit
def _sum(
    new_terms: Numbers,
    new_weights: Numbers,
    first: int,
    begin: Places,
    size: Places,
    added: Places,
    reports: Places,
    weights: Places,
    sums: Columns,
) -> Numbers:
    """Add up what reports share with the new one. Those that share anything, each once."""
    last = len(sums) - 1
    most = 0
    for term in new_terms:
        most += size[term] if term < len(size) else 0
    met = np.empty(min(most, len(sums)), np.int64)
    count = 0
    for at in range(len(new_terms)):
        term = new_terms[at]
        if term >= len(size):
            continue
        for place in range(begin[term], begin[term] + min(added[term], size[term])):
            report = np.int64(reports[place])
            if report < first:
                continue
            row = report & last
            if sums[row, 0] == 0:
                met[count] = report
                count += 1
            weight = np.int64(weights[place]) * new_weights[at]
            sums[row, 0] += weight
            sums[row, 1] += weight * weight
    return met[:count]


@njit
def _table(terms: Numbers) -> Slots:
    """Places of terms, each at its number or the next that is free: of so many that hardly another term falls
    on one of them.
    """
    room = 1
    while room < _ROOM_A_TERM * len(terms):
        room *= 2
    table = np.full(room, _FREE, np.int16)
    for place in range(len(terms)):
        at = terms[place] & (room - 1)
        while table[at] != _FREE:
            at = (at + 1) & (room - 1)
        table[at] = place
    return table


@njit
def _shared(
    row: int,
    new_terms: Numbers,
    new_news: Numbers,
    new_shares: Numbers,
    terms: Rows,
    news: Rows,
    shares: Rows,
    table: Slots,
) -> tuple[int, int]:
    """See `index._shared`."""
    last = len(table) - 1
    alike = mine = other = 0
    for column in range(terms.shape[1]):
        term = terms[row, column]
        if term == NO_TERM:
            break
        at = term & last
        place = table[np.uintp(at)]
        while place != _FREE and new_terms[place] != term:
            at = (at + 1) & last
            place = table[np.uintp(at)]
        if place != _FREE:
            alike += new_news[place] * news[row, column]
            mine += new_shares[place]
            other += shares[row, column]
    return alike, min(mine, other)


@njit(
    "int64[:, ::1]"
    "(int64[::1], int64[::1], int64[::1], int64[::1], float64, int64, int64,"
    " int32[::1], int32[::1], int32[::1], int32[::1], int32[::1],"
    " int32[:, ::1], int32[:, ::1], int32[:, ::1], float64[::1], int64[::1], int64[::1], int64[::1],"
    " int64[:, ::1])",
    cache=True,
    nogil=True,
)
def compare(
    new_terms: Numbers,
    new_weights: Numbers,
    new_news: Numbers,
    new_shares: Numbers,
    sharpness: float,
    first: int,
    since: int,
    begin: Places,
    size: Places,
    added: Places,
    reports: Places,
    weights: Places,
    terms: Rows,
    news: Rows,
    shares: Rows,
    sharpnesses: npt.NDArray[np.float64],
    crowds: Numbers,
    seen: Numbers,
    dates: Numbers,
    sums: Columns,
) -> Columns:
    """`index.near`. Sums are 0 again when it is done."""
    met = _sum(new_terms, new_weights, first, begin, size, added, reports, weights, sums)
    last = len(sums) - 1
    found = [n for n in met if sums[n & last, 0] >= STRANGE and seen[n & last] >= since]
    kin = np.sort(np.array(found, np.int64))
    table = _table(new_terms)
    columns = np.empty((7, len(kin)), np.int64)
    for at in range(len(kin)):
        row = kin[at] & last
        columns[0, at] = kin[at]
        columns[2, at] = np.rint(_SQUARE * float(sums[row, 1]) / (sharpness * sharpnesses[row]))
        alike, columns[3, at] = _shared(row, new_terms, new_news, new_shares, terms, news, shares, table)
        columns[1, at] = min(alike, sums[row, 0] * MOST_BY_NEWS // WHOLE)
        columns[4, at] = crowds[row]
        columns[5, at] = seen[row]
        columns[6, at] = dates[row]
    for number in met:
        sums[number & last, 0] = sums[number & last, 1] = 0
    return columns
