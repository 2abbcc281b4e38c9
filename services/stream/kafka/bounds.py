"""Every bound of the Kafka bus, in seconds and bytes, and how they hang together.

aiokafka's own defaults are made for throughput and for brokers that are there: a send that never
expires, a stop that waits for ever, a rebalance that must end within the session.
"""

import msgspec

RECORD_BYTES = 8 * 1024 * 1024
"""The largest record, and what one partition may bring in one fetch. Topics are created to allow it."""
BATCH_BYTES = 512 * 1024
"""A batch before compression; a larger record travels alone."""
FETCH_BYTES = 32 * 1024 * 1024
"""One fetch over all partitions of a broker."""
RETRY_S = 0.1
"""aiokafka's pause before it sends anything again."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds. A crashed member is missed after `session_s`; a crashed writer's records hold readers
    of its topics back for at most `transaction_s`.
    """

    request_s: float = 10.0
    """One request and its answer."""
    open_s: float = 20.0
    """Starting a client, and fencing an older writer: its transaction must end first."""
    stage_s: float = 20.0
    """Sending the records and offsets of one publish."""
    commit_s: float = 10.0
    """Beyond it the outcome of a commit counts as unknown."""
    settle_s: float = 30.0
    """How long an unknown outcome is looked into before the publish is called unclear."""
    read_s: float = 20.0
    """One stretch read outside a group."""
    drain_s: float = 3.0
    """How long a rebalance waits for publishes under way."""
    stop_s: float = 2.0
    """A client's polite end; then its connections are cut."""
    session_s: float = 10.0
    """Without a heartbeat for so long, a member is out of its group."""
    rebalance_s: float = 30.0
    """How long a rebalance waits for a member to join again."""
    transaction_s: float = 30.0
    """The broker ends a transaction this old, and fences its writer."""
