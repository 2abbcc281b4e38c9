"""Terms by numbers: what a word counts as, and what is known of a term by its form."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from services.enrich.events.days import heads_of_days

STEM = 6
"""Letters of a word that are compared: what follows is mostly inflection or the tail of a compound."""
_NUMBER, _SMALL_NUMBER = 0.02, 0.15
_BY_LENGTH = (0.3, 0.3, 0.3, 0.3, 0.1, 0.1, 0.03)
"""The last of them is that of longer ones too."""
_WORDS_AT_HAND = 1 << 16
_ROOM = 1 << 10
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.uint64]


@lru_cache(maxsize=_WORDS_AT_HAND)
def term_of(word: str) -> str:
    folded = word.casefold()
    return folded if folded[0].isdigit() else folded[:STEM]


def expected(term: str) -> float:
    """The share of reports that a term of this form is in, in any language: short words are frequent."""
    if term[0].isdigit():
        return _NUMBER if len(term) > 2 else _SMALL_NUMBER
    return _BY_LENGTH[min(len(term), len(_BY_LENGTH) - 1)]


class Terms(dict[str, int]):
    """A small number for each term that is at hand; those that are free are given out again."""

    def __init__(self) -> None:
        self.names: list[str] = []
        """By number, some of them free."""
        self.reports: Numbers = np.zeros(_ROOM, np.int64)
        """How many of those that are remembered have it."""
        self.expected: npt.NDArray[np.float64] = np.zeros(_ROOM)
        self.are_numbers: Flags = np.zeros(_ROOM, np.bool_)
        self.may_tell_a_day: Flags = np.zeros(_ROOM, np.bool_)
        self.first: Numbers = np.zeros(_ROOM, np.int64)
        """Of what counts terms, while it does."""
        self.codes: Codes = np.zeros((_ROOM, 2), np.uint64)
        """By what a kernel knows a term; 0 of one that it does not know."""
        self.buckets: npt.NDArray[np.int32] = np.zeros(0, np.int32)
        """Numbers, where codes have a kernel look for them, and how many were put there."""
        self.taken = 0
        self._free: list[int] = []

    def numbers_of(self, terms: Iterable[str]) -> Numbers:
        return np.array([self[term] for term in terms], np.int64)

    def names_of(self, numbers: Numbers) -> list[str]:
        names = self.names
        return [names[number] for number in numbers.tolist()]

    def distinct(self, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """In order of first use, and the place among them of each use."""
        places = np.arange(len(numbers))
        self.first[numbers[::-1]] = places[::-1]  # of several uses the last one written is the first
        first = self.first[numbers]
        leads = first == places
        return numbers[leads], (np.cumsum(leads) - 1)[first]

    def drop(self, number: int) -> None:
        del self[self.names[number]]
        self.codes[number] = 0
        self._free.append(number)

    def __missing__(self, term: str) -> int:
        number = self[term] = self._free.pop() if self._free else self._append()
        self.names[number] = term
        self.expected[number] = expected(term)
        self.are_numbers[number] = term[0].isdigit()
        self.may_tell_a_day[number] = term in heads_of_days(STEM)
        return number

    def _append(self) -> int:
        number = len(self.names)
        self.names.append("")
        if number == len(self.reports):
            self._widen(2 * number)
        return number

    def _widen(self, room: int) -> None:
        for name in ("reports", "expected", "are_numbers", "may_tell_a_day", "first", "codes"):
            old = getattr(self, name)
            wide = np.zeros((room, *old.shape[1:]), old.dtype)
            wide[: len(old)] = old
            setattr(self, name, wide)
