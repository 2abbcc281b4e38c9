"""Ids by number and numbers by id, in arrays: 128 bits an id and a few for the way back.

A dict of strings takes ten times as much, and stands still for tens of milliseconds where a million of them
are moved to a larger one. Here a table is many small ones, each of which grows for itself.
"""

from array import array
from functools import lru_cache
from hashlib import blake2b
from struct import Struct

import numpy as np
import numpy.typing as npt

from services.dedup.memory.parts import each_value, pack_facts, refill, under, unpack_facts, values, within
from services.stream.service import Parts

Key = tuple[int, int]
_HALVES = Struct(">QQ")
_HEX = 32
_EMPTY = 0
_FIRST = 32
"""Slots that a part begins with, a power of two: some thousand ids move to a larger one nowhere."""
_IDS_AT_HAND = 8192  # an id is asked for again and again while what it names is decided
_ANSWERS_AT_HAND = 2048
_UNASKED = -1
_PARTS = 256
_PART_SHIFT = 56
_SPREAD = 0x9E3779B97F4A7C15
_MASK = 0xFFFFFFFFFFFFFFFF


@lru_cache(maxsize=_IDS_AT_HAND)
def key_of(name: str) -> Key:
    """128 bits that name an id: those of its hexadecimal form, of any other text a hash."""
    if len(name) == _HEX:
        try:
            raw = bytes.fromhex(name)
        except ValueError:
            raw = b""
        if raw.hex() == name:
            return _HALVES.unpack(raw)
    return _HALVES.unpack(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest())


class Ids:
    """The id of each number."""

    def __init__(self) -> None:
        self.high, self.low = array("Q"), array("Q")
        self._odd: dict[int, str] = {}
        """What is no hexadecimal number of 128 bits."""

    def put(self, number: int, name: str, key: Key) -> None:
        if number == len(self.high):
            self.high.append(key[0])
            self.low.append(key[1])
        else:
            self.high[number], self.low[number] = key
        if _HALVES.pack(*key).hex() == name:
            self._odd.pop(number, None)
        else:
            self._odd[number] = name

    def __getitem__(self, number: int) -> str:
        if number in self._odd:
            return self._odd[number]
        return _HALVES.pack(self.high[number], self.low[number]).hex()

    def names(self, numbers: npt.NDArray[np.uint32]) -> list[str]:
        """The ids of many numbers."""
        if self._odd:
            return [self[number] for number in numbers.tolist()]
        halves = np.empty((len(numbers), 2), ">u8")
        halves[:, 0] = np.frombuffer(self.high, np.uint64)[numbers]
        halves[:, 1] = np.frombuffer(self.low, np.uint64)[numbers]
        digits = halves.tobytes().hex()
        return [digits[start : start + _HEX] for start in range(0, len(digits), _HEX)]

    def key(self, number: int) -> Key:
        return self.high[number], self.low[number]

    def halves(self) -> "tuple[array[int], array[int]]":
        """In the order of the ids, where those are hexadecimal numbers of 128 bits."""
        return self.high, self.low

    def nbytes(self) -> int:
        return self.high.itemsize * 2 * len(self.high)

    def save(self) -> Parts:
        odd = {number: name.encode("utf-8", "surrogatepass") for number, name in self._odd.items()}
        return {"high": self.high, "low": self.low, **under("odd", values(odd))}

    def load(self, parts: Parts) -> None:
        refill(self.high, parts["high"])
        refill(self.low, parts["low"])
        odd = each_value(within("odd", parts))
        self._odd = {number: name.decode("utf-8", "surrogatepass") for number, name in odd}


class IdTable:
    """Open addressing with linear probing; what an entry is compared with stands in `ids`."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._parts = [array("I", bytes(4 * _FIRST)) for _ in range(_PARTS)]
        self._counts = array("I", bytes(4 * _PARTS))
        self._slots = _PARTS * _FIRST
        self._length = 0
        self._at_hand: dict[Key, int | None] = {}
        """What was asked for last: one article asks for the same ids many times over."""

    def __len__(self) -> int:
        return self._length

    def get(self, key: Key) -> int | None:
        """The number of an id."""
        known = self._at_hand.get(key, _UNASKED)
        if known != _UNASKED:
            return known
        if len(self._at_hand) >= _ANSWERS_AT_HAND:
            self._at_hand.clear()
        number = self._at_hand[key] = self._find(key)
        return number

    def _find(self, key: Key) -> int | None:
        high, low = key
        spread = ((high ^ low) * _SPREAD) & _MASK
        slots = self._parts[spread >> _PART_SHIFT]
        mask = len(slots) - 1
        place = spread & mask
        ids = self._ids
        while entry := slots[place]:
            if ids.low[entry - 1] == low and ids.high[entry - 1] == high:
                return entry - 1
            place = (place + 1) & mask
        return None

    def set(self, key: Key, number: int) -> None:
        """Let an id have a number, under which it stands in `ids`."""
        self._note(key, number)
        spread = _hash(key)
        part = spread >> _PART_SHIFT
        slots = self._parts[part]
        place = self._place(slots, key, spread)
        if not slots[place]:
            self._counts[part] += 1
            self._length += 1
            if 3 * self._counts[part] > 2 * len(slots):
                slots = self._grow(part)
                place = self._place(slots, key, spread)
        slots[place] = number + 1

    def pop(self, key: Key) -> None:
        """Forget an id; nothing where it is not there."""
        self._note(key, None)
        spread = _hash(key)
        part = spread >> _PART_SHIFT
        slots = self._parts[part]
        place = self._place(slots, key, spread)
        if slots[place] == _EMPTY:
            return
        self._counts[part] -= 1
        self._length -= 1
        self._close(slots, place)

    def nbytes(self) -> int:
        return 4 * self._slots

    def _note(self, key: Key, number: int | None) -> None:
        if key in self._at_hand:
            self._at_hand[key] = number

    def save(self) -> Parts:
        return {f"slots.{part}": slots for part, slots in enumerate(self._parts)} | {"counts": self._counts}

    def load(self, parts: Parts) -> None:
        for part, slots in enumerate(self._parts):
            refill(slots, parts[f"slots.{part}"])
        refill(self._counts, parts["counts"])
        self._length = sum(self._counts)

    def _place(self, slots: "array[int]", key: Key, spread: int) -> int:
        """Where an id stands or would stand."""
        mask = len(slots) - 1
        place = spread & mask
        high, low = self._ids.high, self._ids.low
        while entry := slots[place]:
            if low[entry - 1] == key[1] and high[entry - 1] == key[0]:
                break
            place = (place + 1) & mask
        return place

    def _grow(self, part: int) -> "array[int]":
        """Twice as many slots, in which each entry stands behind the one that is wanted before it."""
        old = self._parts[part]
        self._slots += len(old)
        slots = self._parts[part] = array("I", bytes(4 * 2 * len(old)))
        entries = np.asarray(old)[np.asarray(old) != _EMPTY]
        wanted = (self._spread(entries) & np.uint64(len(slots) - 1)).astype(np.int64)
        order = np.argsort(wanted, kind="stable")
        behind = np.arange(len(order))
        places = np.maximum.accumulate(wanted[order] - behind) + behind
        inside = places < len(slots)
        np.asarray(slots)[places[inside]] = entries[order[inside]]
        for entry in entries[order[~inside]].tolist():  # whose way leads from the last slot to the first
            key = self._ids.key(entry - 1)
            slots[self._place(slots, key, _hash(key))] = entry
        return slots

    def _spread(self, entries: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
        """`_hash` of them."""
        high, low = (np.asarray(half)[entries - np.uint32(1)] for half in self._ids.halves())
        hashed: npt.NDArray[np.uint64] = (high ^ low) * np.uint64(_SPREAD)
        return hashed

    def _close(self, slots: "array[int]", hole: int) -> None:
        """Move up what was pushed behind the entry that goes, so that no probing ends at its place."""
        mask = len(slots) - 1
        place = hole
        while True:
            slots[hole] = _EMPTY
            while True:
                place = (place + 1) & mask
                if not slots[place]:
                    return
                wanted = _hash(self._ids.key(slots[place] - 1)) & mask
                if (place - wanted) & mask >= (place - hole) & mask:
                    break
            slots[hole], hole = slots[place], place


class Numbers:
    """Numbers for what comes and goes; the lowest possible are never far from how many there are."""

    def __init__(self) -> None:
        self._free = array("I")
        self._next = 0

    def take(self) -> int:
        if self._free:
            return self._free.pop()
        self._next += 1
        return self._next - 1

    def give_back(self, number: int) -> None:
        self._free.append(number)

    def __len__(self) -> int:
        """How many are taken."""
        return self._next - len(self._free)

    def save(self) -> Parts:
        return {"free": self._free, "next": pack_facts(self._next)}

    def load(self, parts: Parts) -> None:
        refill(self._free, parts["free"])
        self._next = unpack_facts(parts["next"], int)


def _hash(key: Key) -> int:
    return ((key[0] ^ key[1]) * _SPREAD) & _MASK
