"""What one step of ingest gives out, while it is put together."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import msgspec

from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.canaries import CanaryArticle
from services.contracts.feeds import FeedMark, FeedPast, FeedState
from services.contracts.topics import SHARD_COUNT, Sharding, shard_of
from services.ingest import articles
from services.ingest.canary import synthetic
from services.ingest.keys import digest
from services.ingest.polling.mark import mark_key
from services.ingest.polling.past import past_key
from services.ingest.readings import BadReading, SightingReading
from services.ingest.text.dates import EPOCH, MICROSECOND
from services.stream.bus import Output, Partition
from services.stream.service import DeadLetter, Step

NAME = "ingest"
NOTED_FAILURES = {"poll-failed": "failed_polls_total", "page-failed": "failed_pages_total"}
"""Outcomes that are counted by their reason too, and under which name."""


class StepDraft:
    """What one step gives out, in order: articles, watermarks, states."""

    def __init__(self, number: int, sharding: Sharding) -> None:
        self._number = number
        self._sharding = sharding
        self._shards = [Partition("articles", shard) for shard in range(SHARD_COUNT)]
        self._articles: list[Output] = []
        self._states: dict[str, Output] = {}
        self._quiet_until: datetime | None = None
        self._outcomes: Counter[str] = Counter()
        self._noted: Counter[tuple[str, str]] = Counter()
        self.dead: list[DeadLetter] = []

    def count(self, outcome: str, failure: str = "") -> None:
        self._outcomes[outcome] += 1
        if outcome in NOTED_FAILURES:
            self._noted[NOTED_FAILURES[outcome], failure or "other"] += 1

    def listed(self, entries: Mapping[str, int]) -> None:
        """What became of the entries of a document."""
        self._noted.update({("feed_entries_total", name): count for name, count in entries.items()})

    def quiet_until(self, at: datetime) -> None:
        self._quiet_until = max(at, self._quiet_until or at)

    def article(self, article: Article) -> None:
        self._sighting(articles.encoded(article))

    def withdrawal(self, withdrawal: Withdrawal) -> None:
        self._sighting(articles.encoded(withdrawal))

    def seen(self, sighting: SightingReading) -> None:
        """What an archive says was seen, with its outcome."""
        self._sighting(sighting)
        self.count("withdrawn" if sighting.withdrawn else "article")

    def _sighting(self, sighting: SightingReading) -> None:
        # A version may be shown again: the sighting is what a reader may meet twice.
        id_ = f"{sighting.version_id}:{sighting.at.isoformat()}"
        self._articles.append(
            _output(
                self._shards[shard_of(sighting.language, self._sharding)],
                sighting.article_id,
                Withdrawal if sighting.withdrawn else Article,
                id_=id_,
                at=sighting.at,
                value=sighting.value,
            )
        )

    def canaries(self, at: datetime, origins: int) -> None:
        """One for each shard that falls to this partition, so that together they try every way there is."""
        for shard in range(self._number, SHARD_COUNT, origins):
            canary = CanaryArticle(article=synthetic(shard, at))
            id_ = digest(canary.article.version_id, at.isoformat())
            self._articles.append(
                _output(
                    self._shards[shard],
                    canary.article.article_id,
                    CanaryArticle,
                    id_=id_,
                    at=at,
                    value=wire.encode(canary),
                )
            )

    def remembered(self, state: FeedState, at: datetime) -> None:
        self._states.pop(mark_key(state.feed_id), None)
        self._state(state.feed_id, state, state.feed_id, at)

    def past(self, past: FeedPast, at: datetime) -> None:
        """Before the state that it goes with."""
        self._state(past_key(past.feed_id), past, past.feed_id, at)

    def marked(self, mark: FeedMark, at: datetime) -> None:
        """Behind the state that it goes with, also where both come in one step."""
        self._state(mark_key(mark.feed_id), mark, mark.feed_id, at)

    def _state(self, key: str, record: FeedState | FeedMark | FeedPast, feed_id: str, at: datetime) -> None:
        value = wire.encode(record)
        id_ = digest(feed_id, value.decode())
        partition = Partition("feed-state", self._number)
        self._states.pop(key, None)
        self._states[key] = _output(partition, key, type(record), id_=id_, at=at, value=value)

    def forgotten(self, feed_id: str) -> None:
        for key in (feed_id, mark_key(feed_id), past_key(feed_id)):
            self._states[key] = Output(Partition("feed-state", self._number), key.encode(), None)

    def bad(self, reading: BadReading) -> None:
        self.dead.append(
            DeadLetter(
                reason=reading.reason,
                detail=reading.detail,
                key=None,
                value=reading.value,
                headers=(),
                origin=reading.origin,
            )
        )

    def step(self, levels: dict[str, float], origins: int = 1) -> Step:
        # Feeds are compacted and few: a restart reads all of them again, so none is ever committed.
        return Step(
            outputs=[*self._articles, *self._watermarks(origins), *self._states.values()],
            dead=self.dead,
            outcomes=dict(self._outcomes),
            consumed={Partition("feeds", self._number): 0},
            noted=self._noted,
            levels=levels,
        )

    def _watermarks(self, origins: int) -> list[Output]:
        at = self._quiet_until
        if at is None:
            return []
        promise = Watermark(origin=self._number, origins=origins, at=at)
        value = wire.encode(promise)
        id_ = digest(str(self._number), at.isoformat())
        return [_output(shard, None, Watermark, id_=id_, at=at, value=value) for shard in self._shards]


def _output(
    partition: Partition,
    key: str | None,
    kind: type[msgspec.Struct],
    *,
    id_: str,
    at: datetime,
    value: bytes,
) -> Output:
    return Output(
        partition=partition,
        key=key.encode() if key is not None else None,
        value=value,
        headers=wire.headers_of(kind, id=id_, source=NAME, time=at),
        timestamp_us=(at - EPOCH) // MICROSECOND,
    )
