"""How rare a term is in what was seen lately, and how rare it is taken to be before anything was seen."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.enrich.events.lexicon import Numbers
from services.enrich.events.terms import Reading

_UNSEEN = 100
"""For so many reports the guess by a term's form stands; what is seen outweighs it from there on."""
_NAME, _NUMBER, _SMALL_NUMBER = 0.01, 0.02, 0.15
_BY_LENGTH = np.array((0.3, 0.3, 0.3, 0.3, 0.1, 0.1, 0.03))
"""The last of them is that of longer ones too."""


def expected(found: Reading) -> npt.NDArray[np.float64]:
    """The share of reports that a term of this form is in, in any language: short words are frequent."""
    words = np.where(found.are_names, _NAME, _BY_LENGTH[np.minimum(found.lengths, len(_BY_LENGTH) - 1)])
    return np.where(found.are_numbers, np.where(found.lengths > 2, _NUMBER, _SMALL_NUMBER), words)


class Slots(dict[str, int]):
    """A small number for each term that is remembered; those that are free are given out again."""

    def __init__(self) -> None:
        self.terms: list[str] = []
        """By slot, some of them free."""
        self._free: list[int] = []

    def __missing__(self, term: str) -> int:
        if self._free:
            slot = self[term] = self._free.pop()
            self.terms[slot] = term
        else:
            slot = self[term] = len(self.terms)
            self.terms.append(term)
        return slot

    def drop(self, slot: int) -> None:
        del self[self.terms[slot]]
        self._free.append(slot)


class Rarity:
    """Over the reports that are remembered."""

    def __init__(self) -> None:
        self._reports = 0
        self.slots = Slots()
        self._with: Numbers = np.zeros(1 << 10, np.int64)
        """Reports by slot."""

    def count(self, terms: Sequence[str]) -> Numbers:
        """Each term once. Gives their slots."""
        self._reports += 1
        slots = np.fromiter(map(self.slots.__getitem__, terms), np.int64, len(terms))
        if (room := len(self.slots.terms)) > len(self._with):
            self._with = np.concatenate((self._with, np.zeros(room, np.int64)))
        self._with[slots] += 1
        return slots

    def discount(self, slots: Numbers) -> Numbers:
        """Gives the slots that are free now."""
        self._reports -= 1
        left = self._with[slots] - 1
        self._with[slots] = left
        over: Numbers = slots[left == 0]
        for slot in over.tolist():
            self.slots.drop(slot)
        return over

    def of(self, found: Reading) -> npt.NDArray[np.float64]:
        """Of each term its inverse document frequency; 0 for what is in nearly all reports."""
        slots = np.array([self.slots.get(term, -1) for term in found.terms], np.int64)
        there = np.where(slots < 0, 0, self._with[slots])
        shares = (there + _UNSEEN * expected(found) + 0.5) / (self._reports + _UNSEEN + 1)
        # numpy's logarithm may differ in the last bit from one processor to another.
        logs = np.fromiter(map(math.log, shares.tolist()), np.float64, len(shares))
        return np.maximum(0.0, -logs)
