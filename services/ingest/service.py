"""The ingest service: readings in, articles and feed state out, in one act.

The task is deterministic: readings and feed records decide everything it gives out.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from services.contracts import wire
from services.contracts.feeds import Feed, FeedMark, FeedPast, FeedState
from services.contracts.topics import Sharding
from services.ingest import articles
from services.ingest.draft import NAME, StepDraft
from services.ingest.keys import entry_key
from services.ingest.polling import lease
from services.ingest.polling.agenda import Agenda
from services.ingest.polling.decision import Decision
from services.ingest.polling.listings import Listings
from services.ingest.polling.mark import is_mark_key, mark_of, with_mark
from services.ingest.polling.page import page, unannounced
from services.ingest.polling.past import is_past_key, joined, split
from services.ingest.polling.poll import poll
from services.ingest.polling.rhythm import PollBounds
from services.ingest.publishers import source_of_page
from services.ingest.readings import (
    ArchiveReading,
    BadReading,
    Canary,
    FeedReading,
    LeaseReading,
    PageReading,
    Progress,
    Reading,
    RecordReading,
    SightingReading,
    Skipped,
    Tick,
)
from services.ingest.text.dates import EPOCH
from services.ingest.urls import without_login
from services.stream.bus import Record
from services.stream.service import Feeder, Poison, Step


class IngestTask:
    """Feeds of one partition and what is known of them; `number` of `origins` ingest partitions."""

    def __init__(
        self,
        number: int,
        origins: int,
        sharding: Sharding = "one",
        bounds: PollBounds = PollBounds(),  # noqa: B008 - frozen
        *,
        checks: bool = False,
    ) -> None:
        """`checks`: pages whose articles are out are looked at again."""
        self._bounds = bounds
        self._checks = checks
        self.number = number
        self.origins = origins
        self._sharding = sharding
        self.feeds: dict[str, Feed] = {}
        """Subscriptions by feed id."""
        self.states: dict[str, FeedState] = {}
        """By feed id or recording id."""
        self.entries: Counter[str] = Counter()
        """What became of feed entries since the start, by name (`ENTRY_OUTCOMES`)."""
        self._listings = Listings()
        self._whole: dict[str, FeedState] = {}
        """The states as the log has them, without what marks say."""
        self._pasts: dict[str, FeedPast] = {}
        """The pasts that stand before them on the log."""
        self._agenda: Agenda | None = None
        self._bytes = 0

    def agenda(self) -> Agenda:
        """What feeds and pages ask for, kept up to date from here on: for one feeder, the latest."""
        self._agenda = Agenda.of(self.feeds, self.states)
        return self._agenda

    def restore(self, record: Record) -> None:
        key = _key(record)
        if is_mark_key(key):
            self._restore_mark(record)
            return
        if is_past_key(key):
            self._restore_past(record)
            return
        state = wire.decode(FeedState, record.value) if record.value is not None else None
        state = joined(state, self._pasts.get(key)) if state else None
        self._remember(key, state)
        if state:
            self._whole[key] = state

    def _restore_past(self, record: Record) -> None:
        """For the states that follow."""
        if record.value is not None:
            past = wire.decode(FeedPast, record.value)
            self._pasts[past.feed_id] = past

    def _restore_mark(self, record: Record) -> None:
        """One whose state was compacted away is void: a later state follows."""
        mark = wire.decode(FeedMark, record.value) if record.value is not None else None
        whole = self._whole.get(mark.feed_id) if mark else None
        if mark and whole:
            self._remember(mark.feed_id, with_mark(whole, mark))

    def restored(self) -> None: ...

    def step(self, records: Sequence[Record]) -> Step:
        """Subscriptions and their ends. Read again from the start after every restart."""
        feeds = [_feed_in(record) for record in records]
        out = StepDraft(self.number, self._sharding)
        for record, feed in zip(records, feeds, strict=True):
            if feed:
                self.feeds[feed.feed_id] = feed
                self._take_over(feed, out)
                if self._agenda is not None:
                    self._agenda.follow(feed, self.states.get(feed.feed_id))
                out.count("subscribed")
            else:
                self._unsubscribe(_key(record), out)
        return out.step(self._levels())

    def take(self, readings: Sequence[Reading]) -> Step:
        """One outcome or dead letter a reading; articles, watermarks and states in one step."""
        out = StepDraft(self.number, self._sharding)
        for reading in readings:
            match reading:
                case SightingReading() | ArchiveReading() | RecordReading():
                    out.seen(articles.sighting_in(reading))
                case PageReading():
                    self._page(reading, out)
                case FeedReading():
                    self._poll(reading, out)
                case LeaseReading():
                    self._lease(reading, out)
                case BadReading():
                    out.bad(reading)
                case Skipped():
                    out.count(f"skipped-{reading.kind}")
                case Progress():
                    self._progress(reading, out)
                case Tick() | Canary():
                    self._tick(reading, out)
        return out.step(self._levels(), self.origins)

    def held(self) -> int:
        """Always 0: what waits for its page waits in the feed's state, and is counted as `unfetched`."""
        return 0

    def position(self, recording: str) -> int:
        """How many items of a recording or archive are published."""
        state = self.states.get(recording)
        return state.position if state else 0

    def unfetched(self) -> int:
        """Entries whose page is still to be fetched."""
        return sum(len(state.pending) for state in self.states.values())

    def _unsubscribe(self, feed_id: str, out: StepDraft) -> None:
        self.feeds.pop(feed_id, None)
        if self._agenda is not None:
            self._agenda.end(feed_id, self.states.get(feed_id))
        if feed_id in self.states:
            self._remember(feed_id, None)
            out.forgotten(feed_id)
        out.count("unsubscribed")

    def _take_over(self, feed: Feed, out: StepDraft) -> None:
        """A feed that moved goes on where it was: what it listed before is known."""
        before = self.states.get(feed.moved_from) if feed.moved_from else None
        if before is None or feed.feed_id in self.states:
            return
        state = replace(
            before, feed_id=feed.feed_id, url="", etag="", last_modified="", body_digest="", failures=0
        )
        self._remember(feed.moved_from, None)
        out.forgotten(feed.moved_from)
        self._write(state, before.polled_at or EPOCH, out)

    def _poll(self, reading: FeedReading, out: StepDraft) -> None:
        feed = self._feed(reading.feed_id, reading.url)
        state = self.states.get(feed.feed_id) or FeedState(feed_id=feed.feed_id, url=reading.url)
        self._apply(feed, poll(feed, state, reading, self._listings, self._bounds), reading.at, out)

    def _tick(self, reading: Tick | Canary, out: StepDraft) -> None:
        if isinstance(reading, Canary):
            out.canaries(reading.at, self.origins)
            out.count("canary")
        else:
            out.quiet_until(reading.at)
            out.count("tick")

    def _lease(self, reading: LeaseReading, out: StepDraft) -> None:
        state = self.states.get(reading.feed_id)
        if state and state.push:
            state = replace(state, push=lease.after(state.push, reading))
            self._write(state, reading.at, out)
        out.count("lease")

    def _page(self, reading: PageReading, out: StepDraft) -> None:
        key = entry_key(reading.url)
        owner = self._listings.owner(key)
        state = self.states.get(owner) if owner else None
        if state is None:
            self._apply(None, unannounced(reading), reading.at, out)
            return
        others = (self.states.get(feed_id) for feed_id in self._listings.others(key))
        feed = self._feed(state.feed_id, state.url)
        also_in = sorted(other.url for other in others if other)
        decision = page(feed, state, reading, self._listings, also_in, checks=self._checks)
        self._apply(feed, decision, reading.at, out)

    def _apply(self, feed: Feed | None, decision: Decision, at: datetime, out: StepDraft) -> None:
        for article in decision.articles:
            out.article(article)
        if decision.withdrawal:
            out.withdrawal(decision.withdrawal)
        self.entries.update(decision.entries)
        out.listed(decision.entries)
        if feed and decision.state:
            self._write(decision.state, at, out)
        if decision.dead:
            out.dead.append(decision.dead)
        else:
            out.count(decision.outcome, decision.failure)

    def _feed(self, feed_id: str, url: str) -> Feed:
        """The subscription, or one made up for a feed that only a recording knows."""
        known = self.feeds.get(feed_id) or Feed(feed_id=feed_id, url=url, source=source_of_page(url))
        # Older versions kept a login in the address: the fetcher still uses it, no record shows it.
        return replace(known, url=without_login(known.url))

    def _progress(self, reading: Progress, out: StepDraft) -> None:
        state = self.states.get(reading.recording) or FeedState(feed_id=reading.recording)
        self._write(replace(state, position=reading.position), reading.at or EPOCH, out)
        if reading.at:
            out.quiet_until(reading.at)
        out.count("progress")

    def _levels(self) -> dict[str, float]:
        return {"state_records": len(self.states), "state_bytes": self._bytes}

    def _write(self, state: FeedState, at: datetime, out: StepDraft) -> None:
        """Remember it, here and on the log."""
        self._remember(state.feed_id, state)
        whole = self._whole.get(state.feed_id)
        mark = mark_of(whole, state) if whole else None
        if mark:
            out.marked(mark, at)
            return
        self._whole[state.feed_id] = state
        short, past = split(state, self._pasts.get(state.feed_id))
        if past:
            self._pasts[state.feed_id] = past
            out.past(past, at)
        out.remembered(short, at)

    def _remember(self, key: str, state: FeedState | None) -> None:
        before = self.states.get(key)
        self._bytes += _weight(state) - _weight(before)
        self._listings.update(key, before.seen if before else (), state.seen if state else ())
        feed = self.feeds.get(key)
        if self._agenda is not None and feed and state:
            self._agenda.update(feed, before, state)
        if state:
            self.states[key] = state
        else:
            self.states.pop(key, None)
            self._whole.pop(key, None)
            self._pasts.pop(key, None)


ENTRY_OUTCOMES = (
    *("new", "changed", "unchanged", "known", "repeated"),
    *("no-address", "left-out", "put-off", "cut"),
)
"""What can become of an entry of a feed document. `known`: another feed answers for it."""
OUTCOMES = (
    "article",
    "unchanged",
    "polled",
    "not-modified",
    "same-body",
    "poll-failed",
    "page-failed",
    "withdrawn",
    *(
        f"skipped-{kind}"
        for kind in ("robots", "redirect", "revisit", "sitemap", "media", "not-http", "outside")
    ),
    "progress",
    "tick",
    "canary",
    "lease",
    "subscribed",
    "unsubscribed",
)
"""How a reading or a feed record can end, beside the dead letters."""
DEAD_REASONS = ("bad-line", "damaged-file", "no-article", "page-unreadable", "page-unreachable", "bad-feed")


def _feed_in(record: Record) -> Feed | None:
    """The subscription in a record; None for its end. Raises `Poison`."""
    if record.value is None:
        return None
    try:
        return wire.decode(Feed, record.value)
    except msgspec.MsgspecError as error:
        raise Poison("bad-feed", f"not a feed record: {error}") from None


def _weight(state: FeedState | None) -> int:
    """Memory of what is known of a feed, as an estimate: of CPython 3.11 on 64 bits."""
    return 1_000 + 550 * len(state.seen) + 700 * len(state.pending) if state else 0


def _key(record: Record) -> str:
    return (record.key or b"").decode("utf-8", "replace")


FeederFactory = Callable[[IngestTask, int], Feeder | None]
"""Makes the outside input of a task with its partition number; None where there is none."""


class IngestService:
    """`origins`: how many ingest partitions promise watermarks; a replay through one task has one."""

    name = NAME
    inputs = ("feeds",)
    changelog: str | None = "feed-state"
    drains_feeders = True

    def __init__(
        self,
        feeder_factory: FeederFactory,
        *,
        origins: int,
        sharding: Sharding = "one",
        bounds: PollBounds = PollBounds(),  # noqa: B008 - frozen
        checks: bool = False,
    ) -> None:
        self._bounds = bounds
        self._checks = checks
        self._feeder_factory = feeder_factory
        self._origins = origins
        self._sharding = sharding

    def task(self, number: int) -> IngestTask:
        return IngestTask(number, self._origins, self._sharding, self._bounds, checks=self._checks)

    def feeder(self, task: IngestTask, number: int) -> Feeder | None:
        return self._feeder_factory(task, number)
