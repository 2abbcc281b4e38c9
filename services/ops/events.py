"""Names of what the logs tell: dotted, past tense, one list. Nothing else is logged."""

from enum import StrEnum


class Event(StrEnum):
    """The `event` field of a log line."""

    SERVICE_STARTED = "service.started"
    SERVICE_STOPPED = "service.stopped"
    SERVICE_FAILED = "service.failed"
    STOP_REQUESTED = "stop.requested"
    BUS_CONNECTED = "bus.connected"
    BUS_WAITED = "bus.waited"
    OPS_STARTED = "ops.started"
    STATE_RESTORED = "state.restored"
    PARTITIONS_ASSIGNED = "partitions.assigned"
    BATCH_COMMITTED = "batch.committed"
    BATCH_ABORTED = "batch.aborted"
    RECORD_DEAD_LETTERED = "record.dead_lettered"
    FEED_FETCHED = "feed.fetched"
    FEED_FAILED = "feed.failed"
    PAGE_FETCHED = "page.fetched"
    PAGE_FAILED = "page.failed"
