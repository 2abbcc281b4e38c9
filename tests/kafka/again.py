"""All input from offset 0 once more, into the same outputs."""

from functools import partial

from services.stream.bus import Partition
from services.stream.patience import Patience, call_patiently
from tests.kafka.crew import Crew, latest
from tests.kafka.faults import FINISH_S, Did
from tests.kafka.outcome import LOG, TABLE

TABLES = (TABLE, "clusters", "events", "dedup-state", LOG)
"""The log of changes, too: the last word on each story must be what it was."""


async def read_again(crew: Crew) -> Did:
    """Put the services back to the start of their input, let them do it all again, and compare the tables.

    No service may run.
    """
    before = {topic: latest(await crew.records(topic)) for topic in TABLES}
    async with crew.bus() as bus:
        for group, topic in (("newsfold-dedup", "articles"), ("newsfold-enrich", "clusters")):
            for number in range(await bus.partitions(topic)):
                writer = await call_patiently(partial(bus.writer, group, [topic], number), Patience())
                await writer.publish([], consumed={Partition(topic, number): 0})
                await writer.close()
    crew.add("dedup-0", "run", "dedup")
    crew.add("enrich", "run", "enrich")
    await crew.settled(FINISH_S)
    await crew.stop()
    after = {topic: latest(await crew.records(topic)) for topic in TABLES}
    return {
        "records in the tables": sum(map(len, before.values())),
        "tables that differ": sum(before[topic] != after[topic] for topic in TABLES),
    }
