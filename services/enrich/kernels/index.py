"""Kernels of `services.enrich.events.index`."""

import numpy as np
import numpy.typing as npt

from services.enrich.events.index import STRANGE
from services.enrich.events.lexicon import Numbers
from services.enrich.events.postings import Places, Postings
from services.enrich.events.reports import UNIT, Vector
from services.enrich.events.vectors import NO_TERM, Rows, Vectors
from services.kernels.target import njit

Columns = npt.NDArray[np.int64]
_FREE = -1
_SQUARE = float(UNIT**2)


def near(new: Vector, postings: Postings, vectors: Vectors, first: int, since: int) -> Columns:
    return compare(
        new.terms,
        new.weights,
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
        vectors.shares,
        vectors.sharpness,
        vectors.crowds,
        vectors.seen,
        vectors.cosines,
        vectors.squares,
    )


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
    cosines: Numbers,
    squares: Numbers,
) -> Numbers:
    """Add up what reports share with the new one. Those that share anything, each once."""
    last = len(cosines) - 1
    most = 0
    for term in new_terms:
        most += size[term] if term < len(size) else 0
    met = np.empty(min(most, len(cosines)), np.int64)
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
            if cosines[row] == 0:
                met[count] = report
                count += 1
            weight = np.int64(weights[place]) * new_weights[at]
            cosines[row] += weight
            squares[row] += weight * weight
    return met[:count]


@njit
def _table(terms: Numbers) -> Numbers:
    """Places of terms, each at its number or the next that is free; half of it is."""
    room = 1
    while room < 2 * len(terms):
        room *= 2
    table = np.full(room, _FREE, np.int64)
    for place in range(len(terms)):
        at = terms[place] & (room - 1)
        while table[at] != _FREE:
            at = (at + 1) & (room - 1)
        table[at] = place
    return table


@njit
def _told(
    row: int, new_terms: Numbers, new_shares: Numbers, terms: Rows, shares: Rows, table: Numbers
) -> int:
    """See `reports.told`."""
    last = len(table) - 1
    mine = other = 0
    for column in range(terms.shape[1]):
        term = terms[row, column]
        if term == NO_TERM:
            break
        at = term & last
        while table[at] != _FREE and new_terms[table[at]] != term:
            at = (at + 1) & last
        if table[at] != _FREE:
            mine += new_shares[table[at]]
            other += shares[row, column]
    return min(mine, other)


@njit(
    "int64[:, ::1]"
    "(int64[::1], int64[::1], int64[::1], float64, int64, int64,"
    " int32[::1], int32[::1], int32[::1], int32[::1], int32[::1],"
    " int32[:, ::1], int32[:, ::1], float64[::1], int64[::1], int64[::1], int64[::1], int64[::1])",
    cache=True,
    nogil=True,
)
def compare(
    new_terms: Numbers,
    new_weights: Numbers,
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
    shares: Rows,
    sharpnesses: npt.NDArray[np.float64],
    crowds: Numbers,
    seen: Numbers,
    cosines: Numbers,
    squares: Numbers,
) -> Columns:
    """`index.near`. Sums are 0 again when it is done."""
    met = _sum(new_terms, new_weights, first, begin, size, added, reports, weights, cosines, squares)
    last = len(cosines) - 1
    found = [n for n in met if cosines[n & last] >= STRANGE and seen[n & last] >= since]
    kin = np.sort(np.array(found, np.int64))
    table = _table(new_terms)
    columns = np.empty((6, len(kin)), np.int64)
    for at in range(len(kin)):
        row = kin[at] & last
        columns[0, at] = kin[at]
        columns[1, at] = cosines[row]
        columns[2, at] = np.rint(_SQUARE * float(squares[row]) / (sharpness * sharpnesses[row]))
        columns[3, at] = _told(row, new_terms, new_shares, terms, shares, table)
        columns[4, at] = crowds[row]
        columns[5, at] = seen[row]
    for number in met:
        cosines[number & last] = squares[number & last] = 0
    return columns
