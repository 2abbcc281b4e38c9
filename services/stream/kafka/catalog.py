"""The cluster's topics, as far as this bus has met them: created, verified, and what they allow."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.stream import layout
from services.stream.bus import Fatal, Output, Partition, Retry, TopicSpec
from services.stream.kafka import topics as policy
from services.stream.kafka.admin import Admin
from services.stream.kafka.bounds import RECORD_BYTES
from services.stream.kafka.client import Access
from services.stream.kafka.records import WireRecord, size_of, to_wire
from services.stream.kafka.topics import TopicDescription

LOOK_S = 0.002


class Catalog:
    """Learns a topic when it is first named, and believes that it stays as it is."""

    def __init__(self, access: Access, admin: Admin) -> None:
        self._access = access
        self._admin = admin
        self._topics: dict[str, TopicSpec] = {}

    async def create(self, topics: Sequence[TopicSpec]) -> None:
        """Create what is missing, then verify all."""
        found = await self._admin.topics()
        missing = [spec for spec in topics if spec.name not in found]
        if missing:
            layout.to_create({}, missing)
            copies = policy.replicas(await self._admin.brokers())
            await self._admin.create({spec.name: policy.target_description(spec, copies) for spec in missing})
            await self._wait_until_known({spec.name for spec in missing})
        await self.verify(topics)

    async def verify(self, topics: Sequence[TopicSpec]) -> None:
        """Raises `Fatal` where a topic is missing or not as asked, with everything that differs."""
        found = await self.describe(spec.name for spec in topics)
        self._topics |= {name: one.spec(name) for name, one in found.items()}
        for spec in topics:
            layout.spec_of(self._topics, spec.name)
        layout.to_create(self._topics, topics)
        wrong = [
            f"topic {self._access.prefix + spec.name!r}: {difference}"
            for spec in topics
            for difference in policy.differences(spec, found[spec.name])
        ]
        if wrong:
            raise Fatal(f"{'; '.join(wrong)}; change the topic or the topic table")

    async def describe(self, topics: Iterable[str]) -> dict[str, TopicDescription]:
        """The topics as they are, without those that do not exist or may not be seen."""
        known = await self._admin.topics()
        wanted = [name for name in topics if name in known]
        settings = await self._admin.settings(wanted) if wanted else {}
        return {
            name: TopicDescription(
                partitions=known[name][0], replicas=known[name][1], settings=settings.get(name, {})
            )
            for name in wanted
        }

    async def all_partitions(self) -> list[Partition]:
        """Every partition of ours that may be seen."""
        known = await self._admin.topics()
        return [Partition(name, number) for name, (count, _) in known.items() for number in range(count)]

    async def partitions(self, topic: str) -> int:
        await self._learn([topic])
        return layout.spec_of(self._topics, topic).partitions

    async def common_partition_count(self, topics: Sequence[str]) -> int:
        await self._learn(topics)
        return layout.common_partition_count(self._topics, topics)

    async def check(self, partitions: Iterable[Partition]) -> None:
        named = list(partitions)
        await self._learn({partition.topic for partition in named})
        for partition in named:
            layout.check_partition(self._topics, partition)

    async def wires(self, outputs: Sequence[Output], now_us: int) -> dict[Partition, list[WireRecord]]:
        """The records as they are sent, by partition. Raises `Fatal` for one that cannot be."""
        await self._learn({output.partition.topic for output in outputs})
        layout.check_outputs(self._topics, outputs)
        wires: defaultdict[Partition, list[WireRecord]] = defaultdict(list)
        for output in outputs:
            wire = to_wire(output, now_us)
            if (size := size_of(wire)) > RECORD_BYTES:
                named = f"a record for topic {output.partition.topic!r}"
                raise Fatal(f"{named} has {size} bytes; {RECORD_BYTES} may be sent")
            wires[output.partition].append(wire)
        return dict(wires)

    async def _learn(self, topics: Iterable[str]) -> None:
        new = [topic for topic in topics if topic not in self._topics]
        if new:
            found = await self.describe(new)
            self._topics |= {name: one.spec(name) for name, one in found.items()}

    async def _wait_until_known(self, topics: set[str]) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._access.bounds.request_s
        while missing := topics - await self._admin.topics_everywhere():
            if loop.time() > deadline:
                raise Retry(f"topics {', '.join(sorted(missing))} were created, but not every broker knows")
            await asyncio.sleep(LOOK_S)
