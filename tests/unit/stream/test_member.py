"""Fetching on an embedded log: no spinning, no record from before a seek."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.stream.bus import Output, Partition, TopicSpec
from services.stream.member import FetchRequest, FetchResult
from services.stream.memory import MemoryBus
from services.stream.sqlite import SqliteBus

T0 = Partition("t", 0)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_a_hole_at_the_end_is_looked_into_once(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = MemoryBus() if kind == "memory" else SqliteBus(tmp_path / "log.db")
    await bus.start()
    await bus.create([TopicSpec(name="t", partitions=1, retention_s=60)])
    writer = await bus.writer("g", ["t"], 0)
    now_us = int(time.time() * 1e6)
    await writer.publish([Output(T0, b"k", b"v", (), at) for at in (now_us, 1, 1)], consumed={})
    await bus.compact("t")
    member = await bus.join("m", ["t"])
    await member.assignment(timeout_s=1)
    looks: list[Sequence[FetchRequest]] = []
    find = bus.find

    async def count(requests: Sequence[FetchRequest]) -> Sequence[FetchResult]:
        looks.append(requests)
        return await find(requests)

    monkeypatch.setattr(bus, "find", count)
    for start, found in ((0, 1), (1, 0)):
        member.seek({T0: start})
        got = await member.fetch(max_records=10, timeout_s=0.05)
        assert sum(map(len, got.values())) == found
        assert not await member.fetch(max_records=10, timeout_s=0.05)
    assert len(looks) == 2
    await bus.close()


async def test_what_was_being_read_when_a_seek_came_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = MemoryBus()
    await bus.create([TopicSpec(name="t", partitions=1)])
    writer = await bus.writer("g", ["t"], 0)
    await writer.publish([Output(T0, b"k", b"%d" % i) for i in range(10)], consumed={})
    member = await bus.join("m", ["t"])
    await member.assignment(timeout_s=1)
    member.seek({T0: 0})
    find = bus.find

    async def slowly(requests: Sequence[FetchRequest]) -> Sequence[FetchResult]:
        found = await find(requests)
        await asyncio.sleep(0.02)
        return found

    monkeypatch.setattr(bus, "find", slowly)
    fetching = asyncio.create_task(member.fetch(max_records=3, timeout_s=5))
    await asyncio.sleep(0.005)
    member.seek({T0: 7})
    assert [record.offset for record in (await fetching)[T0]] == [7, 8, 9]
