"""Whether a service is done with its input, as of now: what `replay` and `run --once` wait for."""

from collections.abc import Sequence

from services.stream.bus import Bus, Partition
from services.stream.runner import Runner


async def is_drained(bus: Bus, group: str, topics: Sequence[str]) -> bool:
    """Whether the group has committed everything its topics hold. Can be asked from any process.

    A task that holds records back keeps this False; ask `is_settled` and `Runner.held` beside it.
    """
    committed = await bus.committed(group, topics)
    for topic in topics:
        for number in range(await bus.partitions(topic)):
            partition = Partition(topic, number)
            if await bus.read(partition, committed.get(partition, 0), max_records=1):
                return False
    return True


async def is_settled(runners: Sequence[Runner]) -> bool:
    """Whether the runners of one service, all of them, have taken and published everything there is.

    Feeders must be exhausted. What tasks still hold counts as taken: see `Runner.held`.
    """
    if any(runner.busy for runner in runners):
        return False
    first = runners[0]
    numbers = set(range(await first.bus.partitions(first.service.inputs[0])))
    at_rest: set[int] = set()
    for runner in runners:
        at_rest |= await runner.numbers_at_rest()
    return at_rest == numbers
