"""One transactional producer, with every unsafe default of aiokafka overruled."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.stream.bus import Fatal, Partition
from services.stream.kafka.bounds import BATCH_BYTES, RECORD_BYTES, RETRY_S
from services.stream.kafka.client import (
    Access,
    AIOKafkaProducer,
    OffsetAndMetadata,
    TopicPartition,
    cancel,
    end,
    kafka,
    milliseconds,
    start,
    time_limit,
    translate_errors,
)
from services.stream.kafka.hanging import LastTransaction, TransactionResult
from services.stream.kafka.marks import CommittedOffset
from services.stream.kafka.records import WireRecord


class Producer:
    """One transactional producer. After any error it is of no use: end it, start another.

    aiokafka goes on after a failed batch, and forgets the broker's side of a transaction it aborts
    after a refused topic; a new producer of the same id ends what the old one left.
    """

    def __init__(self, access: Access, transactional_id: str) -> None:
        self._access = access
        self._id = transactional_id
        self._client = AIOKafkaProducer(
            **access.options(),
            client_id=f"{access.client}-{transactional_id}",
            transactional_id=transactional_id,
            enable_idempotence=True,
            acks="all",
            compression_type="zstd",
            max_batch_size=BATCH_BYTES,
            max_request_size=RECORD_BYTES,
            transaction_timeout_ms=milliseconds(access.bounds.transaction_s),
            linger_ms=0,
        )

    async def start(self) -> None:
        """Fences every older producer of this id, and waits until its transaction has ended."""
        await start(self._access, f"writer {self._id}", self._client.start)

    async def end_again(
        self, partitions: Collection[Partition], group: str, decided: TransactionResult
    ) -> None:
        """End the last transaction of an older producer of this id once more, before the first of ours."""
        await LastTransaction(self._access, self._client, self._id).end_again(partitions, group, decided)

    async def stage(
        self,
        records: Mapping[Partition, Sequence[WireRecord]],
        offsets: Mapping[Partition, CommittedOffset],
        group: str,
    ) -> dict[Partition, int]:
        """Begin, send everything, wait for every acknowledgement, add the offsets.

        Returns the offset after the last record of each partition.
        """
        access = self._access
        async with time_limit(access, f"publishing as {self._id}", access.bounds.stage_s):
            await self._client.begin_transaction()
            sends = [self._send(partition, wires) for partition, wires in records.items()]
            told = await asyncio.gather(*sends, return_exceptions=True)
            ends = [end for end in told if not isinstance(end, BaseException)]
            errors = [error for error in told if isinstance(error, BaseException)]
            if errors:
                # One refused topic fails the others too, for reasons that tell nothing.
                raise min(errors, key=lambda error: not isinstance(error, Fatal))
            await self._client.send_offsets_to_transaction(
                {access.wire(p): OffsetAndMetadata(*committed) for p, committed in offsets.items()}, group
            )
        return dict(zip(records, ends, strict=True))

    async def _send(self, partition: Partition, wires: Iterable[WireRecord]) -> int:
        """The offset after the last record; 0 where the broker did not tell."""
        acknowledged = []
        target = self._access.wire(partition)
        with translate_errors(self._access, f"publishing to {target.topic}/{target.partition} as {self._id}"):
            try:
                for batch, count in self._batches(wires):
                    acknowledged.append((await self._pass_on(batch, target), count))
                ends = [(await future).offset + count for future, count in acknowledged]
            except BaseException:
                for future, _ in acknowledged:
                    future.cancel()
                raise
        return int(max(0, *ends))

    def _batches(self, wires: Iterable[WireRecord]) -> Iterator[tuple[Any, int]]:
        """Batches, and how many records each holds."""
        batch, count = self._client.create_batch(), 0
        for wire in wires:
            if not self._append(batch, wire):
                yield batch, count
                batch, count = self._client.create_batch(), 0
                self._append(batch, wire)
            count += 1
        yield batch, count

    @staticmethod
    def _append(batch: Any, wire: WireRecord) -> bool:
        told = batch.append(timestamp=wire.timestamp_ms, key=wire.key, value=wire.value, headers=wire.headers)
        return told is not None

    async def _pass_on(self, batch: Any, partition: TopicPartition) -> Any:
        batch.close()
        return await self._client.send_batch(batch, partition.topic, partition=partition.partition)

    async def commit(self) -> bool:
        """Whether the commit was quick: else its request may have been sent twice.

        Raises when the outcome is unknown, and `Fenced`.
        """
        began = asyncio.get_running_loop().time()
        async with time_limit(self._access, f"committing as {self._id}", self._access.bounds.commit_s):
            await self._client.commit_transaction()
        return asyncio.get_running_loop().time() - began < RETRY_S

    async def end(self) -> None:
        accumulator = self._client._message_accumulator  # noqa: SLF001
        queued = [batch for queue in accumulator._batches.values() for batch in queue]  # noqa: SLF001
        left = [*queued, *accumulator._pending_batches]  # noqa: SLF001
        await end(self._access, self._client.stop, self._cut)
        self._hush(left)

    async def _cut(self) -> None:
        # stop() waits until everything is sent, and that may be for ever (aiokafka #1101).
        self._client._message_accumulator.fail_all(kafka.Cancelled())  # noqa: SLF001
        await cancel([self._client._sender.sender_task])  # noqa: SLF001
        await self._client.client.close()

    def _hush(self, batches: Iterable[Any]) -> None:
        """Look at errors nobody waits for any more, which asyncio would else report with a traceback."""
        waiters = [self._client._txn_manager._transaction_waiter]  # noqa: SLF001
        for batch in batches:
            waiters += [batch.future, batch._drain_waiter]  # noqa: SLF001
        for waiter in waiters:
            if waiter is not None and waiter.done() and not waiter.cancelled():
                waiter.exception()
