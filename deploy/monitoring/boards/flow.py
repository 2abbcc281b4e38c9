"""Which stage is slow, and why: what each service does with its time, its queues and its partitions."""

from deploy.monitoring.panel import Dashboard, Panel, Query, Row
from deploy.monitoring.promql import most, quantile, rate, share, since, total

WORK = Row(
    "What becomes of the input",
    (
        Panel(
            title="Outcomes",
            about="How inputs end; with dead letters this is the whole input, stacked.",
            unit="ops",
            queries=(
                Query(
                    rate('newsfold_outcomes_total{outcome!~"tick|progress|watermark"}', "service", "outcome"),
                    "{{service}} {{outcome}}",
                ),
                Query(rate("newsfold_dead_letters_total", "service"), "{{service}} dead letter"),
            ),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Dead letters by reason",
            about="Held and replayable: `newsfold dlq list`.",
            queries=(
                Query(
                    "sum by (service, reason) (increase(newsfold_dead_letters_total[1h]))",
                    "{{service}} {{reason}}",
                ),
            ),
            least=0,
        ),
        Panel(
            title="Held and unaccounted",
            about="Held: taken, not decided yet. Unaccounted must be 0.",
            queries=(
                Query(total("newsfold_held_records", "service"), "{{service}} held"),
                Query(total("newsfold_unaccounted_records", "service"), "{{service}} unaccounted"),
            ),
        ),
    ),
)
TIME = Row(
    "Time",
    (
        Panel(
            title="Where the time goes",
            about="Share of the lanes' time by state. No idle time left: the service is saturated.",
            unit="percentunit",
            queries=(
                Query(
                    "sum by (service, state) (rate(newsfold_loop_seconds_total[$__rate_interval])) "
                    "/ on (service) group_left () clamp_min("
                    "sum by (service) (rate(newsfold_loop_seconds_total[$__rate_interval])), 0.001)",
                    "{{service}} {{state}}",
                ),
            ),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Event loop lag",
            about="How late timers are, p99. Above 0.25 s CPU work sits on the loop.",
            unit="s",
            queries=(
                Query(quantile(0.99, "newsfold_event_loop_lag_seconds", "instance"), "{{instance}} p99"),
                Query(quantile(0.5, "newsfold_event_loop_lag_seconds", "instance"), "{{instance}} p50"),
            ),
            least=0,
        ),
        Panel(
            title="Queues",
            about="The fullest queue of its kind, by its bound. A full one: the stage behind is slow.",
            unit="percentunit",
            queries=(
                Query(
                    "max by (service, queue) (newsfold_queue_depth / (newsfold_queue_limit > 0)) "
                    "or max by (service, queue) (0 * newsfold_queue_depth)",
                    "{{service}} {{queue}}",
                ),
            ),
            least=0,
            most=1,
        ),
    ),
)
PUBLISHING = Row(
    "Publishing",
    (
        Panel(
            title="Transactions",
            about="Attempts to publish outputs and consumed offsets in one act, by result.",
            unit="ops",
            queries=(
                Query(rate("newsfold_transactions_total", "service", "result"), "{{service}} {{result}}"),
            ),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Not committed",
            about="Share of the transactions; each costs its work twice.",
            unit="percentunit",
            queries=(
                Query(
                    share(
                        rate('newsfold_transactions_total{result!="committed"}', "service"),
                        rate("newsfold_transactions_total", "service"),
                    ),
                    "{{service}}",
                ),
            ),
            least=0,
        ),
        Panel(
            title="Time of a transaction",
            about="From the attempt to the answer, committed ones.",
            unit="s",
            queries=tuple(
                Query(
                    quantile(at, "newsfold_transaction_seconds", "service", selector='{result="committed"}'),
                    f"{{{{service}}}} p{100 * at:g}",
                )
                for at in (0.5, 0.99)
            ),
            least=0,
        ),
    ),
)
PARTITIONS = Row(
    "Partitions",
    (
        Panel(
            title="Lag in records",
            about="Offsets not taken yet, up to the last committed record.",
            queries=(
                Query(total("newsfold_partition_lag_records", "service", "topic"), "{{service}} {{topic}}"),
            ),
            least=0,
        ),
        Panel(
            title="Lag and retention",
            about="Oldest record not taken, as a share of what the topic keeps. At 1 records are lost.",
            unit="percentunit",
            queries=(
                Query(
                    "(max by (service, topic) (newsfold_partition_lag_seconds) / on (topic) group_left () "
                    "max by (topic) (newsfold_topic_retention_seconds > 0)) "
                    "or 0 * max by (service, topic) (newsfold_partition_lag_seconds)",
                    "{{service}} {{topic}}",
                ),
            ),
            least=0,
        ),
        Panel(
            title="Since the last commit",
            about="Of the partition that has waited longest. Alarming only beside a lag.",
            unit="s",
            queries=(
                Query(
                    "time() - min by (service) (newsfold_partition_progress_timestamp_seconds)", "{{service}}"
                ),
            ),
            least=0,
        ),
        Panel(
            title="Partitions owned and halted",
            about="A halted one tries again, but a person has to mend what stopped it.",
            queries=(
                Query(total("newsfold_partitions_owned", "service"), "{{service}} owned"),
                Query(total("newsfold_partition_halted", "service"), "{{service}} halted"),
            ),
            least=0,
        ),
        Panel(
            title="Rebalances",
            about="Partitions given and taken. lost: somebody else has taken them over.",
            queries=(
                Query(
                    "sum by (service, kind) (increase(newsfold_rebalances_total[1h]))", "{{service}} {{kind}}"
                ),
            ),
            least=0,
        ),
        Panel(
            title="Restores",
            about="Slowest restores of the last hour, and how long the one under way has taken (0: none).",
            unit="s",
            queries=(
                Query(
                    quantile(0.99, "newsfold_state_restore_seconds", "service", over="1h"), "{{service}} p99"
                ),
                Query(since(most("newsfold_state_restore_started_timestamp_seconds")), "under way"),
            ),
            least=0,
        ),
        Panel(
            title="Restores by source",
            about="An image or a snapshot takes seconds, a standby less; a refused one is read from the log.",
            queries=(
                Query(
                    "sum by (service, source) (increase(newsfold_state_restores_total[1h]))",
                    "{{service}} {{source}}",
                ),
            ),
            least=0,
        ),
        Panel(
            title="Standbys",
            about="Partitions of others that a process could work on at once; 0 without bus.standby.",
            queries=(Query(total("newsfold_standby_partitions", "service"), "{{service}}"),),
            least=0,
        ),
        Panel(
            title="Images",
            about="How long a state took to be written as it lies in memory, slowest of the last hour.",
            unit="s",
            queries=(
                Query(
                    quantile(0.99, "newsfold_state_image_seconds", "service", over="1h"), "{{service}} p99"
                ),
            ),
            least=0,
        ),
        Panel(
            title="Records restored",
            about="Changelog records applied a second while restoring.",
            unit="ops",
            queries=(Query(rate("newsfold_state_restored_records_total", "service"), "{{service}}"),),
            least=0,
        ),
        Panel(
            title="Embedded log",
            about="Its size, and what is free where it lies. 0 on another bus.",
            unit="bytes",
            queries=(
                Query(f"{most('newsfold_log_bytes')} or vector(0)", "log"),
                Query(f"{most('newsfold_disk_free_bytes')} or vector(0)", "free"),
                Query(f"{most('newsfold_disk_size_bytes')} or vector(0)", "disk"),
            ),
            least=0,
        ),
    ),
)
BOARD = Dashboard(
    name="flow",
    title="Flow",
    about="Which stage is slow, and why: outcomes, time, queues, transactions, partitions.",
    rows=(WORK, TIME, PUBLISHING, PARTITIONS),
)
