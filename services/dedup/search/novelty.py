"""Text that keeps coming back is no evidence: on how many earlier days was a shingle seen?

Causal and independent of arrival: a day counts only once it is closed, and what is asked about an
article of day D is answered from the days before D alone.

A closed day is a Bloom filter (Bloom 1970) of what `Sightings` kept of it, as large as that asks for. The
filters of all days lie in one table, a bit a day: slot i has bit i of each, and one look asks them all. The
filter of a quiet day is stretched over a table that a busy one needs; so a table that grew and shrank holds
the same as one that is made anew, and how it was filled makes no difference. Where a day was sampled, a
shingle that no sample has is as novel as the nearest in the text that one has: worn phrases are long.
"""

from collections.abc import Collection
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from services.dedup import kernels
from services.dedup.memory.parts import array_of, gather, pack_facts, scatter
from services.dedup.search.sightings import Bound, Sightings, sampled
from services.dedup.text.shingles import Hashes, Numbers, mix
from services.stream.service import Parts, buffer

Days = npt.NDArray[np.uint8]
Slots = npt.NDArray[np.uint32] | npt.NDArray[np.uint64]
"""A bit for each day."""
Bits = np.uint32 | np.uint64
PROBES = 5
SLOTS_EACH = 12
"""Of a filter for each sighting, at least: one shingle in 200 is then seen on a day on which it was not, one
in 2,000 on three days of thirty. Seldom are all days as full."""
UNKNOWN = 255
"""Days of what no sample has."""
_LEAST_BITS = 21
"""A day of a hundred articles is known to the last shingle: folded apart, by language, it reads alike."""
_DENSE_BITS = 21
"""Slots up to which a day is kept whole, or every other shingle of it."""
_NARROW = 30
"""Days of a window for which slots of 32 bits do: today has one, too, and the day that just left."""
QUIET_BITS = 21
"""Up to this size a day is put into the table when it closes, which takes a millisecond or two: what is seen
today would be as many places of a large memory to fetch for each article."""
_SWEEPS = 1024
_WEEK = 7


class Filter(NamedTuple):
    """Of a closed day."""

    level: int
    """Of its sample."""
    bits: int
    """Of its size."""


class KnownDays(NamedTuple):
    """Of the days that are known, but for what was seen on them."""

    today: int | None
    open: list[int]
    closed: dict[int, Filter]
    leaving: int
    swept: int


_KNOWN_DAYS = msgspec.msgpack.Decoder(KnownDays)


class Place(NamedTuple):
    """Where a day stands in the table."""

    rows: Slots
    """A row is a slot of its filter."""
    level: int
    shift: np.uint64
    bit: Bits


class Novelty:
    """Day counts of shingles over a sliding window of closed days."""

    def __init__(self, *, days: int, bits: int) -> None:
        """At most 2**bits bytes are taken for closed days."""
        self._days = days
        self._kind = np.dtype(np.uint32 if days <= _NARROW else np.uint64)
        most = (1 << bits) // self._kind.itemsize
        self.bound = Bound(min(most, 1 << _DENSE_BITS) // SLOTS_EACH, most // SLOTS_EACH)
        """Of the sample of a day."""
        self._least = min(_LEAST_BITS, most.bit_length() - 1)
        self._slots: Slots = np.zeros(1 << self._least, self._kind)
        self._open: dict[int, Sightings] = {}
        self._closed: dict[int, Filter] = {}
        self._today: int | None = None
        self.level = 0
        """A shingle is counted where its hash ends with so many zero bits."""
        self._every = self._bits(())
        """The bits of all closed days."""
        self._leaving, self._swept = self._bits(()), 0
        """The bits of days that left the window, and of how many slots they are cleared."""
        self._expected: Filter | None = None
        """What today will be, if it becomes like the day a week ago."""
        self._place: Place | None = None
        """Where it will stand then, if it is a busy one."""

    def days(self, unique: Hashes, numbers: Numbers) -> Days:
        """On how many closed days each of the distinct shingles of a text was seen, at most 254.

        `numbers` has for each shingle of the text, in order, its place among the distinct ones.
        """
        compiled = kernels.module("novelty")
        if compiled is not None:
            days: Days = compiled.days(self._slots, self._every, self._shift, self.level, unique, numbers)
            return days
        days = self._counted(unique)
        if not self.level or not len(unique):
            return days
        days[unique & np.uint64((1 << self.level) - 1) != 0] = UNKNOWN
        return _spread(days, numbers)

    def add(self, day: int, shingles: Hashes) -> bool:
        """Note shingles seen on a day. False where the day is closed: it stays as it was."""
        if not self._sight(day, shingles):
            return False
        if day == self._today:
            self._draft(day, shingles)
            self._sweep(len(self._slots) // _SWEEPS)
        return True

    def take_day(self, day: int, seen: Sightings) -> None:
        """Note all that was seen on a day, of which nothing was noted yet."""
        self._open[day] = seen
        if day == self._today:
            self._draft(day, seen.hashes())

    def is_open(self, day: int) -> bool:
        """Whether what is seen on that day counts."""
        return self._today is None or day >= self._today

    def take(self, day: int, unique: Hashes, numbers: Numbers) -> tuple[Days, bool]:
        """`days` of a text, and `add` of its shingles: what either looks at lies in the same places."""
        compiled, place = kernels.module("novelty"), self._place
        if compiled is None or place is None or day != self._today:
            return self.days(unique, numbers), self.add(day, unique)
        counted = self._sight(day, unique)
        if self._open[day].level > place.level:
            days: Days = self.days(unique, numbers)
        else:
            days = compiled.take(
                self._slots,
                self._every,
                self._shift,
                self.level,
                unique,
                numbers,
                place.rows.shape[1],
                place.level,
                place.bit,
            )
        self._sweep(len(self._slots) // _SWEEPS)
        return days, counted

    def advance(self, today: int) -> None:
        """Close every day before `today` and forget days out of the window."""
        if self._today == today:
            return
        first = today - self._days
        self._sweep(len(self._slots))
        gone = [day for day in (*self._closed, *self._open) if day < first]
        self._leaving |= self._bits(gone)
        for day in gone:
            self._closed.pop(day, None)
            self._open.pop(day, None)
        if self._today != today - 1:  # their places are not only those of days to come
            self._sweep(len(self._slots))
        for day in sorted(day for day in self._open if day < today):
            self._close(day, self._open.pop(day))
        self._fit(max((day.bits for day in self._closed.values()), default=0))
        self._today = today
        self._look_ahead()
        if today in self._open:
            self._draft(today, self._open[today].hashes())

    def _look_ahead(self) -> None:
        """What follows from the closed days."""
        self._every = self._bits(self._closed)
        self.level = max((day.level for day in self._closed.values()), default=0)
        if self._today is not None:
            self._expected = self._closed.get(self._today - _WEEK, self._closed.get(self._today - 1))
            is_busy = self._expected is not None and self._expected.bits > QUIET_BITS
            self._place = self._placed(self._today, self._expected) if is_busy and self._expected else None

    @property
    def counted(self) -> float:
        """Share of all shingles whose days are known."""
        return 0.5**self.level

    def nbytes(self) -> int:
        return self._slots.nbytes + sum(seen.nbytes() for seen in self._open.values())

    def save(self) -> Parts:
        days = KnownDays(self._today, list(self._open), self._closed, int(self._leaving), self._swept)
        opened = {str(day): seen for day, seen in self._open.items()}
        return {"slots": self._slots, "days": pack_facts(days), **gather(opened)}

    def load(self, parts: Parts) -> None:
        days = _KNOWN_DAYS.decode(buffer(parts["days"]))
        self._slots = array_of(parts["slots"], self._kind)
        self._open = {day: Sightings(self.bound) for day in days.open}
        scatter({str(day): seen for day, seen in self._open.items()}, parts)
        self._closed, self._today = days.closed, days.today
        self._leaving, self._swept = self._slot(days.leaving), days.swept
        self._look_ahead()

    @property
    def _shift(self) -> np.uint64:
        return np.uint64(64 - (len(self._slots).bit_length() - 1))

    def _bits(self, days: Collection[int]) -> Bits:
        """Those of these days in a slot."""
        width = 8 * self._kind.itemsize
        return self._slot(sum(1 << day % width for day in days))

    def _slot(self, bits: int) -> Bits:
        return np.uint32(bits) if self._kind == np.uint32 else np.uint64(bits)

    def _counted(self, hashes: Hashes) -> Days:
        found = np.full(len(hashes), self._every)
        for places in _probes(hashes, self._shift):
            found &= self._slots[places]
        return np.bitwise_count(found)

    def _sight(self, day: int, shingles: Hashes) -> bool:
        """Note them, but not where they will stand. False where the day is closed."""
        if not self.is_open(day):
            return False
        if day not in self._open:
            self._open[day] = Sightings(self.bound)
        self._open[day].add(shingles)
        return True

    def _draft(self, day: int, shingles: Hashes) -> None:
        """Put what is seen today where it will stand if today becomes like the day a week ago: then nothing
        is left to do when it closes. Nobody looks at it before.
        """
        if self._place is not None and self._open[day].level <= self._place.level:
            _mark(self._place, shingles)

    def _close(self, day: int, seen: Sightings) -> None:
        hashes = seen.hashes()
        made = Filter(seen.level, max(self._least, (SLOTS_EACH * len(hashes) - 1).bit_length()))
        self._closed[day] = made
        if day == self._today and self._expected is not None:
            if made != self._expected:
                self._slots &= ~self._bits([day])
            elif self._place is not None:
                return
        if len(self._slots) < 1 << made.bits:
            self._fit(made.bits)
        _mark(self._placed(day, made), hashes)

    def _placed(self, day: int, made: Filter) -> Place:
        rows = self._slots.reshape(1 << made.bits, -1)
        return Place(rows, made.level, np.uint64(64 - made.bits), self._bits([day]))

    def _sweep(self, count: int) -> None:
        """Clear of so many slots the bits of days that left the window, which days to come will have."""
        if not self._leaving:
            return
        self._slots[self._swept : self._swept + count] &= ~self._leaving
        self._swept += count
        if self._swept >= len(self._slots):
            self._swept, self._leaving = 0, self._bits(())

    def _fit(self, bits: int) -> None:
        """Have as many slots as the largest day asks for. Its days are the same in a larger table."""
        wanted = 1 << max(self._least, bits)
        if wanted != len(self._slots):
            self._sweep(len(self._slots))
        if wanted > len(self._slots):
            stretched: Slots = self._slots.repeat(wanted // len(self._slots))
            self._slots = stretched
        elif wanted < len(self._slots):
            self._slots = self._slots[:: len(self._slots) // wanted].copy()


def _mark(place: Place, hashes: Hashes) -> None:
    compiled = kernels.module("novelty")
    if compiled is not None:
        compiled.mark(place.rows, hashes, place.level, place.shift, place.bit)
        return
    for places in _probes(sampled(hashes, place.level), place.shift):
        place.rows[places] |= place.bit


def _probes(hashes: Hashes, shift: np.uint64) -> list[npt.NDArray[np.intp]]:
    places = []
    for _ in range(PROBES):
        places.append((hashes >> shift).view(np.intp))
        hashes = mix(hashes)
    return places


def _spread(days: Days, numbers: Numbers) -> Days:
    """Of what is unknown the days of the nearest that is known, the earlier of two; a shingle's least."""
    along = days[numbers]
    known = np.flatnonzero(along != UNKNOWN)
    if not len(known):
        return np.zeros(len(days), np.uint8)
    places = np.arange(len(along))
    behind = np.searchsorted(known, places)
    after = known[np.minimum(behind, len(known) - 1)]
    before = known[np.maximum(behind - 1, 0)]
    nearest = np.where(np.abs(after - places) < np.abs(places - before), after, before)
    told = days.copy()
    np.minimum.at(told, numbers, along[nearest])
    return told
