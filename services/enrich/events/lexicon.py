"""What is known of words by themselves: the term each counts as, and whether it may tell a day."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.enrich.events.days import may_tell_a_day

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
        self.names: list[str] = []
        """By number."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self.names)
        self.names.append(term)
        self.lengths[number] = len(term)
        self.are_numbers[number] = term[0].isdigit()
        return number


class Lexicon:
    """Words and terms by numbers, which hold until the next words are looked up: it begins anew when full."""

    def __init__(self, room: int = _WORDS_AT_HAND) -> None:
        self._room = room
        self._begin(room)

    def _begin(self, room: int) -> None:
        self._words: dict[str, int] = {}
        self.terms = Terms(room)
        self.term_of: Numbers = np.zeros(room, np.int64)
        self.may_tell_a_day: Flags = np.zeros(room, np.bool_)
        self._first: Numbers = np.zeros(room, np.int64)

    def numbers_of(self, words: Sequence[str]) -> Numbers:
        if len(self._words) + len(words) > len(self.term_of):
            self._begin(max(self._room, len(words)))
        if fresh := set(words).difference(self._words):
            self._learn(list(fresh))
        return np.fromiter(map(self._words.__getitem__, words), np.int64, len(words))

    def distinct(self, terms: Numbers) -> tuple[Numbers, Numbers]:
        """Terms in order of first use, and the place among them of each use."""
        places = np.arange(len(terms))
        self._first[terms[::-1]] = places[::-1]  # of several uses the last one written is the first
        first = self._first[terms]
        leads = first == places
        return terms[leads], (np.cumsum(leads) - 1)[first]

    def _learn(self, words: list[str]) -> None:
        begin, end = len(self._words), len(self._words) + len(words)
        self._words.update(zip(words, range(begin, end), strict=True))
        folded = [word.casefold() for word in words]
        terms = [word if word[0].isdigit() else word[:STEM] for word in folded]
        self.term_of[begin:end] = list(map(self.terms.__getitem__, terms))
        self.may_tell_a_day[begin:end] = list(map(may_tell_a_day, folded))
