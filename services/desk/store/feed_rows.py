"""How feeds fare, in the read model."""

from collections.abc import Sequence

from services.contracts.feeds import Feed, FeedState, FeedStatus, Poll, Unused
from services.desk.store import bodies
from services.desk.store.batch import Batch
from services.desk.views.feeds import FeedRow, PollRow, UnusedRow
from services.desk.views.frame import Link
from services.stream.bus import Record

WORST_FIRST: Sequence[FeedStatus] = ("gone", "broken", "losing", "backing_off", "paused", "fresh")
MOST_POLLS = 12
MOST_UNUSED = 5


def take(batch: Batch, record: Record, feed: Feed) -> None:
    """What an operator asked for."""
    batch.db.execute(
        "insert into feed (feed_id, asked, grade, failures, source, status) values (?, ?, ?, 0, ?, ?) "
        "on conflict do update set asked = excluded.asked, source = excluded.source",
        (feed.feed_id, bodies.pack_json(record.value or b""), *_grade(feed.paused), feed.source, ""),
    )


def _grade(paused: bool) -> tuple[int]:
    return (WORST_FIRST.index("paused" if paused else "fresh"),)


def end(batch: Batch, record: Record) -> None:
    """It is no longer followed."""
    batch.db.execute("update feed set asked = null where feed_id = ?", (_id(record),))


def end_state(batch: Batch, record: Record) -> None:
    batch.db.execute("delete from feed where feed_id = ?", (_id(record),))


def take_state(batch: Batch, record: Record, state: FeedState) -> None:
    """A recording has a state too, of which only the position is used: it is no feed."""
    if not state.url:
        batch.skip(record, "recording")
        return
    row = feed_row(state, record, told=batch.texts == "full")
    batch.db.execute(
        "insert into feed (feed_id, row, grade, failures, source, status) values (?, ?, ?, ?, ?, ?) "
        "on conflict do update set row = excluded.row, grade = excluded.grade, failures = excluded.failures, "
        "status = excluded.status",
        (
            state.feed_id, bodies.pack(row), WORST_FIRST.index(state.status), state.failures, "",
            state.status,
        ),
    )  # fmt: skip


def feed_row(state: FeedState, record: Record, *, told: bool) -> FeedRow:
    articles = sum(entry.fate == "article" for entry in state.seen) + state.past.get("article", 0)
    href = f"/record/{record.partition.topic}/{record.partition.number}/{record.offset}"
    return FeedRow(
        feed_id=state.feed_id,
        url=state.url,
        source="",
        status=state.status,
        reason=state.reason,
        failures=state.failures,
        polled_at=state.polled_at,
        due_at=state.due_at,
        listed=state.listed,
        articles=articles,
        pending=len(state.pending),
        polls=tuple(map(_poll, state.polls[:MOST_POLLS])),
        unused=tuple(_unused(one, told=told) for one in state.unused[:MOST_UNUSED]),
        record=Link(label="record", href=href),
    )


def _poll(poll: Poll) -> PollRow:
    new = poll.entries.get("new", 0) + poll.entries.get("changed", 0)
    return PollRow(at=poll.at, outcome=poll.outcome, reason=poll.reason, listed=poll.listed, articles=new)


def _unused(one: Unused, *, told: bool) -> UnusedRow:
    return UnusedRow(at=one.at, reason=one.reason, about=one.about, detail=one.detail if told else "")


def _id(record: Record) -> str:
    return (record.key or b"").decode("utf-8", "replace")
