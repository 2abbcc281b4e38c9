"""Versions of a search by number, in order of entering: what its indexes know them by."""

from array import array
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from services.dedup.memory import ids
from services.dedup.memory.parts import Holding, gather, pack_facts, scatter, unpack_facts
from services.dedup.search.route import Numbers
from services.stream.service import Parts

Places = npt.NDArray[np.uint32]
_SLACK = 1024
_MANY = 8
FORGOTTEN = 0xFFFFFFFF


class Versions:
    """Ids and samples of the versions that can be found, each entered once until it is forgotten.

    Numbers are never used again and those of the oldest leave together; so what is known of a version
    stands under a place that is used again.
    """

    def __init__(self) -> None:
        self._ids = ids.Ids()
        self._places = ids.IdTable(self._ids)
        self._free = ids.Numbers()
        self._numbers, self._samples = array("I"), array("I")
        self._base = 0
        self._place_of = array("I")
        """By number, from the base on."""
        self._passed = 0
        """How many of those at the base are forgotten."""

    def enter(self, version: str, samples: int) -> int:
        """Its number."""
        number = self._base + len(self._place_of)
        place = self._free.take()
        key = ids.key_of(version)
        self._ids.put(place, version, key)
        self._places.set(key, place)
        self._place_of.append(place)
        if place == len(self._numbers):
            self._numbers.append(number)
            self._samples.append(samples)
        else:
            self._numbers[place], self._samples[place] = number, samples
        return number

    def number(self, version: str) -> int | None:
        place = self._places.get(ids.key_of(version))
        return None if place is None else self._numbers[place]

    def id(self, number: int) -> str | None:
        """None where it was forgotten."""
        place = self._place(number)
        return None if place == FORGOTTEN else self._ids[place]

    def ids(self, numbers: Numbers) -> list[str | None]:
        """`id` of each."""
        if len(numbers) < _MANY:
            return [self.id(number) for number in numbers.tolist()]
        there = np.flatnonzero(self.are_there(numbers))
        found: list[str | None] = [None] * len(numbers)
        places = np.frombuffer(self._place_of, np.uint32)[numbers[there] - self._base]
        for at, version in zip(there.tolist(), self._ids.names(places), strict=True):
            found[at] = version
        return found

    def are_there(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        places = np.frombuffer(self._place_of, np.uint32)
        there: npt.NDArray[np.bool_] = places[np.maximum(numbers - self._base, 0)] != FORGOTTEN
        return there & (numbers >= self._base)

    def samples(self, numbers: Numbers) -> npt.NDArray[np.uint32]:
        """Of versions that are there."""
        places = np.frombuffer(self._place_of, np.uint32)[numbers - self._base]
        return np.frombuffer(self._samples, np.uint32)[places]

    def columns(self) -> tuple[Places, Places, int]:
        """Places by number from a base on, what has samples by place, and the base: to be read and let go."""
        return np.frombuffer(self._place_of, np.uint32), np.frombuffer(self._samples, np.uint32), self._base

    def forget(self, versions: Iterable[str]) -> Numbers:
        """The numbers they had; what is not there is passed over."""
        gone = []
        for version in versions:
            key = ids.key_of(version)
            place = self._places.get(key)
            if place is not None:
                self._places.pop(key)
                self._free.give_back(place)
                gone.append(self._numbers[place])
                self._place_of[gone[-1] - self._base] = FORGOTTEN
        self._trim()
        return np.array(gone, np.int64)

    def __len__(self) -> int:
        return len(self._places)

    def nbytes(self) -> int:
        columns = (self._numbers, self._samples, self._place_of)
        return sum(c.itemsize * len(c) for c in columns) + self._ids.nbytes() + self._places.nbytes()

    def save(self) -> Parts:
        return gather(self._holding()) | {"base": pack_facts((self._base, self._passed))}

    def load(self, parts: Parts) -> None:
        scatter(self._holding(), parts)
        self._base, self._passed = unpack_facts(parts["base"], tuple[int, int])

    def _holding(self) -> Holding:
        return {
            "ids": self._ids,
            "places": self._places,
            "free": self._free,
            "numbers": self._numbers,
            "samples": self._samples,
            "place_of": self._place_of,
        }

    def _place(self, number: int) -> int:
        return self._place_of[number - self._base] if number >= self._base else FORGOTTEN

    def _trim(self) -> None:
        while self._passed < len(self._place_of) and self._place_of[self._passed] == FORGOTTEN:
            self._passed += 1
        if self._passed > max(_SLACK, len(self._place_of) // 16):
            del self._place_of[: self._passed]
            self._base += self._passed
            self._passed = 0
