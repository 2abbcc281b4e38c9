"""Pages for operators: feeds, dead letters, and the counters that must add up."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import get_args

from msgspec.structs import replace

from services.contracts.feeds import Feed, FeedStatus
from services.desk import addresses
from services.desk.queries.paging import paging
from services.desk.store import bodies
from services.desk.store.dead_rows import PREFIX
from services.desk.store.moments import moment, moment_or_none
from services.desk.views.accounts import (
    Account,
    AccountsPage,
    Part,
    ReadingRow,
    SkippedRow,
    WatermarkRow,
)
from services.desk.views.dead_letters import DeadLetterCount, DeadLetterRow, DeadLettersPage
from services.desk.views.feeds import FeedRow, FeedsPage, StatusCount
from services.desk.views.frame import Link
from services.stream.bus import Partition

SIZE = 100
Readings = Mapping[Partition, tuple[int, int]]
"""Next offset and end of each partition."""


def feeds(db: sqlite3.Connection, *, page: int = 1) -> FeedsPage:
    """Worst first."""
    rows = db.execute(
        "select asked, row from feed order by grade, failures desc, source, feed_id limit ? offset ?",
        (SIZE, (page - 1) * SIZE),
    ).fetchall()
    counts: dict[str, int] = dict(
        db.execute("select coalesce(nullif(status, ''), 'fresh'), count(*) from feed group by 1").fetchall()
    )
    total = sum(counts.values())
    return FeedsPage(
        counts=tuple(
            StatusCount(status=status, count=counts[status])
            for status in get_args(FeedStatus)
            if status in counts
        ),
        rows=tuple(_feed(*row) for row in rows),
        paging=paging("/feeds", {}, page=page, size=SIZE, total=total),
    )


def _feed(asked: bytes | None, row: bytes | None) -> FeedRow:
    """A feed that was never polled has no state; a recorded one may have no subscription."""
    feed = bodies.unpack(Feed, asked) if asked else None
    state = bodies.unpack(FeedRow, row) if row else None
    if state is None:
        assert feed is not None
        status: FeedStatus = "paused" if feed.paused else "fresh"
        return FeedRow(
            feed_id=feed.feed_id, url=feed.url, source=feed.source, title=feed.title, status=status
        )
    return replace(state, source=feed.source, title=feed.title) if feed else state


def dead_letters(db: sqlite3.Connection, *, page: int = 1) -> DeadLettersPage:
    counts = db.execute(
        "select service, reason, count(*) from dead group by service, reason order by 3 desc, 1, 2"
    ).fetchall()
    rows = db.execute(
        "select service, partition, offset, reason, detail, origin, at_us, size from dead "
        "order by at_us desc, service, offset desc limit ? offset ?",
        (SIZE, (page - 1) * SIZE),
    ).fetchall()
    return DeadLettersPage(
        counts=tuple(DeadLetterCount(service=one, reason=why, count=count) for one, why, count in counts),
        rows=tuple(_dead(row) for row in rows),
        paging=paging("/dead-letters", {}, page=page, size=SIZE, total=sum(count for *_, count in counts)),
    )


def _dead(row: Sequence[object]) -> DeadLetterRow:
    service, partition, offset, reason, detail, origin, at_us, size = row
    href = addresses.record(f"{PREFIX}{service}", partition, offset)  # type: ignore[arg-type]
    return DeadLetterRow(
        service=str(service),
        reason=str(reason),
        detail=str(detail),
        origin=str(origin),
        at=moment_or_none(at_us),  # type: ignore[arg-type]
        size=int(size),  # type: ignore[call-overload]
        record=Link(label="record", href=href),
    )


def accounts(db: sqlite3.Connection, readings: Readings, links: Sequence[Link]) -> AccountsPage:
    tally: dict[str, int] = dict(db.execute("select name, count from tally").fetchall())
    skips = db.execute("select topic, reason, count, partition, offset from skip order by 1, 2").fetchall()
    at = {
        (topic, number): at_us
        for topic, number, at_us in db.execute("select topic, partition, at_us from place")
    }
    return AccountsPage(
        accounts=_accounts(db, tally, {(topic, why): count for topic, why, count, *_ in skips}),
        readings=tuple(
            ReadingRow(
                topic=one.topic,
                partition=one.number,
                read=next_,
                end=end,
                lag=max(0, end - next_),
                at=moment_or_none(at.get((one.topic, one.number)) or None),
            )
            for one, (next_, end) in readings.items()
        ),
        watermarks=tuple(
            WatermarkRow(partition=partition, origin=origin, at=moment(at_us))
            for partition, origin, at_us in db.execute("select * from watermark order by 1, 2")
        ),
        skipped=tuple(
            SkippedRow(
                topic=topic,
                reason=why,
                count=count,
                last=Link(label="record", href=addresses.record(topic, partition, offset)),
            )
            for topic, why, count, partition, offset in skips
        ),
        links=tuple(links),
    )


def _accounts(
    db: sqlite3.Connection, tally: Mapping[str, int], skips: Mapping[tuple[str, str], int]
) -> tuple[Account, ...]:
    def skipped(topic: str) -> int:
        return sum(count for (of, _), count in skips.items() if of == topic)

    def counted(name: str, total: int, parts: Mapping[str, int], note: str) -> Account:
        return Account(
            name=name,
            total=total,
            parts=tuple(Part(name=one, count=count) for one, count in parts.items()),
            difference=total - sum(parts.values()),
            note=note,
        )

    (standing,) = db.execute("select coalesce(sum(articles), 0) from spread").fetchone()
    members, notices = db.execute(
        "select coalesce(sum(articles), 0), coalesce(sum(withdrawn), 0) from outlet"
    ).fetchone()
    known = {name: tally.get(name, 0) for name in ("versions", "versions again", "withdrawals", "watermarks")}
    story, screened = tally.get("verdicts story", 0), tally.get("verdicts screened", 0)
    return (
        counted(
            "records of articles",
            tally.get("read articles", 0),
            {**known, "not used": skipped("articles")},
            "A record is a version, one seen again, a withdrawal or a watermark, or told below as not used.",
        ),
        counted(
            "versions",
            known["versions"],
            {
                "in a story": story,
                "screened": screened,
                "waiting": known["versions"] - tally.get("decided", 0),
            },
            "A version is decided, or waits for the watermark. Below 0: the log holds verdicts on versions "
            "that it no longer holds.",
        ),
        counted(
            "members of stories",
            members,
            {"articles of standing stories": standing, "notices that withdraw": notices},
            "The counts of the stories, added up, are the articles that are in one.",
        ),
        counted(
            "steps of stories",
            tally.get("read story-changes", 0),
            {"changes": tally.get("changes", 0), "not used": skipped("story-changes")},
            "Every record is a change, or told below as not used.",
        ),
    )
