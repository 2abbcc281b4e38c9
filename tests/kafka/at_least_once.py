"""What Newsfold does not offer, to measure what its promise costs: records, then offsets, no transaction.

As the usual consumer does it: an idempotent producer, every acknowledgement waited for, then the offsets
committed. Whoever dies between the two does the batch again, and every reader sees it twice.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.stream.bus import Output, Partition
from services.stream.kafka.bounds import BATCH_BYTES, RECORD_BYTES
from services.stream.kafka.bus import KafkaBus
from services.stream.kafka.client import Access, TopicPartition
from services.stream.kafka.records import WireRecord

ASIDE = "-aside"
"""Offsets go to a group without members: aiokafka's consumers commit for themselves alone."""


class AsideWriter:
    """`Writer` on Kafka, without the promise."""

    def __init__(self, bus: KafkaBus, group: str, inputs: Iterable[Partition]) -> None:
        access: Access = bus.access
        self._bus = bus
        self._inputs = [*inputs]
        self._producer = AIOKafkaProducer(
            **access.options(),
            enable_idempotence=True,
            acks="all",
            compression_type="zstd",
            max_batch_size=BATCH_BYTES,
            max_request_size=RECORD_BYTES,
            linger_ms=0,
        )
        self._offsets = AIOKafkaConsumer(
            **access.options(), group_id=access.group(group) + ASIDE, enable_auto_commit=False
        )

    async def open(self) -> None:
        await self._producer.start()
        self._offsets.assign([self._bus.access.wire(partition) for partition in self._inputs])
        await self._offsets.start()

    async def committed(self) -> Mapping[Partition, int]:
        told = {one: await self._offsets.committed(self._bus.access.wire(one)) for one in self._inputs}
        return {partition: offset for partition, offset in told.items() if offset is not None}

    async def publish(self, outputs: Sequence[Output], *, consumed: Mapping[Partition, int]) -> None:
        sends = []
        for partition, wires in (await self._bus.wires(outputs)).items():
            target = self._bus.access.wire(partition)
            batch = self._producer.create_batch()
            for wire in wires:
                if not self._append(batch, wire):
                    sends.append(await self._sent(batch, target))
                    batch = self._producer.create_batch()
                    self._append(batch, wire)
            sends.append(await self._sent(batch, target))
        await asyncio.gather(*sends)
        if consumed:
            await self._offsets.commit({self._bus.access.wire(one): at for one, at in consumed.items()})

    @staticmethod
    def _append(batch: Any, wire: WireRecord) -> bool:
        told = batch.append(timestamp=wire.timestamp_ms, key=wire.key, value=wire.value, headers=wire.headers)
        return told is not None

    async def _sent(self, batch: Any, target: TopicPartition) -> Any:
        batch.close()
        return await self._producer.send_batch(batch, target.topic, partition=target.partition)

    async def close(self) -> None:
        await self._producer.stop()
        await self._offsets.stop()


class AtLeastOnceBus(KafkaBus):
    """Takes the place of `KafkaBus` in a worker."""

    async def writer(self, group: str, topics: Sequence[str], number: int) -> AsideWriter:  # type: ignore[override]
        writer = AsideWriter(self, group, [Partition(topic, number) for topic in topics])
        await writer.open()
        return writer

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        return await super().committed(group + ASIDE, topics)
