"""A fold that looks at no pair: which texts are read, and on which day, it decides as the whole one does.

Which hangs on the order of decision and on each article's own sightings; and on what a notice at another
address withdraws, which the whole fold tells, for it hangs on what the two share.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from services.contracts.articles import Article
from services.contracts.clusters import Cluster, Member
from services.contracts.relations import Relation
from services.contracts.sketches import Remembered, Sketch
from services.dedup.fold import Outside
from services.dedup.foresight import Signing
from services.dedup.reader import Read, sight
from services.dedup.recall import late_profile
from services.dedup.relations.forms import Unrelated
from services.dedup.search.index import NO_PARTIALS, Partials
from services.dedup.search.lookup import Signed
from services.dedup.search.novelty import Novelty
from services.dedup.search.profile import Profile, Reading, read_all
from services.dedup.search.route import Block, Numbers
from services.dedup.search.seen import pack
from services.dedup.search.sketch import Keys
from services.dedup.search.traces import Trace
from services.dedup.settings import DedupSettings, scheme
from services.dedup.spread.blocks import Notice
from services.dedup.spread.notices import Awaited
from services.dedup.stories.placing import Link, Overlaps, Stories
from services.dedup.text.notices import withdrawal as withdrawal_notice
from services.dedup.text.screens import Screen, screen
from services.stream.service import Parts

_NO_KEYS = Keys(np.zeros(0, np.uint64), 0, 0)


class Row(NamedTuple):
    """A text that is to be signed, or was."""

    number: int
    article: Article
    signing: Signing
    """But for its sketch, where it is to be signed."""
    reading: Reading | None
    """None where it was decided, and signed, by another."""


class Reappearance(NamedTuple):
    """A row that is shown again, and the next row then."""

    row: int
    before: int
    number: int
    """One after the other."""


Event = Row | Reappearance | Notice


class BlindReader:
    """Notes what is to be signed of what it reads. What stands for `seen` in its records is the number of the
    row.
    """

    def __init__(self, settings: DedupSettings, rows: int = 0, backs: int = 0) -> None:
        """`rows`, `backs`: how many there are so far."""
        self._settings = settings
        reach = min(settings.novelty_days, settings.window_days)
        self.novelty = Novelty(days=reach, bits=settings.novelty_bits)
        self.sketch = Sketch(scheme=scheme(settings), signature=b"", novel=0)
        self.day: int | None = None
        """On which it decides."""
        self.rows, self.backs = rows, backs
        self._events: list[Event] = []
        self.awaited = Awaited()

    def take_events(self) -> list[Event]:
        """Since it was asked last, in order."""
        events, self._events = self._events, []
        return events

    def advance(self, day: int) -> None:
        self.day = day
        self.novelty.advance(day)

    def read(self, batch: Sequence[Read]) -> None:
        for item, reading in zip(batch, read_all([item.article.text for item in batch]), strict=True):
            signing = self._sight(item, reading)
            self._events.append(Row(self.rows, item.article, signing, reading))
            item.seen = self.rows.to_bytes(8)
            self.rows += 1
            if item.screened is None and signing.screened:
                item.screened = Screen(*signing.screened)
            if item.screened:
                continue
            if item.current is None and signing.note:
                self._await(Notice(item.article.version_id, item.article.source, item.article.first_seen_at))
            item.signed = Signed(_profile(item.article, reading.words), self.sketch, _NO_KEYS)

    def give_row(self, article: Article, signing: Signing) -> Row:
        """To what another signed."""
        row = Row(self.rows, article, signing, None)
        self.rows += 1
        self._events.append(row)
        return row

    def _await(self, notice: Notice) -> None:
        self.awaited.add(notice)
        self._events.append(notice)

    def _sight(self, item: Read, reading: Reading) -> Signing:
        """Whatever the fold knows of it, all but whether it was counted is told by its text."""
        assert self.day is not None, "a day has begun"
        days = sight(item, reading, self.novelty)
        title, text = item.article.title, item.article.text
        screened = screen(title, text, reading.words, self._settings)
        return Signing(
            day=self.day,
            counted=item.counted,
            seen=pack(days),
            words=0 if screened else reading.words,
            screened=(screened.reason, screened.detail) if screened else None,
            note="" if screened else withdrawal_notice(title, text),
        )

    def sign_again(self, record: Remembered, article: Article) -> Signed:
        self._events.append(Reappearance(int.from_bytes(record.seen), self.rows, self.backs))
        self.backs += 1
        return Signed(_profile(article, 0), self.sketch, _NO_KEYS)

    def traces(self, records: Sequence[Remembered]) -> list[Trace]:
        """All that is counted again."""
        return [Trace(each.unique, _NO_KEYS) for each in read_all([one.article.text for one in records])]


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
    return Outside(reader, _NoIndex(), _NoLooks(), _NoStories(settings, _no_one), reader.novelty)
