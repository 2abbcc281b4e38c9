"""How rare a term is in what is remembered, how rare it is taken to be before anything was seen, and how
much of what has it was written lately.
"""

import math

import numpy as np
import numpy.typing as npt

from services.enrich.events.lexicon import SHARE, SHARES, Numbers, Terms
from services.enrich.events.terms import Reading

UNSEEN = 100
"""For so many reports the guess by a term's form stands; what is seen outweighs it from there on."""
NAME = 0.01
"""The share of reports that a name is expected in."""


class Rarity:
    """Over the reports that are remembered."""

    def __init__(self) -> None:
        self.reports = 0
        self.lately = 0
        """How many of them are the latest ones."""
        self.terms = Terms()

    def count(self, terms: Numbers) -> None:
        """Each term once."""
        self.reports += 1
        self.lately += 1
        self.terms.counts[terms] += 1

    def age(self, terms: npt.NDArray[np.int32]) -> None:
        """Those of a report that is none of the latest any more."""
        self.lately -= 1
        self.terms.counts[terms, 1] -= 1

    def discount(self, terms: npt.NDArray[np.int32]) -> Numbers:
        """Of a report that is none of the latest; gives those whose numbers are free now."""
        self.reports -= 1
        left = self.terms.counts[terms, 0] - 1
        self.terms.counts[terms, 0] = left
        over: Numbers = terms[left == 0].astype(np.int64)
        self.terms.drop(over)
        return over

    def of(self, found: Reading) -> npt.NDArray[np.float64]:
        """Of each term its inverse document frequency; 0 for what is in nearly all reports."""
        numbers = found.numbers
        are_names = found.are_names & ~self.terms.are_numbers(numbers)
        expected = np.where(are_names, NAME, SHARES[self.terms.forms[numbers] & SHARE])
        shares = (self.terms.counts[numbers, 0] + UNSEEN * expected + 0.5) / (self.reports + UNSEEN + 1)
        # numpy's logarithm may differ in the last bit from one processor to another.
        logs = np.fromiter(map(math.log, shares.tolist()), np.float64, len(shares))
        return np.maximum(0.0, -logs)

    def freshness(self, numbers: Numbers) -> npt.NDArray[np.float64]:
        """How much of what is written with each term is written now: half of it where it is written as ever,
        all where it was not before.
        """
        reports, lately = self.terms.counts[numbers, 0], self.terms.counts[numbers, 1]
        now = (lately + 1) / (self.lately + 1)
        before = (reports - lately) / (self.reports - self.lately + UNSEEN)
        fresh: npt.NDArray[np.float64] = now / (now + before)
        return fresh
