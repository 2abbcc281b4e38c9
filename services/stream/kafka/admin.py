"""Topics, offsets and groups of a cluster, seen from outside."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from services.stream.bus import BusError, Fatal, Partition, Retry
from services.stream.kafka.client import (
    Access,
    AIOKafkaAdminClient,
    ConfigResource,
    ConfigResourceType,
    ConsumerProtocolMemberAssignment,
    CoordinationType,
    DescribeTransactionsRequest,
    MetadataRequest,
    NewTopic,
    end,
    kafka,
    start,
    time_limit,
)
from services.stream.kafka.marks import CommittedOffset
from services.stream.kafka.topics import TopicDescription

T = TypeVar("T")
PAUSE_S = 0.05
_NO_SUCH_TRANSACTIONAL_ID = 105


class Admin:
    """Asks again for up to `request_s` where the cluster is busy with itself; then raises `Retry`."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client = AIOKafkaAdminClient(**access.options(), client_id=f"{access.client}-admin")

    async def start(self) -> None:
        await start(self._access, "the bus", self._client.start)

    async def end(self) -> None:
        await end(self._access, self._client.close, self._client._client.close)  # noqa: SLF001

    async def brokers(self) -> int:
        told = await self._ask("asking for the brokers", self._client.describe_cluster)
        return len(told["brokers"])

    async def topics(self) -> dict[str, tuple[int, int]]:
        """Partitions and replicas of each topic of ours that can be written to, as one broker knows them."""
        # Never by name: that would create what is missing where the broker allows it.
        return self._ours(await self._ask("asking for the topics", self._client.describe_topics))

    async def topics_everywhere(self) -> set[str]:
        """The topics that every broker knows by now."""

        async def call(node: int) -> Any:
            told = await self._client._send_request(MetadataRequest(None), node)  # noqa: SLF001
            return told.to_object()["topics"]

        cluster = await self._ask("asking for the brokers", self._client.describe_cluster)
        nodes = [broker["node_id"] for broker in cluster["brokers"]]
        told = [await self._ask("asking for the topics", partial(call, node)) for node in nodes]
        return set.intersection(*(set(self._ours(topics)) for topics in told))

    def _ours(self, told: Any) -> dict[str, tuple[int, int]]:
        prefix = self._access.prefix
        return {
            one["topic"].removeprefix(prefix): (
                len(one["partitions"]),
                min(len(partition["replicas"]) for partition in one["partitions"]),
            )
            for one in told
            if one["topic"].startswith(prefix)
            and one["partitions"]
            and all(partition["leader"] >= 0 for partition in one["partitions"])
        }

    async def settings(self, topics: Iterable[str]) -> dict[str, dict[str, str]]:
        """Each topic's configuration; without the topics whose configuration may not be seen."""
        prefix = self._access.prefix
        wanted = [ConfigResource(ConfigResourceType.TOPIC, prefix + topic) for topic in topics]
        told = await self._ask("asking for settings", lambda: self._client.describe_configs(wanted))
        return {
            name.removeprefix(prefix): {entry[0]: entry[1] or "" for entry in entries}
            for answer in told
            for code, _, _, name, entries in answer.resources
            if code == 0
        }

    async def create(self, topics: Mapping[str, TopicDescription]) -> None:
        """A topic that somebody else has created meanwhile is left to be verified."""
        new = [
            NewTopic(
                self._access.prefix + name, one.partitions, one.replicas, topic_configs=dict(one.settings)
            )
            for name, one in topics.items()
        ]

        async def call() -> None:
            told = await self._client.create_topics(new)
            for name, code, message in told.topic_errors:
                error = kafka.for_code(code)
                if error not in (kafka.NoError, kafka.TopicAlreadyExistsError):
                    raise _refusal(name, error, message)

        await self._ask("creating topics", call)

    async def offsets(self, group: str, partitions: Iterable[Partition]) -> dict[Partition, CommittedOffset]:
        """What is committed; without the partitions nothing was committed for."""
        wanted = [self._access.wire(partition) for partition in partitions]

        async def call() -> Any:
            told = await self._client.list_consumer_group_offsets(group, partitions=wanted)
            if set(wanted) - set(told):
                # An error of the whole answer, which names no partition then; aiokafka does not look
                # at it, so that a coordinator still loading would pass for a group without offsets.
                raise Retry("the group's coordinator is not ready")
            return told

        told = await self._ask(f"asking for the offsets of group {group!r}", call)
        return {
            self._access.partition_of(partition): CommittedOffset(one.offset, one.metadata or "")
            for partition, one in told.items()
            if one.offset >= 0
        }

    async def members(self, group: str) -> dict[str, frozenset[Partition]] | None:
        """What each member of a group owns, by member id; None while that is being decided."""

        async def call() -> Any:
            (answer,) = await self._client.describe_consumer_groups([group])
            code, _, state, _, _, members, *_ = answer.groups[0]
            if code:
                raise kafka.for_code(code)
            return state, members

        state, members = await self._ask(f"asking for the members of group {group!r}", call)
        if state != "Stable":
            return {} if state in ("Empty", "Dead") else None
        return {
            member: frozenset(
                self._access.partition_of(p)
                for p in ConsumerProtocolMemberAssignment.decode(owned).partitions()
            )
            for member, _, _, _, owned in members
        }

    async def transaction(self, transactional_id: str) -> str:
        """The state of its last transaction, in Kafka's words; empty where it never had one."""

        async def call() -> Any:
            try:
                node = await self._client.find_coordinator(transactional_id, CoordinationType.TRANSACTION)
            except kafka.TransactionalIdAuthorizationFailed:
                raise kafka.TransactionalIdAuthorizationFailed(transactional_id) from None
            # The admin client has no public way to a request it does not know.
            told = await self._client._send_request(  # noqa: SLF001
                DescribeTransactionsRequest([transactional_id]), node
            )
            (found,) = told.transaction_states
            if found[0] and found[0] != _NO_SUCH_TRANSACTIONAL_ID:
                raise kafka.for_code(found[0])
            return found[2]

        return str(await self._ask(f"asking for the transaction of {transactional_id}", call) or "")

    async def _ask(self, doing: str, call: Callable[[], Awaitable[T]]) -> T:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._access.bounds.request_s
        while True:
            left = max(0.0, deadline - loop.time())
            try:
                async with time_limit(self._access, doing, left, otherwise=Fatal):
                    return await call()
            except Retry:
                if loop.time() + PAUSE_S > deadline:
                    raise
            await asyncio.sleep(PAUSE_S)


def _refusal(topic: str, error: type[kafka.KafkaError], message: str | None) -> BusError:
    told = f"topic {topic!r} cannot be created: {message or error.__name__}"
    if error in (kafka.TopicAuthorizationFailedError, kafka.ClusterAuthorizationFailedError):
        told = f"topic {topic!r} cannot be created: an ACL for Create on it is missing"
    # A broker that has just started has not been told of the others yet.
    away = error.retriable or error is kafka.InvalidReplicationFactorError
    return Retry(told) if away else Fatal(told)
