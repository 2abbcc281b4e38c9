"""The versions a shard remembers: what new ones are compared with, until the window moves past them.

A version is a number. What is asked of many stands in arrays, the record in a store, and what a version is
compared by is made again from its text where it is asked for; some of both are at hand decoded.
"""

from array import array
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from zlib import crc32

import msgspec
import numpy as np

from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.sketches import Remembered
from services.dedup.memory.ids import Ids, IdTable, Numbers, key_of
from services.dedup.memory.parts import Holding, gather, scatter
from services.dedup.memory.records import Records
from services.dedup.memory.store import HeapStore, Store
from services.dedup.search.lookup import Signed
from services.dedup.search.profile import Profile, first_seen_us, profile, read
from services.dedup.search.seen import unpack
from services.dedup.settings import DedupSettings
from services.dedup.text.words import folded
from services.stream.service import Parts

MOST_RECORDS, MOST_PROFILE_BYTES = 4096, 48 << 20
"""At hand at a time."""
# Of CPython 3.11 on 64 bits, measured with tracemalloc.
_RECORD_BYTES = 4_000
_DAY_S = 86_400
_DAY_US = _DAY_S * 1_000_000
_CURRENT, _COMPARED, _COUNTED, _OUTSIDE, _LEAVING = (1 << bit for bit in range(5))
"""`_OUTSIDE`: it came when the window was past it already. `_LEAVING`: it is forgotten, and still held."""
_TIMES, _LEAST_AT_ONCE = 256, 128
"""What leaves the window in a day goes in so many pieces, so that no article waits for all of it."""
_NOBODY = -(1 << 31)
"""The day of a number that no version has."""


def day_of(at: datetime) -> int:
    """The number of its day since 1970, UTC."""
    return int(at.timestamp() // _DAY_S)


class Gone(NamedTuple):
    """A version that left the window."""

    version: str
    article: str


class Kept:
    """One remembered version, as long as it is remembered."""

    __slots__ = ("_window", "number")

    def __init__(self, window: "Window", number: int) -> None:
        self._window = window
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kept) and other.number == self.number

    def __hash__(self) -> int:
        return self.number

    @property
    def record(self) -> Remembered:
        return self._window.records[self.number]

    @record.setter
    def record(self, record: Remembered) -> None:
        self._window.keep(record)

    @property
    def profile(self) -> Profile | None:
        """What it is compared by. None for what is screened or superseded."""
        return self._window.profile(self.number) if self.is_compared else None

    @property
    def compared(self) -> Profile:
        """Raises `KeyError` where the version is not one to be compared with."""
        made = self.profile
        if made is None:
            raise KeyError(self._window.version_ids[self.number])
        return made

    @property
    def is_compared(self) -> bool:
        return bool(self._window.flags[self.number] & _COMPARED)

    @property
    def is_counted(self) -> bool:
        return bool(self._window.flags[self.number] & _COUNTED)

    @property
    def samples(self) -> int:
        """Sampled shingles it is found by."""
        return self._window.samples[self.number]

    @samples.setter
    def samples(self, samples: int) -> None:
        self._window.samples[self.number] = samples

    @property
    def rank(self) -> tuple[int, str]:
        return self._window.at_us[self.number], self.article_id

    @property
    def article_id(self) -> str:
        return self._window.article_ids[self.number]


class Window:
    """Remembered versions by id, and the current one of each article."""

    def __init__(
        self,
        settings: DedupSettings,
        store: Store | None = None,
        make_profile: Callable[[Article, bytes], Profile] | None = None,
    ) -> None:
        """`make_profile`: what a version is compared by, from how often it had been seen."""
        self._make_profile = make_profile or profile_of
        self._days = settings.window_days
        self.reach = timedelta(days=settings.window_days)
        self.records = Records(Remembered, store or HeapStore(), most=MOST_RECORDS)
        self._profiles: OrderedDict[int, Profile] = OrderedDict()
        self._profile_bytes = 0
        self._numbers = Numbers()
        self._leaving: deque[int] = deque()
        """Numbers that are forgotten and held, oldest first, and some that were let go meanwhile."""
        self._at_once = 0
        self.version_ids, self.article_ids = Ids(), Ids()
        self._known, self._current = IdTable(self.version_ids), IdTable(self.article_ids)
        self.at_us = array("q")
        self.flags = array("B")
        self.samples = array("I")
        self._day = array("i")
        """When it was last seen to be put in its article's place."""
        self._title = array("I")
        """A hash of its title."""

    @property
    def articles(self) -> int:
        return len(self._current)

    def __contains__(self, version: str) -> bool:
        number = self._known.get(key_of(version))
        return number is not None and not self.flags[number] & _LEAVING

    def __iter__(self) -> Iterator[Kept]:
        return (Kept(self, number) for number in range(len(self._day)) if self._is_held(number))

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, version: str) -> Kept:
        kept = self.get(version)
        if kept is None:
            raise KeyError(version)
        return kept

    def get(self, version: str) -> Kept | None:
        number = self._known.get(key_of(version))
        return None if number is None or self.flags[number] & _LEAVING else Kept(self, number)

    def current(self, article: str) -> Kept | None:
        number = self._current.get(key_of(article))
        return None if number is None or self.flags[number] & _LEAVING else Kept(self, number)

    def current_version(self, article: str) -> str | None:
        number = self._current.get(key_of(article))
        return None if number is None else self.version_ids[number]

    def remembers(self, article: str) -> bool:
        number = self._current.get(key_of(article))
        return number is not None and not self.flags[number] & _LEAVING

    def titled(self, source: str, title: str) -> Kept | None:
        """The latest article that a publisher shows under a title."""
        alike = np.flatnonzero(np.asarray(self._title) == _title_hash(title)).tolist()
        shown = [
            Kept(self, number) for number in alike if self._is_held(number) and self.flags[number] & _CURRENT
        ]
        named = (kept for kept in shown if _by_title(kept.record.article) == (source, folded(title)))
        return max(named, key=lambda kept: kept.rank, default=None)

    def compared_near(self, at_us: int, reach_us: int) -> list[Kept]:
        """Versions to be compared with that were first seen so near a time."""
        flags, at = np.asarray(self.flags), np.asarray(self.at_us)
        there = (flags & (_COMPARED | _LEAVING) == _COMPARED) & (np.abs(at - at_us) <= reach_us)
        return [Kept(self, number) for number in np.flatnonzero(there).tolist()]

    def profile(self, number: int) -> Profile:
        made = self._profiles.get(number)
        if made is not None:
            self._profiles.move_to_end(number)
            return made
        record = self.records[number]
        made = self._make_profile(record.article, record.seen)
        self._have(number, made)
        return made

    def put(self, record: Remembered, signed: Signed | None) -> Remembered | None:
        """Remember a version, or what became of it; the record of the one it supersedes is given back.

        `signed`: what it is compared by from now on, if it is.
        """
        article = record.article
        before = self.current(article.article_id) if record.current else None
        superseded = before.record if before else None
        number = self.keep(record)
        if signed is not None:
            self.samples[number] = signed.keys.samples
            self._have(number, signed.profile)
        if superseded is None or superseded.article.version_id == article.version_id:
            return None
        superseded = msgspec.structs.replace(superseded, current=False)
        self.keep(superseded)
        return superseded

    def keep(self, record: Remembered) -> int:
        """Take a record as it is, in the place of the one of its version; the number of the version."""
        number = self._enter(record)
        self.records[number] = record
        if (made := self._profiles.get(number)) is not None and made.article is not record.article:
            self._forget_profile(number)
            self._have(number, made.at(record.article))
        if not self.flags[number] & _COMPARED:
            self._forget_profile(number)
        return number

    def keep_encoded(self, record: Remembered, value: bytes) -> Kept:
        """`keep` of a record that stands encoded in the changelog, which was read up to there."""
        number = self._enter(record)
        self.records.put_encoded(number, value)
        self._forget_profile(number)
        return Kept(self, number)

    def forget(self, version: str) -> None:
        """Nothing where it is not remembered."""
        number = self._known.get(key_of(version))
        if number is not None:
            self._drop(number)

    def advance(self, today: int, *, again: bool = False) -> list[Gone]:
        """Forget what is older than the window. It is held until `evict`, but for what is given back.

        `again`: it was this day before, and what came late since stays.
        """
        days, flags = np.asarray(self._day), np.asarray(self.flags)
        old = np.flatnonzero((days < today - self._days) & (days != _NOBODY))
        outside = flags[old] & _OUTSIDE != 0
        at, high, low = (np.asarray(column)[old] for column in (self.at_us, *self.version_ids.halves()))
        order = np.lexsort((low, high, at))
        self._leaving = deque(old[order[~outside[order]]].tolist())
        self._at_once = max(_LEAST_AT_ONCE, -(-len(self._leaving) // _TIMES))
        flags[self._leaving] |= np.uint8(_LEAVING)
        return [] if again else [self._let_go(number) for number in old[order[outside[order]]].tolist()]

    def evict(self, *, whole: bool = False) -> list[Gone]:
        """Let go some of what is forgotten and held, oldest first; or the whole of it."""
        if not self._leaving:
            return []
        count = len(self._leaving) if whole else min(self._at_once, len(self._leaving))
        numbers = (self._leaving.popleft() for _ in range(count))
        return [self._let_go(number) for number in numbers if self.flags[number] & _LEAVING]

    def leaving(self, article: str, version: str) -> list[int]:
        """Numbers under which a version or its article is held and forgotten."""
        if not self._leaving:
            return []
        numbers = {self._known.get(key_of(version)), self._current.get(key_of(article))} - {None}
        return sorted(number for number in numbers if number is not None and self.flags[number] & _LEAVING)

    @property
    def is_leaving(self) -> bool:
        return bool(self._leaving)

    def evict_these(self, numbers: Iterable[int]) -> list[Gone]:
        return [self._let_go(number) for number in numbers]

    @property
    def bytes(self) -> int:
        """Memory of the remembered versions, as an estimate."""
        arrays = (self.at_us, self.flags, self.samples, self._day, self._title)
        return (
            sum(array.itemsize * len(array) for array in arrays)
            + sum(part.nbytes() for part in (self.version_ids, self.article_ids, self._known, self._current))
            + self.records.nbytes()
            + _RECORD_BYTES * self.records.decoded()
            + self._profile_bytes
        )

    def save(self) -> Parts:
        return gather(self._holding())

    def load(self, parts: Parts) -> None:
        scatter(self._holding(), parts)

    def _holding(self) -> Holding:
        return {
            "version_ids": self.version_ids,
            "article_ids": self.article_ids,
            "known": self._known,
            "current": self._current,
            "numbers": self._numbers,
            "records": self.records,
            "at_us": self.at_us,
            "flags": self.flags,
            "samples": self.samples,
            "day": self._day,
            "title": self._title,
        }

    def _enter(self, record: Remembered) -> int:
        """The number of a version, and what stands in arrays under it."""
        article = record.article
        key, owner = key_of(article.version_id), key_of(article.article_id)
        number = self._known.get(key)
        if number is None:
            number = self._numbers.take()
            self.version_ids.put(number, article.version_id, key)
            self._known.set(key, number)
            if number == len(self.at_us):
                for column in (self.at_us, self.flags, self.samples, self._day, self._title):
                    column.append(0)
            self._title[number] = _title_hash(article.title)
        self.article_ids.put(number, article.article_id, owner)
        compared = record.current and record.sketch is not None
        self.at_us[number] = seen_us = first_seen_us(article)
        self.flags[number] = (
            _CURRENT * record.current
            | _COMPARED * compared
            | _COUNTED * record.counted
            | _OUTSIDE * (record.verdict.reason == "beyond-window")
        )
        shown_us = seen_us if record.shown_at is None else wire.microseconds(record.shown_at)
        self._day[number] = shown_us // _DAY_US
        if record.current:
            self._current.set(owner, number)
        elif self._current.get(owner) == number:
            self._current.pop(owner)
        return number

    def _let_go(self, number: int) -> Gone:
        gone = Gone(self.version_ids[number], self.article_ids[number])
        self._drop(number)
        return gone

    def _is_held(self, number: int) -> bool:
        return self._day[number] != _NOBODY and not self.flags[number] & _LEAVING

    def _drop(self, number: int) -> None:
        owner = self.article_ids.key(number)
        if self._current.get(owner) == number:
            self._current.pop(owner)
        self._known.pop(self.version_ids.key(number))
        self.records.drop(number)
        self._forget_profile(number)
        self._day[number], self.flags[number] = _NOBODY, 0
        self._numbers.give_back(number)

    def _have(self, number: int, made: Profile) -> None:
        self._forget_profile(number)
        self._profiles[number] = made
        self._profile_bytes += made.nbytes
        while self._profile_bytes > MOST_PROFILE_BYTES:
            self._profile_bytes -= self._profiles.popitem(last=False)[1].nbytes

    def _forget_profile(self, number: int) -> None:
        if (made := self._profiles.pop(number, None)) is not None:
            self._profile_bytes -= made.nbytes


def _by_title(article: Article) -> tuple[str, str]:
    return article.source, folded(article.title)


def _title_hash(title: str) -> int:
    return crc32(folded(title).encode("utf-8", "surrogatepass"))


def profile_of(article: Article, seen: bytes) -> Profile:
    """What a version is compared by. `seen`: as its record has it."""
    reading = read(article.text)
    return profile(article, reading, unpack(seen, len(reading.unique)))
