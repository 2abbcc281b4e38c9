"""Kernels of `services.enrich.events.index`."""

import numpy as np
import numpy.typing as npt

from services.enrich.events.index import STRANGE
from services.enrich.events.lexicon import Numbers
from services.enrich.events.postings import Postings
from services.enrich.events.reports import UNIT, Vector
from services.enrich.events.vectors import NO_TERM, Rows, Vectors
from services.kernels.target import njit

_FREE = -1
_SQUARE = float(UNIT**2)


def near(
    new: Vector, postings: Postings, vectors: Vectors, first: int
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    return compare(
        new.terms,
        new.weights,
        new.shares,
        new.sharpness,
        first,
        postings.begin,
        postings.size,
        postings.added,
        postings.reports,
        postings.weights,
        vectors.terms,
        vectors.shares,
        vectors.sharpness,
        vectors.cosines,
        vectors.squares,
    )


@njit
def _sum(
    new_terms: Numbers,
    new_weights: Numbers,
    first: int,
    begin: Numbers,
    size: Numbers,
    added: Numbers,
    reports: Numbers,
    weights: Numbers,
    cosines: Numbers,
    squares: Numbers,
) -> Numbers:
    """Add up what reports share with the new one. Those that share anything, each once."""
    last = len(cosines) - 1
    met = np.empty(len(cosines), np.int64)
    count = 0
    for at in range(len(new_terms)):
        term = new_terms[at]
        if term >= len(size):
            continue
        for place in range(begin[term], begin[term] + min(added[term], size[term])):
            if reports[place] < first:
                continue
            row = reports[place] & last
            if cosines[row] == 0:
                met[count] = reports[place]
                count += 1
            weight = weights[place] * new_weights[at]
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
    "Tuple((int64[::1], int64[::1], int64[::1], int64[::1]))"
    "(int64[::1], int64[::1], int64[::1], float64, int64,"
    " int64[::1], int64[::1], int64[::1], int64[::1], int64[::1],"
    " int32[:, ::1], int32[:, ::1], float64[::1], int64[::1], int64[::1])",
    cache=True,
    nogil=True,
)
def compare(
    new_terms: Numbers,
    new_weights: Numbers,
    new_shares: Numbers,
    sharpness: float,
    first: int,
    begin: Numbers,
    size: Numbers,
    added: Numbers,
    reports: Numbers,
    weights: Numbers,
    terms: Rows,
    shares: Rows,
    sharpnesses: npt.NDArray[np.float64],
    cosines: Numbers,
    squares: Numbers,
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """`index.near`. Sums are 0 again when it is done."""
    met = _sum(new_terms, new_weights, first, begin, size, added, reports, weights, cosines, squares)
    last = len(cosines) - 1
    kin = np.sort(np.array([number for number in met if cosines[number & last] >= STRANGE], np.int64))
    table = _table(new_terms)
    likenesses = np.empty((3, len(kin)), np.int64)
    for at in range(len(kin)):
        row = kin[at] & last
        likenesses[0, at] = cosines[row]
        likenesses[1, at] = np.rint(_SQUARE * float(squares[row]) / (sharpness * sharpnesses[row]))
        likenesses[2, at] = _told(row, new_terms, new_shares, terms, shares, table)
    for number in met:
        cosines[number & last] = squares[number & last] = 0
    return kin, likenesses[0], likenesses[1], likenesses[2]
