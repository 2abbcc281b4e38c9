"""A spread dedup as processes over a broker, and what one process makes of the same articles."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.console.addresses import topic_specs
from services.console.scan import is_a, scan
from services.contracts.articles import Article
from services.contracts.topics import SHARD_COUNT
from services.dedup.roles import ROLES
from services.dedup.service import DedupTask
from services.dedup.settings import DedupSettings
from services.stream.bus import Bus, Partition, Record
from services.stream.memory import MemoryBus
from services.stream.sqlite import SqliteBus
from tests.kafka.crew import LOOK_S, Crew, contents, latest
from tests.kafka.outcome import Calm, Left, Outcome, compare

PROCESSES = {"plan": 1, "sign": 2, "range": 2, "pair": 2, "fold": 1}
BATCH = 100


class Published(NamedTuple):
    """What a dedup leaves, in order within each partition; offsets apart."""

    relations: Sequence[Record]
    clusters: Sequence[Record]
    state: Mapping[tuple[int, bytes | None], Record]
    """The last record of each key."""


def begin(crew: Crew, roles: Sequence[str] = ROLES, *, is_shared: bool = False) -> None:
    """`is_shared`: the processes of a role keep their images in one folder, where one finds another's."""
    for role in roles:
        for number in range(PROCESSES[role]):
            shared = shared_folder(crew, role) if is_shared else {}
            crew.add(f"{role}-{number}", "run", role, static=True, **shared)


def shared_folder(crew: Crew, role: str) -> dict[str, str]:
    return {"NEWSFOLD_BUS__STATE_DIR": str(crew.folder / f"{role}-state")}


def start(crew: Crew, calm: Calm, speed: float) -> None:
    """All roles, and one ingest that plays the recording and ends."""
    begin(crew, is_shared=True)
    crew.add(
        "ingest", "run", "ingest", "--recording", str(calm.source), "--once",
        NEWSFOLD_REPLAY__SPEED=str(speed),
    )  # fmt: skip


async def wait_until_filled(crew: Crew, topic: str, count: int, within_s: float) -> None:
    """Tend until so many records lie in a topic. Raises `TimeoutError`."""
    async with asyncio.timeout(within_s), crew.bus() as bus:
        while len(await contents(bus, topic)) < count:
            crew.tend()
            await asyncio.sleep(LOOK_S)


async def wait_until_imaged(crew: Crew, role: str, count: int, within_s: float) -> None:
    """Until its processes have told of images of so many numbers. Raises `TimeoutError`."""
    async with asyncio.timeout(within_s):
        while len(_imaged(crew, role)) < count:  # noqa: ASYNC110 - a file tells nobody that it grew
            await asyncio.sleep(LOOK_S)


def _imaged(crew: Crew, role: str) -> set[int]:
    lines = [line for log in crew.folder.glob(f"{role}-*.log") for line in log.read_text().splitlines()]
    return {json.loads(line)["partition"] for line in lines if '"state.imaged"' in line}


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


async def outcome(crew: Crew, calm: Calm) -> Outcome:
    """Relations and clusters as a log and dedup-state as a table, against what one process makes of the
    articles that lie there; and these against an undisturbed run's.
    """
    found, wanted = await published(crew), await by_one(crew)
    told = compare(
        Left([*found.relations, *found.clusters], found.state),
        Left([*wanted.relations, *wanted.clusters], wanted.state),
    )
    async with crew.bus() as bus:
        here = await _articles(bus)
    log = SqliteBus(calm.log)
    await log.start()
    try:
        there = await _articles(log)
    finally:
        await log.close()
    lost, doubled = (sum(more.values()) for more in (there - here, here - there))
    return told._replace(lost=told.lost + lost, doubled=told.doubled + doubled)


async def _articles(bus: Bus) -> Counter[tuple[int, bytes | None]]:
    """In whatever order, without the watermarks, which hang on how fast a recording is played."""
    return Counter(
        [
            (record.partition.number, record.value)
            async for record in scan(bus, "articles")
            if is_a(record, Article)
        ]
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
