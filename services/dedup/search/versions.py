"""Versions of a search by number, in order of entering: what the index knows them by."""

from array import array
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from services.dedup.search.route import Numbers

_PARTS = 64
"""One dict of all ids would stand still for too long whenever it grows."""
_SLACK = 1024


class Versions:
    """Ids, times and samples of the versions that can be found."""

    def __init__(self) -> None:
        self._numbers: tuple[dict[str, int], ...] = tuple({} for _ in range(_PARTS))
        self._base = 0
        self._forgotten = 0
        """How many of the first are no longer there."""
        self._ids: list[str | None] = []
        self._at_us = array("q")
        self._samples = array("I")

    def enter(self, version: str, at_us: int, samples: int) -> int:
        number = self._base + len(self._ids)
        self._numbers[hash(version) % _PARTS][version] = number
        self._ids.append(version)
        self._at_us.append(at_us)
        self._samples.append(samples)
        return number

    def number(self, version: str) -> int | None:
        return self._numbers[hash(version) % _PARTS].get(version)

    def id(self, number: int) -> str | None:
        """None where it was forgotten."""
        return self._ids[number - self._base] if number >= self._base else None

    def columns(self, numbers: Numbers) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
        """Times and samples."""
        places = numbers - self._base
        return np.frombuffer(self._at_us, np.int64)[places], np.frombuffer(self._samples, np.uint32)[places]

    def forget(self, versions: Iterable[str]) -> Numbers:
        """Their numbers; ids that are not there are passed over."""
        gone = [self._numbers[hash(version) % _PARTS].pop(version, None) for version in versions]
        numbers = [number for number in gone if number is not None]
        for number in numbers:
            self._ids[number - self._base] = None
        self._trim()
        return np.array(numbers, np.int64)

    def __len__(self) -> int:
        return sum(map(len, self._numbers))

    def _trim(self) -> None:
        while self._forgotten < len(self._ids) and self._ids[self._forgotten] is None:
            self._forgotten += 1
        if self._forgotten > max(_SLACK, len(self._ids) // 16):
            for column in (self._ids, self._at_us, self._samples):
                del column[: self._forgotten]
            self._base += self._forgotten
            self._forgotten = 0
