"""What our topics ask of Kafka, and where a topic that exists differs. Pure."""

import math
from collections.abc import Mapping

import msgspec

from services.stream.bus import TopicSpec
from services.stream.kafka.bounds import RECORD_BYTES

MOST_COPIES = 3
FOREVER = -1
MOST_MS = 2**63 - 1
_AT_LEAST = {
    "min.insync.replicas",
    "max.message.bytes",
    "message.timestamp.after.max.ms",
    "min.compaction.lag.ms",
}
_ROOM_BYTES = 64 * 1024
"""Headers, framing, and what compression adds to what cannot be compressed."""


class TopicDescription(msgspec.Struct, frozen=True, kw_only=True):
    """A topic as it is."""

    partitions: int
    replicas: int
    settings: Mapping[str, str]
    """By Kafka's names; empty where the broker does not tell them."""

    @property
    def compact(self) -> bool:
        return "compact" in self.settings.get("cleanup.policy", "")

    def spec(self, name: str) -> TopicSpec:
        span_ms = int(self.settings.get("retention.ms", FOREVER))
        return TopicSpec(
            name=name,
            partitions=self.partitions,
            compact=self.compact,
            retention_s=None if span_ms < 0 or self.compact else span_ms // 1000,
        )


def replicas(brokers: int) -> int:
    return min(MOST_COPIES, brokers)


def settings(spec: TopicSpec, copies: int) -> dict[str, str]:
    """The topic's configuration, where Kafka's defaults will not do.

    Records carry their own time, however far it lies ahead; compression is the writer's.
    """
    asked = {
        "cleanup.policy": "compact" if spec.compact else "delete",
        "retention.ms": str(FOREVER if spec.compact else _milliseconds(spec)),
        "retention.bytes": str(FOREVER),
        "min.insync.replicas": str(max(1, copies - 1)),
        "compression.type": "producer",
        "max.message.bytes": str(RECORD_BYTES + _ROOM_BYTES),
        "message.timestamp.type": "CreateTime",
        "message.timestamp.after.max.ms": str(MOST_MS),
    }
    if spec.compact and spec.retention_s is not None:
        asked["delete.retention.ms"] = str(_milliseconds(spec))
    if spec.lag_s is not None:
        asked["min.compaction.lag.ms"] = str(MOST_MS if math.isinf(spec.lag_s) else round(spec.lag_s * 1000))
    return asked


def target_description(spec: TopicSpec, copies: int) -> TopicDescription:
    return TopicDescription(partitions=spec.partitions, replicas=copies, settings=settings(spec, copies))


def differences(spec: TopicSpec, found: TopicDescription) -> list[str]:
    """One phrase for each setting that is not as it must be. Counts of partitions are `layout`'s."""
    asked = settings(spec, found.replicas)
    return [
        f"{name} is {found.settings[name]}, not {value}"
        for name, value in asked.items()
        if name in found.settings and not _meets(name, found.settings[name], value)
    ]


def _meets(name: str, found: str, asked: str) -> bool:
    if name in _AT_LEAST:
        return int(found) >= int(asked)
    if name == "retention.ms" and int(found) == FOREVER:
        return True  # a log of recordings keeps what services that follow feeds would let go
    return found in (asked, "zstd") if name == "compression.type" else found == asked


def _milliseconds(spec: TopicSpec) -> int:
    return FOREVER if spec.retention_s is None else spec.retention_s * 1000
