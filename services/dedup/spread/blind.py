"""A fold that looks at no pair: which texts are read, and on which day, it decides as the whole one does.

Which hangs on the order of decision and on each article's own sightings; and on what a notice at another
address withdraws, which is found here by its title alone. Where that is another piece than the whole fold
finds, by what they share, that one notices.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from services.contracts.articles import Article
from services.contracts.clusters import Cluster, Member
from services.contracts.relations import Relation
from services.contracts.sketches import Remembered, Sketch
from services.dedup.fold import Outside
from services.dedup.reader import Read
from services.dedup.recall import late_profile
from services.dedup.relations.forms import Unrelated
from services.dedup.search.index import NO_PARTIALS, Partials
from services.dedup.search.lookup import Signed
from services.dedup.search.novelty import Novelty
from services.dedup.search.profile import Profile, read_all
from services.dedup.search.route import Block, Numbers
from services.dedup.search.sightings import Sightings
from services.dedup.search.sketch import Keys
from services.dedup.search.traces import Trace
from services.dedup.settings import DedupSettings, scheme
from services.dedup.stories.placing import Link, Overlaps, Stories
from services.dedup.text.notices import withdrawal as withdrawal_notice
from services.dedup.text.screens import screen
from services.dedup.window import Window, day_of
from services.stream.service import Parts

_NO_KEYS = Keys(np.zeros(0, np.uint64), 0, 0)
_NO_TRACE = Trace(np.zeros(0, np.uint64), _NO_KEYS)


class Row(NamedTuple):
    """A text that is to be read."""

    number: int
    day: int
    article: Article
    counted: bool
    """At an earlier sight."""


class ClosedDay(NamedTuple):
    day: int
    seen: Sightings


class Reappearance(NamedTuple):
    """A row that is shown again, and the next row then."""

    row: int
    before: int
    number: int
    """One after the other."""


Event = Row | ClosedDay | Reappearance


class BlindReader:
    """Notes what it was to read. What stands for `seen` in its records is the number of the row."""

    def __init__(self, settings: DedupSettings) -> None:
        self._settings = settings
        reach = min(settings.novelty_days, settings.window_days)
        self._bound = Novelty(days=reach, bits=settings.novelty_bits).bound
        self._sketch = Sketch(scheme=scheme(settings), signature=b"", novel=0)
        self._day: int | None = None
        self._seen = Sightings(self._bound)
        self.rows = self.backs = 0
        self._events: list[Event] = []

    def take_events(self) -> list[Event]:
        """Since it was asked last, in order."""
        events, self._events = self._events, []
        return events

    def advance(self, day: int) -> None:
        if self._day is not None and len(self._seen.hashes()):
            self._events.append(ClosedDay(self._day, self._seen))
            self._seen = Sightings(self._bound)
        self._day = day

    def count_again(self, window: Window) -> None:
        """What was seen today, of a state that was taken up."""
        texts = [
            kept.record.article.text
            for kept in window
            if kept.is_counted and day_of(kept.record.article.first_seen_at) == self._day
        ]
        for reading in read_all(texts):
            self._seen.add(reading.unique)

    def read(self, batch: Sequence[Read]) -> None:
        assert self._day is not None
        for item, reading in zip(batch, read_all([item.article.text for item in batch]), strict=True):
            self._events.append(Row(self.rows, self._day, item.article, item.counted))
            item.seen = self.rows.to_bytes(8)
            self.rows += 1
            if not item.counted and day_of(item.article.first_seen_at) >= self._day:
                item.counted = True
                self._seen.add(reading.unique)
            title, text = item.article.title, item.article.text
            item.screened = item.screened or screen(title, text, reading.words, self._settings)
            if item.screened:
                continue
            if item.current is None:
                item.note = withdrawal_notice(title, text)
            item.signed = Signed(_profile(item.article, reading.words), self._sketch, _NO_KEYS)

    def sign_again(self, record: Remembered, article: Article) -> Signed:
        self._events.append(Reappearance(int.from_bytes(record.seen), self.rows, self.backs))
        self.backs += 1
        return Signed(_profile(article, 0), self._sketch, _NO_KEYS)

    def traces(self, records: Sequence[Remembered]) -> list[Trace]:
        return [_NO_TRACE] * len(records)


def _profile(article: Article, words: int) -> Profile:
    return late_profile(article, b"", words=words)


class _NoIndex:
    """Finds nothing."""

    def find(self, block: Block) -> Partials:  # noqa: ARG002 - whatever it is
        return NO_PARTIALS

    def insert(self, block: Block) -> None: ...

    def evict(self, numbers: Numbers) -> None: ...

    def at_us(self, numbers: Numbers) -> Numbers:
        return np.zeros(len(numbers), np.int64)

    def __len__(self) -> int:
        return 0

    def nbytes(self) -> int:
        return 0

    def save(self) -> Parts:
        return {}

    def load(self, parts: Parts) -> None: ...


class _NoLooks:
    """Nobody is asked: what a pair is tells nothing of what is read."""

    def answer(self, newer: Profile, older: Profile) -> Relation | Unrelated | None:  # noqa: ARG002
        return None

    def share(self, one: Profile, other: Profile) -> float | None:  # noqa: ARG002
        return 1.0


class _NoStories(Stories):
    """Keeps none."""

    def place(
        self,
        member: Member,
        links: Sequence[Link],  # noqa: ARG002
        overlaps: Overlaps,  # noqa: ARG002
        *,
        back: bool = False,  # noqa: ARG002
        rewritten: bool = False,  # noqa: ARG002
    ) -> list[Cluster]:
        at = member.version_seen_at
        return [Cluster(story_id="", revision=0, change="created", at=at, article_id=member.article_id)]


def _no_one(_: str) -> bool:
    return False


def blind(reader: BlindReader, settings: DedupSettings) -> Outside:
    return Outside(reader, _NoIndex(), _NoLooks(), _NoStories(settings, _no_one))
