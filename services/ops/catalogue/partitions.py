"""What is owned: partitions, the loop that works on them, their state."""

from services.ops import labels
from services.ops.metric import Metric, counter, gauge, histogram
from services.ops.outcomes import ROLES

ROWS: tuple[Metric, ...] = (
    # Partitions.
    gauge(
        "partitions_owned",
        "partitions",
        labels.SERVICE,
        "Partition numbers the service works on in this process.",
    ),
    gauge(
        "partition_lag_records",
        "records",
        labels.TAKEN,
        "Offsets between what is taken and the last committed record of an owned partition; 0 when "
        "there is nothing to take. A backlog on Kafka counts the markers of transactions too.",
        owned=True,
    ),
    gauge(
        "partition_lag_seconds",
        "seconds",
        labels.TAKEN,
        "How long ago the oldest record not taken yet was first seen; 0 when there is none.",
        owned=True,
    ),
    gauge(
        "partition_progress_timestamp_seconds",
        "seconds",
        labels.NUMBER,
        "Unix time of the last commit of an owned partition number; of its assignment before the first.",
        owned=True,
    ),
    gauge(
        "partition_halted",
        "bool",
        labels.NUMBER,
        "1 while an owned partition number stands still until a person has mended what stopped it.",
        owned=True,
    ),
    gauge(
        "topic_retention_seconds",
        "seconds",
        labels.FORGETTING,
        "How long a topic that the service reads keeps a record; 0: for ever, or not known yet.",
    ),
    counter(
        "rebalances_total",
        "rebalances",
        labels.REBALANCE,
        "Partitions given or taken by an assignment; lost: taken over by another process before it.",
    ),
    # The loop.
    counter(
        "loop_seconds_total",
        "seconds",
        labels.LOOP_STATE,
        "Where the lanes of a service, and the fetching they share, spend their time.",
    ),
    counter(
        "transactions_total",
        "transactions",
        labels.RESULT,
        "Attempts to publish outputs and consumed offsets in one act.",
    ),
    histogram(
        "transaction_seconds",
        "seconds",
        labels.RESULT,
        "Time from the attempt to the answer.",
        buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    ),
    gauge(
        "queue_depth",
        "items or bytes",
        labels.QUEUE,
        "What waits in the fullest queue of its kind: each partition number has its own, parsers are shared.",
    ),
    gauge("queue_limit", "items or bytes", labels.QUEUE, "The bound of one such queue; 0: it does not run."),
    # State.
    gauge(
        "state_bytes",
        "bytes",
        labels.STATE_NUMBER,
        "Estimated memory of the state of an owned partition number.",
        owned=True,
    ),
    gauge(
        "state_limit_bytes",
        "bytes",
        labels.combinations(service=labels.STATEFUL),
        "Memory the process may use, shared by all state in it: its cgroup's limit, else the machine's.",
    ),
    gauge(
        "state_records",
        "records",
        labels.STATE_NUMBER,
        "Versions (dedup) or feeds (ingest) remembered for an owned partition number.",
        owned=True,
    ),
    gauge(
        "state_restore_started_timestamp_seconds",
        "seconds",
        labels.SERVICE,
        "Unix time at which the longest restore under way began; 0 when there is none.",
    ),
    histogram(
        "state_restore_seconds",
        "seconds",
        labels.SERVICE,
        "Time to rebuild a partition's state from its changelog.",
        buckets=(0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800),
    ),
    histogram(
        "state_image_seconds",
        "seconds",
        labels.combinations(service=("dedup", *ROLES)),
        "Time to write an image of a state, beside the work.",
        buckets=(0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 900),
    ),
    counter(
        "state_restores_total",
        "restores",
        labels.RESTORE_SOURCE,
        "States rebuilt, by what was there to begin with; images and snapshots are completed from the log.",
    ),
    gauge("standby_partitions", "partitions", labels.SERVICE, "Partitions of others whose state is at hand."),
    counter(
        "state_restored_records_total",
        "records",
        labels.SERVICE,
        "Changelog records applied while restoring.",
    ),
    gauge(
        "log_bytes",
        "bytes",
        labels.NONE,
        "Size of the embedded log with its write-ahead file; 0 on another bus.",
    ),
    gauge(
        "disk_free_bytes",
        "bytes",
        labels.NONE,
        "Free space where the embedded log lies; 0 on another bus.",
    ),
    gauge(
        "disk_size_bytes",
        "bytes",
        labels.NONE,
        "Size of the file system the embedded log lies on; 0 on another bus.",
    ),
)
