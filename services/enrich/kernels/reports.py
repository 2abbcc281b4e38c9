"""Kernels of `services.enrich.events.reports`, with `services.enrich.events.rarity`."""

import math

import numpy as np
import numpy.typing as npt
from numba import types

from services.enrich.events.lexicon import NUMBER, SHARE, SHARES, Codes, Counts, Flags, Forms, Numbers
from services.enrich.events.rarity import NAME, UNSEEN, Rarity
from services.enrich.events.reports import (
    COMMON,
    HALVES,
    MOST_TERMS,
    OLD,
    UNIT,
    WHOLE,
    Vector,
    Weighing,
    Weights,
)
from services.enrich.events.terms import Reading
from services.kernels.target import njit

_TITLE, _LEAD, _REST = HALVES.tolist()
Uses = npt.NDArray[np.int64]


def weigh(found: Reading, rarity: Rarity) -> Weighing | None:
    """What the definition says; None where terms without a code have to be put in order."""
    terms = rarity.terms
    are_ranked, rare, rest, said, *vector = weigh_terms(
        found.numbers,
        found.uses,
        found.are_names,
        terms.counts,
        terms.forms,
        terms.codes,
        rarity.reports,
        rarity.lately,
    )
    return Weighing(rare, Vector(*vector), said, rest) if are_ranked else None


@njit
def _rarities(numbers: Numbers, are_names: Flags, counts: Counts, forms: Forms, reports: int) -> Weights:
    """`Rarity.of`. The logarithm is the one that Python calls."""
    rare = np.empty(len(numbers), np.float64)
    for at in range(len(numbers)):
        number = numbers[at]
        form = forms[number]
        share = NAME if are_names[at] and not form & NUMBER else SHARES[form & SHARE]
        rare[at] = max(0.0, -math.log((counts[number, 0] + UNSEEN * share + 0.5) / (reports + UNSEEN + 1)))
    return rare


@njit
def _frequency(halves: int) -> float:
    if halves == 2:
        return 1.0
    return 1 + math.log(halves / 2) if halves > 2 else halves / 2


@njit
def _newness(there: int, lately_there: int, reports: int, lately: int) -> float:
    """What `Rarity.freshness` makes a term weigh: see `reports._news`."""
    now = (lately_there + 1) / (lately + 1)
    fresh = now / (now + (there - lately_there) / (reports - lately + UNSEEN))
    return OLD + (fresh * fresh) * (fresh * fresh)


@njit
def _unit(weights: Weights) -> Numbers:
    """In a vector of unit length."""
    length = 0.0
    for weight in weights:
        length += weight * weight
    length = math.sqrt(length)
    scaled = np.empty(len(weights), np.int64)
    for at in range(len(weights)):
        scaled[at] = np.int64(np.rint(UNIT * weights[at] / length))
    return scaled


@njit
def _is_before(one: int, other: int, codes: Codes) -> bool:
    """Whether a term is earlier in the alphabet."""
    if codes[one, 0] != codes[other, 0]:
        return bool(codes[one, 0] < codes[other, 0])
    return bool(codes[one, 1] < codes[other, 1])


@njit
def _heaviest(weights: Weights, numbers: Numbers, codes: Codes) -> tuple[bool, Numbers]:
    """Whether all are in order, and their places."""
    ranked, heavy = np.empty(MOST_TERMS + 1, np.int64), np.empty(MOST_TERMS + 1, np.float64)
    most = len(weights) - MOST_TERMS
    least = np.partition(weights, most)[most] if most > 0 else 0.0
    count = 0
    for place in range(len(weights)):
        weight = weights[place]
        if weight < least:
            continue
        if codes[numbers[place], 0] == 0:
            return False, ranked[:0]
        at = count
        while at and (
            heavy[at - 1] < weight
            or (heavy[at - 1] == weight and _is_before(numbers[place], numbers[ranked[at - 1]], codes))
        ):
            ranked[at], heavy[at] = ranked[at - 1], heavy[at - 1]
            at -= 1
        ranked[at], heavy[at] = place, weight
        count = min(count + 1, MOST_TERMS)
    return True, ranked[:count]


@njit(
    types.Tuple(
        (
            types.boolean,
            types.float64[::1],
            *(types.int64[::1],) * 2,
            *(types.int64[::1],) * 4,
            types.float64,
        )
    )(
        types.int64[::1],
        types.int64[:, ::1],
        types.boolean[::1],
        types.int32[:, ::1],
        types.uint8[::1],
        types.uint64[:, ::1],
        *(types.int64,) * 2,
    ),
    cache=True,
    nogil=True,
)
def weigh_terms(
    numbers: Numbers,
    uses: Uses,
    are_names: Flags,
    counts: Counts,
    forms: Forms,
    codes: Codes,
    reports: int,
    lately: int,
) -> tuple[bool, Weights, Numbers, Numbers, Numbers, Numbers, Numbers, Numbers, float]:
    """Whether all can be put in order; the rarity of each term; those in no vector, and the places in it of
    those that the headline says; and the vector.
    """
    rare = _rarities(numbers, are_names, counts, forms, reports)
    weights, length, title = np.empty(len(numbers), np.float64), 0.0, 0
    for at in range(len(numbers)):
        halves = _TITLE * uses[0, at] + _LEAD * uses[1, at] + _REST * uses[2, at]
        standing = 1.0 if are_names[at] or forms[numbers[at]] & NUMBER else COMMON
        weights[at] = rare[at] * standing * _frequency(halves)
        length += weights[at] * weights[at]
        title += uses[0, at] > 0
    length = math.sqrt(length)
    are_ranked, places = _heaviest(weights, numbers, codes) if length else (True, numbers[:0])
    terms, scaled = np.empty(len(places), np.int64), np.empty(len(places), np.int64)
    news = np.empty(len(places), np.float64)
    said = np.empty(len(places), np.int64)
    is_rest = np.ones(len(numbers), np.bool_)
    count = many = 0
    whole = fourth = np.int64(0)
    for place in places:
        weight = np.int64(np.rint(UNIT * weights[place] / length))
        if not weight:
            continue
        term = numbers[place]
        terms[count], scaled[count], is_rest[place] = term, weight, False
        news[count] = weights[place] * _newness(counts[term, 0], counts[term, 1], reports, lately)
        fourth += weight**4
        if place < title:
            said[many] = count
            many += 1
            whole += weight**2
        count += 1
    shares = np.zeros(count, np.int64)
    for at in said[:many]:
        shares[at] = WHOLE * scaled[at] ** 2 // whole
    return (
        are_ranked,
        rare,
        numbers[is_rest],
        said[:many].copy(),
        terms[:count].copy(),
        scaled[:count].copy(),
        _unit(news[:count]),
        shares,
        math.sqrt(fourth),
    )
