"""The one module that imports aiokafka: what the others of this package use of it.

Every call to a client is bounded in time and raises `Retry`, `Fenced` or `Fatal` with one line for
people; every end of a client is bounded and leaves no task and no socket.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import aiokafka.errors as kafka
import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.abc import AbstractTokenProvider, ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import ConnectionGroup, CoordinationType
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.transaction import (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    EndTxnRequest,
)
from aiokafka.protocol.types import (
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from services.stream.bus import BusError, Fatal, Fenced, Partition, Retry
from services.stream.groups import group_name
from services.stream.kafka.bounds import RETRY_S, Bounds
from services.stream.security import KafkaSecurity

__all__ = [
    "AIOKafkaAdminClient",
    "AIOKafkaConsumer",
    "AIOKafkaProducer",
    "Access",
    "AddOffsetsToTxnRequest",
    "AddPartitionsToTxnRequest",
    "ConfigResource",
    "ConfigResourceType",
    "ConnectionGroup",
    "ConsumerProtocolMemberAssignment",
    "ConsumerProtocolMemberMetadata",
    "ConsumerRebalanceListener",
    "CoordinationType",
    "DescribeTransactionsRequest",
    "EndTxnRequest",
    "MetadataRequest",
    "NewTopic",
    "OffsetAndMetadata",
    "OutOfRange",
    "TopicPartition",
    "cancel",
    "end",
    "kafka",
    "login",
    "milliseconds",
    "start",
    "time_limit",
    "translate_errors",
]

logger = logging.getLogger(__name__)

CUT_S = 0.5
"""For an end that may not be polite any more."""
CANCELS = 3
WHY_S = 3.0
"""For asking one address once more why it does not let us in."""

_REFUSED = (
    kafka.TopicAuthorizationFailedError,
    kafka.GroupAuthorizationFailedError,
    kafka.ClusterAuthorizationFailedError,
    kafka.TransactionalIdAuthorizationFailed,
)
_HOPELESS = (
    kafka.MessageSizeTooLargeError,
    kafka.RecordListTooLargeError,
    kafka.RecordTooLargeError,
    kafka.InvalidTimestampError,
    kafka.InvalidTopicError,
    kafka.InvalidSessionTimeoutError,
    kafka.InvalidTransactionTimeout,
    kafka.InconsistentGroupProtocolError,
    kafka.InvalidGroupIdError,
    kafka.UnsupportedVersionError,
    kafka.IncompatibleBrokerVersion,
    kafka.UnsupportedCodecError,
    kafka.CorruptRecordException,
    kafka.PolicyViolationError,
    kafka.InvalidConfigurationError,
)
_NOT_LET_IN = (
    kafka.SaslAuthenticationFailed,
    kafka.AuthenticationFailedError,
    kafka.UnsupportedSaslMechanismError,
    kafka.IllegalSaslStateError,
)


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Where the cluster is, how it is entered, and how long anything may take."""

    bootstrap: str
    prefix: str
    principal: str
    """Who we are to the broker, for messages."""
    bounds: Bounds
    client: str
    """Begins every client's name in the broker's logs and quotas."""
    login: Mapping[str, Any]
    """aiokafka's arguments for TLS and SASL, with the password among them."""

    def __repr__(self) -> str:
        return f"Access({self.bootstrap!r}, {self.principal})"

    def options(self) -> dict[str, Any]:
        """What every client is given."""
        return {
            "bootstrap_servers": self.bootstrap,
            "request_timeout_ms": milliseconds(self.bounds.request_s),
            "retry_backoff_ms": milliseconds(RETRY_S),
            **self.login,
        }

    def wire(self, partition: Partition) -> TopicPartition:
        return TopicPartition(self.prefix + partition.topic, partition.number)

    def group(self, name: str) -> str:
        """The name on the broker, with which its transactional ids begin too."""
        return group_name(self.prefix, name)

    def partition_of(self, partition: TopicPartition) -> Partition:
        return Partition(partition.topic.removeprefix(self.prefix), partition.partition)


def login(security: KafkaSecurity, bootstrap: str) -> dict[str, Any]:
    """Raises `Fatal` where a file cannot be used, or a login would be shown to the network."""
    try:
        security.check(bootstrap)
        options = security.options()
    except (OSError, ValueError) as error:
        raise Fatal(f"the security settings for Kafka cannot be used: {_line(error)}") from error
    if security.token_file:
        options["sasl_oauth_token_provider"] = _TokenFile(security)
    return options


class _TokenFile(AbstractTokenProvider):  # type: ignore[misc]
    def __init__(self, security: KafkaSecurity) -> None:
        self._security = security

    async def token(self) -> str:
        return await asyncio.to_thread(self._security.token)


def milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


@contextmanager
def translate_errors(access: Access, doing: str, *, otherwise: type[BusError] = Retry) -> Iterator[None]:
    """Turn what aiokafka raises into one line. `otherwise` is for what it does not call retriable."""
    try:
        yield
    except BusError:
        raise
    except (kafka.ProducerFenced, kafka.InvalidProducerEpoch):
        raise Fenced(f"{doing}: a newer writer has taken over") from None
    except _REFUSED as error:
        raise Fatal(f"{doing}: {_missing_acl(access, error)}") from error
    except _NOT_LET_IN as error:
        raise Fatal(f"Kafka at {access.bootstrap} refused {access.principal}: {_line(error)}") from error
    except _HOPELESS as error:
        raise Fatal(f"{doing}: {_line(error)}") from error
    except TimeoutError as error:
        raise Retry(f"{doing}: Kafka at {access.bootstrap} gave no answer in time") from error
    except (kafka.KafkaError, kafka.IllegalOperation, kafka.ConsumerStoppedError, AssertionError) as error:
        away = getattr(error, "retriable", False) or isinstance(error, kafka.KafkaTimeoutError)
        raise (Retry if away else otherwise)(f"{doing}: {_line(error)}") from error
    except OSError as error:
        raise Retry(f"{doing}: Kafka at {access.bootstrap}: {_line(error)}") from error


def _missing_acl(access: Access, error: Exception) -> str:
    kind, operation = {
        kafka.TopicAuthorizationFailedError: ("topic", "Read to fetch, Write to publish"),
        kafka.GroupAuthorizationFailedError: ("group", "Read"),
        kafka.TransactionalIdAuthorizationFailed: ("transactional id", "Write"),
    }.get(type(error), ("cluster", "Describe"))
    named = [one for arg in error.args for one in (arg if isinstance(arg, set | frozenset | list) else [arg])]
    what = ", ".join(repr(one) for one in named if isinstance(one, str))
    return f"{access.principal} lacks an ACL on {kind} {what} (operation {operation})"


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


@asynccontextmanager
async def time_limit(
    access: Access, doing: str, seconds: float, *, otherwise: type[BusError] = Retry
) -> AsyncIterator[None]:
    with translate_errors(access, doing, otherwise=otherwise):
        async with asyncio.timeout(seconds):
            yield


async def start(access: Access, what: str, begin: Callable[[], Awaitable[None]]) -> None:
    async with time_limit(access, f"starting {what}", access.bounds.open_s):
        try:
            await begin()
        except kafka.KafkaConnectionError as error:
            # aiokafka says "unable to bootstrap" and keeps the reason to its log, so ask again.
            raise await refusal(access) from error


async def refusal(access: Access) -> BusError:
    """Why none of the bootstrap addresses lets us in."""
    options = {**access.login, "request_timeout_ms": milliseconds(WHY_S)}
    told: BusError = Retry(f"Kafka at {access.bootstrap} did not answer")
    for host, port, _ in collect_hosts(access.bootstrap):
        try:
            connection = await create_conn(host, port, client_id=access.client, **options)
        except _NOT_LET_IN as error:
            return Fatal(f"Kafka at {host}:{port} refused {access.principal}: {_line(error)}")
        except ssl.SSLCertVerificationError as error:
            return Fatal(f"Kafka at {host}:{port} shows a certificate that is not trusted: {_line(error)}")
        except ssl.SSLError as error:
            return Fatal(f"Kafka at {host}:{port} does not speak TLS with us: {_line(error)}")
        except kafka.KafkaConnectionError:
            told = Retry(f"Kafka at {host}:{port} hung up; does it want TLS or a login?")
        except (OSError, kafka.KafkaError) as error:
            told = Retry(f"Kafka at {host}:{port} cannot be reached: {_line(error)}")
        else:
            connection.close()
            told = Retry(f"Kafka at {host}:{port} hung up when asked; does it want TLS or a login?")
    return told


class _DescribeTransactionsResponse(Response):  # type: ignore[misc]
    API_KEY = 65
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "transaction_states",
            CompactArray(
                ("error_code", Int16),
                ("transactional_id", CompactString("utf-8")),
                ("transaction_state", CompactString("utf-8")),
                ("transaction_timeout_ms", Int32),
                ("transaction_start_time_ms", Int64),
                ("producer_id", Int64),
                ("producer_epoch", Int16),
                (
                    "topics",
                    CompactArray(
                        ("topic", CompactString("utf-8")),
                        ("partitions", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _DescribeTransactionsStruct(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 65
    API_VERSION = 0
    RESPONSE_TYPE = _DescribeTransactionsResponse
    SCHEMA = Schema(("transactional_ids", CompactArray(CompactString("utf-8"))), ("tags", TaggedFields))


class DescribeTransactionsRequest(Request[_DescribeTransactionsStruct]):  # type: ignore[misc]
    """What a coordinator knows of transactional ids (KIP-664). aiokafka has no words for it."""

    API_KEY = 65

    def __init__(self, transactional_ids: list[str]) -> None:
        self._transactional_ids = transactional_ids

    def build(self, request_struct_class: type[_DescribeTransactionsStruct]) -> _DescribeTransactionsStruct:
        return request_struct_class(self._transactional_ids, {})


class OutOfRange(Exception):
    """Positions that the log does not reach, or has dropped."""

    def __init__(self, offsets: Mapping[Partition, int]) -> None:
        super().__init__(str(dict(offsets)))
        self.offsets = offsets


async def end(
    access: Access, stop: Callable[[], Awaitable[None]], cut: Callable[[], Awaitable[None]]
) -> None:
    """Stop politely, then anyway. Never raises for what the client has to say."""
    try:
        async with asyncio.timeout(access.bounds.stop_s):
            await stop()
    except (Exception, asyncio.CancelledError) as error:
        logger.debug("a client was cut off: %s", _line(error))
        with suppress(Exception):
            async with asyncio.timeout(CUT_S):
                await cut()
        if isinstance(error, asyncio.CancelledError):
            raise


async def cancel(tasks: Iterable[asyncio.Task[Any] | None]) -> None:
    """Cancelled once, a task of aiokafka may still wait for the tasks it has started."""
    left = {task for task in tasks if task is not None and not task.done()}
    for _ in range(CANCELS):
        for task in left:
            task.cancel()
        if left:
            _, left = await asyncio.wait(left, timeout=CUT_S / 2 / CANCELS)
