"""Ends what a broker's crash left hanging, before anything new is committed.

A coordinator decides a transaction in its log, and tells every partition by a marker. Brokers 4.3.0
and 4.3.1 lose markers: a coordinator that starts skips the partitions that have no leader at that
moment, and calls the transaction complete (KAFKA-20734). Its records and offsets then hang, neither
committed nor aborted; readers wait before them, offsets are old, and the next commit of the same
producer would commit the leftovers too: everything published again would be doubled. A batch that
arrives after its transaction was aborted hangs likewise (KIP-890).

So a new producer begins by ending its predecessor's last transaction once more, the way it was
decided, wherever something hangs. Where nothing does, this changes nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from typing import Any, Literal

from services.stream.bus import Partition
from services.stream.kafka.client import (
    Access,
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    AIOKafkaProducer,
    ConnectionGroup,
    CoordinationType,
    EndTxnRequest,
    kafka,
    time_limit,
)

TransactionResult = Literal["commit", "abort"]
PAUSE_S = 0.02
_DECIDED_TO_COMMIT = {"PrepareCommit", "CompleteCommit"}
_ENDED = {"CompleteCommit", "CompleteAbort"}
_BUSY = {
    kafka.ConcurrentTransactions,
    kafka.CoordinatorLoadInProgressError,
    kafka.CoordinatorNotAvailableError,
    kafka.NotCoordinatorError,
    kafka.RequestTimedOutError,
}
_NOT_OURS = {kafka.TopicAuthorizationFailedError, kafka.UnknownTopicOrPartitionError}


def result_of(state: str) -> TransactionResult | None:
    """What was decided for the last transaction, by its coordinator's word for it before a new producer
    took over; None where there never was one. What was not decided is aborted by the new producer.
    """
    if not state:
        return None
    return "commit" if state in _DECIDED_TO_COMMIT else "abort"


def is_ended(state: str) -> bool:
    """Whether every marker is written, as far as the coordinator knows."""
    return state in _ENDED


class LastTransaction:
    """Speaks for a producer that has just started, and has no transaction of its own yet."""

    def __init__(self, access: Access, client: AIOKafkaProducer, transactional_id: str) -> None:
        self._access = access
        self._client = client
        self._id = transactional_id

    async def end_again(
        self, partitions: Collection[Partition], group: str, decided: TransactionResult
    ) -> None:
        """Write markers to these partitions and to the group's offsets. They are asked for here and
        written a moment later. Raises `Fenced` and `Retry`.
        """
        async with time_limit(self._access, f"ending what {self._id} left", self._access.bounds.open_s):
            await self._until_done(AddOffsetsToTxnRequest, group)
            await self._add(partitions)
            await self._until_done(EndTxnRequest, decided == "commit")

    async def _add(self, partitions: Collection[Partition]) -> None:
        """Without the topics we may not write to: nothing of ours can hang there."""
        left = set(map(self._access.wire, partitions))
        while left:
            by_topic = defaultdict(list)
            for topic, number in left:
                by_topic[topic].append(number)
            told = await self._send(AddPartitionsToTxnRequest, list(by_topic.items()))
            errors = {
                (topic, number): kafka.for_code(code)
                for topic, numbers in told.errors
                for number, code in numbers
            }
            if not set(errors.values()) - {kafka.NoError}:
                return
            left -= {one for one in left if errors.get(tuple(one)) in _NOT_OURS}
            await self._look_at(set(errors.values()) - _NOT_OURS - {kafka.OperationNotAttempted})

    async def _until_done(self, request: Any, last: Any) -> None:
        while (error := kafka.for_code((await self._send(request, last)).error_code)) is not kafka.NoError:
            await self._look_at({error})

    async def _look_at(self, errors: set[type[Exception]]) -> None:
        for error in errors - _BUSY - {kafka.NoError}:
            raise error(self._id)
        await asyncio.sleep(PAUSE_S)

    async def _send(self, request: Any, last: Any) -> Any:
        client, state = self._client.client, self._client._txn_manager  # noqa: SLF001
        node = await client.coordinator_lookup(CoordinationType.TRANSACTION, self._id)
        filled = request(self._id, state.producer_id, state.producer_epoch, last)
        return await client.send(node, filled, group=ConnectionGroup.COORDINATION)
