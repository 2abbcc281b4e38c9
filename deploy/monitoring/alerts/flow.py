"""Does everything move, and is there room for more?"""

from deploy.monitoring.alert import (
    COUNT,
    PARTITION,
    SERVICE,
    SHARD,
    SHARE,
    SPAN,
    TOPIC,
    Alert,
    Case,
    Fires,
    Group,
    Told,
)
from deploy.monitoring.thresholds import (
    DECIDED_FLOOR,
    IDLE_SHARE,
    LAG_S,
    LOOP_LAG_S,
    QUEUE_SHARE,
    STUCK_S,
)

_PROGRESS = 'newsfold_partition_progress_timestamp_seconds{service="dedup",partition="1"}'
_LAG = 'newsfold_partition_lag_{unit}{{service="dedup",topic="articles",partition="1"}}'

HALTED = Alert(
    name="PartitionHalted",
    expr="max by (service, partition) (newsfold_partition_halted) == 1",
    wait="1m",
    severity="critical",
    summary="A partition stands still: its dead letters cannot be written, or most input is bad.",
    description=f"Partition {PARTITION} of {SERVICE} has stopped; the log says at which record and why.",
    fires=Fires(
        series={'newsfold_partition_halted{service="dedup",partition="1"}': "0x2 1x5"},
        at="5m",
        told=(
            Told(
                "Partition 1 of dedup has stopped; the log says at which record and why.",
                {"service": "dedup", "partition": "1"},
            ),
        ),
    ),
    quiet=Case(series={'newsfold_partition_halted{service="dedup",partition="1"}': "0x2 1 0x5"}, at="5m"),
)
STUCK = Alert(
    name="PartitionStuck",
    expr=(
        f"time() - max by (service, partition) (newsfold_partition_progress_timestamp_seconds) > {STUCK_S} "
        "and on (service, partition) max by (service, partition) (newsfold_partition_lag_records) > 0 "
        "unless on (service) max by (service) (newsfold_state_restore_started_timestamp_seconds) > 0"
    ),
    wait="5m",
    severity="critical",
    summary="There is something to take and nothing is committed.",
    description=f"Partition {PARTITION} of {SERVICE} has committed nothing for {SPAN} and lags behind.",
    fires=Fires(
        series={_PROGRESS: "60x20", _LAG.format(unit="records"): "7x20"},
        at="15m",
        told=(
            Told(
                "Partition 1 of dedup has committed nothing for 14m 0s and lags behind.",
                {"service": "dedup", "partition": "1"},
            ),
        ),
    ),
    # Just as long without a commit, because there is nothing to take.
    quiet=Case(series={_PROGRESS: "60x20", _LAG.format(unit="records"): "0x20"}, at="15m"),
)
GROWING = Alert(
    name="LagGrowing",
    expr=(
        f"max by (service, topic, partition) (newsfold_partition_lag_seconds) > {LAG_S} "
        "and max by (service, topic, partition) (deriv(newsfold_partition_lag_seconds[15m])) > 0"
    ),
    wait="15m",
    severity="warning",
    summary="A service does not keep up with what comes in.",
    description=(
        f"The oldest record of {TOPIC}, partition {PARTITION}, that {SERVICE} has not taken is {SPAN} old, "
        "and it gets older."
    ),
    fires=Fires(
        series={_LAG.format(unit="seconds"): "0+30x40"},
        at="35m",
        told=(
            Told(
                "The oldest record of articles, partition 1, that dedup has not taken is 17m 30s old, "
                "and it gets older.",
                {"service": "dedup", "topic": "articles", "partition": "1"},
            ),
        ),
    ),
    # As far behind, but catching up.
    quiet=Case(series={_LAG.format(unit="seconds"): "2100-30x40"}, at="35m"),
)
NO_STORIES = Alert(
    name="NoStories",
    expr=(
        f'sum(increase(newsfold_articles_total{{kind!="backfill"}}[30m])) > {DECIDED_FLOOR} '
        "unless sum(increase(newsfold_story_changes_total[30m])) > 0"
    ),
    wait="5m",
    severity="critical",
    summary="Articles are decided, but no story changes.",
    description=f"{COUNT} versions were decided in half an hour, and no change of a story was published.",
    fires=Fires(
        series={
            'newsfold_articles_total{kind="new"}': "0+10x45",
            'newsfold_story_changes_total{change="created"}': "9x45",
        },
        at="40m",
        told=(Told("300 versions were decided in half an hour, and no change of a story was published."),),
    ),
    quiet=Case(
        series={
            'newsfold_articles_total{kind="new"}': "0+10x45",
            'newsfold_story_changes_total{change="created"}': "9x30 10x15",
        },
        at="40m",
    ),
)
WATERMARK = Alert(
    name="WatermarkStalled",
    expr=(
        "max by (shard) (newsfold_reorder_buffer_records) > 0 "
        "unless on (shard) max by (shard) (changes(newsfold_watermark_timestamp_seconds[10m])) > 0"
    ),
    wait="5m",
    severity="warning",
    summary="Articles wait for a partition of ingest that does not say how far it is.",
    description=f"{COUNT} articles of shard {SHARD} wait for a watermark that has not moved for 10 minutes.",
    fires=Fires(
        series={
            'newsfold_reorder_buffer_records{shard="1"}': "3x30",
            'newsfold_watermark_timestamp_seconds{shard="1"}': "0+60x5 300x25",
        },
        at="25m",
        told=(
            Told(
                "3 articles of shard 1 wait for a watermark that has not moved for 10 minutes.",
                {"shard": "1"},
            ),
        ),
    ),
    quiet=Case(
        series={
            'newsfold_reorder_buffer_records{shard="1"}': "3x30",
            'newsfold_watermark_timestamp_seconds{shard="1"}': "0+60x30",
        },
        at="25m",
    ),
)
QUEUE = Alert(
    name="QueueNearLimit",
    expr=f"max by (service, queue) (newsfold_queue_depth / (newsfold_queue_limit > 0)) > {QUEUE_SHARE}",
    wait="15m",
    severity="warning",
    summary="A queue is full, so the stage behind it is too slow.",
    description=f"The fullest queue {{{{ $labels.queue }}}} of {SERVICE} is at {SHARE} of its bound.",
    fires=Fires(
        series={
            'newsfold_queue_depth{service="ingest",queue="parsers"}': "19x20",
            'newsfold_queue_limit{service="ingest",queue="parsers"}': "20x20",
        },
        at="18m",
        told=(
            Told(
                "The fullest queue parsers of ingest is at 95% of its bound.",
                {"service": "ingest", "queue": "parsers"},
            ),
        ),
    ),
    quiet=Case(
        series={
            'newsfold_queue_depth{service="ingest",queue="parsers"}': "17x20",
            'newsfold_queue_limit{service="ingest",queue="parsers"}': "20x20",
        },
        at="18m",
    ),
)
SATURATED = Alert(
    name="Saturated",
    expr=(
        'sum by (service) (rate(newsfold_loop_seconds_total{state="idle"}[15m])) '
        f"/ sum by (service) (rate(newsfold_loop_seconds_total[15m])) < {IDLE_SHARE}"
    ),
    wait="30m",
    severity="warning",
    summary="A service has no time left for the next peak.",
    description=f"{SERVICE} waits for input during {SHARE} of its time.",
    fires=Fires(
        series={
            'newsfold_loop_seconds_total{service="dedup",state="idle"}': "0+1x60",
            'newsfold_loop_seconds_total{service="dedup",state="step"}': "0+49x60",
        },
        at="50m",
        told=(Told("dedup waits for input during 2% of its time.", {"service": "dedup"}),),
    ),
    quiet=Case(
        series={
            'newsfold_loop_seconds_total{service="dedup",state="idle"}': "0+4x60",
            'newsfold_loop_seconds_total{service="dedup",state="step"}': "0+46x60",
        },
        at="50m",
    ),
)
BLOCKED = Alert(
    name="EventLoopBlocked",
    expr=(
        "histogram_quantile(0.99, sum by (job, instance, le) "
        f"(rate(newsfold_event_loop_lag_seconds_bucket[10m]))) > {LOOP_LAG_S}"
    ),
    wait="10m",
    severity="warning",
    summary="The event loop is blocked by work that belongs elsewhere.",
    description=f"One timer in a hundred of {{{{ $labels.instance }}}} is {SPAN} late.",
    fires=Fires(
        series={
            'newsfold_event_loop_lag_seconds_bucket{instance="a",service="dedup",le="0.25"}': "0+180x30",
            'newsfold_event_loop_lag_seconds_bucket{instance="a",service="dedup",le="0.5"}': "0+240x30",
            'newsfold_event_loop_lag_seconds_bucket{instance="a",service="dedup",le="+Inf"}': "0+240x30",
        },
        at="25m",
        told=(Told("One timer in a hundred of a is 490ms late.", {"instance": "a"}),),
    ),
    quiet=Case(
        series={
            'newsfold_event_loop_lag_seconds_bucket{instance="a",service="dedup",le="0.25"}': "0+239x30",
            'newsfold_event_loop_lag_seconds_bucket{instance="a",service="dedup",le="0.5"}': "0+240x30",
            'newsfold_event_loop_lag_seconds_bucket{instance="a",service="dedup",le="+Inf"}': "0+240x30",
        },
        at="25m",
    ),
)
GROUP = Group(name="flow", alerts=(HALTED, STUCK, GROWING, NO_STORIES, WATERMARK, QUEUE, SATURATED, BLOCKED))
