"""The parts of a fold that is told live what it would find out: sightings go by name, for rows are not known
of what a changelog has.
"""

from array import array
from collections.abc import Sequence

import numpy as np

from services.contracts.articles import Article
from services.contracts.sketches import Remembered
from services.dedup.batch.rows import name_of
from services.dedup.foresight import Unforeseen
from services.dedup.memory.parts import pack_facts, refill, unpack_facts
from services.dedup.reader import Read
from services.dedup.recall import fill, late_profile
from services.dedup.search.index import NO_PARTIALS, Partials, RangeIndex
from services.dedup.search.lookup import Search, Signed
from services.dedup.search.profile import first_seen_us
from services.dedup.search.route import Block, Entry, Numbers, block, route
from services.dedup.search.sketch import Keys
from services.dedup.search.traces import Trace
from services.dedup.settings import DedupSettings
from services.dedup.spread.fold.foresight import LiveForesight, Neighbours
from services.dedup.window import Window
from services.stream.service import Parts

_DAY_US = 86_400_000_000
_ENTRY_BYTES = 130
_SLACK = 1024
_EVER = 1 << 62
_NO_HASHES = np.zeros(0, np.uint64)


class ForesightReader:
    """Reads nothing but what is shown again: fills in what it is told."""

    def __init__(self, told: LiveForesight, settings: DedupSettings, join: "ForesightIndex") -> None:
        self._told, self._join = told, join
        self._search = Search(settings)
        self._window_us = settings.window_days * _DAY_US
        self.window: Window | None = None
        """Of the fold that it reads for."""

    def advance(self, day: int) -> None:
        self._told.day = day

    def read(self, batch: Sequence[Read]) -> None:
        """Raises `Unforeseen`."""
        for item in batch:
            name, day = _name(item.article), self._told.day
            signing = self._told.signing(name)
            counted = item.counted or first_seen_us(item.article) // _DAY_US >= day
            if signing is None or (signing.day, signing.counted) != (day, counted):
                raise Unforeseen(f"{item.article.url} was not to be read on day {day}")
            fill(item, signing, name)

    def sign_again(self, record: Remembered, article: Article) -> Signed:
        """Ranges and lanes forget after two windows, and what goes on being shown may be older."""
        assert record.sketch is not None, "only what was signed is found again"
        told = self._told.back(_name(record.article))
        forgotten_us = (self._told.day + 1) * _DAY_US - 2 * self._window_us
        if told is None:
            told = self._joined_here(record, _EVER)
        elif first_seen_us(record.article) - self._window_us < forgotten_us:
            told = _joined(told, self._joined_here(record, forgotten_us))
        self._join.back = told
        (trace,) = self.traces([record])
        return Signed(late_profile(article, record.seen), record.sketch, trace.keys)

    def _joined_here(self, record: Remembered, before_us: int) -> Neighbours:
        """Who shares keys with it, among all that were first seen before a time."""
        assert self.window is not None, "a fold has a window"
        at_us = first_seen_us(record.article)
        near = self.window.compared_near(at_us, self._window_us)
        old = [kept.record for kept in near if kept.rank[0] < before_us]
        records = [one for one in old if one.article.version_id != record.article.version_id]
        made = self._search.traces((one.article.text, one.seen, one.sketch) for one in [*records, record])
        entries = [
            Entry(number, first_seen_us(one.article), trace.keys.values)
            for number, (one, trace) in enumerate(zip([*records, record], made, strict=True))
        ]
        index = RangeIndex(window_us=self._window_us)
        index.insert(route(block("old", 0, entries[:-1]), 1)[0])
        found = index.probe_insert(route(block("old", 1, entries[-1:]), 1)[0])
        names = np.array([_name(one.article) for one in records], np.uint64)
        return Neighbours(names[found.first], found.counts)

    def traces(self, records: Sequence[Remembered]) -> list[Trace]:
        """Their key is their name; how many samples they are found by their texts tell."""
        made = self._search.traces((one.article.text, one.seen, one.sketch) for one in records)
        return [
            Trace(_NO_HASHES, Keys(np.array([_name(one.article)], np.uint64), 0, trace.keys.samples))
            for one, trace in zip(records, made, strict=True)
        ]


def _joined(one: Neighbours, other: Neighbours) -> Neighbours:
    """All of one, and of the other what it has beside."""
    more = ~np.isin(other.names, one.names)
    return Neighbours(
        np.concatenate([one.names, other.names[more]]), np.concatenate([one.counts, other.counts[more]])
    )


def _name(article: Article) -> int:
    return name_of(article.version_id, first_seen_us(article))


class ForesightIndex:
    """Joins nothing: the one key of a version is its name, and with whom it shares keys is told."""

    def __init__(self, told: LiveForesight) -> None:
        self._told = told
        self._numbers: dict[int, int] = {}
        """By name."""
        self._names, self._at = array("Q"), array("q")
        """By number, from a base on."""
        self._base = self._passed = 0
        self.back: Neighbours | None = None
        """Of what is found next, where it is shown again."""

    def find(self, block: Block) -> Partials:
        self.insert(block)
        found = [
            self._before(number, self._neighbours(name))
            for number, name in zip(block.versions.tolist(), block.keys.tolist(), strict=True)
        ]
        some = [part for part in found if len(part.first)]
        return Partials(*map(np.concatenate, zip(*some, strict=True))) if some else NO_PARTIALS

    def _neighbours(self, name: int) -> Neighbours:
        found, self.back = self.back or self._told.neighbours(name), None
        assert found is not None, "asked of what was read"
        return found

    def _before(self, number: int, found: Neighbours) -> Partials:
        """Of those that are there, the ones that came before."""
        known = self._numbers
        others = np.array([known.get(name, number) for name in found.names.tolist()], np.int64)
        there = np.flatnonzero(others < number)
        there = there[np.argsort(others[there])]
        return Partials(others[there], np.full(len(there), number, np.int64), found.counts[there])

    def insert(self, block: Block) -> None:
        """Numbers ascend."""
        if not self._names:
            self._base = int(block.versions[0])
        for number, name, at_us in zip(
            block.versions.tolist(), block.keys.tolist(), block.at_us.tolist(), strict=True
        ):
            self._numbers[name] = number
            missing = number + 1 - self._base - len(self._names)
            self._names.frombytes(bytes(8 * missing))
            self._at.frombytes(bytes(8 * missing))
            self._names[-1], self._at[-1] = name, at_us

    def evict(self, numbers: Numbers) -> None:
        for number in numbers.tolist():
            name = self._names[number - self._base]
            if self._numbers.get(name) == number:  # else it is shown again
                del self._numbers[name]
        self._trim()

    def _trim(self) -> None:
        """Numbers ascend, and those of the oldest leave together."""
        names, passed = self._names, self._passed
        while passed < len(names) and self._numbers.get(names[passed]) != self._base + passed:
            passed += 1
        if passed > max(_SLACK, len(names) // 16):
            del self._names[:passed], self._at[:passed]
            self._base, passed = self._base + passed, 0
        self._passed = passed

    def at_us(self, numbers: Numbers) -> Numbers:
        places = np.maximum(numbers - self._base, 0)  # who is there is asked of the search
        at: Numbers = np.frombuffer(self._at, np.int64)[places]
        return at

    def __len__(self) -> int:
        return len(self._numbers)

    def nbytes(self) -> int:
        return _ENTRY_BYTES * len(self._numbers) + 16 * len(self._names)

    def save(self) -> Parts:
        return {"names": self._names, "at": self._at, "base": pack_facts(self._base)}

    def load(self, parts: Parts) -> None:
        refill(self._names, parts["names"])
        refill(self._at, parts["at"])
        self._base = unpack_facts(parts["base"], int)
        self._numbers = {name: number for number, name in enumerate(self._names, self._base)}
