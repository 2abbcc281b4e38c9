"""What is kept of a story's text: its weightiest terms as a vector."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from services.contracts.events import EventReport
from services.enrich.events.days import days_named
from services.enrich.events.rarity import Rarity
from services.enrich.events.terms import LEAD, Use, split, uses

UNIT = 1_000
"""The length of a vector; weights are whole numbers, so that sums do not depend on their order."""
MOST_TERMS = 50
"""So many terms of a report are compared."""
_TITLE, _REST = 4.0, 0.5
"""What a use in the title and one behind the lead count, beside one in the lead."""
_COMMON = 0.6
"""What a term counts that is neither name nor number."""


def report(
    story_id: str, number: int, seen_at: datetime, *, title: str, text: str, rarity: Rarity
) -> EventReport:
    """The report as it is compared, by what is rare as of now."""
    parts = split(title, text)
    found = uses(parts)
    weights = {
        term: rare * _standing(use) * _frequency(use)
        for (term, use), rare in zip(found.items(), rarity.of(found), strict=True)
    }
    heaviest = sorted((-weight, term) for term, weight in weights.items())[:MOST_TERMS]
    words = _vector({term: -weight for weight, term in heaviest}, weights)
    return EventReport(
        story_id=story_id,
        number=number,
        seen_at=seen_at,
        words=words,
        others=" ".join(term for term in found if term not in words),
        headline=_shares({term: words[term] ** 2 for term in words if found[term].title}),
        days=days_named(
            [*parts.title, *parts.body], parts.marks, len(parts.title) + LEAD, seen_at.astimezone(UTC).date()
        ),
    )


def terms_of(kept: EventReport) -> Iterable[str]:
    """All its terms, each once."""
    return (*kept.words, *kept.others.split())


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


def sharpness(words: Mapping[str, int]) -> float:
    """The length of a vector whose weights are squared: see `Likeness.affinity`."""
    return math.sqrt(sum(weight**4 for weight in words.values()))


def _share_told(one: EventReport, other: EventReport) -> int:
    words = other.words
    return sum([share for term, share in one.headline.items() if term in words])


@lru_cache(maxsize=1 << 12)
def _standing(use: Use) -> float:
    return 1.0 if use.name or use.number else _COMMON


@lru_cache(maxsize=1 << 12)
def _frequency(use: Use) -> float:
    uses_ = _TITLE * use.title + use.lead + _REST * use.rest
    return 1 + math.log(uses_) if uses_ >= 1 else uses_


def _shares(weights: Mapping[str, int]) -> dict[str, int]:
    """Of a whole of a thousand."""
    whole = sum(weights.values())
    return {term: 1_000 * weight // whole for term, weight in weights.items()}


def _vector(kept: Mapping[str, float], whole: Mapping[str, float]) -> dict[str, int]:
    length = math.sqrt(sum(weight * weight for weight in whole.values()))
    if not length:
        return {}
    scaled = ((term, round(UNIT * weight / length)) for term, weight in kept.items())
    return {term: weight for term, weight in scaled if weight}
