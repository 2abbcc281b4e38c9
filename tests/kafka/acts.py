"""What the Kafka tests do again and again, beside the acts of the conformance suite."""

from collections.abc import Mapping, Sequence

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from services.stream.bus import Output, Partition, Writer
from services.stream.kafka import Bounds, KafkaBus
from services.stream.patience import Patience, call_patiently
from tests.kafka import session

PREFIX = "test."
SHORT = Bounds(
    request_s=1.5,
    open_s=4.0,
    stage_s=3.0,
    commit_s=0.8,
    settle_s=3.0,
    read_s=6.0,
    session_s=1.5,
    rebalance_s=5.0,
    transaction_s=5.0,
)
"""So short that a test can wait for every one of them."""


def client(*, proxied: bool = False, bounds: Bounds = SHORT, instance: str | None = None) -> KafkaBus:
    """A client of our own broker, not yet started; `proxied`: through the test's proxy."""
    own = session.own()
    bootstrap = f"127.0.0.1:{own.proxied}" if proxied else own.cluster.bootstrap
    return KafkaBus(bootstrap, prefix=PREFIX, bounds=bounds, group_instance_id=instance)


async def insist(writer: Writer, outputs: Sequence[Output], consumed: Mapping[Partition, int]) -> None:
    """Publish as a lane does: again while it is told to try again."""
    await call_patiently(lambda: writer.publish(outputs, consumed=consumed), Patience(total_s=20.0))


async def alter(topic: str, settings: Mapping[str, str]) -> None:
    """Change a topic's settings behind the bus's back."""
    admin = AIOKafkaAdminClient(bootstrap_servers=session.own().cluster.bootstrap)
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, PREFIX + topic, dict(settings))])
    finally:
        await admin.close()
