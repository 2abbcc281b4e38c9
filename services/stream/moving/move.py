"""One move of a sealed log to another bus, which a second call completes if the first was cut off.

How far each partition has come is committed on the bus moved to, in one act with its records: as the position
of `GROUP` there, counted in offsets of the log moved from. So no record is lost or doubled, whenever the move
is killed. Then both logs are read and compared, which also tells where every record lies now; only after
that do the groups get their positions, and the seal says that the move is done.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Protocol

import msgspec
from msgspec.structs import replace

from services.stream import retention
from services.stream.bus import Bus, Fatal, Output, Partition, Record, TopicSpec, Writer
from services.stream.changelog import walk
from services.stream.clock import Clock, microseconds
from services.stream.moving.places import Places
from services.stream.moving.proof import prove
from services.stream.patience import Patience, call_patiently
from services.stream.sqlite.seal import Seal

GROUP = "newsfold-operators-move"
GRACE_S = retention.TOMBSTONE_GRACE_S
BATCH_BYTES = 4 * 1024 * 1024
"""Of one publish; one record may be larger by itself."""

PlacesByPartition = Mapping[Partition, Places]
Positions = Mapping[str, Mapping[Partition, int]]
"""Next offset of each partition, by group."""
ReferenceRewrite = Callable[[Record, PlacesByPartition], Output]
"""A record as it is published elsewhere; the places are those of all topics it may refer to."""
MoveProgress = Callable[[str, int, int], None]
"""Told (what is done, how far, of how much)."""


class SealableBus(Bus, Protocol):
    """A log that can be sealed."""

    def topics(self) -> Mapping[str, TopicSpec]: ...

    async def positions(self) -> Positions: ...

    async def read_seal(self) -> Seal | None: ...

    async def seal(self, to: str) -> None: ...

    async def finish_seal(self) -> None: ...


class MoveResult(msgspec.Struct, frozen=True):
    """What lies on the other bus now, proved."""

    records: Mapping[str, int]
    """By topic."""
    positions: Mapping[str, Mapping[Partition, tuple[int, int]]]
    """By group: the next offset on the log moved from, and on the bus moved to."""
    left: Sequence[str] = ()
    """Topics that were not moved."""


class MovePlan(msgspec.Struct, frozen=True, kw_only=True):
    """How to move."""

    to: str
    """The bus moved to, by a name that is the same in every run."""
    referring: Sequence[str]
    """Topics whose records name offsets of other topics; they are moved last."""
    rewrite: ReferenceRewrite
    patience: Patience
    progress: MoveProgress
    lags: Mapping[str, float] = {}
    """`TopicSpec.lag_s` by topic, which the source does not keep: it knows what its groups have taken."""
    left: Collection[str] = ()
    """Topics and groups that are not moved: what is in them is made anew where it is needed."""


async def move(source: SealableBus, target: Bus, plan: MovePlan, *, clock: Clock) -> MoveResult | None:
    """None where an earlier run has done it all. Raises `Fatal` where it cannot be done or proved."""
    seal = await source.read_seal()
    if seal is not None and seal.to != plan.to:
        raise Fatal(
            f"this log {'was moved' if seal.done else 'is being moved'} to {seal.to}, not to {plan.to}; name "
            "that as before, or take the seal off with `newsfold log unseal`"
        )
    if seal is not None and seal.done:
        return None
    topics = _topics_in_order(source, plan)
    await target.create([replace(one, lag_s=plan.lags.get(one.name)) for one in topics])
    if seal is None:
        await _refuse_used(topics, await _positions(source, plan), target)
        await source.seal(plan.to)
    places: dict[Partition, Places] = {}
    async with AsyncExitStack() as stack:
        writers = await _writers(topics, target, stack)
        for topic in topics:
            for number in range(topic.partitions):
                partition = Partition(topic.name, number)
                rewrite = _bind_places(plan.rewrite, dict(places))
                await _copy(source, writers[number], partition, rewrite, plan)
                plan.progress(f"proving {topic.name}", number, topic.partitions)
                cleanup = retention.cleanup_rule(
                    topic, now_us=microseconds(clock.now()), tombstone_grace_s=GRACE_S
                )
                places[partition] = await prove(source, target, partition, cleanup, rewrite)
    positions = await _hand_over_positions(await _positions(source, plan), target, places, plan.patience)
    await source.finish_seal()
    records = {one.name: sum(len(places[at]) for at in places if at.topic == one.name) for one in topics}
    return MoveResult(records, positions, sorted(source.topics().keys() - records.keys()))


def _bind_places(rewrite: ReferenceRewrite, found: PlacesByPartition) -> Callable[[Record], Output]:
    return lambda record: rewrite(record, found)


def _topics_in_order(source: SealableBus, plan: MovePlan) -> list[TopicSpec]:
    """What is referred to comes before what refers to it."""
    moved = [topic for topic in source.topics().values() if topic.name not in plan.left]
    return sorted(moved, key=lambda topic: (topic.name in plan.referring, topic.name))


async def _positions(source: SealableBus, plan: MovePlan) -> Positions:
    """Of the groups that move, on the topics that do."""
    found = {
        group: {at: offset for at, offset in positions.items() if at.topic not in plan.left}
        for group, positions in (await source.positions()).items()
        if group not in plan.left
    }
    return {group: positions for group, positions in found.items() if positions}


async def _refuse_used(topics: Sequence[TopicSpec], positions: Positions, target: Bus) -> None:
    """Raises `Fatal` where the bus moved to holds anything."""
    for topic in topics:
        for number in range(topic.partitions):
            partition = Partition(topic.name, number)
            if await target.read(partition, 0, max_records=1):
                raise Fatal(f"topic {topic.name!r} there holds records already; {_ELSEWHERE}")
    for group in (GROUP, *positions):
        if await target.committed(group, [topic.name for topic in topics]):
            raise Fatal(f"group {group!r} has been at work there already; {_ELSEWHERE}")


_ELSEWHERE = "move to another prefix (bus.prefix), or delete the topics there first"


async def _writers(topics: Sequence[TopicSpec], target: Bus, stack: AsyncExitStack) -> dict[int, Writer]:
    """One for each number, for all topics that have it."""
    writers = {}
    for number in range(max((topic.partitions for topic in topics), default=0)):
        names = sorted(topic.name for topic in topics if number < topic.partitions)
        writers[number] = await target.writer(GROUP, names, number)
        stack.push_async_callback(writers[number].close)
    return writers


async def _copy(
    source: SealableBus,
    writer: Writer,
    partition: Partition,
    rewrite: Callable[[Record], Output],
    plan: MovePlan,
) -> None:
    start, end = (await writer.committed()).get(partition, 0), await source.end(partition)
    async for records in _batches(source, partition, start, end):
        following = records[-1].offset + 1
        publish = partial(writer.publish, [rewrite(one) for one in records], consumed={partition: following})
        await call_patiently(publish, plan.patience)
        plan.progress(f"moving {partition.topic}/{partition.number}", following, end)


async def _batches(
    source: SealableBus, partition: Partition, start: int, end: int
) -> AsyncIterator[list[Record]]:
    async for records in walk(source, partition, start, end):
        batch: list[Record] = []
        size = 0
        for record in records:
            weight = len(record.value or b"")
            if batch and size + weight > BATCH_BYTES:
                yield batch
                batch, size = [], 0
            batch.append(record)
            size += weight
        yield batch


async def _hand_over_positions(
    positions: Positions, target: Bus, places: PlacesByPartition, patience: Patience
) -> dict[str, dict[Partition, tuple[int, int]]]:
    """Give every group the position it had."""
    told: dict[str, dict[Partition, tuple[int, int]]] = {}
    for group, reached in positions.items():
        told[group] = {at: (old, places[at].new_offset(old)) for at, old in sorted(reached.items())}
        for number in sorted({at.number for at in reached}):
            wanted = {at: new for at, (_, new) in told[group].items() if at.number == number}
            await _commit(target, group, number, wanted, patience)
    return told


async def _commit(
    target: Bus, group: str, number: int, wanted: Mapping[Partition, int], patience: Patience
) -> None:
    writer = await target.writer(group, sorted(at.topic for at in wanted), number)
    try:
        found = dict(await writer.committed())
        if found and found != wanted:
            raise Fatal(f"group {group!r} has been at work there before the move was done; {_ELSEWHERE}")
        if not found:
            await call_patiently(partial(writer.publish, [], consumed=wanted), patience)
    finally:
        await writer.close()
