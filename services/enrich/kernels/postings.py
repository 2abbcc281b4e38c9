"""Kernels of `services.enrich.events.postings`."""

from services.enrich.events.lexicon import Numbers
from services.enrich.events.postings import FEWEST, MOST_OF_A_TERM
from services.kernels.target import njit


@njit
def _lengthen(slot: int, end: int, begin: Numbers, size: Numbers, reports: Numbers, weights: Numbers) -> int:
    """Move a run behind all others. Where it ends."""
    old, count = begin[slot], size[slot]
    for place in range(count):
        reports[end + place], weights[end + place] = reports[old + place], weights[old + place]
    begin[slot] = end
    size[slot] = min(max(2 * count, FEWEST), MOST_OF_A_TERM)
    return end + size[slot]


@njit(
    "int64(int64[::1], int64[::1], int64, int64, int64[::1], int64[::1], int64[::1], int64[::1], int64[::1])",
    cache=True,
    nogil=True,
)
def add(
    slots: Numbers,
    new_weights: Numbers,
    report: int,
    end: int,
    begin: Numbers,
    size: Numbers,
    added: Numbers,
    reports: Numbers,
    weights: Numbers,
) -> int:
    """`Postings.add`, where there is room for every run to grow to its most. Where they end."""
    for at in range(len(slots)):
        slot = slots[at]
        if added[slot] == size[slot] and size[slot] < MOST_OF_A_TERM:
            end = _lengthen(slot, end, begin, size, reports, weights)
        place = begin[slot] + added[slot] % size[slot]
        reports[place], weights[place] = report, new_weights[at]
        added[slot] += 1
    return end
