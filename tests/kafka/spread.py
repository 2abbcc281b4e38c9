"""A spread dedup as processes over a broker, and what one process makes of the same articles."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.console.addresses import topic_specs
from services.console.scan import scan
from services.contracts.topics import SHARD_COUNT
from services.dedup.roles import ROLES
from services.dedup.service import DedupTask
from services.dedup.settings import DedupSettings
from services.stream.bus import Partition, Record
from services.stream.memory import MemoryBus
from tests.kafka.crew import LOOK_S, Crew, contents, latest

PROCESSES = {"plan": 1, "sign": 2, "range": 2, "pair": 2, "fold": 1}
BATCH = 100


class Published(NamedTuple):
    """What a dedup leaves, in order within each partition; offsets apart."""

    relations: Sequence[Record]
    clusters: Sequence[Record]
    state: Mapping[tuple[int, bytes | None], Record]
    """The last record of each key."""


def begin(crew: Crew, roles: Sequence[str] = ROLES) -> None:
    for role in roles:
        for number in range(PROCESSES[role]):
            crew.add(f"{role}-{number}", "run", role)


async def wait_until_filled(crew: Crew, topic: str, count: int, within_s: float) -> None:
    """Tend until so many records lie in a topic. Raises `TimeoutError`."""
    async with asyncio.timeout(within_s), crew.bus() as bus:
        while len(await contents(bus, topic)) < count:
            crew.tend()
            await asyncio.sleep(LOOK_S)


async def kill_each(crew: Crew, chance: random.Random, *, longest_s: float) -> None:
    """SIGKILL every process once, in any order; a supervisor starts it again."""
    names = sorted(crew.hands)
    chance.shuffle(names)
    for name in names:
        await asyncio.sleep(chance.uniform(0.05, longest_s))
        crew.hands[name].kill()
        crew.tend()


async def published(crew: Crew) -> Published:
    async with crew.bus() as bus:
        return Published(
            await contents(bus, "relations"),
            await contents(bus, "clusters"),
            latest(await contents(bus, "dedup-state")),
        )


async def by_one(crew: Crew) -> Published:
    """What one process publishes of the articles that lie there now."""
    log = MemoryBus()
    await log.start()
    await log.create(topic_specs(forget=False))
    async with crew.bus() as bus:
        articles = [record async for record in scan(bus, "articles")]
    for number in range(SHARD_COUNT):
        task = DedupTask(number, DedupSettings())
        writer = await log.writer("one", ("articles",), number)
        own = [record for record in articles if record.partition.number == number]
        for start in range(0, len(own), BATCH):
            some = own[start : start + BATCH]
            last = {Partition("articles", number): 0}
            await writer.publish(task.step(some).outputs, consumed=last)
    return Published(
        await contents(log, "relations"),
        await contents(log, "clusters"),
        latest(await contents(log, "dedup-state")),
    )
