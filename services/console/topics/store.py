"""The topics that a log has, behind one face: a Kafka cluster's, or an embedded log's.

A cluster tells of copies and settings; an embedded log of partitions only. What cannot be seen is
said, so that a check which finds nothing is not taken for more than it is.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from services.console import addresses
from services.console.addresses import Address
from services.console.topics.plan import SPECS
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus, Fatal, Retry
from services.stream.kafka import KafkaBus
from services.stream.kafka.admin import Admin
from services.stream.kafka.catalog import Catalog
from services.stream.kafka.client import Access
from services.stream.kafka.topics import TopicDescription
from services.stream.patience import Patience, call_patiently

LOOK_S = 0.05


class TopicStore(Protocol):
    """Where topics are looked at and created."""

    async def brokers(self) -> int: ...

    async def describe(self, topics: Sequence[str]) -> Mapping[str, TopicDescription]:
        """The topics as they are, without those that are missing."""

    async def create(self, topics: Mapping[str, TopicDescription]) -> None: ...

    def blind_spots(self) -> Sequence[str]:
        """What could not be compared, after `describe`."""


class LogTopicStore:
    """Topics of an embedded log."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def brokers(self) -> int:
        return 1

    async def describe(self, topics: Sequence[str]) -> Mapping[str, TopicDescription]:
        counts = {}
        for topic in topics:
            try:
                counts[topic] = await self._bus.partitions(topic)
            except Fatal:
                continue
        return {
            name: TopicDescription(partitions=count, replicas=1, settings={})
            for name, count in counts.items()
        }

    async def create(self, topics: Mapping[str, TopicDescription]) -> None:
        await self._bus.create([SPECS[name] for name in topics])

    def blind_spots(self) -> Sequence[str]:
        return ["cleanup and retention: an embedded log tells how many partitions a topic has, and no more"]


class KafkaTopicStore:
    """Topics of a cluster, below one prefix."""

    def __init__(self, access: Access, admin: Admin) -> None:
        self._access = access
        self._admin = admin
        self._hidden: list[str] = []

    async def brokers(self) -> int:
        return await self._admin.brokers()

    async def describe(self, topics: Sequence[str]) -> Mapping[str, TopicDescription]:
        found = await Catalog(self._access, self._admin).describe(topics)
        self._hidden = [name for name, one in found.items() if not one.settings]
        return found

    async def create(self, topics: Mapping[str, TopicDescription]) -> None:
        """Return when every broker that leads one of them knows it. Raises `Retry` and `Fatal`."""
        await self._admin.create(topics)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._access.bounds.request_s
        while missing := topics.keys() - await self._admin.topics():
            if loop.time() > deadline:
                raise Retry(f"topics {', '.join(sorted(missing))} were created, but have no leader yet")
            await asyncio.sleep(LOOK_S)

    def blind_spots(self) -> Sequence[str]:
        who = self._access.principal
        return [
            *(f"settings of {name}: {who} lacks DescribeConfigs" for name in self._hidden),
            f"topics on which {who} lacks Describe: they count as missing",
            "ACLs: the client has no call for them; see kafka-acls.sh --list",
        ]


@asynccontextmanager
async def open_store(
    place: Address, settings: Settings, patience: Patience | None = None
) -> AsyncIterator[TopicStore]:
    """Opened; with `patience` a cluster that is away is waited for. Raises `Stop` for a log in memory."""
    if place.kind == "memory":
        raise Stop(Exit.USAGE, "bus memory: a log in memory ends with this command; name sqlite:FILE")
    bus = addresses.bus_at(place, settings)
    if isinstance(bus, KafkaBus):
        opening = partial(_start_admin, bus.access)
        admin = await (opening() if patience is None else call_patiently(opening, patience))
        try:
            yield KafkaTopicStore(bus.access, admin)
        finally:
            await admin.end()
        return
    try:
        await bus.start()
        yield LogTopicStore(bus)
    finally:
        await bus.close()


async def _start_admin(access: Access) -> Admin:
    admin = Admin(access)
    try:
        await admin.start()
    except BaseException:
        await admin.end()
        raise
    return admin
