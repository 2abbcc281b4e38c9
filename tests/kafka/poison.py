"""Input that nobody can use, and a dead-letter topic that does not take it."""

import asyncio
import random

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from services.console import addresses
from services.console.scan import scan
from services.contracts.topics import SHARD_COUNT
from services.stream.bus import Output, Partition
from services.stream.kafka import topics
from tests.kafka.crew import Crew
from tests.kafka.faults import FINISH_S, Did

DEAD = "dead-letters.dedup"
GROUP = "newsfold-dedup"
FLOOD = 400
"""More in a row than the breaker lets pass, and more than a batch holds."""


async def poison(crew: Crew, count: int) -> list[bytes]:
    """Put records that are no articles among the articles, round the shards; their values."""
    # Long and without pattern, so that a topic can be made to refuse them and still take commit markers.
    values = [b"no article %d " % number + random.Random(number).randbytes(2000) for number in range(count)]
    async with crew.bus() as bus:
        shards = await bus.partitions("articles")
        writer = await bus.writer("chaos-poison", ["feeds"], 0)
        for number, value in enumerate(values):
            await asyncio.sleep(0.2)
            await writer.publish(
                [Output(Partition("articles", number % shards), b"poison", value)], consumed={}
            )
    return values


async def dead(crew: Crew) -> list[bytes | None]:
    return [record.value for record in await crew.records(DEAD)]


async def limit_dead_letters(crew: Crew, most_bytes: int | None = None) -> None:
    """Make the broker refuse records of the dead-letter topic that are larger; None: as it was."""
    (spec,) = (one for one in addresses.topic_specs(forget=False) if one.name == DEAD)
    settings = topics.settings(spec, copies=1)
    if most_bytes is not None:
        settings |= {"max.message.bytes": str(most_bytes)}
    admin = AIOKafkaAdminClient(bootstrap_servers=crew.bootstrap)
    await admin.start()
    try:
        # All of them: Kafka's older request puts what it is not told back to the broker's own defaults.
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, crew.prefix + DEAD, settings)])
    finally:
        await admin.close()


async def flood(crew: Crew, number: int) -> list[bytes]:
    """Nothing but poison, enough of it to trip the breaker; its values."""
    values = [b"no article either %d" % one for one in range(FLOOD)]
    partition = Partition("articles", number)
    async with crew.bus() as bus:
        writer = await bus.writer("chaos-poison", ["feeds"], 0)
        await writer.publish([Output(partition, b"poison", value) for value in values], consumed={})
    return values


async def halted(crew: Crew, number: int) -> None:
    """Wait until a worker says that it leaves a partition alone. Raises `TimeoutError`."""
    async with asyncio.timeout(FINISH_S):
        while not any(_says(hand.log.read_text(), number) for hand in crew.hands.values()):
            crew.tend()
            await asyncio.sleep(0.1)


def _says(log: str, number: int) -> bool:
    return any('"partition.halted"' in line and f'"partition": {number}' in line for line in log.splitlines())


async def others_flow(crew: Crew, still: int) -> int:
    """Wait until all other partitions of articles are taken whole. What was committed of the still one.

    Raises `TimeoutError`.
    """
    others = {number for number in range(SHARD_COUNT) if number != still}
    async with asyncio.timeout(FINISH_S), crew.bus() as bus:
        while True:
            committed = await bus.committed(GROUP, ["articles"])
            at = {number: committed.get(Partition("articles", number), 0) for number in range(SHARD_COUNT)}
            left = [
                number
                for number in others
                if await bus.read(Partition("articles", number), at[number], max_records=1)
            ]
            if not left:
                return at[still]
            crew.tend()
            await asyncio.sleep(0.2)


async def unwritable(crew: Crew) -> Did:
    """One poisonous record whose dead letter is refused; later it is taken. Nobody restarts anything."""
    await crew.started(FINISH_S)  # they look at the topics before they start
    await limit_dead_letters(crew, 500)
    (value,) = await poison(crew, 1)
    await halted(crew, 0)
    await crew.ended("ingest", FINISH_S)
    committed = await others_flow(crew, 0)
    past = max(0, committed - await _offset_of(crew, value))
    assert await dead(crew) == []
    await limit_dead_letters(crew)
    await crew.settled(FINISH_S)
    assert await dead(crew) == [value]
    return {"partitions that stood still": 1, "committed past the poison": past, "dead letters after": 1}


async def _offset_of(crew: Crew, value: bytes) -> int:
    async with crew.bus() as bus:
        (offset,) = [one.offset async for one in scan(bus, "articles") if one.value == value]
    return offset


async def flooded(crew: Crew, number: int, values: list[bytes]) -> Did:
    """`values` lie before all else in a partition: the breaker opens; then an operator lets them through."""
    await halted(crew, number)
    await crew.ended("ingest", FINISH_S)
    committed = await others_flow(crew, number)
    before = await dead(crew)
    assert before == values[: len(before)]
    for name in [name for name in crew.hands if name.startswith("dedup")]:
        crew.add(name, "run", "dedup", NEWSFOLD_BUS__DEAD_RUN="100000", NEWSFOLD_BUS__DEAD_SHARE="1")
    await crew.settled(FINISH_S)
    assert sorted(map(str, await dead(crew))) == sorted(map(str, values))
    return {
        "poison in a row": len(values),
        "of it dead before the breaker opened": len(before),
        "committed past it": max(0, committed - len(before)),
    }
