"""Terms by numbers: what a word counts as, and what is known of a term by its form."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from services.enrich import kernels
from services.enrich.events.days import heads_of_days

STEM = 6
"""Letters of a word that are compared: what follows is mostly inflection or the tail of a compound."""
_BY_LENGTH = (0.3, 0.3, 0.3, 0.3, 0.1, 0.1, 0.03)
_SMALL_NUMBER, _NUMBER = 0.15, 0.02
SHARES = np.array((*_BY_LENGTH, _SMALL_NUMBER, _NUMBER))
"""The share of reports that a term is expected in, in any language: short words are frequent."""
SHARE, NUMBER, DAY = 15, 16, 32
"""What is in a form: the place of its share; whether it is a number, and whether it may tell a day."""
_WORDS_AT_HAND = 1 << 16
_ROOM = 1 << 10
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Forms = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int32]
Codes = npt.NDArray[np.uint64]


@lru_cache(maxsize=_WORDS_AT_HAND)
def term_of(word: str) -> str:
    folded = word.casefold()
    return folded if folded[0].isdigit() else folded[:STEM]


def form(term: str) -> int:
    return forms_of([term])[0]


def forms_of(terms: Iterable[str]) -> list[int]:
    """What is known of each by itself."""
    days, number = heads_of_days(STEM), NUMBER + len(_BY_LENGTH)
    return [
        (DAY if term in days else 0) | (number + (len(term) > 2) if term[0].isdigit() else len(term))
        for term in terms
    ]


class Terms(dict[str, int]):
    """A small number for each term that is at hand; those that are free are given out again."""

    def __init__(self) -> None:
        self.names: list[str] = []
        """By number, some of them free."""
        self.counts: Counts = np.zeros((_ROOM, 2), np.int32)
        """How many of those that are remembered have it, and how many of the latest of them."""
        self.forms: Forms = np.zeros(_ROOM, np.uint8)
        self.first: npt.NDArray[np.int32] = np.zeros(_ROOM, np.int32)
        """Places of terms, of those that were found distinct last; of others anything."""
        self.codes: Codes = np.zeros((_ROOM, 2), np.uint64)
        """By what a kernel knows a term; 0 of one that it does not know."""
        self.buckets: npt.NDArray[np.int32] = np.zeros(0, np.int32)
        """Numbers, where codes have a kernel look for them, and how many were put there."""
        self.taken = 0
        self._free: list[int] = []

    def numbers_of(self, terms: Sequence[str]) -> Numbers:
        numbers = list(map(self.get, terms))
        if None in numbers:
            self._add([term for term in dict.fromkeys(terms) if term not in self])
            numbers = list(map(self.__getitem__, terms))
        return np.array(numbers, np.int64)

    def are_numbers(self, numbers: Numbers) -> Flags:
        are_numbers: Flags = self.forms[numbers] & NUMBER != 0
        return are_numbers

    def names_of(self, numbers: Numbers) -> list[str]:
        names = self.names
        return [names[number] for number in numbers.tolist()]

    def spell(self, numbers: Numbers) -> str:
        """Their names, with blanks between."""
        fast = kernels.module("lexicon")
        return (fast and fast.spell(numbers, self)) or " ".join(self.names_of(numbers))

    def distinct(self, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """In order of first use, and the place among them of each use."""
        places = np.arange(len(numbers))
        self.first[numbers[::-1]] = places[::-1]  # of several uses the last one written is the first
        used = numbers[self.first[numbers] == places]
        self.first[used] = places[: len(used)]
        return used, self.first[numbers].astype(np.int64)

    def place_of(self, term: str, used: Numbers) -> int:
        """Where it is among those that were found distinct last; -1 where it is not."""
        number = self.get(term, -1)
        place: int = self.first.item(number)
        return place if 0 <= place < len(used) and used[place] == number else -1

    def drop(self, numbers: Numbers) -> None:
        self.codes[numbers] = 0
        free, names = numbers.tolist(), self.names
        for number in free:
            del self[names[number]]
        self._free += free

    def _add(self, terms: Sequence[str]) -> None:
        free, names = self._free, self.names
        numbers = [free.pop() if free else self._append() for _ in terms]
        for number, term in zip(numbers, terms, strict=True):
            self[term], names[number] = number, term
        self.forms[numbers] = forms_of(terms)

    def _append(self) -> int:
        number = len(self.names)
        self.names.append("")
        if number == len(self.forms):
            self._widen(2 * number)
        return number

    def _widen(self, room: int) -> None:
        for name in ("counts", "forms", "first", "codes"):
            old = getattr(self, name)
            wide = np.zeros((room, *old.shape[1:]), old.dtype)
            wide[: len(old)] = old
            setattr(self, name, wide)
