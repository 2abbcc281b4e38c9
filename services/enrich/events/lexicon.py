"""What is known of words by themselves: the term each counts as, and whether it may tell a day."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.enrich.events.days import heads_of_days

STEM = 6
"""Letters of a word that are compared: what follows is mostly inflection or the tail of a compound."""
_WORDS_AT_HAND = 1 << 16
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Terms(dict[str, int]):
    """Terms by numbers."""

    def __init__(self, room: int) -> None:
        self.lengths: Numbers = np.zeros(room, np.int64)
        self.are_numbers: Flags = np.zeros(room, np.bool_)
        self.may_tell_a_day: Flags = np.zeros(room, np.bool_)
        self.names: list[str] = []
        """By number."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self.names)
        self.names.append(term)
        self.lengths[number] = len(term)
        self.are_numbers[number] = term[0].isdigit()
        self.may_tell_a_day[number] = term in heads_of_days(STEM)
        return number


def term_of(word: str) -> str:
    folded = word.casefold()
    return folded if folded[0].isdigit() else folded[:STEM]


class Lexicon:
    """Terms of words by numbers, which hold until the next words are looked up: it begins anew when full."""

    def __init__(self, room: int = _WORDS_AT_HAND) -> None:
        self._room = room
        self._begin(room)

    def _begin(self, room: int) -> None:
        self._term_of: dict[str, int] = {}
        """By word."""
        self.terms = Terms(room)
        self._first: Numbers = np.zeros(room, np.int64)

    def terms_of(self, words: Sequence[str]) -> Numbers:
        if len(self._term_of) + len(words) > len(self._first):
            self._begin(max(self._room, len(words)))
        numbers = list(map(self._term_of.get, words))
        if None in numbers:
            for place in [place for place, number in enumerate(numbers) if number is None]:
                numbers[place] = self._learn(words[place])
        return np.array(numbers, np.int64)

    def distinct(self, terms: Numbers) -> tuple[Numbers, Numbers]:
        """Terms in order of first use, and the place among them of each use."""
        places = np.arange(len(terms))
        self._first[terms[::-1]] = places[::-1]  # of several uses the last one written is the first
        first = self._first[terms]
        leads = first == places
        return terms[leads], (np.cumsum(leads) - 1)[first]

    def _learn(self, word: str) -> int:
        term = self._term_of[word] = self.terms[term_of(word)]
        return term
