"""The Desk with a socket and a file: what it does when the log, the file or itself goes away."""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.console.addresses import topic_specs
from services.contracts.topics import WITH_SPREAD
from services.desk.desk import Desk
from services.desk.log.follow import Follower
from services.desk.queries import upkeep
from services.desk.store import bodies, database, intake, schema
from services.ops.settings import DeskSettings
from services.stream.bus import Output, Partition, Record, Retry
from services.stream.memory import MemoryBus
from tests.integration.desk.corpus import START, ListLog, newsroom
from tests.integration.desk.site import quiet

ANYWHERE = DeskSettings(listen="127.0.0.1:0")


class MoodyLog(ListLog):
    """A log that can be away, or slow."""

    def __init__(self, records: Sequence[Record]) -> None:
        super().__init__(records)
        self.away = False
        self.open = asyncio.Event()
        self.open.set()

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        await self.open.wait()
        if self.away:
            raise Retry("nobody answers")
        return await super().read(partition, start, max_records=max_records)

    def put(self, records: Sequence[Record]) -> None:
        for record in records:
            self.records.setdefault(record.partition, []).append(record)


@asynccontextmanager
async def running(log: ListLog, file: Path) -> AsyncIterator[tuple[Desk, httpx.AsyncClient, asyncio.Event]]:
    stop = asyncio.Event()
    async with Desk(log, ANYWHERE, file, now=lambda: START) as desk:
        serving = asyncio.create_task(desk.run(stop))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{desk.port}", timeout=20) as client:
            yield desk, client, stop
        stop.set()
        await serving


async def until(wanted: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not wanted():  # noqa: ASYNC110 - nothing rings
            await asyncio.sleep(0.01)


async def caught_up(desk: Desk) -> None:
    await until(lambda: desk.progress.caught_up)


async def told(client: httpx.AsyncClient, path: str = "/front.json") -> dict[str, Any]:
    return dict((await client.get(path)).json())


async def articles(client: httpx.AsyncClient) -> dict[str, int]:
    rows = (await told(client))["view"]["rows"]
    return {row["story_id"]: row["spread"]["articles"] for row in rows}


async def test_what_comes_is_on_the_page_and_on_the_stream_at_once(tmp_path: Path) -> None:
    records = newsroom()
    later = [one for one in records if one.key == b"s2"]
    log = MoodyLog([one for one in records if one.key != b"s2"])
    async with running(log, tmp_path / "desk.db") as (desk, client, _):
        await caught_up(desk)
        assert await articles(client) == {"s1": 3}
        async with client.stream("GET", "/live") as stream:
            lines = stream.aiter_lines()
            log.put(later)
            began = time.monotonic()
            async for line in lines:
                if line.startswith("data: ") and "stories" in line:
                    assert json.loads(line.removeprefix("data: ")) == {"stories": ["s2"], "count": 1}
                    break
            assert time.monotonic() - began < 2
        assert await articles(client) == {"s1": 3, "s2": 1}


async def test_it_ends_while_streams_are_open(tmp_path: Path) -> None:
    async with running(MoodyLog(newsroom()), tmp_path / "desk.db") as (desk, client, stop):
        await caught_up(desk)
        async with client.stream("GET", "/live") as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            began = time.monotonic()
            stop.set()
            async for _ in lines:
                pass
            assert time.monotonic() - began < 2


async def test_a_log_that_is_away_is_told_and_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.desk.log.follow.RETRY_S", 0.05)
    log = MoodyLog(newsroom())
    async with running(log, tmp_path / "desk.db") as (desk, client, _):
        await caught_up(desk)
        log.away = True
        await until(lambda: bool(desk.missing))
        assert "nobody answers" in (await told(client))["frame"]["notice"]
        assert await articles(client) == {"s1": 3, "s2": 1}
        assert (await client.get("/record/stories/0/0")).status_code == 503
        log.away = False
        await until(lambda: not desk.missing)
        assert not (await told(client))["frame"]["notice"]


async def test_the_old_pages_answer_while_the_file_is_made_anew(tmp_path: Path) -> None:
    file, log = tmp_path / "desk.db", MoodyLog(newsroom())
    async with running(log, file) as (desk, _, _):
        await caught_up(desk)
    age(file)
    log.open.clear()
    async with running(log, file) as (desk, client, _):
        assert await articles(client) == {"s1": 3, "s2": 1}
        assert "still reading" in (await told(client))["frame"]["notice"]
        assert desk.missing
        log.open.set()
        await caught_up(desk)
        await until(lambda: database.stamps(file)[1] == schema.intake_stamp("full"))
        assert await articles(client) == {"s1": 3, "s2": 1}
        assert not (await told(client))["frame"]["notice"]
    assert names(tmp_path, "*.new*") == set()


def names(folder: Path, pattern: str) -> set[str]:
    return {path.name for path in folder.glob(pattern)}


def age(file: Path) -> None:
    """As if another release had filled it."""
    db = sqlite3.connect(file)
    db.execute("pragma user_version = 1")
    db.close()


class TellingLog(MoodyLog):
    """A log that tells all its ends at once; behind its stories lies what is no record."""

    def __init__(self, records: Sequence[Record]) -> None:
        super().__init__(records)
        self.asked: list[str] = []

    async def ends(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        return {one: await self.end(one) + (one.topic == "stories") for one in partitions}

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        self.asked.append(partition.topic)
        return await super().read(partition, start, max_records=max_records)


async def test_a_partition_in_which_nothing_lies_is_not_read(tmp_path: Path) -> None:
    records = newsroom()
    log = TellingLog([one for one in records if one.key != b"s2"])
    follower = Follower(log, database.create(tmp_path / "desk.db", "full"), "full", quiet)
    await follower.begin()
    await follower.catch_up()
    log.asked.clear()
    await follower.catch_up()
    assert log.asked == []
    log.put([one for one in records if one.key == b"s2" and one.partition.topic == "story-changes"])
    await follower.catch_up()
    assert set(log.asked) == {"story-changes"}
    assert follower.progress.taken == sum(map(len, log.records.values()))
    follower.close()


async def test_another_log_is_read_from_its_beginning(tmp_path: Path) -> None:
    file = tmp_path / "desk.db"
    async with running(ListLog(newsroom()), file) as (desk, _, _):
        await caught_up(desk)
    shorter = [one for one in newsroom() if one.key == b"s2"]
    async with running(ListLog(shorter), file) as (desk, client, _):
        await caught_up(desk)
        assert await articles(client) == {"s2": 1}


async def test_two_desks_at_one_place_take_files_of_their_own(tmp_path: Path) -> None:
    log = ListLog(newsroom())
    async with (
        running(log, tmp_path / "desk.db") as (one, first, _),
        running(log, tmp_path / "desk.db") as (other, second, _),
    ):
        await caught_up(one)
        await caught_up(other)
        assert await articles(first) == await articles(second) == {"s1": 3, "s2": 1}
    assert names(tmp_path, "*.db") == {"desk.db", "desk-2.db"}


def test_what_fails_on_the_way_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = database.create(tmp_path / "desk.db", "full")
    records = [one for one in newsroom() if one.partition.topic == "articles"]
    intake.take(db, records[:1], "full")
    calls = iter(range(100))

    def failing(*_: object, **__: object) -> bytes:
        if next(calls):
            raise OSError("no space left on device")
        return b"{}"

    monkeypatch.setattr(bodies, "pack_json", failing)
    with pytest.raises(OSError, match="no space"):
        intake.take(db, records[1:], "full")
    assert list(intake.positions(db).values()) == [1]
    assert db.execute("select count(*) from version").fetchone() == (1,)
    monkeypatch.undo()
    intake.take(db, records[1:], "full")
    assert db.execute("select count(*) from version").fetchone() == (5,)
    db.close()


async def test_dead_letters_of_a_spread_dedup_are_shown_where_there_are_any(tmp_path: Path) -> None:
    bus = MemoryBus()
    await bus.create(topic_specs(forget=True))
    alone = Follower(bus, database.create(tmp_path / "alone.db", "full"), "full", quiet)
    await alone.begin()
    await bus.create(topic_specs(forget=True, topics=WITH_SPREAD))
    letters = Partition("dead-letters.sign", 0)
    writer = await bus.writer("test", [letters.topic], 0)
    why = (("dl_reason", b"undecodable"), ("dl_service", b"sign"), ("dl_origin", b"spans/9/0"))
    await writer.publish([Output(letters, b"span:0", b"{broken", why)], consumed={})
    db = database.create(tmp_path / "spread.db", "full")
    spread = Follower(bus, db, "full", quiet)
    for follower in (alone, spread):
        await follower.begin()
        await follower.catch_up()
    (row,) = upkeep.dead_letters(db).rows
    assert (row.service, row.reason, row.origin) == ("sign", "undecodable", "spans/9/0")
