"""What a text says by itself, as of the day on which it is decided: novelty, screens, signature, keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from services.contracts.articles import Article
from services.contracts.sketches import Remembered
from services.dedup.search.lookup import Search, Signed
from services.dedup.search.novelty import Days, Novelty
from services.dedup.search.profile import Reading, read_all
from services.dedup.search.seen import pack
from services.dedup.search.traces import Trace
from services.dedup.settings import DedupSettings
from services.dedup.text.notices import withdrawal as withdrawal_notice
from services.dedup.text.screens import Screen, screen
from services.dedup.window import Kept, day_of, profile_of


class Read(msgspec.Struct, eq=False):
    """An article that is due, read and signed."""

    article: Article
    late: bool
    shown: datetime | None
    """When it came back, where it is a version that was known."""
    counted: bool
    """Among what was seen on its day."""
    current: Kept | None
    """What its article shows so far."""
    screened: Screen | None
    seen: bytes = b""
    """On how many earlier days its shingles were seen, packed."""
    note: str = ""
    """By which a new article withdraws itself or another."""
    signed: Signed | None = None

    @property
    def seen_at(self) -> datetime:
        return self.shown or self.article.first_seen_at


class Reads(Protocol):
    """Whoever fills in what articles say."""

    def advance(self, day: int) -> None:
        """What is read from now on is decided on that day."""

    def read(self, batch: Sequence[Read]) -> None: ...

    def sign_again(self, record: Remembered, article: Article) -> Signed:
        """What a version was found by when it came; `article`: where it is shown now."""

    def traces(self, records: Sequence[Remembered]) -> list[Trace]:
        """What remembered versions leave in memory. In any thread, and while others are taken up.

        Raises `ValueError` on another sketch scheme.
        """


class Reader:
    """Reads texts beside what was seen on the days before."""

    def __init__(self, settings: DedupSettings, search: Search, novelty: Novelty) -> None:
        self._settings = settings
        self._search = search
        self._novelty = novelty

    def advance(self, day: int) -> None:
        self._novelty.advance(day)

    def read(self, batch: Sequence[Read]) -> None:
        """Step by step, each of all articles: a processor that goes on with the same is faster."""
        readings = read_all([item.article.text for item in batch])
        days = [sight(item, reading, self._novelty) for item, reading in zip(batch, readings, strict=True)]
        for item, seen in zip(batch, days, strict=True):
            item.seen = pack(seen)
        for item, reading in zip(batch, readings, strict=True):
            title, text = item.article.title, item.article.text
            item.screened = item.screened or screen(title, text, reading.words, self._settings)
        evident = [one for one in zip(batch, readings, days, strict=True) if not one[0].screened]
        for item, _, _ in evident:
            if item.current is None:
                item.note = withdrawal_notice(item.article.title, item.article.text)
        signed = self._search.sign([(item.article, reading, seen) for item, reading, seen in evident])
        for (item, _, _), made in zip(evident, signed, strict=True):
            item.signed = made

    def sign_again(self, record: Remembered, article: Article) -> Signed:
        assert record.sketch is not None, "only what was signed is found again"
        return self._search.signed(profile_of(article, record.seen), record.sketch)

    def traces(self, records: Sequence[Remembered]) -> list[Trace]:
        return self._search.traces((one.article.text, one.seen, one.sketch) for one in records)


def sight(item: Read, reading: Reading, novelty: Novelty) -> Days:
    """On how many days its text was seen before its own, where it counts from now on."""
    if item.counted:
        return novelty.days(reading.unique, reading.numbers)
    day = day_of(item.article.first_seen_at)
    days, item.counted = novelty.take(day, reading.unique, reading.numbers)
    return days
