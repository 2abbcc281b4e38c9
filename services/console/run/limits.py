"""The bounds of a running installation as metrics: what queues, state and topics may hold."""

from services.contracts.topics import EVERY
from services.ops.config import Settings
from services.ops.labels import FORGETTING, QUEUE, STATEFUL
from services.ops.memory import memory_limit
from services.ops.registry import Metrics
from services.stream.settings import RunSettings


def tell_limits(
    metrics: Metrics, settings: Settings, run: RunSettings, *, polls: bool, forgets: bool
) -> None:
    """Once, at the start. `polls`: feeds are followed. `forgets`: topics keep what the topic table says."""
    limits = {
        "inbox": run.queue_records,
        "inbox-bytes": run.queue_bytes,
        "requests": settings.ingest.in_flight if polls else 0,
        "parsers": settings.ingest.parsers if polls else 0,
        "reorder": settings.dedup.buffer_limit,
    }
    for service, queue in QUEUE.allowed:
        metrics.gauge("queue_limit", service, queue).set(limits[queue])
    for service in STATEFUL:
        metrics.gauge("state_limit_bytes", service).set(memory_limit())
    for service, topic in FORGETTING.allowed:
        kept_s = EVERY[topic].retention_s if forgets else None
        metrics.gauge("topic_retention_seconds", service, topic).set(kept_s or 0)
