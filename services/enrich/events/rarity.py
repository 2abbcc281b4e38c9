"""How rare a term is in what was seen lately, and how rare it is taken to be before anything was seen."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from services.enrich.events.terms import Use

_UNSEEN = 100
"""For so many reports the guess by a term's form stands; what is seen outweighs it from there on."""
_NAME, _NUMBER, _SMALL_NUMBER = 0.01, 0.02, 0.15
_BY_LENGTH = (0.3, 0.3, 0.3, 0.3, 0.1, 0.1)
_LONG = 0.03


@lru_cache(maxsize=1 << 12)
def expected(use: Use) -> float:
    """The share of reports that a term of this form is in, in any language: short words are frequent."""
    if use.number:
        return _NUMBER if use.length > 2 else _SMALL_NUMBER
    if use.name:
        return _NAME
    return _BY_LENGTH[use.length] if use.length < len(_BY_LENGTH) else _LONG


class Rarity:
    """Over the reports that are remembered."""

    def __init__(self) -> None:
        self._reports = 0
        self._with: Counter[str] = Counter()

    def count(self, terms: Iterable[str]) -> None:
        self._reports += 1
        self._with.update(terms)

    def discount(self, terms: Iterable[str]) -> None:
        self._reports -= 1
        for term in terms:
            self._with[term] -= 1
            if not self._with[term]:
                del self._with[term]

    def of(self, found: Mapping[str, Use]) -> list[float]:
        """Of each term its inverse document frequency; 0 for what is in nearly all reports."""
        there, whole = self._with.get, self._reports + _UNSEEN + 1
        shares = [(there(term, 0) + _UNSEEN * expected(use) + 0.5) / whole for term, use in found.items()]
        return [max(0.0, -math.log(share)) for share in shares]
