"""Names of what the logs tell: dotted, past tense, one list. Nothing else is logged."""

from enum import StrEnum


class LogEvent(StrEnum):
    """The `event` field of a log line."""

    SERVICE_STARTED = "service.started"
    SERVICE_STOPPED = "service.stopped"
    SERVICE_FAILED = "service.failed"
    STOP_REQUESTED = "stop.requested"
    BUS_CONNECTED = "bus.connected"
    OPS_STARTED = "ops.started"
    CALLBACKS_STARTED = "callbacks.started"
    FEEDS_IMPORTED = "feeds.imported"
    FEEDS_REFUSED = "feeds.refused"
    FEED_FETCHED = "feed.fetched"
    PAGE_FETCHED = "page.fetched"
    NETWORK_LOST = "network.lost"
    NETWORK_RECOVERED = "network.recovered"
    PARTITIONS_ASSIGNED = "partitions.assigned"
    PARTITION_LOST = "partition.lost"
    PARTITION_HALTED = "partition.halted"
    STATE_PARTLY_RESTORED = "state.partly_restored"
    STATE_RESTORED = "state.restored"
    BATCH_COMMITTED = "batch.committed"
    BATCH_RETRIED = "batch.retried"
    RECORDS_DEAD_LETTERED = "records.dead_lettered"
    BUS_LOST = "bus.lost"
    UPKEEP_FAILED = "upkeep.failed"
    CANARY_ARRIVED = "canary.arrived"
    LOG_COMPACTED = "log.compacted"
    LIBRARY_REPORTED = "library.reported"
