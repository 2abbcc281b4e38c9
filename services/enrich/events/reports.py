"""What is kept of a story's text: its weightiest terms as a vector."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.contracts.events import EventReport
from services.enrich import kernels
from services.enrich.events.days import days_named
from services.enrich.events.lexicon import Numbers, Terms
from services.enrich.events.rarity import Rarity
from services.enrich.events.terms import LEAD, Reading, family_name, read

UNIT = 1_000
"""The length of a vector; weights are whole numbers, so that sums do not depend on their order."""
WHOLE = 1_000
"""Of a headline; what a term weighs in it is a share of this."""
MOST_TERMS = 50
"""So many terms of a report are compared."""
HALVES = np.array((8, 2, 1))
"""What a use in the title, in the lead and behind it counts, in halves of one in the lead."""
_THOUSANDTHS = 1_000
COMMON = 0.6
"""What a term counts that is neither name nor number."""
OLD = 0.5
"""What a term counts as news that is written less than ever; one that is new counts one more."""
MOST_BY_NEWS = 1_150
"""What is news to both makes two reports so many thousandths as alike as all their words, at the most: who
is in the news for two things is named in both.
"""
Weights = npt.NDArray[np.float64]


class Vector(NamedTuple):
    """What is compared of a report, the heaviest term first."""

    terms: Numbers
    """By number."""
    weights: Numbers
    news: Numbers
    """What each weighs where happenings are told apart."""
    shares: Numbers
    """What each weighs in the headline."""
    sharpness: float
    """The length of the vector if its weights are squared: see `Likeness.affinity`."""


class Report(NamedTuple):
    """What is remembered of a report, and the same in numbers."""

    kept: EventReport
    vector: Vector
    terms: Numbers
    """All of its terms, each once."""


def report(
    story_id: str,
    number: int,
    seen_at: datetime,
    *,
    title: str,
    text: str,
    people: Iterable[str] = (),
    rarity: Rarity,
    recalled: bool = True,
) -> Report:
    """The report as it is compared, by what is rare as of now. `people`: the names of those it names.
    `recalled`: off where nobody will recall it, for which the rest of its terms is spelt.
    """
    found, terms = read(title, text, rarity.terms), rarity.terms
    fast = kernels.module("reports")
    weighed = (fast and fast.weigh(found, rarity)) or weigh(found, rarity)
    vector, names = weighed.vector, terms.names_of(weighed.vector.terms)
    lead, shares = found.title + LEAD, vector.shares.tolist()
    kept = EventReport(
        story_id=story_id,
        number=number,
        seen_at=seen_at,
        words=dict(zip(names, vector.weights.tolist(), strict=True)),
        news=tuple(vector.news.tolist()),
        others=terms.spell(weighed.rest) if recalled else "",
        headline={names[place]: shares[place] for place in weighed.said.tolist()},
        days=days_named(found.words, found.days, found.behind, lead, seen_at.astimezone(UTC).date()),
        people=_people(people, found, weighed.rare, terms),
    )
    return Report(kept, vector, found.numbers)


def recall(kept: EventReport, terms: Terms) -> Report:
    """A report that was remembered."""
    numbers = terms.numbers_of((*kept.words, *kept.others.split()))
    weights = np.fromiter(kept.words.values(), np.int64, len(kept.words))
    shares = np.array([kept.headline.get(name, 0) for name in kept.words], np.int64)
    news = np.array(kept.news, np.int64) if kept.news else weights
    return Report(kept, Vector(numbers[: len(weights)], weights, news, shares, sharpness(weights)), numbers)


def news_of(kept: EventReport) -> Mapping[str, int]:
    """What its words weigh where happenings are told apart."""
    return dict(zip(kept.words, kept.news, strict=True)) if kept.news else kept.words


def likeness(
    one: EventReport, other: EventReport, news: Mapping[str, int], its_news: Mapping[str, int]
) -> int:
    """What `Likeness.cosine` is."""
    return min(cosine(news, its_news), cosine(one.words, other.words) * MOST_BY_NEWS // WHOLE)


def beyond(one: EventReport, other: EventReport, most: int) -> int:
    """What single terms bring to the cosine by news, each beyond so many millionths."""
    # No weight exceeds a vector's length, so that few terms can bring so much.
    heavy = [(term, weight) for term, weight in news_of(one).items() if weight * UNIT > most]
    if not heavy:
        return 0
    its = news_of(other)
    return sum([max(0, weight * its[term] - most) for term, weight in heavy if term in its])


def share_people(one: EventReport, other: EventReport) -> int:
    """How rare those are, taken together, whom both name: by what was rare when one was read."""
    named = other.people
    return sum([rare for person, rare in one.people.items() if person in named]) if named else 0


def people_of(kept: EventReport) -> frozenset[str]:
    """Those of its headline."""
    headline = kept.headline
    return frozenset([person for person in kept.people if person in headline])


def figures_of(kept: EventReport) -> frozenset[str]:
    """Those of its headline. Numbers of one digit count too much to be told apart by."""
    return frozenset([term for term in kept.headline if term[0].isdigit() and len(term) > 1])


def cosine(one: Mapping[str, int], other: Mapping[str, int]) -> int:
    """Of two vectors, in millionths."""
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def told(one: EventReport, other: EventReport) -> int:
    """How much of what either headline says the other report has among its words: of the lesser
    share the thousandths.
    """
    return min(_share_told(one, other), _share_told(other, one))


def sharpness(weights: Numbers) -> float:
    return math.sqrt(int((weights**4).sum()))


def _share_told(one: EventReport, other: EventReport) -> int:
    """How much of what the headline of one says the other has among its words."""
    words = other.words
    return sum([share for term, share in one.headline.items() if term in words])


def _people(named: Iterable[str], found: Reading, rare: Weights, terms: Terms) -> dict[str, int]:
    """Of those whose family names are among the terms that are read; the rarest pair of signs of one
    that is written without blanks.
    """
    people = {}
    for name in named:
        known = [
            (piece, rare.item(place))
            for piece in family_name(name)
            if (place := terms.place_of(piece, found.numbers)) >= 0
        ]
        if known:
            rarest, rarity = max(known, key=itemgetter(1))
            people[rarest] = round(_THOUSANDTHS * rarity)
    return people


class Weighing(NamedTuple):
    """What the terms of a report come to."""

    rare: Weights
    """How rare each is, in order of first use."""
    vector: Vector
    said: Numbers
    """Places in the vector of what the headline says."""
    rest: Numbers
    """Terms that are in no vector, in order of first use."""


def weigh(found: Reading, rarity: Rarity) -> Weighing:
    rare = rarity.of(found)
    whole = rare * _standing(found, rarity.terms) * _frequency(found)
    places, weights = _heaviest(whole, found, rarity.terms)
    # The terms of the title come first.
    said = places < np.count_nonzero(found.uses[0])
    squares = np.where(said, weights**2, 0)
    shares = WHOLE * squares // max(1, int(squares.sum()))
    terms = found.numbers[places]
    vector = Vector(terms, weights, _news(whole[places], rarity.freshness(terms)), shares, sharpness(weights))
    return Weighing(rare, vector, np.flatnonzero(said), np.delete(found.numbers, places))


def _news(weights: Weights, freshness: Weights) -> Numbers:
    """What happens brings words of its own; what has been written for days is the affair it belongs to."""
    if not len(weights):
        return np.zeros(0, np.int64)
    squares = freshness * freshness
    news = weights * (OLD + squares * squares)
    return np.rint(UNIT * news / _length(news)).astype(np.int64)


def _length(weights: Weights) -> float:
    return math.sqrt(np.cumsum(weights * weights)[-1])  # in order, as bits go


def _standing(found: Reading, terms: Terms) -> Weights:
    return np.where(found.are_names | terms.are_numbers(found.numbers), 1.0, COMMON)


def _frequency(found: Reading) -> Weights:
    halves = HALVES @ found.uses
    return _frequencies(int(halves.max(initial=0)).bit_length())[halves]


@cache
def _frequencies(bits: int) -> Weights:
    """What so many halves of a use count."""
    uses = [halves / 2 for halves in range(1 << bits)]
    return np.array([1 + math.log(some) if some >= 1 else some for some in uses])


def _heaviest(weights: Weights, found: Reading, terms: Terms) -> tuple[Numbers, Numbers]:
    """Places of the heaviest terms, and what each weighs in a vector of unit length; of several that weigh
    the same by the alphabet.
    """
    length = _length(weights) if len(weights) else 0.0
    if not length:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    least = np.partition(weights, -MOST_TERMS)[-MOST_TERMS] if len(weights) > MOST_TERMS else 0.0
    places = np.flatnonzero(weights >= least)
    names = terms.names_of(found.numbers[places])
    ranked = sorted(zip((-weights[places]).tolist(), names, places.tolist(), strict=True))
    places = np.array([place for _, _, place in ranked[:MOST_TERMS]], np.int64)
    scaled = np.rint(UNIT * weights[places] / length).astype(np.int64)
    return places[scaled > 0], scaled[scaled > 0]
