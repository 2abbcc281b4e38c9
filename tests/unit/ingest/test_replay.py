"""Several files as one feeder: order, promises, resuming, pace. The files are lists in memory."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts import wire
from services.contracts.articles import Article, Watermark
from services.contracts.feeds import FeedState
from services.ingest.readings import ArchiveReading, BadReading, Progress, Reading
from services.ingest.recordings.pace import Pace
from services.ingest.recordings.replay import ReplayFeeder
from services.ingest.recordings.source import WHOLE, Item, TimeFrame, quiet_times
from services.ingest.service import IngestTask
from services.ingest.text.dates import EPOCH, MICROSECOND
from services.stream.clock import ManualClock
from services.stream.service import Step
from tests.unit.ingest.readings import BODY, START, after


class Listed:
    """A source over a list."""

    def __init__(self, name: str, minutes: Sequence[int], *, damage: str = "", at_once: int = 3) -> None:
        self.id = name
        self.damage = damage
        self._at_once = at_once
        self._times = [after(minute) for minute in minutes]
        self._quiet: list[datetime] = []
        self.closed = False

    async def open(self) -> None:
        self._quiet = quiet_times(self._times)

    @property
    def total(self) -> int:
        return len(self._times) + bool(self.damage)

    def quiet_until(self, position: int) -> datetime | None:
        return self._quiet[min(position, len(self._quiet) - 1)] if self._quiet else None

    async def batches(self, start: int) -> AsyncGenerator[list[Item], None]:
        everything = [Item(at, self._article(number, at)) for number, at in enumerate(self._times)]
        if self.damage:
            bad = BadReading(reason="damaged-file", detail=self.damage, origin=self.id)
            everything.append(Item(self.quiet_until(self.total) or EPOCH, bad))
        try:
            for first in range(start, len(everything), self._at_once):
                await asyncio.sleep(0)
                yield everything[first : first + self._at_once]
        finally:
            self.closed = True

    def _article(self, number: int, at: datetime) -> ArchiveReading:
        url = f"https://{self.id}.example/{number}"
        return ArchiveReading(
            url=url,
            canonical_url=url,
            source=self.id,
            feed="",
            title=f"Meldung {number}",
            text=BODY,
            language="de",
            published_at=None,
            at=at,
        )


async def steps(
    task: IngestTask,
    sources: Sequence[Listed],
    *,
    most: int,
    die_after: int = 10**9,
    rounds: int = 1,
) -> list[Step]:
    feeder = ReplayFeeder(task, sources, rounds=rounds)
    found: list[Step] = []
    try:
        while (readings := await feeder.next(max_items=most, timeout_s=1.0)) is not None:
            assert len(readings) <= max(most, 1 + len(sources))
            found.append(task.take(readings))
            if len(found) == die_after:
                break
    finally:
        await feeder.close()
    return found


def out(found: Sequence[Step]) -> list[Article | Watermark]:
    records = (
        wire.read(dict(output.headers), output.value or b"")
        for step in found
        for output in step.outputs
        if output.partition.topic == "articles"
    )
    return [one for one in records if isinstance(one, Article | Watermark)]


def articles(found: Sequence[Step]) -> list[Article]:
    return [one for one in out(found) if isinstance(one, Article)]


MINUTES = st.lists(st.integers(0, 12), max_size=9)
SORTED = MINUTES.map(sorted)


@given(st.lists(SORTED, min_size=1, max_size=3), st.integers(2, 12))
def test_files_are_merged_in_order_of_time(files: list[list[int]], most: int) -> None:
    sources = [Listed(f"paper{n}", minutes) for n, minutes in enumerate(files)]
    found = articles(asyncio.run(steps(IngestTask(0, 1), sources, most=most)))
    times = [one.first_seen_at for one in found]
    assert times == sorted(times)
    assert len(found) == sum(map(len, files))


@given(st.lists(MINUTES, min_size=1, max_size=3), st.integers(2, 12))
def test_no_article_comes_behind_a_promise_that_covers_it(files: list[list[int]], most: int) -> None:
    sources = [Listed(f"paper{n}", minutes) for n, minutes in enumerate(files)]
    promised = EPOCH
    for one in out(asyncio.run(steps(IngestTask(0, 1), sources, most=most))):
        if isinstance(one, Watermark):
            assert one.at >= promised
            promised = one.at
        else:
            assert one.first_seen_at > promised
    everything = [after(minute) for minutes in files for minute in minutes]
    assert promised == max(everything, default=EPOCH), "in the end all of it is promised"


@settings(deadline=None)
@given(st.lists(MINUTES, min_size=1, max_size=3), st.lists(st.integers(1, 3), max_size=6), st.integers(2, 7))
def test_a_killed_replay_goes_on_exactly_where_it_was_published(
    files: list[list[int]], kills: list[int], most: int
) -> None:
    def sources() -> list[Listed]:
        return [Listed(f"paper{n}", minutes) for n, minutes in enumerate(files)]

    task = IngestTask(0, 1)
    pieces: list[Step] = []
    for die_after in [*kills, 10**9]:
        pieces += asyncio.run(steps(task, sources(), most=most, die_after=die_after))
        reborn = IngestTask(0, 1)
        for key, state in task.states.items():
            assert isinstance(state, FeedState)
            reborn._remember(key, state)
        task = reborn
    assert articles(pieces) == articles(asyncio.run(steps(IngestTask(0, 1), sources(), most=most)))


async def test_the_same_file_twice_is_read_once() -> None:
    found = await steps(IngestTask(0, 1), [Listed("paper", [1, 2]), Listed("paper", [1, 2])], most=9)
    assert len(articles(found)) == 2


async def test_damage_is_told_and_dead_lettered_and_stops_nothing() -> None:
    task = IngestTask(0, 1)
    sources = [Listed("cut", [1], damage="cut.jsonl: cut off"), Listed("whole", [5])]
    feeder = ReplayFeeder(task, sources)
    found: list[Reading] = []
    while (readings := await feeder.next(max_items=9, timeout_s=1.0)) is not None:
        found += readings
    await feeder.close()
    assert feeder.damage == ["cut.jsonl: cut off"]
    assert feeder.progress == (3, 3)
    assert [type(one) for one in found] == [ArchiveReading, BadReading, ArchiveReading, Progress, Progress]


async def test_nothing_ready_is_an_empty_batch_and_not_the_end() -> None:
    class Slow(Listed):
        async def open(self) -> None:
            await asyncio.sleep(0.05)
            await super().open()

    feeder = ReplayFeeder(IngestTask(0, 1), [Slow("paper", [1])])
    assert await feeder.next(max_items=9, timeout_s=0.0) == []
    assert len(await feeder.next(max_items=9, timeout_s=5.0) or []) == 2
    assert await feeder.next(max_items=9, timeout_s=0.0) is None
    await feeder.close()


async def test_closing_half_way_closes_the_files() -> None:
    source = Listed("paper", range(50), at_once=1)
    feeder = ReplayFeeder(IngestTask(0, 1), [source])
    await feeder.next(max_items=4, timeout_s=1.0)
    await feeder.close()
    assert source.closed


async def test_a_paced_replay_holds_back_what_is_not_due_yet() -> None:
    clock = ManualClock(START)
    feeder = ReplayFeeder(IngestTask(0, 1), [Listed("paper", [0, 1, 30])], pace=Pace(60.0), clock=clock)
    first = await feeder.next(max_items=9, timeout_s=0.5)
    assert [type(one) for one in first or []] == [ArchiveReading, Progress]
    clock.set(after(1 / 60))
    second = await feeder.next(max_items=9, timeout_s=0.5)
    assert [getattr(one, "at", None) for one in second or []][:1] == [after(1)]
    clock.set(after(1))
    third = await feeder.next(max_items=9, timeout_s=0.5)
    assert [getattr(one, "at", None) for one in third or []][:1] == [after(30)]
    await feeder.close()


async def test_no_gap_of_a_recording_is_waited_for_longer_than_is_allowed() -> None:
    clock = ManualClock(START)
    pace = Pace(60.0, most_gap_s=2.0)
    feeder = ReplayFeeder(IngestTask(0, 1), [Listed("paper", [0, 1, 600])], pace=pace, clock=clock)
    assert len(articles([IngestTask(0, 1).take(await feeder.next(max_items=9, timeout_s=0.5) or [])])) == 1
    clock.set(START + timedelta(seconds=2.9))
    assert len(articles([IngestTask(0, 1).take(await feeder.next(max_items=9, timeout_s=0.0) or [])])) == 1
    clock.set(START + timedelta(seconds=3))
    assert len(articles([IngestTask(0, 1).take(await feeder.next(max_items=9, timeout_s=0.5) or [])])) == 1
    await feeder.close()


@settings(deadline=None)
@given(st.lists(SORTED, min_size=1, max_size=3), st.integers(2, 4), st.integers(2, 7), st.integers(1, 5))
def test_a_round_is_the_round_before_as_much_later_as_the_recording_is_long(
    files: list[list[int]], rounds: int, most: int, die_after: int
) -> None:
    def play(task: IngestTask, stop: int = 10**9) -> list[Step]:
        sources = [Listed(f"paper{n}", minutes) for n, minutes in enumerate(files)]
        return asyncio.run(steps(task, sources, most=most, die_after=stop, rounds=rounds))

    whole = play(IngestTask(0, 1))
    told = [one for one in out(whole) if isinstance(one, Article)]
    each = len(told) // rounds
    assert each == sum(map(len, files))
    times = [one.first_seen_at for one in told]
    assert times == sorted(times)
    minutes = [minute for one in files for minute in one]
    length = after(max(minutes, default=0)) - after(min(minutes, default=0)) + MICROSECOND
    assert [at - length for at in times[each : 2 * each]] == times[:each]
    assert {one.version_id for one in told[each:]} == {one.version_id for one in told[:each]}
    promised = EPOCH
    for one in out(whole):
        if isinstance(one, Watermark):
            promised = max(promised, one.at)
        else:
            assert one.first_seen_at > promised
    assert promised == max(times, default=EPOCH)
    task = IngestTask(0, 1)
    assert articles(play(task, die_after) + play(task)) == told


@given(MINUTES.filter(bool), st.integers(0, 12), st.integers(0, 12))
def test_what_is_outside_the_frame_is_counted_and_the_rest_is_as_it_was(
    minutes: list[int], begin: int, more: int
) -> None:
    frame = TimeFrame(after(begin), after(begin + more))
    kept = [after(minute) for minute in minutes if frame.holds(after(minute))]
    assert kept == [after(minute) for minute in minutes if begin <= minute <= begin + more]
    assert all(frame.clamped(at) == at for at in kept)
    clamped = [frame.clamped(after(minute)) for minute in sorted(minutes)]
    assert clamped == sorted(clamped)
    assert frame.id_of("file") != WHOLE.id_of("file") == "file"


async def test_nothing_is_given_while_those_behind_have_no_room() -> None:
    room = asyncio.Event()

    async def has_room() -> bool:
        return room.is_set()

    feeder = ReplayFeeder(IngestTask(0, origins=1), [Listed("one", [1, 2])], has_room=has_room)
    try:
        assert await feeder.next(max_items=9, timeout_s=0.1) == []
        waiting = asyncio.create_task(feeder.next(max_items=9, timeout_s=5.0))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        room.set()
        readings = await waiting
        assert readings is not None
        assert len([one for one in readings if isinstance(one, ArchiveReading)]) == 2
        room.clear()
        assert await feeder.next(max_items=9, timeout_s=0.1) is None  # what is over waits for nobody
    finally:
        await feeder.close()
