"""What is kept of a story's text: its weightiest terms as a vector."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

import numpy as np
import numpy.typing as npt

from services.contracts.events import EventReport
from services.enrich.events.days import days_named
from services.enrich.events.lexicon import Lexicon
from services.enrich.events.rarity import Rarity
from services.enrich.events.terms import LEAD, Reading, family_name, read

UNIT = 1_000
"""The length of a vector; weights are whole numbers, so that sums do not depend on their order."""
WHOLE = 1_000
"""Of a headline; what a term weighs in it is a share of this."""
MOST_TERMS = 50
"""So many terms of a report are compared."""
_HALVES = np.array((8, 2, 1))
"""What a use in the title, in the lead and behind it counts, in halves of one in the lead."""
_THOUSANDTHS = 1_000
_COMMON = 0.6
"""What a term counts that is neither name nor number."""
Weights = npt.NDArray[np.float64]


def report(
    story_id: str,
    number: int,
    seen_at: datetime,
    *,
    title: str,
    text: str,
    people: Iterable[str] = (),
    rarity: Rarity,
    lexicon: Lexicon,
) -> EventReport:
    """The report as it is compared, by what is rare as of now. `people`: the names of those it names."""
    found = read(title, text, lexicon)
    rare = rarity.of(found)
    words = _vector(found.terms, rare * _standing(found) * _frequency(found))
    said = set(found.terms[: np.count_nonzero(found.uses[0])])  # the title's come first
    lead = found.words.title + LEAD
    return EventReport(
        story_id=story_id,
        number=number,
        seen_at=seen_at,
        words=words,
        others=" ".join([term for term in found.terms if term not in words]),
        headline=_shares({term: weight**2 for term, weight in words.items() if term in said}),
        days=days_named(found.words.words, found.days, lead, seen_at.astimezone(UTC).date()),
        people=_people(people, found.terms, rare),
    )


def terms_of(kept: EventReport) -> Sequence[str]:
    """All its terms, each once."""
    return (*kept.words, *kept.others.split())


def share_people(one: EventReport, other: EventReport) -> int:
    """How rare those are, taken together, whom both name: by what was rare when one was read."""
    named = other.people
    return sum([rare for person, rare in one.people.items() if person in named])


def cosine(one: Mapping[str, int], other: Mapping[str, int]) -> int:
    """Of two vectors, in millionths."""
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def told(one: EventReport, other: EventReport) -> int:
    """How much of what either headline says the other report has among its words: of the lesser
    share the thousandths.
    """
    share = share_told(one, other)
    return share and min(share, share_told(other, one))


def sharpness(words: Mapping[str, int]) -> float:
    """The length of a vector whose weights are squared: see `Likeness.affinity`."""
    return math.sqrt(sum(weight**4 for weight in words.values()))


def share_told(one: EventReport, other: EventReport) -> int:
    """How much of what the headline of one says the other has among its words."""
    words = other.words
    return sum([share for term, share in one.headline.items() if term in words])


def _people(named: Iterable[str], terms: Sequence[str], rare: Weights) -> dict[str, int]:
    """Of those whose family names are among the terms that are read; the rarest pair of signs of one
    that is written without blanks.
    """
    known = dict(zip(terms, rare.tolist(), strict=True))
    found = {}
    for name in named:
        pieces = [piece for piece in family_name(name) if piece in known]
        if pieces:
            rarest = max(pieces, key=known.__getitem__)
            found[rarest] = round(_THOUSANDTHS * known[rarest])
    return found


def _standing(found: Reading) -> Weights:
    return np.where(found.are_names | found.are_numbers, 1.0, _COMMON)


def _frequency(found: Reading) -> Weights:
    halves = _HALVES @ found.uses
    return _frequencies(int(halves.max(initial=0)).bit_length())[halves]


@cache
def _frequencies(bits: int) -> Weights:
    """What so many halves of a use count."""
    uses = [halves / 2 for halves in range(1 << bits)]
    return np.array([1 + math.log(some) if some >= 1 else some for some in uses])


def _shares(weights: Mapping[str, int]) -> dict[str, int]:
    whole = sum(weights.values())
    return {term: WHOLE * weight // whole for term, weight in weights.items()}


def _vector(terms: Sequence[str], weights: Weights) -> dict[str, int]:
    """Of the heaviest; of several that weigh the same those that come first by the alphabet."""
    length = math.sqrt(np.cumsum(weights * weights)[-1]) if len(weights) else 0.0  # in order, as bits go
    if not length:
        return {}
    least = np.partition(weights, -MOST_TERMS)[-MOST_TERMS] if len(weights) > MOST_TERMS else 0.0
    places = np.flatnonzero(weights >= least)
    scaled = np.rint(UNIT * weights[places] / length).astype(np.int64)
    names = [terms[place] for place in places.tolist()]
    heaviest = sorted(zip((-weights[places]).tolist(), names, scaled.tolist(), strict=True))
    return {term: weight for _, term, weight in heaviest[:MOST_TERMS] if weight}
